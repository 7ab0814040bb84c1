//! One cluster out of the files of several nodes: what they say alike is the cluster's, what
//! differs is an override of the node that says it.
//!
//! It works on the keys of an inventory, so that whatever has a key can differ. Ranks, peers and
//! source addresses differ by nature and become what they mean.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use super::document::{self, Entry, Item, Literal};
use super::keys::{self, Names};
use super::secret::Secret;
use super::{Director, RealServer, Site, Stack, node, write};
use crate::model::{
    Cluster, Globals, Member, Peer, Protocol, Router, STANDARD_PRIORITY, Service, Sourced, Target,
};

mod names;

pub(super) use names::{Renamed, name_routers};

/// An inventory for clusters that were read from files.
#[derive(Clone, Debug)]
pub struct United {
    /// Its text.
    pub text: String,
    /// The secrets that it names, each for a file `secrets/NAME` beside it.
    pub secrets: Vec<(String, Secret)>,
}

/// Writes the inventory of `nodes` (name, and what its files say). `site` has the stack, the
/// directors with their addresses, and nothing of the cluster yet; directors without files get
/// what all nodes say.
pub fn unite(mut site: Site, mut nodes: Vec<(String, Cluster)>) -> United {
    for (name, _) in &nodes {
        if site.director(name).is_none() {
            let name = Sourced::implied(name.clone());
            site.directors.push(Director { name, ..Director::default() });
        }
    }
    name_members(&site, &mut nodes);
    if has_ranks(&site) {
        add_members(&site, &mut nodes);
    }
    for (name, cluster) in &mut nodes {
        // Without a name of its own a node is called as its host is.
        cluster.globals.router_id.take_if(|id| id.value.eq_ignore_ascii_case(name));
        let globals = &cluster.globals;
        cluster.routers.iter_mut().for_each(|router| drop_standard_roles(router, globals));
        cluster.services.iter_mut().for_each(name_protocol);
    }
    recognise_unicast(&mut site, &mut nodes);
    name_servers(&mut site, &nodes);
    let secrets =
        write::name_secrets(nodes.iter().flat_map(|(_, cluster)| write::secrets(cluster)));
    site.secrets = secrets.iter().map(|(name, _)| write::in_a_file(name)).collect();
    let names = Names { secrets: secrets.clone(), ..write::names(&site) };
    let said: Vec<Vec<Entry>> =
        nodes.iter().map(|(_, cluster)| keys::write(cluster, &names)).collect();
    let tables: Vec<&[Entry]> = said.iter().map(Vec::as_slice).collect();
    let (common, own) = split(&tables);
    for ((name, _), entries) in nodes.iter().zip(own) {
        let director = site.directors.iter_mut().find(|director| director.name.value == *name);
        if let Some(director) = director {
            director.overrides = entries;
        }
    }
    let mut entries = keys::write(&site, &names);
    entries.extend(common);
    United { text: document::print(&entries), secrets }
}

/// Directors without files are members behind those that have some.
fn add_members(site: &Site, nodes: &mut [(String, Cluster)]) {
    let has_file =
        |director: &&Director| nodes.iter().any(|(name, _)| *name == director.name.value);
    let others: Vec<&Director> = site.directors.iter().filter(|it| !has_file(it)).collect();
    for (_, cluster) in nodes {
        for router in cluster.routers.iter_mut().filter(|router| !router.members.is_empty()) {
            for director in &others {
                let name = &director.name;
                let is_known =
                    |member: &Member| member.node.as_ref().is_some_and(|node| node == name);
                if router.members.iter().any(is_known) {
                    continue;
                }
                let lowest = router.members.iter().filter_map(|member| member.priority);
                let lowest =
                    lowest.map(|priority| priority.value).min().unwrap_or(STANDARD_PRIORITY);
                let priority = lowest.saturating_sub(STEP).max(1);
                let priority = Some(Sourced::implied(priority));
                router.members.push(Member { node: Some(name.clone()), priority, role: None });
            }
        }
    }
}

