//! The drill that every stack goes through, so that their behaviours can be compared.

use std::sync::Mutex;
use std::time::Duration;

use crate::behaviour::{Aspect, Behaviour};
use crate::inventory::{LW1, LW2, LW3, LW4, REAL_SERVERS, VIP};
use crate::world::{Lab, Stack, Watch, now, pass, until};

/// Seconds that anything may take before it counts as never. Waiting is free on the emulated machine.
const NEVER: f64 = 200.0;
/// By then every stack has its address, if it ever takes it: heartbeat's `initdead` of 60 s, and its scripts.
const STARTS: f64 = 90.0;
/// The pages of the real servers.
const SERVERS: [&str; 2] = ["lw3", "lw4"];

static KNOWN: Mutex<Vec<(Stack, Behaviour)>> = Mutex::new(Vec::new());

/// What is seen without breaking anything: address, tables, shares.
pub(super) fn glance(lab: &Lab, stack: &Stack) -> (Behaviour, Watch) {
    let mut behaviour = Behaviour::new(&stack.name);
    stack.start(lab);
    let watch = lab.watch_patiently(VIP);
    // Nobody's answer is a result, too: a pair that has another address.
    let owner = until(STARTS, || watch.record().answers.first().map(|answer| answer.host));
    behaviour.text(Aspect::Owner, owner.map_or("nobody".to_owned(), |host| host.to_string()));
    // Both stacks let a server in only when a check has succeeded.
    let _ = until(60.0, || {
        REAL_SERVERS.iter().all(|server| lab.node(LW1).balances_to(*server)).then_some(())
    });
    pass(1.0);
    let from = now();
    pass(2.0);
    let pages = watch.record().pages(from, from + Duration::from_secs(2));
    let all: usize = pages.values().sum();
    // In tenths, so that one request more or less is no difference.
    let shares: Vec<String> = pages
        .iter()
        .map(|(page, count)| {
            format!(
                "{} {}/10",
                if page.is_empty() { "nothing" } else { page },
                (count * 10 + all / 2) / all
            )
        })
        .collect();
    behaviour.text(Aspect::Shares, shares.join(", "));
    behaviour.table(Aspect::Table, &lab.node(LW1).table());
    behaviour.table(Aspect::StandbyTable, &lab.node(LW2).table());
    (behaviour, watch)
}

/// What the whole drill shows of a stack. It is done once for all scenarios that a machine runs; afterwards the lab is
/// tidy.
pub(super) fn known(lab: &Lab, stack: &Stack) -> Behaviour {
    let seen = |known: &[(Stack, Behaviour)]| {
        known.iter().find(|(other, _)| other == stack).map(|(_, behaviour)| behaviour.clone())
    };
    if let Some(behaviour) = seen(&KNOWN.lock().unwrap()) {
        return behaviour;
    }
    // Nobody waits for the list meanwhile: a drill that fails must not fail those of other stacks.
    let behaviour = whole(lab, stack);
    lab.tidy();
    KNOWN.lock().unwrap().push((stack.clone(), behaviour.clone()));
    behaviour
}

/// What a stack without anything that moves addresses makes of the table, on one director.
pub(super) fn table_of(lab: &Lab, stack: &Stack) -> Behaviour {
    let mut behaviour = Behaviour::new(&stack.name);
    let director = lab.node(LW1);
    stack.return_to(lab, LW1);
    changes(lab, || director.balances_to(LW3) && director.balances_to(LW4), "both are let in");
    behaviour.table(Aspect::Table, &director.table());
    behaviour
}

/// The whole drill: servers die and return, all die, the director crashes, returns, and is stopped in order.
fn whole(lab: &Lab, stack: &Stack) -> Behaviour {
    let (mut behaviour, watch) = glance(lab, stack);
    servers_die_and_return(lab, &mut behaviour, &watch);
    the_director_crashes_and_returns(lab, stack, &mut behaviour, &watch);

    let stopped = now();
    stack.stop_on(lab.node(LW1));
    let served = watch.answered_by(LW2, stopped, NEVER);
    let page = watch.page(&SERVERS, served, NEVER);
    behaviour.span(Aspect::HandOver, page - stopped);
    for (aspect, seen) in &behaviour.seen {
        lab.note(format!("{}: {aspect:?}: {seen}", behaviour.stack));
    }
    behaviour
}

