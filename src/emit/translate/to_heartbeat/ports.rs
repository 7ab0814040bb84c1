//! Checks to which keepalived gives no port.

use super::codes;
use crate::emit::Account;
use crate::model::{Cluster, Server, Service};

/// The service with its port at the servers that state none, where it has one; `None` when nothing is to
/// be stated.
pub(super) fn complete(service: &Service, cluster: &Cluster) -> Option<Service> {
    let states_none = |server: &Server| server.port.is_none_or(|port| port == 0);
    if !service.servers.iter().any(states_none) {
        return None;
    }
    let port = cluster.port_of(&service.target.value)?;
    let mut complete = service.clone();
    for server in complete.servers.iter_mut().filter(|server| states_none(server)) {
        server.port = Some(port);
    }
    Some(complete)
}

/// Speaks for the checks of `service`, as it is written, that keepalived sends to port 0; behind what is
/// said of their kind.
pub(super) fn speak(service: &Service, has_port: bool, account: &mut Account) {
    for probe in service.servers.iter().flat_map(Server::portless_probes) {
        let at = probe.chosen_by.first().copied();
        let note = if has_port { OF_SERVICE } else { NOWHERE };
        account.changed(at, codes::CHECK_DIFFERENT, "", note);
    }
}

const OF_SERVICE: &str = "keepalived 2.2.7 asks port 0, which never answers, because the real server states no port; the port of the service is asked";
const NOWHERE: &str = "nothing says a port: keepalived 2.2.7 asks port 0, which never answers; add `connect_port` and convert again";
