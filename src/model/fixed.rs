//! What does not move: static addresses, routes and rules, and how interfaces are watched.

use std::time::Duration;

use super::{Sourced, VirtualAddress};

/// Objects of one director that stay where they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fixed {
    /// `static_ipaddress`.
    pub addresses: Vec<Sourced<VirtualAddress>>,
    /// `static_routes`, word by word.
    pub routes: Vec<Sourced<Vec<String>>>,
    /// `static_rules`, word by word.
    pub rules: Vec<Sourced<Vec<String>>>,
    /// How the link of an interface is read: its name and `MII`, `ETHTOOL` or `IOCTL`
    /// (`linkbeat_interfaces`).
    pub link_methods: Vec<Sourced<(String, Option<String>)>>,
    /// How long a change of a link must last (`interface_up_down_delays`).
    pub link_delays: Vec<Sourced<LinkDelay>>,
    /// Pacing of announcements on some interfaces (`garp_group`).
    pub pacing: Vec<Pacing>,
}

/// How long a change of an interface's link must last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkDelay {
    /// The interface.
    pub interface: String,
    /// Seconds until it counts as down.
    pub down: u8,
    /// Seconds until it counts as up; `None` means the same.
    pub up: Option<u8>,
}

/// Pacing of gratuitous ARP on interfaces that share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pacing {
    /// Pause between two gratuitous ARP messages.
    pub garp_interval: Option<Sourced<Duration>>,
    /// Pause between two neighbour advertisements.
    pub gna_interval: Option<Sourced<Duration>>,
    /// The interfaces.
    pub interfaces: Vec<Sourced<String>>,
}
