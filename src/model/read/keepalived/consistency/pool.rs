//! The real servers of a service: their families, their ports, and each only once.

use super::{codes, complete, report};
use crate::model::{
    Family, Forwarding, GroupMember, Located, Server, Service, ServiceGroup, Target,
};
use crate::source::{Diagnostic, Findings, Verdict};

/// Judges the servers of a service that has some; `group` holds the addresses of one that names it.
pub(super) fn check(service: &Service, group: Option<&ServiceGroup>, findings: &mut Findings) {
    families(service, findings);
    if let Some(group) = group {
        other_family(service, group, findings);
    }
    fallback_port(service, group, findings);
    for server in &service.servers {
        server_port(service, group, server, findings);
    }
    for server in duplicates(&service.servers) {
        let message = format!("real server {} is there already", server.address);
        report(codes::DUPLICATE_SERVER, server.at, message, findings);
    }
}

/// Whether the kernel needs persistence for the service.
pub(super) fn takes_all_ports(service: &Service, group: Option<&ServiceGroup>) -> bool {
    let members = group.into_iter().flat_map(|group| &group.members);
    let is_portless = |member: &GroupMember| matches!(port(member), Some(0));
    matches!(service.target.value, Target::Endpoint { port: 0, .. })
        || members.map(|member| &member.value).any(is_portless)
}

/// One service has one family: that of its address, the stated one, or that of the first server.
fn families(service: &Service, findings: &mut Findings) {
    let stated = service.family.map(|family| family.value);
    let own = match service.target.value {
        Target::Endpoint { address, .. } => Some(Family::of(address)),
        Target::Group(_) | Target::Mark { .. } => None,
    };
    if let (Some(_), Some(wrong)) = (own, stated.filter(|stated| own != Some(*stated))) {
        let wrong = if wrong == Family::V4 { "inet" } else { "inet6" };
        let message = format!("the service's address is not of the family {wrong}");
        let at = service.family.place();
        report(codes::FAMILY_DIFFERS, at, message, findings);
    }
    if !complete(&service.carried, &["ip_family"]) {
        return;
    }
    let first = || service.servers.first().map(|server| Family::of(server.address));
    let Some(family) = own.or(stated).or_else(first) else { return };
    let is_tunnel = |method: Option<Forwarding>| method == Some(Forwarding::Tunnelling);
    let method = service.method.map(|method| method.value);
    for server in &service.servers {
        // A tunnel may carry the other family inside.
        let tunnel = is_tunnel(server.method.map(|own| own.value).or(method));
        if !tunnel && Family::of(server.address) != family {
            let message = format!("{} is not of the service's address family", server.address);
            report(codes::FAMILY_DIFFERS, server.at, message, findings);
        }
    }
    let Some(fallback) = &service.fallback else { return };
    let address = fallback.value.address;
    if !is_tunnel(fallback.value.method.or(method)) && Family::of(address) != family {
        let message = format!("{address} is not of the service's address family");
        report(codes::FAMILY_DIFFERS, fallback.at, message, findings);
    }
}

/// A group with a line of another family than the servers: the dump of 2.2.7 lacks the service,
/// and neither a message nor the exit code tells (tried).
fn other_family(service: &Service, group: &ServiceGroup, findings: &mut Findings) {
    let tunnel = service.method.is_some_and(|method| method.value == Forwarding::Tunnelling);
    let stated = service.family.map(|family| family.value);
    let first = service.servers.first().map(|server| Family::of(server.address));
    let Some(family) = stated.or(first).filter(|_| !tunnel) else { return };
    let is_other = |member: &GroupMember| match member {
        GroupMember::Mark { family: of_mark, .. } => of_mark.is_some_and(|other| other != family),
        GroupMember::Network { address, .. } => Family::of(*address) != family,
        GroupMember::Range { first, .. } => Family::of(*first) != family,
    };
    let Some(other) = group.members.iter().find(|member| is_other(&member.value)) else { return };
    let Some(at) = service.target.at else { return };
    let message =
        format!("the group `{}` and the real servers are of two families", group.name.value);
    let finding = Diagnostic::new(codes::FAMILY_DIFFERS, at, message)
        .verdict(Verdict::Accepts)
        .note("keepalived drops the whole service without a message")
        .help("write a group and a virtual_server for each family");
    findings.push(match other.at {
        Some(other) => finding.context(other, "the other family"),
        None => finding,
    });
}

fn fallback_port(service: &Service, group: Option<&ServiceGroup>, findings: &mut Findings) {
    let Some(fallback) = &service.fallback else { return };
    // A method of its own counts before that of the service (tried).
    let method = fallback.value.method.or(service.method.map(|method| method.value));
    if method.is_none_or(|method| method == Forwarding::Masquerading) {
        return;
    }
    let message = fallback.value.port.and_then(|port| wrong_port(service, group, port));
    if let Some(message) = message {
        report(codes::PORT_DIFFERS, fallback.at, message, findings);
    }
}

fn server_port(
    service: &Service,
    group: Option<&ServiceGroup>,
    server: &Server,
    findings: &mut Findings,
) {
    let Some(port) = server.port else { return };
    let method = server.method.or(service.method).map(|method| method.value);
    if !matches!(method, Some(Forwarding::DirectRouting | Forwarding::Tunnelling)) {
        return;
    }
    if let Some(message) = wrong_port(service, group, port) {
        report(codes::PORT_DIFFERS, server.at, message, findings);
    }
}

/// Why packets of the service cannot go to `port` without NAT.
fn wrong_port(service: &Service, group: Option<&ServiceGroup>, port: u16) -> Option<String> {
    match service.target.value {
        Target::Endpoint { port: wanted, .. } if wanted != port => {
            Some(format!("port {port} is not the service's port {wanted}"))
        }
        Target::Mark { .. } if port != 0 => {
            Some(format!("a service with a mark has no port {port}"))
        }
        Target::Group(_) => {
            let members = group.into_iter().flat_map(|group| &group.members);
            // One line of the group with another port is enough.
            let mut wanted = members.map(|member| self::port(&member.value));
            Some(match wanted.find(|wanted| wanted.unwrap_or(0) != port)? {
                Some(wanted) => format!("port {port} is not the group's port {wanted}"),
                None => format!("a group with a mark has no port {port}"),
            })
        }
        _ => None,
    }
}

/// The port of a group's line, 0 when it states none; `None` for a mark.
fn port(member: &GroupMember) -> Option<u16> {
    match member {
        GroupMember::Mark { .. } => None,
        GroupMember::Network { port, .. } | GroupMember::Range { port, .. } => {
            Some(port.unwrap_or(0))
        }
    }
}

/// Servers that an earlier one is equal to. Sorting a few of them is cheaper than a set.
fn duplicates(servers: &[Server]) -> Vec<&Server> {
    let key = |server: &Server| (server.address, server.port);
    let mut sorted: Vec<&Server> = servers.iter().collect();
    // Of equals, the sort keeps the earlier in front.
    sorted.sort_by_key(|server| key(server));
    let pairs = sorted.windows(2).filter_map(|pair| match pair {
        [earlier, later] if key(earlier) == key(later) => Some(*later),
        _ => None,
    });
    pairs.collect()
}
