//! What becomes of services and real servers, by the meaning of the files.

use std::collections::{BTreeMap, BTreeSet};

use super::{Tree, meaning};
use crate::model::{Cluster, Forwarding, Protocol, Service};
use crate::site::{Words as _, show_target};

/// A change of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceChange {
    /// It is new.
    Added(String),
    /// It goes.
    Removed(String),
    /// It stays, and this changes in it.
    Changed(String, Vec<String>),
}

/// The differences of the services that two trees of a machine configure.
pub fn changes(machine: &str, before: &Tree, after: &Tree) -> Vec<ServiceChange> {
    let services = |tree| lines(&meaning::meaning(machine, tree)).collect::<BTreeMap<_, _>>();
    let (before, after) = (services(before), services(after));
    let mut changes = Vec::new();
    for name in before.keys().chain(after.keys().filter(|name| !before.contains_key(*name))) {
        match (before.get(name), after.get(name)) {
            (None, Some(_)) => changes.push(ServiceChange::Added(name.clone())),
            (Some(_), None) => changes.push(ServiceChange::Removed(name.clone())),
            (Some(old), Some(new)) => {
                let inner = inner(old, new);
                if !inner.is_empty() {
                    changes.push(ServiceChange::Changed(name.clone(), inner));
                }
            }
            (None, None) => {}
        }
    }
    changes
}

/// What the operator must see to when a service changes so; lvsha cannot.
pub(super) fn warning(change: &str) -> Option<&'static str> {
    let (_, method) = change.strip_prefix("~ method ")?.split_once(" -> ")?;
    CONSEQUENCES.iter().find(|(word, _)| *word == method).map(|(_, consequence)| *consequence)
}

/// A service as lines of `name`, `value`: its settings and its servers.
type Lines = BTreeMap<String, String>;

fn inner(old: &Lines, new: &Lines) -> Vec<String> {
    let mut words = Vec::new();
    for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
        match (old.get(name), new.get(name)) {
            (None, Some(value)) => words.push(format!("+ {name} {value}").trim_end().to_owned()),
            (Some(_), None) => words.push(format!("- {name}")),
            (Some(old), Some(new)) if old != new => words.push(format!("~ {name} {old} -> {new}")),
            _ => {}
        }
    }
    words
}

fn lines(cluster: &Cluster) -> impl Iterator<Item = (String, Lines)> {
    cluster.services.iter().map(|service| {
        let mut lines = Lines::new();
        let scheduler = service.scheduler.as_ref().map_or("wlc", |scheduler| &scheduler.value);
        lines.insert("scheduler".to_owned(), scheduler.to_owned());
        if let Some(persistence) = service.persistence {
            lines.insert("persistence".to_owned(), format!("{} s", persistence.value));
        }
        let standard = service.method.map_or(Forwarding::Masquerading, |method| method.value);
        let methods: BTreeSet<&str> = service
            .servers
            .iter()
            .map(|server| server.method.map_or(standard, |method| method.value).word())
            .collect();
        let methods: Vec<&str> = methods.into_iter().collect();
        lines.insert("method".to_owned(), methods.join(" and "));
        for server in &service.servers {
            let server_name = match server.port {
                Some(port) => std::net::SocketAddr::new(server.address, port).to_string(),
                None => server.address.to_string(),
            };
            let weight = service.weight_of(server);
            lines.insert(server_name, format!("weight {weight}"));
        }
        (name(service), lines)
    })
}

/// One address may have a service of each protocol; TCP is the one that needs no word.
fn name(service: &Service) -> String {
    let target = show_target(&service.target.value);
    match service.protocol.map(|protocol| protocol.value) {
        None | Some(Protocol::Tcp) => target,
        Some(other) => format!("{} {target}", other.word()),
    }
}

/// By the word of the new method.
const CONSEQUENCES: &[(&str, &str)] = &[
    (
        "nat",
        "real servers must send their answers through the director: let their gateway be an \
         address that moves with the service; clients in their own network get no answer",
    ),
    (
        "dr",
        "directors and real servers must share a link, and a server's port must be the service's",
    ),
    ("tun", "real servers must take ip-in-ip packets, and the path must carry 20 bytes more"),
];
