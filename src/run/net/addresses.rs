//! Addresses on links.

use std::net::{IpAddr, Ipv4Addr};

/// An address on a link.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkAddress {
    /// Index of the link.
    pub link: u32,
    /// The address.
    pub address: IpAddr,
    /// Prefix length.
    pub prefix: u8,
    /// The other end of a link, to whose network the prefix length belongs. The kernel tells addresses
    /// apart by it, and finds none to remove without it.
    pub peer: Option<IpAddr>,
}

impl LinkAddress {
    /// Link and address, whatever the length and the other end.
    pub fn place(&self) -> (u32, IpAddr) {
        (self.link, self.address)
    }
}

/// What else is said when an address is added; the kernel does not tell addresses apart by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// Alias name; IPv4 only.
    pub label: Option<String>,
    /// Broadcast address; IPv4 only.
    pub broadcast: Option<Ipv4Addr>,
    /// Scope as the kernel numbers it; 0 is global, 253 is link.
    pub scope: u8,
    /// Flags (`IFA_F_*`).
    pub flags: u32,
    /// Whether the kernel looks for somebody else who has it before it is used; IPv6 only.
    pub detects_duplicates: bool,
    /// Seconds that it is preferred for new connections; `None` is for ever.
    pub preferred: Option<u32>,
}
