use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::run::ipvs::test_values::destination;

fn at(host: u8) -> DestinationKey {
    DestinationKey { address: std::net::Ipv4Addr::new(10, 0, 0, host).into(), port: 80 }
}

fn member(host: u8, weight: u32, standing: Standing) -> Member {
    Member {
        key: at(host),
        destination: destination(weight),
        quiesces: false,
        serves_untested: false,
        standing,
        more: 0,
        order: None,
    }
}

fn rules(quorum: u32, hysteresis: u32, has_fallback: bool) -> PoolRules {
    let fallback = Fallback { key: at(99), destination: destination(1), stays: false };
    PoolRules { quorum, hysteresis, fallback: has_fallback.then_some(fallback) }
}

/// Host and weight of each entry.
fn table(rules: &PoolRules, quorum: Quorum, members: &[Member]) -> Vec<(String, u32)> {
    destinations(rules, quorum, members)
        .into_iter()
        .map(|(key, destination)| (key.address.to_string(), destination.weight))
        .collect()
}

fn entries(expected: &[(&str, u32)]) -> Vec<(String, u32)> {
    expected.iter().map(|(address, weight)| ((*address).to_owned(), *weight)).collect()
}

#[test]
fn the_fallback_serves_only_when_all_are_dead() {
    let rules = rules(1, 0, true);
    let mut members = [member(1, 1, Standing::Up), member(2, 1, Standing::Down)];
    let quorum = Quorum::Unknown.next(&rules, &members);
    assert_eq!(table(&rules, quorum, &members), entries(&[("10.0.0.1", 1)]));
    members[0].standing = Standing::Down;
    let quorum = quorum.next(&rules, &members);
    assert_eq!(table(&rules, quorum, &members), entries(&[("10.0.0.99", 1)]));
    members[1].standing = Standing::Up;
    let quorum = quorum.next(&rules, &members);
    assert_eq!(table(&rules, quorum, &members), entries(&[("10.0.0.2", 1)]));
}

#[test]
fn no_fallback_flashes_up_while_servers_are_untested() {
    let rules = rules(1, 0, true);
    let members = [member(1, 1, Standing::Untested), member(2, 1, Standing::Down)];
    let quorum = Quorum::Unknown.next(&rules, &members);
    assert_eq!((quorum, table(&rules, quorum, &members)), (Quorum::Unknown, Vec::new()));
}

#[test]
fn a_quiescent_server_stays_with_weight_0_beside_the_fallback() {
    let rules = rules(1, 0, true);
    let members = [Member { quiesces: true, ..member(1, 5, Standing::Down) }];
    let expected = entries(&[("10.0.0.1", 0), ("10.0.0.99", 1)]);
    assert_eq!(table(&rules, Quorum::Down, &members), expected);
}

#[test]
fn a_quorum_is_lost_and_regained_with_hysteresis() {
    // Three servers of weight 2; lost below 4 - 1, regained from 4 + 1 on.
    let rules = rules(4, 1, true);
    let live = |count: usize| -> Vec<Member> {
        let standing = |host| if host < count { Standing::Up } else { Standing::Down };
        (0..3).map(|host| member(u8::try_from(host).unwrap(), 2, standing(host))).collect()
    };
    assert_eq!(Quorum::Up.next(&rules, &live(2)), Quorum::Up);
    assert_eq!(Quorum::Up.next(&rules, &live(1)), Quorum::Down);
    assert_eq!(Quorum::Down.next(&rules, &live(2)), Quorum::Down);
    assert_eq!(Quorum::Down.next(&rules, &live(3)), Quorum::Up);
    // The one that lives does not serve while the fallback does.
    assert_eq!(table(&rules, Quorum::Down, &live(1)), entries(&[("10.0.0.99", 1)]));
}

#[test]
fn without_a_fallback_the_rest_goes_on_serving() {
    let rules = rules(4, 0, false);
    let members = [member(1, 1, Standing::Up), member(2, 9, Standing::Down)];
    assert_eq!(Quorum::Up.next(&rules, &members), Quorum::Down);
    assert_eq!(table(&rules, Quorum::Down, &members), entries(&[("10.0.0.1", 1)]));
}

#[test]
fn a_quorum_above_all_weights_means_all() {
    let rules = rules(50, 0, false);
    let members = [member(1, 1, Standing::Up), member(2, 1, Standing::Up)];
    assert_eq!(Quorum::Unknown.next(&rules, &members), Quorum::Up);
}

#[test]
fn a_quorum_is_lost_when_checks_take_the_weights_away() {
    let rules = rules(15, 0, true);
    let members = [1, 2].map(|host| Member { more: -7, ..member(host, 10, Standing::Up) });
    assert_eq!(Quorum::Up.next(&rules, &members), Quorum::Down);
    assert_eq!(table(&rules, Quorum::Down, &members), entries(&[("10.0.0.99", 1)]));
}

