//! 256 random histories, and those with a name.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::run::vrrp::{ChecksumCustom, Output, Settings, State, Version};

const SECOND: Duration = Duration::from_secs(1);

/// `LVSHA_SEED=17` plays one history again, `LVSHA_SEEDS=10000` more of them, `LVSHA_STEPS=1000000` so many events of
/// histories that nobody has seen yet.
#[test]
fn random_histories_keep_every_invariant() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let fresh = number("LVSHA_STEPS").map(|enough| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        (now.as_secs(), enough)
    });
    let (seeds, enough) = match (number("LVSHA_SEED"), fresh) {
        (Some(seed), _) => (seed..seed + 1, u64::MAX),
        (None, Some((first, enough))) => (first..u64::MAX, enough),
        (None, None) => (0..number("LVSHA_SEEDS").unwrap_or(256), u64::MAX),
    };
    let mut steps = 0;
    let mut seen = BTreeMap::new();
    for seed in seeds {
        let scenario = history(seed);
        let played = scenario.play();
        let (world, outcome) =
            played.unwrap_or_else(|failure| panic!("LVSHA_SEED={seed}: {failure}"));
        if let Err(what) = Invariants::check_calm(&world) {
            panic!("LVSHA_SEED={seed}: {what}: {:#?}", outcome.changes);
        }
        steps += outcome.steps;
        count(&outcome, &mut seen);
        if steps >= enough {
            break;
        }
    }
    if number("LVSHA_SEED").is_some() {
        return;
    }
    let wanted = fresh.map_or(STEPS, |(_, enough)| enough);
    assert!(steps >= wanted, "only {steps} steps");
    // Asked of the usual histories: others are as many as somebody likes.
    if fresh.is_none() && number("LVSHA_SEEDS").is_none() {
        let rare = LEAST.iter().filter(|(what, least)| seen.get(what).is_none_or(|n| n < least));
        assert_eq!(rare.collect::<Vec<_>>(), Vec::<&(&str, u64)>::new(), "of {seen:?}");
    }
}

/// What happened in a history, by the words of [`LEAST`].
fn count(outcome: &Outcome, seen: &mut BTreeMap<&'static str, u64>) {
    let mut add = |what, times| *seen.entry(what).or_default() += times;
    for (_, _, _, change) in &outcome.changes {
        for (what, _) in LEAST.iter().filter(|(words, _)| change.contains(words)) {
            add(*what, 1);
        }
    }
    add(PRIORITIES, outcome.priority_changes);
    let rivals = outcome.holdings.values().flatten().filter(|holding| holding.nodes.len() > 1);
    add(RIVALS, u64::try_from(rivals.count()).unwrap_or(u64::MAX));
}

/// What 256 histories have to contain, and how often at least: half of what they did when this was written, or less of
/// what is rare.
const LEAST: [(&str, u64); 15] = [
    ("BACKUP: everything that is tracked works again", 60),
    ("BACKUP: ordered to stand by", 25),
    ("BACKUP: own advertisements were", 30),
    ("BACKUP: received higher priority", 260),
    ("BACKUP: start, the addresses are still here", 20),
    ("BACKUP: sync group: ", 30),
    ("FAULT: interface failed", 130),
    ("FAULT: script failed", 3),
    ("MASTER: no advertisement for", 470),
    ("MASTER: own priority", 150),
    ("MASTER: the addresses belong to this director", 25),
    ("gave up (priority 0)", 50),
    ("has the same priority", 15),
    (PRIORITIES, 800),
    (RIVALS, 400),
];
const PRIORITIES: &str = "changes of a priority";
const RIVALS: &str = "times with two masters";
/// Steps of 256 histories, at least.
const STEPS: u64 = 128_000;

#[test]
fn a_seed_is_a_history() {
    let changes = |seed| history(seed).play().unwrap().1.changes;
    assert_eq!(changes(5), changes(5));
    assert_ne!(changes(5), changes(6));
}

fn pair(actions: Vec<(Duration, Action)>) -> (World, Outcome) {
    let node = |name: &str, priority| NodeSpec {
        name: name.to_owned(),
        routers: vec![Settings {
            priority,
            ..Settings::new("VI_1", 51, vec!["10.0.0.31".parse().unwrap()])
        }],
        groups: Vec::new(),
        custom: ChecksumCustom::Message,
        script_weight: 0,
    };
    let mut all = vec![(Duration::ZERO, Action::Start(0)), (Duration::ZERO, Action::Start(1))];
    all.extend(actions);
    let nodes = vec![node("lw1", 200), node("lw2", 100)];
    Scenario { nodes, actions: all, end: SECOND * 60, seed: 1 }.play().unwrap()
}

/// Holders in order, and how long in milliseconds.
fn story(outcome: &Outcome) -> Vec<(String, u128)> {
    let holdings = outcome.holdings["VI_1"].iter();
    holdings.map(|h| (h.nodes.join("+"), (h.to - h.from).as_millis())).collect()
}

