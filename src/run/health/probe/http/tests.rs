//! Against servers on the loopback, most of them hostile.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use proptest::prelude::*;

use super::super::{build, run};
use super::*;
use crate::run::health::{Ask, HttpCheck, TextPattern};

mod encrypted;

/// Long enough for a loaded machine.
const PATIENT: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(400);

/// A server that reads each request and hands the connection with its text to `respond`.
async fn serve<F, R>(respond: F) -> SocketAddr
where
    F: Fn(TcpStream, String) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => request.push(byte),
                    Err(_) => break,
                }
            }
            tokio::spawn(respond(stream, String::from_utf8(request).unwrap()));
        }
    });
    address
}

/// A server that always says the same and closes.
async fn say(response: impl Into<Vec<u8>>) -> SocketAddr {
    let response = response.into();
    serve(move |mut stream, _| {
        let response = response.clone();
        async move {
            // The checker may have heard enough and be gone.
            let _ = stream.write_all(&response).await;
        }
    })
    .await
}

fn get(path: &str) -> HttpExchange {
    HttpExchange {
        is_head: false,
        path: path.to_owned(),
        host: None,
        server_name: None,
        status: Vec::new(),
        check: HttpCheck::default(),
    }
}

fn matching(expression: &str, is_negated: bool) -> HttpCheck {
    let expression = expression.to_owned();
    HttpCheck {
        pattern: Some(TextPattern { expression, is_negated, ..TextPattern::default() }),
        digest: None,
    }
}

fn plain(exchanges: Vec<HttpExchange>) -> HttpAsk {
    HttpAsk { tls: None, is_version_1_1: false, closes: false, redirects: 0, exchanges }
}

fn question(ask: HttpAsk, target: SocketAddr, limit: Duration) -> Question {
    let (origin, interval) = (Origin::default(), Duration::from_secs(10));
    Question { ask: Ask::Http(Box::new(ask)), target, origin, limit, interval }
}

async fn ask(ask: HttpAsk, target: SocketAddr, limit: Duration) -> Result<String, String> {
    let question = question(ask, target, limit);
    let probe = build(&question, &Trust::default()).unwrap();
    run(probe.as_ref(), question.limit)
        .await
        .map(|reply| reply.text.into_owned())
        .map_err(|failure| failure.cause)
}

/// Asks for `/` with a check of the body.
async fn check(check: HttpCheck, target: SocketAddr, limit: Duration) -> Result<String, String> {
    ask(plain(vec![HttpExchange { check, ..get("/") }]), target, limit).await
}

#[tokio::test]
async fn a_body_is_searched() {
    let target = say("HTTP/1.0 200 OK\r\n\r\nall is well\n").await;
    let told = |expression: &'static str, negated| async move {
        check(matching(expression, negated), target, PATIENT).await
    };
    assert_eq!(told("is w[a-z]+l", false).await, Ok("200 OK".to_owned()));
    let mismatch = Err("the answer does not match `^well`".to_owned());
    assert_eq!(told("^well", false).await, mismatch);
    assert_eq!(told("maintenance", true).await, Ok("200 OK".to_owned()));
    assert_eq!(told("well", true).await, Err("the answer matches `well`".to_owned()));
    // What only Perl's dialect has.
    assert_eq!(told("all(?= is)", false).await, Ok("200 OK".to_owned()));
}

#[tokio::test]
async fn a_digest_is_of_the_body_without_its_chunks() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                   3\r\nall\r\n8\r\n is well\r\n0\r\n\r\n";
    let target = say(chunked).await;
    // printf 'all is well' | md5sum
    let digest = "4409bb950a3826c313c34b46b429ac84";
    let exchange = |digest: String| HttpExchange {
        check: HttpCheck { digest: Some(digest), pattern: None },
        ..get("/")
    };
    let modern = |exchange| HttpAsk { is_version_1_1: true, ..plain(vec![exchange]) };
    assert_eq!(
        ask(modern(exchange(digest.to_ascii_uppercase())), target, PATIENT).await,
        Ok("200 OK".to_owned())
    );
    let other = exchange("0".repeat(32));
    let found = format!("MD5 of the body is {digest}");
    assert_eq!(ask(modern(other), target, PATIENT).await, Err(found));
}

#[tokio::test]
async fn every_url_must_succeed_and_the_first_failure_is_told() {
    let target = serve(|mut stream, request| async move {
        let status = if request.starts_with("GET /sick ") { "503 Busy" } else { "200 OK" };
        stream.write_all(format!("HTTP/1.0 {status}\r\n\r\n").as_bytes()).await.unwrap();
    })
    .await;
    let sick = Err("503 Service Unavailable".to_owned());
    assert_eq!(ask(plain(vec![get("/a"), get("/sick"), get("/b")]), target, PATIENT).await, sick);
    let accepted = HttpExchange { status: vec![(100, 199), (500, 503)], ..get("/sick") };
    assert!(ask(plain(vec![get("/a"), accepted]), target, PATIENT).await.is_ok());
}

