use super::*;
use crate::run::net::routes::{Hint, Hop, Route};
use crate::run::net::rules::Rule;

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(ToOwned::to_owned).collect()
}

fn a_route(line: &str) -> Result<Route, String> {
    route(&words(line), Family::V4).map_err(|refusal| refusal.to_string())
}

fn a_rule(line: &str) -> Result<Rule, String> {
    rule(&words(line), Family::V4).map_err(|refusal| refusal.to_string())
}

#[test]
fn a_route_by_a_gateway() {
    let found = a_route("10.1.0.0/16 via 10.0.0.1 dev eth0 table 100 metric 5").unwrap();
    let hop = Hop { gateway: address("10.0.0.1"), link: Some("eth0".to_owned()), ..Hop::default() };
    let expected = Route {
        table: 100,
        metric: Some(5),
        hops: vec![hop],
        ..Route::to(Prefix::parse("10.1.0.0/16").unwrap())
    };
    assert_eq!(found, expected);
}

#[test]
fn scopes_follow_from_the_rest() {
    let scope = |line| a_route(line).unwrap().scope;
    assert_eq!(scope("10.1.0.0/16 dev eth0"), 0);
    assert_eq!(scope("10.1.0.0/16 via 10.0.0.1"), 0);
    assert_eq!(scope("local 10.1.0.1 dev lo"), 254);
    assert_eq!(scope("blackhole 10.1.0.0/16"), 0);
    assert_eq!(scope("broadcast 10.1.0.1 dev eth0"), 253);
    assert_eq!(scope("10.1.0.0/16 dev eth0 scope link"), 253);
    assert_eq!(scope("2001:db8::/32 dev eth0"), 0);
}

#[test]
fn default_is_of_the_family_that_the_line_shows() {
    assert_eq!(
        a_route("default via 2001:db8::1 dev eth0").unwrap().destination.address,
        prefix("default", Family::V6).unwrap().address
    );
    assert!(a_route("default dev eth0").unwrap().destination.address.is_ipv4());
    assert!(a_route("inet6 default dev eth0").unwrap().destination.address.is_ipv6());
}

#[test]
fn hops_and_hints() {
    let found = a_route(
        "default mtu lock 1400 rtt 10ms congctl cubic \
         nexthop via 10.0.0.1 weight 2 nexthop via 10.0.0.2 dev eth1 weight 1",
    )
    .unwrap();
    assert_eq!(found.hops.len(), 2);
    assert_eq!(found.hops[0].weight, 2);
    assert_eq!(found.hops[1].link.as_deref(), Some("eth1"));
    let expected = [
        (1, Hint::Number(1 << 2)),
        (2, Hint::Number(1400)),
        (4, Hint::Number(80)),
        (16, Hint::Text("cubic".to_owned())),
    ];
    assert_eq!(found.hints, expected);
}

#[test]
fn only_what_is_not_followed_may_have_another_maker() {
    let protocol = |line| a_route(line).unwrap().protocol;
    assert_eq!(protocol("10.1.0.0/16 dev eth0 protocol static"), 18);
    assert_eq!(protocol("10.1.0.0/16 dev eth0 protocol static no_track"), 4);
}

#[test]
fn a_rule_with_everything() {
    let found = a_rule(
        "not from 10.1.0.0/16 to 10.2.0.0/16 table 100 preference 5 tos 0x10 fwmark 0x7/0xff \
         iif eth0 ipproto tcp dport 80-90 sup_pl 0 uidrange 1000-1001",
    )
    .unwrap();
    let expected = Rule {
        is_inverted: true,
        from: Prefix::parse("10.1.0.0/16"),
        to: Prefix::parse("10.2.0.0/16"),
        table: 100,
        priority: 5,
        type_of_service: 0x10,
        mark: Some((7, 0xff)),
        input: Some("eth0".to_owned()),
        transport: Some(6),
        destination_ports: Some((80, 90)),
        shortest_prefix: Some(0),
        users: Some((1000, 1001)),
        ..Rule::new(Family::V4)
    };
    assert_eq!(found, expected);
}

#[test]
fn what_cannot_be_done_is_named() {
    let rows = [
        ("10.1.0.0/16 encap ip id 7", "`encap`"),
        ("10.1.0.0/16 via", "`via` without its value"),
        ("10.1.0.0/16 via nowhere", "`via nowhere`"),
        ("via 10.0.0.1", "`to` without its value"),
        ("10.1.0.0/16 append", "`append`"),
        ("10.1.0.0/16 nexthop via 10.0.0.1 weight 999", "`weight 999`"),
    ];
    for (line, expected) in rows {
        assert_eq!(a_route(line).unwrap_err(), expected, "{line}");
    }
    assert_eq!(a_rule("from 10.1.0.0/16 table 7").unwrap_err(), "a rule without `preference`");
    assert_eq!(a_rule("preference 5 dance").unwrap_err(), "`dance`");
}
