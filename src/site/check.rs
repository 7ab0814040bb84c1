//! What the keys of an inventory must say together.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::keys::Reader;
use super::{Site, Stack};
use crate::model::{Cluster, Family, Located, Member, Named, Node, Router, Target, TrackKind};
use crate::source::codes::{inventory, nodes};
use crate::source::{Diagnostic, Place, Span};

mod addresses;
mod configurations;
pub(super) mod effect;
mod key;
mod ldirectord;
mod rhythm;
mod roles;
mod servers;
mod stack;
mod unicast;

/// Judges a site that was read.
pub(super) fn check(site: &Site, reader: &mut Reader<'_>) {
    machines(site, reader);
    moving_addresses(site, reader);
    roles::check(site, reader);
    host_names(site, reader);
    names(site, reader);
    servers::check(site, reader);
    if site.stack() == Stack::Heartbeat {
        rhythm::check(site, reader);
    }
    for cluster in std::iter::once(&site.cluster).chain(site.views.values()) {
        routers(site, cluster, reader);
        match site.stack() {
            Stack::Heartbeat => {
                addresses::check(cluster, reader);
                configurations::check(cluster, reader);
                key::check(cluster, reader);
                ldirectord::check(site, cluster, reader);
            }
            Stack::Keepalived | Stack::Lvsha => {
                stack::check(site, cluster, reader);
                unicast::check(site, cluster, reader);
            }
        }
    }
}

/// Ranks are given to directors. Asked before they are dealt out: a rank of nobody is in none of the routers then.
pub(super) fn members(site: &Site, reader: &mut Reader<'_>) {
    let mut told: HashSet<Place> = HashSet::new();
    let clusters = std::iter::once(&site.cluster).chain(site.views.values());
    let members = clusters.flat_map(|cluster| &cluster.routers).flat_map(|router| &router.members);
    for name in members.filter_map(|member| member.node.as_ref()) {
        if let (None, Some(at)) = (site.director(&name.value), own(name.at, reader))
            && told.insert(at)
        {
            let known = site.directors.iter().map(|director| director.name.value.as_str());
            reader.unknown_name(at.span, "director", &name.value, known);
        }
    }
}

/// Directors exist, and no two machines share an address.
fn machines(site: &Site, reader: &mut Reader<'_>) {
    // Where the text is no TOML, nobody knows what it names.
    if site.directors.is_empty() && reader.mistakes.is_empty() {
        let finding = Diagnostic::new(
            inventory::NO_DIRECTOR,
            reader.place(Span::default()),
            "the inventory names no director",
        );
        reader.report(finding.help("[directors.lw1]"));
    }
    let directors = site.directors.iter().map(|d| (d.address, "director"));
    let servers = site.real_servers.iter().map(|s| (s.address, "real server"));
    for kind in [directors.collect::<Vec<_>>(), servers.collect()] {
        let addresses = kind.iter().filter_map(|(address, what)| {
            let address = address.as_ref()?;
            Some((address.value, address.at?, format!("the {what} {}", address.value)))
        });
        only_once(addresses, reader);
    }
    for server in site.real_servers.iter().filter(|server| server.address.is_none()) {
        let span = server.name.at.map_or(Span::default(), |at| at.span);
        reader.missing("a real server", "address", span, "address = \"10.0.0.29\"");
    }
}

/// The director that holds such an address takes it away from its machine. A director may own one of a router
/// (RFC 5798, section 1.6).
fn moving_addresses(site: &Site, reader: &mut Reader<'_>) {
    let mut told: HashSet<Place> = HashSet::new();
    let clusters = std::iter::once(&site.cluster).chain(site.views.values());
    let routers = clusters.flat_map(|cluster| &cluster.routers);
    for address in routers.flat_map(|router| router.addresses.iter().chain(&router.excluded)) {
        let address_of = |server: &super::RealServer| server.address.map(|own| own.value);
        let has_it =
            |server: &&super::RealServer| address_of(server) == Some(address.value.address);
        let server = site.real_servers.iter().find(has_it);
        if let (Some(server), Some(at)) = (server, own(address.at, reader))
            && told.insert(at)
        {
            let message = format!(
                "{} is the own address of {}, and cannot move with a router",
                address.value.address, server.name.value
            );
            let finding = Diagnostic::new(inventory::WRONG_VALUE, at, message);
            let finding = match server.address.place() {
                Some(place) => finding.context(place, "here"),
                None => finding,
            };
            reader.report(finding.help("give clients an address that no machine has"));
        }
    }
}

