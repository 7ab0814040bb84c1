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