#[test]
fn a_crash_costs_the_down_interval_at_most() {
    let (_, outcome) = pair(vec![(SECOND * 20, Action::Crash(0))]);
    let story = story(&outcome);
    let [(none, start), (first, _), (gap, length), (second, _)] = story.as_slice() else {
        panic!("{story:?}")
    };
    assert_eq!((none.as_str(), first.as_str(), second.as_str()), ("", "lw1", "lw2"));
    // lw1: 3 s and 56/256 s.
    assert_eq!(*start, 3218);
    assert_eq!(gap, "");
    // lw2: 3 s and 156/256 s after the last advertisement, which was up to one second before.
    assert!((2609..=3612).contains(length), "{length}");
}

#[test]
fn a_clean_stop_costs_the_skew() {
    let (_, outcome) = pair(vec![(SECOND * 20, Action::Stop(0))]);
    let gap = story(&outcome)[2].1;
    assert!((609..=612).contains(&gap), "{gap}");
}

#[test]
fn a_restart_in_time_costs_nothing() {
    let kill = (SECOND * 20, Action::Kill(0));
    let start = (SECOND * 20 + SECOND / 2, Action::Start(0));
    let (_, outcome) = pair(vec![kill, start]);
    let story = story(&outcome);
    assert_eq!(story.len(), 2, "{story:?}");
}

#[test]
fn a_one_way_cut_makes_two_masters_and_mending_makes_one() {
    let cut = (SECOND * 20, Action::Cut { from: 0, to: 1 });
    let mend = (SECOND * 40, Action::Mend { from: 0, to: 1 });
    let (world, outcome) = pair(vec![cut, mend]);
    // lw1 hears lw2 and stays, being better; lw2 does not hear lw1.
    let story = story(&outcome);
    let holders: Vec<&str> = story.iter().map(|(holders, _)| holders.as_str()).collect();
    assert_eq!(holders, ["", "lw1", "lw1+lw2", "lw1"]);
    assert!(world.machine(1, 0).is_some_and(|machine| machine.state() == State::Backup));
}

#[test]
fn a_master_that_was_paused_does_not_fight() {
    let (_, outcome) = pair(vec![(SECOND * 20, Action::Pause(0, SECOND * 10))]);
    let stepped_down = outcome.changes.iter().any(|(_, node, _, words)| {
        node == "lw1" && words.starts_with("BACKUP: own advertisements were")
    });
    assert!(stepped_down, "{:?}", outcome.changes);
}

/// The invariants are worth something only if they can fail: directors that do not heed each
/// other are both master, whatever they hear.
#[test]
fn two_masters_that_do_not_agree_are_noticed() {
    let node = |name: &str, interval| NodeSpec {
        name: name.to_owned(),
        routers: vec![Settings {
            version: Version::Two,
            interval,
            ..Settings::new("VI_1", 51, vec!["10.0.0.31".parse().unwrap()])
        }],
        groups: Vec::new(),
        custom: ChecksumCustom::Message,
        script_weight: 0,
    };
    let nodes = vec![node("lw1", SECOND), node("lw2", SECOND * 2)];
    let actions = vec![(Duration::ZERO, Action::Start(0)), (Duration::ZERO, Action::Start(1))];
    let failure = Scenario { nodes, actions, end: SECOND * 60, seed: 1 }.play().unwrap_err();
    assert!(failure.what.contains("both master"), "{failure}");
}

#[test]
fn a_release_by_somebody_who_was_no_master_is_noticed() {
    let (mut world, _) = pair(vec![]);
    world.records.clear();
    let output = Output::Advertise { priority: 0 };
    world.records.push(Record { at: world.now, node: 1, router: 0, output });
    let failure = Invariants::default().check(&world).unwrap_err();
    assert_eq!(failure, "node 1 releases addresses that it did not hold as master");
}

#[test]
fn a_stop_releases_once_and_a_reload_sends_nothing() {
    for (action, releases) in [(Action::Stop(0), 1), (Action::Stop(1), 0), (Action::Reload(0), 0)] {
        let mut world =
            World::new(pair(vec![]).0.nodes.iter().map(|node| node.spec.clone()).collect(), 1);
        world.plan(Duration::ZERO, Action::Start(0));
        world.plan(Duration::ZERO, Action::Start(1));
        while world.step(SECOND * 20) {}
        let is_reload = matches!(action, Action::Reload(_));
        world.plan(SECOND * 20, action.clone());
        assert!(world.step(SECOND * 20));
        let sent = world.records.iter();
        let is_release = |record: &&Record| record.output == Output::Advertise { priority: 0 };
        let sent = sent.filter(is_release).count();
        assert_eq!(sent, releases, "{action:?}");
        if is_reload {
            assert!(world.records.is_empty(), "{:?}", world.records);
        }
    }
}
