//! `virtual_server`.

use std::net::IpAddr;

use super::argument::{not_an_address, one_address};
use super::{add_hook, carry, put, server, setting, value};
use crate::model::prefix::mask_length;
use crate::model::{
    Cluster, Fallback, Family, Forwarding, HookEvent, Inert, Protocol, Service, Sourced, Target,
    Tunnel, TunnelChecksum, TunnelKind,
};
use crate::source::codes::keepalived as codes;
use crate::source::{Diagnostic, Findings, Place};
use crate::syntax::schema::{self, Argument};
use crate::syntax::{Format, NodeRef};

/// Adds a service; false when it is not known for what traffic.
pub(super) fn read(block: NodeRef<'_>, cluster: &mut Cluster, findings: &mut Findings) -> bool {
    let target = match target(block) {
        Ok(target) => target,
        Err(problem) => {
            findings.push(*problem);
            return false;
        }
    };
    if let (Target::Endpoint { .. }, Some(word)) = (&target.value, block.arguments().next())
        && let Some(end) = word.raw().find(['-', '/'])
    {
        findings.push(one_address(word, end));
    }
    let mut service = Service::new(target);
    service.at = Some(block.place());
    let mut sorry_method = None;
    let mut orphan = None;
    for node in value::lines(block) {
        if node.name() == "sorry_server_lvs_method" {
            orphan = Some(node);
        }
        let known = !value::is_unexpanded(node)
            && directive(node, &mut service, &mut sorry_method, &mut cluster.inert);
        if !known {
            service.carried.push(carry(node));
        }
    }
    if let Some(fallback) = &mut service.fallback {
        let (method, tunnel) = sorry_method.unzip();
        fallback.value.method = method.map(|method: Sourced<Forwarding>| method.value);
        fallback.value.tunnel = tunnel.flatten();
    } else if let Some(node) = orphan {
        service.carried.push(carry(node));
    }
    deduce_family(&mut service);
    granularity_counts(block, &mut service);
    // There may be a hundred thousand servers; the room that growing left over is given back.
    service.servers.shrink_to_fit();
    cluster.services.push(service);
    true
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
        ("fwmark", Some(word)) => match value::number_of::<u32>(word) {
            // 2.2.7 takes it for an address, and makes one of whatever is in its memory (tried).
            Some(mark) if mark.value == 0 => {
                return problem(codes::OUT_OF_RANGE, word.place(), "a firewall mark is above 0");
            }
            Some(mark) => Target::Mark { mark: mark.value, family: Family::V4 },
            None => {
                return problem(codes::NOT_A_NUMBER, word.place(), "a firewall mark is a number");
            }
        },
        ("group", Some(name)) => Target::Group(name.value().into_owned()),
        (address, port) => {
            // keepalived reads `10.0.0.1-5` and `10.0.0.1/28` as 10.0.0.1 (tried).
            let bare = address.split(['-', '/']).next().unwrap_or(address);
            let Some(address) = value::parse_address(bare) else {
                return Err(Box::new(not_an_address(first)));
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
    sorry_method: &mut Option<(Sourced<Forwarding>, Option<Tunnel>)>,
    inert: &mut Vec<Inert>,
) -> bool {
    let checks = &mut service.checks;
    match &*node.name() {
        "real_server" => server::read(node, inert).is_some_and(|server| {
            service.servers.push(server);
            true
        }),
        "sorry_server" => put(&mut service.fallback, fallback(node), inert),
        "sorry_server_lvs_method" => method(node).is_some_and(|method| {
            *sorry_method = Some(method);
            true
        }),
        "protocol" => put(&mut service.protocol, protocol(node), inert),
        "lvs_sched" | "lb_algo" => put(&mut service.scheduler, scheduler(node), inert),
        "lvs_method" | "lb_kind" => method(node).is_some_and(|(method, tunnel)| {
            service.tunnel = tunnel.map(Box::new);
            put(&mut service.method, Some(method), inert)
        }),
        flag if Service::SCHEDULER_FLAGS.contains(&flag) => {
            service.scheduler_flags.extend(value::flag(node, node.name().into_owned()));
            true
        }
        "hashed" => {
            inert.push(Inert { at: node.place(), why: "keepalived reads the word and forgets it" });
            true
        }
        "nat_mask" => {
            inert.push(Inert { at: node.place(), why: NAT_MASK });
            true
        }
        "ops" => put(&mut service.one_packet, value::flag(node, true), inert),
        "persistence_timeout" => {
            let time = if node.arguments().len() == 0 {
                value::flag(node, BARE_PERSISTENCE)
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
        "delay_loop" => put(&mut checks.make().interval, value::seconds(node), inert),
        "connect_timeout" => put(&mut checks.make().connect_timeout, value::seconds(node), inert),
        "retry" => put(&mut checks.make().failures, failures(node), inert),
        "delay_before_retry" => put(&mut checks.make().retry_delay, value::seconds(node), inert),
        "warmup" => put(&mut checks.make().warmup, value::seconds(node), inert),
        "ip_family" => put(&mut service.family, family(node), inert),
        "quorum_up" => {
            add_hook(&mut service.hooks, value::hook(node, HookEvent::QuorumUp), node, inert)
        }
        "quorum_down" => {
            add_hook(&mut service.hooks, value::hook(node, HookEvent::QuorumDown), node, inert)
        }
        _ => setting::fill(node, &mut [("", &mut service.settings)], inert),
    }
}

/// keepalived counts tries after the first failure; the model counts failures.
pub(super) fn failures(node: NodeRef<'_>) -> Option<Sourced<u32>> {
    value::number::<u32>(node).map(|retry| retry.map(|retry| retry.saturating_add(1)))
}

/// A forwarding method: `DR`, `NAT` or `TUN [type KIND] [port N] [nocsum|csum|remcsum]`.
pub(super) fn method(node: NodeRef<'_>) -> Option<(Sourced<Forwarding>, Option<Tunnel>)> {
    let mut words = node.arguments();
    let word = words.next()?;
    let method = match &*word.value() {
        "DR" => Forwarding::DirectRouting,
        "NAT" => Forwarding::Masquerading,
        "TUN" => Forwarding::Tunnelling,
        _ => return None,
    };
    let mut tunnel = None;
    while let Some(word) = words.next() {
        let tunnel = tunnel.get_or_insert(Tunnel { kind: None, port: None, checksum: None });
        match &*word.value() {
            "type" => tunnel.kind = Some(tunnel_kind(&words.next()?.value())?),
            "port" => tunnel.port = Some(value::number_of(words.next()?)?.value),
            "csum" => tunnel.checksum = Some(TunnelChecksum::Full),
            "nocsum" => tunnel.checksum = Some(TunnelChecksum::None),
            "remcsum" => tunnel.checksum = Some(TunnelChecksum::Remote),
            _ => return None,
        }
    }
    Some((Sourced::new(method, word.place()), tunnel))
}

fn tunnel_kind(name: &str) -> Option<TunnelKind> {
    Some(match name {
        "gre" => TunnelKind::Gre,
        "gue" => TunnelKind::Gue,
        "ipip" => TunnelKind::Ipip,
        _ => return None,
    })
}

/// A scheduler that keepalived knows: with another it takes its default.
fn scheduler(node: NodeRef<'_>) -> Option<Sourced<String>> {
    let row = schema::find(Format::Keepalived, "virtual_server", &node.name())?;
    let is_known = |name: &str| match row.arguments {
        [Argument::OneOf(known), ..] => known.contains(&name),
        _ => true,
    };
    value::text(node).filter(|name| is_known(&name.value))
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
    Some(Sourced::new(Fallback::new(address.value, port), at))
}

/// The line alone makes a service persistent, and a number is a prefix length for IPv6 only: for IPv4
/// it is a netmask in one number (tried with 2.2.7).
fn granularity_counts(block: NodeRef<'_>, service: &mut Service) {
    let lines = value::lines(block).filter(|node| node.name() == "persistence_granularity");
    let Some(node) = lines.last().filter(|node| !value::is_unexpanded(*node)) else { return };
    service.persistence.get_or_insert(Sourced::implied(BARE_PERSISTENCE));
    let is_number = node.word(1).is_some_and(|word| word.value().parse::<u32>().is_ok());
    if is_number && service.granularity.is_some() && family_of(service) == Some(Family::V4) {
        service.granularity = None;
        service.carried.push(carry(node));
    }
}

/// What is known of a service's family.
fn family_of(service: &Service) -> Option<Family> {
    let stated = match service.target.value {
        Target::Endpoint { address, .. } => Some(Family::of(address)),
        _ => service.family.map(|family| family.value),
    };
    stated.or_else(|| service.servers.first().map(|server| Family::of(server.address)))
}

/// A netmask of IPv4 or a prefix length of IPv6.
fn granularity(node: NodeRef<'_>) -> Option<Sourced<u8>> {
    let word = node.word(1)?;
    let value = word.value();
    let length = match value.parse::<IpAddr>() {
        Ok(IpAddr::V4(mask)) => mask_length(mask),
        Ok(IpAddr::V6(_)) => None,
        Err(_) => value.parse::<u8>().ok().filter(|length| *length <= 128),
    };
    length.map(|length| Sourced::new(length, word.place()))
}

fn family(node: NodeRef<'_>) -> Option<Sourced<Family>> {
    let word = node.word(1)?;
    let family = match &*word.value() {
        "inet" => Family::V4,
        "inet6" => Family::V6,
        _ => return None,
    };
    Some(Sourced::new(family, word.place()))
}

/// A mark has the family of its real servers, unless it is stated.
fn deduce_family(service: &mut Service) {
    let stated = service.family.map(|family| family.value);
    let first = service.servers.first().map(|server| Family::of(server.address));
    if let (Target::Mark { family, .. }, Some(known)) =
        (&mut service.target.value, stated.or(first))
    {
        *family = known;
    }
}

/// Seconds of a service that is persistent without a time.
const BARE_PERSISTENCE: u32 = 360;

/// No keyword table has it any more, but tutorials do.
const NAT_MASK: &str = "a word of old releases that never had an effect on the table";
