//! How directors hear each other when all their resources share one conversation (ha.cf).

use std::net::IpAddr;
use std::time::Duration;

use super::Sourced;
use crate::source::Place;

/// heartbeat's view of the cluster: one conversation over one or more paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// Time between two messages (`keepalive`).
    pub interval: Option<Sourced<Duration>>,
    /// Silence after which a node is dead (`deadtime`).
    pub dead_time: Option<Sourced<Duration>>,
    /// Silence after which a warning is logged (`warntime`).
    pub warn_time: Option<Sourced<Duration>>,
    /// Dead time right after the start (`initdead`).
    pub initial_dead_time: Option<Sourced<Duration>>,
    /// Dead time of ping targets (`deadping`).
    pub ping_dead_time: Option<Sourced<Duration>>,
    /// The paths that messages take, in the order of the file.
    pub paths: Vec<Sourced<Path>>,
    /// UDP port of broadcast and unicast paths.
    pub port: Option<Sourced<u16>>,
    /// Whether resources go home when their preferred node returns.
    pub failback: Option<Sourced<Failback>>,
    /// Outside addresses that tell whether a node has a network.
    pub ping_targets: Vec<Sourced<PingTarget>>,
    /// User and command of ipfail (or pingd), which acts on the ping targets.
    pub arbitrator: Option<Sourced<String>>,
    /// Where fencing is configured.
    pub fencing: Vec<Place>,
    /// Facility of the system's log (`logfacility`).
    pub log_facility: Option<Sourced<String>>,
    /// Whether another manager (crm, pacemaker) replaces haresources.
    pub manager: Option<Sourced<bool>>,
}

impl Membership {
    /// Time between two messages: heartbeat's default is one second.
    pub fn effective_interval(&self) -> Duration {
        self.interval.map_or(Duration::from_secs(1), |t| t.value)
    }

    /// Dead time: heartbeat's default is 30 seconds.
    pub fn effective_dead_time(&self) -> Duration {
        self.dead_time.map_or(Duration::from_secs(30), |t| t.value)
    }

    /// First dead time at boot, with heartbeat's graded default (measured with `cl_status`).
    pub fn effective_initial_dead_time(&self) -> Duration {
        self.initial_dead_time.map_or_else(
            || match self.effective_dead_time() {
                dead if dead > Duration::from_secs(10) => dead,
                dead if dead >= Duration::from_secs(6) => dead * 2,
                _ => Duration::from_secs(12),
            },
            |t| t.value,
        )
    }
}

/// One path between the directors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Path {
    /// UDP broadcast on an interface.
    Broadcast {
        /// The interface.
        interface: String,
    },
    /// UDP multicast.
    Multicast {
        /// The interface.
        interface: String,
        /// The group.
        group: IpAddr,
        /// UDP port.
        port: u16,
        /// Time to live.
        ttl: u8,
        /// Whether the sender hears itself.
        loopback: bool,
    },
    /// A serial line.
    Serial {
        /// The device file.
        device: String,
    },
    /// UDP to one peer.
    Unicast {
        /// The interface.
        interface: String,
        /// Address or host name of the peer.
        peer: String,
    },
}

impl Path {
    /// The network interface; a serial line has none.
    pub fn interface(&self) -> Option<&str> {
        match self {
            Self::Broadcast { interface }
            | Self::Multicast { interface, .. }
            | Self::Unicast { interface, .. } => Some(interface),
            Self::Serial { .. } => None,
        }
    }
}

/// `auto_failback`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failback {
    /// Resources go home.
    On,
    /// Resources stay where they are.
    Off,
    /// The behaviour of heartbeat 1: like `On`, without hb_standby and ipfail.
    Legacy,
}

/// An outside address that is pinged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PingTarget {
    /// Name of the group, for `ping_group`.
    pub group: Option<String>,
    /// The addresses or host names; a group lives when one of them answers.
    pub hosts: Vec<String>,
}
