//! Adverts and their loss as heartbeat counts them, and whether groups go home.

use std::collections::HashSet;
use std::time::Duration;

use super::groups::{Group, Places};
use super::{NodeFile, codes};
use crate::emit::Account;
use crate::model::{
    Failback, Globals, Located, Membership, Router, STANDARD_PRIORITY, Sourced, show_seconds,
    up_to_milliseconds,
};

/// Sets the times of the conversation: one rhythm for all groups, the shortest interval and the
/// longest time to take-over, so that nothing is declared dead earlier than before.
pub(super) fn apply(
    files: &[NodeFile],
    groups: &[Group<'_>],
    membership: &mut Membership,
    account: &mut Account,
) {
    let all: Vec<(&NodeFile, &Router)> = files
        .iter()
        .flat_map(|file| file.cluster.routers.iter().map(move |router| (file, router)))
        .collect();
    let places = Places::of(groups);
    let backup = |router: &Router| {
        let group = places.find(router).and_then(|number| groups.get(number));
        group.map_or(STANDARD_PRIORITY, |group| group.backup_priority)
    };
    let takeover = |(file, router): &(&NodeFile, &Router)| {
        router.takeover(backup(router), &file.cluster.globals)
    };
    let takeovers: Vec<Duration> = all.iter().map(takeover).collect();
    let own_interval = |(file, router): &(&NodeFile, &Router)| {
        router.effective_interval(&file.cluster.globals.routers)
    };
    let Some(interval) = all.iter().map(own_interval).min() else { return };
    let longest = takeovers.iter().copied().max().unwrap_or(interval);
    // heartbeat counts milliseconds and refuses a dead time of two intervals.
    let dead = up_to_milliseconds(longest).max(interval * 2 + MILLISECOND);
    membership.interval = Some(Sourced::implied(interval));
    membership.dead_time = Some(Sourced::implied(dead));
    // Where keepalived logs, too. Without a word heartbeat looks for a logging daemon of its own.
    membership.log_facility = Some(Sourced::implied("daemon".to_owned()));

    for (seat, takeover) in all.iter().zip(&takeovers) {
        let (_, router) = seat;
        let version = format!(
            "take-over {} s after the last advert becomes deadtime {} s",
            show_seconds(*takeover),
            show_seconds(dead)
        );
        let advert = router.interval.place();
        account.changed(advert, codes::TAKEOVER_TIME, "keepalive, deadtime", &version);
        let own = own_interval(seat);
        if own != interval {
            let note = format!(
                "an advert each {} s becomes one each {} s: heartbeat has one rhythm for all groups",
                show_seconds(own),
                show_seconds(interval)
            );
            account.changed(advert, codes::TAKEOVER_TIME, "keepalive", &note);
        }
        let count = router.down_count.place();
        account.changed(count, codes::TAKEOVER_TIME, "deadtime", &version);
        account.needless(router.version.place(), "heartbeat has one protocol");
    }
    startup(files, (dead, longest), membership, account);
    for (file, router) in &all {
        delay(router, &file.cluster.globals, account);
    }
    // `nopreempt` acts on the director that has it: one that is not the best never preempts anyway.
    let best = |router: &Router| {
        let group = places.find(router).and_then(|number| groups.get(number));
        group.and_then(|group| group.all().map(Router::effective_priority).max())
    };
    let (idle, acting): (Vec<_>, Vec<_>) = all.iter().copied().partition(|(file, router)| {
        router.stays(&file.cluster.globals)
            && best(router).is_some_and(|best| router.effective_priority() < best)
    });
    for (_, router) in idle {
        let at = router.preempt.place();
        let note = "it acts on this director only, and another one has a higher priority: that one takes \
                    over from a living master, before and now";
        account.changed(at, codes::ONE_FAILBACK, "auto_failback on", note);
        if !router.tracks.is_empty() {
            let note = "it also held this director back while weights made it the better one";
            account.changed(at, codes::ONE_FAILBACK, "", note);
        }
    }
    failback(&acting, &places, membership, account);
}

/// `initdead`: twice the dead time and 10 s at least, as heartbeat's manual advises, and the
/// silence that keepalived was told to keep. `alone` is how long keepalived waits for a master.
fn startup(
    files: &[NodeFile],
    (dead, alone): (Duration, Duration),
    membership: &mut Membership,
    account: &mut Account,
) {
    let mut initial = (dead * 2).max(Duration::from_secs(10));
    let delays = files.iter().map(|file| &file.cluster.globals);
    let delays = delays
        .flat_map(|globals| [globals.startup_delay, globals.lifetime.delay_after_boot])
        .flatten()
        .collect::<Vec<_>>();
    for delay in &delays {
        let wanted = dead.saturating_add(delay.value);
        initial = initial.max(wanted);
        let note = format!(
            "{} s of silence become {} s until a silent peer is dead; a living one ends the wait",
            show_seconds(delay.value),
            show_seconds(initial)
        );
        account.changed(delay.at, codes::TAKEOVER_TIME, "initdead", &note);
    }
    membership.initial_dead_time = Some(Sourced::implied(initial));
    let note = format!(
        "a director that starts alone takes over after {} s; it was {} s",
        show_seconds(initial),
        show_seconds(alone)
    );
    // A delay that was written has said so.
    let files = files.iter().filter(|_| delays.is_empty());
    for router in files.filter_map(|file| file.cluster.routers.first()) {
        account.changed(router.at, codes::TAKEOVER_TIME, "initdead", &note);
    }
}

/// `auto_failback` holds for all groups; of the routers, those whose `nopreempt` acts count.
fn failback(
    all: &[(&NodeFile, &Router)],
    places: &Places,
    membership: &mut Membership,
    account: &mut Account,
) {
    // One node's nopreempt keeps the group where it is, so it counts as a whole. But a sync group is one line,
    // and not all of its instances on one director need to stay.
    let seat = |(file, router): (&NodeFile, &Router)| {
        Some((places.find(router)?, std::ptr::from_ref(file)))
    };
    let (stay, go): (Vec<_>, Vec<_>) =
        all.iter().copied().partition(|(file, router)| router.stays(&file.cluster.globals));
    let stay: HashSet<_> = stay.into_iter().filter_map(seat).collect();
    let stays: HashSet<usize> = stay.iter().map(|(group, _)| *group).collect();
    let both = go.into_iter().filter_map(seat).filter(|seat| stay.contains(seat));
    let divided: HashSet<usize> = both.map(|(group, _)| group).collect();
    let is_in = |groups: &HashSet<usize>, router: &Router| {
        places.find(router).is_some_and(|group| groups.contains(&group))
    };
    let first = all.first().is_some_and(|(_, router)| is_in(&stays, router));
    let failback = if first { Failback::Off } else { Failback::On };
    membership.failback = Some(Sourced::implied(failback));
    let word = if first { "auto_failback off" } else { "auto_failback on" };
    for (file, router) in all {
        let is_void = |word: &Sourced<bool>| !word.value && !router.stays(&file.cluster.globals);
        if let Some(void) = router.preempt.filter(is_void) {
            account.needless(void.at, BEGINS_AS_MASTER);
        }
        let Some(preempt) = router.preempt.filter(|word| !is_void(word)) else {
            // Preemption is silent: nothing was written that could be spoken for.
            if first && !is_in(&stays, router) {
                account.impossible(router.at, codes::ONE_FAILBACK, &[MIXED]);
            } else if first && is_in(&divided, router) {
                account.changed(router.at, codes::ONE_FAILBACK, word, DIVIDED);
            }
            continue;
        };
        if is_in(&stays, router) != first {
            account.impossible(preempt.at, codes::ONE_FAILBACK, &[MIXED]);
        } else if is_in(&divided, router) {
            account.changed(preempt.at, codes::ONE_FAILBACK, word, DIVIDED);
        } else {
            account.exact(preempt.at, word);
        }
    }
}

/// Speaks for a router's `preempt_delay`.
fn delay(router: &Router, globals: &Globals, account: &mut Account) {
    let Some(stated) = router.preempt_delay else { return };
    let own = router.members.first();
    if router.effective_preempt_delay(own, globals).is_some() {
        let note = "heartbeat hands a group over as soon as its node is back and stable";
        let instead = "set auto_failback off and hand over by hb_takeover when it suits";
        account.lossy(stated.at, codes::ONE_FAILBACK, "", &[note, instead]);
        return;
    }
    let why = if stated.value.is_zero() {
        "it is no delay"
    } else if own.is_some_and(|member| router.begins_as_master(member, globals)) {
        BEGINS_AS_MASTER
    } else if router.is_strict(globals) {
        "strict mode has no delay"
    } else {
        "with nopreempt there is nothing to wait for"
    };
    account.needless(stated.at, why);
}

const BEGINS_AS_MASTER: &str = "keepalived takes it from a director that begins as MASTER";
const DIVIDED: &str = "of the instances of this line some stay where they are, and others go home";
const MILLISECOND: Duration = Duration::from_millis(1);
const MIXED: &str =
    "auto_failback holds for all groups, and another group of this cluster says the opposite";
