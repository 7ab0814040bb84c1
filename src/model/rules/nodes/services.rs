//! Virtual services that are not the same on all directors of a cluster.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use super::{Site, codes, differ};
use crate::model::{Forwarding, Located, Protocol, Service, Target};
use crate::source::{Findings, Place};

/// What a service is known by.
type Key<'a> = (&'a Target, Option<Protocol>);

/// Holds each service against the first node that has it; a service that only one of two directors
/// has is missing after a failover.
pub(super) fn check(site: &Site<'_>, findings: &mut Findings) {
    let mut first_with: HashMap<Key<'_>, (usize, &Service)> = HashMap::new();
    let mut shared: HashMap<usize, usize> = HashMap::new();
    for (index, node) in site.nodes.iter().enumerate() {
        for service in &node.cluster.services {
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
    let known: HashMap<Key<'_>, ()> =
        node.cluster.services.iter().map(|service| (key(service), ())).collect();
    for service in other.cluster.services.iter().filter(|s| !known.contains_key(&key(s))) {
        let message = format!("{} does not have this service", node.name);
        let here = [service.target.at, service.at];
        findings.extend(differ(codes::SERVICES_DIFFER, here, message, [None; 2], String::new()));
    }
}

fn compare(ours: &Service, theirs: &Service, name: &str, findings: &mut Findings) {
    let at = [ours.target.at, ours.at];
    let there = [theirs.target.at, theirs.at];
    let text = |value: &Option<crate::model::Sourced<String>>| {
        value.as_ref().map(|value| value.value.clone())
    };
    if text(&ours.scheduler) != text(&theirs.scheduler) {
        let place = |s: &Service| s.scheduler.place();
        let message = format!("the scheduler differs from that of {name}");
        let here = [place(ours), at[0]];
        let other = [place(theirs), there[0]];
        let label = format!("{name} has another");
        findings.extend(differ(codes::SERVICES_DIFFER, here, message, other, label));
    }
    let (here, other) = (servers(ours), servers(theirs));
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

type Endpoint = (IpAddr, Option<u16>);
type Settings = (u32, Option<Forwarding>);

/// The servers of a service with what must be equal, by address and port.
fn servers(service: &Service) -> BTreeMap<Endpoint, (Settings, Option<Place>)> {
    let method = service.method.as_ref().map(|method| method.value);
    let one = |server: &crate::model::Server| {
        let weight = service.weight_of(server);
        let method = server.method.as_ref().map(|method| method.value).or(method);
        ((server.address, server.port), ((weight, method), server.at))
    };
    service.servers.iter().map(one).collect()
}

fn show((address, port): Endpoint) -> String {
    match port {
        Some(port) => format!("{address} port {port}"),
        None => address.to_string(),
    }
}

fn key(service: &Service) -> Key<'_> {
    (&service.target.value, service.protocol.as_ref().map(|protocol| protocol.value))
}