/// Real servers get names, which are easier to read than addresses: rs1, rs2, ...
fn name_servers(site: &mut Site, nodes: &[(String, Cluster)]) {
    let services = nodes.iter().flat_map(|(_, cluster)| &cluster.services);
    let servers = services.flat_map(|service| &service.servers);
    let named = site.real_servers.iter().filter_map(|server| server.address.as_ref());
    let mut known: HashSet<IpAddr> = named.map(|address| address.value).collect();
    for address in servers.map(|server| server.address) {
        // A director that serves itself is no other machine.
        if address.is_loopback() {
            continue;
        }
        if known.insert(address) {
            let name = format!("rs{}", site.real_servers.len() + 1);
            site.real_servers.push(RealServer {
                name: Sourced::implied(name),
                address: Some(Sourced::implied(address)),
                ..RealServer::default()
            });
        }
    }
}

/// heartbeat has a preferred node for each line, and no ranks.
fn has_ranks(site: &Site) -> bool {
    site.stack() != Stack::Heartbeat
}

/// Says whose rank each file states, and lets every node know all ranks. A rank or a state that a file
/// leaves to keepalived is not the one that an inventory without it means.
pub(super) fn name_members(site: &Site, nodes: &mut [(String, Cluster)]) {
    // The files of heartbeat say the same on every node, so each member counts once.
    let mut all: HashMap<String, Vec<Member>> = HashMap::new();
    for (name, cluster) in nodes.iter_mut() {
        for router in &mut cluster.routers {
            for member in &mut router.members {
                member.node.get_or_insert_with(|| Sourced::implied(name.clone()));
                if has_ranks(site) {
                    let role = member.effective_role();
                    let priority = Sourced::implied(member.effective_priority());
                    member.priority.get_or_insert(priority);
                    member.role.get_or_insert(Sourced::implied(role));
                }
                let members = all.entry(router.name.value.clone()).or_default();
                if !members.contains(member) {
                    members.push(member.clone());
                }
            }
        }
    }
    for (_, cluster) in nodes {
        for router in &mut cluster.routers {
            router.members = all.get(&router.name.value).cloned().unwrap_or_default();
        }
    }
}

/// A state that follows from the ranks need not be said.
fn drop_standard_roles(router: &mut Router, globals: &Globals) {
    router.members.sort_by_key(|member| {
        std::cmp::Reverse(member.priority.map_or(STANDARD_PRIORITY, |priority| priority.value))
    });
    let (preempts, is_strict) = (node::preempts_at_once(router), router.is_strict(globals));
    for (position, member) in router.members.iter_mut().enumerate() {
        let standard = node::standard_role(member, position == 0 && preempts, is_strict);
        member.role.take_if(|role| role.value == standard);
    }
}

/// A keepalived.conf that does not say a protocol means UDP, and an inventory TCP.
fn name_protocol(service: &mut Service) {
    if !matches!(service.target.value, Target::Mark { .. }) {
        service.protocol.get_or_insert(Sourced::implied(Protocol::Udp));
    }
}

/// Peers that are exactly the other nodes are what `unicast` means.
fn recognise_unicast(site: &mut Site, nodes: &mut [(String, Cluster)]) {
    // Where each node has the routers of a name.
    let mut routers: BTreeMap<String, Vec<Vec<usize>>> = BTreeMap::new();
    for (node, (_, cluster)) in nodes.iter().enumerate() {
        for (index, router) in cluster.routers.iter().enumerate() {
            let of_name = routers.entry(router.name.value.clone());
            let of_name = of_name.or_insert_with(|| vec![Vec::new(); nodes.len()]);
            of_name.get_mut(node).into_iter().for_each(|indices| indices.push(index));
        }
    }
    for of_nodes in routers.into_values() {
        let source = |((_, cluster), indices): (&(String, Cluster), &Vec<usize>)| {
            let router = cluster.routers.get(*indices.first()?)?;
            Some(router.transport.source?.value)
        };
        let sources: Vec<Option<IpAddr>> = nodes.iter().zip(&of_nodes).map(source).collect();
        let mut all = nodes.iter().zip(&of_nodes).zip(&sources);
        let fits = all.all(|(((name, cluster), indices), own)| {
            let others: BTreeSet<IpAddr> =
                sources.iter().filter(|other| *other != own).flatten().copied().collect();
            let found = indices.first().and_then(|index| cluster.routers.get(*index));
            let peers: Option<BTreeSet<IpAddr>> =
                found.map(|r| r.transport.peers.iter().map(|peer| peer.value.address).collect());
            // What limits the time to live is said peer by peer.
            let plain = |peer: &Sourced<Peer>| peer.value == Peer::new(peer.value.address);
            let plain = found.is_some_and(|r| r.transport.peers.iter().all(plain));
            let known = site.director(name).and_then(|director| director.address);
            let is_own_address = known.is_none_or(|known| Some(known.value) == *own);
            own.is_some() && !others.is_empty() && peers == Some(others) && is_own_address && plain
        });
        if !fits {
            continue;
        }
        for (((name, cluster), indices), own) in nodes.iter_mut().zip(&of_nodes).zip(sources) {
            let director = site.directors.iter_mut().find(|d| d.name.value == *name);
            if let (Some(director), Some(own)) = (director, own) {
                director.address.get_or_insert(Sourced::implied(own));
            }
            for index in indices {
                let Some(found) = cluster.routers.get_mut(*index) else { continue };
                found.unicast = true;
                found.transport.source = None;
                found.transport.peers.clear();
            }
        }
    }
}

