//! Ordered resources of a haresources line.

use std::net::IpAddr;

use super::{Service, Sourced, VirtualAddress};
use crate::source::Place;

/// One resource: started left to right, stopped right to left.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Script name as written (`IPaddr2`, `httpd`).
    pub name: String,
    /// What `::` separates.
    pub arguments: Vec<Sourced<String>>,
    /// What it is.
    pub kind: ResourceKind,
    /// Where it stands.
    pub at: Place,
}

impl Resource {
    /// The address that a resource of an address brings; `None` for every other resource.
    pub fn address(&self) -> Option<IpAddr> {
        match &self.kind {
            ResourceKind::Address { address, .. } => Some(address.address),
            _ => None,
        }
    }

    /// The configuration that a resource of ldirectord is given: a name below /etc/ha.d, or a path.
    /// `None` for every other resource.
    pub fn configuration(&self) -> Option<&str> {
        match &self.kind {
            ResourceKind::Director { configuration } => {
                Some(configuration.as_deref().unwrap_or(Service::CONFIGURATION))
            }
            _ => None,
        }
    }
}

/// What a resource does, as far as lvsha knows its script.
#[derive(Clone, Debug, PartialEq)]
pub enum ResourceKind {
    /// An address (IPaddr, IPaddr2, IPv6addr or the bare shorthand).
    Address {
        /// The address.
        address: VirtualAddress,
        /// Whether the script moves a copy of the address away from `lo` (IPaddr2).
        lvs_support: bool,
    },
    /// Gratuitous ARP only (SendArp).
    Announcement,
    /// ldirectord, with the configuration it is given.
    Director {
        /// File name below /etc/ha.d; `None` means ldirectord.cf.
        configuration: Option<String>,
    },
    /// Delay, AudibleAlarm and other helpers without a counterpart.
    Helper,
    /// Mail on start and stop (MailTo).
    Mail,
    /// Any other start/stop script.
    Service,
    /// Source address of the default route (IPsrcaddr).
    SourceAddress,
    /// Shared storage, which needs fencing (Filesystem, drbddisk, LVM ...).
    Storage,
    /// IPVS connection synchronisation (LVSSyncDaemonSwap).
    SyncDaemon,
}
