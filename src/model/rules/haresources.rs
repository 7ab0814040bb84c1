//! Checks across the groups of haresources, and against ha.cf.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use super::{Rule, View};
use crate::model::prefix::network_v4;
use crate::model::{Broadcast, Path, Resource, ResourceKind, Router, Sourced, VirtualAddress};
use crate::source::{Diagnostic, Findings, Place, codes};
use crate::syntax::{DIRECTORY, Format};

mod order;

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule { codes: &[codes::haresources::UNKNOWN_NODE], check: unknown_node },
    Rule { codes: &[codes::haresources_advice::ADDRESS_TWICE], check: address_twice },
    Rule { codes: &[codes::haresources_advice::SAME_KEY], check: same_key },
    Rule { codes: &[codes::haresources_advice::STRANGE_MASK], check: strange_mask },
    Rule { codes: &[codes::haresources_advice::NODE_ADDRESS], check: node_address },
    Rule { codes: &[codes::haresources_advice::ADDRESS_INTERFACE], check: interface },
    Rule { codes: &[codes::haresources_advice::ORDER], check: order::check },
    Rule { codes: &[codes::haresources_advice::MASKS_DIFFER], check: masks_differ },
    Rule { codes: &[codes::haresources_advice::NO_SUCH_SCRIPT], check: no_such_script },
    Rule {
        codes: &[codes::haresources_advice::NO_SUCH_CONFIGURATION],
        check: no_such_configuration,
    },
];

fn unknown_node(view: &View<'_>, findings: &mut Findings) {
    let nodes = &view.cluster.nodes;
    // Without any node there is nothing to compare with; that has a finding of its own.
    if nodes.is_empty() {
        return;
    }
    for router in groups(view) {
        let Some(name) = router.members.first().and_then(|member| member.node.as_ref()) else {
            continue;
        };
        let is_known = nodes.iter().any(|node| node.name.value == name.value);
        let Some(at) = name.at.filter(|_| !is_known) else { continue };
        let message = format!("ha.cf names no node `{}`", name.value);
        let diagnostic = Diagnostic::new(codes::haresources::UNKNOWN_NODE, at, message)
            .note("heartbeat refuses to start");
        let short = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        let near = nodes.iter().find(|node| short(&node.name.value) == short(&name.value));
        let names: Vec<&str> = nodes.iter().map(|node| node.name.value.as_str()).collect();
        findings.push(match near {
            Some(near) => {
                let near = &near.name.value;
                diagnostic.help(format!("ha.cf calls it `{near}`")).fix(
                    at,
                    near,
                    format!("write `{near}`"),
                )
            }
            None => diagnostic.help(format!("the nodes of ha.cf are {}", names.join(", "))),
        });
    }
}

fn address_twice(view: &View<'_>, findings: &mut Findings) {
    let mut seen: HashMap<IpAddr, (usize, &Sourced<VirtualAddress>)> = HashMap::new();
    for (group, router) in groups(view).enumerate() {
        for address in &router.addresses {
            let Some((first, earlier)) = seen.get(&address.value.address) else {
                seen.insert(address.value.address, (group, address));
                continue;
            };
            if let (true, Some(at)) = (*first != group, address.at) {
                let message = format!("{} is in two groups", address.value.address);
                let code = codes::haresources_advice::ADDRESS_TWICE;
                let diagnostic = Diagnostic::new(code, at, message);
                findings.push(match earlier.at {
                    Some(earlier) => diagnostic.context(earlier, "the first is here"),
                    None => diagnostic,
                });
            }
        }
    }
}

/// heartbeat looks for a group by its first resource, anywhere in the file.
fn same_key(view: &View<'_>, findings: &mut Findings) {
    // Where each resource stands first and last: group, place in the group, place in the file.
    let mut seen: HashMap<&str, [(usize, usize, Place); 2]> = HashMap::new();
    let text = |at: Place| at.span.of(view.sources.get(at.file).text());
    for (group, router) in groups(view).enumerate() {
        for (index, resource) in router.resources.iter().enumerate() {
            let found = (group, index, resource.at);
            seen.entry(text(resource.at)).or_insert([found; 2])[1] = found;
        }
    }
    for (group, router) in groups(view).enumerate() {
        let Some(key) = router.resources.first() else { continue };
        let Some([first, last]) = seen.get(text(key.at)) else { continue };
        // Of two keys that are equal the later is reported.
        let other = match (first, last) {
            (first, _) if first.0 != group => first,
            (_, last) if last.0 != group && last.1 != 0 => last,
            _ => continue,
        };
        let message = format!("`{}` stands in two groups, heartbeat mixes them up", text(key.at));
        findings.push(
            Diagnostic::new(codes::haresources_advice::SAME_KEY, key.at, message)
                .context(other.2, "the other is here")
                .help("begin each group with its own address"),
        );
    }
}

fn strange_mask(view: &View<'_>, findings: &mut Findings) {
    for address in addresses(view) {
        let (IpAddr::V4(host), Some(prefix), Some(at)) =
            (address.value.address, address.value.prefix, address.at)
        else {
            continue;
        };
        let broadcast = match address.value.broadcast {
            Some(Broadcast::Address(broadcast)) => Some(broadcast),
            _ => None,
        };
        let message = match broadcast {
            Some(broadcast) if broadcast != network_v4(host, prefix).1 => {
                format!(
                    "the broadcast address of {host}/{prefix} is {}",
                    network_v4(host, prefix).1
                )
            }
            None if prefix == 32 => format!("{host} has a host mask and no network"),
            _ => continue,
        };
        findings.push(Diagnostic::new(codes::haresources_advice::STRANGE_MASK, at, message));
    }
}

