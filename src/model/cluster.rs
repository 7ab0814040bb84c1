//! The whole cluster: what all directors share.

use std::net::IpAddr;
use std::time::Duration;

use super::{Membership, Router, Service, Sourced, SyncGroup, Tracker};
use crate::source::Place;

/// One cluster of directors, as far as the files that were read tell it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    /// The cluster's name (ha.cf `cluster`).
    pub name: Option<Sourced<String>>,
    /// The directors in the order of the file; empty when one node's file does not name them.
    pub nodes: Vec<Node>,
    /// How the directors hear each other where all routers share one way, as in heartbeat.
    pub membership: Membership,
    /// Groups of addresses that move together.
    pub routers: Vec<Router>,
    /// Routers that change state together.
    pub sync_groups: Vec<SyncGroup>,
    /// What routers can follow, by name.
    pub trackers: Vec<Tracker>,
    /// Virtual services.
    pub services: Vec<Service>,
    /// How messages between directors are authenticated.
    pub authentication: Option<Authentication>,
    /// Who is told by mail.
    pub alerts: Alerts,
    /// The IPVS connection synchronisation daemon.
    pub sync_daemon: Option<Sourced<SyncDaemon>>,
    /// keepalived's global settings that have a meaning here.
    pub globals: Globals,
    /// Directives that the model has no field for; they travel along with their place.
    pub carried: Vec<Carried>,
    /// Directives that have no effect in the program they were written for.
    pub inert: Vec<Inert>,
}

/// A director.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name, lower-cased as heartbeat compares it.
    pub name: Sourced<String>,
    /// Its address on the path to the other directors, where it is known.
    pub address: Option<Sourced<IpAddr>>,
}

/// Keys for messages between directors (authkeys, `authentication`, `auth_hmac`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Authentication {
    /// Number of the key that signs what is sent.
    pub active: Option<Sourced<u8>>,
    /// All keys that are accepted.
    pub keys: Vec<Key>,
}

/// One key.
#[derive(Clone, PartialEq)]
pub struct Key {
    /// Its number.
    pub number: u8,
    /// How it is used.
    pub digest: Digest,
    /// The secret; empty for methods without one.
    pub secret: String,
    /// Where it stands.
    pub at: Place,
}

/// Secrets never appear in any output, so a key is debugged without its secret.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key")
            .field("number", &self.number)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// How a key is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// A checksum without any secret.
    Crc,
    /// Keyed MD5.
    Md5,
    /// Keyed SHA-1.
    Sha1,
    /// VRRPv2's clear text password.
    Password,
    /// VRRPv2's authentication header (HMAC-MD5).
    Header,
    /// HMAC-SHA256, keepalived 2.4 and later.
    HmacSha256,
}

/// Mail alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alerts {
    /// Who is told.
    pub recipients: Vec<Sourced<String>>,
    /// Sender.
    pub sender: Option<Sourced<String>>,
    /// Mail server, host with optional port.
    pub server: Option<Sourced<String>>,
    /// Time limit for the mail server.
    pub timeout: Option<Sourced<Duration>>,
}

/// The IPVS synchronisation daemon (`lvs_sync_daemon`, LVSSyncDaemonSwap).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncDaemon {
    /// Interface it sends on; heartbeat's script does not say.
    pub interface: Option<String>,
    /// The router whose role it follows.
    pub router: Option<String>,
    /// Its group number.
    pub identifier: Option<u8>,
}

/// Settings of a whole keepalived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Globals {
    /// Name of this node in alerts.
    pub router_id: Option<Sourced<String>>,
    /// Silence after the start.
    pub startup_delay: Option<Sourced<Duration>>,
    /// User (and group) that scripts run as.
    pub script_user: Option<Sourced<String>>,
    /// Whether scripts that others can write are refused.
    pub script_security: Option<Sourced<bool>>,
    /// Whether RFC conformance is enforced.
    pub strict: Option<Sourced<bool>>,
}

/// A directive that the model has no field for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The keyword.
    pub keyword: String,
    /// The whole directive.
    pub at: Place,
}

/// A directive that its own program ignores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inert {
    /// The whole directive.
    pub at: Place,
    /// Why it does nothing, as a phrase.
    pub why: &'static str,
}