/// Machines are called as hosts can be: the name is the folder of what is rendered for them.
fn host_names(site: &Site, reader: &mut Reader<'_>) {
    let directors = site.directors.iter().map(|director| &director.name);
    let servers = site.real_servers.iter().map(|server| &server.name);
    for name in directors.chain(servers).filter(|name| !Node::is_name(&name.value)) {
        let message = format!("`{}` cannot be the name of a machine", name.value);
        let at = name.at.unwrap_or_else(|| reader.place(Span::default()));
        reader.report(
            Diagnostic::new(inventory::WRONG_VALUE, at, message)
                .help("name it as `uname -n` does there, such as `lw1`"),
        );
    }
}

/// Every name that is used is given.
fn names(site: &Site, reader: &mut Reader<'_>) {
    let machines: Vec<String> = site
        .directors
        .iter()
        .map(|director| director.name.value.clone())
        .chain(site.real_servers.iter().map(|server| server.name.value.clone()))
        .collect();
    let machines = || machines.iter().map(String::as_str);
    for member in site.groups.iter().flat_map(|group| &group.members) {
        if let (None, Some(at)) = (machines().find(|m| *m == member.value), member.at) {
            reader.unknown_name(at.span, "machine", &member.value, machines());
        }
    }
    let secrets = || site.secrets.iter().map(|secret| secret.name.as_str());
    let ssh = std::iter::once(&site.ssh)
        .chain(site.directors.iter().map(|director| &director.ssh))
        .chain(site.real_servers.iter().map(|server| &server.ssh));
    for name in ssh.filter_map(|ssh| ssh.sudo_secret.as_ref()) {
        if let (None, Some(at)) = (secrets().find(|secret| *secret == name.value), name.at) {
            reader.unknown_name(at.span, "secret", &name.value, secrets());
        }
    }
}

/// Routers have what their stack needs, and name what exists.
fn routers(site: &Site, cluster: &Cluster, reader: &mut Reader<'_>) {
    let routers = || cluster.routers.iter().map(|router| router.name.value.as_str());
    for name in cluster.sync_groups.iter().flat_map(|group| &group.members) {
        if let (None, Some(at)) =
            (routers().find(|router| *router == name.value), own(name.at, reader))
        {
            reader.unknown_name(at.span, "router", &name.value, routers());
        }
    }
    let of_groups = cluster.sync_groups.iter().flat_map(|group| &group.tracks);
    for track in cluster.routers.iter().flat_map(|router| &router.tracks).chain(of_groups) {
        if let (TrackKind::Service, Some(at)) = (track.value.kind, own(track.at, reader))
            && site.stack() != Stack::Lvsha
        {
            let message = "only lvsha lets a router follow a service";
            let finding = Diagnostic::new(inventory::WRONG_VALUE, at, message);
            reader.report(finding.help("write `stack = \"lvsha\"`, or take it out of `follows`"));
        }
        let (Some((what, known)), Some(at)) =
            (followed(cluster, track.value.kind), own(track.at, reader))
        else {
            continue;
        };
        if !known.contains(&track.value.name.as_str()) {
            reader.unknown_name(at.span, what, &track.value.name, known.iter().copied());
        }
    }
    let groups = || cluster.service_groups.iter().map(|group| group.name.value.as_str());
    for service in &cluster.services {
        if let (Target::Group(name), Some(at)) =
            (&service.target.value, own(service.target.at, reader))
            && !groups().any(|group| group == name)
        {
            reader.unknown_name(at.span, "service group", name, groups());
        }
    }
    if site.stack() == Stack::Heartbeat {
        return;
    }
    for router in &cluster.routers {
        let Some(at) = own(router.name.at, reader) else { continue };
        if router.virtual_router_id.is_none() {
            reader.missing("a router", "virtual_router_id", at.span, "virtual_router_id = 51");
        }
        let has_interface = |director: &super::Director| director.interface.is_some();
        if router.interface.is_none() && !site.directors.iter().all(has_interface) {
            reader.missing("a router", "interface", at.span, "interface = \"eth1\"");
        }
        ranks(router, reader);
        turned(site, router, reader);
    }
    // Two routers of a family with one number on one link hear each other's advertisements (RFC 9568
    // 5.2.3), and nothing else tells them apart in our own daemon.
    let may_be_distinct = site.stack() == Stack::Keepalived;
    let numbers = cluster.routers.iter().filter_map(|router| {
        let number = router.virtual_router_id?;
        let what = format!("the virtual_router_id {}", number.value);
        let link = router.interface.as_ref().map(|interface| interface.value.clone());
        let family = router.addresses.first().map(|first| Family::of(first.value.address));
        let distinction = (router.unicast, router.transport.distinction());
        let distinction = may_be_distinct.then_some(distinction);
        Some(((number.value, link, family, distinction), own(number.at, reader)?, what))
    });
    only_once(numbers.collect::<Vec<_>>().into_iter(), reader);
}

