//! Who waits for the end of what it runs before it gives up, and who does not.

use super::*;

const INTERFACE: usize = 0;
const SCRIPT: usize = 1;
/// As the module has it.
const LIMIT: Duration = Duration::from_secs(120);

/// Routers with resources as masters, in one group if they are several.
fn masters(names: &[&str]) -> (Director, Instant) {
    let is_grouped = names.len() > 1;
    let tracked = [INTERFACE, SCRIPT];
    let tracked = tracked.map(|source| Tracked { source, weight: 0, reverse: false });
    let members = (1..).zip(names).map(|(id, name)| Member {
        tracked: tracked.to_vec(),
        has_resources: true,
        ..Member::new(Settings { is_grouped, ..settings(name, id) })
    });
    let group = Group { name: "all".to_owned(), members: (0..names.len()).collect() };
    let groups = if is_grouped { vec![group] } else { vec![] };
    let source = |name: &str, is_urgent| Source {
        name: name.to_owned(),
        observation: Observation::Up,
        is_urgent,
    };
    let sources = vec![source("interface eth1", true), source("script web", false)];
    let start = Instant::now();
    let mut director = Director::new(members.collect(), groups, sources);
    director.start(start);
    let now = start + SECOND * 6;
    run_until(&mut director, now);
    assert!(states(&director).iter().all(|state| *state == State::Master));
    told(&mut director);
    (director, now)
}

/// What is to be done, in short words, without regular advertisements.
fn told(director: &mut Director) -> Vec<String> {
    std::iter::from_fn(|| director.poll_output())
        .filter_map(|(index, output)| {
            let what = match output {
                Output::Advertise { priority: 0 } => "release".to_owned(),
                Output::Changed(change) => change.to.to_string(),
                Output::Leaving(cause) => format!("leaving: {cause}"),
                Output::Notice(notice) => notice.to_string(),
                _ => return None,
            };
            Some(format!("{index} {what}"))
        })
        .collect()
}

#[test]
fn an_order_waits_and_meanwhile_the_router_advertises_as_before() {
    let (mut director, now) = masters(&["web"]);
    director.order(0, Stance::Standby, now);
    assert_eq!(told(&mut director), ["0 leaving: ordered to stand by"]);
    let later = now + SECOND * 30;
    run_until(&mut director, later);
    let outputs: Vec<_> = std::iter::from_fn(|| director.poll_output()).collect();
    assert_eq!(outputs, vec![(0, Output::Advertise { priority: 100 }); 30]);
    director.cleared(0, later);
    assert_eq!(told(&mut director), ["0 release", "0 BACKUP"]);
    assert_eq!(director.machine(0).unwrap().priority(), 1);
    // Nobody waits for anything now.
    director.cleared(0, later);
    assert_eq!(told(&mut director), [""; 0]);
}

#[test]
fn a_fault_of_its_checks_waits_and_one_of_its_interface_does_not() {
    let (mut director, now) = masters(&["web"]);
    director.observe(SCRIPT, Observation::Down, now);
    assert_eq!(told(&mut director), ["0 leaving: script web failed"]);
    director.cleared(0, now + SECOND);
    assert_eq!(told(&mut director), ["0 release", "0 FAULT"]);

    let (mut director, now) = masters(&["web"]);
    director.observe(INTERFACE, Observation::Down, now);
    assert_eq!(told(&mut director), ["0 release", "0 FAULT"]);

    // The interface fails while it waits for an order.
    let (mut director, now) = masters(&["web"]);
    director.order(0, Stance::Standby, now);
    director.observe(INTERFACE, Observation::Down, now + SECOND);
    assert_eq!(
        told(&mut director),
        ["0 leaving: ordered to stand by", "0 release", "0 BACKUP", "0 FAULT"]
    );
    director.observe(INTERFACE, Observation::Up, now + SECOND * 2);
    assert_eq!(states(&director), [State::Backup]);
    assert_eq!(director.machine(0).unwrap().priority(), 1, "the order stands");
}

#[test]
fn a_fault_that_ends_meanwhile_was_one() {
    let (mut director, now) = masters(&["web"]);
    director.observe(SCRIPT, Observation::Down, now);
    director.observe(SCRIPT, Observation::Up, now + SECOND);
    assert_eq!(told(&mut director), ["0 leaving: script web failed"]);
    assert_eq!(states(&director), [State::Master], "its resources are being stopped");
    director.cleared(0, now + SECOND * 2);
    assert_eq!(told(&mut director), ["0 release", "0 FAULT", "0 BACKUP"]);
}

#[test]
fn who_has_left_does_not_come_back_before_the_reload() {
    let (mut director, now) = masters(&["web"]);
    director.leave(0, now);
    director.cleared(0, now);
    assert_eq!(told(&mut director), ["0 leaving: stop", "0 release", "0 INIT"]);
    // Another router takes its time.
    for source in [INTERFACE, SCRIPT] {
        director.observe(source, Observation::Down, now + SECOND);
        director.observe(source, Observation::Up, now + SECOND * 2);
        run_until(&mut director, now + SECOND * 20);
        assert_eq!(told(&mut director), [""; 0]);
        assert_eq!(states(&director), [State::Initialize]);
    }
}

