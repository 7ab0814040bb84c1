//! `virtual_server`.

use std::net::IpAddr;

use super::{add_hook, carry, put, server, value};
use crate::model::{
    Cluster, Fallback, Family, Forwarding, HookEvent, Inert, Protocol, Service, Sourced, Target,
};
use crate::source::codes::keepalived as codes;
use crate::source::{Diagnostic, Findings, Place};
use crate::syntax::NodeRef;

/// Adds a service.
pub(super) fn read(block: NodeRef<'_>, cluster: &mut Cluster, findings: &mut Findings) {
    let target = match target(block) {
        Ok(target) => target,
        Err(problem) => {
            findings.push(*problem);
            cluster.carried.push(carry(block));
            return;
        }
    };
    let mut service = Service::new(target);
    service.at = Some(block.place());
    let mut sorry_method = None;
    for node in block.directives() {
        let known = !value::is_unexpanded(node)
            && directive(node, &mut service, &mut sorry_method, &mut cluster.inert);
        if !known {
            service.carried.push(carry(node));
        }
    }
    if let Some(fallback) = &mut service.fallback {
        fallback.value.method = sorry_method.map(|method: Sourced<Forwarding>| method.value);
    }
    deduce_family(&mut service);
    // There may be a hundred thousand servers; the room that growing left over is given back.
    service.servers.shrink_to_fit();
    cluster.services.push(service);
}

/// The words behind `virtual_server`: `IP [PORT]`, `fwmark N` or `group NAME`.
fn target(block: NodeRef<'_>) -> Result<Sourced<Target>, Box<Diagnostic>> {
    let problem =
        |code, at: Place, message: &str| Err(Box::new(Diagnostic::new(code, at, message)));
    let mut words = block.arguments();
    let (Some(first), second) = (words.next(), words.next()) else {
        return problem(
            codes::MISSING_ARGUMENT,
            block.place(),
            "`virtual_server` needs an address",
        );
    };
    let at = second.map_or(first.place(), |second| {
        first.place().file.at(first.place().span.to(second.place().span))
    });
    let value = first.value();
    let target = match (&*value, second) {
        ("fwmark" | "group", None) => {
            return problem(codes::MISSING_ARGUMENT, first.place(), "a mark or a name must follow")
                .map_err(|diagnostic: Box<Diagnostic>| {
                    Box::new(diagnostic.note("keepalived crashes on this line"))
                });
        }
        ("fwmark", Some(mark)) => match value::number_of(mark) {
            Some(mark) => Target::Mark { mark: mark.value, family: Family::V4 },
            None => {
                return problem(codes::NOT_A_NUMBER, mark.place(), "a firewall mark is a number");
            }
        },
        ("group", Some(name)) => Target::Group(name.value().into_owned()),
        (address, port) => {
            // keepalived reads `10.0.0.1-5` as 10.0.0.1 (tried).
            let bare = address.split('-').next().unwrap_or(address);
            let Some(address) = value::parse_address(bare) else {
                return problem(codes::NOT_AN_ADDRESS, first.place(), "this is no IP address");
            };
            match port.map(|port| (port, value::number_of::<u16>(port))) {
                None => Target::Endpoint { address, port: 0 },
                Some((_, Some(port))) => Target::Endpoint { address, port: port.value },
                Some((word, None)) => {
                    return problem(
                        codes::NOT_A_NUMBER,
                        word.place(),
                        "a port is a number up to 65535",
                    );
                }
            }
        }
    };
    Ok(Sourced::new(target, at))
}

