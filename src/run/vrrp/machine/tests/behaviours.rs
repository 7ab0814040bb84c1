//! What a reader of the RFC would try, one sentence each.

use super::*;
use crate::run::vrrp::Arbitration;

fn version_2() -> Settings {
    Settings { version: Version::Two, answers_lower: false, ..settings() }
}

#[test]
fn the_owner_is_master_at_once() {
    let mut bench = Bench::new(Settings { priority: 255, ..settings() });
    bench.machine.start(bench.now);
    assert_eq!(bench.effects(), ["MASTER", "advertise 255", "announce"]);
}

#[test]
fn a_backup_adopts_the_interval_of_the_master() {
    let mut bench = Bench::backup(settings());
    let slow = Advertisement { interval: SECOND * 4, ..bench.machine.advertisement(200) };
    bench.hear_this(ABOVE, slow);
    // 3 * 4 s and a skew of 156/256 of 4 s.
    assert_eq!(bench.remaining(), Some(14_437));
    bench.expire();
    bench.effects();
    // As master it advertises at its own rate.
    assert_eq!(bench.remaining(), Some(1000));
}

#[test]
fn version_2_discards_another_interval() {
    let mut bench = Bench::backup(version_2());
    bench.wait(SECOND);
    let before = bench.machine.next_deadline();
    let slow = Advertisement { interval: SECOND * 4, ..bench.machine.advertisement(200) };
    bench.hear_this(ABOVE, slow);
    assert_eq!(bench.machine.next_deadline(), before);
    assert_eq!(bench.machine.counters().discarded_for(Reason::IntervalMismatch), 1);
    assert_eq!(bench.machine.counters().received, 0);
}

#[test]
fn version_2_discards_another_authentication() {
    let password = |text| Authentication::Password(Password::new(text));
    let mut bench = Bench::backup(Settings { authentication: password("right"), ..version_2() });
    for wrong in [Authentication::None, password("wrong"), Authentication::Unknown(2)] {
        let advertisement =
            Advertisement { authentication: wrong, ..bench.machine.advertisement(200) };
        bench.hear_this(ABOVE, advertisement);
    }
    assert_eq!(bench.machine.counters().discarded_for(Reason::Authentication), 3);
    bench.hear(ABOVE, 200);
    assert_eq!(bench.machine.counters().received, 1);
}

#[test]
fn version_2_answers_a_worse_master_only_with_its_regular_advertisements() {
    let mut bench = Bench::master(version_2());
    assert_eq!(bench.hear(ABOVE, 50), ["announce again"]);
}

#[test]
fn two_owners_settle_it_by_address_in_version_3() {
    let owner = Settings { priority: 255, ..settings() };
    let mut bench = Bench::started(owner.clone());
    assert_eq!(bench.hear(BELOW, 255), ["advertise 255", "announce again"]);
    assert_eq!(bench.hear(ABOVE, 255), ["BACKUP"]);
    // In version 2 an owner discards every advertisement.
    let mut bench =
        Bench::started(Settings { version: Version::Two, answers_lower: false, ..owner });
    assert_eq!(bench.hear(ABOVE, 255), NOTHING);
    assert_eq!(bench.machine.counters().discarded_for(Reason::Owner), 1);
}

#[test]
fn another_version_or_family_is_discarded() {
    let mut bench = Bench::backup(settings());
    let old = Advertisement { version: Version::Two, ..bench.machine.advertisement(200) };
    bench.hear_this(ABOVE, old);
    assert_eq!(bench.machine.counters().discarded_for(Reason::Version(2)), 1);
}

#[test]
fn own_advertisements_that_come_back_are_ignored() {
    let mut bench = Bench::master(settings());
    assert_eq!(bench.hear(OWN, 200), NOTHING);
    assert_eq!(bench.machine.counters().received, 0);
}

#[test]
fn without_preemption_any_master_is_respected() {
    let mut bench = Bench::backup(Settings { preempt: false, ..settings() });
    for _ in 0..10 {
        bench.wait(SECOND);
        bench.hear(ABOVE, 50);
        assert_eq!(bench.remaining(), Some(3609));
    }
    assert_eq!(bench.machine.state(), State::Backup);
}

