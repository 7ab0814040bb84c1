//! What routers follow: scripts, files, processes, BFD sessions, interfaces.

use std::time::Duration;

use super::setting::settings;
use super::{Carried, Sourced};
use crate::source::Place;

/// A script that routers can follow by name (`vrrp_script`).
#[derive(Clone, Debug, PartialEq)]
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
    /// Whether success counts as failure.
    pub reverse: Option<bool>,
    /// Successes until it counts as up.
    pub rise: Option<Sourced<u32>>,
    /// Failures until it counts as down.
    pub fall: Option<Sourced<u32>>,
    /// User that it runs as.
    pub user: Option<Sourced<String>>,
    /// Whether it counts as down until its first run (`init_fail`).
    pub starts_down: Option<Sourced<bool>>,
    /// Directives without a field.
    pub carried: Vec<Carried>,
}

impl Tracker {
    /// A script without anything.
    pub fn new(name: Sourced<String>) -> Self {
        Self {
            name,
            command: None,
            interval: None,
            timeout: None,
            weight: None,
            reverse: None,
            rise: None,
            fall: None,
            user: None,
            starts_down: None,
            carried: Vec::new(),
        }
    }
}

/// That a router follows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// What kind of thing it is.
    pub kind: TrackKind,
    /// Its name.
    pub name: String,
    /// Weight as of [`Tracker::weight`]; `None` means the object's, zero for an interface.
    pub weight: Option<i16>,
    /// Whether up counts as down; `None` means the object's.
    pub reverse: Option<bool>,
}

impl Track {
    /// Without a weight of its own.
    pub fn new(kind: TrackKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), weight: None, reverse: None }
    }

    /// The weight that a script has here; `None` for everything else.
    pub fn weight_of_script(&self, trackers: &[Tracker]) -> Option<i16> {
        if self.kind != TrackKind::Script {
            return None;
        }
        let tracker = trackers.iter().find(|tracker| tracker.name.value == self.name);
        let own = tracker.and_then(|tracker| tracker.weight).map_or(0, |weight| weight.value);
        Some(self.weight.unwrap_or(own))
    }

    /// Whether an answer of the script counts as none here; a weight alone takes nothing of that back.
    pub fn is_reversed(&self, trackers: &[Tracker]) -> bool {
        let tracker = trackers.iter().find(|tracker| tracker.name.value == self.name);
        self.reverse.or(tracker.and_then(|tracker| tracker.reverse)).unwrap_or(false)
    }

    /// The same with a weight.
    pub fn weighing(self, weight: i16) -> Self {
        Self { weight: Some(weight), ..self }
    }
}

/// What can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TrackKind {
    /// An interface.
    Interface,
    /// A [`Tracker`].
    Script,
    /// A [`TrackedFile`].
    File,
    /// A [`TrackedProcess`].
    Process,
    /// A [`BfdSession`].
    Bfd,
    /// A virtual service: whether enough of its servers live. Only lvsha can; the name is that of its
    /// status, `tcp 10.0.0.31:80`.
    Service,
}

impl TrackKind {
    /// Every kind that keepalived knows with the keyword of its list, in the order in which they are
    /// written.
    pub const LISTS: [(Self, &'static str); 5] = [
        (Self::Interface, "track_interface"),
        (Self::Script, "track_script"),
        (Self::File, "track_file"),
        (Self::Process, "track_process"),
        (Self::Bfd, "track_bfd"),
    ];
}

/// A block with a name, whose settings are `T`.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T> {
    /// Its name.
    pub name: Sourced<String>,
    /// What it says.
    pub settings: T,
    /// Directives without a field.
    pub carried: Vec<Carried>,
    /// The head of the block.
    pub at: Option<Place>,
}

/// Routers that static objects follow (`track_group`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackGroup {
    /// Names of the routers.
    pub members: Vec<Sourced<String>>,
}

settings! {
    /// A file whose number routers and checkers follow (`track_file`).
    pub struct TrackedFile {
        /// Its path.
        path: Word = "file";
        /// Factor of the number.
        weight: Weight = "weight";
        /// Created at the start: `[VALUE] [overwrite]`.
        create: Words = "init_file";
    }

    /// A process that routers follow (`vrrp_track_process`).
    pub struct TrackedProcess {
        /// Its name and parameters.
        process: Words = "process";
        /// How parameters are compared: all, `initial` or `partial`.
        parameters: OptionalWord = "param_match";
        /// Weight as of [`Tracker::weight`].
        weight: Weight = "weight";
        /// Processes that must run.
        quorum: Number = "quorum";
        /// Processes that may run.
        most: Number = "quorum_max";
        /// How long a change must last.
        delay: Seconds = "delay";
        /// How long a loss must last.
        terminate_delay: Seconds = "terminate_delay";
        /// How long a return must last.
        fork_delay: Seconds = "fork_delay";
        /// Compare the whole command line.
        full_command: Flag = "full_command";
    }

    /// A BFD session (`bfd_instance`, RFC 5880).
    pub struct BfdSession {
        /// The other side.
        neighbour: Address = "neighbor_ip" | "neighbour_ip";
        /// Source address.
        source: Address = "source_ip";
        /// Least time between received packets.
        receive_interval: Milliseconds = "min_rx";
        /// Least time between sent packets.
        transmit_interval: Milliseconds = "min_tx";
        /// Time between packets while the session is down.
        idle_interval: Milliseconds = "idle_tx";
        /// Missed packets until it is down.
        multiplier: Number = "multiplier";
        /// Wait for the other side to begin.
        passive: Flag = "passive";
        /// Time to live of IPv4.
        ttl: Number = "ttl";
        /// Hop limit of IPv6.
        hop_limit: Number = "hoplimit";
        /// How far the other side may be.
        most_hops: Signed = "max_hops";
        /// The port for several hops.
        multihop: Boolean = "multihop";
        /// Weight as of [`Tracker::weight`].
        weight: Weight = "weight";
        /// Only routers are told.
        routers_only: Flag = "vrrp";
        /// Only checkers are told.
        checkers_only: Flag = "checker";
    }
}
