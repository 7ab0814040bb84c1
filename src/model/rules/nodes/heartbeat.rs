//! ha.cf, haresources and authkeys of the nodes of one cluster.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use super::{Node, Site, codes, differ};
use crate::model::{Key, Located, Membership, Path, Router, Sourced, show_seconds};
use crate::source::{Findings, Place, Sources};
use crate::syntax::Format;

/// The groups must be the same: each node takes from its own file what it starts.
pub(super) fn resources(site: &Site<'_>, findings: &mut Findings) {
    for (first, node) in pairs(site, Format::Haresources) {
        let lines = |node: &Node<'_>| {
            let routers = node.cluster.routers.iter().filter(|router| !router.resources.is_empty());
            routers.map(|router| line(site.sources, router)).collect::<Vec<_>>()
        };
        let (ours, theirs) = (lines(node), lines(first));
        let (mine, other): (HashSet<_>, HashSet<_>) =
            (ours.iter().map(|l| &l.0).collect(), theirs.iter().map(|l| &l.0).collect());
        for (_, at) in ours.iter().filter(|(text, _)| !other.contains(text)) {
            let message = format!("{} has no such group", first.name);
            let there = [theirs.iter().find(|l| !mine.contains(&l.0)).and_then(|l| l.1), None];
            let label = format!("{} has another", first.name);
            findings.extend(differ(codes::HARESOURCES_DIFFER, [*at, None], message, there, label));
        }
        // Lines that differ are told once, at their counterpart.
        if ours.iter().all(|(text, _)| other.contains(text)) {
            for (_, at) in theirs.iter().filter(|(text, _)| !mine.contains(text)) {
                let message = format!("{} has no such group", node.name);
                let code = codes::HARESOURCES_DIFFER;
                findings.extend(differ(code, [*at, None], message, [None; 2], String::new()));
            }
        }
    }
}

/// The key that one node signs with must be one that the other knows.
pub(super) fn keys(site: &Site<'_>, findings: &mut Findings) {
    for (first, node) in pairs(site, Format::Authkeys) {
        let active = |node: &Node<'_>| {
            let authentication = node.cluster.authentication.as_ref()?;
            let number = authentication.active.as_ref()?;
            let key = authentication.keys.iter().find(|key| key.number == number.value)?;
            Some((key.clone(), number.at))
        };
        let knows = |node: &Node<'_>, key: &Key| {
            let mut known = node.cluster.authentication.iter().flat_map(|a| &a.keys);
            known.any(|own| same(own, key))
        };
        let (Some((ours, at)), Some((theirs, other))) = (active(node), active(first)) else {
            continue;
        };
        if knows(first, &ours) && knows(node, &theirs) {
            continue;
        }
        let message = format!("the key that signs is not the same as on {}", first.name);
        let label = format!("{} signs with this one", first.name);
        findings.extend(
            differ(codes::KEYS_DIFFER, [at, Some(ours.at)], message, [other, None], label)
                .map(|d| d.note("each drops what the other says, and both start all resources")),
        );
    }
}

pub(super) fn nodes(site: &Site<'_>, findings: &mut Findings) {
    for (first, node) in pairs(site, Format::HaCf) {
        let names = |node: &Node<'_>| {
            let names = node.cluster.nodes.iter().map(|node| node.name.value.clone());
            names.collect::<BTreeSet<_>>()
        };
        let (ours, theirs) = (names(node), names(first));
        let place = |node: &Node<'_>| node.cluster.nodes.last().and_then(|n| n.name.at);
        if ours != theirs {
            let list = |names: &BTreeSet<String>| {
                names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
            };
            let message = format!(
                "the nodes are {} here and {} on {}",
                list(&ours),
                list(&theirs),
                first.name
            );
            let label = format!("the nodes on {}", first.name);
            let (here, there) = ([place(node), None], [place(first), None]);
            findings.extend(differ(codes::NODES_DIFFER, here, message, there, label));
        }
    }
}

/// Times that both nodes should count alike.
pub(super) fn times(site: &Site<'_>, findings: &mut Findings) {
    for (first, node) in pairs(site, Format::HaCf) {
        let start = |node: &Node<'_>| node.cluster.nodes.first().and_then(|n| n.name.at);
        for Time { word, value, at } in TIMES {
            let (ours, theirs) = (&node.cluster.membership, &first.cluster.membership);
            if value(ours) == value(theirs) {
                continue;
            }
            let (here, there) = (show_seconds(value(ours)), show_seconds(value(theirs)));
            let message = format!("{word} is {here} s here and {there} s on {}", first.name);
            let label = format!("{there} s on {}", first.name);
            let (here, there) = ([at(ours), start(node)], [at(theirs), start(first)]);
            findings.extend(differ(codes::TIMES_DIFFER, here, message, there, label));
        }
        let (ours, theirs) = (node.cluster.membership.failback, first.cluster.membership.failback);
        if let (Some(ours), Some(theirs)) = (ours, theirs)
            && ours.value != theirs.value
        {
            let message = format!("auto_failback is not the same as on {}", first.name);
            let label = format!("{} says it here", first.name);
            let (here, there) = ([ours.at, None], [theirs.at, None]);
            findings.extend(differ(codes::TIMES_DIFFER, here, message, there, label));
        }
    }
}

