//! Sync groups and what is tracked, with the machines that they are for.

use std::net::IpAddr;
use std::time::Duration;

use super::*;
use crate::run::vrrp::ChecksumCustom;

mod departures;

fn settings(name: &str, virtual_router_id: u8) -> Settings {
    let addresses = vec!["10.0.0.31".parse().unwrap()];
    Settings { is_grouped: true, ..Settings::new(name, virtual_router_id, addresses) }
}

fn pair(tracked: Vec<Tracked>, observation: Observation) -> (Director, Instant) {
    let members = vec![
        Member { tracked, ..Member::new(settings("inside", 1)) },
        Member::new(settings("outside", 2)),
    ];
    let group = Group { name: "both".to_owned(), members: vec![0, 1] };
    let source = source("interface eth1", observation);
    let now = Instant::now();
    let mut director = Director::new(members, vec![group], vec![source]);
    director.start(now);
    (director, now)
}

fn source(name: &str, observation: Observation) -> Source {
    Source { name: name.to_owned(), observation, is_urgent: true }
}

fn states(director: &Director) -> Vec<State> {
    director.machines().map(Machine::state).collect()
}

fn hear(director: &mut Director, index: RouterIndex, priority: u8, now: Instant) {
    let source: IpAddr = "10.0.0.9".parse().unwrap();
    let advertisement = director.machine(index).unwrap().advertisement(priority);
    let custom = ChecksumCustom::Message;
    director.handle(index, Input::Advertisement { source, advertisement, custom }, now);
}

