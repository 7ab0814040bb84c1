//! Stating the ports that probes ask.

use super::{Probe, Server, Service, Sourced};

impl Service {
    /// States ports in those probes without one that `lacks` chooses: what `port_of` says for each
    /// server, in the probes that count for it. A `common` port, which must then be that of every
    /// server that asks with the service's probes, is said once, in the service's.
    pub(crate) fn state_ports(
        &mut self,
        common: Option<u16>,
        lacks: impl Fn(&Probe) -> bool,
        port_of: impl Fn(usize, &Server) -> Option<u16>,
    ) {
        let lacks_port = |probe: &Probe| probe.port.is_none() && lacks(probe);
        let state = |probes: &mut [Probe], port| {
            for probe in probes.iter_mut().filter(|probe| lacks_port(probe)) {
                probe.port = Some(Sourced::implied(port));
            }
        };
        let Self { servers, probes, .. } = self;
        for (index, server) in servers.iter_mut().enumerate() {
            let Some(port) = port_of(index, server) else { continue };
            if !server.own_probes().is_empty() {
                state(&mut server.own_mut().probes, port);
            } else if common.is_none() && probes.iter().any(lacks_port) {
                let own = &mut server.own_mut().probes;
                own.clone_from(probes);
                state(own, port);
            }
        }
        if let Some(port) = common {
            state(probes, port);
        }
    }
}
