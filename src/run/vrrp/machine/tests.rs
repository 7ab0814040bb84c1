//! The transition table as a whole, then behaviours by name.

use std::net::Ipv4Addr;

use super::*;
use crate::run::vrrp::{Authentication, Gratuitous, Password, Version};

mod behaviours;
mod table;

const OWN: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 5));
const ABOVE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 6));
const BELOW: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 4));

const SECOND: Duration = Duration::from_secs(1);

fn settings() -> Settings {
    Settings::new("VI_1", 51, vec!["10.0.0.31".parse().unwrap()])
}

/// Down interval of [`settings`]: 3 s and a skew of 156/256 s.
const DOWN: Duration = Duration::from_micros(3_609_375);

/// A machine and its clock.
struct Bench {
    machine: Machine,
    zero: Instant,
    now: Instant,
}

impl Bench {
    fn new(settings: Settings) -> Self {
        let zero = Instant::now();
        let mut machine = Machine::new(settings);
        machine.handle(Input::Source(Some(OWN)), zero);
        Self { machine, zero, now: zero }
    }

    fn started(settings: Settings) -> Self {
        let mut bench = Self::new(settings);
        bench.machine.start(bench.now);
        bench.effects();
        bench
    }

    fn master(settings: Settings) -> Self {
        let mut bench = Self::started(settings);
        bench.expire();
        bench.machine.handle(Input::Promote, bench.now);
        assert_eq!(bench.machine.state(), State::Master);
        bench.effects();
        bench
    }

    fn backup(settings: Settings) -> Self {
        let bench = Self::started(settings);
        assert_eq!(bench.machine.state(), State::Backup);
        bench
    }

    fn wait(&mut self, time: Duration) {
        self.now += time;
    }

    /// Jumps to the deadline.
    fn expire(&mut self) {
        self.now = self.machine.next_deadline().unwrap();
        self.machine.handle_timeout(self.now);
    }

    fn hear(&mut self, source: IpAddr, priority: u8) -> Vec<String> {
        let advertisement = self.machine.advertisement(priority);
        self.hear_this(source, advertisement)
    }

    fn hear_this(&mut self, source: IpAddr, advertisement: Advertisement) -> Vec<String> {
        let custom = ChecksumCustom::Message;
        self.give(Input::Advertisement { source, advertisement, custom })
    }

    fn give(&mut self, input: Input) -> Vec<String> {
        self.machine.handle(input, self.now);
        self.effects()
    }

    /// Everything that is to be done, in short words.
    fn effects(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.machine.poll_output())
            .filter_map(|output| match output {
                Output::Advertise { priority } => Some(format!("advertise {priority}")),
                Output::Announce(Gratuitous::TakeOver) => Some("announce".to_owned()),
                Output::Announce(_) => Some("announce again".to_owned()),
                Output::Changed(change) => Some(change.to.to_string()),
                Output::Leaving(_) | Output::Notice(_) => None,
                Output::PriorityChanged { to, .. } => Some(format!("priority {to}")),
                Output::Ready => Some("ready".to_owned()),
                Output::Withdraw => Some("withdraw".to_owned()),
            })
            .collect()
    }

    /// Milliseconds from now to the deadline.
    fn remaining(&self) -> Option<u128> {
        self.machine.next_deadline().map(|at| at.duration_since(self.now).as_millis())
    }
}

/// No effect at all.
const NOTHING: [&str; 0] = [];