#[test]
fn preemption_waits_for_its_delay() {
    let mut bench = Bench::backup(Settings { preempt_delay: SECOND * 10, ..settings() });
    let first = bench.now;
    bench.hear(ABOVE, 50);
    while bench.machine.state() == State::Backup {
        bench.wait(SECOND);
        bench.machine.handle_timeout(bench.now);
        if bench.machine.state() == State::Backup {
            bench.hear(ABOVE, 50);
        }
        assert!(bench.now.duration_since(first) < SECOND * 60);
    }
    // The delay, then the rest of a down interval without respect.
    let waited = bench.now.duration_since(first);
    assert!(waited >= SECOND * 10 + DOWN - SECOND * 2, "{waited:?}");
    let cause = &bench.machine.last_transition().unwrap().cause;
    assert_eq!(*cause, Cause::Preempted { peer: ABOVE, priority: 50, own: 100 });
}

#[test]
fn the_owner_preempts_whatever_is_configured() {
    let owner = Settings { priority: 255, preempt: false, is_grouped: true, ..settings() };
    let mut bench = Bench::backup(owner);
    bench.hear(ABOVE, 200);
    bench.wait(SECOND);
    bench.hear(ABOVE, 200);
    assert!(bench.remaining().unwrap() < 2100, "the timer runs on");
}

#[test]
fn the_cause_names_the_peer() {
    let mut bench = Bench::backup(settings());
    bench.hear(ABOVE, 200);
    bench.hear(ABOVE, 0);
    bench.expire();
    let cause = &bench.machine.last_transition().unwrap().cause;
    assert_eq!(cause.to_string(), "10.0.0.6 gave up (priority 0)");
    bench.hear(ABOVE, 200);
    let cause = &bench.machine.last_transition().unwrap().cause;
    assert_eq!(cause.to_string(), "received higher priority 200 from 10.0.0.6, own is 100");
}

#[test]
fn a_master_that_overslept_steps_down_before_anything_else() {
    let mut bench = Bench::master(settings());
    bench.wait(SECOND * 3);
    bench.machine.handle_timeout(bench.now);
    assert_eq!(bench.effects(), ["BACKUP"], "it must not advertise");
    // If nobody took over it does not wait for the whole down interval.
    assert_eq!(bench.remaining(), Some(1609));
    bench.expire();
    assert_eq!(bench.machine.state(), State::Master);
}

#[test]
fn a_master_whose_peers_miss_no_advertisement_is_none_that_overslept_at_each() {
    for version in [Version::Two, Version::Three] {
        let mut bench = Bench::master(Settings { version, down_count: 1, ..settings() });
        for _ in 0..10 {
            // A timer never fires early.
            bench.now = bench.machine.next_deadline().unwrap() + Duration::from_millis(1);
            bench.machine.handle_timeout(bench.now);
            assert_eq!(bench.effects(), ["advertise 100"]);
        }
        bench.wait(SECOND * 3 / 2);
        bench.machine.handle_timeout(bench.now);
        assert_eq!(bench.effects(), ["BACKUP"]);
    }
}

#[test]
fn a_master_that_is_a_little_late_goes_on_at_its_rhythm() {
    let mut bench = Bench::master(settings());
    bench.wait(SECOND + SECOND * 3 / 5);
    bench.machine.handle_timeout(bench.now);
    assert_eq!(bench.effects(), ["advertise 100"]);
    assert_eq!(bench.remaining(), Some(400), "lateness does not add up");
    assert_eq!(bench.machine.counters().late_timers, 1);
    assert_eq!(bench.machine.counters().worst_slip, SECOND * 3 / 5);
}

#[test]
fn time_never_goes_back() {
    let mut bench = Bench::master(settings());
    bench.wait(SECOND);
    bench.machine.handle_timeout(bench.now);
    let deadline = bench.machine.next_deadline();
    bench.machine.handle_timeout(bench.zero);
    bench.machine.handle(Input::Recover, bench.zero);
    assert_eq!(bench.machine.next_deadline(), deadline);
}

#[test]
fn a_running_down_timer_moves_with_the_priority() {
    let mut bench = Bench::backup(settings());
    bench.wait(SECOND);
    assert_eq!(bench.give(Input::Priority(200)), ["priority 200"]);
    // 3 s and 56/256 s since the start, one second of which is over.
    assert_eq!(bench.remaining(), Some(2218));
}

