//! Ports: keepalived wants a real server's to be the service's where packets are only routed, and
//! the checks go on asking what ldirectord asked.

use super::probes::is_script;
use crate::model::read::service_of_port;
use crate::model::{Probe, Server, Service, Sourced, Target};

/// The port of a service; a mark has none.
pub(super) fn of(service: &Service) -> Option<u16> {
    match service.target.value {
        Target::Endpoint { port, .. } => Some(port),
        Target::Mark { .. } | Target::Group(_) => None,
    }
}

/// The port on which each server is asked when its check states none.
pub(super) fn asked(service: &Service) -> Vec<Option<u16>> {
    // A program is told what the `real` line says, and 0 when it says nothing (tried).
    let assumed = if service.probes.iter().any(is_script) { Some(0) } else { of(service) };
    let port = |server: &Server| server.port.filter(|port| *port > 0).or(assumed);
    service.servers.iter().map(port).collect()
}

/// Whether ldirectord connects to port 0 of some server: neither its line nor a service says a port.
pub(super) fn asks_nowhere(service: &Service) -> bool {
    let is_usual = of(service).is_some_and(|port| service_of_port(port).is_some());
    let lacks_port = |server: &Server| {
        server.port.is_none() && server.own_probes().iter().all(|own| own.port.is_none())
    };
    !is_usual && service.servers.iter().any(lacks_port)
}

/// States the ports that were `asked` in the checks of servers that have another port now.
pub(super) fn keep(service: &mut Service, asked: &[Option<u16>]) {
    let Service { servers, probes, .. } = service;
    let mut moved = servers.iter().zip(asked).filter(|(server, asked)| server.port != **asked);
    let Some(&first) = moved.next().map(|(_, asked)| asked) else { return };
    // Said once when it holds for all.
    let is_common = asked.iter().all(|port| *port == first);
    if let Some(port) = first.filter(|_| is_common) {
        set(probes, port);
    }
    for (server, asked) in servers.iter_mut().zip(asked) {
        let Some(port) = asked.filter(|port| server.port != Some(*port)) else { continue };
        if !server.own_probes().is_empty() {
            set(&mut server.own_mut().probes, port);
        } else if !is_common && probes.iter().any(lacks_port) {
            let own = &mut server.own_mut().probes;
            own.clone_from(probes);
            set(own, port);
        }
    }
}

fn set(probes: &mut [Probe], port: u16) {
    for probe in probes.iter_mut().filter(|probe| lacks_port(probe)) {
        probe.port = Some(Sourced::implied(port));
    }
}

fn lacks_port(probe: &Probe) -> bool {
    probe.port.is_none() && (probe.kind.asks_a_port() || is_script(probe))
}
