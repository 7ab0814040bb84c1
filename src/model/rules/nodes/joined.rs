//! What directors of one cluster share besides their routers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::seats::{Seat, is_whole};
use super::{Site, codes, differ};
use crate::source::{Findings, Place};

/// Routers that change state together on one node must do so on the others.
pub(super) fn sync_groups(site: &Site<'_>, findings: &mut Findings) {
    // A router is known by its seat: names may differ from node to node.
    let mut numbers: HashMap<(usize, &str), usize> = HashMap::new();
    let mut nodes_of: Vec<BTreeSet<usize>> = Vec::new();
    for (number, seats) in site.seats.routers().enumerate() {
        nodes_of.push(seats.iter().map(|seat| seat.node).collect());
        numbers.extend(seats.iter().map(|s| ((s.node, s.router.name.value.as_str()), number)));
    }
    // For each node and router the group that it is in: its members, its place.
    type Group = (BTreeSet<usize>, Option<Place>);
    let mut groups: Vec<HashMap<usize, usize>> = vec![HashMap::new(); site.nodes.len()];
    let mut all: Vec<Group> = Vec::new();
    for (node, of_node) in groups.iter_mut().enumerate() {
        for group in site.nodes.get(node).into_iter().flat_map(|n| &n.cluster.sync_groups) {
            let member = |name: &str| numbers.get(&(node, name)).copied();
            let members: BTreeSet<usize> =
                group.members.iter().filter_map(|name| member(&name.value)).collect();
            of_node.extend(members.iter().map(|member| (*member, all.len())));
            all.push((members, group.name.at));
        }
    }
    // The first node that holds the routers of a group is the one to compare with.
    let mut told = BTreeSet::new();
    for (node, of_node) in groups.iter().enumerate() {
        for (router, index) in of_node.iter().collect::<BTreeMap<_, _>>() {
            let Some(first) = nodes_of.get(*router).and_then(|nodes| nodes.first()) else {
                continue;
            };
            if *first == node || told.contains(&(node, *index)) {
                continue;
            }
            let other = groups.get(*first).and_then(|g| g.get(router)).and_then(|i| all.get(*i));
            let Some((members, at)) = all.get(*index) else { continue };
            if other.is_some_and(|(others, _)| others == members) {
                continue;
            }
            told.insert((node, *index));
            let name = site.nodes.get(*first).map_or("", |node| node.name);
            let message = format!("the group has other routers than on {name}");
            let there = [other.and_then(|(_, at)| *at), None];
            let label = format!("the group on {name}");
            findings.extend(differ(codes::SYNC_GROUP_DIFFERS, [*at, None], message, there, label));
        }
    }
}

/// Routers that are master together want to be so on one director.
pub(super) fn divided(site: &Site<'_>, findings: &mut Findings) {
    // The director that is best in each router, known by the seats; nobody where the best are equal.
    let mut best: HashMap<(usize, &str), &str> = HashMap::new();
    for seats in site.seats.routers().filter(|seats| seats.iter().all(|s| is_whole(s.router))) {
        let rank = |seat: &Seat<'_>| seat.router.effective_priority();
        let Some(first) = seats.iter().max_by_key(|seat| rank(seat)) else { continue };
        if seats.len() > 1 && seats.iter().filter(|seat| rank(seat) == rank(first)).count() == 1 {
            best.extend(seats.iter().map(|s| ((s.node, s.router.name.value.as_str()), first.name)));
        }
    }
    // The group is the same on all nodes, or that is another finding.
    let mut told = BTreeSet::new();
    for (node, own) in site.nodes.iter().enumerate() {
        for group in &own.cluster.sync_groups {
            let mut members = group.members.iter().filter_map(|member| {
                let name = best.get(&(node, member.value.as_str()))?;
                Some((member, *name))
            });
            let Some((first, preferred)) = members.next() else { continue };
            let other = members.find(|(_, name)| *name != preferred);
            let Some((other, name)) = other.filter(|_| told.insert(&group.name.value)) else {
                continue;
            };
            let message =
                format!("`{}` prefers {preferred}, and `{}` {name}", first.value, other.value);
            let (here, there) = ([group.name.at, None], [other.at, None]);
            let label = format!("{name} has the best priority");
            findings.extend(differ(codes::GROUP_DIVIDED, here, message, there, label).map(|d| {
                d.note("each director takes the whole group for the router in which it is the best")
                    .help("give one director the best priority in all routers of the group")
            }));
        }
    }
}

/// Mails are signed with router_id, so two nodes should not share one.
pub(super) fn router_ids(site: &Site<'_>, findings: &mut Findings) {
    let mut known = HashMap::new();
    for node in site.nodes {
        let Some(id) = &node.cluster.globals.router_id else { continue };
        let Some((name, earlier)) = known.insert(&id.value, (node.name, id.at)) else { continue };
        let message = format!("{name} calls itself `{}`, too", id.value);
        let label = format!("{name} says it here");
        let code = codes::SAME_ROUTER_ID;
        findings.extend(differ(code, [id.at, None], message, [earlier, None], label));
    }
}

/// The daemons that exchange connections only listen to their own number.
pub(super) fn sync_daemons(site: &Site<'_>, findings: &mut Findings) {
    let mut first = None;
    for node in site.nodes {
        let Some(daemon) = &node.cluster.sync_daemon else { continue };
        // heartbeat's script says no number.
        let Some(identifier) = daemon.value.identifier else { continue };
        let (name, theirs, earlier) = *first.get_or_insert((node.name, identifier, daemon.at));
        if theirs == identifier {
            continue;
        }
        let message =
            format!("the sync daemon has the number {identifier} here and {theirs} on {name}");
        let label = format!("{theirs} on {name}");
        findings.extend(
            differ(codes::SYNC_DAEMON_DIFFERS, [daemon.at, None], message, [earlier, None], label)
                .map(|d| d.note("each ignores the connections of the other")),
        );
    }
}
