//! Reads keepalived.conf into the model.
//!
//! First [`check`] holds every line against the keyword table, then the blocks are read, then
//! [`consistency`] looks at what they say together. Values that the first step found wrong are
//! left out of the model by the second, without a second word.

use crate::model::setting::Settings;
use crate::model::{Carried, Cluster, Hook, Inert, Located, Sourced};
use crate::source::{Findings, SourceFile};
use crate::syntax::schema::target::Targets;
use crate::syntax::{Format, NodeRef, Tree, without_secret};

mod address;
mod argument;
mod check;
mod consistency;
mod doubles;
mod fixed;

mod globals;
mod group;
mod interface;
mod list;
mod names;
mod pattern;
mod probe;
mod required;
mod router;
mod routing;
mod server;
mod service;
mod setting;
mod tracker;
mod value;

pub(in crate::model) use argument::whole_number;
pub(crate) use interface::own_interface;

/// Adds what `tree` says to `cluster`.
pub(super) fn read(
    file: &SourceFile,
    tree: &Tree,
    targets: &Targets,
    cluster: &mut Cluster,
    findings: &mut Findings,
) {
    let judge = |findings: &mut Findings| {
        check::check(file, tree, targets, findings);
        doubles::check(file, tree, findings);
        names::check(file, tree, findings);
    };
    // Neither needs the other's result. The model is made here: memory comes slower to a thread.
    findings.beside(tree.len(), |findings| mean(file, tree, cluster, findings), judge);
}

/// Reads the blocks, and looks at what they say together.
fn mean(file: &SourceFile, tree: &Tree, cluster: &mut Cluster, findings: &mut Findings) {
    let before = consistency::Extent::of(cluster);
    for node in tree.top(file.text()).filter(|node| value::is_line(*node)) {
        if value::is_unexpanded(node) || !top(node, cluster, findings) {
            cluster.carried.push(carry(node));
        }
    }
    consistency::check(cluster, &before, findings);
}

/// Whether the model has room for a directive outside all braces.
fn top(node: NodeRef<'_>, cluster: &mut Cluster, findings: &mut Findings) -> bool {
    match &*node.name() {
        "global_defs" => globals::read(node, cluster),
        "vrrp_instance" => router::read(node, cluster),
        "vrrp_sync_group" => tracker::read_group(node, cluster),
        "vrrp_script" => tracker::read_script(node, cluster),
        "virtual_server" => service::read(node, cluster, findings),
        "virtual_server_group" => group::read(node, cluster),
        "SSL" => {
            let Cluster { tls_client, carried, inert, .. } = cluster;
            settings(node, "", tls_client, carried, inert);
            true
        }
        _ => {
            fixed::read(node, cluster)
                || tracker::read_named(node, cluster)
                || outside(node, cluster)
        }
    }
}

/// Words outside all braces.
fn outside(node: NodeRef<'_>, cluster: &mut Cluster) -> bool {
    let Cluster { globals, inert, .. } = cluster;
    setting::fill(node, &mut [("", &mut globals.outside)], inert)
}

/// Fills the settings of a block that holds nothing else. Of two lines the later counts, except for
/// the keyword `first`.
fn settings(
    block: NodeRef<'_>,
    first: &str,
    settings: &mut dyn Settings,
    carried: &mut Vec<Carried>,
    inert: &mut Vec<Inert>,
) {
    let mut has_first = false;
    for node in value::lines(block) {
        if node.name() == first && std::mem::replace(&mut has_first, true) {
            inert.push(Inert { at: node.place(), why: SAID_BEFORE });
            continue;
        }
        if value::is_unexpanded(node) || !setting::fill(node, &mut [("", settings)], inert) {
            carried.push(carry(node));
        }
    }
}

/// A directive without a field. A carried block stands for everything inside.
fn carry(node: NodeRef<'_>) -> Carried {
    let mut carried = head(node);
    if node.has_body() {
        // With a stack of its own: unknown blocks may be nested as deep as the file is long.
        let mut open = vec![node.children()];
        while let Some(children) = open.last_mut() {
            let Some(child) = children.next() else {
                open.pop();
                carried.text.push_str("\n}");
                continue;
            };
            if !value::is_line(child) {
                continue;
            }
            carried.text.push('\n');
            say(child, &mut carried.text);
            if child.has_body() {
                open.push(child.children());
            }
        }
    }
    carried
}

/// Some lines of a block, the others of which have a field.
fn carry_lines(block: NodeRef<'_>, lines: &[NodeRef<'_>]) -> Carried {
    let mut carried = head(block);
    for line in lines {
        carried.text.push('\n');
        carried.text.push_str(&carry(*line).text);
    }
    carried.text.push_str("\n}");
    carried
}

fn head(node: NodeRef<'_>) -> Carried {
    let keyword = value::keyword(node);
    let keyword = without_secret(Format::Keepalived, "", &keyword);
    let mut carried = Carried { whole: node.span(), ..Carried::new(keyword, node.place()) };
    say(node, &mut carried.text);
    carried
}

/// Adds the words of a line as they are written.
fn say(node: NodeRef<'_>, text: &mut String) {
    let mut behind = None;
    for word in node.words() {
        let span = word.place().span;
        // A definition and its value touch.
        if behind.is_some_and(|end| end != span.start) {
            text.push(' ');
        }
        behind = Some(span.end);
        text.push_str(word.raw());
    }
    if node.has_body() {
        text.push_str(" {");
    }
}

/// Puts a value where it belongs. The earlier of two values has no effect.
/// Returns whether there was a value.
fn put<T>(
    slot: &mut Option<Sourced<T>>,
    value: Option<Sourced<T>>,
    inert: &mut Vec<Inert>,
) -> bool {
    let Some(value) = value else { return false };
    if let Some(at) = slot.replace(value).place() {
        inert.push(Inert { at, why: "a later line says it again" });
    }
    true
}

/// Adds to a list that nearly always holds one: a vector makes room for four at its first, and
/// there may be a hundred thousand lists.
fn add_first<T>(list: &mut Vec<T>, item: T) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
    list.push(item);
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
        inert.push(Inert { at: node.place(), why: SAID_BEFORE });
    } else {
        hooks.push(hook);
    }
    true
}

/// Why a line counts for nothing where the first one does.
const SAID_BEFORE: &str = "an earlier line says it already";

#[cfg(test)]
mod tests;
