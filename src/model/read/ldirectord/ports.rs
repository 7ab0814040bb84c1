//! The port of a check that neither checkport nor the real server's line states: that of the
//! service's name, whatever port the virtual service has (tried: a service on 8080 with
//! `service=http` is asked on 80, a firewall mark as well).

use crate::model::{Probe, Service, Sourced, Target};

use super::probes::port_of_service;

/// Gives checks the port that `name` implies, where a server has none of its own.
pub(super) fn imply(service: &mut Service, name: &str) {
    // Checks without a port ask the virtual service's, which is the same one as a rule.
    let assumed = match service.target.value {
        Target::Endpoint { port, .. } => Some(port),
        Target::Mark { .. } | Target::Group(_) => None,
    };
    let Some(port) = port_of_service(name).filter(|port| Some(*port) != assumed) else { return };
    let Service { servers, probes, .. } = service;
    let is_common = servers.iter().all(|server| server.port.is_none());
    for server in servers.iter_mut().filter(|server| server.port.is_none()) {
        if !server.own_probes().is_empty() {
            set(&mut server.own_mut().probes, port);
        } else if !is_common && probes.iter().any(lacks_port) {
            let own = &mut server.own_mut().probes;
            own.clone_from(probes);
            set(own, port);
        }
    }
    if is_common {
        set(probes, port);
    }
}

fn set(probes: &mut [Probe], port: u16) {
    for probe in probes.iter_mut().filter(|probe| lacks_port(probe)) {
        probe.port = Some(Sourced::implied(port));
    }
}

fn lacks_port(probe: &Probe) -> bool {
    probe.port.is_none() && probe.kind.asks_a_port()
}
