//! The ports that probes ask.

use super::{Cluster, GroupMember, Probe, Server, Service, Sourced, Target};

impl Cluster {
    /// The one port of all that a service takes: none for a mark, for every port, and for a group whose
    /// lines have several.
    pub(crate) fn port_of(&self, target: &Target) -> Option<u16> {
        let port = match target {
            Target::Endpoint { port, .. } => Some(*port),
            Target::Mark { .. } => None,
            Target::Group(name) => {
                let group = self.service_groups.iter().find(|group| group.name.value == *name)?;
                let mut ports = group.members.iter().map(|member| match member.value {
                    GroupMember::Mark { .. } => None,
                    GroupMember::Network { port, .. } | GroupMember::Range { port, .. } => port,
                });
                let first = ports.next().flatten();
                first.filter(|_| ports.all(|port| port == first))
            }
        };
        port.filter(|port| *port > 0)
    }
}

impl Server {
    /// Its own probes that ask a port which neither they nor the server state. keepalived copies the
    /// server's address into them before it fills in the port of the service, so that 2.2.7 asks port 0
    /// (tried with each of its checkers).
    pub(crate) fn portless_probes(&self) -> impl Iterator<Item = &Probe> {
        let is_stated = self.port.is_some_and(|port| port > 0);
        let lacks_port = move |probe: &&Probe| {
            // What is not understood may hold one.
            let is_hidden = || probe.carried.iter().any(|c| c.keyword.starts_with(['@', '$', '~']));
            let port = probe.port.filter(|port| port.value > 0);
            !is_stated && port.is_none() && probe.kind.asks_a_port() && !is_hidden()
        };
        self.own_probes().iter().filter(lacks_port)
    }
}

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