#[test]
fn a_master_tells_its_new_priority_at_once() {
    let mut bench = Bench::master(settings());
    assert_eq!(bench.give(Input::Priority(20)), ["priority 20", "advertise 20"]);
    assert_eq!(bench.give(Input::Priority(0)), ["priority 1", "advertise 1"]);
    assert_eq!(bench.give(Input::Priority(255)), ["priority 254", "advertise 254"]);
}

#[test]
fn a_member_of_a_group_asks_until_it_may() {
    let mut bench = Bench::backup(Settings { is_grouped: true, ..settings() });
    bench.expire();
    assert_eq!(bench.effects(), ["ready"]);
    assert!(bench.machine.is_ready());
    bench.expire();
    assert_eq!(bench.effects(), ["ready"]);
    // A master that is heard in the meantime counts.
    bench.hear(ABOVE, 200);
    assert!(!bench.machine.is_ready());
    assert_eq!(bench.remaining(), Some(3609));
}

#[test]
fn a_late_master_is_a_warning_before_it_is_dead() {
    let mut bench = Bench::backup(Settings { warn_after: Some(SECOND * 2), ..settings() });
    bench.hear(ABOVE, 200);
    bench.wait(SECOND * 2);
    bench.hear(ABOVE, 200);
    assert_eq!(bench.machine.counters().late_adverts, 1);
    assert_eq!(bench.machine.state(), State::Backup);
}

#[test]
fn more_ping_nodes_win_even_without_preemption() {
    let rank = Arbitration { directors: 2, preference: 0 };
    let reaches = |count| rank.priority(count);
    let settings =
        Settings { preempt: false, priority: reaches(2), arbitration: Some(rank), ..settings() };
    // The preferred director with as many ping nodes stays.
    let mut bench = Bench::backup(settings.clone());
    bench.hear(ABOVE, reaches(2) + 1);
    bench.wait(SECOND);
    bench.hear(ABOVE, reaches(1));
    assert!(bench.remaining().unwrap() < 3000, "a master that reaches less is not respected");
    bench.expire();
    assert_eq!(bench.machine.state(), State::Master);

    let mut bench = Bench::backup(settings);
    bench.wait(SECOND);
    bench.hear(ABOVE, reaches(2) + 1);
    assert_eq!(bench.remaining().map(|left| left > 3900), Some(true), "as many are not more");
}

#[test]
fn another_configuration_keeps_state_and_timers() {
    let mut bench = Bench::master(settings());
    bench.wait(SECOND / 2);
    bench.machine.reconfigure(Settings { preempt: false, ..settings() }, bench.now);
    assert_eq!(bench.effects(), NOTHING, "a reload that changes nothing sends nothing");
    assert_eq!(bench.remaining(), Some(500));
    bench.machine.reconfigure(Settings { priority: 150, ..settings() }, bench.now);
    assert_eq!(bench.effects(), ["priority 150", "advertise 150"]);
}

#[test]
fn addresses_that_differ_are_counted_but_change_nothing() {
    let mut bench = Bench::backup(settings());
    let other = Advertisement {
        addresses: vec!["10.0.0.99".parse().unwrap()],
        ..bench.machine.advertisement(200)
    };
    bench.wait(SECOND);
    bench.hear_this(ABOVE, other);
    assert_eq!(bench.machine.counters().address_list_differs, 1);
    assert_eq!(bench.remaining(), Some(3609));
}

#[test]
fn addresses_that_fit_no_packet_are_not_advertised() {
    let addresses: Vec<IpAddr> =
        (0..100).map(|last| format!("2001:db8::{last:x}").parse().unwrap()).collect();
    let mut bench = Bench::new(Settings::new("VI_6", 6, addresses.clone()));
    for _ in 0..2 {
        bench.machine.handle(Input::Mtu(1500), bench.now);
    }
    let notice = Notice::TooManyAddresses { advertised: 89, of: 100 };
    assert_eq!(bench.machine.poll_output(), Some(Output::Notice(notice)));
    assert_eq!(bench.machine.poll_output(), None, "it is told once");
    assert_eq!(bench.machine.advertisement(100).addresses, addresses[..89]);
    // Another director cuts them alike; one that does not is told of.
    bench.machine.start(bench.now);
    let peer: IpAddr = "fe80::9".parse().unwrap();
    bench.hear(peer, 200);
    assert_eq!(bench.machine.counters().address_list_differs, 0);
    let all = Advertisement { addresses, ..bench.machine.advertisement(200) };
    bench.hear_this(peer, all);
    assert_eq!(bench.machine.counters().received, 2);
    assert_eq!(bench.machine.counters().address_list_differs, 1);
}