/// Whether the model has a field for the line.
fn directive(
    node: NodeRef<'_>,
    service: &mut Service,
    sorry_method: &mut Option<Sourced<Forwarding>>,
    inert: &mut Vec<Inert>,
) -> bool {
    let checks = &mut service.checks;
    match &*node.name() {
        "real_server" => server::read(node, inert).is_some_and(|server| {
            service.servers.push(server);
            true
        }),
        "sorry_server" => put(&mut service.fallback, fallback(node), inert),
        "sorry_server_lvs_method" => put(sorry_method, method(node), inert),
        "protocol" => put(&mut service.protocol, protocol(node), inert),
        "lvs_sched" | "lb_algo" => put(&mut service.scheduler, value::text(node), inert),
        "lvs_method" | "lb_kind" => put(&mut service.method, method(node), inert),
        "flag-1" | "flag-2" | "flag-3" | "sh-port" | "sh-fallback" | "mh-port" | "mh-fallback" => {
            service.scheduler_flags.extend(value::flag(node, node.name().into_owned()));
            true
        }
        "hashed" => {
            inert.push(Inert { at: node.place(), why: "keepalived reads the word and forgets it" });
            true
        }
        "ops" => put(&mut service.one_packet, value::flag(node, true), inert),
        "persistence_timeout" => {
            // A bare keyword means six minutes.
            let time = if node.arguments().len() == 0 {
                value::flag(node, 360)
            } else {
                value::number(node)
            };
            put(&mut service.persistence, time, inert)
        }
        "persistence_granularity" => put(&mut service.granularity, granularity(node), inert),
        "inhibit_on_failure" => put(&mut service.quiescent, value::flag(node, true), inert),
        "alpha" => put(&mut service.start_down, value::flag(node, true), inert),
        "quorum" => put(&mut service.quorum, value::number(node), inert),
        "virtualhost" => put(&mut service.host, value::text(node), inert),
        "delay_loop" => put(&mut checks.interval, value::seconds(node), inert),
        "connect_timeout" => put(&mut checks.connect_timeout, value::seconds(node), inert),
        "retry" => put(&mut checks.failures, failures(node), inert),
        "delay_before_retry" => put(&mut checks.retry_delay, value::seconds(node), inert),
        "warmup" => put(&mut checks.warmup, value::seconds(node), inert),
        "ip_family" => family(node, service),
        "quorum_up" => {
            add_hook(&mut service.hooks, value::hook(node, HookEvent::QuorumUp), node, inert)
        }
        "quorum_down" => {
            add_hook(&mut service.hooks, value::hook(node, HookEvent::QuorumDown), node, inert)
        }
        _ => false,
    }
}

/// keepalived counts tries after the first failure; the model counts failures.
pub(super) fn failures(node: NodeRef<'_>) -> Option<Sourced<u32>> {
    value::number::<u32>(node).map(|retry| retry.map(|retry| retry.saturating_add(1)))
}

/// A forwarding method without the options of tunnels, which have no field.
pub(super) fn method(node: NodeRef<'_>) -> Option<Sourced<Forwarding>> {
    let word = node.word(1).filter(|_| node.arguments().len() == 1)?;
    let method = match &*word.value() {
        "DR" => Forwarding::DirectRouting,
        "NAT" => Forwarding::Masquerading,
        "TUN" => Forwarding::Tunnelling,
        _ => return None,
    };
    Some(Sourced::new(method, word.place()))
}

fn protocol(node: NodeRef<'_>) -> Option<Sourced<Protocol>> {
    let word = node.word(1)?;
    let protocol = match word.value().to_ascii_uppercase().as_str() {
        "SCTP" => Protocol::Sctp,
        "TCP" => Protocol::Tcp,
        "UDP" => Protocol::Udp,
        _ => return None,
    };
    Some(Sourced::new(protocol, word.place()))
}

fn fallback(node: NodeRef<'_>) -> Option<Sourced<Fallback>> {
    let address = value::address(node)?;
    let port = node.word(2).and_then(value::number_of).map(|port| port.value);
    let at = node.rest().map_or_else(|| node.place(), |rest| rest.place());
    Some(Sourced::new(Fallback { address: address.value, port, method: None }, at))
}

/// A netmask of IPv4 or a prefix length of IPv6.
fn granularity(node: NodeRef<'_>) -> Option<Sourced<u8>> {
    let word = node.word(1)?;
    let value = word.value();
    let length = match value.parse::<IpAddr>() {
        Ok(IpAddr::V4(mask)) => {
            let bits = u32::from(mask);
            // A mask with holes has no prefix length.
            let length = bits.leading_ones();
            (length + bits.trailing_zeros() >= 32).then(|| u8::try_from(length).ok())?
        }
        Ok(IpAddr::V6(_)) => None,
        Err(_) => value.parse::<u8>().ok().filter(|length| *length <= 128),
    };
    length.map(|length| Sourced::new(length, word.place()))
}

fn family(node: NodeRef<'_>, service: &mut Service) -> bool {
    let stated = match node.word(1).map(|word| word.value()).as_deref() {
        Some("inet") => Family::V4,
        Some("inet6") => Family::V6,
        _ => return false,
    };
    let Target::Mark { family, .. } = &mut service.target.value else { return false };
    *family = stated;
    // The words stay visible to a writer that has to say the family again.
    service.carried.push(carry(node));
    true
}

/// A mark has the family of its real servers, unless it is stated.
fn deduce_family(service: &mut Service) {
    let stated = service.carried.iter().any(|carried| carried.keyword == "ip_family");
    let first = service.servers.first().map(|server| Family::of(server.address));
    if let (Target::Mark { family, .. }, Some(first), false) =
        (&mut service.target.value, first, stated)
    {
        *family = first;
    }
}
