//! What was found on a machine.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use super::Tree;
use crate::model::VirtualAddress;

/// The facts of one machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The name that it calls itself by.
    pub host: String,
    /// What only this machine says until its next boot, where it says anything.
    pub identity: Option<String>,
    /// Its distribution, `debian 12`.
    pub system: String,
    /// The files that were asked for and are there.
    pub files: Tree,
    /// Those of them that somebody else than root owns.
    pub foreign: BTreeSet<String>,
    /// Links in the place of such a file that lead to none, with where they lead.
    pub links: BTreeMap<String, String>,
    /// The kernel's settings that lvsha's file names.
    pub settings: BTreeMap<String, String>,
    /// Files that lvsha put there with the last generation, by path, with their SHA-256.
    pub managed: BTreeMap<String, String>,
    /// Units that are active.
    pub active: BTreeSet<String>,
    /// Units that start at boot.
    pub enabled: BTreeSet<String>,
    /// Packages that were asked for and are missing.
    pub missing: Vec<String>,
    /// The program that installs packages, if there is one that lvsha knows.
    pub installer: Option<String>,
    /// Versions of programs, by name.
    pub versions: BTreeMap<String, String>,
    /// Addresses on its interfaces, but for those on `lo`.
    pub addresses: BTreeSet<IpAddr>,
    /// Addresses on `lo`.
    pub loopback: BTreeSet<IpAddr>,
    /// How long it has had them, where its kernel says so.
    pub ages: BTreeMap<IpAddr, Duration>,
    /// The kernel's table, a line for each service and server, as /proc/net/ip_vs has it.
    pub table: Vec<String>,
    /// The last generation; 0 when there is none.
    pub generation: u32,
    /// The name of the deployment that brought it.
    pub run: Option<String>,
    /// The directors of the cluster that it was for.
    pub directors: BTreeSet<String>,
    /// The highest number of any generation, also of those that were taken back.
    pub newest: u32,
    /// A generation that waits for its confirmation.
    pub pending: Option<u32>,
    /// Who holds the lock.
    pub lock: Option<String>,
}

impl Found {
    /// Whether it is the holder of an address. One on `lo` takes packets that another director sends, as on a
    /// real server; nobody on the link learns that it is there. So it counts only where it belongs on `lo`.
    pub fn holds(&self, address: &VirtualAddress) -> bool {
        let is_inside = address.interface.as_deref() == Some("lo");
        let place = if is_inside { &self.loopback } else { &self.addresses };
        place.contains(&address.address)
    }

    /// Whether a file that lvsha wrote was changed by somebody else.
    pub fn is_edited(&self, path: &str) -> bool {
        match (self.managed.get(path), self.files.get(path)) {
            (Some(written), Some(file)) => *written != file.digest(),
            _ => false,
        }
    }
}
