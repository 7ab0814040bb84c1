//! One virtual router through any history: the first bytes are its settings, the others are events.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use lvsha::run::vrrp::{
    Authentication, ChecksumCustom, Input, Machine, Output, Password, Reason, Settings, State,
    Transition, Version,
};

pub fn run(data: &[u8]) {
    let mut bytes = data.iter().copied();
    let settings = settings(&mut bytes);
    let mut history = History {
        machine: Machine::new(settings.clone()),
        settings,
        state: State::Initialize,
        now: Instant::now(),
    };
    history.machine.handle(Input::Source(Some(address(OWN))), history.now);
    if bytes.next().is_some_and(|byte| byte & 1 == 1) {
        history.machine.adopt();
    }
    history.machine.start(history.now);
    history.judge();
    while let Some(kind) = bytes.next() {
        history.go_on(kind, &mut bytes);
        history.judge();
    }
}

struct History {
    machine: Machine,
    settings: Settings,
    /// As the outputs tell it.
    state: State,
    now: Instant,
}

impl History {
    fn go_on(&mut self, kind: u8, bytes: &mut impl Iterator<Item = u8>) {
        let mut next = || bytes.next().unwrap_or_default();
        let input = match kind % 16 {
            0..=2 => return self.hear(next(), next(), next()),
            3 => Input::Discarded { source: address(next()), reason: Reason::Checksum },
            4 => Input::Demote("fuzz".to_owned()),
            5 => Input::Fail("fuzz".to_owned()),
            6 => Input::Priority(next()),
            7 => Input::Promote,
            8 => Input::Recover,
            9 => Input::Source((next() & 1 == 0).then(|| address(next()))),
            10 => Input::Stop,
            11 | 12 => return self.expire(),
            13 => {
                let other = settings(bytes);
                // VRID and family stay, and so does what the addresses of peers say.
                self.settings = other.clone();
                return self.machine.reconfigure(other, self.now);
            }
            14 => {
                // A clock that goes back.
                let back = Duration::from_millis(u64::from(next()) * 16);
                return self.machine.handle_timeout(self.now.checked_sub(back).unwrap_or(self.now));
            }
            _ => {
                self.now += Duration::from_millis(u64::from(next()) * 16);
                return self.machine.handle_timeout(self.now);
            }
        };
        self.machine.handle(input, self.now);
    }

    fn hear(&mut self, source: u8, priority: u8, interval: u8) {
        let mut advertisement = self.machine.advertisement(priority);
        if interval > 0 {
            advertisement.interval = self::interval(self.settings.version, interval);
        }
        if source & 0x80 != 0 {
            advertisement.authentication = Authentication::Password(Password::new("other"));
        }
        let custom = ChecksumCustom::Message;
        let source = address(source & 0x0f);
        self.machine.handle(Input::Advertisement { source, advertisement, custom }, self.now);
    }

    /// Goes to the deadline; a second call at that time has nothing left to do.
    fn expire(&mut self) {
        let Some(deadline) = self.machine.next_deadline() else { return };
        self.now = self.now.max(deadline);
        self.machine.handle_timeout(self.now);
        self.judge();
        let next = self.machine.next_deadline();
        assert!(next.is_none_or(|next| next > self.now), "due at a time that is over");
        self.machine.handle_timeout(self.now);
        assert_eq!(self.machine.poll_output(), None, "nothing was due");
    }

    /// What must hold of the outputs.
    fn judge(&mut self) {
        while let Some(output) = self.machine.poll_output() {
            match output {
                Output::Changed(Transition { from, to, .. }) => {
                    assert_eq!(from, self.state, "no state is left that was not entered");
                    assert_ne!(from, to);
                    self.state = to;
                }
                // Priority 0 is what a master says that gives up.
                Output::Advertise { .. } | Output::Announce(_) => {
                    assert_eq!(self.state, State::Master, "only a master speaks");
                }
                // A director's word, for the resources that its machine knows nothing of.
                Output::Leaving(cause) => panic!("a machine has nothing to stop: {cause}"),
                Output::Notice(_)
                | Output::PriorityChanged { .. }
                | Output::Ready
                | Output::Withdraw => {}
            }
        }
        assert_eq!(self.state, self.machine.state(), "no change is kept back");
        let waits = matches!(self.state, State::Backup | State::Master);
        assert!(!waits || self.machine.next_deadline().is_some(), "{} for ever", self.state);
        assert_ne!(self.machine.priority(), 0);
    }
}

fn settings(bytes: &mut impl Iterator<Item = u8>) -> Settings {
    let mut next = || bytes.next().unwrap_or_default();
    let flags = next();
    let is = |bit: u8| flags >> bit & 1 == 1;
    let version = if is(0) { Version::Two } else { Version::Three };
    let authentication = match version {
        Version::Two if is(1) => Authentication::Password(Password::new("right")),
        _ => Authentication::None,
    };
    let delays = next();
    let seconds = |count: u8| Duration::from_secs(count.into());
    Settings {
        version,
        authentication,
        preempt: is(2),
        strict: is(3),
        is_grouped: is(4),
        answers_lower: is(5),
        warn_after: is(6).then(|| seconds(1)),
        startup_delay: seconds(if is(7) { 5 } else { 0 }),
        preempt_delay: seconds(delays & 0x0f),
        down_count: (delays >> 4).max(1),
        priority: next().max(1),
        interval: interval(version, next().max(1)),
        ..Settings::new("VI_1", 51, vec![IpAddr::V4(Ipv4Addr::new(10, 0, 0, 31))])
    }
}

/// Version 2 counts seconds, version 3 hundredths of one.
fn interval(version: Version, count: u8) -> Duration {
    match version {
        Version::Two => Duration::from_secs(count.into()),
        Version::Three => Duration::from_millis(u64::from(count) * 10),
    }
}

fn address(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))
}

/// The last byte of the own address, in the midst of those of peers.
const OWN: u8 = 8;
