//! Real servers.

use std::fmt;
use std::net::IpAddr;

use super::setting::{Rare, settings};
use super::{Carried, Checks, Hook, Probe, Sourced};
use crate::source::Place;

/// A real server of one service.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// Its address.
    pub address: IpAddr,
    /// Its port; `None` means the service's.
    pub port: Option<u16>,
    /// Where its line or block is.
    pub at: Option<Place>,
    /// Weight; `None` means the service's default, 1.
    pub weight: Option<Sourced<u32>>,
    /// Forwarding method; `None` means the service's.
    pub method: Option<Sourced<Forwarding>>,
    /// Rare settings, boxed because there may be a hundred thousand servers.
    pub own: Option<Box<Own>>,
}

/// What few real servers have of their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Own {
    /// Connections from which on it takes no more (`u:`, uthreshold).
    pub upper_threshold: Option<Sourced<u32>>,
    /// Connections below which it takes new ones again (`l:`, lthreshold).
    pub lower_threshold: Option<Sourced<u32>>,
    /// Whether a dead server stays in the table with weight 0; `None` means the service's.
    pub quiescent: Option<Sourced<bool>>,
    /// Probes instead of the service's.
    pub probes: Vec<Probe>,
    /// Whether ldirectord ignores texts or thresholds of its line; they are what the author meant.
    pub ignored: bool,
    /// Commands when it goes up or down.
    pub hooks: Vec<Sourced<Hook>>,
    /// Timing that its probes inherit before the service's.
    pub checks: Rare<Checks>,
    /// How packets are wrapped when the method is a tunnel.
    pub tunnel: Option<Box<Tunnel>>,
    /// What hardly any server states.
    pub settings: Rare<ServerSettings>,
    /// Directives without a field.
    pub carried: Vec<Carried>,
}

settings! {
    /// What hardly any server states.
    pub struct ServerSettings {
        /// Starts down until its first success.
        alpha: Boolean = "alpha";
        /// Whether changes of state are mailed.
        alert: Boolean = "smtp_alert";
        /// Host name for its HTTP probes.
        host: Word = "virtualhost";
        /// Name in SNMP.
        snmp_name: Word = "snmp_name";
    }
}

impl Server {
    /// A server with an address only.
    pub fn new(address: IpAddr, port: Option<u16>, at: Option<Place>) -> Self {
        Self { address, port, at, weight: None, method: None, own: None }
    }

    /// Its own settings, made on first use.
    pub fn own_mut(&mut self) -> &mut Own {
        self.own.get_or_insert_default()
    }

    /// Whether `host` is its own address, as the Host header of HTTP has it.
    pub fn is_host(&self, host: &str) -> bool {
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        bare.filter(|_| self.address.is_ipv6()).unwrap_or(host) == self.address.to_string()
    }

    /// Its limits of connections: from the first on it takes no more, below the second again.
    pub fn thresholds(&self) -> (Option<Sourced<u32>>, Option<Sourced<u32>>) {
        let own = self.own.as_ref();
        own.map_or((None, None), |own| (own.upper_threshold, own.lower_threshold))
    }

    /// Whether it stays in the table with weight 0 when it is dead; `None` means the service's.
    pub fn quiescent(&self) -> Option<Sourced<bool>> {
        self.own.as_ref().and_then(|own| own.quiescent)
    }

    /// Whether keepalived leaves it out until its first success, because it, or one of its checkers,
    /// says so (`alpha`).
    pub fn starts_down(&self) -> bool {
        let own = self.own.as_ref().and_then(|own| own.settings.alpha);
        let probes = self.own_probes().iter().filter_map(|probe| probe.settings.alpha);
        own.into_iter().chain(probes).any(|alpha| alpha.value)
    }

    /// Probes of its own; empty means the service's.
    pub fn own_probes(&self) -> &[Probe] {
        self.own.as_ref().map_or(&[], |own| &own.probes)
    }
}

/// How packets reach a real server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Forwarding {
    /// Direct routing: gate, DR.
    DirectRouting,
    /// Address translation: masq, NAT.
    Masquerading,
    /// IP in IP: ipip, TUN.
    Tunnelling,
}

impl Forwarding {
    /// The word of ldirectord and ipvsadm.
    pub fn ldirectord_word(self) -> &'static str {
        match self {
            Self::DirectRouting => "gate",
            Self::Masquerading => "masq",
            Self::Tunnelling => "ipip",
        }
    }
}

impl fmt::Display for Forwarding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DirectRouting => "direct routing",
            Self::Masquerading => "address translation",
            Self::Tunnelling => "tunnelling",
        })
    }
}

/// How packets are wrapped for a real server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tunnel {
    /// The encapsulation; `None` means IP in IP.
    pub kind: Option<TunnelKind>,
    /// UDP port of GUE.
    pub port: Option<u16>,
    /// Checksum of GUE and GRE.
    pub checksum: Option<TunnelChecksum>,
}

/// An encapsulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TunnelKind {
    /// Generic routing encapsulation.
    Gre,
    /// Generic UDP encapsulation.
    Gue,
    /// IP in IP.
    Ipip,
}

/// Checksums of an encapsulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TunnelChecksum {
    /// `csum`.
    Full,
    /// `nocsum`.
    None,
    /// `remcsum`: the receiver computes the inner one.
    Remote,
}
