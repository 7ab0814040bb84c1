//! One virtual router.
//!
//! ```text
//!                      +---------------+
//!           +--------->|               |<-------------+
//!           |          |  Initialize   |              |
//!           |   +------|               |----------+   |
//!           |   |      +---------------+          |   |
//!           |   | owner                other than |   |
//!      stop |   |                           owner |   | stop
//!           |   V                                 V   |
//!   +---------------+  better advertisement   +---------------+
//!   |               |------------------------>|               |
//!   |    Master     |                         |    Backup     |
//!   |               |<------------------------|               |
//!   +---------------+     master is silent    +---------------+
//!           |                                         |
//!           +-----------> +-------+ <-----------------+
//!             fail        | Fault |        fail
//!                         +-------+  recovery: as from Initialize
//! ```
//!
//! RFC 9568 section 6.4 calls Master "Active". Fault is Initialize with a reason: something that is
//! tracked does not work, as keepalived has it.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::packet::most_addresses;
use super::settings::OWNER;
use super::timing::later;
use super::{Advertisement, ChecksumCustom, Counters, Reason, Settings};

mod admission;
mod event;
mod output;
mod peers;
#[cfg(test)]
mod tests;

use event::Event;
pub use output::{Cause, Notice, Output, Transition};
pub use peers::Peer;
use peers::Peers;

/// Where a virtual router stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Before the start, in the silence after it, and after the stop.
    Initialize,
    /// Something that is tracked does not work.
    Fault,
    /// Another router is master, or is given the time to say so.
    Backup,
    /// This router holds the addresses.
    Master,
}

/// What can happen to a virtual router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// An advertisement for it came, decoded.
    Advertisement {
        /// Source address of the packet.
        source: IpAddr,
        /// The message.
        advertisement: Advertisement,
        /// How its checksum was made.
        custom: ChecksumCustom,
    },
    /// A packet for it came that [`Advertisement::decode`] refused, or from no peer.
    Discarded {
        /// Source address of the packet.
        source: IpAddr,
        /// Why.
        reason: Reason,
    },
    /// Its sync group gives mastership up, for this reason.
    Demote(String),
    /// Longest packet, in bytes, that its interface takes.
    Mtu(u32),
    /// Something that it depends on failed.
    Fail(String),
    /// Its priority changed: something that is tracked has weight.
    Priority(u8),
    /// Its sync group consents to mastership.
    Promote,
    /// Everything it depends on works again.
    Recover,
    /// The address its advertisements leave from.
    Source(Option<IpAddr>),
    /// An operator wants it to yield, to take over, or to do as configured.
    Stance(Stance),
    /// The daemon stops, or the router was taken out of the configuration.
    Stop,
}

/// What an operator wants of a router, beside its configuration (hb_standby, hb_takeover).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stance {
    /// What is configured.
    #[default]
    Normal,
    /// Yield: the lowest priority, no preemption. Without another director it is master nevertheless.
    Standby,
    /// Take over: the highest priority of a router that is no owner, and preemption.
    TakeOver,
}

impl Stance {
    /// The priority under it.
    pub fn priority(self, usual: u8) -> u8 {
        match self {
            // An owner that yields is none: it lets others be master, and hears them.
            Self::Standby => 1,
            _ if usual == OWNER => OWNER,
            Self::Normal => usual,
            Self::TakeOver => OWNER - 1,
        }
    }
}

/// The machine. See the [module](super) for how it is driven.
#[derive(Clone, Debug)]
pub struct Machine {
    settings: Settings,
    state: State,
    /// Settings' priority, after everything that is tracked.
    priority: u8,
    source: Option<IpAddr>,
    /// Longest packet that its interface takes, where that is known.
    mtu: Option<u32>,
    /// The master's interval as learnt (A30).
    master_interval: Duration,
    deadline: Option<Instant>,
    /// Whether it was told to start.
    is_started: bool,
    /// End of the silence after the start; it begins once, whatever fails or is reloaded meanwhile.
    silent_until: Option<Instant>,
    /// Latest time seen: what comes with an earlier one happened now.
    now: Option<Instant>,
    /// Backup: when the master was heard last, or the state entered.
    silent_since: Option<Instant>,
    /// Master: when the last advertisement left.
    advertised: Option<Instant>,
    /// Backup: from when on worse masters are ignored.
    preempts_from: Option<Instant>,
    /// Backup: the worse master that is being ignored.
    ignored: Option<(IpAddr, u8)>,
    /// Backup: the master that gave up.
    released_by: Option<IpAddr>,
    is_ready: bool,
    /// Backup: the addresses are still there from a master that ended without a word.
    is_adopting: bool,
    stance: Stance,
    peers: Peers,
    counters: Counters,
    outputs: VecDeque<Output>,
    /// When which kind of notice was given last.
    noticed: [Option<Instant>; Notice::KINDS],
    last: Option<Transition>,
}

