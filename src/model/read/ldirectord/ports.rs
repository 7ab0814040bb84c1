//! The port of a check that neither checkport nor the real server's line states: that of the
//! service's name, whatever port the virtual service has (tried: a service on 8080 with
//! `service=http` is asked on 80, a firewall mark as well).

use crate::model::{Probe, Service};

use super::probes::port_of_service;

/// Gives checks the port that `name` implies, where a server has none of its own.
pub(super) fn imply(service: &mut Service, name: &str) {
    // Checks without a port ask the virtual service's, which is the same one as a rule.
    let assumed = service.target.value.port();
    let Some(port) = port_of_service(name).filter(|port| Some(*port) != assumed) else { return };
    let is_common = service.servers.iter().all(|server| server.port.is_none());
    let asks_a_port = |probe: &Probe| probe.kind.asks_a_port();
    service.state_ports(is_common.then_some(port), asks_a_port, |_, server| {
        server.port.is_none().then_some(port)
    });
}
