//! Tree to meaning: the one model of a director cluster, without I/O and without a clock.
//!
//! The model is a superset of what heartbeat + ldirectord and keepalived can say. Readers fill it
//! ([`read`]), rules judge it ([`rules`]), writers say it again in some format. Every value that
//! came from a file remembers where ([`Sourced`]).

mod address;
mod advert;
mod cluster;
mod fixed;
mod globals;
mod group;
pub mod identity;
mod membership;
pub mod mend;
pub mod normal;
mod ports;
pub mod prefix;
mod probe;
pub mod read;
mod resource;
mod router;
pub mod rules;
mod server;
mod service;
pub mod setting;
mod sourced;
mod time;
mod track;
pub(crate) mod user;

pub use address::{AddressOptions, Broadcast, VirtualAddress};
pub use advert::{
    Announcements, Conduct, Delivery, HmacSettings, OwnInterface, Peer, SharedMac, VirtualMac,
};
pub use cluster::{Alerts, Authentication, Carried, Cluster, Digest, Inert, Key, Node, SyncDaemon};
pub use fixed::{Fixed, LinkDelay, Pacing};
pub use globals::{
    Buffers, Daemon, EventSettings, Firewall, Globals, InterfaceSettings, Lifetime, MailSettings,
    Monitoring, Outside, Process, RouterDefaults, ServiceDefaults,
};
pub use membership::{Failback, Membership, Path, PingTarget};
pub use probe::{
    Appended, Dialogue, Dns, Http, HttpRequest, HttpSettings, HttpVersion, Password, Pattern,
    Probe, ProbeKind, ProbeSettings, RequestSettings, Script, Udp,
};
pub use resource::{Resource, ResourceKind};
pub use router::{
    GroupSettings, Hook, HookEvent, Member, Role, Router, STANDARD_PRIORITY, SyncGroup, Transport,
    VrrpVersion,
};
pub use server::{Forwarding, Own, Server, ServerSettings, Tunnel, TunnelChecksum, TunnelKind};
pub use service::{
    Checks, Fallback, Family, GroupMember, Protocol, Service, ServiceGroup, ServiceSettings,
    Target, TlsClient,
};
pub use setting::{Alike, Command, Rare, Secret, Weight};
pub use sourced::{Located, Sourced};
pub use time::{
    milliseconds, show_exact_seconds, show_milliseconds, show_seconds, up_to_milliseconds,
};
pub use track::{
    BfdSession, Named, Track, TrackGroup, TrackKind, TrackedFile, TrackedProcess, Tracker,
};
