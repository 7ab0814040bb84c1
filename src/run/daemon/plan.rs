//! What the daemon is to do on this node: the model, cut down to one director and made exact.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::succession::Succession;
use crate::model::Sourced;
use crate::run::net::addresses::{Details, LinkAddress};
use crate::run::net::routes::Route;
use crate::run::net::rules::Rule;
use crate::run::services::{self, MailPlan};
use crate::run::vrrp::{ChecksumCustom, Family, Schedule, Settings, Tracked};

mod addresses;
mod read;
mod refusals;
mod routing;
mod summary;
#[cfg(test)]
mod tests;

pub use read::plan;

/// Everything that one director does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Its virtual routers.
    pub routers: Vec<RouterPlan>,
    /// Its sync groups.
    pub groups: Vec<GroupPlan>,
    /// What is there as long as the daemon.
    pub fixed: FixedPlan,
    /// Addresses whose packets nobody on this director gets.
    pub refused: RefusedPlan,
    /// What its routers depend on; [`Tracked::source`] counts in this list.
    pub sources: Vec<SourcePlan>,
    /// How scripts are run.
    pub scripts: ScriptPolicy,
    /// Pipes that are told every event.
    pub pipes: Vec<PipePlan>,
    /// Whether pipes are told all states after a reload.
    pub tells_states: bool,
    /// Who is mailed about routers.
    pub mail: Option<MailPlan>,
    /// Whether a fault of a router is no mail.
    pub mails_no_faults: bool,
    /// Its virtual services.
    pub services: services::Plan,
    /// Real-time priority of the thread that speaks VRRP, 1 to 99.
    pub real_time: Option<u8>,
}

impl Plan {
    /// Names of the routers that run something and that `next` does not have.
    pub fn occupied_without(&self, next: &Self) -> Vec<String> {
        let stays = |router: &RouterPlan| {
            next.routers.iter().any(|other| other.identity() == router.identity())
        };
        let gone = self.routers.iter().filter(|router| !router.resources.is_empty());
        gone.filter(|router| !stays(router)).map(|router| router.settings.name.clone()).collect()
    }
}

/// One virtual router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterPlan {
    /// What the protocol needs.
    pub settings: Settings,
    /// Interface that advertisements use.
    pub interface: String,
    /// Source address of advertisements, where the configuration says one.
    pub source: Option<IpAddr>,
    /// Where advertisements go.
    pub transport: Transport,
    /// Whether of unicast advertisements only those of its peers count.
    pub checks_source: bool,
    /// Further ways of the same advertisements (heartbeat's media).
    pub paths: Vec<PathPlan>,
    /// How checksums are made for peers that were not heard yet.
    pub custom: ChecksumCustom,
    /// Addresses that the master holds, advertised or not.
    pub addresses: Vec<PlannedAddress>,
    /// Routes that the master holds.
    pub routes: Vec<Route>,
    /// Routing rules that the master holds.
    pub rules: Vec<Rule>,
    /// How the addresses are announced.
    pub schedule: Schedule,
    /// Whether advertisements leave from the interface itself, not from the virtual link.
    pub transmits_on_base: bool,
    /// Name of the link with the virtual MAC; `None` without one.
    pub virtual_link: Option<String>,
    /// What it depends on.
    pub tracked: Vec<Tracked>,
    /// Commands at changes of state.
    pub hooks: Vec<HookPlan>,
    /// Whether its changes are mailed.
    pub mails: bool,
    /// Whether pipes are told of its changed priorities.
    pub tells_priorities: bool,
    /// Whether this director is the preferred one; `None` where that is not said.
    pub is_preferred: Option<bool>,
    /// What is started after the addresses, in order, and stopped the other way round: before them where
    /// giving up is its own will, while they go otherwise.
    pub resources: Vec<ResourcePlan>,
    /// Number of the source that says whether they can be started.
    pub resource_source: Option<usize>,
}

