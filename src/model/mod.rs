//! Tree to meaning: the one model of a director cluster, without I/O and without a clock.
//!
//! The model is a superset of what heartbeat + ldirectord and keepalived can say. Readers fill it
//! ([`read`]), rules judge it ([`rules`]), writers say it again in some format. Every value that
//! came from a file remembers where ([`Sourced`]).

mod address;
mod cluster;
mod membership;
pub mod mend;
mod probe;
pub mod read;
mod resource;
mod router;
pub mod rules;
mod server;
mod service;
mod sourced;
mod time;

pub use address::{Broadcast, VirtualAddress};
pub use cluster::{
    Alerts, Authentication, Carried, Cluster, Digest, Globals, Inert, Key, Node, SyncDaemon,
};
pub use membership::{Failback, Membership, Path, PingTarget};
pub use probe::{
    Appended, Dialogue, Http, HttpRequest, HttpVersion, Pattern, Probe, ProbeKind, Script,
};
pub use resource::{Resource, ResourceKind};
pub use router::{
    Hook, HookEvent, Member, Role, Router, SyncGroup, Track, Tracker, Transport, VrrpVersion,
};
pub use server::{Forwarding, Own, Server};
pub use service::{Checks, Fallback, Family, Protocol, Service, Target};
pub use sourced::Sourced;
pub use time::{milliseconds, show_seconds};