#[tokio::test]
async fn the_request_is_what_the_configuration_says() {
    let (sender, mut requests) = tokio::sync::mpsc::unbounded_channel();
    let target = serve(move |mut stream, request| {
        sender.send(request).unwrap();
        async move { stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n").await.unwrap() }
    })
    .await;
    let hosted = HttpExchange { host: Some("web.example".to_owned()), ..get("/a b?c=ä") };
    ask(plain(vec![hosted.clone()]), target, PATIENT).await.unwrap();
    let agent = concat!("user-agent: lvsha/", env!("CARGO_PKG_VERSION"));
    let told = requests.recv().await.unwrap();
    let expected = format!("GET /a%20b?c=%C3%A4 HTTP/1.0\r\n{agent}\r\nhost: web.example\r\n\r\n");
    assert_eq!(told, expected);
    let head = HttpExchange { is_head: true, ..hosted };
    let modern = HttpAsk { is_version_1_1: true, ..plain(vec![head]) };
    ask(modern, target, PATIENT).await.unwrap();
    let told = requests.recv().await.unwrap();
    assert!(told.starts_with("HEAD /a%20b?c=%C3%A4 HTTP/1.1\r\n"), "{told}");
    assert!(told.contains("\r\nconnection: close\r\n"), "{told}");
    // Through a proxy.
    ask(plain(vec![get("http://far.example/x")]), target, PATIENT).await.unwrap();
    assert!(requests.recv().await.unwrap().starts_with("GET http://far.example/x HTTP/1.0\r\n"));
}

#[tokio::test]
async fn redirections_are_followed_seven_times() {
    let target = serve(|mut stream, request| async move {
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or("none");
        let response = match path.as_str() {
            "/dir/start" => "302 Found\r\nLocation: next?x=1#part".to_owned(),
            "/dir/next?x=1" => format!("301 Moved\r\nLocation: http://{host}/end"),
            "/end" => "200 OK".to_owned(),
            _ => "302 Found\r\nLocation: /loop".to_owned(),
        };
        stream.write_all(format!("HTTP/1.0 {response}\r\n\r\n").as_bytes()).await.unwrap();
    })
    .await;
    let to = |path: &str| HttpExchange { host: Some(target.to_string()), ..get(path) };
    let follow = |path: &str| HttpAsk { redirects: 7, ..plain(vec![to(path)]) };
    assert_eq!(ask(follow("/dir/start"), target, PATIENT).await, Ok("200 OK".to_owned()));
    let endless = Err("more than 7 redirections".to_owned());
    assert_eq!(ask(follow("/loop"), target, PATIENT).await, endless);
    // keepalived does not follow.
    assert_eq!(
        ask(plain(vec![to("/dir/start")]), target, PATIENT).await,
        Err("302 Found".to_owned())
    );
}

#[tokio::test]
async fn headers_far_beyond_4_kib_pass_and_a_bomb_of_them_does_not() {
    let with = |bytes: usize| {
        let line = format!("x-pad: {}\r\n", "x".repeat(991));
        format!("HTTP/1.0 200 OK\r\n{}\r\nbody", line.repeat(bytes / 1000))
    };
    let target = say(with(40_000)).await;
    assert_eq!(check(matching("body", false), target, PATIENT).await, Ok("200 OK".to_owned()));
    let told = check(HttpCheck::default(), say(with(200_000)).await, PATIENT).await;
    assert_eq!(told, Err("message head is too large".to_owned()));
    let many = format!("HTTP/1.0 200 OK\r\n{}\r\n", "a: b\r\n".repeat(2000));
    let told = check(HttpCheck::default(), say(many).await, PATIENT).await;
    assert_eq!(told, Err("message head is too large".to_owned()));
}

#[tokio::test]
async fn what_is_no_http_fails_with_its_cause() {
    let told = |response: &'static [u8]| async move {
        check(matching("x", false), say(response).await, PATIENT).await.unwrap_err()
    };
    assert_eq!(told(b"SSH-2.0-OpenSSH_9.2\r\n").await, "invalid HTTP version parsed");
    assert_eq!(told(&[0xff; 300]).await, "invalid HTTP version parsed");
    assert_eq!(told(b"").await, "connection closed before message completed");
    assert_eq!(
        told(b"HTTP/1.0 200 OK\r\nContent").await,
        "connection closed before message completed"
    );
    let short = b"HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nonly this";
    assert_eq!(told(short).await, "end of file before message length reached");
    let lie = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n";
    let cause = told(lie).await;
    assert!(cause.contains("chunk"), "{cause}");
}

