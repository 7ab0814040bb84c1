//! Reads keepalived.conf into the model.
//!
//! First [`check`] holds every line against the keyword table, then the blocks are read, then
//! [`consistency`] looks at what they say together. Values that the first step found wrong are
//! left out of the model by the second, without a second word.

use crate::model::{Carried, Cluster, Hook, Inert, Sourced};
use crate::source::{Findings, SourceFile};
use crate::syntax::{Kind, NodeRef, Tree};

mod address;
mod argument;
mod check;
mod consistency;
mod doubles;
mod globals;
mod probe;
mod required;
mod router;
mod server;
mod service;
mod tracker;
mod value;

/// Adds what `tree` says to `cluster`.
pub(super) fn read(file: &SourceFile, tree: &Tree, cluster: &mut Cluster, findings: &mut Findings) {
    check::check(file, tree, findings);
    doubles::check(file, tree, findings);
    let before = consistency::Extent::of(cluster);
    for node in tree.top(file.text()).filter(|node| node.kind() == Kind::Directive) {
        if value::is_unexpanded(node) {
            cluster.carried.push(carry(node));
            continue;
        }
        match &*node.name() {
            "global_defs" => globals::read(node, cluster),
            "vrrp_instance" => router::read(node, cluster),
            "vrrp_sync_group" => tracker::read_group(node, cluster),
            "vrrp_script" => tracker::read_script(node, cluster),
            "virtual_server" => service::read(node, cluster, findings),
            _ => cluster.carried.push(carry(node)),
        }
    }
    consistency::check(cluster, &before, findings);
}

/// A directive without a field. A carried block stands for everything inside.
fn carry(node: NodeRef<'_>) -> Carried {
    Carried { keyword: value::keyword(node).into_owned(), at: node.place() }
}

/// Puts a value where it belongs. The earlier of two values has no effect.
/// Returns whether there was a value.
fn put<T>(
    slot: &mut Option<Sourced<T>>,
    value: Option<Sourced<T>>,
    inert: &mut Vec<Inert>,
) -> bool {
    let Some(value) = value else { return false };
    if let Some(at) = slot.replace(value).and_then(|old| old.at) {
        inert.push(Inert { at, why: "a later line says it again" });
    }
    true
}

/// Adds a command. Of two for the same event the first counts.
fn add_hook(
    hooks: &mut Vec<Sourced<Hook>>,
    hook: Option<Sourced<Hook>>,
    node: NodeRef<'_>,
    inert: &mut Vec<Inert>,
) -> bool {
    let Some(hook) = hook else { return false };
    if hooks.iter().any(|earlier| earlier.value.event == hook.value.event) {
        inert.push(Inert { at: node.place(), why: "an earlier line says it already" });
    } else {
        hooks.push(hook);
    }
    true
}

#[cfg(test)]
mod tests;