impl Machine {
    /// A router that was not started.
    pub fn new(settings: Settings) -> Self {
        Self {
            state: State::Initialize,
            priority: settings.priority,
            source: None,
            mtu: None,
            master_interval: settings.interval,
            deadline: None,
            is_started: false,
            silent_until: None,
            now: None,
            silent_since: None,
            advertised: None,
            preempts_from: None,
            ignored: None,
            released_by: None,
            is_ready: false,
            is_adopting: false,
            stance: Stance::Normal,
            peers: Peers::default(),
            counters: Counters::default(),
            outputs: VecDeque::new(),
            noticed: [None; Notice::KINDS],
            last: None,
            settings,
        }
    }

    /// Starts it, once; the startup delay begins here, unless it did before.
    pub fn start(&mut self, now: Instant) {
        self.begin_silence(now);
        let now = self.forward(now);
        self.is_started = true;
        self.event(Event::Start, now);
    }

    /// Begins the startup delay, once: also of a router that fails, or whose dependencies are not known,
    /// when the others start.
    pub fn begin_silence(&mut self, now: Instant) {
        let now = self.forward(now);
        self.silent_until.get_or_insert(later(now, self.settings.startup_delay));
    }

    /// Before the start: the addresses are there already, from a process that was killed. They
    /// stay until another master is heard, for which there is one interval of time.
    pub fn adopt(&mut self) {
        self.is_adopting = true;
    }

    /// Takes what happened.
    pub fn handle(&mut self, input: Input, now: Instant) {
        let now = self.forward(now);
        self.notice_oversleep(now);
        let event = match input {
            Input::Advertisement { source, advertisement, custom } => {
                match self.admit(source, &advertisement, custom, now) {
                    Some(heard) => Event::Heard(heard),
                    None => return,
                }
            }
            Input::Discarded { source, reason } => return self.discard(source, reason, now),
            Input::Demote(why) => Event::Demote(why),
            Input::Fail(why) => Event::Fail(why),
            Input::Mtu(mtu) => {
                if self.mtu.replace(mtu) != Some(mtu) {
                    self.notice_excess(now);
                }
                return;
            }
            Input::Priority(priority) => return self.reprioritise(priority, now),
            Input::Promote => Event::Promote,
            Input::Recover => Event::Recover,
            Input::Source(source) => {
                self.source = source;
                return;
            }
            Input::Stance(stance) => {
                self.stance = stance;
                if stance != Stance::Standby {
                    return;
                }
                Event::Yield
            }
            Input::Stop => Event::Stop,
        };
        self.event(event, now);
    }