impl RouterPlan {
    /// What makes two plans the same router across a reload; the name does not.
    pub fn identity(&self) -> (&str, u8, Family) {
        (&self.interface, self.settings.virtual_router_id, self.settings.family)
    }
}

/// What stays on this director (`static_ipaddress`, `static_routes`, `static_rules`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FixedPlan {
    /// Addresses, each with the link that it is on.
    pub addresses: Vec<PlannedAddress>,
    /// Routes.
    pub routes: Vec<Route>,
    /// Routing rules.
    pub rules: Vec<Rule>,
}

/// Addresses whose packets nobody on this director gets (`no_accept`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedPlan {
    /// The addresses.
    pub addresses: BTreeSet<IpAddr>,
    /// Priority of the packet filter's chain, where one is said.
    pub priority: Option<i32>,
}

/// Where advertisements go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// To a group on the link.
    Multicast(IpAddr),
    /// To these directors, one by one.
    Unicast(Vec<IpAddr>),
}

impl Transport {
    /// The group that is to be joined.
    pub fn group(&self) -> Option<IpAddr> {
        match self {
            Self::Multicast(group) => Some(*group),
            Self::Unicast(_) => None,
        }
    }
}

/// A further way of advertisements: what is heard on any of them counts, and one that is silent while
/// others are not is worth a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPlan {
    /// Its interface.
    pub interface: String,
    /// Where they go there.
    pub transport: Transport,
}

/// An address that moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedAddress {
    /// The address.
    pub address: IpAddr,
    /// Prefix length.
    pub prefix: u8,
    /// The other end of a link, to whose network the prefix length belongs.
    pub peer: Option<IpAddr>,
    /// Link that it is put on; `None` is the router's.
    pub interface: Option<String>,
    /// Label, broadcast, scope.
    pub details: Details,
}

impl PlannedAddress {
    /// The address on a link.
    pub fn on(&self, link: u32) -> LinkAddress {
        LinkAddress { link, address: self.address, prefix: self.prefix, peer: self.peer }
    }
}

/// Routers that change state together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupPlan {
    /// Its name.
    pub name: String,
    /// Numbers of its routers.
    pub members: Vec<usize>,
    /// Commands at changes of state.
    pub hooks: Vec<HookPlan>,
    /// Whether its changes are mailed.
    pub mails: bool,
}

/// Something that is observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourcePlan {
    /// A file with a number.
    File {
        /// Its name in the configuration.
        name: String,
        /// Where it is.
        path: PathBuf,
    },
    /// A link: up when it runs. For the router whose own it is it also has to be a way out and in.
    Interface {
        /// Its name.
        name: String,
        /// The router that speaks on it.
        speaker: Option<Speaker>,
    },
    /// Ways of advertisements: up while one of their links works.
    Paths {
        /// Their interfaces.
        interfaces: Vec<String>,
        /// The family that a router sends in.
        family: Family,
    },
    /// Outside addresses: how many of them answer.
    Pings {
        /// Each is reached when one of its addresses answers.
        targets: Vec<Vec<IpAddr>>,
        /// Silence after which a target is not reached any more.
        dead_time: Duration,
    },
    /// Processes that are to run.
    Process(ProcessPlan),
    /// The ordered resources of a router.
    Resources {
        /// Its name.
        router: String,
    },
    /// A command whose exit code is judged.
    Script(ScriptPlan),
    /// A virtual service: up while enough of its servers live.
    Service {
        /// Its name in the status, `tcp 10.0.0.31:80`.
        id: String,
    },
}

/// A router, seen from the interface that it speaks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// Its VRID.
    pub virtual_router_id: u8,
    /// Its family.
    pub family: Family,
    /// Whether it goes on while the interface is down (`dont_track_primary`): then there is nobody to hear, nor
    /// to be heard by.
    pub ignores_link: bool,
}

