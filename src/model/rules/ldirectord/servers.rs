//! Real servers and fallbacks that the kernel treats otherwise than the file suggests.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::super::View;
use super::{codes, once, services};
use crate::model::prefix::network;
use crate::model::{Family, Forwarding, Located, Path, Server, Service, Target};
use crate::source::{Diagnostic, Findings, Place};
use crate::syntax::Format;

/// LD010, LD011: no fallback, or one on another port.
pub(super) fn fallback(view: &View<'_>, findings: &mut Findings) {
    for (service, at) in services(view) {
        let Some(fallback) = &service.fallback else {
            once(
                findings,
                Diagnostic::new(
                    codes::NO_FALLBACK,
                    at,
                    "nothing answers when all real servers are down",
                )
                .help("add fallback=127.0.0.1:PORT gate"),
            );
            continue;
        };
        // ldirectord's default is gate.
        let rewrites = fallback.value.method == Some(Forwarding::Masquerading);
        let ports = (service.target.value.port(), fallback.value.port.filter(|port| *port > 0));
        if let (Some(wanted), Some(port), false) = (ports.0, ports.1, rewrites)
            && wanted != port
            && wanted > 0
        {
            let finding = Diagnostic::new(
                codes::FALLBACK_PORT,
                fallback.at.unwrap_or(at),
                format!("the fallback gets packets on port {wanted}, not on {port}"),
            )
            .note("without masq the kernel does not rewrite ports")
            .context(at, "the port of the service");
            findings.push(finding);
        }
    }
}

/// Several recipients are one address in the dialogue with a mail server.
pub(super) fn recipients(view: &View<'_>, findings: &mut Findings) {
    let alerts = &view.cluster.alerts;
    let is_ours = |at: &Place| {
        let mut inputs = view.trees.iter().map(|(input, _)| input);
        inputs.any(|input| input.file == at.file && input.format == Format::Ldirectord)
    };
    let second = alerts.recipients.get(1).place().filter(is_ours);
    if let (Some(server), Some(at)) = (alerts.server.place(), second) {
        let number = alerts.recipients.len();
        let message =
            format!("ldirectord gives these {number} recipients to its mail server as one");
        findings.push(
            Diagnostic::new(codes::SEVERAL_RECIPIENTS, at, message)
                .context(server, "this server gets them")
                .help("name one address, or take `smtp` out"),
        );
    }
}

/// LD020: the table holds an address and port once.
pub(super) fn duplicate(view: &View<'_>, findings: &mut Findings) {
    let mut seen = HashMap::new();
    for (service, _) in services(view) {
        seen.clear();
        let mut last = None;
        for server in &service.servers {
            let of_service = service.target.value.port();
            let is_rewritten =
                server.method.is_none_or(|method| method.value == Forwarding::Masquerading);
            let stated = server.port.or(of_service);
            let port = of_service.filter(|_| !is_rewritten).or(stated);
            let first = seen.insert((server.address, port), (server.at, stated));
            let (Some((first, before)), Some(at)) = (first, server.at) else { continue };
            // A range that overlaps another is one mistake, not one for each address.
            if last.replace(at) == Some(at) {
                continue;
            }
            let mut finding = Diagnostic::new(
                codes::DUPLICATE_REAL,
                at,
                format!("{} stands twice in this service", server.address),
            )
            .note(match before == stated {
                true => "the kernel has one entry for it; the last weight wins",
                false => "without masq both ports mean the service's: the kernel refuses the second entry",
            });
            if let Some(first) = first {
                finding = finding.context(first, "first here");
            }
            findings.push(finding);
        }
    }
}

/// LD020: one machine, two weights.
pub(super) fn weights_differ(view: &View<'_>, findings: &mut Findings) {
    let mut by_address: Vec<(IpAddr, &Service)> = services(view)
        .filter_map(|(service, _)| match service.target.value {
            Target::Endpoint { address, .. } => Some((address, service)),
            _ => None,
        })
        .collect();
    // One virtual address at a time, in the order of the file: a map of all real servers of a
    // large file would take more memory than the file.
    by_address.sort_by_key(|(address, _)| *address);
    let mut seen: HashMap<IpAddr, (u32, Option<Place>)> = HashMap::new();
    let mut current = None;
    for (address, service) in by_address {
        if current.replace(address) != Some(address) {
            seen.clear();
        }
        for server in &service.servers {
            let weight = server.weight.map_or(1, |weight| weight.value);
            let place = server.weight.place().or(server.at);
            let (first, first_at) = *seen.entry(server.address).or_insert((weight, place));
            let (Some(at), Some(first_at)) = (place, first_at) else { continue };
            // Within one service it is a duplicate, which is reported as such.
            let same_service =
                service.servers.first().and_then(|server| server.at) <= Some(first_at);
            if first == weight || same_service {
                continue;
            }
            once(
                findings,
                Diagnostic::new(
                    codes::WEIGHTS_DIFFER,
                    at,
                    format!(
                        "{} has weight {weight} here and {first} in another service",
                        server.address
                    ),
                )
                .context(first_at, "the other weight"),
            );
        }
    }
}