/// Real servers one by one, then both.
pub(super) fn servers_die_and_return(lab: &Lab, behaviour: &mut Behaviour, watch: &Watch) {
    let director = lab.node(LW1);
    let (three, four) = (lab.node(LW3), lab.node(LW4));

    let died = three.stop_serving();
    let left = changes(lab, || !director.balances_to(LW3), "LW3 leaves the balancing");
    behaviour.span(Aspect::ServerLeaves, left - died);
    let table = director.table();
    // Not there, or quiescent.
    let weight = table.weight(&format!("{}:80", LW3.address())).unwrap_or_default();
    assert_eq!(weight, 0, "ipvsadm sees what the kernel's list says: {table}");
    behaviour.table(Aspect::TableWithoutOne, &table);
    // Nobody is sent to the dead one any more.
    pass(1.0);
    let pages = watch.record().pages(left + Duration::from_millis(600), now());
    assert!(pages.keys().all(|page| page == "lw4"), "LW3 is out, and visitors get {pages:?}");

    three.serve();
    let alive = now();
    let back = changes(lab, || director.balances_to(LW3), "LW3 returns to the balancing");
    behaviour.span(Aspect::ServerReturns, back - alive);

    three.stop_serving();
    let last = four.stop_serving();
    let sorry = watch.page(&["sorry from lw1"], last, NEVER);
    behaviour.text(Aspect::Fallback, "sorry from lw1");
    pass(1.0);
    behaviour.table(Aspect::TableWithoutAll, &director.table());
    lab.note(format!(
        "{}: the fallback answers {:.2} s after the last server died",
        behaviour.stack,
        (sorry - last).as_secs_f64()
    ));
    three.serve();
    four.serve();
    changes(lab, || director.balances_to(LW3) && director.balances_to(LW4), "both return");
    pass(1.0);
    let pages = watch
        .record()
        .pages(now() - Duration::from_millis(600), now() - Duration::from_millis(100));
    assert!(pages.keys().eq(["lw3", "lw4"]), "both are back, and visitors get {pages:?}");
}

/// Power off, power on, and the address goes there and back.
pub(super) fn the_director_crashes_and_returns(
    lab: &Lab,
    stack: &Stack,
    behaviour: &mut Behaviour,
    watch: &Watch,
) {
    let crashed = lab.node(LW1).power_off();
    watch.answered_by(LW2, crashed, NEVER);
    let served = watch.page(&SERVERS, crashed + Duration::from_millis(50), NEVER);
    behaviour.span(Aspect::TakeOver, served - crashed);
    // The table fills only now where the standby had none.
    let filled = until(60.0, || {
        REAL_SERVERS.iter().all(|server| lab.node(LW2).balances_to(*server)).then_some(())
    });
    assert!(filled.is_some(), "LW2 has {}", lab.node(LW2).table());

    lab.node(LW1).power_on_again();
    let started = now();
    stack.return_to(lab, LW1);
    let back = watch.answered_by(LW1, started, NEVER);
    let page = watch.page(&SERVERS, back, NEVER);
    behaviour.span(Aspect::FailBack, page - started);
    // Long enough for the loser to have given up, and the server checks to have come round.
    pass(8.0);
    behaviour.span(
        Aspect::FailBackGap,
        watch.record().longest_gap(started, now() - Duration::from_secs(1)),
    );
    assert!(
        lab.node(LW1).has(VIP) && !lab.node(LW2).has(VIP),
        "exactly LW1 has the address in the end"
    );
    let overlap = watch.record().overlap(started, now());
    lab.note(format!(
        "{}: both answer for {:.2} s at the return",
        behaviour.stack,
        overlap.as_secs_f64()
    ));
}

/// Waits for a state of the active director's table. The moment it was seen.
fn changes(lab: &Lab, wanted: impl Fn() -> bool, what: &str) -> Duration {
    let seen = until(NEVER, || wanted().then(now));
    seen.unwrap_or_else(|| {
        panic!("not within {NEVER} s: {what}; the table is {}", lab.node(LW1).table())
    })
}
