//! Virtual services.

use std::net::IpAddr;
use std::time::Duration;

use super::setting::{Blank, Rare, settings};
use super::{Carried, Forwarding, Hook, Password, Probe, Server, Sourced, Tunnel};
use crate::source::Place;

/// A virtual service and its real servers (`virtual=`, `virtual_server`).
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// What traffic it takes.
    pub target: Sourced<Target>,
    /// Transport protocol; a mark has none.
    pub protocol: Option<Sourced<Protocol>>,
    /// Scheduler by its kernel name (`rr`, `wlc`); not checked against the kernel's list.
    pub scheduler: Option<Sourced<String>>,
    /// Flags of the scheduler (`sh-port`, `flag-1`).
    pub scheduler_flags: Vec<Sourced<String>>,
    /// One-packet scheduling (UDP).
    pub one_packet: Option<Sourced<bool>>,
    /// Forwarding method of servers that state none.
    pub method: Option<Sourced<Forwarding>>,
    /// Persistence time in seconds.
    pub persistence: Option<Sourced<u32>>,
    /// Netmask of clients that count as one: a prefix length of the service's family.
    pub granularity: Option<Sourced<u8>>,
    /// The real servers.
    pub servers: Vec<Server>,
    /// Where traffic goes when no server lives.
    pub fallback: Option<Sourced<Fallback>>,
    /// Whether dead servers stay in the table with weight 0 (`quiescent`, inhibit_on_failure).
    pub quiescent: Option<Sourced<bool>>,
    /// Whether servers start down until their first success (`alpha`).
    pub start_down: Option<Sourced<bool>>,
    /// Live weight below which the service counts as down.
    pub quorum: Option<Sourced<u32>>,
    /// Commands at quorum changes (fallbackcommand, quorum_up, quorum_down).
    pub hooks: Vec<Sourced<Hook>>,
    /// Host name for HTTP probes.
    pub host: Option<Sourced<String>>,
    /// Timing that probes inherit.
    pub checks: Rare<Checks>,
    /// Probes of servers that have none of their own. Several must all succeed.
    pub probes: Vec<Probe>,
    /// What few services state.
    pub settings: Rare<ServiceSettings>,
    /// How packets are wrapped when the method is a tunnel.
    pub tunnel: Option<Box<Tunnel>>,
    /// Addresses that packets with its mark have, for the real servers that take them for their own.
    pub destinations: Vec<Sourced<IpAddr>>,
    /// The stated address family of a mark; otherwise it follows from the servers.
    pub family: Option<Sourced<Family>>,
    /// Human name (servicename).
    pub name: Option<Sourced<String>>,
    /// Human remark (comment).
    pub comment: Option<Sourced<String>>,
    /// The configuration of ldirectord that holds it, as a resource names it; `None` means
    /// [`CONFIGURATION`](Self::CONFIGURATION). Only few have one, hence the box.
    pub configuration: Option<Box<Sourced<String>>>,
    /// Directives without a field.
    pub carried: Vec<Carried>,
    /// The whole block or section head.
    pub at: Option<Place>,
}

