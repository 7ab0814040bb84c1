//! The IPVS table as a value.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use crate::model::prefix::netmask;
use crate::model::{Family, Protocol};

/// Everything that lvsha steers of the kernel's load balancer in one network namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Virtual services and their destinations.
    pub services: BTreeMap<ServiceKey, Service>,
    /// Threads that send or receive connection states.
    pub daemons: BTreeMap<DaemonRole, Daemon>,
    /// Timeouts of connection entries; `None` in a desired table leaves them as they are.
    pub timeouts: Option<Timeouts>,
}

impl Table {
    /// Destinations of all services.
    pub fn destinations(&self) -> usize {
        self.services.values().map(|service| service.destinations.len()).sum()
    }
}

/// What the kernel tells services apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceKey {
    /// Traffic to an address; port 0 (with persistence) means every port.
    Endpoint {
        /// Transport protocol.
        protocol: Protocol,
        /// The virtual address.
        address: IpAddr,
        /// The virtual port.
        port: u16,
    },
    /// Packets with a firewall mark; one mark may have a service of each family.
    Mark {
        /// Whose packets.
        family: Family,
        /// The mark, never 0.
        mark: u32,
    },
}

impl ServiceKey {
    /// Family of the packets that the service takes.
    pub fn family(&self) -> Family {
        match *self {
            Self::Endpoint { address, .. } => Family::of(address),
            Self::Mark { family, .. } => family,
        }
    }

    /// Port of a destination that states none: in direct routing and tunnels the port is not
    /// rewritten, and ipvsadm shows the service's.
    pub fn port(&self) -> u16 {
        match *self {
            Self::Endpoint { port, .. } => port,
            Self::Mark { .. } => 0,
        }
    }

    /// Order without meaning, the same at every start: marks last, as ipvsadm prints them.
    fn rank(&self) -> (u8, u8, Option<IpAddr>, u32) {
        match *self {
            Self::Endpoint { protocol, address, port } => {
                (0, protocol_number(protocol), Some(address), port.into())
            }
            Self::Mark { family, mark } => (1, u8::from(family == Family::V6), None, mark),
        }
    }
}

impl Ord for ServiceKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for ServiceKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Endpoint { protocol, address, port } => {
                write!(f, "{} {}", protocol_name(protocol), Endpoint(address, port))
            }
            Self::Mark { family: Family::V4, mark } => write!(f, "fwmark {mark}"),
            Self::Mark { family: Family::V6, mark } => write!(f, "fwmark {mark} inet6"),
        }
    }
}

/// A virtual service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// How it distributes.
    pub settings: ServiceSettings,
    /// Where to.
    pub destinations: BTreeMap<DestinationKey, Destination>,
}

/// How a service distributes connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceSettings {
    /// Scheduler by its kernel name, at most 15 bytes.
    pub scheduler: String,
    /// Flags of the scheduler and one-packet scheduling.
    pub flags: ServiceFlags,
    /// Seconds for which a client stays with its server.
    pub persistence: Option<u32>,
    /// Which clients count as one while persistent; the kernel keeps it for every service.
    pub granularity: Granularity,
    /// Persistence engine (`sip`).
    pub engine: Option<String>,
}

impl ServiceSettings {
    /// A service without persistence and flags.
    pub fn new(scheduler: impl Into<String>, family: Family) -> Self {
        Self {
            scheduler: scheduler.into(),
            flags: ServiceFlags::default(),
            persistence: None,
            granularity: Granularity::single(family),
            engine: None,
        }
    }
}

/// Bits of `ip_vs_flags` that a user sets; persistence and the kernel's own bit are elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceFlags {
    /// Each UDP packet is scheduled by itself.
    pub one_packet: bool,
    /// `flag-1`: `sh-fallback`, `mh-fallback`.
    pub scheduler_1: bool,
    /// `flag-2`: `sh-port`, `mh-port`.
    pub scheduler_2: bool,
    /// `flag-3`, which no scheduler uses yet.
    pub scheduler_3: bool,
}

/// Clients that count as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// An IPv4 netmask; the kernel takes also those that are no prefix.
    V4(Ipv4Addr),
    /// An IPv6 prefix length, 1 to 128.
    V6(u8),
}

impl Granularity {
    /// Each client for itself.
    pub fn single(family: Family) -> Self {
        match family {
            Family::V4 => Self::V4(Ipv4Addr::BROADCAST),
            Family::V6 => Self::V6(128),
        }
    }

    /// A prefix of `family`, cut to what the family has.
    pub fn prefix(family: Family, length: u8) -> Self {
        match family {
            Family::V4 => Self::V4(netmask(length)),
            Family::V6 => Self::V6(length.clamp(1, 128)),
        }
    }

    /// The same for a service of `family`. That of another one says nothing there, as in keepalived.
    pub fn within(self, family: Family) -> Self {
        match (self, family) {
            (Self::V4(_), Family::V4) | (Self::V6(_), Family::V6) => self,
            _ => Self::single(family),
        }
    }
}

