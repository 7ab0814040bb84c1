//! Addresses that move between directors.

use std::net::{IpAddr, Ipv4Addr};

/// An address that belongs to whoever is master (`virtual_ipaddress`, IPaddr, IPv6addr).
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Further words of the line that the model gives no meaning (`home`, `preferred_lft 0`).
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
            further: Vec::new(),
        }
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