/// Addresses of one interface, one of which lies in the network of the other.
fn masks_differ(view: &View<'_>, findings: &mut Findings) {
    // By interface and by each network that was seen; a host mask says nothing about a network.
    let mut known: HashMap<(&str, u8, Ipv4Addr), &Sourced<VirtualAddress>> = HashMap::new();
    let mut lengths: HashMap<&str, Vec<u8>> = HashMap::new();
    for address in addresses(view) {
        let value = &address.value;
        let (IpAddr::V4(host), Some(prefix @ 1..32), Some(interface), Some(at)) =
            (value.address, value.prefix, value.interface.as_deref(), address.at)
        else {
            continue;
        };
        let lengths = lengths.entry(interface).or_default();
        let wider =
            |length: &&u8| known.contains_key(&(interface, **length, network_v4(host, **length).0));
        if let Some(length) = lengths.iter().filter(|length| **length != prefix).find(wider)
            && let Some(other) = known.get(&(interface, *length, network_v4(host, *length).0))
        {
            let code = codes::haresources_advice::MASKS_DIFFER;
            let message = format!("{host} has the mask /{prefix}, its neighbour /{length}");
            let diagnostic = Diagnostic::new(code, at, message);
            findings.push(match other.at {
                Some(other) => diagnostic.context(other, "the neighbour"),
                None => diagnostic,
            });
        }
        known.entry((interface, prefix, network_v4(host, prefix).0)).or_insert(address);
        if !lengths.contains(&prefix) {
            lengths.push(prefix);
        }
    }
}

/// Resources without a script, where the directories of scripts are beside the file.
fn no_such_script(view: &View<'_>, findings: &mut Findings) {
    let Some(scripts) = &view.options.resource_scripts else { return };
    for resource in groups(view).flat_map(|router| &router.resources) {
        if !scripts.contains(&resource.name) {
            let message = format!("neither resource.d nor init.d holds `{}`", resource.name);
            let code = codes::haresources_advice::NO_SUCH_SCRIPT;
            findings.push(Diagnostic::new(code, resource.at, message));
        }
    }
}

/// Resources of ldirectord whose file is not where it is looked for.
fn no_such_configuration(view: &View<'_>, findings: &mut Findings) {
    for resource in groups(view).flat_map(|router| &router.resources) {
        let Some(name) = resource.configuration() else { continue };
        let name = name.strip_prefix(DIRECTORY).unwrap_or(name);
        if view.options.missing_configurations.contains(name) {
            let message = format!("`{name}` is neither beside haresources nor in conf");
            let code = codes::haresources_advice::NO_SUCH_CONFIGURATION;
            findings.push(Diagnostic::new(code, resource.at, message));
        }
    }
}

fn node_address(view: &View<'_>, findings: &mut Findings) {
    let paths = view.cluster.membership.paths.iter();
    let peers: HashMap<IpAddr, Option<Place>> = paths
        .filter_map(|path| match &path.value {
            Path::Unicast { peer, .. } => Some((peer.parse().ok()?, path.at)),
            _ => None,
        })
        .collect();
    for address in addresses(view) {
        let (Some(path), Some(at)) = (peers.get(&address.value.address), address.at) else {
            continue;
        };
        let message = format!("{} is the address of a node", address.value.address);
        let code = codes::haresources_advice::NODE_ADDRESS;
        let diagnostic = Diagnostic::new(code, at, message);
        findings.push(match path {
            Some(path) => diagnostic.context(*path, "heartbeats are sent to it"),
            None => diagnostic,
        });
    }
}

fn interface(view: &View<'_>, findings: &mut Findings) {
    for address in addresses(view) {
        let Some(at) = address.at else { continue };
        let label = address.value.label.as_deref().or(address.value.interface.as_deref());
        let message = match label {
            Some(label) if label.len() > LONGEST_LABEL => {
                format!("`{label}` is longer than {LONGEST_LABEL} characters")
            }
            Some(_) => continue,
            None => format!("{} goes to the interface of its route", address.value.address),
        };
        findings.push(Diagnostic::new(codes::haresources_advice::ADDRESS_INTERFACE, at, message));
    }
}

/// The routers that come from haresources: keepalived's have no resources and a VRID.
fn groups<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Router> {
    let files: Vec<_> = view
        .trees
        .iter()
        .filter(|(input, _)| input.format == Format::Haresources)
        .map(|(input, _)| input.file)
        .collect();
    let routers = view.cluster.routers.iter();
    routers.filter(move |router| router.at.is_some_and(|at| files.contains(&at.file)))
}

fn addresses<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Sourced<VirtualAddress>> {
    groups(view).flat_map(|router| &router.addresses)
}

/// Whether `resource` is an address.
fn is_address(resource: &Resource) -> bool {
    matches!(resource.kind, ResourceKind::Address { .. })
}

/// The kernel's IFNAMSIZ without the closing zero.
const LONGEST_LABEL: usize = 15;