impl Service {
    /// The flags that keepalived and `ipvsadm -b` know by the same names.
    pub const SCHEDULER_FLAGS: [&'static str; 7] =
        ["flag-1", "flag-2", "flag-3", "mh-fallback", "mh-port", "sh-fallback", "sh-port"];

    /// The configuration that ldirectord reads when nobody names one, below /etc/ha.d.
    pub const CONFIGURATION: &'static str = "ldirectord.cf";

    /// The configuration of ldirectord that holds it.
    pub fn configuration(&self) -> &str {
        self.configuration.as_ref().map_or(Self::CONFIGURATION, |named| &named.value)
    }

    /// A service without servers.
    pub fn new(target: Sourced<Target>) -> Self {
        Self {
            at: target.at,
            target,
            protocol: None,
            scheduler: None,
            scheduler_flags: Vec::new(),
            one_packet: None,
            method: None,
            persistence: None,
            granularity: None,
            servers: Vec::new(),
            fallback: None,
            quiescent: None,
            start_down: None,
            quorum: None,
            hooks: Vec::new(),
            host: None,
            checks: Rare::default(),
            probes: Vec::new(),
            settings: Rare::default(),
            tunnel: None,
            destinations: Vec::new(),
            family: None,
            name: None,
            comment: None,
            configuration: None,
            carried: Vec::new(),
        }
    }

    /// The weight of a server: its own, that of the service, or 1.
    pub fn weight_of(&self, server: &Server) -> u32 {
        server.weight.or(self.settings.weight).map_or(1, |weight| weight.value)
    }

    /// The passwords that its probes give.
    pub fn passwords(&self) -> impl Iterator<Item = &Password> {
        let own = self.servers.iter().flat_map(|server| server.own_probes());
        self.probes.iter().chain(own).flat_map(|probe| probe.kind.passwords())
    }

    /// The same, to be filled in.
    pub fn passwords_mut(&mut self) -> impl Iterator<Item = &mut Password> {
        let own = self.servers.iter_mut().filter_map(|server| server.own.as_deref_mut());
        let own = own.flat_map(|own| &mut own.probes);
        self.probes.iter_mut().chain(own).flat_map(|probe| probe.kind.passwords_mut())
    }

    /// How packets to a server are wrapped. One that states a method states its wrapping with it: a bare `TUN` is IPIP
    /// whatever the service's is (measured with keepalived 2.2.7).
    pub fn tunnel_to<'a>(&'a self, server: &'a Server) -> Option<&'a Tunnel> {
        let own = server.own.as_ref().and_then(|own| own.tunnel.as_deref());
        if server.method.is_some() { own } else { self.tunnel.as_deref() }
    }

    /// The same for the server of last resort.
    pub fn tunnel_to_fallback<'a>(&'a self, fallback: &'a Fallback) -> Option<&'a Tunnel> {
        if fallback.method.is_some() { fallback.tunnel.as_ref() } else { self.tunnel.as_deref() }
    }
}

settings! {
    /// What few services state.
    pub struct ServiceSettings {
        /// Persistence by content (`sip`).
        persistence_engine: Word = "persistence_engine";
        /// Whether changes of state are mailed.
        alert: Boolean = "smtp_alert";
        /// Name in SNMP.
        snmp_name: Word = "snmp_name";
        /// The server of last resort stays in the table with weight 0.
        inhibit_fallback: Flag = "sorry_server_inhibit";
        /// Weight of servers that state none.
        weight: Number = "weight";
        /// Distance between loss and gain of the quorum.
        hysteresis: Number = "hysteresis";
        /// Run the down commands at the end.
        omega: Flag = "omega";
        /// No checks while the address is elsewhere.
        suspend: Flag = "ha_suspend";
    }

    /// How checks by TLS identify themselves (`SSL`).
    pub struct TlsClient {
        /// Password of the key.
        password: Secret = "password";
        /// Certificates that are trusted.
        authorities: Word = "ca";
        /// Client certificate.
        certificate: Word = "certificate";
        /// Its private key.
        key: Word = "key";
    }
}

/// Addresses that share their real servers (`virtual_server_group`).
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceGroup {
    /// Its name.
    pub name: Sourced<String>,
    /// What traffic it takes.
    pub members: Vec<Sourced<GroupMember>>,
    /// Lines that were not understood.
    pub carried: Vec<Carried>,
    /// The head of the block.
    pub at: Option<Place>,
}

/// A line of a [`ServiceGroup`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupMember {
    /// Packets with a firewall mark.
    Mark {
        /// The mark.
        mark: u32,
        /// The stated family.
        family: Option<Family>,
    },
    /// Every address of a network.
    Network {
        /// The network's address.
        address: IpAddr,
        /// Prefix length.
        prefix: u8,
        /// The port; `None` means every port.
        port: Option<u16>,
    },
    /// Addresses from the first to the last, which may be the same.
    Range {
        /// The first.
        first: IpAddr,
        /// The last.
        last: IpAddr,
        /// The port; `None` means every port.
        port: Option<u16>,
    },
}

/// What traffic a service takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// An address and port; port 0 means every port.
    Endpoint {
        /// The address.
        address: IpAddr,
        /// The port.
        port: u16,
    },
    /// A named group of addresses (keepalived's virtual_server_group).
    Group(String),
    /// Packets with a firewall mark.
    Mark {
        /// The mark.
        mark: u32,
        /// Which family's packets.
        family: Family,
    },
}

impl Target {
    /// The family of what it takes; a group, which may have addresses of both, counts as IPv4.
    pub fn family(&self) -> Family {
        match self {
            Self::Endpoint { address, .. } => Family::of(*address),
            Self::Mark { family, .. } => *family,
            Self::Group(_) => Family::V4,
        }
    }

    /// The port of an endpoint; marks and groups have none.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Endpoint { port, .. } => Some(*port),
            Self::Mark { .. } | Self::Group(_) => None,
        }
    }
}

/// Address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// The family of `address`.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

/// Transport protocol of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// SCTP.
    Sctp,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// A server of last resort (`fallback`, sorry_server).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// Its address.
    pub address: IpAddr,
    /// Its port; `None` means the service's.
    pub port: Option<u16>,
    /// Forwarding method; `None` means the program's default.
    pub method: Option<Forwarding>,
    /// How packets are wrapped when the method is a tunnel.
    pub tunnel: Option<Tunnel>,
}

impl Fallback {
    /// A server that is reached by the program's default method.
    pub fn new(address: IpAddr, port: Option<u16>) -> Self {
        Self { address, port, method: None, tunnel: None }
    }
}

/// Timing of checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// Time between two checks of a server (`checkinterval`, delay_loop).
    pub interval: Option<Sourced<Duration>>,
    /// Time limit of a connection or of one ping.
    pub connect_timeout: Option<Sourced<Duration>>,
    /// Time limit of a whole dialogue (ldirectord's negotiatetimeout).
    pub negotiate_timeout: Option<Sourced<Duration>>,
    /// Failures in a row until a server is down (`failurecount`, retry + 1).
    pub failures: Option<Sourced<u32>>,
    /// Time between a failure and the next try.
    pub retry_delay: Option<Sourced<Duration>>,
    /// Pings within one check (`checkcount`).
    pub ping_count: Option<Sourced<u32>>,
    /// Longest random wait before the first check.
    pub warmup: Option<Sourced<Duration>>,
}

/// What counts where nothing is stated (keepalived.conf(5): delay_loop, connect_timeout). Readers of
/// ldirectord's files state that program's own.
impl Checks {
    /// Between two checks of a server.
    pub const INTERVAL: Duration = Duration::from_secs(60);
    /// For a connection.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
}

impl Blank for Checks {
    fn blank() -> &'static Self {
        static BLANK: Checks = Checks {
            interval: None,
            connect_timeout: None,
            negotiate_timeout: None,
            failures: None,
            retry_delay: None,
            ping_count: None,
            warmup: None,
        };
        &BLANK
    }
}