/// LD021, LD022: ports that are not translated, or translated to nothing.
pub(super) fn ports(view: &View<'_>, findings: &mut Findings) {
    for (service, _) in services(view) {
        let wanted = service.target.value.port().filter(|port| *port > 0);
        let mut last = None;
        for server in &service.servers {
            let (Some(method), Some(at)) = (server.method, server.at) else { continue };
            // All servers of a range stand in one line.
            if last.replace(at) == Some(at) {
                continue;
            }
            let masquerades = method.value == Forwarding::Masquerading;
            match (wanted, server.port, masquerades) {
                (Some(wanted), Some(port), false) if wanted != port => findings.push(
                    Diagnostic::new(
                        codes::PORT_NOT_REWRITTEN,
                        at,
                        format!("packets reach this server on port {wanted}, not on {port}"),
                    )
                    .note("only masq rewrites ports")
                    .help(format!("write port {wanted}, or use masq")),
                ),
                (Some(wanted), None, true) => findings.push(
                    Diagnostic::new(codes::MASQ_WITHOUT_PORT, at, "masq needs a port")
                        .label("translated to port 0")
                        .help(format!("write `{}:{wanted}`", server.address)),
                ),
                _ => {}
            }
        }
    }
}

/// LD023: direct routing needs a common segment. Only judged where a prefix is known.
pub(super) fn other_subnet(view: &View<'_>, findings: &mut Findings) {
    let routers = view.cluster.routers.iter();
    let addresses = routers.flat_map(|router| router.addresses.iter().chain(&router.excluded));
    let prefixes: HashMap<IpAddr, u8> = addresses
        .filter_map(|address| Some((address.value.address, address.value.prefix?)))
        .collect();
    for (service, at) in services(view) {
        let Target::Endpoint { address, .. } = service.target.value else { continue };
        // A host prefix says nothing about the segment.
        let full = Family::of(address).bits();
        let Some(prefix) = prefixes.get(&address).copied().filter(|prefix| *prefix < full) else {
            continue;
        };
        let is_far = |server: &&Server| {
            server.method.is_some_and(|method| method.value == Forwarding::DirectRouting)
                && !server.address.is_loopback()
                && !same_network(server.address, address, prefix)
        };
        if let Some(server) = service.servers.iter().find(is_far) {
            findings.push(
                Diagnostic::new(
                    codes::OTHER_SUBNET,
                    server.at.unwrap_or(at),
                    format!(
                        "{} is not in the network {address}/{prefix} of the service",
                        server.address
                    ),
                )
                .note("direct routing works within one network segment")
                .help("use ipip or masq, or make sure that the director reaches it directly"),
            );
        }
    }
}

fn same_network(one: IpAddr, other: IpAddr, length: u8) -> bool {
    network(one, length) == network(other, length)
}

/// LD024: packets that come back to a director.
pub(super) fn real_is_director(view: &View<'_>, findings: &mut Findings) {
    let mut addresses: HashSet<IpAddr> = HashSet::new();
    for service in &view.cluster.services {
        if let Target::Endpoint { address, .. } = service.target.value {
            addresses.insert(address);
        }
    }
    for router in &view.cluster.routers {
        let own = router.addresses.iter().chain(&router.excluded);
        addresses.extend(own.map(|address| address.value.address));
    }
    // The peers that heartbeat sends to are the directors.
    for path in &view.cluster.membership.paths {
        if let Path::Unicast { peer, .. } = &path.value {
            addresses.extend(peer.parse::<IpAddr>().ok());
        }
    }
    for (service, at) in services(view) {
        let mut last = None;
        for server in service.servers.iter().filter(|server| addresses.contains(&server.address)) {
            if last.replace(server.at) == Some(server.at) {
                continue;
            }
            findings.push(
                Diagnostic::new(
                    codes::REAL_IS_DIRECTOR,
                    server.at.unwrap_or(at),
                    format!("{} is a virtual address or a director", server.address),
                )
                .note("what a director gets from the other one it may balance again"),
            );
        }
    }
}

/// LD025: nobody takes new connections.
pub(super) fn all_weights_zero(view: &View<'_>, findings: &mut Findings) {
    for (service, at) in services(view) {
        let is_zero = |server: &Server| server.weight.is_some_and(|weight| weight.value == 0);
        if !service.servers.is_empty() && service.servers.iter().all(is_zero) {
            findings.push(
                Diagnostic::new(
                    codes::ALL_WEIGHTS_ZERO,
                    at,
                    "no real server of this service has a weight",
                )
                .note("weight 0 takes no new connections, and no fallback takes over"),
            );
        }
    }
}

/// LD026: thresholds that contradict each other.
pub(super) fn thresholds(view: &View<'_>, findings: &mut Findings) {
    for (service, _) in services(view) {
        let mut last = None;
        for server in &service.servers {
            let (Some(upper), Some(lower)) = server.thresholds() else {
                continue;
            };
            let Some(at) = lower.at else { continue };
            // Zero means no limit.
            if upper.value == 0 || lower.value < upper.value || last.replace(at) == Some(at) {
                continue;
            }
            findings.push(
                Diagnostic::new(
                    codes::THRESHOLDS_CROSSED,
                    at,
                    format!(
                        "the lower threshold {} is not below the upper one, {}",
                        lower.value, upper.value
                    ),
                )
                .help("set it to about three quarters of the upper one"),
            );
        }
    }
}

/// LD037: protocols that carry addresses in their data.
pub(super) fn helper_module(view: &View<'_>, findings: &mut Findings) {
    for (service, at) in services(view) {
        let module = match service.target.value.port() {
            Some(21) => "ip_vs_ftp",
            Some(5060) => "ip_vs_pe_sip",
            _ => continue,
        };
        let masquerades = |server: &Server| {
            server.method.is_some_and(|method| method.value == Forwarding::Masquerading)
        };
        if service.servers.iter().any(masquerades) {
            findings.push(
                Diagnostic::new(
                    codes::HELPER_MODULE,
                    at,
                    format!("with masq this service needs the kernel module {module}"),
                )
                .help(format!("run `modprobe {module}` at boot")),
            );
        }
    }
}