    /// Does what is due at `now`; nothing if nothing is.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.forward(now);
        self.notice_oversleep(now);
        let Some(deadline) = self.deadline.filter(|deadline| *deadline <= now) else { return };
        self.measure_slip(now.duration_since(deadline), now);
        self.event(Event::Expired, now);
    }

    /// Takes other settings without losing state, timers and counters. VRID and family stay.
    pub fn reconfigure(&mut self, settings: Settings, now: Instant) {
        let now = self.forward(now);
        // By the interval that its peers still count with.
        self.notice_oversleep(now);
        let has_own_interval = self.master_interval == self.settings.interval;
        if has_own_interval || settings.version != self.settings.version {
            self.master_interval = settings.interval;
        }
        let offset = i16::from(self.priority) - i16::from(self.settings.priority);
        let shifted = i16::from(settings.priority) + offset;
        let priority = u8::try_from(shifted.clamp(1, i16::from(OWNER) - 1)).unwrap_or(1);
        let priority = if settings.is_owner() { OWNER } else { priority };
        let priority = self.stance.priority(priority);
        let is_other_interval = settings.interval != self.settings.interval;
        let sent = self.counters.sent;
        let is_other_list = settings.addresses != self.settings.addresses;
        self.settings = settings;
        if is_other_list {
            self.notice_excess(now);
        }
        self.reprioritise(priority, now);
        match self.state {
            State::Backup if !self.is_ready => self.rebase(now),
            // The next one was due by the old interval: backups, and the master itself, would find
            // it late by the new one.
            State::Master if is_other_interval && self.counters.sent == sent => self.advertise(now),
            State::Backup | State::Fault | State::Initialize | State::Master => {}
        }
    }

    /// What is to be done, first come first served; `None` when all is done.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Self::handle_timeout`] is to be called at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The advertisement to send now, with `priority`.
    pub fn advertisement(&self, priority: u8) -> Advertisement {
        Advertisement {
            version: self.settings.version,
            virtual_router_id: self.settings.virtual_router_id,
            priority,
            interval: self.settings.interval,
            addresses: self.advertised_addresses().to_vec(),
            authentication: self.settings.authentication.clone(),
        }
    }

    /// The addresses that an advertisement holds; the others are only held (C02).
    fn advertised_addresses(&self) -> &[IpAddr] {
        let Settings { version, family, addresses, .. } = &self.settings;
        let mtu = self.mtu.unwrap_or(u32::MAX);
        addresses.get(..most_addresses(*version, *family, mtu)).unwrap_or(addresses)
    }

    fn notice_excess(&mut self, now: Instant) {
        let (advertised, of) = (self.advertised_addresses().len(), self.settings.addresses.len());
        if advertised < of {
            self.notice(Notice::TooManyAddresses { advertised, of }, now);
        }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether it was started, though it may still be silent.
    pub fn has_started(&self) -> bool {
        self.is_started || self.state != State::Initialize
    }

    /// Its priority now.
    pub fn priority(&self) -> u8 {
        self.priority
    }

    /// Whether it would be master if its sync group consented.
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// Whether it keeps addresses that it found, without being master.
    pub fn is_adopting(&self) -> bool {
        self.is_adopting
    }

    /// Whether what happened last was a master that this backup follows.
    pub fn has_followed(&self) -> bool {
        self.state == State::Backup
            && self.silent_since.is_some_and(|since| Some(since) == self.now)
            && self.released_by.is_none()
    }

    /// What an operator wants of it.
    pub fn stance(&self) -> Stance {
        self.stance
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What it counted.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The last change of state.
    pub fn last_transition(&self) -> Option<&Transition> {
        self.last.as_ref()
    }

    /// The routers that it heard.
    pub fn peers(&self) -> impl Iterator<Item = (IpAddr, &Peer)> {
        self.peers.iter()
    }

    /// How the checksum for a peer is to be made: as that peer does it, or else as given.
    pub fn custom_for(&self, peer: IpAddr, otherwise: ChecksumCustom) -> ChecksumCustom {
        self.peers.find(peer).map_or(otherwise, |peer| peer.custom)
    }

    /// Whether the addresses belong to this director, and it does not yield them by an order.
    fn is_owner(&self) -> bool {
        self.settings.is_owner() && self.stance != Stance::Standby
    }

    /// Time never goes back.
    fn forward(&mut self, now: Instant) -> Instant {
        let now = self.now.map_or(now, |latest| latest.max(now));
        self.now = Some(now);
        now
    }

    /// A master that was silent for so long that a backup may have taken over steps down before
    /// it does anything else: it must not fight (A79).
    fn notice_oversleep(&mut self, now: Instant) {
        let Some(advertised) = self.advertised.filter(|_| self.state == State::Master) else {
            return;
        };
        let silence = now.duration_since(advertised);
        // The best of backups has no skew worth mentioning. Where each advertisement counts, the own timer fires
        // at the limit, and a little later than that: it has the half interval that a late timer has.
        let interval = self.settings.interval;
        let limit = interval * u32::from(self.settings.down_count);
        if silence < limit.max(interval * 3 / 2) {
            return;
        }
        self.enter(State::Backup, Cause::Overslept { silence }, now);
        self.listen_shortly(now);
    }

    /// Another master is heard within one interval; if there is none, do not wait any longer.
    fn listen_shortly(&mut self, now: Instant) {
        self.master_interval = self.settings.interval;
        let timing = self.settings.timing(self.priority, self.settings.interval);
        self.take_over_at(now + self.settings.interval + timing.skew());
    }

    /// Sets the time of a take-over; there is none in the silence after the start.
    fn take_over_at(&mut self, at: Instant) {
        self.deadline = Some(self.silent_until.map_or(at, |end| end.max(at)));
    }

    fn measure_slip(&mut self, slip: Duration, now: Instant) {
        self.counters.worst_slip = self.counters.worst_slip.max(slip);
        // Half an interval late: peers still wait, but not much may be added.
        if slip >= self.settings.interval / 2 {
            self.counters.late_timers += 1;
            self.notice(Notice::LateTimer { slip }, now);
        }
    }

    /// The priority is part of the skew, so that a running down timer moves with it.
    fn reprioritise(&mut self, priority: u8, now: Instant) {
        let priority = if self.is_owner() { OWNER } else { priority.clamp(1, OWNER - 1) };
        if priority == self.priority {
            return;
        }
        let from = std::mem::replace(&mut self.priority, priority);
        self.outputs.push_back(Output::PriorityChanged { from, to: priority });
        match self.state {
            State::Backup if !self.is_ready => self.rebase(now),
            // Backups need not wait for the next regular one to learn it.
            State::Master => self.advertise(now),
            State::Backup | State::Fault | State::Initialize => {}
        }
    }

    /// Moves a running down timer to where the times of now put it.
    fn rebase(&mut self, now: Instant) {
        let timing = self.settings.timing(self.priority, self.master_interval);
        let wait = match self.released_by {
            Some(_) => timing.skew(),
            None => timing.down_interval(),
        };
        self.take_over_at(self.silent_since.unwrap_or(now) + wait);
    }

    fn notice(&mut self, notice: Notice, now: Instant) {
        let Some(last) = self.noticed.get_mut(notice.kind()) else { return };
        if last.is_none_or(|last| now.duration_since(last) >= QUIET) {
            *last = Some(now);
            self.outputs.push_back(Output::Notice(notice));
        }
    }
}

/// Notices of one kind are at least this far apart (A69: log, rate limited).
const QUIET: Duration = Duration::from_secs(60);
