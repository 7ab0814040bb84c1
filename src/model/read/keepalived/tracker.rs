//! `vrrp_script` and `vrrp_sync_group`.

use super::router::hook_event;
use super::{add_hook, carry, put, value};
use crate::model::{Cluster, Sourced, SyncGroup, Tracker};
use crate::syntax::NodeRef;

/// Adds a script.
pub(super) fn read_script(block: NodeRef<'_>, cluster: &mut Cluster) {
    let Some(name) = value::text(block) else {
        cluster.carried.push(carry(block));
        return;
    };
    let mut tracker = Tracker {
        name,
        command: None,
        interval: None,
        timeout: None,
        weight: None,
        rise: None,
        fall: None,
        user: None,
        carried: Vec::new(),
    };
    let inert = &mut cluster.inert;
    for node in block.directives() {
        let known = !value::is_unexpanded(node)
            && match &*node.name() {
                "script" => script(node, &mut tracker, inert),
                "interval" => put(&mut tracker.interval, value::seconds(node), inert),
                "timeout" => put(&mut tracker.timeout, value::seconds(node), inert),
                // `reverse` has no field.
                "weight" if node.arguments().len() == 1 => {
                    put(&mut tracker.weight, value::number(node), inert)
                }
                "rise" => put(&mut tracker.rise, value::number(node), inert),
                "fall" => put(&mut tracker.fall, value::number(node), inert),
                "user" => put(&mut tracker.user, value::rest(node), inert),
                _ => false,
            };
        if !known {
            tracker.carried.push(carry(node));
        }
    }
    cluster.trackers.push(tracker);
}

fn script(node: NodeRef<'_>, tracker: &mut Tracker, inert: &mut Vec<crate::model::Inert>) -> bool {
    let Some((command, user)) = value::command(node) else { return false };
    if let Some(user) = user {
        let at = node.rest().map_or_else(|| node.place(), |rest| rest.place());
        put(&mut tracker.user, Some(Sourced::new(user, at)), inert);
    }
    put(&mut tracker.command, Some(command), inert)
}

/// Adds a group.
pub(super) fn read_group(block: NodeRef<'_>, cluster: &mut Cluster) {
    let Some(name) = value::text(block) else {
        cluster.carried.push(carry(block));
        return;
    };
    let mut group = SyncGroup { name, members: Vec::new(), hooks: Vec::new(), carried: Vec::new() };
    for node in block.directives() {
        let unexpanded = value::is_unexpanded(node) || node.directives().any(value::is_unexpanded);
        let known = !unexpanded
            && match &*node.name() {
                // The group's first list of members is the one that counts.
                "group" if group.members.is_empty() => {
                    let words = node.arguments().chain(node.directives().flat_map(NodeRef::words));
                    group.members.extend(
                        words.map(|word| Sourced::new(word.value().into_owned(), word.place())),
                    );
                    !group.members.is_empty()
                }
                name => {
                    let hook = hook_event(name).and_then(|event| value::hook(node, event));
                    add_hook(&mut group.hooks, hook, node, &mut cluster.inert)
                }
            };
        if !known {
            group.carried.push(carry(node));
        }
    }
    cluster.sync_groups.push(group);
}