#[tokio::test]
async fn silence_and_a_slow_drip_end_with_the_time_limit() {
    let silent = serve(|stream, _| async move {
        let _held = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let drip = serve(|mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    for target in [silent, drip] {
        let start = Instant::now();
        let told = check(HttpCheck::default(), target, SHORT).await;
        assert_eq!(told, Err("no answer within 0.4 s".to_owned()));
        assert!(start.elapsed() < PATIENT);
    }
}

#[tokio::test]
async fn a_body_without_end_is_left_after_its_first_mebibyte() {
    let (sender, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let target = serve(move |mut stream, _| {
        let sender = sender.clone();
        async move {
            let mut sent = 0_usize;
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n").await;
            while stream.write_all(&[b'a'; 8192]).await.is_ok() {
                sent += 8192;
            }
            sender.send(sent).unwrap();
        }
    })
    .await;
    let mismatch = Err("the answer does not match `b`".to_owned());
    assert_eq!(check(matching("b", false), target, PATIENT).await, mismatch);
    // The rest is what the two sockets' buffers hold.
    let sent = ended.recv().await.unwrap();
    assert!(sent < 32 << 20, "{sent} bytes were taken");
    // Where nobody asks for the body, it is not waited for.
    assert_eq!(check(HttpCheck::default(), target, PATIENT).await, Ok("200 OK".to_owned()));
}

#[tokio::test]
async fn a_reset_is_told_as_such() {
    let target = serve(|stream, _| async move {
        // Closing with a linger time of zero sends a reset.
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    })
    .await;
    let told = check(HttpCheck::default(), target, PATIENT).await;
    assert_eq!(told, Err("connection reset by peer".to_owned()));
}

#[tokio::test]
async fn a_pattern_that_explodes_gives_up() {
    let target = say(format!("HTTP/1.0 200 OK\r\n\r\n{}", "a".repeat(200))).await;
    let told = check(matching(r"(a*)(a*)(a*)(a*)\1b", false), target, PATIENT).await;
    assert_eq!(told, Err(r"`(a*)(a*)(a*)(a*)\1b` takes too long on this answer".to_owned()));
}

#[test]
fn what_can_never_work_is_refused_before_it_is_asked() {
    let target = SocketAddr::from(([127, 0, 0, 1], 80));
    let refusal = |exchange| {
        let question = question(plain(vec![exchange]), target, PATIENT);
        build(&question, &Trust::default()).err().map(|refusal| refusal.to_string())
    };
    let told = refusal(HttpExchange { check: matching("(", false), ..get("/") }).unwrap();
    assert!(told.starts_with("the pattern `(` cannot be understood: "), "{told}");
    let told = refusal(HttpExchange { host: Some("a\nb".to_owned()), ..get("/") }).unwrap();
    assert_eq!(told, "`a\nb` cannot stand in an HTTP request");
    assert_eq!(refusal(get("/")), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

    /// Whatever a server says and then closes: judged, without a panic.
    #[test]
    fn any_bytes_are_judged(
        is_begun: bool,
        said in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let start: &[u8] =
            if is_begun { b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" } else { b"" };
        let said = [start, &said].concat();
        let exchange = HttpExchange { check: matching("x", false), ..get("/") };
        let target = SocketAddr::from(([127, 0, 0, 1], 80));
        let question = question(plain(vec![exchange]), target, PATIENT);
        let Ask::Http(ask) = &question.ask else { unreachable!() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let is_judged = runtime.block_on(async {
            tokio::time::timeout(PATIENT, judge_response(ask, &question, &said)).await.is_ok()
        });
        prop_assert!(is_judged);
    }
}

#[tokio::test]
async fn a_response_is_judged_without_a_server() {
    let judge = |redirects, response: &'static [u8]| async move {
        let exchange = HttpExchange { check: matching("Test Page", false), ..get("/") };
        let ask = HttpAsk { redirects, ..plain(vec![exchange]) };
        let target = SocketAddr::from(([192, 0, 2, 1], 80));
        let answer = judge_response(&ask, &question(ask.clone(), target, SHORT), response).await;
        answer.unwrap().map(|reply| reply.text.into_owned()).map_err(|failure| failure.cause)
    };
    let good = b"HTTP/1.0 200 OK\r\n\r\nA Test Page.";
    assert_eq!(judge(0, good).await, Ok("200 OK".to_owned()));
    let other = b"HTTP/1.0 200 OK\r\n\r\nIt works.";
    assert_eq!(judge(0, other).await, Err("the answer does not match `Test Page`".to_owned()));
    let moved = b"HTTP/1.0 301 Moved\r\nLocation: http://www.example.com/\r\n\r\n";
    assert_eq!(judge(0, moved).await, Err("301 Moved Permanently".to_owned()));
    let told = Err("redirected to `http://www.example.com/`".to_owned());
    assert_eq!(judge(1, moved).await, told);
}
