//! Dialogues against servers that follow a script: what they say, what they must be told.

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME};
use hickory_proto::rr::{Name, RData, Record};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::super::super::{
    DnsAsk, FtpAsk, LinesAsk, RadiusAsk, SipAsk, Step, TextAsk, TextPattern,
};
use super::*;
use crate::site::secret::Secret;

/// One turn of a scripted server.
#[derive(Clone, Copy)]
enum Turn {
    /// Bytes as they are.
    Says(&'static str),
    /// A line that must come, without its end.
    Hears(&'static str),
}
use Turn::{Hears, Says};

/// Follows the script with whoever comes first, and then hangs up.
async fn follow(stream: &mut BufReader<TcpStream>, script: &[Turn]) {
    for turn in script {
        match turn {
            Says(text) => stream.write_all(text.as_bytes()).await.unwrap(),
            Hears(wanted) => {
                let mut heard = String::new();
                stream.read_line(&mut heard).await.unwrap();
                assert_eq!(heard.trim_end_matches("\r\n"), *wanted);
            }
        }
    }
}

/// The answer to `question` of a server that follows `script`.
async fn against(question: Ask, script: &'static [Turn]) -> Result<String, String> {
    let listener = TcpListener::bind(nowhere()).await.unwrap();
    let target = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let mut stream = BufReader::new(listener.accept().await.unwrap().0);
        follow(&mut stream, script).await;
        // Words that nobody reads would take back what was said before.
        stream.shutdown().await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let answer = ask(&super::question(question, target, PATIENT)).await;
    // One that was told something else has panicked. It must not wait for words that never come.
    server.await.unwrap();
    answer
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn pattern(expression: &str) -> TextPattern {
    TextPattern { expression: expression.to_owned(), ..TextPattern::default() }
}

fn lines(steps: Vec<Step>) -> Ask {
    Ask::Lines(Box::new(LinesAsk { name: "lines", tls: None, steps }))
}

fn smtp() -> Ask {
    let say = |text| Step::Say(secret(text));
    lines(vec![Step::HearCode("220"), say("HELO lw1"), Step::HearCode("250"), say("QUIT")])
}

fn imap() -> Ask {
    let say = |text| Step::Say(secret(text));
    let greeting = Step::Hear(&["* OK", "* PREAUTH"]);
    let login = say("a LOGIN \"reader\" \"hush\"");
    lines(vec![greeting, login, Step::HearTagged("a"), say("b LOGOUT")])
}

#[tokio::test]
async fn dialogues_in_lines() {
    type Row = (fn() -> Ask, &'static [Turn], Result<&'static str, &'static str>);
    let rows: [Row; 9] = [
        (
            smtp,
            &[Says("220 mail\r\n"), Hears("HELO lw1"), Says("250 mail\r\n"), Hears("QUIT")],
            Ok("250 mail"),
        ),
        // A greeting and an answer of several lines, and a server that does not wait for a farewell.
        (
            smtp,
            &[Says("220-mail\r\n220 ready\r\n"), Hears("HELO lw1"), Says("250-a\n250 b\n")],
            Ok("250 b"),
        ),
        (smtp, &[Says("554 go away\r\n")], Err("`554 go away` instead of 220")),
        (
            smtp,
            &[Says("220 mail\r\n"), Hears("HELO lw1"), Says("501 who?\r\n")],
            Err("`501 who?` instead of 250"),
        ),
        (smtp, &[Says("SSH-2.0-other\r\n")], Err("`SSH-2.0-other` instead of a code")),
        (smtp, &[], Err("the server closed the connection")),
        (
            imap,
            &[
                Says("* OK ready\r\n"),
                Hears("a LOGIN \"reader\" \"hush\""),
                Says("* CAPABILITY IMAP4rev2\r\na OK in\r\n"),
                Hears("b LOGOUT"),
            ],
            Ok("a OK in"),
        ),
        (
            imap,
            &[
                Says("* PREAUTH\r\n"),
                Hears("a LOGIN \"reader\" \"hush\""),
                Says("a NO not you\r\n"),
            ],
            Err("`a NO not you` instead of OK"),
        ),
        (imap, &[Says("* BYE full\r\n")], Err("`* BYE full` instead of * OK")),
    ];
    for (question, script, expected) in rows {
        let expected = expected.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(against(question(), script).await, expected);
    }
}

#[tokio::test]
async fn a_password_that_a_server_repeats_is_not_shown() {
    let whisper = Step::Whisper(secret("a LOGIN \"reader\" \"hush\""));
    let ask = lines(vec![whisper, Step::Hear(&["+OK"])]);
    let script = &[
        Hears("a LOGIN \"reader\" \"hush\""),
        Says("500 unknown: a LOGIN \"reader\" \"hush\"\r\n"),
    ];
    let told = against(ask, script).await.unwrap_err();
    assert!(told.starts_with("`500 unknown") && !told.contains("hush"), "{told}");
    let [login, password] = ["reader", "hush"].map(secret);
    let ftp = Ask::Ftp(Box::new(FtpAsk { login, password, file: None }));
    let script = &[
        Says("220 files\r\n"),
        Hears("USER reader"),
        Says("331 who?\r\n"),
        Hears("PASS hush"),
        Says("530 not hush\r\n"),
    ];
    assert_eq!(against(ftp, script).await, Err("`530 not ****` instead of 2xx".to_owned()));
}

#[tokio::test]
async fn what_is_heard_decides_and_what_is_shown_hides() {
    type Row = (&'static str, Step, &'static [Turn], Result<&'static str, &'static str>);
    let (hear, code) = (Step::Hear(&["+OK"]), Step::HearCode("2"));
    let tagged = Step::HearTagged("a");
    let rows: [Row; 6] = [
        (
            "PASS hush",
            hear.clone(),
            &[Hears("PASS hush"), Says("-ERR:PASS:hush\r\n")],
            Err("`-ERR:PASS:****` instead of +OK"),
        ),
        (
            "PASS hush",
            code.clone(),
            &[Hears("PASS hush"), Says("hush?\r\n")],
            Err("`****?` instead of a code"),
        ),
        ("PASS +OK", hear, &[Hears("PASS +OK"), Says("+OK in\r\n")], Ok("**** in")),
        (
            "PASS hu hush",
            code,
            &[Hears("PASS hu hush"), Says("530 hush hu\r\n")],
            Err("`530 **** ****` instead of 2xx"),
        ),
        (
            "a LOGIN \"me\" \"OK\"",
            tagged.clone(),
            &[Hears("a LOGIN \"me\" \"OK\""), Says("a OK in\r\n")],
            Ok("a **** in"),
        ),
        (
            r#"a LOGIN "me" "h\"s""#,
            tagged,
            &[Hears(r#"a LOGIN "me" "h\"s""#), Says("a NO not h\"s\r\n")],
            Err("`a NO not ****` instead of OK"),
        ),
    ];
    for (whispered, step, script, expected) in rows {
        let ask = lines(vec![Step::Whisper(secret(whispered)), step]);
        let expected = expected.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(against(ask, script).await, expected, "{whispered}");
    }
}

#[tokio::test]
async fn what_never_ends_is_given_up() {
    // No line end, and no last line of a reply.
    for (piece, cause) in
        [("x", "a line of more than 8192 bytes"), ("220-a\n", "more than 1000 lines")]
    {
        let listener = TcpListener::bind(nowhere()).await.unwrap();
        let target = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let mut stream = listener.accept().await.unwrap().0;
            while stream.write_all(piece.repeat(1000).as_bytes()).await.is_ok() {}
        });
        let told = ask(&super::question(smtp(), target, PATIENT)).await;
        assert_eq!(told, Err(cause.to_owned()));
        server.await.unwrap();
    }
}

#[test]
fn a_login_of_two_lines_is_refused() {
    let steps = vec![Step::Say(secret("USER a\r\nDELE 1"))];
    let question = super::question(lines(steps), nowhere(), PATIENT);
    assert_eq!(build(&question, &Trust::default()).err(), Some(Refusal::LineBreak));
    assert!(!format!("{question:?}").contains("USER"), "{question:?}");
}

#[tokio::test]
async fn a_text_is_answered_by_a_line_that_matches() {
    let text = |expression| {
        let request = b"hello\n".to_vec();
        Ask::Text(Box::new(TextAsk { request, receive: pattern(expression) }))
    };
    let script = &[Hears("hello\n"), Says("one\nwelcome\nthree\n")];
    assert_eq!(against(text("^wel.*e$"), script).await, Ok("welcome".to_owned()));
    let cause = "the answer does not match `^none`".to_owned();
    assert_eq!(against(text("^none"), script).await, Err(cause));
    assert_eq!(against(text(""), &[Hears("hello\n")]).await, Err("no answer".to_owned()));
}

#[tokio::test]
async fn a_file_comes_by_ftp() {
    let listener = TcpListener::bind(nowhere()).await.unwrap();
    let target = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        for content in ["a big hello", "goodbye"] {
            let mut control = BufReader::new(listener.accept().await.unwrap().0);
            let data = TcpListener::bind(nowhere()).await.unwrap();
            let [high, low] = data.local_addr().unwrap().port().to_be_bytes();
            let login = &[
                Says("220-welcome\r\n to\r\n220 files\r\n"),
                Hears("USER reader"),
                Says("331 who?\r\n"),
                Hears("PASS hush"),
                Says("230 in\r\n"),
                Hears("CWD /"),
                Says("550 no\r\n"),
                Hears("TYPE I"),
                Says("200 binary\r\n"),
                Hears("PASV"),
            ];
            follow(&mut control, login).await;
            // Another machine's address: nobody must go there.
            let passive = format!("227 Entering Passive Mode (192,0,2,1,{high},{low})\r\n");
            control.write_all(passive.as_bytes()).await.unwrap();
            let (mut data, _) = data.accept().await.unwrap();
            follow(&mut control, &[Hears("RETR welcome.txt"), Says("150 here\r\n")]).await;
            data.write_all(content.as_bytes()).await.unwrap();
        }
    });
    let file = Some(("welcome.txt".to_owned(), pattern("hello$")));
    let ftp = FtpAsk { login: secret("reader"), password: secret("hush"), file };
    let question = super::question(Ask::Ftp(Box::new(ftp)), target, PATIENT);
    assert_eq!(ask(&question).await, Ok("220 files".to_owned()));
    let cause = "the answer does not match `hello$`".to_owned();
    assert_eq!(ask(&question).await, Err(cause));
    server.await.unwrap();
}

#[tokio::test]
async fn a_login_by_ftp_is_enough_without_a_file() {
    let ftp = FtpAsk { login: secret("anonymous"), password: secret("me@lw1"), file: None };
    let ftp = || Ask::Ftp(Box::new(ftp.clone()));
    let good = &[Says("220 files\r\n"), Hears("USER anonymous"), Says("230 in\r\n"), Hears("QUIT")];
    assert_eq!(against(ftp(), good).await, Ok("220 files".to_owned()));
    let bad = &[Says("220 files\r\n"), Hears("USER anonymous"), Says("530 no\r\n")];
    assert_eq!(against(ftp(), bad).await, Err("`530 no` instead of 331".to_owned()));
}

/// What a server of names answers to whatever it is asked.
fn zone(request: &[u8], code: ResponseCode) -> Vec<u8> {
    let request = Message::from_vec(request).unwrap();
    assert!(request.metadata.recursion_desired);
    let mut reply = Message::response(request.metadata.id, OpCode::Query);
    reply.metadata.response_code = code;
    reply.queries = request.queries.clone();
    let name = request.queries[0].name().clone();
    let alias = Name::from_ascii("real.web.example.").unwrap();
    let records = [RData::CNAME(CNAME(alias)), RData::A(A([192, 0, 2, 80].into()))];
    reply.answers = records.map(|data| Record::from_rdata(name.clone(), 60, data)).to_vec();
    reply.to_vec().unwrap()
}

fn dns(over_tcp: bool, answer: Option<TextPattern>) -> Ask {
    let (name, record) = ("web.example".to_owned(), "A".to_owned());
    Ask::Dns(Box::new(DnsAsk { name, record, over_tcp, answer }))
}

#[tokio::test]
async fn names_are_asked_for_over_udp() {
    let server = UdpSocket::bind(nowhere()).await.unwrap();
    let target = server.local_addr().unwrap();
    let codes = [
        ResponseCode::NoError,
        ResponseCode::NoError,
        ResponseCode::NoError,
        ResponseCode::ServFail,
    ];
    let names = tokio::spawn(async move {
        let mut buffer = [0; 512];
        for code in codes {
            let (length, from) = server.recv_from(&mut buffer).await.unwrap();
            let reply = zone(&buffer[..length], code);
            // The answer to something else comes first, as after a timeout.
            let mut other = reply.clone();
            other[0] ^= 0xff;
            server.send_to(&other, from).await.unwrap();
            server.send_to(&reply, from).await.unwrap();
        }
    });
    let told =
        |answer| async move { ask(&super::question(dns(false, answer), target, PATIENT)).await };
    assert_eq!(told(None).await, Ok("2 records".to_owned()));
    assert_eq!(told(Some(pattern("^192\\.0\\.2\\.80$"))).await, Ok("192.0.2.80".to_owned()));
    // The alias is not what was asked for.
    assert!(told(Some(pattern("real"))).await.unwrap_err().contains("does not match"));
    assert_eq!(told(None).await, Err("Server Failure".to_owned()));
    names.await.unwrap();
}

#[tokio::test]
async fn names_are_asked_for_over_tcp() {
    let listener = TcpListener::bind(nowhere()).await.unwrap();
    let target = listener.local_addr().unwrap();
    let names = tokio::spawn(async move {
        let mut stream = listener.accept().await.unwrap().0;
        let mut request = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut request).await.unwrap();
        let reply = zone(&request, ResponseCode::NoError);
        stream.write_u16(u16::try_from(reply.len()).unwrap()).await.unwrap();
        stream.write_all(&reply).await.unwrap();
    });
    let question = super::question(dns(true, None), target, PATIENT);
    assert_eq!(ask(&question).await, Ok("2 records".to_owned()));
    names.await.unwrap();
}

#[test]
fn what_is_no_name_is_refused() {
    for (name, record) in [("a..b", "A"), ("web.example", "WRONG")] {
        let (name, record) = (name.to_owned(), record.to_owned());
        let ask = Ask::Dns(Box::new(DnsAsk { name, record, over_tcp: false, answer: None }));
        let question = super::question(ask, nowhere(), PATIENT);
        assert!(matches!(build(&question, &Trust::default()), Err(Refusal::Domain(..))));
    }
}

#[tokio::test]
async fn a_telephone_is_asked_for_its_options() {
    let sip = |over_tcp| Ask::Sip(SipAsk { login: "lw1@web.example".to_owned(), over_tcp });
    let server = UdpSocket::bind(nowhere()).await.unwrap();
    let target = server.local_addr().unwrap();
    let telephone = tokio::spawn(async move {
        let mut buffer = [0; 2048];
        for code in ["200 OK", "486 Busy Here"] {
            let (length, from) = server.recv_from(&mut buffer).await.unwrap();
            let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
            assert!(request.starts_with("OPTIONS sip:lw1@web.example SIP/2.0\r\n"), "{request}");
            assert!(
                request.contains(&format!("Via: SIP/2.0/UDP {from};branch=z9hG4bK")),
                "{request}"
            );
            server.send_to(b"SIP/2.0 100 Trying\r\n\r\n", from).await.unwrap();
            let reply = format!("SIP/2.0 {code}\r\n\r\n");
            server.send_to(reply.as_bytes(), from).await.unwrap();
        }
    });
    let told = || async { ask(&super::question(sip(false), target, PATIENT)).await };
    assert_eq!(told().await, Ok("200 OK".to_owned()));
    assert_eq!(told().await, Err("`486 Busy Here` instead of 200".to_owned()));
    telephone.await.unwrap();
    let script = &[
        Hears("OPTIONS sip:lw1@web.example SIP/2.0"),
        Says("SIP/2.0 100 Trying\r\nContent-Length: 0\r\n\r\nSIP/2.0 200 OK\r\n\r\n"),
    ];
    assert_eq!(against(sip(true), script).await, Ok("200 OK".to_owned()));
    assert_eq!(
        against(sip(true), &[Says("HTTP/1.1 400 Bad Request\r\n")]).await,
        Err("`HTTP/1.1 400 Bad Request` instead of SIP/2.0 200".to_owned())
    );
}

#[tokio::test]
async fn who_does_not_know_the_secret_is_not_heard() {
    let server = UdpSocket::bind(nowhere()).await.unwrap();
    let target = server.local_addr().unwrap();
    let [login, password, secret] = ["reader", "hush", "between us"].map(secret);
    let radius = RadiusAsk { login, password, secret };
    let question = super::question(Ask::Radius(Box::new(radius)), target, SHORT);
    let forger = tokio::spawn(async move {
        let mut buffer = [0; 4096];
        let (length, from) = server.recv_from(&mut buffer).await.unwrap();
        assert_eq!(usize::from(u16::from_be_bytes([buffer[2], buffer[3]])), length);
        assert!(!buffer[..length].windows(4).any(|bytes| bytes == b"hush"));
        let mut accept = vec![2, buffer[1], 0, 20];
        accept.extend([0; 16]);
        server.send_to(&accept, from).await.unwrap();
    });
    assert_eq!(ask(&question).await, Err("no answer within 0.4 s".to_owned()));
    forger.await.unwrap();
    let long = RadiusAsk {
        login: Secret::new("x".repeat(254)),
        password: Secret::new(String::new()),
        secret: Secret::new(String::new()),
    };
    let question = super::question(Ask::Radius(Box::new(long)), target, SHORT);
    assert!(matches!(build(&question, &Trust::default()), Err(Refusal::Long("login", 253))));
}

/// What the fuzzer asks: the same judgements, without a server.
#[tokio::test]
async fn dialogues_are_judged_without_a_server() {
    let radius = || {
        let [login, password, secret] = ["reader", "hush", ""].map(secret);
        Ask::Radius(Box::new(RadiusAsk { login, password, secret }))
    };
    let sip = || Ask::Sip(SipAsk { login: "lw1".to_owned(), over_tcp: false });
    let ftp = || {
        let [login, password] = ["reader", "hush"].map(secret);
        Ask::Ftp(Box::new(FtpAsk { login, password, file: None }))
    };
    let rows: [(Ask, &[u8], Result<&str, &str>); 8] = [
        (smtp(), b"220 mail\r\n250 mail\r\n", Ok("250 mail")),
        (smtp(), b"220 mail\r\n", Err("the server closed the connection")),
        (dns(false, None), b"\0\x01", Err("no DNS: unexpected end of input reached")),
        (ftp(), b"227 (10,0,0,29,156,64)", Ok("40000")),
        (ftp(), b"229 (|||6446|)", Ok("6446")),
        (radius(), b"\x02\0\0\x14", Err("not heard")),
        (sip(), b"SIP/2.0 200 OK\r\n", Ok("200 OK")),
        (sip(), b"SIP/2.0 180 Ringing\r\n", Err("no final answer")),
    ];
    for (ask, said, expected) in rows {
        let question = super::question(ask, nowhere(), SHORT);
        let answer = judge_dialogue(&question, said).await.unwrap();
        let answer = answer.map(|reply| reply.text.into_owned()).map_err(|failure| failure.cause);
        assert_eq!(answer, expected.map(str::to_owned).map_err(str::to_owned));
    }
}
