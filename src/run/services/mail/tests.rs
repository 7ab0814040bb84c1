use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;

#[test]
fn a_mail_server_is_read_as_both_programs_write_it() {
    let read = |said| host_and_port(said);
    assert_eq!(read("mail.example"), ("mail.example".to_owned(), 25));
    assert_eq!(read("mail.example:2525"), ("mail.example".to_owned(), 2525));
    assert_eq!(read("192.0.2.1 2525"), ("192.0.2.1".to_owned(), 2525));
    assert_eq!(read("2001:db8::1"), ("2001:db8::1".to_owned(), 25));
    assert_eq!(read("[2001:db8::1]:26"), ("2001:db8::1".to_owned(), 26));
}

/// A mail server for one message; returns what it was told.
async fn take_one(listener: TcpListener) -> String {
    let (stream, _) = listener.accept().await.unwrap();
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
    let (mut told, mut in_data) = (String::new(), false);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        told.push_str(&line);
        let answer = match line.trim_end() {
            "." => {
                stream.write_all(b"250 taken\r\n").await.unwrap();
                return told;
            }
            _ if in_data => continue,
            "DATA" => {
                in_data = true;
                "354 go on\r\n"
            }
            line if line.starts_with("EHLO") => "250 mail.example\r\n",
            _ => "250 ok\r\n",
        };
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

fn plan(listener: &TcpListener) -> MailPlan {
    MailPlan {
        host: "127.0.0.1".to_owned(),
        port: listener.local_addr().unwrap().port(),
        from: "lvs@web.example".to_owned(),
        to: vec!["a@web.example".to_owned(), "b@web.example".to_owned()],
        limit: Duration::from_secs(20),
        hello: Some("lw1.web.example".to_owned()),
        origin: "LVS_DEVEL".to_owned(),
    }
}

#[tokio::test]
async fn what_was_told_last_is_sent_before_the_end() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mailer = Mailer::start(plan(&listener));
    let taken = tokio::spawn(take_one(listener));
    mailer.tell("VI_1: stopped".to_owned());
    mailer.finish().await;
    // Nobody is left who could send it.
    assert!(taken.is_finished() && taken.await.unwrap().contains("VI_1: stopped"));
}

#[tokio::test]
async fn a_burst_is_one_message() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mailer = Mailer::start(plan(&listener));
    mailer.tell("10.0.0.29:80 is down".to_owned());
    // There is one thread, so the first line has been taken before the second comes.
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
    mailer.tell("10.0.0.30:80 is down".to_owned());
    let told = take_one(listener).await;
    for expected in [
        "EHLO lw1.web.example\r\n",
        "MAIL FROM:<lvs@web.example>",
        "RCPT TO:<b@web.example>",
        "Subject: [LVS_DEVEL] 10.0.0.29:80 is down (and 1 more)\r\n",
        "\r\n10.0.0.29:80 is down\r\n10.0.0.30:80 is down\r\n",
    ] {
        assert!(told.contains(expected), "{expected:?} is not in\n{told}");
    }
}
