//! What a web server answers: the first byte chooses the question, the rest is the response.

use std::net::SocketAddr;
use std::time::Duration;

use lvsha::run::health::probe::judge_response;
use lvsha::run::health::{Ask, HttpAsk, HttpCheck, HttpExchange, Origin, Question, TextPattern};

pub fn run(data: &[u8]) {
    let Some((choice, response)) = data.split_first() else { return };
    let bit = |number: u8| choice >> number & 1 == 1;
    let pattern = TextPattern {
        expression: "Test (Page|.*\\bend)".to_owned(),
        is_negated: bit(1),
        options: if bit(2) { "ims".to_owned() } else { String::new() },
        least: if bit(3) { 2 } else { 0 },
        largest: bit(4).then_some(40),
    };
    let digest = "d41d8cd98f00b204e9800998ecf8427e".to_owned();
    let exchange = HttpExchange {
        is_head: bit(2),
        path: "/dir/index.html".to_owned(),
        host: Some("www.example.com".to_owned()),
        server_name: None,
        status: if bit(3) { vec![(200, 299), (404, 404)] } else { Vec::new() },
        check: HttpCheck { pattern: bit(0).then_some(pattern), digest: bit(4).then_some(digest) },
    };
    let ask = HttpAsk {
        tls: None,
        is_version_1_1: bit(5),
        closes: bit(6),
        redirects: if bit(7) { 7 } else { 0 },
        exchanges: vec![exchange],
    };
    let question = Question {
        ask: Ask::AlwaysUp,
        target: SocketAddr::from(([192, 0, 2, 1], 80)),
        origin: Origin::default(),
        limit: Duration::from_secs(1),
        interval: Duration::from_secs(1),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without drivers needs nothing");
    let judged = runtime.block_on(judge_response(&ask, &question, response));
    assert!(judged.is_ok(), "the question can be asked");
}