/// What the kernel tells the destinations of one service apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DestinationKey {
    /// Address of the real server.
    pub address: IpAddr,
    /// Port there.
    pub port: u16,
}

impl fmt::Display for DestinationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Endpoint(self.address, self.port).fmt(f)
    }
}

/// A real server in one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination {
    /// How packets get there.
    pub forwarding: Forwarding,
    /// Share of new connections; 0 takes none and keeps what it has.
    pub weight: u32,
    /// Connections from which on it takes no more; 0 is no limit.
    pub upper_threshold: u32,
    /// Connections below which it takes new ones again; 0 is the kernel's three quarters.
    pub lower_threshold: u32,
}

/// How packets reach a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forwarding {
    /// Over the link with the destination's hardware address; ports are not rewritten.
    DirectRouting,
    /// To the director itself, as kernels before 4.x report it.
    Local,
    /// Address translation.
    Masquerading,
    /// Encapsulated.
    Tunnelling(Tunnel),
}

/// Kind of encapsulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tunnel {
    /// Generic routing encapsulation, Linux 5.3.
    Gre(TunnelChecksum),
    /// Generic UDP encapsulation, Linux 5.2.
    Gue {
        /// UDP port, never 0.
        port: u16,
        /// Checksum of the outer header.
        checksum: TunnelChecksum,
    },
    /// IP in IP.
    Ipip,
}

/// Checksum of a tunnel's outer header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TunnelChecksum {
    /// None.
    #[default]
    None,
    /// A complete one.
    Full,
    /// Remote checksum offload (GUE only).
    Remote,
}

/// What a sync thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DaemonRole {
    /// Receives connection states.
    Backup,
    /// Sends connection states.
    Master,
}

impl fmt::Display for DaemonRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Backup => "backup",
            Self::Master => "master",
        })
    }
}

/// A sync thread. `None` in a desired table leaves the choice to the kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Daemon {
    /// Interface of the multicast traffic.
    pub interface: String,
    /// Group of directors, 0 to 255; a backup with 0 takes every group's.
    pub sync_id: u8,
    /// Longest message in bytes.
    pub longest: Option<u16>,
    /// Multicast group, 224.0.0.81 by default.
    pub group: Option<IpAddr>,
    /// UDP port, 8848 by default.
    pub port: Option<u16>,
    /// Time to live, 1 by default.
    pub ttl: Option<u8>,
}

impl Daemon {
    /// Whether `actual` is what the kernel makes of this for a thread of `role`: for 0 it has a value of
    /// its own, and the longest message it cuts to what it takes (start_sync_thread, Linux 4.3).
    pub fn is_met_by(&self, actual: &Self, role: DaemonRole) -> bool {
        fn fits<T: PartialEq + Default>(wanted: Option<T>, actual: Option<T>) -> bool {
            wanted.as_ref().is_none_or(|wanted| *wanted == T::default()) || wanted == actual
        }
        let least = match role {
            DaemonRole::Backup => LEAST_OF_BACKUP,
            DaemonRole::Master => 1,
        };
        let headers = if self.group.is_some_and(|group| group.is_ipv6()) { 48 } else { 28 };
        let cut = |bytes: u16| if bytes == 0 { 0 } else { bytes.clamp(least, u16::MAX - headers) };
        self.interface == actual.interface
            && self.sync_id == actual.sync_id
            && fits(self.longest.map(cut), actual.longest)
            && (self.group.is_none() || self.group == actual.group)
            && fits(self.port, actual.port)
            && fits(self.ttl, actual.ttl)
    }
}

/// Seconds until idle connection entries go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Established TCP; 0 in a desired table leaves it as it is.
    pub tcp: u32,
    /// TCP after FIN.
    pub tcp_fin: u32,
    /// UDP.
    pub udp: u32,
}

impl Timeouts {
    /// What the kernel has after it was told `wanted`: it takes 0 as "leave it".
    pub fn merged(self, wanted: Self) -> Self {
        let pick = |wanted, actual| if wanted == 0 { actual } else { wanted };
        Self {
            tcp: pick(wanted.tcp, self.tcp),
            tcp_fin: pick(wanted.tcp_fin, self.tcp_fin),
            udp: pick(wanted.udp, self.udp),
        }
    }
}

/// `10.0.0.31:80` or `[2001:db8::1]:80`.
struct Endpoint(IpAddr, u16);

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        std::net::SocketAddr::new(self.0, self.1).fmt(f)
    }
}

/// IANA protocol number.
pub(super) fn protocol_number(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Tcp => 6,
        Protocol::Udp => 17,
        Protocol::Sctp => 132,
    }
}

fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
        Protocol::Sctp => "sctp",
    }
}

/// Bytes: the kernel's backup takes messages at least as long as this.
const LEAST_OF_BACKUP: u16 = 1024;