#[test]
fn what_may_be_quiesced_keeps_its_connections_beside_the_fallback() {
    let rules = rules(2, 0, true);
    let standings = [Standing::Up, Standing::Down, Standing::Down];
    let members: Vec<Member> = (1..)
        .zip(standings)
        .map(|(host, standing)| Member { quiesces: true, ..member(host, 1, standing) })
        .collect();
    let expected = [("10.0.0.1", 0), ("10.0.0.2", 0), ("10.0.0.3", 0), ("10.0.0.99", 1)];
    assert_eq!(Quorum::Up.next(&rules, &members), Quorum::Down);
    assert_eq!(table(&rules, Quorum::Down, &members), entries(&expected));
}

#[test]
fn servers_that_were_not_asked_yet_keep_a_quorum() {
    let rules = rules(4, 0, true);
    let mut members: Vec<Member> = (1..=4).map(|host| member(host, 1, Standing::Up)).collect();
    members[3].standing = Standing::Untested;
    assert_eq!(Quorum::Up.next(&rules, &members), Quorum::Up);
    members[3].standing = Standing::Down;
    assert_eq!(Quorum::Up.next(&rules, &members), Quorum::Down);
}

#[test]
fn orders_go_before_checks() {
    let rules = rules(1, 0, false);
    let drained = Member { order: Some(Order::Drain), ..member(1, 5, Standing::Up) };
    let disabled = Member { order: Some(Order::Disable), ..member(2, 5, Standing::Up) };
    let weighed = Member { order: Some(Order::Weight(7)), ..member(3, 5, Standing::Up) };
    let dead = Member { order: Some(Order::Weight(7)), ..member(4, 5, Standing::Down) };
    let members = [drained, disabled, weighed, dead];
    let expected = entries(&[("10.0.0.1", 0), ("10.0.0.3", 7)]);
    assert_eq!(table(&rules, Quorum::Up, &members), expected);
}

#[test]
fn a_script_sets_a_weight_and_a_file_adds_to_it() {
    use crate::run::health::WeightChange::{Add, Set};
    for (change, expected) in [(Set(9), 9), (Set(2), 2), (Add(-9), 0), (Add(i64::MAX), MOST)] {
        let member = Member { more: change.difference(5), ..member(1, 5, Standing::Up) };
        assert_eq!(member.weight(), expected, "{change:?}");
    }
}

fn any_member() -> impl Strategy<Value = Member> {
    let standing = prop_oneof![Just(Standing::Up), Just(Standing::Down), Just(Standing::Untested)];
    let order = proptest::option::of(prop_oneof![
        Just(Order::Drain),
        Just(Order::Disable),
        (0_u32..4).prop_map(Order::Weight)
    ]);
    (1_u8..9, 0_u32..4, standing, any::<bool>(), any::<bool>(), order).prop_map(
        |(host, weight, standing, quiesces, serves_untested, order)| Member {
            quiesces,
            serves_untested,
            order,
            ..member(host, weight, standing)
        },
    )
}

proptest! {
    /// What must hold whatever happens, in words that do not follow the code.
    #[test]
    fn no_dead_server_gets_traffic_and_no_service_is_without_need_empty(
        quorum in 0_u32..9, hysteresis in 0_u32..3, has_fallback: bool,
        rounds in vec(vec(any_member(), 0..5), 1..8),
    ) {
        let rules = rules(quorum, hysteresis, has_fallback);
        let mut state = Quorum::default();
        for mut members in rounds {
            members.dedup_by_key(|member| member.key);
            members.sort_by_key(|member| member.key);
            members.dedup_by_key(|member| member.key);
            let before = state;
            state = state.next(&rules, &members);
            let table = destinations(&rules, state, &members);
            let live: u32 = members.iter().filter(|m| m.is_live()).map(Member::weight).sum();
            for member in &members {
                let weight = table.get(&member.key).map_or(0, |entry| entry.weight);
                let is_dead = member.standing == Standing::Down
                    || matches!(member.order, Some(Order::Disable | Order::Drain));
                prop_assert!(!is_dead || weight == 0);
                // In place and unharmed while it is merely drained.
                if member.order == Some(Order::Drain) && member.standing == Standing::Up {
                    prop_assert!(table.contains_key(&member.key));
                }
            }
            let serves = table.values().any(|entry| entry.weight > 0);
            prop_assert_eq!(table.contains_key(&at(99)), has_fallback && state == Quorum::Down);
            // Only an undecided service or one without anybody alive may be empty.
            if live > 0 || (has_fallback && state == Quorum::Down) {
                prop_assert!(serves);
            }
            let is_pending = |m: &&Member| m.is_pending();
            let pending: u32 = members.iter().filter(is_pending).map(Member::weight).sum();
            prop_assert!(state != Quorum::Up || live > 0 || pending > 0);
            // The state is at rest: the same servers change nothing more, and it is never forgotten.
            prop_assert_eq!(state.next(&rules, &members), state);
            prop_assert!(before == Quorum::Unknown || state != Quorum::Unknown);
        }
    }
}