/// Equal ranks work, but the addresses of the directors decide.
fn ranks(router: &Router, reader: &mut Reader<'_>) {
    let mut seen: HashMap<u8, Place> = HashMap::new();
    for member in &router.members {
        let Some(priority) = member.priority else { continue };
        let Some(at) = own(priority.at, reader) else { continue };
        let first = *seen.entry(priority.value).or_insert(at);
        // One place that is looked at several times, as a director's own priority is.
        if first == at {
            continue;
        }
        let message = format!(
            "two directors have the priority {} in `{}`",
            priority.value, router.name.value
        );
        reader.report(
            Diagnostic::new(nodes::EQUAL_PRIORITIES, at, message)
                .context(first, "here first")
                .note("the director with the higher address of the interface stays master"),
        );
    }
}

/// Ranks of the order of the file beside stated ones: they may turn that order round.
fn turned(site: &Site, router: &Router, reader: &mut Reader<'_>) {
    let position = |member: &Member| {
        let name = member.node.as_ref().map(|node| &node.value);
        site.directors.iter().position(|director| Some(&director.name.value) == name)
    };
    let implied = || router.members.iter().filter(|member| member.priority.place().is_none());
    for stated in &router.members {
        let Some(priority) = stated.priority else { continue };
        let Some(at) = own(priority.at, reader) else { continue };
        let comes_before = |other: &&Member| {
            let rank = other.effective_priority();
            rank == priority.value || (rank > priority.value && position(other) > position(stated))
        };
        let (Some(other), Some(name)) = (implied().find(comes_before), &stated.node) else {
            continue;
        };
        let message = format!(
            "{} states no rank in `{}`, and its {} is not below that of {}",
            other.node.as_ref().map_or("", |node| &node.value),
            router.name.value,
            other.effective_priority(),
            name.value
        );
        let finding = Diagnostic::new(inventory::TURNED_RANKS, at, message);
        reader.report(finding.help("write `priority` for every director, or for none"));
        return;
    }
}

/// What things of a kind are called, and the names of those that there are; nothing for
/// interfaces, which no inventory lists, and services, which the daemon knows by their status.
fn followed(cluster: &Cluster, kind: TrackKind) -> Option<(&'static str, Vec<&str>)> {
    fn names<T>(list: &[Named<T>]) -> Vec<&str> {
        list.iter().map(|named| named.name.value.as_str()).collect()
    }
    Some(match kind {
        TrackKind::Bfd => ("BFD session", names(&cluster.bfd_sessions)),
        TrackKind::File => ("tracked file", names(&cluster.tracked_files)),
        TrackKind::Interface | TrackKind::Service => return None,
        TrackKind::Process => ("tracked process", names(&cluster.tracked_processes)),
        TrackKind::Script => {
            let scripts = cluster.trackers.iter().map(|script| script.name.value.as_str());
            ("script", scripts.collect())
        }
    })
}

/// A place in the inventory itself; imported files have rules of their own.
fn own(at: Option<Place>, reader: &Reader<'_>) -> Option<Place> {
    at.filter(|at| at.file == reader.file)
}

fn only_once<K: Eq + Hash>(
    values: impl Iterator<Item = (K, Place, String)>,
    reader: &mut Reader<'_>,
) {
    let mut seen: HashMap<K, Place> = HashMap::new();
    for (key, at, what) in values {
        match seen.get(&key) {
            // One place that is looked at several times, as a director's own priority is.
            Some(first) if *first == at => {}
            Some(first) => reader.twice(at, *first, &what),
            None => {
                seen.insert(key, at);
            }
        }
    }
}
