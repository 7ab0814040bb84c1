//! Addresses that move between directors.

use std::net::{IpAddr, Ipv4Addr};

use super::setting::{Rare, settings};

/// An address that belongs to whoever is master (`virtual_ipaddress`, IPaddr, IPv6addr).
#[derive(Clone, Debug, PartialEq)]
pub struct VirtualAddress {
    /// The address.
    pub address: IpAddr,
    /// Prefix length as written; `None` leaves it to the program: keepalived takes a host
    /// address, heartbeat's IPaddr the mask of the most specific route.
    pub prefix: Option<u8>,
    /// The interface it is put on; `None` means the router's.
    pub interface: Option<String>,
    /// Alias name, `eth0:0`.
    pub label: Option<String>,
    /// Broadcast address; IPv4 only.
    pub broadcast: Option<Broadcast>,
    /// Scope name (`link`, `global`).
    pub scope: Option<String>,
    /// What few addresses state.
    pub options: Rare<AddressOptions>,
    /// Further words of the line that no program gives a meaning.
    pub further: Vec<String>,
}

impl VirtualAddress {
    /// Only an address.
    pub fn new(address: IpAddr) -> Self {
        Self {
            address,
            prefix: None,
            interface: None,
            label: None,
            broadcast: None,
            scope: None,
            options: Rare::default(),
            further: Vec::new(),
        }
    }
}

settings! {
    /// What few addresses state.
    pub struct AddressOptions {
        /// The other end of a link, with an optional prefix length.
        peer: Word = "peer";
        /// Home address of Mobile IPv6 (RFC 6275).
        home: Flag = "home";
        /// The kernel looks for duplicates, which keepalived forbids it otherwise.
        detects_duplicates: Flag = "-nodad";
        /// Template of temporary addresses.
        manage_temporary: Flag = "mngtmpaddr";
        /// No route to its network.
        no_prefix_route: Flag = "noprefixroute";
        /// Join its multicast group.
        autojoin: Flag = "autojoin";
        /// Seconds that it is preferred, or `forever`.
        preferred_lifetime: Word = "preferred_lft";
        /// Its loss is no fault.
        untracked: Flag = "no_track";
        /// It stands on an interface with the virtual MAC address.
        virtual_mac: Flag = "use_vmac";
        /// Routers that follow it; only for addresses that stay.
        track_group: Word = "track_group";
    }
}

/// The broadcast address of a virtual address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broadcast {
    /// All host bits set (`brd +`).
    AllOnes,
    /// All host bits clear (`brd -`).
    AllZeros,
    /// This one.
    Address(Ipv4Addr),
}
