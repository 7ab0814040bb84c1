//! Routes as the kernel knows them (rtnetlink(7), ip-route(8)).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::run::vrrp::Family;

/// A network, or a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    /// Its address.
    pub address: IpAddr,
    /// Bits of it that count.
    pub length: u8,
}

impl Prefix {
    /// Every address of a family.
    pub fn all(family: Family) -> Self {
        let address = match family {
            Family::V4 => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            Family::V6 => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        Self { address, length: 0 }
    }

    /// `10.0.0.0/8`, `10.0.0.1`, `2001:db8::/32`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let longest = Family::of(address).bits();
        let length = length.map_or(Some(longest), |length| length.parse().ok())?;
        (length <= longest).then_some(Self { address, length })
    }

    /// Its family.
    pub fn family(&self) -> Family {
        Family::of(self.address)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length {
            0 => f.write_str("default"),
            length => write!(f, "{}/{length}", self.address),
        }
    }
}

/// A route. Links go by name: one that comes again has another number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Where it leads.
    pub destination: Prefix,
    /// Only for packets from there; IPv6.
    pub from: Option<Prefix>,
    /// Number of its table.
    pub table: u32,
    /// Rank among routes to the same destination; `None` is the kernel's default.
    pub metric: Option<u32>,
    /// Type of service that it is for; IPv4.
    pub type_of_service: u8,
    /// What happens to packets (`RTN_*`).
    pub kind: u8,
    /// How far the destination is (`RT_SCOPE_*`); IPv4.
    pub scope: u8,
    /// Who made it (`RTPROT_*`).
    pub protocol: u8,
    /// Source address of packets that start here.
    pub source: Option<IpAddr>,
    /// The next hops; none for one that ends here.
    pub hops: Vec<Hop>,
    /// Hints for TCP and others (`RTAX_*`), by number.
    pub hints: Vec<(u16, Hint)>,
    /// Rank among routers of IPv6 (`RTA_PREF`).
    pub preference: Option<u8>,
    /// Whether the time to live is copied (MPLS).
    pub copies_time_to_live: Option<bool>,
    /// Realms, the lower 16 bits the destination's; IPv4.
    pub realms: Option<u32>,
}

impl Route {
    /// A route of the main table without anything else.
    pub fn to(destination: Prefix) -> Self {
        Self {
            destination,
            from: None,
            table: MAIN_TABLE,
            metric: None,
            type_of_service: 0,
            kind: UNICAST,
            scope: 0,
            protocol: KEEPALIVED,
            source: None,
            hops: Vec::new(),
            hints: Vec::new(),
            preference: None,
            copies_time_to_live: None,
            realms: None,
        }
    }

    /// What the kernel tells routes apart by.
    pub fn key(&self) -> RouteKey {
        let is_ipv6 = self.destination.family() == Family::V6;
        RouteKey {
            destination: self.destination,
            from: self.from.filter(|from| from.length > 0),
            table: self.table,
            metric: self.metric.unwrap_or(if is_ipv6 { IPV6_METRIC } else { 0 }),
            type_of_service: if is_ipv6 { 0 } else { self.type_of_service },
            protocol: self.protocol,
        }
    }

    /// The links that it needs.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.hops.iter().filter_map(|hop| hop.link.as_deref())
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.destination)?;
        for hop in &self.hops {
            if let Some(gateway) = hop.gateway {
                write!(f, " via {gateway}")?;
            }
            if let Some(link) = &hop.link {
                write!(f, " dev {link}")?;
            }
        }
        match self.table {
            MAIN_TABLE => Ok(()),
            table => write!(f, " table {table}"),
        }
    }
}

/// A next hop.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// The router there.
    pub gateway: Option<IpAddr>,
    /// The link that leads there.
    pub link: Option<String>,
    /// Whether the gateway is on the link, whatever the addresses say.
    pub is_on_link: bool,
    /// Share of the packets among several hops, 1 to 256.
    pub weight: u16,
    /// Realms of this hop.
    pub realms: Option<u32>,
}

/// A hint about the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// A number in the hint's unit.
    Number(u32),
    /// A name (congestion control).
    Text(String),
}

/// What the kernel tells routes apart by, and whose they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteKey {
    /// Where it leads.
    pub destination: Prefix,
    /// Only for packets from there.
    pub from: Option<Prefix>,
    /// Number of its table.
    pub table: u32,
    /// Rank.
    pub metric: u32,
    /// Type of service.
    pub type_of_service: u8,
    /// Who made it.
    pub protocol: u8,
}

/// `RTN_UNICAST`: packets go on.
pub const UNICAST: u8 = 1;
/// `RTPROT_KEEPALIVED`: a director made it. Another daemon here finds what a killed one left.
pub const KEEPALIVED: u8 = 18;
/// `RT_TABLE_MAIN`.
pub const MAIN_TABLE: u32 = 254;
/// What the kernel takes for an IPv6 route without metric (`IP6_RT_PRIO_USER`).
const IPV6_METRIC: u32 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_read() {
        let shown = |text| Prefix::parse(text).map(|prefix| prefix.to_string());
        assert_eq!(shown("10.0.0.0/8").as_deref(), Some("10.0.0.0/8"));
        assert_eq!(shown("2001:db8::1").as_deref(), Some("2001:db8::1/128"));
        assert_eq!(shown("0.0.0.0/0").as_deref(), Some("default"));
        assert_eq!((shown("10.0.0.0/33"), shown("10.0/8"), shown("x")), (None, None, None));
    }
}
