//! The whole cluster: what all directors share.

use std::net::IpAddr;
use std::time::Duration;

use super::setting::Rare;
use super::{
    BfdSession, Fixed, Globals, HmacSettings, Membership, Named, Probe, Router, Service,
    ServiceGroup, Sourced, SyncGroup, TlsClient, TrackGroup, TrackedFile, TrackedProcess, Tracker,
};
use crate::source::{Place, Span};

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
    /// Scripts that routers can follow, by name.
    pub trackers: Vec<Tracker>,
    /// Files whose number routers and checkers can follow.
    pub tracked_files: Vec<Named<TrackedFile>>,
    /// Processes that routers can follow.
    pub tracked_processes: Vec<Named<TrackedProcess>>,
    /// BFD sessions that routers and checkers can follow.
    pub bfd_sessions: Vec<Named<BfdSession>>,
    /// Routers that static objects follow.
    pub track_groups: Vec<Named<TrackGroup>>,
    /// What does not move.
    pub fixed: Fixed,
    /// Virtual services.
    pub services: Vec<Service>,
    /// Groups of addresses that services name.
    pub service_groups: Vec<ServiceGroup>,
    /// How checks by TLS identify themselves.
    pub tls_client: Rare<TlsClient>,
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

impl Cluster {
    /// Forgets where everything stands, and what has no effect anyway, so that two clusters
    /// compare by what they mean.
    pub fn forget_places(&mut self) {
        let forget = |at: &mut Place| at.span = Span::default();
        self.membership.fencing.iter_mut().for_each(forget);
        self.inert.clear();
        for router in &mut self.routers {
            router.at = None;
            router.resources.iter_mut().for_each(|resource| forget(&mut resource.at));
        }
        self.service_groups.iter_mut().for_each(|group| group.at = None);
        self.track_groups.iter_mut().for_each(|group| group.at = None);
        self.tracked_files.iter_mut().for_each(|file| file.at = None);
        self.tracked_processes.iter_mut().for_each(|process| process.at = None);
        self.bfd_sessions.iter_mut().for_each(|session| session.at = None);
        for service in &mut self.services {
            service.at = None;
            service.probes.iter_mut().for_each(Probe::forget_places);
            for server in &mut service.servers {
                server.at = None;
                server.own.iter_mut().for_each(|own| own.ignored = false);
                let probes = server.own.iter_mut().flat_map(|own| &mut own.probes);
                probes.for_each(Probe::forget_places);
            }
        }
    }
}

/// A director.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name, lower-cased as heartbeat compares it.
    pub name: Sourced<String>,
    /// Its address on the path to the other directors, where it is known.
    pub address: Option<Sourced<IpAddr>>,
}

impl Node {
    /// Longest name of a host that Linux takes (`HOST_NAME_MAX`, sethostname(2)).
    pub const MAX_NAME: usize = 64;

    /// Whether a host can have this name. Names of nodes become directories, so that nothing else
    /// may pass where they are typed.
    pub fn is_name(text: &str) -> bool {
        let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        begins && text.chars().all(is_sign) && text.len() <= Self::MAX_NAME
    }
}

/// Keys for messages between directors (authkeys, `authentication`, `auth_hmac`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Authentication {
    /// Number of the key that signs what is sent.
    pub active: Option<Sourced<u8>>,
    /// All keys that are accepted.
    pub keys: Vec<Key>,
    /// How keys of HMAC-SHA256 are used.
    pub hmac: Rare<HmacSettings>,
}

/// One key.
#[derive(Clone)]
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

/// Two keys are equal wherever they stand, like [`Sourced`] values.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        (self.number, self.digest, &self.secret) == (other.number, other.digest, &other.secret)
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

impl Alerts {
    /// `Ops Team <ops@example.com>` without what is for people; `None` when a blank is left, which
    /// parts words in haresources and addresses in ldirectord.cf.
    pub fn bare_address(written: &str) -> Option<&str> {
        let inside = written.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        let plain = inside.map_or(written, |(inside, _)| inside).trim();
        (!plain.is_empty() && !plain.contains(char::is_whitespace)).then_some(plain)
    }
}

/// The IPVS synchronisation daemon (`lvs_sync_daemon`, LVSSyncDaemonSwap).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncDaemon {
    /// Interface it sends on; heartbeat's script does not say.
    pub interface: Option<String>,
    /// The router whose role it follows.
    pub router: Option<String>,
    /// Its group number.
    pub identifier: Option<u8>,
    /// Largest packet (`maxlen`).
    pub longest: Option<u16>,
    /// UDP port.
    pub port: Option<u16>,
    /// Time to live.
    pub ttl: Option<u8>,
    /// Multicast group.
    pub group: Option<IpAddr>,
}

/// A directive that the model has no field for. Writers of its own format say it again.
#[derive(Clone)]
pub struct Carried {
    /// The keyword.
    pub keyword: String,
    /// Its lines without indent, words one blank apart and with their quotes: `head {`, what is
    /// inside, `}`. Empty when a reader keeps only the place. Passwords may be in it.
    pub text: String,
    /// Where its words stand; of a block, those in front of the brace.
    pub at: Place,
    /// All that belongs to it, also what stands between its braces.
    pub whole: Span,
}

impl Carried {
    /// A directive of which only the place is kept.
    pub fn new(keyword: impl Into<String>, at: Place) -> Self {
        Self { keyword: keyword.into(), text: String::new(), at, whole: at.span }
    }
}

/// Secrets never appear in any output, and any word of the text may be one.
impl std::fmt::Debug for Carried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Carried")
            .field("keyword", &self.keyword)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Equal wherever they stand, like [`Sourced`] values.
impl PartialEq for Carried {
    fn eq(&self, other: &Self) -> bool {
        (&self.keyword, &self.text) == (&other.keyword, &other.text)
    }
}

impl Eq for Carried {}

/// A directive that its own program ignores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inert {
    /// The whole directive.
    pub at: Place,
    /// Why it does nothing, as a phrase.
    pub why: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_one_word() {
        let bare = Alerts::bare_address;
        assert_eq!(bare("Ops Team <ops@example.com>"), Some("ops@example.com"));
        assert_eq!(bare("<ops@example.com>"), Some("ops@example.com"));
        assert_eq!(bare("root"), Some("root"));
        assert_eq!(bare("Ops Team"), None);
        assert_eq!(bare("Ops <>"), None);
    }
}
