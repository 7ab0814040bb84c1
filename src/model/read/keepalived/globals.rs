//! `global_defs`.

use super::{carry, put, value};
use crate::model::{Cluster, Sourced, SyncDaemon};
use crate::syntax::NodeRef;

/// Adds what the block says.
pub(super) fn read(block: NodeRef<'_>, cluster: &mut Cluster) {
    for node in block.directives() {
        if value::is_unexpanded(node) || !directive(node, cluster) {
            cluster.carried.push(carry(node));
        }
    }
}

/// Whether the model has a field for the line.
fn directive(node: NodeRef<'_>, cluster: &mut Cluster) -> bool {
    let Cluster { alerts, globals, inert, sync_daemon, .. } = cluster;
    match &*node.name() {
        "router_id" => put(&mut globals.router_id, value::text(node), inert),
        "vrrp_startup_delay" => put(&mut globals.startup_delay, value::seconds(node), inert),
        "script_user" => put(&mut globals.script_user, value::rest(node), inert),
        "enable_script_security" => {
            put(&mut globals.script_security, value::flag(node, true), inert)
        }
        // Release 2.2.7 takes any other word for true.
        "vrrp_strict" => {
            let strict = value::boolean(node).or_else(|| value::flag(node, true));
            put(&mut globals.strict, strict, inert)
        }
        "notification_email" => {
            let words = node.arguments().chain(node.directives().flat_map(NodeRef::words));
            alerts
                .recipients
                .extend(words.map(|word| Sourced::new(word.value().into_owned(), word.place())));
            // A block without addresses is kept as it is.
            node.directives().next().is_some()
                && node.directives().all(|n| !value::is_unexpanded(n))
        }
        "notification_email_from" => put(&mut alerts.sender, value::text(node), inert),
        "smtp_server" => put(&mut alerts.server, value::rest(node), inert),
        "smtp_connect_timeout" => put(&mut alerts.timeout, value::seconds(node), inert),
        "lvs_sync_daemon" => daemon(node).is_some_and(|(daemon, complete)| {
            put(sync_daemon, Some(daemon), inert);
            complete
        }),
        _ => false,
    }
}

/// The daemon, and whether the line says nothing else: `IF [[inst] ROUTER] [id N] ...`.
fn daemon(node: NodeRef<'_>) -> Option<(Sourced<SyncDaemon>, bool)> {
    let mut words = node.arguments();
    let interface = words.next()?.value().into_owned();
    let mut daemon = SyncDaemon { interface: Some(interface), router: None, identifier: None };
    let mut complete = true;
    while let Some(word) = words.next() {
        match &*word.value() {
            "id" => daemon.identifier = words.next().and_then(value::number_of).map(|id| id.value),
            "inst" => daemon.router = words.next().map(|word| word.value().into_owned()),
            "maxlen" | "port" | "ttl" | "group" => {
                words.next();
                complete = false;
            }
            name => daemon.router = Some(name.to_owned()),
        }
    }
    let at = node.rest().map_or_else(|| node.place(), |rest| rest.place());
    Some((Sourced::new(daemon, at), complete))
}
