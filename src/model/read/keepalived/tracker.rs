//! `vrrp_script`, `vrrp_sync_group` and the blocks of other things that are followed.

use super::list::{EMPTY_LIST, is_empty_list, names};
use super::router::{hook_event, track_kind, tracks};
use super::{add_hook, carry, put, setting, settings, value};
use crate::model::setting::Settings;
use crate::model::{Carried, Cluster, Inert, Named, SyncGroup, TrackGroup, Tracker};
use crate::syntax::NodeRef;

/// Adds a script; false without a name.
pub(super) fn read_script(block: NodeRef<'_>, cluster: &mut Cluster) -> bool {
    let Some(name) = value::text(block) else { return false };
    let mut tracker = Tracker::new(name);
    let inert = &mut cluster.inert;
    for node in value::lines(block) {
        let known = !value::is_unexpanded(node)
            && match &*node.name() {
                "script" => script(node, &mut tracker, inert),
                "interval" => put(&mut tracker.interval, value::seconds(node), inert),
                "timeout" => put(&mut tracker.timeout, value::seconds(node), inert),
                "weight" => weight(node, &mut tracker, inert),
                "rise" => put(&mut tracker.rise, value::number(node), inert),
                "fall" => put(&mut tracker.fall, value::number(node), inert),
                "user" => put(&mut tracker.user, value::user(node), inert),
                "init_fail" => put(&mut tracker.starts_down, value::flag(node, true), inert),
                _ => false,
            };
        if !known {
            tracker.carried.push(carry(node));
        }
    }
    cluster.trackers.push(tracker);
    true
}

fn script(node: NodeRef<'_>, tracker: &mut Tracker, inert: &mut Vec<Inert>) -> bool {
    // A user behind it is not read, unlike elsewhere (tried with 2.2.7).
    let Some((command, _)) = value::command(node) else { return false };
    if command.value.is_empty() {
        return false;
    }
    put(&mut tracker.command, Some(command), inert)
}

/// `weight N [reverse]`.
fn weight(node: NodeRef<'_>, tracker: &mut Tracker, inert: &mut Vec<Inert>) -> bool {
    let reverse = match node.word(2).map(|word| word.value()).as_deref() {
        None => None,
        Some("reverse") => Some(true),
        Some(_) => return false,
    };
    let known = put(&mut tracker.weight, value::number(node), inert);
    if known {
        tracker.reverse = reverse;
    }
    known
}

/// Adds a group; false without a name.
pub(super) fn read_group(block: NodeRef<'_>, cluster: &mut Cluster) -> bool {
    let Some(name) = value::text(block) else { return false };
    let mut group = SyncGroup::new(name);
    for node in value::lines(block) {
        if value::is_unexpanded(node) || !in_group(node, &mut group, &mut cluster.inert) {
            group.carried.push(carry(node));
        }
    }
    cluster.sync_groups.push(group);
    true
}

fn in_group(node: NodeRef<'_>, group: &mut SyncGroup, inert: &mut Vec<Inert>) -> bool {
    match &*node.name() {
        // The group's first list of members is the one that counts.
        "group" if group.members.is_empty() => {
            if is_empty_list(node) {
                inert.push(Inert { at: node.place(), why: EMPTY_LIST });
                return true;
            }
            names(node).is_some_and(|names| {
                group.members = names;
                true
            })
        }
        name => match (track_kind(name), hook_event(name)) {
            (Some(kind), _) => tracks(node, kind, &mut group.tracks, &mut group.carried),
            (None, Some(event)) => {
                add_hook(&mut group.hooks, value::hook(node, event), node, inert)
            }
            (None, None) => setting::fill(node, &mut [("", &mut group.settings)], inert),
        },
    }
}

/// Adds a block that has a name and settings only; returns whether it is one.
pub(super) fn read_named(block: NodeRef<'_>, cluster: &mut Cluster) -> bool {
    let inert = &mut cluster.inert;
    match &*block.name() {
        "track_file" | "vrrp_track_file" => named(block, "file", &mut cluster.tracked_files, inert),
        "vrrp_track_process" => named(block, "process", &mut cluster.tracked_processes, inert),
        "bfd_instance" => named(block, "", &mut cluster.bfd_sessions, inert),
        "track_group" => track_group(block, &mut cluster.track_groups),
        _ => false,
    }
}

fn named<T: Settings + Default + 'static>(
    block: NodeRef<'_>,
    first: &str,
    list: &mut Vec<Named<T>>,
    inert: &mut Vec<Inert>,
) -> bool {
    let Some(mut named) = head::<T>(block) else { return false };
    settings(block, first, &mut named.settings, &mut named.carried, inert);
    list.push(named);
    true
}

fn track_group(block: NodeRef<'_>, list: &mut Vec<Named<TrackGroup>>) -> bool {
    let Some(mut named) = head::<TrackGroup>(block) else { return false };
    for node in value::lines(block) {
        match names(node).filter(|_| node.name() == "group") {
            Some(names) => named.settings.members.extend(names),
            None => named.carried.push(carry(node)),
        }
    }
    list.push(named);
    true
}

fn head<T: Default>(block: NodeRef<'_>) -> Option<Named<T>> {
    let name = value::text(block).filter(|_| block.has_body())?;
    let carried: Vec<Carried> = Vec::new();
    Some(Named { name, settings: T::default(), carried, at: Some(block.place()) })
}