#[test]
fn a_better_peer_does_not_wait() {
    let (mut director, now) = masters(&["web"]);
    director.order(0, Stance::Standby, now);
    hear(&mut director, 0, 200, now + SECOND);
    assert_eq!(told(&mut director), ["0 leaving: ordered to stand by", "0 BACKUP"]);
    assert_eq!(director.machine(0).unwrap().priority(), 1, "the order stands");

    let (mut director, now) = masters(&["web"]);
    director.stop(now);
    assert!(!director.has_stopped());
    hear(&mut director, 0, 200, now + SECOND);
    assert_eq!(told(&mut director), ["0 leaving: stop", "0 BACKUP", "0 INIT"]);
    assert!(director.has_stopped());
}

#[test]
fn what_hangs_has_a_limit() {
    let (mut director, now) = masters(&["web"]);
    director.stop(now);
    told(&mut director);
    run_until(&mut director, now + LIMIT - Duration::from_nanos(1));
    assert_eq!((told(&mut director), states(&director)), (vec![], vec![State::Master]));
    run_until(&mut director, now + LIMIT);
    let expected = ["0 its resources did not stop within 120 s: giving up", "0 release", "0 INIT"];
    assert_eq!(told(&mut director), expected);
    assert!(director.has_stopped());
    assert_eq!(director.next_deadline(), None);
}

#[test]
fn the_second_stop_does_not_wait() {
    let (mut director, now) = masters(&["web"]);
    director.stop(now);
    director.stop(now + SECOND);
    assert_eq!(told(&mut director), ["0 leaving: stop", "0 release", "0 INIT"]);
    assert!(director.has_stopped());
}

#[test]
fn what_has_stopped_is_not_started_again() {
    let (mut director, now) = masters(&["web"]);
    director.observe(SCRIPT, Observation::Down, now);
    director.stop(now);
    director.cleared(0, now + SECOND);
    for observation in [Observation::Up, Observation::Down, Observation::Up] {
        director.observe(SCRIPT, observation, now + SECOND * 2);
        director.observe(INTERFACE, observation, now + SECOND * 2);
    }
    director.order(0, Stance::TakeOver, now + SECOND * 2);
    run_until(&mut director, now + SECOND * 60);
    assert_eq!(states(&director), [State::Initialize]);
    assert!(director.has_stopped());
}

#[test]
fn a_group_waits_for_all_of_its_routers() {
    let (mut director, now) = masters(&["inside", "outside"]);
    director.order(0, Stance::Standby, now);
    let mut asked = told(&mut director);
    asked.sort();
    assert_eq!(asked, ["0 leaving: ordered to stand by", "1 leaving: ordered to stand by"]);
    director.cleared(1, now + SECOND);
    assert_eq!(states(&director), [State::Master, State::Master]);
    // Another order counts when this one is carried out.
    director.order(0, Stance::Normal, now + SECOND);
    director.cleared(0, now + SECOND * 2);
    assert_eq!(states(&director), [State::Backup, State::Backup]);
    assert_eq!(director.machine(1).unwrap().priority(), 100);
    let releases = told(&mut director).iter().filter(|told| told.ends_with("release")).count();
    assert_eq!(releases, 2);
}

#[test]
fn a_reload_goes_on_waiting_unless_nothing_is_left_to_wait_for() {
    for has_resources in [true, false] {
        let (mut before, now) = masters(&["web"]);
        before.order(0, Stance::Standby, now);
        let reload = now + SECOND;
        let sources = before.sources().to_vec();
        let departures = before.take_departures();
        let machines = before.into_machines().into_iter().zip(departures);
        let members = machines.map(|(machine, departure)| Member {
            has_resources,
            departure,
            ..Member::resumed(machine, vec![])
        });
        let mut after = Director::new(members.collect(), vec![], sources);
        after.start(reload);
        if has_resources {
            assert_eq!(states(&after), [State::Master]);
            after.cleared(0, reload + SECOND);
        }
        assert_eq!(states(&after), [State::Backup]);
        assert_eq!(after.machine(0).unwrap().priority(), 1);
    }
}

#[test]
fn who_is_no_master_has_nothing_to_wait_for() {
    let (mut director, now) = masters(&["web"]);
    hear(&mut director, 0, 200, now);
    told(&mut director);
    director.observe(SCRIPT, Observation::Down, now);
    assert_eq!(told(&mut director), ["0 FAULT"]);
    director.stop(now);
    assert_eq!(told(&mut director), ["0 INIT"]);
    assert!(director.has_stopped());
}

/// A reload takes one of a group away: what runs on the other one stays its own.
#[test]
fn who_is_left_out_of_a_group_stops_nothing_of_those_that_stay() {
    let (mut director, now) = masters(&["web", "mail"]);
    director.leave(0, now);
    assert_eq!(told(&mut director), ["0 leaving: stop"]);
    director.cleared(0, now);
    assert_eq!(told(&mut director), ["0 release", "0 INIT"]);
    assert!(!director.is_departing(0));
    assert_eq!(director.machine(1).unwrap().state(), State::Master);
}