/// What all tables say, and what each says beyond that.
fn split(tables: &[&[Entry]]) -> (Vec<Entry>, Vec<Vec<Entry>>) {
    let mut common = Vec::new();
    let mut own: Vec<Vec<Entry>> = vec![Vec::new(); tables.len()];
    let mut seen: HashSet<&str> = HashSet::new();
    let by_key: Vec<HashMap<&str, &Item>> = tables.iter().map(|table| by_key(table)).collect();
    for key in tables.iter().flat_map(|table| table.iter()).map(|entry| entry.key.as_str()) {
        if !seen.insert(key) {
            continue;
        }
        let values: Vec<Option<&Item>> =
            by_key.iter().map(|table| table.get(key).copied()).collect();
        let (shared, rest) = split_value(key, &values);
        common.extend(shared.map(|item| Entry::new(key, item)));
        for (own, item) in own.iter_mut().zip(rest) {
            own.extend(item.map(|item| Entry::new(key, item)));
        }
    }
    (common, own)
}

/// What a table says, the first where a key stands twice.
fn by_key(table: &[Entry]) -> HashMap<&str, &Item> {
    table.iter().rev().map(|entry| (entry.key.as_str(), &entry.item)).collect()
}

/// The shared value of one key, and the nodes' own values of it.
fn split_value(key: &str, values: &[Option<&Item>]) -> (Option<Item>, Vec<Option<Item>>) {
    let nothing = || vec![None; values.len()];
    let first = values.iter().flatten().next();
    if values.iter().all(|value| value == &first.copied()) {
        return (first.map(|item| (*item).clone()), nothing());
    }
    // An override adds to these tables instead of replacing them. Some of the words are also keys of
    // plain values elsewhere: a router's `mail`, a sync group's `members`.
    let are_tables = values.iter().flatten().all(|item| matches!(item.value, Literal::Table(_)));
    if are_tables && ADDED_TO.contains(&key) {
        let table = |value: &Option<&Item>| match value.map(|item| &item.value) {
            Some(Literal::Table(entries)) => entries.clone(),
            _ => Vec::new(),
        };
        let tables: Vec<Vec<Entry>> = values.iter().map(table).collect();
        return if NAMED.contains(&key) { split_named(&tables) } else { wrap(&tables) };
    }
    if key == "services" {
        return split_services(values);
    }
    // What one node lacks, the cluster lacks: an override can add and change, not remove.
    let everywhere = values.iter().all(Option::is_some);
    let shared = if everywhere { first.copied().cloned() } else { None };
    let own = values.iter().map(|value| value.filter(|item| Some(*item) != shared.as_ref()));
    let own = own.map(|item| item.cloned()).collect();
    (shared, own)
}

fn wrap(tables: &[Vec<Entry>]) -> (Option<Item>, Vec<Option<Item>>) {
    let tables: Vec<&[Entry]> = tables.iter().map(Vec::as_slice).collect();
    let (common, own) = split(&tables);
    (keys::table(common), own.into_iter().map(keys::table).collect())
}

