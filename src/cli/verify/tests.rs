use super::*;
use crate::model::Sourced;

fn counts(pairs: &[(&str, u32)]) -> BTreeMap<String, u32> {
    pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

fn service(scheduler: &str) -> Service {
    let address = "10.0.0.31".parse().unwrap();
    let mut service = Service::new(Sourced::implied(Target::Endpoint { address, port: 80 }));
    service.scheduler = Some(Sourced::implied(scheduler.to_owned()));
    service
}

#[test]
fn what_was_not_answered_leaves_no_gap() {
    assert_eq!(told(&counts(&[]), 2, "no answer", None), "0 of 2 answered; 2 failed: no answer");
    let both = counts(&[("a", 3), ("b", 1)]);
    assert_eq!(told(&both, 0, "", None), "4 of 4 answered; a 3, b 1");
    let unfair = Some("b should have answered about 2".to_owned());
    let expected = "4 of 5 answered; a 3, b 1; 1 failed: gone; b should have answered about 2";
    assert_eq!(told(&both, 1, "gone", unfair), expected);
}

#[test]
fn shares_of_the_greatest_weights_do_not_overflow() {
    let weights = counts(&[("a", u32::MAX), ("b", u32::MAX)]);
    let answers = counts(&[("a", 5_000), ("b", 5_000)]);
    assert_eq!(is_fair(&answers, &weights, &service("wrr"), 10_000), Ok(()));
}

#[test]
fn round_robin_gives_every_living_server_the_same() {
    let weights = counts(&[("a", 5), ("b", 1), ("c", 0)]);
    let rr = service("rr");
    assert_eq!(is_fair(&counts(&[("a", 10), ("b", 10)]), &weights, &rr, 20), Ok(()));
    let unfair = is_fair(&counts(&[("a", 15), ("b", 5)]), &weights, &rr, 20);
    assert_eq!(unfair, Err("a should have answered about 10".to_owned()));
}

#[test]
fn a_request_is_sent_to_those_who_understand_it() {
    use crate::model::{Http, Probe};
    let probed = |kind: ProbeKind| {
        let mut service = service("rr");
        service.probes.push(Probe::new(kind));
        service
    };
    let http = |tls| ProbeKind::Http(Box::new(Http { tls, ..Http::default() }));
    assert_eq!(way(&probed(http(false)), 8080, false), Way::Http);
    assert_eq!(way(&probed(http(true)), 443, true), Way::Connect("it speaks TLS"));
    assert!(matches!(way(&probed(ProbeKind::Connect), 3306, false), Way::Connect(_)));
    assert_eq!(way(&probed(ProbeKind::Connect), 3306, true), Way::Http);
    assert_eq!(way(&service("rr"), 80, false), Way::Http);
    let negotiate = Box::new(http(false));
    assert_eq!(
        way(&probed(ProbeKind::Combined { connects: 3, negotiate }), 8080, false),
        Way::Http
    );
}

#[test]
fn the_status_of_the_probe_is_a_good_answer() {
    use crate::model::{Http, Probe};
    let mut request = HttpRequest::default();
    let found = hyper::StatusCode::FOUND;
    let page = |request: HttpRequest| {
        let mut service = service("rr");
        let http = Http { requests: vec![request], ..Http::default() };
        service.probes.push(Probe::new(ProbeKind::Http(Box::new(http))));
        Page::of(&service).unwrap()
    };
    assert!(!page(request.clone()).is_answered_by(found));
    request.status = vec![Sourced::implied((302, 302))];
    assert!(page(request.clone()).is_answered_by(found));
    assert!(!page(request).is_answered_by(hyper::StatusCode::OK));
}

#[tokio::test]
async fn connections_are_counted_without_a_word_being_said() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (said, is_well) = connections(address, "why", 3).await;
    assert_eq!(
        (said.as_str(), is_well),
        ("3 of 3 connections accepted, nothing was asked: why", true)
    );
    drop(listener);
    let (said, is_well) = connections(address, "why", 2).await;
    assert!(said.starts_with("0 of 2 connections accepted") && !is_well, "{said}");
}
