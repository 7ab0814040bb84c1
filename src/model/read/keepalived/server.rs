//! `real_server`.

use super::service::{failures, method};
use super::{add_first, add_hook, carry, probe, put, setting, value};
use crate::model::setting::Settings;
use crate::model::{HookEvent, Inert, Server, ServerSettings};
use crate::syntax::NodeRef;

/// The server of a block; `None` without an address.
pub(super) fn read(block: NodeRef<'_>, inert: &mut Vec<Inert>) -> Option<Server> {
    let address = value::address(block)?;
    let port = match block.word(2) {
        Some(word) => Some(value::number_of(word)?.value),
        None => None,
    };
    let mut server = Server::new(address.value, port, Some(block.place()));
    for node in value::lines(block) {
        if value::is_unexpanded(node) || !directive(node, &mut server, inert) {
            server.own_mut().carried.push(carry(node));
        }
    }
    Some(server)
}

/// Whether the model has a field for the line.
fn directive(node: NodeRef<'_>, server: &mut Server, inert: &mut Vec<Inert>) -> bool {
    match &*node.name() {
        "weight" => put(&mut server.weight, value::number(node), inert),
        "lvs_method" => {
            let Some((method, tunnel)) = method(node) else { return false };
            // No room is taken for what most servers lack.
            if tunnel.is_some() || server.own.as_ref().is_some_and(|own| own.tunnel.is_some()) {
                server.own_mut().tunnel = tunnel.map(Box::new);
            }
            put(&mut server.method, Some(method), inert)
        }
        "uthreshold" => put(&mut server.own_mut().upper_threshold, value::number(node), inert),
        "lthreshold" => put(&mut server.own_mut().lower_threshold, value::number(node), inert),
        "inhibit_on_failure" => put(&mut server.own_mut().quiescent, value::boolean(node), inert),
        "notify_up" => hook(node, HookEvent::Up, server, inert),
        "notify_down" => hook(node, HookEvent::Down, server, inert),
        "retry" => put(&mut server.own_mut().checks.make().failures, failures(node), inert),
        "delay_before_retry" => {
            put(&mut server.own_mut().checks.make().retry_delay, value::seconds(node), inert)
        }
        "warmup" => put(&mut server.own_mut().checks.make().warmup, value::seconds(node), inert),
        "connect_timeout" => {
            put(&mut server.own_mut().checks.make().connect_timeout, value::seconds(node), inert)
        }
        "delay_loop" => {
            put(&mut server.own_mut().checks.make().interval, value::seconds(node), inert)
        }
        name if ServerSettings::default().slot(name).is_some() => {
            setting::fill(node, &mut [("", &mut server.own_mut().settings)], inert)
        }
        _ => probe::read(node, inert).is_some_and(|probes| {
            probes.into_iter().for_each(|probe| add_first(&mut server.own_mut().probes, probe));
            true
        }),
    }
}

fn hook(node: NodeRef<'_>, event: HookEvent, server: &mut Server, inert: &mut Vec<Inert>) -> bool {
    add_hook(&mut server.own_mut().hooks, value::hook(node, event), node, inert)
}