/// Tables of tables: each name is split by itself. What is not everywhere is a node's own.
fn split_named(tables: &[Vec<Entry>]) -> (Option<Item>, Vec<Option<Item>>) {
    let mut common = Vec::new();
    let mut own: Vec<Vec<Entry>> = vec![Vec::new(); tables.len()];
    let mut seen: HashSet<&str> = HashSet::new();
    let by_key: Vec<HashMap<&str, &Item>> = tables.iter().map(|table| by_key(table)).collect();
    for name in tables.iter().flatten().map(|entry| entry.key.as_str()) {
        if !seen.insert(name) {
            continue;
        }
        let inner: Vec<Option<&[Entry]>> = by_key
            .iter()
            .map(|table| match table.get(name).map(|item| &item.value) {
                Some(Literal::Table(inner)) => Some(inner.as_slice()),
                _ => None,
            })
            .collect();
        match inner.iter().copied().collect::<Option<Vec<&[Entry]>>>() {
            Some(inner) => {
                let (shared, rest) = split(&inner);
                common.push(Entry::new(name, Literal::Table(shared)));
                for (own, rest) in own.iter_mut().zip(rest) {
                    own.extend(keys::table(rest).map(|item| Entry::new(name, item)));
                }
            }
            None => {
                for (own, inner) in own.iter_mut().zip(inner) {
                    let table = inner.map(|inner| Literal::Table(inner.to_vec()));
                    own.extend(table.map(|table| Entry::new(name, table)));
                }
            }
        }
    }
    (keys::table(common), own.into_iter().map(keys::table).collect())
}

/// Services are told apart by address and protocol, which stand in every part.
fn split_services(values: &[Option<&Item>]) -> (Option<Item>, Vec<Option<Item>>) {
    let identity = |entries: &[Entry]| -> Vec<Entry> {
        entries.iter().filter(|entry| IDENTITY.contains(&entry.key.as_str())).cloned().collect()
    };
    let name = |entries: &[Entry]| {
        let parts = identity(entries);
        document::print(&parts)
    };
    let mut known: HashMap<String, Vec<Entry>> = HashMap::new();
    let tables: Vec<Vec<Entry>> = values
        .iter()
        .map(|value| {
            let Some(Literal::List(items)) = value.map(|item| &item.value) else {
                return Vec::new();
            };
            let tables = items.iter().filter_map(|item| match &item.value {
                Literal::Table(entries) => Some(entries),
                _ => None,
            });
            tables
                .map(|entries| {
                    let name = name(entries);
                    known.entry(name.clone()).or_insert_with(|| identity(entries));
                    let rest = entries
                        .iter()
                        .filter(|entry| !IDENTITY.contains(&entry.key.as_str()))
                        .cloned()
                        .collect();
                    Entry::new(name, Literal::Table(rest))
                })
                .collect()
        })
        .collect();
    let (common, own) = split_named(&tables);
    let back = |item: Option<Item>| {
        let Some(Literal::Table(entries)) = item.map(|item| item.value) else { return None };
        let service = |entry: Entry| {
            let mut parts = known.get(&entry.key)?.clone();
            if let Literal::Table(rest) = entry.item.value {
                parts.extend(rest);
            }
            Some(Literal::Table(parts).into())
        };
        keys::list(entries.into_iter().filter_map(service))
    };
    (back(common), own.into_iter().map(back).collect())
}

/// How far a director without files stands behind the others.
const STEP: u8 = 50;
/// What tells services apart.
const IDENTITY: &[&str] = &["address", "protocol"];
/// Keys whose tables an override adds to.
const ADDED_TO: &[&str] = &[
    "bfd_sessions",
    "checks",
    "heartbeat",
    "keepalived",
    "mail",
    "members",
    "outside",
    "routers",
    "scripts",
    "service_groups",
    "settings",
    "static",
    "sync_groups",
    "tls_client",
    "track_groups",
    "tracked_files",
    "tracked_processes",
];
/// Those of them that hold a table for each name.
const NAMED: &[&str] = &[
    "bfd_sessions",
    "members",
    "routers",
    "scripts",
    "sync_groups",
    "tracked_files",
    "tracked_processes",
];

#[cfg(test)]
mod tests;
