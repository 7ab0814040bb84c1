//! Experiment 2 on whatever software reads its file: keepalived, `lvsha daemon`, or one of each.

use std::time::Duration;

use super::{drill, holds};
use crate::behaviour::Aspect;
use crate::formula::{ALLOWANCE, Bounds, detection, vrrp_skew, vrrp_takeover};
use crate::inventory::{LW1, LW2, REAL_SERVERS, VIP, VIP6};
use crate::world::{Lab, Stack, Watch, now, pass, until};

/// The intervals and priorities of data/experiment-2.
pub(super) const INTERVAL: f64 = 1.0;
pub(super) const ADVERTS: u32 = 3;
pub(super) const PRIORITIES: [u8; 2] = [100, 90];
/// Its TCP checks: `delay_loop`, `retry`, `delay_before_retry`.
const CHECK_INTERVAL: f64 = 6.0;
const RETRIES: u32 = 3;
const PAUSE: f64 = 3.0;

pub(super) fn requests_alternate(lab: &Lab, stack: &Stack) {
    let watch = started(lab, stack);
    let table = lab.node(LW1).table();
    let weights = REAL_SERVERS.iter().map(|host| table.weight(&format!("{}:80", host.address())));
    assert_eq!(weights.collect::<Vec<_>>(), [Some(3), Some(1)], "rr does not look at them");
    let from = now();
    pass(2.0);
    let pages = watch.record().pages(from, from + Duration::from_secs(2));
    let [three, four] = ["lw3", "lw4"].map(|page| pages.get(page).copied().unwrap_or_default());
    assert_eq!(pages.len(), 2, "something else than two real servers answered: {pages:?}");
    // A port that the client used for an earlier visit may stay with the server that it had.
    assert!(three.abs_diff(four) <= 8 && three > 50, "they do not take turns: {pages:?}");
    lab.note(format!("{three} requests to LW3, {four} to LW4, none failed"));
}

pub(super) fn a_director_is_cut_off_and_returns(lab: &Lab, stack: &Stack) {
    let watch = started(lab, stack);

    let cut = lab.node(LW1).cut();
    let taken = watch.answered_by(LW2, cut, 20.0);
    let served = watch.page(&["lw3", "lw4"], cut + Duration::from_millis(50), 20.0);
    holds(
        lab,
        "take-over",
        vrrp_takeover(INTERVAL, ADVERTS, PRIORITIES[1]).and(ALLOWANCE),
        taken - cut,
    );
    holds(
        lab,
        "service is back",
        vrrp_takeover(INTERVAL, ADVERTS, PRIORITIES[1]).and(ALLOWANCE),
        served - cut,
    );

    // It never stopped being master, so its next advertisement decides.
    let healed = lab.node(LW1).heal();
    let back = watch.answered_by(LW1, healed, 20.0);
    holds(lab, "return", Bounds::new(0.0, INTERVAL).and(ALLOWANCE), back - healed);
    pass(2.0);
    assert!(!lab.node(LW2).has(VIP), "LW2 keeps the address");
    assert!(lab.node(LW1).has(VIP), "LW1 lost the address again");
}

pub(super) fn real_servers_die_and_return(lab: &Lab, stack: &Stack) {
    let (mut behaviour, watch) = drill::glance(lab, stack);
    drill::servers_die_and_return(lab, &mut behaviour, &watch);
    let leaves = detection(CHECK_INTERVAL, RETRIES, PAUSE).and(ALLOWANCE);
    holds(lab, "ServerLeaves", leaves, behaviour.measured(Aspect::ServerLeaves));
    let returns = detection(CHECK_INTERVAL, 0, 0.0).and(ALLOWANCE);
    holds(lab, "ServerReturns", returns, behaviour.measured(Aspect::ServerReturns));
}

pub(super) fn a_cable_is_pulled(lab: &Lab, stack: &Stack) {
    let watch = started(lab, stack);
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

/// `again` is how long LW2 may keep the address when LW1 goes on.
pub(super) fn a_director_stands_still(lab: &Lab, stack: &Stack, again: Bounds) {
    let watch = started(lab, stack);
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
    holds(lab, "only LW1 has it again", again.and(ALLOWANCE), alone - resumed);
    pass(1.0);
    assert!(lab.node(LW1).has(VIP), "the higher priority has it in the end");
    assert!(!watch.record().visits.is_empty());
}

pub(super) fn a_link_is_slow(lab: &Lab, stack: &Stack) {
    let watch = started(lab, stack);
    // Less than the skew of the backup, so that no advertisement is late enough.
    lab.node(LW2).impair("delay 300ms 100ms");
    let from = now();
    pass(20.0);
    let record = watch.record();
    assert_eq!(record.first_answer(LW2, from), None, "LW2 took over:\n{}", record.timeline());
    let gap = record.longest_gap(from, now() - Duration::from_secs(1));
    assert!(gap < ALLOWANCE, "visitors noticed for {gap:?}:\n{}", record.timeline());
}

pub(super) fn ipv6_addresses_move(lab: &Lab, stack: &Stack) {
    stack.start(lab);
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

/// Both directors run, LW1 has the address and a visitor is served.
pub(super) fn started(lab: &Lab, stack: &Stack) -> Watch {
    let watch = lab.watch(VIP);
    start(lab, stack, &watch);
    watch
}

/// The same under a watch that runs already.
pub(super) fn start(lab: &Lab, stack: &Stack, watch: &Watch) {
    stack.start(lab);
    watch.answered_by(LW1, Duration::ZERO, 60.0);
    watch.page(&["lw3", "lw4"], Duration::ZERO, 60.0);
    pass(0.5);
}