fn run_until(director: &mut Director, end: Instant) {
    while let Some(next) = director.next_deadline().filter(|next| *next <= end) {
        director.handle_timeout(next);
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_group_is_master_as_a_whole() {
    let (mut director, now) = pair(vec![], Observation::Unknown);
    assert_eq!(states(&director), [State::Backup, State::Backup]);
    // As long as one of them hears a master, none is.
    let mut end = now;
    for _ in 0..10 {
        end += SECOND;
        run_until(&mut director, end);
        hear(&mut director, 1, 200, end);
    }
    assert_eq!(states(&director), [State::Backup, State::Backup]);
    run_until(&mut director, end + SECOND * 5);
    assert_eq!(states(&director), [State::Master, State::Master]);
}

#[test]
fn one_backup_makes_all_backups() {
    let (mut director, now) = pair(vec![], Observation::Unknown);
    let later = now + SECOND * 6;
    run_until(&mut director, later);
    assert_eq!(states(&director), [State::Master, State::Master]);
    while director.poll_output().is_some() {}

    hear(&mut director, 0, 200, later);
    assert_eq!(states(&director), [State::Backup, State::Backup]);
    let outputs: Vec<_> = std::iter::from_fn(|| director.poll_output()).collect();
    let released = (1, Output::Advertise { priority: 0 });
    assert!(outputs.contains(&released), "the other one's peers need not wait: {outputs:?}");
    let is_release = |(_, output): &&(usize, Output)| *output == released.1;
    assert_eq!(outputs.iter().filter(is_release).count(), 1);
}

#[test]
fn one_fault_makes_all_fail_and_recover() {
    let tracked = vec![Tracked { source: 0, weight: 0, reverse: false }];
    let (mut director, now) = pair(tracked, Observation::Up);
    director.observe(0, Observation::Down, now);
    assert_eq!(states(&director), [State::Fault, State::Fault]);
    let cause = &director.machine(1).unwrap().last_transition().unwrap().cause;
    assert_eq!(cause.to_string(), "sync group: inside: interface eth1 failed");
    director.observe(0, Observation::Up, now + SECOND);
    assert_eq!(states(&director), [State::Backup, State::Backup]);
}

#[test]
fn nothing_starts_before_everything_is_known() {
    let tracked = vec![Tracked { source: 0, weight: 0, reverse: false }];
    let (mut director, now) = pair(tracked, Observation::Unknown);
    assert_eq!(states(&director), [State::Initialize, State::Backup]);
    director.observe(0, Observation::Up, now);
    assert_eq!(states(&director), [State::Backup, State::Backup]);
}

#[test]
fn a_fault_stands_until_a_new_dependency_was_looked_at() {
    let now = Instant::now();
    let tracked = |source| vec![Tracked { source, weight: 0, reverse: false }];
    // For a router alone, and for one whose fault is that of its group.
    for is_grouped in [false, true] {
        let with = |name, id| Settings { is_grouped, ..settings(name, id) };
        let group = Group { name: "both".to_owned(), members: vec![0, 1] };
        let groups = if is_grouped { vec![group] } else { vec![] };
        let members = vec![
            Member { tracked: tracked(0), ..Member::new(with("inside", 1)) },
            Member::new(with("outside", 2)),
        ];
        let sources = vec![source("script old", Observation::Down)];
        let mut before = Director::new(members, groups.clone(), sources);
        before.start(now);
        let failed = states(&before);
        assert_eq!(failed[0], State::Fault);

        let machines = before.into_machines().into_iter();
        let dependencies = [tracked(0), vec![]];
        let members = machines.zip(dependencies).map(|(m, tracked)| Member::resumed(m, tracked));
        let sources = vec![source("script new", Observation::Unknown)];
        let mut after = Director::new(members.collect(), groups, sources);
        after.start(now + SECOND);
        assert_eq!(states(&after), failed, "nothing is known of it");
        after.observe(0, Observation::Down, now + SECOND * 2);
        assert_eq!(states(&after), failed);
        after.observe(0, Observation::Up, now + SECOND * 3);
        assert_eq!(states(&after)[0], State::Backup);
    }
}

#[test]
fn a_source_that_fails_at_the_start_is_a_fault() {
    let tracked = vec![Tracked { source: 0, weight: 0, reverse: false }];
    let (director, _) = pair(tracked, Observation::Down);
    assert_eq!(states(&director), [State::Fault, State::Fault]);
}

#[test]
fn weights_move_the_priority() {
    let tracked = vec![Tracked { source: 0, weight: -30, reverse: false }];
    let (mut director, now) = pair(tracked, Observation::Up);
    director.observe(0, Observation::Down, now);
    assert_eq!(director.machine(0).unwrap().priority(), 70);
    director.observe(0, Observation::Up, now);
    assert_eq!(director.machine(0).unwrap().priority(), 100);
}

#[test]
fn observations_of_one_moment_are_one_judgement() {
    let now = Instant::now();
    let tracked = [0, 1].map(|source| Tracked { source, weight: -30, reverse: false });
    let member = Member { tracked: tracked.to_vec(), ..Member::new(settings("alone", 1)) };
    let sources = vec![
        source("interface eth1", Observation::Down),
        source("interface eth2", Observation::Up),
    ];
    let mut director = Director::new(vec![member], vec![], sources);
    director.start(now);
    while director.poll_output().is_some() {}
    director.observe_all([(0, Observation::Up), (1, Observation::Down)], now);
    assert_eq!(director.machine(0).map(Machine::priority), Some(70));
    assert_eq!(director.poll_output(), None, "it was never another one");
}

#[test]
fn a_stop_releases_each_router_once() {
    let (mut director, now) = pair(vec![], Observation::Unknown);
    let later = now + SECOND * 6;
    run_until(&mut director, later);
    while director.poll_output().is_some() {}
    director.stop(later);
    let releases = std::iter::from_fn(|| director.poll_output())
        .filter(|(_, output)| *output == Output::Advertise { priority: 0 })
        .count();
    assert_eq!(releases, 2);
    assert_eq!(states(&director), [State::Initialize, State::Initialize]);
    assert_eq!(director.next_deadline(), None);
}

#[test]
fn a_group_that_is_ordered_to_stand_by_yields_as_a_whole_and_only_to_others() {
    let (mut director, now) = pair(vec![], Observation::Unknown);
    let later = now + SECOND * 6;
    run_until(&mut director, later);
    while director.poll_output().is_some() {}
    director.order(1, Stance::Standby, later);
    assert_eq!(states(&director), [State::Backup, State::Backup]);
    let outputs: Vec<_> = std::iter::from_fn(|| director.poll_output()).collect();
    for router in [0, 1] {
        assert!(outputs.contains(&(router, Output::Advertise { priority: 0 })), "{outputs:?}");
        assert_eq!(director.machine(router).unwrap().priority(), 1);
    }
    // A worse one than before is good enough now.
    for second in 1..5 {
        hear(&mut director, 0, 50, later + SECOND * second);
        hear(&mut director, 1, 50, later + SECOND * second);
        run_until(&mut director, later + SECOND * second);
    }
    assert_eq!(states(&director), [State::Backup, State::Backup]);
    run_until(&mut director, later + SECOND * 12);
    assert_eq!(states(&director), [State::Master, State::Master], "there is nobody else");
    director.order(0, Stance::Normal, later + SECOND * 12);
    assert_eq!(director.machine(1).unwrap().priority(), 100);
}

#[test]
fn an_order_to_take_over_counts_more_than_configured_patience() {
    let settings = Settings { is_grouped: false, preempt: false, ..settings("alone", 1) };
    let now = Instant::now();
    let mut director = Director::new(vec![Member::new(settings)], vec![], vec![]);
    director.start(now);
    for second in 1..10 {
        hear(&mut director, 0, 200, now + SECOND * second);
        if second == 5 {
            assert_eq!(states(&director), [State::Backup]);
            director.order(0, Stance::TakeOver, now + SECOND * second);
        }
        run_until(&mut director, now + SECOND * second);
    }
    assert_eq!(states(&director), [State::Master]);
    assert_eq!(director.machine(0).unwrap().priority(), 254);
}

/// Two routers that were elected each for itself, and a reload that makes a group of them.
fn split(now: Instant) -> Director {
    let single = |name, id| Settings { is_grouped: false, ..settings(name, id) };
    let members = vec![Member::new(single("inside", 1)), Member::new(single("outside", 2))];
    let mut before = Director::new(members, vec![], vec![]);
    before.start(now);
    for second in 1..=6 {
        hear(&mut before, 1, 200, now + SECOND * second);
        run_until(&mut before, now + SECOND * second);
    }
    assert_eq!(states(&before), [State::Master, State::Backup]);
    let later = now + SECOND * 6;
    let machines = before.into_machines().into_iter().zip([("inside", 1), ("outside", 2)]);
    let members = machines.map(|(mut machine, (name, id))| {
        machine.reconfigure(settings(name, id), later);
        Member::resumed(machine, vec![])
    });
    let group = Group { name: "both".to_owned(), members: vec![0, 1] };
    let mut after = Director::new(members.collect(), vec![group], vec![]);
    after.start(later);
    after
}

#[test]
fn a_group_that_a_reload_makes_agrees() {
    let now = Instant::now();
    let mut director = split(now);
    while director.poll_output().is_some() {}
    hear(&mut director, 1, 200, now + SECOND * 7);
    assert_eq!(states(&director), [State::Backup, State::Backup]);
    let outputs: Vec<_> = std::iter::from_fn(|| director.poll_output()).collect();
    assert!(outputs.contains(&(0, Output::Advertise { priority: 0 })), "{outputs:?}");

    // Where nobody else is master, none has to give up what it serves.
    let mut director = split(now);
    run_until(&mut director, now + SECOND * 12);
    assert_eq!(states(&director), [State::Master, State::Master]);
    let left = director.machine(0).map(|machine| machine.counters().left_master);
    assert_eq!(left, Some(0));

    // A worse master of one router is replaced, also by a group.
    let mut director = split(now);
    for second in 7..12 {
        hear(&mut director, 1, 50, now + SECOND * second);
        run_until(&mut director, now + SECOND * second);
    }
    assert_eq!(states(&director), [State::Master, State::Master]);
}

#[test]
fn the_silence_after_the_start_begins_once() {
    let silent = Settings { is_grouped: false, startup_delay: SECOND * 6, ..settings("alone", 1) };
    let tracked = vec![Tracked { source: 0, weight: 0, reverse: false }];
    for observation in [Observation::Down, Observation::Unknown, Observation::Up] {
        let now = Instant::now();
        let source = |observation| vec![source("test", observation)];
        let member = Member { tracked: tracked.clone(), ..Member::new(silent.clone()) };
        let mut before = Director::new(vec![member], vec![], source(observation));
        before.start(now);
        before.observe(0, Observation::Up, now + SECOND * 2);

        let reload = now + SECOND * 4;
        let machines = before.into_machines().into_iter();
        let members = machines.map(|mut machine| {
            machine.reconfigure(silent.clone(), reload);
            Member::resumed(machine, tracked.clone())
        });
        let mut after = Director::new(members.collect(), vec![], source(Observation::Up));
        after.start(reload);
        assert_eq!(after.next_deadline(), Some(now + SECOND * 6), "{observation:?}");
        assert_ne!(states(&after), [State::Master]);
        run_until(&mut after, now + SECOND * 10);
        assert_eq!(states(&after), [State::Master], "{observation:?}");
    }
}
