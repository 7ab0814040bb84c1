//! What servers of mail, names, files, telephones and users answer: the first byte chooses the
//! question, the rest is what is said.

use std::net::SocketAddr;
use std::time::Duration;

use lvsha::run::health::probe::judge_dialogue;
use lvsha::run::health::{
    Ask, DnsAsk, FtpAsk, LinesAsk, Origin, Question, RadiusAsk, SipAsk, Step, TextPattern,
};
use lvsha::site::secret::Secret;

pub fn run(data: &[u8]) {
    let Some((choice, said)) = data.split_first() else { return };
    let question = Question {
        ask: ask(*choice),
        target: SocketAddr::from(([192, 0, 2, 1], 25)),
        origin: Origin::default(),
        limit: Duration::from_secs(1),
        interval: Duration::from_secs(1),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without drivers needs nothing");
    let judged = runtime.block_on(judge_dialogue(&question, said));
    let answer = judged.expect("the question can be asked");
    // What is said ends up in logs and on terminals.
    let text = answer.map_or_else(|failure| failure.cause, |reply| reply.text.into_owned());
    assert!(!text.contains(char::is_control), "{text:?}");
}

fn ask(choice: u8) -> Ask {
    let secret = || Secret::new("hush".to_owned());
    let lines = |steps| Ask::Lines(Box::new(LinesAsk { name: "lines", tls: None, steps }));
    match choice % 7 {
        0 => lines(vec![Step::HearCode("220"), Step::Say(secret()), Step::HearCode("250")]),
        1 => lines(vec![Step::Hear(&["* OK", "* PREAUTH"]), Step::HearTagged("a")]),
        2 => lines(vec![Step::Hear(&["+OK"]), Step::Say(secret()), Step::Hear(&["+OK"])]),
        3 => Ask::Dns(Box::new(DnsAsk {
            name: "web.example".to_owned(),
            record: "A".to_owned(),
            over_tcp: false,
            answer: (choice > 127)
                .then(|| TextPattern { expression: "^192".to_owned(), ..TextPattern::default() }),
        })),
        4 => Ask::Ftp(Box::new(FtpAsk { login: secret(), password: secret(), file: None })),
        5 => Ask::Radius(Box::new(RadiusAsk {
            login: secret(),
            password: secret(),
            secret: Secret::new(String::new()),
        })),
        _ => Ask::Sip(SipAsk { login: "lw1".to_owned(), over_tcp: false }),
    }
}
