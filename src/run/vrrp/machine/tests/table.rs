//! Every state with every event.

use super::*;

#[derive(Clone, Copy, Debug)]
enum What {
    Demote,
    Expired,
    Fail,
    Hear(IpAddr, u8),
    Promote,
    Recover,
    Stop,
}

/// State, event; state after, what is done, milliseconds to the next deadline.
type Row = (State, What, State, &'static [&'static str], Option<u128>);

fn in_state(state: State) -> Bench {
    match state {
        State::Initialize => Bench::started(Settings { startup_delay: SECOND * 9, ..settings() }),
        State::Fault => {
            let mut bench = Bench::started(settings());
            bench.give(Input::Fail("test".to_owned()));
            bench
        }
        State::Backup => Bench::backup(settings()),
        State::Master => Bench::master(settings()),
    }
}

#[test]
fn the_whole_table() {
    use State::{Backup, Fault, Initialize, Master};
    use What::{Demote, Expired, Fail, Hear, Promote, Recover, Stop};
    let release = Hear(ABOVE, 0);
    let higher = Hear(BELOW, 150);
    let equal_above = Hear(ABOVE, 100);
    let equal_below = Hear(BELOW, 100);
    let lower = Hear(ABOVE, 50);
    let down = Some(3609);
    let skew = Some(609);
    let interval = Some(1000);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        (Initialize, Demote,      Initialize, &[], Some(8500)),
        (Initialize, Expired,     Backup,     &["BACKUP"], down),
        (Initialize, Fail,        Fault,      &["FAULT"], None),
        (Initialize, release,     Initialize, &[], Some(8500)),
        (Initialize, higher,      Initialize, &[], Some(8500)),
        (Initialize, equal_above, Initialize, &[], Some(8500)),
        (Initialize, equal_below, Initialize, &[], Some(8500)),
        (Initialize, lower,       Initialize, &[], Some(8500)),
        (Initialize, Promote,     Initialize, &[], Some(8500)),
        (Initialize, Recover,     Initialize, &[], Some(8500)),
        (Initialize, Stop,        Initialize, &[], None),

        (Fault, Demote,      Fault,      &[], None),
        (Fault, Fail,        Fault,      &[], None),
        (Fault, release,     Fault,      &[], None),
        (Fault, higher,      Fault,      &[], None),
        (Fault, equal_above, Fault,      &[], None),
        (Fault, equal_below, Fault,      &[], None),
        (Fault, lower,       Fault,      &[], None),
        (Fault, Promote,     Fault,      &[], None),
        (Fault, Recover,     Backup,     &["BACKUP"], down),
        (Fault, Stop,        Initialize, &["INIT"], None),

        (Backup, Demote,      Backup,     &[], Some(3109)),
        (Backup, Expired,     Master,     &["MASTER", "advertise 100", "announce"], interval),
        (Backup, Fail,        Fault,      &["FAULT"], None),
        (Backup, release,     Backup,     &[], skew),
        (Backup, higher,      Backup,     &[], down),
        (Backup, equal_above, Backup,     &[], down),
        (Backup, equal_below, Backup,     &[], down),
        (Backup, lower,       Backup,     &[], Some(3109)),
        (Backup, Promote,     Master,     &["MASTER", "advertise 100", "announce"], interval),
        (Backup, Recover,     Backup,     &[], Some(3109)),
        (Backup, Stop,        Initialize, &["INIT"], None),

        (Master, Demote,      Backup,     &["advertise 0", "BACKUP"], down),
        (Master, Expired,     Master,     &["advertise 100"], interval),
        (Master, Fail,        Fault,      &["advertise 0", "FAULT"], None),
        (Master, release,     Master,     &["advertise 100"], interval),
        (Master, higher,      Backup,     &["BACKUP"], down),
        (Master, equal_above, Backup,     &["BACKUP"], down),
        (Master, equal_below, Master,     &["advertise 100", "announce again"], interval),
        (Master, lower,       Master,     &["advertise 100", "announce again"], interval),
        (Master, Promote,     Master,     &[], Some(500)),
        (Master, Recover,     Master,     &[], Some(500)),
        (Master, Stop,        Initialize, &["advertise 0", "INIT"], None),
    ];
    for (from, what, to, effects, remaining) in rows {
        let mut bench = in_state(*from);
        assert_eq!(bench.machine.state(), *from);
        bench.wait(SECOND / 2);
        let done = match *what {
            Demote => bench.give(Input::Demote("test".to_owned())),
            Expired => {
                bench.expire();
                bench.effects()
            }
            Fail => bench.give(Input::Fail("test".to_owned())),
            Hear(source, priority) => bench.hear(source, priority),
            Promote => bench.give(Input::Promote),
            Recover => bench.give(Input::Recover),
            Stop => bench.give(Input::Stop),
        };
        let case = format!("{from:?} with {what:?}");
        assert_eq!(bench.machine.state(), *to, "{case}");
        assert_eq!(done, *effects, "{case}");
        assert_eq!(bench.remaining(), *remaining, "{case}");
    }
}

#[test]
fn a_timeout_that_comes_early_does_nothing() {
    for state in [State::Initialize, State::Fault, State::Backup, State::Master] {
        let mut bench = in_state(state);
        let before = bench.machine.next_deadline();
        bench.wait(SECOND / 2);
        for _ in 0..3 {
            bench.machine.handle_timeout(bench.now);
        }
        assert_eq!(bench.effects(), NOTHING, "{state:?}");
        assert_eq!(bench.machine.next_deadline(), before);
    }
}