impl SourcePlan {
    /// As it is called in a reason.
    pub fn name(&self) -> String {
        match self {
            Self::File { name, .. } => format!("file {name}"),
            Self::Interface { name, .. } => format!("interface {name}"),
            Self::Paths { interfaces, .. } => format!("every path ({})", interfaces.join(", ")),
            Self::Pings { .. } => "ping targets".to_owned(),
            Self::Resources { router } => format!("a resource of {router}"),
            Self::Process(process) => format!("process {}", process.name),
            Self::Script(script) => format!("script {}", script.name),
            Self::Service { id } => format!("service {id}"),
        }
    }

    /// Whether a router that loses it cannot go on advertising, not even while its resources are stopped.
    pub fn is_urgent(&self) -> bool {
        match self {
            Self::Interface { .. } | Self::Paths { .. } => true,
            Self::File { .. }
            | Self::Pings { .. }
            | Self::Process(_)
            | Self::Resources { .. }
            | Self::Script(_)
            | Self::Service { .. } => false,
        }
    }

    /// Whether what was observed of `old` before a reload holds until something else is observed. Links
    /// are looked at anew, and their names say neither the family nor who needs them.
    pub fn inherits_from(&self, old: &Self, succession: &Succession) -> bool {
        match self {
            Self::Interface { .. } | Self::Paths { .. } => false,
            Self::Pings { .. } => self == old,
            // Theirs goes on under the new name of the router.
            Self::Resources { router } => match old {
                Self::Resources { router: old } => {
                    succession.of_router(old) == Some(router.as_str())
                }
                _ => false,
            },
            // A script with another limit is the same script: without this its fault would end.
            Self::File { .. } | Self::Process(_) | Self::Script(_) | Self::Service { .. } => {
                self.name() == old.name()
            }
        }
    }
}

/// A start/stop script (haresources).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePlan {
    /// Name of the script.
    pub name: String,
    /// Its arguments, before `start`, `stop` or `status`.
    pub arguments: Vec<String>,
}

/// Processes that are to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessPlan {
    /// Their name in the configuration.
    pub name: String,
    /// Name of the program, and its first arguments if they count.
    pub command: Vec<String>,
    /// As many have to run.
    pub least: u32,
    /// No more may run.
    pub most: Option<u32>,
}

/// A script that is run again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptPlan {
    /// Its name.
    pub name: String,
    /// Program and arguments.
    pub command: Sourced<Vec<String>>,
    /// Time from the start of one run to the start of the next.
    pub interval: Duration,
    /// Time limit of one run.
    pub timeout: Duration,
    /// Successes in a row until it counts as up.
    pub rise: u32,
    /// Failures in a row until it counts as down.
    pub fall: u32,
    /// User and group.
    pub user: Option<String>,
}

/// A command that is run at a change of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookPlan {
    /// When.
    pub event: HookMoment,
    /// Program and arguments.
    pub command: Sourced<Vec<String>>,
    /// User and group.
    pub user: Option<String>,
}

/// A pipe that is told every event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipePlan {
    /// Where it is.
    pub path: PathBuf,
    /// User and group that it belongs to.
    pub owner: Option<String>,
    /// Who reads it.
    pub reader: Option<ReaderPlan>,
    /// Whether it is told of routers.
    pub hears_routers: bool,
    /// Whether it is told of services and servers.
    pub hears_servers: bool,
}

/// A program that reads a pipe, whose path is its last argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderPlan {
    /// Program and arguments.
    pub command: Vec<String>,
    /// User and group.
    pub user: Option<String>,
}

/// When a hook is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookMoment {
    /// At every change, with what changed as arguments.
    Any,
    /// On becoming backup.
    Backup,
    /// On a fault.
    Fault,
    /// On becoming master.
    Master,
    /// At the stop of the daemon.
    Stop,
}

/// How scripts are run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScriptPolicy {
    /// User (and group) of scripts that name none.
    pub user: Option<String>,
    /// Whether scripts that run as root are refused when others can write them.
    pub is_secure: bool,
    /// Where commands without a path are looked for.
    pub directory: Option<PathBuf>,
}
