//! Experiment 2: keepalived on both directors, TCP checks, direct routing.

use std::time::Duration;

use crate::formula::{ALLOWANCE, Bounds, vrrp_takeover};
use crate::inventory::{LW1, LW2, VIP};
use crate::world::{Lab, Stack, Watch, keepalived_pair, now, pass};

/// The intervals and priorities of data/experiment-2.
const INTERVAL: f64 = 1.0;
const ADVERTS: u32 = 3;
const PRIORITIES: [u8; 2] = [100, 90];

pub(super) fn requests_alternate_between_the_real_servers(lab: &Lab) {
    let watch = started(lab);
    let from = now();
    pass(2.0);
    let pages = watch.record().pages(from, from + Duration::from_secs(2));
    let [three, four] = ["lw3", "lw4"].map(|page| pages.get(page).copied().unwrap_or_default());
    assert_eq!(pages.len(), 2, "something else than two real servers answered: {pages:?}");
    assert!(three.abs_diff(four) <= 2 && three > 50, "they do not take turns: {pages:?}");
    lab.note(format!("{three} requests to LW3, {four} to LW4, none failed"));
}

pub(super) fn a_director_that_is_cut_off_is_replaced_and_returns(lab: &Lab) {
    let watch = started(lab);

    let cut = lab.node(LW1).cut();
    let taken = watch.answered_by(LW2, cut, 20.0);
    let served = watch.page(&["lw3", "lw4"], cut + Duration::from_millis(50), 20.0);
    holds(lab, "take-over", vrrp_takeover(INTERVAL, ADVERTS, PRIORITIES[1]).and(ALLOWANCE), taken - cut);
    holds(lab, "service is back", vrrp_takeover(INTERVAL, ADVERTS, PRIORITIES[1]).and(ALLOWANCE), served - cut);

    // It never stopped being master, so its next advertisement decides.
    let healed = lab.node(LW1).heal();
    let back = watch.answered_by(LW1, healed, 20.0);
    holds(lab, "return", Bounds::new(0.0, INTERVAL).and(ALLOWANCE), back - healed);
    pass(2.0);
    assert!(!lab.node(LW2).has(VIP), "LW2 keeps the address");
    assert!(lab.node(LW1).has(VIP), "LW1 lost the address again");
}

/// Both directors run, LW1 has the address and a visitor is served.
fn started(lab: &Lab) -> Watch {
    Stack::keepalived("keepalived", keepalived_pair("experiment-2")).start(lab);
    let watch = lab.watch(VIP);
    watch.answered_by(LW1, Duration::ZERO, 60.0);
    watch.page(&["lw3", "lw4"], Duration::ZERO, 60.0);
    pass(0.5);
    watch
}

fn holds(lab: &Lab, what: &str, bounds: Bounds, measured: Duration) {
    let line = format!(
        "{what}: {:.3} s, {:.3} to {:.3} s by the formula and the allowance",
        measured.as_secs_f64(),
        bounds.least.as_secs_f64(),
        bounds.most.as_secs_f64()
    );
    assert!(bounds.hold(measured), "{line}");
    lab.note(line);
}
