//! What a virtual router wants done, and how it tells its story.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::State;
use crate::run::vrrp::{Gratuitous, Reason};

/// What is to be done, or told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send an advertisement with this priority, now and before anything else.
    Advertise {
        /// 0 gives up.
        priority: u8,
    },
    /// Tell the neighbours where the addresses are.
    Announce(Gratuitous),
    /// The state changed: on entering [`State::Master`] the addresses are to be added, on leaving
    /// it to be removed.
    Changed(Transition),
    /// It is about to give up, for this reason: what it runs is to be stopped, which is to be told. A
    /// [director](crate::run::vrrp::Director) says so for its machine, which is master until then.
    Leaving(Cause),
    /// Something worth a line in the log.
    Notice(Notice),
    /// The priority changed.
    PriorityChanged {
        /// Before.
        from: u8,
        /// Now.
        to: u8,
    },
    /// It would be master if its sync group consented.
    Ready,
    /// Addresses that were found at the start are to be removed: another one is master.
    Withdraw,
}

/// A change of state, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// State before.
    pub from: State,
    /// State after.
    pub to: State,
    /// Why.
    pub cause: Cause,
    /// When.
    pub at: Instant,
    /// Own priority at that time.
    pub priority: u8,
}

impl Transition {
    /// Whether this makes the router master; `None` when it starts over addresses that serve, and
    /// nothing is to be taken away until it is master or hears one.
    pub fn role(&self) -> Option<bool> {
        (self.cause != Cause::Adopted).then_some(self.to == State::Master)
    }
}

/// Why a state changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The start of a process that found its addresses there.
    Adopted,
    /// A better router is master.
    BetterAdvertisement {
        /// The better one.
        peer: IpAddr,
        /// Its priority.
        priority: u8,
        /// The own priority.
        own: u8,
    },
    /// What it depends on failed.
    Failed(String),
    /// Another router of the sync group is not master.
    GroupDemoted(String),
    /// All routers of the sync group can be master.
    GroupPromoted,
    /// No master was heard for the down interval.
    MasterSilent {
        /// Since when.
        silence: Duration,
    },
    /// An operator wants another director to be master.
    Ordered,
    /// This process slept for so long that another one may be master.
    Overslept {
        /// Time without own advertisement.
        silence: Duration,
    },
    /// The addresses belong to this director.
    Owner,
    /// The master is worse than this router.
    Preempted {
        /// The worse one.
        peer: IpAddr,
        /// Its priority.
        priority: u8,
        /// The own priority.
        own: u8,
    },
    /// What had failed works again.
    Recovered,
    /// The master gave up.
    Released {
        /// It.
        peer: IpAddr,
    },
    /// The start.
    Startup,
    /// The end.
    Stopped,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Adopted => f.write_str("start, the addresses are still here"),
            Self::BetterAdvertisement { peer, priority, own } if priority == own => {
                write!(f, "{peer} has the same priority {own} and the higher address")
            }
            Self::BetterAdvertisement { peer, priority, own } => {
                write!(f, "received higher priority {priority} from {peer}, own is {own}")
            }
            Self::Failed(why) => f.write_str(why),
            Self::GroupDemoted(why) => write!(f, "sync group: {why}"),
            Self::GroupPromoted => f.write_str("sync group: all routers can be master"),
            Self::MasterSilent { silence } => {
                write!(f, "no advertisement for {} ms", silence.as_millis())
            }
            Self::Ordered => f.write_str("ordered to stand by"),
            Self::Overslept { silence } => write!(
                f,
                "own advertisements were {} ms late, another director may have taken over",
                silence.as_millis()
            ),
            Self::Owner => f.write_str("the addresses belong to this director (priority 255)"),
            Self::Preempted { peer, priority, own } => {
                write!(f, "own priority {own} is higher than {priority} of master {peer}")
            }
            Self::Recovered => f.write_str("everything that is tracked works again"),
            Self::Released { peer } => write!(f, "{peer} gave up (priority 0)"),
            Self::Startup => f.write_str("start"),
            Self::Stopped => f.write_str("stop"),
        }
    }
}

/// Something that a person may want to know; rate limited by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A peer advertises other addresses (A72, B29).
    AddressesDiffer {
        /// Who.
        peer: IpAddr,
    },
    /// A packet was discarded.
    Discarded {
        /// Who sent it.
        peer: IpAddr,
        /// Why it was.
        reason: Reason,
    },
    /// Another master has the same priority.
    EqualPriority {
        /// Who.
        peer: IpAddr,
        /// Which.
        priority: u8,
    },
    /// A peer advertises at another rate (A71).
    IntervalDiffers {
        /// Who.
        peer: IpAddr,
        /// Its interval.
        interval: Duration,
    },
    /// The master was silent for longer than it should be, but not for too long.
    LateAdvertisement {
        /// Who.
        peer: IpAddr,
        /// For how long.
        silence: Duration,
    },
    /// An own timer fired late.
    LateTimer {
        /// By how much.
        slip: Duration,
    },
    /// What it runs did not stop: it gives up nevertheless.
    NotCleared {
        /// After so long.
        limit: Duration,
    },
    /// There are more addresses than an advertisement holds.
    TooManyAddresses {
        /// So many are advertised.
        advertised: usize,
        /// So many there are.
        of: usize,
    },
}

impl Notice {
    /// Kinds of notices whose rate is limited, see [`Self::kind`].
    pub(super) const KINDS: usize = 7 + Reason::NAMES.len();

    /// Number of the kind, below [`Self::KINDS`]; each reason for discarding is one.
    pub(super) fn kind(&self) -> usize {
        match self {
            Self::AddressesDiffer { .. } => 0,
            Self::EqualPriority { .. } => 1,
            Self::IntervalDiffers { .. } => 2,
            Self::LateAdvertisement { .. } => 3,
            Self::LateTimer { .. } => 4,
            Self::TooManyAddresses { .. } => 5,
            Self::NotCleared { .. } => 6,
            Self::Discarded { reason, .. } => 7 + reason.index(),
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddressesDiffer { peer } => write!(f, "{peer} advertises other addresses"),
            Self::Discarded { peer, reason } => write!(f, "packet from {peer} discarded: {reason}"),
            Self::EqualPriority { peer, priority } => {
                write!(f, "{peer} is master too, with the same priority {priority}")
            }
            Self::IntervalDiffers { peer, interval } => {
                write!(f, "{peer} advertises every {} ms", interval.as_millis())
            }
            Self::LateAdvertisement { peer, silence } => {
                write!(f, "late advertisement from {peer}: {} ms", silence.as_millis())
            }
            Self::LateTimer { slip } => write!(f, "own timer fired {} ms late", slip.as_millis()),
            Self::NotCleared { limit } => {
                write!(f, "its resources did not stop within {} s: giving up", limit.as_secs())
            }
            Self::TooManyAddresses { advertised, of } => write!(
                f,
                "an advertisement holds {advertised} of the {of} addresses: the rest is held, but not advertised"
            ),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Initialize => "INIT",
            Self::Fault => "FAULT",
            Self::Backup => "BACKUP",
            Self::Master => "MASTER",
        })
    }
}
