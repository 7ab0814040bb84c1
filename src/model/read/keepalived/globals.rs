//! `global_defs`.

use super::list::names;
use super::{SAID_BEFORE, carry, put, setting, value};
use crate::model::{Cluster, Inert, Sourced, SyncDaemon};
use crate::syntax::{NodeRef, Word};

/// Adds what the block says.
pub(super) fn read(block: NodeRef<'_>, cluster: &mut Cluster) -> bool {
    for node in value::lines(block) {
        if value::is_unexpanded(node) || !directive(node, cluster) {
            cluster.globals.carried.push(carry(node));
        }
    }
    true
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
        "notification_email" => names(node).is_some_and(|names| {
            alerts.recipients.extend(names);
            true
        }),
        "notification_email_from" => put(&mut alerts.sender, value::text(node), inert),
        "smtp_server" => put(&mut alerts.server, value::rest(node), inert),
        "smtp_connect_timeout" => put(&mut alerts.timeout, value::seconds(node), inert),
        "lvs_sync_daemon" if sync_daemon.is_some() => {
            inert.push(Inert { at: node.place(), why: SAID_BEFORE });
            true
        }
        "lvs_sync_daemon" => put(sync_daemon, daemon(node), inert),
        // The one older name whose beginning is another process's.
        "lvs_process_name" => put(&mut globals.checker_process.name, value::text(node), inert),
        // 2.2.7 reads any word but these as true.
        "vrrp_skip_check_adv_addr" => {
            let skip = value::boolean(node).or_else(|| value::flag(node, true));
            put(&mut globals.conduct.skip_address_check, skip, inert)
        }
        // Of two pipes, and of two readers, the first counts.
        name if name.ends_with("notify_fifo") || name.ends_with("notify_fifo_script") => {
            let mut again = globals.events.clone();
            if !setting::fill(node, &mut [("", &mut again)], &mut Vec::new()) {
                return false;
            }
            let is_first = match name {
                "lvs_notify_fifo" => globals.events.server_pipe.is_none(),
                "lvs_notify_fifo_script" => globals.events.server_pipe_reader.is_none(),
                "notify_fifo" => globals.events.pipe.is_none(),
                "notify_fifo_script" => globals.events.pipe_reader.is_none(),
                "vrrp_notify_fifo" => globals.events.router_pipe.is_none(),
                _ => globals.events.router_pipe_reader.is_none(),
            };
            if is_first {
                globals.events = again;
            } else {
                inert.push(Inert { at: node.place(), why: SAID_BEFORE });
            }
            true
        }
        _ => setting::fill(node, &mut globals.groups_mut(), inert),
    }
}

/// `IF [[inst] ROUTER] [id N] [maxlen N] [port N] [ttl N] [group IP]`.
fn daemon(node: NodeRef<'_>) -> Option<Sourced<SyncDaemon>> {
    let mut words = node.arguments();
    let interface = Some(words.next()?.value().into_owned());
    let mut daemon = SyncDaemon { interface, ..SyncDaemon::default() };
    while let Some(word) = words.next() {
        match &*word.value() {
            "id" => daemon.identifier = number(words.next()),
            "maxlen" => daemon.longest = number(words.next()),
            "port" => daemon.port = number(words.next()),
            "ttl" => daemon.ttl = number(words.next()),
            "group" => daemon.group = words.next().and_then(|w| value::parse_address(&w.value())),
            "inst" => daemon.router = words.next().map(|word| word.value().into_owned()),
            // The old way to write the identity: behind the router, without its word.
            digits if daemon.router.is_some() && digits.parse::<u8>().is_ok() => {
                daemon.identifier = number(Some(word));
            }
            name => daemon.router = Some(name.to_owned()),
        }
    }
    let at = node.rest().map_or_else(|| node.place(), |rest| rest.place());
    Some(Sourced::new(daemon, at))
}

fn number<T: TryFrom<i64>>(word: Option<Word<'_>>) -> Option<T> {
    word.and_then(value::number_of).map(|number| number.value)
}
