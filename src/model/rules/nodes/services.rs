//! Virtual services that are not the same on all directors of a cluster.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use super::{Node, Site, codes, differ};
use crate::model::normal::{World, service as normal};
use crate::model::{Forwarding, Located, Protocol, Server, Service, Target};
use crate::source::{Findings, Place};
use crate::syntax::Format;

/// What a service is known by.
type Key<'a> = (&'a Target, Option<Protocol>);

/// A service, and whose defaults hold for it.
type Own<'a> = (&'a Service, World);

/// Holds each service against the first node that has it; a service that only one of two directors
/// has is missing after a failover.
pub(super) fn check(site: &Site<'_>, findings: &mut Findings) {
    let mut first_with: HashMap<Key<'_>, (usize, Own<'_>)> = HashMap::new();
    let mut shared: HashMap<usize, usize> = HashMap::new();
    for (index, node) in site.nodes.iter().enumerate() {
        for service in own(node) {
            let (other, theirs) = *first_with.entry(key(service)).or_insert((index, service));
            if other == index {
                continue;
            }
            shared.entry(index).or_insert(other);
            let name = site.nodes.get(other).map_or("", |node| node.name);
            compare(service, theirs, name, findings);
        }
    }
    // Nodes that share a service are of one cluster: the rest of their services should be shared.
    for (index, other) in shared.into_iter().collect::<BTreeMap<_, _>>() {
        missing(site, index, other, findings);
        missing(site, other, index, findings);
    }
}

/// Services of `other` that node `index` lacks.
fn missing(site: &Site<'_>, index: usize, other: usize, findings: &mut Findings) {
    let (Some(node), Some(other)) = (site.nodes.get(index), site.nodes.get(other)) else { return };
    let known: HashSet<Key<'_>> = own(node).map(key).collect();
    for (service, _) in own(other).filter(|service| !known.contains(&key(*service))) {
        let message = format!("{} does not have this service", node.name);
        let here = [service.target.at, service.at];
        findings.extend(differ(codes::SERVICES_DIFFER, here, message, [None; 2], String::new()));
    }
}

fn compare(
    (ours, our_world): Own<'_>,
    (theirs, their_world): Own<'_>,
    name: &str,
    findings: &mut Findings,
) {
    let at = [ours.target.at, ours.at];
    let there = [theirs.target.at, theirs.at];
    if normal::scheduler(ours, our_world) != normal::scheduler(theirs, their_world) {
        let place = |s: &Service| s.scheduler.place();
        let message = format!("the scheduler differs from that of {name}");
        let here = [place(ours), at[0]];
        let other = [place(theirs), there[0]];
        let label = format!("{name} has another");
        findings.extend(differ(codes::SERVICES_DIFFER, here, message, other, label));
    }
    let (here, other) = (servers(ours, our_world), servers(theirs, their_world));
    for (endpoint, (settings, place)) in &here {
        let shown = show(*endpoint);
        match other.get(endpoint) {
            None => {
                let message = format!("{name} has no real server {shown}");
                let label = format!("the service on {name}");
                let code = codes::SERVICES_DIFFER;
                findings.extend(differ(code, [*place, at[0]], message, there, label));
            }
            Some((others, elsewhere)) if others != settings => {
                let message = format!("real server {shown} differs from that on {name}");
                let label = format!("weight {} on {name}", others.0);
                let code = codes::SERVICES_DIFFER;
                findings.extend(differ(code, [*place, at[0]], message, [*elsewhere, None], label));
            }
            Some(_) => {}
        }
    }
    for (endpoint, (_, place)) in other.iter().filter(|(endpoint, _)| !here.contains_key(endpoint))
    {
        let message = format!("real server {} is missing here, {name} has it", show(*endpoint));
        let label = format!("{name} has it here");
        findings.extend(differ(codes::SERVICES_DIFFER, at, message, [*place, there[0]], label));
    }
}

type Endpoint = (IpAddr, u16);
type Settings = (u32, Forwarding);

/// The servers of a service with what must be equal, by address and port.
fn servers(service: &Service, world: World) -> BTreeMap<Endpoint, (Settings, Option<Place>)> {
    let one = |server: &Server| {
        let method = normal::forwarding(server, service, world);
        let port = normal::port(server, service, world);
        ((server.address, port), ((service.weight_of(server), method), server.at))
    };
    service.servers.iter().map(one).collect()
}

fn show((address, port): Endpoint) -> String {
    match port {
        0 => address.to_string(),
        port => format!("{address} port {port}"),
    }
}

/// The services of a node: what a file of ldirectord leaves out means something else than in keepalived.conf.
fn own<'a>(node: &Node<'a>) -> impl Iterator<Item = Own<'a>> {
    let inputs = node.trees.iter().map(|(input, _)| input);
    let of_ldirectord = inputs.filter(|input| input.format == Format::Ldirectord);
    let files: Vec<_> = of_ldirectord.map(|input| input.file).collect();
    node.cluster.services.iter().map(move |service| {
        let is_its_own = service.target.at.is_some_and(|at| files.contains(&at.file));
        (service, if is_its_own { World::Heartbeat } else { World::Keepalived })
    })
}

fn key((service, world): Own<'_>) -> Key<'_> {
    let protocol = match &service.target.value {
        // Its packets may have any.
        Target::Mark { .. } => None,
        Target::Endpoint { .. } | Target::Group(_) => Some(normal::protocol(service, world)),
    };
    (&service.target.value, protocol)
}