#[test]
fn strict_routers_want_a_link_local_address_first() {
    let addresses: Vec<IpAddr> = vec!["fe80::31".parse().unwrap(), "2001:db8::31".parse().unwrap()];
    let settings = Settings { strict: true, ..Settings::new("VI_6", 7, addresses.clone()) };
    let mut bench = Bench::new(settings);
    bench.machine.start(bench.now);
    let peer: IpAddr = "fe80::9".parse().unwrap();
    bench.hear(peer, 200);
    assert_eq!(bench.machine.counters().received, 1);
    let global_first = Advertisement {
        addresses: addresses.into_iter().rev().collect(),
        ..bench.machine.advertisement(200)
    };
    bench.hear_this(peer, global_first);
    assert_eq!(bench.machine.counters().discarded_for(Reason::NotLinkLocal), 1);
}

#[test]
fn peers_are_remembered_with_their_custom() {
    let mut bench = Bench::backup(settings());
    bench.hear(ABOVE, 200);
    assert_eq!(
        bench.machine.custom_for(ABOVE, ChecksumCustom::PseudoHeader),
        ChecksumCustom::Message
    );
    // Forged senders cannot fill the memory.
    for last in 0..100 {
        bench.hear(IpAddr::V4(Ipv4Addr::new(10, 0, 1, last)), 200);
    }
    assert_eq!(bench.machine.peers().count(), 16);
}

#[test]
fn addresses_that_are_found_stay_until_another_master_is_heard() {
    let adopt = || {
        let mut bench = Bench::new(settings());
        bench.machine.adopt();
        bench.machine.start(bench.now);
        assert_eq!(bench.effects(), ["BACKUP"]);
        assert_eq!(bench.remaining(), Some(1609), "one interval and the skew");
        assert_eq!(bench.machine.last_transition().and_then(Transition::role), None);
        bench
    };
    let mut alone = adopt();
    alone.expire();
    assert_eq!(alone.effects(), ["MASTER", "advertise 100", "announce"]);
    assert_eq!(alone.machine.last_transition().and_then(Transition::role), Some(true));

    let mut replaced = adopt();
    assert_eq!(replaced.hear(ABOVE, 200), ["withdraw"]);
    assert_eq!(replaced.hear(ABOVE, 200), NOTHING);

    let mut failed = adopt();
    assert_eq!(failed.give(Input::Fail("test".to_owned())), ["withdraw", "FAULT"]);
}

#[test]
fn a_master_whose_interval_gets_shorter_stays_master() {
    for version in [Version::Two, Version::Three] {
        let slow = Settings { version, interval: SECOND * 5, ..settings() };
        let fast = Settings { interval: SECOND, ..slow.clone() };
        let mut bench = Bench::master(slow.clone());
        bench.wait(SECOND * 4);
        bench.machine.reconfigure(fast.clone(), bench.now);
        assert_eq!(bench.effects(), ["advertise 100"], "backups learn it before they miss one");
        assert_eq!(bench.remaining(), Some(1000));
        bench.expire();
        assert_eq!(bench.effects(), ["advertise 100"]);
        assert_eq!(bench.machine.state(), State::Master);

        let mut bench = Bench::master(slow);
        bench.wait(SECOND * 4);
        bench.machine.reconfigure(Settings { priority: 150, ..fast }, bench.now);
        assert_eq!(bench.effects(), ["priority 150", "advertise 150"], "one says both");
    }
}

#[test]
fn a_reload_does_not_hide_that_a_master_slept() {
    let mut bench = Bench::master(settings());
    bench.wait(SECOND * 10);
    let other = Settings { interval: SECOND * 20, ..settings() };
    bench.machine.reconfigure(other, bench.now);
    assert_eq!(bench.effects(), ["BACKUP"]);
}

