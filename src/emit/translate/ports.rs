//! Ports: keepalived wants a real server's to be the service's where packets are only routed, and
//! the checks go on asking what ldirectord asked.

use super::probes::is_script;
use crate::model::read::service_of_port;
use crate::model::{Probe, Server, Service};

/// The port on which each server is asked when its check states none.
pub(super) fn asked(service: &Service) -> Vec<Option<u16>> {
    // A program is told what the `real` line says, and 0 when it says nothing (tried).
    let assumed =
        if service.probes.iter().any(is_script) { Some(0) } else { service.target.value.port() };
    let port = |server: &Server| server.port.filter(|port| *port > 0).or(assumed);
    service.servers.iter().map(port).collect()
}

/// Whether ldirectord connects to port 0 of some server: neither its line nor a service says a port.
pub(super) fn asks_nowhere(service: &Service) -> bool {
    let is_usual = service.target.value.port().is_some_and(|port| service_of_port(port).is_some());
    let lacks_port = |server: &Server| {
        server.port.is_none() && server.own_probes().iter().all(|own| own.port.is_none())
    };
    !is_usual && service.servers.iter().any(lacks_port)
}

/// States the ports that were `asked` in the checks of servers that have another port now.
pub(super) fn keep(service: &mut Service, asked: &[Option<u16>]) {
    let mut all = service.servers.iter().zip(asked);
    let Some((_, &first)) = all.find(|(server, asked)| server.port != **asked) else { return };
    let common = first.filter(|_| asked.iter().all(|port| *port == first));
    let lacks = |probe: &Probe| probe.kind.asks_a_port() || is_script(probe);
    service.state_ports(common, lacks, |index, server| {
        asked.get(index).copied().flatten().filter(|port| server.port != Some(*port))
    });
}
