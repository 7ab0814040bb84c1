//! Virtual routers: addresses that one director at a time holds.

use std::net::IpAddr;
use std::time::Duration;

use super::{Authentication, Carried, Resource, Sourced, VirtualAddress};
use crate::source::Place;

/// A virtual router: a `vrrp_instance`, or a line of haresources.
#[derive(Clone, Debug, PartialEq)]
pub struct Router {
    /// Its name; for a haresources line the first resource.
    pub name: Sourced<String>,
    /// VRID, 1 to 255.
    pub virtual_router_id: Option<Sourced<u8>>,
    /// Protocol version.
    pub version: Option<Sourced<VrrpVersion>>,
    /// Interface that advertisements use.
    pub interface: Option<Sourced<String>>,
    /// How advertisements travel, as one node's file says it.
    pub transport: Transport,
    /// Whether directors tell each other one by one, at the addresses of the cluster's nodes.
    pub unicast: bool,
    /// Addresses that stand in the advertisements.
    pub addresses: Vec<Sourced<VirtualAddress>>,
    /// Addresses that move along without being advertised.
    pub excluded: Vec<Sourced<VirtualAddress>>,
    /// Time between advertisements.
    pub interval: Option<Sourced<Duration>>,
    /// Intervals without an advertisement until the master counts as dead.
    pub down_count: Option<Sourced<u8>>,
    /// The directors with their rank, best first.
    pub members: Vec<Member>,
    /// Whether a better director takes over from a living master.
    pub preempt: Option<Sourced<bool>>,
    /// How long a better director waits with that.
    pub preempt_delay: Option<Sourced<Duration>>,
    /// Authentication of its own.
    pub authentication: Option<Authentication>,
    /// What it follows.
    pub tracks: Vec<Sourced<Track>>,
    /// Commands at changes of state.
    pub hooks: Vec<Sourced<Hook>>,
    /// Whether changes of state are mailed.
    pub alert: Option<Sourced<bool>>,
    /// Ordered resources, as heartbeat has them.
    pub resources: Vec<Resource>,
    /// Directives without a field.
    pub carried: Vec<Carried>,
    /// The whole block or line.
    pub at: Option<Place>,
}

impl Router {
    /// A router without anything.
    pub fn new(name: Sourced<String>) -> Self {
        Self {
            at: name.at,
            name,
            virtual_router_id: None,
            version: None,
            interface: None,
            transport: Transport::default(),
            unicast: false,
            addresses: Vec::new(),
            excluded: Vec::new(),
            interval: None,
            down_count: None,
            members: Vec::new(),
            preempt: None,
            preempt_delay: None,
            authentication: None,
            tracks: Vec::new(),
            hooks: Vec::new(),
            alert: None,
            resources: Vec::new(),
            carried: Vec::new(),
        }
    }
}

/// VRRP's protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VrrpVersion {
    /// RFC 3768: whole seconds, IPv4.
    Two,
    /// RFC 5798 and 9568: centiseconds, both families.
    Three,
}

/// How advertisements travel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transport {
    /// Source address, for unicast and multicast.
    pub source: Option<Sourced<IpAddr>>,
    /// Another multicast group than the standard's.
    pub group: Option<Sourced<IpAddr>>,
    /// Peers that are told one by one; empty means multicast.
    pub peers: Vec<Sourced<IpAddr>>,
}

/// A director's rank in a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The director; `None` is the node that the file belongs to.
    pub node: Option<Sourced<String>>,
    /// Priority, 1 to 255; heartbeat only has an order.
    pub priority: Option<Sourced<u8>>,
    /// The state that the file starts with.
    pub role: Option<Sourced<Role>>,
}

/// `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// MASTER.
    Master,
    /// BACKUP.
    Backup,
}

/// Routers that change state together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncGroup {
    /// Its name.
    pub name: Sourced<String>,
    /// Names of the routers.
    pub members: Vec<Sourced<String>>,
    /// Commands at changes of state.
    pub hooks: Vec<Sourced<Hook>>,
    /// Directives without a field.
    pub carried: Vec<Carried>,
}

/// Something that routers can follow by name (`vrrp_script`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracker {
    /// Its name.
    pub name: Sourced<String>,
    /// The command whose exit code is judged.
    pub command: Option<Sourced<String>>,
    /// Time between two runs.
    pub interval: Option<Sourced<Duration>>,
    /// Time limit of one run.
    pub timeout: Option<Sourced<Duration>>,
    /// What it adds to the priority while it succeeds (positive) or takes while it fails
    /// (negative); zero means fault.
    pub weight: Option<Sourced<i16>>,
    /// Successes until it counts as up.
    pub rise: Option<Sourced<u32>>,
    /// Failures until it counts as down.
    pub fall: Option<Sourced<u32>>,
    /// User that it runs as.
    pub user: Option<Sourced<String>>,
    /// Directives without a field.
    pub carried: Vec<Carried>,
}

/// That a router follows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Track {
    /// An interface.
    Interface {
        /// Its name.
        name: String,
        /// Weight as of [`Tracker::weight`].
        weight: Option<i16>,
    },
    /// A named [`Tracker`].
    Script {
        /// Its name.
        name: String,
        /// Weight that overrides the tracker's.
        weight: Option<i16>,
    },
}

/// A command that runs at an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// When.
    pub event: HookEvent,
    /// The command line, without the quotes around it.
    pub command: String,
    /// User and group, as written.
    pub user: Option<String>,
}

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookEvent {
    /// Any change of state, with arguments.
    Any,
    /// The router became backup.
    Backup,
    /// A real server went down.
    Down,
    /// Something that is tracked failed.
    Fault,
    /// The router became master.
    Master,
    /// A service has too few live real servers.
    QuorumDown,
    /// A service has enough live real servers again.
    QuorumUp,
    /// The daemon stops.
    Stop,
    /// A real server came up.
    Up,
}