#[test]
fn addresses_that_are_found_do_not_outlast_another_master_or_the_stop_in_the_silence_at_the_start()
{
    let adopt = || {
        let mut bench = Bench::new(Settings { startup_delay: SECOND * 9, ..settings() });
        bench.machine.adopt();
        bench.machine.start(bench.now);
        assert_eq!(bench.hear(ABOVE, 0), NOTHING, "who gives up holds nothing");
        assert!(bench.machine.is_adopting());
        bench
    };
    for (source, priority) in [(ABOVE, 200), (ABOVE, 100), (BELOW, 100), (BELOW, 50)] {
        let mut replaced = adopt();
        assert_eq!(replaced.hear(source, priority), ["withdraw"]);
        assert_eq!(replaced.hear(source, priority), NOTHING);
        assert_eq!(replaced.remaining(), Some(9000), "the silence goes on");
        replaced.expire();
        assert_eq!(replaced.effects(), ["BACKUP"]);
    }
    assert_eq!(adopt().give(Input::Stop), ["withdraw"]);

    // What it depends on is not known yet.
    let mut unstarted = Bench::new(settings());
    unstarted.machine.adopt();
    assert_eq!(unstarted.hear(ABOVE, 200), ["withdraw"]);
}

#[test]
fn a_fault_does_not_end_the_silence_after_the_start() {
    for priority in [100, 255] {
        let settings = Settings { priority, startup_delay: SECOND * 30, ..settings() };
        let mut bench = Bench::started(settings);
        bench.wait(SECOND);
        assert_eq!(bench.give(Input::Fail("test".to_owned())), ["FAULT"]);
        bench.wait(SECOND);
        assert_eq!(bench.give(Input::Recover), ["BACKUP"]);
        assert_eq!(bench.remaining(), Some(28_000));
        assert_eq!(bench.hear(ABOVE, 0), NOTHING);
        assert_eq!(bench.remaining(), Some(28_000), "nor does a master that gives up");
        bench.expire();
        assert_eq!(bench.machine.state(), State::Master);
    }
}

#[test]
fn an_owner_that_was_ordered_to_yield_hears_others() {
    for version in [Version::Two, Version::Three] {
        let owner = Settings { version, priority: 255, ..settings() };
        let mut bench = Bench::started(owner.clone());
        assert_eq!(bench.give(Input::Stance(Stance::Standby)), ["advertise 0", "BACKUP"]);
        let priority = bench.machine.stance().priority(255);
        assert_eq!(bench.give(Input::Priority(priority)), ["priority 1"]);
        for _ in 0..10 {
            bench.wait(SECOND);
            bench.hear(BELOW, 100);
        }
        assert_eq!(bench.machine.state(), State::Backup);
        bench.machine.reconfigure(owner.clone(), bench.now);
        assert_eq!(bench.effects(), NOTHING, "an order outlives a reload");
        bench.give(Input::Fail("test".to_owned()));
        assert_eq!(bench.give(Input::Recover), ["BACKUP"]);
        // Without anybody else it serves, and gives way to whoever comes.
        bench.expire();
        assert_eq!(bench.effects(), ["MASTER", "advertise 1", "announce"]);
        assert_eq!(bench.hear(BELOW, 100), ["BACKUP"]);

        bench.give(Input::Stance(Stance::Normal));
        assert_eq!(bench.give(Input::Priority(255)), ["priority 255"]);
        bench.hear(BELOW, 100);
        bench.expire();
        assert_eq!(bench.effects(), ["MASTER", "advertise 255", "announce"]);
    }
}

#[test]
fn times_that_no_clock_can_count_never_come() {
    let hour = SECOND * 3600;
    let mut silent = Bench::started(Settings { startup_delay: Duration::MAX, ..settings() });
    assert!(silent.machine.next_deadline() > Some(silent.now + hour));
    assert_eq!(silent.give(Input::Stop), NOTHING);

    let mut patient = Bench::backup(Settings { preempt_delay: Duration::MAX, ..settings() });
    patient.hear(ABOVE, 50);
    assert_eq!(patient.remaining(), Some(3609), "it follows the worse master");
}