/// Ports, groups and peers that do not meet.
pub(super) fn channels(site: &Site<'_>, findings: &mut Findings) {
    for (first, node) in pairs(site, Format::HaCf) {
        let (ours, theirs) = (&node.cluster.membership, &first.cluster.membership);
        let mut report = |here: Option<Place>, message: String, there: Option<Place>| {
            let label = format!("{} says it here", first.name);
            findings.extend(
                differ(codes::CHANNEL_DIFFERS, [here, None], message, [there, None], label)
                    .map(|d| d.note("the nodes do not hear each other on this path")),
            );
        };
        let at = |path: Option<&Sourced<Path>>| path.place();
        let port = |m: &Membership| m.port.map_or(694, |port| port.value);
        let talks_udp = |m: &Membership| m.paths.iter().any(|p| is_udp(&p.value));
        if port(ours) != port(theirs) && talks_udp(ours) && talks_udp(theirs) {
            let message =
                format!("udpport is {} here and {} on {}", port(ours), port(theirs), first.name);
            let place = |m: &Membership| m.port.place().or(at(m.paths.first()));
            report(place(ours), message, place(theirs));
        }
        let (mine, other) = (multicast(ours), multicast(theirs));
        if mine.is_empty() != other.is_empty() || mine.keys().all(|key| other.contains_key(key)) {
            // One has no multicast at all, or all groups meet.
        } else if let Some((_, here)) = mine.iter().find(|(key, _)| !other.contains_key(key)) {
            let there = other.iter().find(|(key, _)| !mine.contains_key(key));
            let message = format!("{} does not listen to this multicast group", first.name);
            report(*here, message, there.and_then(|(_, at)| *at));
        }
        let (mine, other) = (unicast(ours), unicast(theirs));
        if let ([mine], [other]) = (mine.as_slice(), other.as_slice())
            && mine.0 == other.0
        {
            let message =
                format!("both nodes send to {}, so one of them hears only itself", mine.0);
            report(mine.1, message, other.1);
        }
    }
}

/// Every node with a file of `format` beside the first such node of the same cluster: one with
/// which it shares a node's name or an address.
fn pairs<'s>(site: &'s Site<'_>, format: Format) -> Vec<(&'s Node<'s>, &'s Node<'s>)> {
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    let mut by_address: HashMap<IpAddr, usize> = HashMap::new();
    let mut pairs = Vec::new();
    for (index, node) in site.nodes.iter().enumerate() {
        if !node.trees.iter().any(|(input, _)| input.format == format) {
            continue;
        }
        let mut first = index;
        for name in &node.cluster.nodes {
            first = first.min(*by_name.entry(&name.name.value).or_insert(index));
        }
        let groups = node.cluster.routers.iter().filter(|r| !r.resources.is_empty());
        for address in groups.flat_map(|router| &router.addresses) {
            first = first.min(*by_address.entry(address.value.address).or_insert(index));
        }
        // A node that shares nothing, for example one with authkeys alone, is held against the
        // only other one.
        if first == index && site.nodes.len() == 2 && index == 1 {
            let is_there = |node: &&Node<'_>| node.trees.iter().any(|(i, _)| i.format == format);
            first = usize::from(site.nodes.first().filter(is_there).is_none());
        }
        if let Some(other) = site.nodes.get(first).filter(|_| first != index) {
            pairs.push((other, node));
        }
    }
    pairs
}

/// A group as text: its node and its resources as written.
fn line(sources: &Sources, router: &Router) -> (String, Option<Place>) {
    let node = router.members.first().and_then(|member| member.node.as_ref());
    let mut text = node.map_or(String::new(), |node| node.value.clone());
    for resource in &router.resources {
        text.push(' ');
        text.push_str(resource.at.span.of(sources.get(resource.at.file).text()));
    }
    (text, router.at)
}

fn same(a: &Key, b: &Key) -> bool {
    (a.number, a.digest, &a.secret) == (b.number, b.digest, &b.secret)
}

fn is_udp(path: &Path) -> bool {
    matches!(path, Path::Broadcast { .. } | Path::Unicast { .. })
}

/// Multicast groups and ports, with their places.
fn multicast(membership: &Membership) -> HashMap<(IpAddr, u16), Option<Place>> {
    let group = |path: &Sourced<Path>| match path.value {
        Path::Multicast { group, port, .. } => Some(((group, port), path.at)),
        _ => None,
    };
    membership.paths.iter().filter_map(group).collect()
}

/// The peers that are told one by one.
fn unicast(membership: &Membership) -> Vec<(&str, Option<Place>)> {
    let mut peers = Vec::new();
    for path in &membership.paths {
        if let Path::Unicast { peer, .. } = &path.value {
            peers.push((peer.as_str(), path.at));
        }
    }
    peers
}

/// One of heartbeat's times.
struct Time {
    word: &'static str,
    value: fn(&Membership) -> Duration,
    at: fn(&Membership) -> Option<Place>,
}

const TIMES: &[Time] = &[
    Time { word: "keepalive", value: Membership::effective_interval, at: |m| m.interval.place() },
    Time { word: "deadtime", value: Membership::effective_dead_time, at: |m| m.dead_time.place() },
    Time {
        word: "initdead",
        value: Membership::effective_initial_dead_time,
        at: |m| m.initial_dead_time.place(),
    },
];
