//! Experiment 2: keepalived on both directors, TCP checks, direct routing.

use std::time::Duration;

use super::holds;
use super::pair::{self, ADVERTS, INTERVAL, PRIORITIES};
use crate::formula::{ALLOWANCE, Bounds, vrrp_skew, vrrp_takeover};
use crate::inventory::{LW1, LW2, VIP, VIP6};
use crate::world::{Lab, Stack, Watch, keepalived_pair, now, pass, until};

pub(super) fn requests_alternate_between_the_real_servers(lab: &Lab) {
    pair::requests_alternate(lab, &experiment_2());
}

pub(super) fn a_director_that_is_cut_off_is_replaced_and_returns(lab: &Lab) {
    pair::a_director_is_cut_off_and_returns(lab, &experiment_2());
}

pub(super) fn real_servers_die_and_return_and_the_fallback_answers_when_all_are_dead(lab: &Lab) {
    pair::real_servers_die_and_return(lab, &experiment_2());
}

pub(super) fn a_pulled_cable_moves_the_address(lab: &Lab) {
    let watch = started(lab);
    let pulled = lab.node(LW1).unplug();
    let taken = watch.answered_by(LW2, pulled, 20.0);
    holds(
        lab,
        "take-over",
        vrrp_takeover(INTERVAL, ADVERTS, PRIORITIES[1]).and(ALLOWANCE),
        taken - pulled,
    );
    // It saw its carrier go, so it starts from the beginning when that returns: three intervals and its own skew.
    let healed = lab.node(LW1).heal();
    let back = watch.answered_by(LW1, healed, 30.0);
    let dead = vrrp_takeover(INTERVAL, ADVERTS, PRIORITIES[0]).most.as_secs_f64();
    holds(lab, "return", Bounds::new(dead, dead).and(ALLOWANCE), back - healed);
}

pub(super) fn a_director_that_stood_still_gives_way_and_wins_again(lab: &Lab) {
    let watch = started(lab);
    let still = now();
    lab.node(LW1).pause();
    // Frozen processes do not take the address off the interface: the kernel goes on answering for it.
    let master = until(20.0, || lab.node(LW2).has(VIP).then(now)).expect("LW2 takes over");
    holds(
        lab,
        "take-over",
        vrrp_takeover(INTERVAL, ADVERTS, PRIORITIES[1]).and(ALLOWANCE),
        master - still,
    );
    assert!(lab.node(LW1).has(VIP), "the paused one cannot have given it up");
    lab.node(LW1).resume();
    let resumed = now();
    let alone =
        until(20.0, || (!lab.node(LW2).has(VIP)).then(now)).expect("LW2 gives the address back");
    holds(lab, "one owner again", Bounds::new(0.0, INTERVAL).and(ALLOWANCE), alone - resumed);
    pass(1.0);
    assert!(lab.node(LW1).has(VIP), "the higher priority has it in the end");
    assert!(!watch.record().visits.is_empty());
}

pub(super) fn a_slow_link_moves_nothing(lab: &Lab) {
    let watch = started(lab);
    // Less than the skew of the backup, so that no advertisement is late enough.
    lab.node(LW2).impair("delay 300ms 100ms");
    let from = now();
    pass(20.0);
    let record = watch.record();
    assert_eq!(record.first_answer(LW2, from), None, "LW2 took over:\n{}", record.timeline());
    let gap = record.longest_gap(from, now() - Duration::from_secs(1));
    assert!(gap < ALLOWANCE, "visitors noticed for {gap:?}:\n{}", record.timeline());
}

pub(super) fn ipv6_addresses_move_and_are_balanced_too(lab: &Lab) {
    Stack::keepalived("keepalived", keepalived_pair("ipv6")).start(lab);
    let watch = lab.watch(VIP6);
    watch.answered_by(LW1, Duration::ZERO, 60.0);
    watch.page(&["lw3"], Duration::ZERO, 60.0);
    watch.page(&["lw4"], Duration::ZERO, 60.0);
    let cut = lab.node(LW1).cut();
    let taken = watch.answered_by(LW2, cut, 20.0);
    // Version 3, RFC 9568 section 6.1: the skew is that part of an interval.
    let dead = 0.5 * (3.0 + vrrp_skew(90));
    holds(lab, "take-over", Bounds::new(dead - 0.5, dead).and(ALLOWANCE), taken - cut);
    watch.page(&["lw3", "lw4"], taken, 10.0);
}

pub(super) fn experiment_2() -> Stack {
    Stack::keepalived("keepalived", keepalived_pair("experiment-2"))
}

fn started(lab: &Lab) -> Watch {
    pair::started(lab, &experiment_2())
}
