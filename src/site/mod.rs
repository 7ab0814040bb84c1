//! The inventory: a whole cluster in one TOML file, the same on every node.
//!
//! [`load`] reads it, with the files that it imports; [`for_node`] gives the part of one director;
//! [`write`] says a [`Site`] as an inventory again. Keys are rows of tables ([`keys`]); the `toml`
//! crate is known to [`document`] only.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use crate::emit::translate::Extras;
use crate::model::{Cluster, Sourced};
use crate::syntax::schema::Version;

mod check;
mod destinations;
mod document;
mod from_files;
pub mod graph;
mod import;
mod keys;
mod load;
mod node;
mod one_check;
pub mod render;
pub mod secret;
mod unite;
mod write;

pub use from_files::{FromFiles, NodeFiles, from_files};
pub(crate) use keys::Words;
pub use keys::{reference, show_target};
pub use load::{Secrets, load, load_for, read};
pub use node::for_node;
pub use unite::{United, unite};
pub use write::write;

use document::Entry;

/// What an inventory says.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// What all directors share. A router's members are complete: every director has a rank.
    pub cluster: Cluster,
    /// The programs that run the cluster.
    pub stack: Option<Sourced<Stack>>,
    /// Existing files that are read before the inventory's own keys; relative to the inventory.
    pub import: Vec<Sourced<String>>,
    /// The keepalived on the nodes, where it is not asked.
    pub keepalived_version: Option<Sourced<Version>>,
    /// How machines are reached that say nothing else.
    pub ssh: Ssh,
    /// Where secrets come from.
    pub secrets: Vec<secret::Origin>,
    /// The directors, in the order of the file.
    pub directors: Vec<Director>,
    /// The real servers, in the order of the file.
    pub real_servers: Vec<RealServer>,
    /// Names for several machines.
    pub groups: Vec<Group>,
    /// Scripts that imported files need.
    pub extras: Extras,
    /// The files that stay behind the keys.
    imported: import::Imported,
    /// The cluster as those directors see it that have files or overrides of their own.
    views: BTreeMap<String, Cluster>,
}

impl Site {
    /// The stack; keepalived when nothing is said.
    pub fn stack(&self) -> Stack {
        self.stack.map_or(Stack::Keepalived, |stack| stack.value)
    }

    /// A director by its name.
    pub fn director(&self, name: &str) -> Option<&Director> {
        self.directors.iter().find(|director| director.name.value.eq_ignore_ascii_case(name))
    }

    /// What is known of the directors' addresses, by their names.
    pub fn addresses(&self) -> HashMap<String, IpAddr> {
        let known = self.directors.iter();
        known.filter_map(|own| Some((own.name.value.clone(), own.address?.value))).collect()
    }

    /// The machines that `name` stands for: a machine, a group, `directors` or `real_servers`.
    pub fn machines(&self, name: &str) -> Vec<&str> {
        let directors = || self.directors.iter().map(|director| director.name.value.as_str());
        let servers = || self.real_servers.iter().map(|server| server.name.value.as_str());
        match name {
            "directors" => return directors().collect(),
            "real_servers" => return servers().collect(),
            _ => {}
        }
        if let Some(group) = self.groups.iter().find(|group| group.name == name) {
            return group.members.iter().map(|member| member.value.as_str()).collect();
        }
        let mut all: Vec<&str> = directors().chain(servers()).collect();
        all.retain(|machine| machine.eq_ignore_ascii_case(name));
        all.dedup();
        all
    }
}

/// Who does the work on the directors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// heartbeat with haresources, and ldirectord.
    Heartbeat,
    /// keepalived.
    Keepalived,
    /// `lvsha daemon`.
    Lvsha,
}

/// A director.
#[derive(Clone, Debug, PartialEq)]
pub struct Director {
    /// Its name, lower-cased: what `uname -n` prints there.
    pub name: Sourced<String>,
    /// Its address on the path to the other directors.
    pub address: Option<Sourced<IpAddr>>,
    /// The interface of routers that name none.
    pub interface: Option<Sourced<String>>,
    /// Its rank in routers that give it none, 1 to 255.
    pub priority: Option<Sourced<u8>>,
    /// Files of this director alone.
    pub import: Vec<Sourced<String>>,
    /// How it is reached.
    pub ssh: Ssh,
    /// Keys of the cluster that hold for this director only.
    overrides: Vec<Entry>,
}

impl Director {
    /// A director about which nothing else is known.
    pub fn new(name: &str, address: Option<IpAddr>) -> Self {
        Self {
            name: Sourced::implied(name.to_lowercase()),
            address: address.map(Sourced::implied),
            ..Self::default()
        }
    }
}

impl Default for Director {
    fn default() -> Self {
        Self {
            name: Sourced::implied(String::new()),
            address: None,
            interface: None,
            priority: None,
            import: Vec::new(),
            ssh: Ssh::default(),
            overrides: Vec::new(),
        }
    }
}

/// A real server.
#[derive(Clone, Debug, PartialEq)]
pub struct RealServer {
    /// Its name.
    pub name: Sourced<String>,
    /// Its address, which services name.
    pub address: Option<Sourced<IpAddr>>,
    /// The interface that faces the directors; ARP is silenced on every interface anyway.
    pub interface: Option<Sourced<String>>,
    /// Whether lvsha writes files there; true when nothing is said.
    pub managed: Option<Sourced<bool>>,
    /// How it is reached.
    pub ssh: Ssh,
}

impl Default for RealServer {
    fn default() -> Self {
        Self {
            name: Sourced::implied(String::new()),
            address: None,
            interface: None,
            managed: None,
            ssh: Ssh::default(),
        }
    }
}

/// How a machine is reached; what is absent is up to `[ssh]`, then to ssh's own configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ssh {
    /// Host name or address to connect to; the machine's address when absent.
    pub host: Option<Sourced<String>>,
    /// Port.
    pub port: Option<Sourced<u16>>,
    /// User.
    pub user: Option<Sourced<String>>,
    /// File with the private key; relative to the inventory.
    pub identity: Option<Sourced<String>>,
    /// File with the keys of known hosts; relative to the inventory.
    pub known_hosts: Option<Sourced<String>>,
    /// Hosts to jump over, as `ssh -J` takes them.
    pub jump: Vec<Sourced<String>>,
    /// Whether the user becomes root with sudo.
    pub sudo: Option<Sourced<bool>>,
    /// The secret with the password that sudo asks for.
    pub sudo_secret: Option<Sourced<String>>,
    /// Whether it is this machine, which needs no connection.
    pub local: Option<Sourced<bool>>,
}

impl Ssh {
    /// Fills what is absent from `standard`.
    pub fn or(&self, standard: &Self) -> Self {
        let jump = if self.jump.is_empty() { &standard.jump } else { &self.jump };
        Self {
            host: self.host.clone(),
            port: self.port.or(standard.port),
            user: self.user.clone().or_else(|| standard.user.clone()),
            identity: self.identity.clone().or_else(|| standard.identity.clone()),
            known_hosts: self.known_hosts.clone().or_else(|| standard.known_hosts.clone()),
            jump: jump.clone(),
            sudo: self.sudo.or(standard.sudo),
            sudo_secret: self.sudo_secret.clone().or_else(|| standard.sudo_secret.clone()),
            local: self.local.or(standard.local),
        }
    }
}

/// A name for several machines.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The name.
    pub name: String,
    /// Names of machines.
    pub members: Vec<Sourced<String>>,
}
