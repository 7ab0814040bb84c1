//! Persistence, quiescence and one-packet scheduling.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::super::View;
use super::{codes, once, services};
use crate::model::{Located, Protocol, Service, Sourced, Target};
use crate::source::{Diagnostic, Findings, Place};

/// LD030: http and https of one address.
pub(super) fn differs(view: &View<'_>, findings: &mut Findings) {
    let address = |service: &Service, wanted: u16| match service.target.value {
        Target::Endpoint { address, port } if port == wanted => Some(address),
        _ => None,
    };
    // Few of ten thousand services have a neighbour, and only those are remembered.
    let both: HashSet<IpAddr> =
        services(view).filter_map(|(service, _)| address(service, 443)).collect();
    let mut http: HashMap<IpAddr, (Option<Sourced<u32>>, Place)> = HashMap::new();
    for (service, at) in services(view) {
        if let Some(address) = address(service, 80).filter(|address| both.contains(address)) {
            http.insert(address, (service.persistence, at));
        }
    }
    for (service, at) in services(view) {
        let plain = address(service, 443).and_then(|address| http.get(&address));
        let Some((plain, other)) = plain else { continue };
        if *plain != service.persistence {
            let place = service.persistence.place().unwrap_or(at);
            findings.push(
                Diagnostic::new(
                    codes::PERSISTENCE_DIFFERS,
                    place,
                    "http and https of this address remember clients differently",
                )
                .context(plain.place().unwrap_or(*other), "the http service")
                .help("give both the same `persistent`, or join them with a firewall mark"),
            );
        }
    }
}

/// LD030, LD031: what happens to clients of a dead server.
pub(super) fn quiescent(view: &View<'_>, findings: &mut Findings) {
    for (service, at) in services(view) {
        let Some(quiescent) = service.quiescent else { continue };
        if quiescent.at.is_none() {
            once(
                findings,
                Diagnostic::new(
                    codes::QUIESCENT_UNSTATED,
                    at,
                    "quiescent is not stated and defaults to no",
                )
                .note("the manual page says yes, the program does no")
                .help("add the line that you want"),
            );
        }
        if let Some(seconds) = service.persistence.filter(|_| quiescent.value) {
            once(
                findings,
                Diagnostic::new(
                    codes::STICKY_DEAD,
                    seconds.at.unwrap_or(at),
                    "known clients are still sent to a dead server",
                )
                .note("quiescent=yes keeps it in the table with weight 0")
                .help("set net.ipv4.vs.expire_quiescent_template=1, or quiescent=no"),
            );
        }
    }
}

/// LD038: `ops` where it cannot work.
pub(super) fn one_packet(view: &View<'_>, findings: &mut Findings) {
    for (service, at) in services(view) {
        let Some(one_packet) = service.one_packet.filter(|one_packet| one_packet.value) else {
            continue;
        };
        let message = if service.protocol.map(|protocol| protocol.value) != Some(Protocol::Udp) {
            "ops is for UDP only: ldirectord leaves it out here"
        } else if service.persistence.is_some() {
            "ops and persistent contradict each other"
        } else {
            continue;
        };
        findings.push(Diagnostic::new(codes::ONE_PACKET, one_packet.at.unwrap_or(at), message));
    }
}
