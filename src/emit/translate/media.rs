//! Paths between directors: heartbeat uses all of them at once, a VRRP instance one.

use super::Options;
use crate::emit::Account;
use crate::model::{Cluster, Path, ResourceKind, Sourced};
use crate::source::codes::conversion;

/// The path that VRRP takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Media {
    /// Interface of the advertisements; `None` when no path names one.
    pub(super) interface: Option<Sourced<String>>,
    /// Whether directors tell each other one by one; only when all their addresses are known.
    pub(super) unicast: bool,
}

/// Chooses a path, preferring one on an interface that carries virtual addresses: there the
/// advertisements fail together with the service.
pub(super) fn choose(cluster: &mut Cluster, options: &Options, account: &mut Account) -> Media {
    for node in &mut cluster.nodes {
        node.address = options.addresses.get(&node.name.value).copied().map(Sourced::implied);
    }
    let all_addresses =
        !cluster.nodes.is_empty() && cluster.nodes.iter().all(|n| n.address.is_some());
    let serving = serving_interfaces(cluster);
    let paths = &cluster.membership.paths;
    let on_network = || paths.iter().filter(|path| path.value.interface().is_some());
    let chosen = on_network()
        .find(|path| path.value.interface().is_some_and(|name| serving.iter().any(|s| s == name)))
        .or_else(|| on_network().next());
    let interface = chosen.and_then(|path| {
        let name = path.value.interface()?.to_owned();
        Some(Sourced { value: name, at: path.at })
    });
    let on_chosen = |path: &Path| path.interface() == interface.as_ref().map(|i| i.value.as_str());
    let unicast = all_addresses
        && paths
            .iter()
            .any(|path| on_chosen(&path.value) && matches!(path.value, Path::Unicast { .. }));

    for path in paths {
        speak_for(path, on_chosen(&path.value), interface.as_ref(), unicast, account);
    }
    account.needless(
        cluster.membership.port.and_then(|port| port.at),
        "VRRP has no port; clusters differ by virtual_router_id",
    );
    Media { interface, unicast }
}

fn speak_for(
    path: &Sourced<Path>,
    is_chosen: bool,
    interface: Option<&Sourced<String>>,
    unicast: bool,
    account: &mut Account,
) {
    let used = interface.map_or("no interface", |name| &name.value);
    let becomes = if unicast { "unicast_peer" } else { "interface" };
    match &path.value {
        Path::Serial { .. } => account.lossy(
            path.at,
            conversion::PATH_LOST,
            "",
            &["a serial line cannot carry VRRP; protection against split brain is weaker"],
        ),
        Path::Broadcast { interface }
        | Path::Unicast { interface, .. }
        | Path::Multicast { interface, .. }
            if !is_chosen =>
        {
            let note = format!(
                "heartbeat used {interface} and {used} at once; keepalived uses only {used}: bond the links"
            );
            account.lossy(path.at, conversion::PATH_LOST, "", &[&note]);
        }
        Path::Broadcast { .. } => account.changed(
            path.at,
            conversion::TRANSPORT,
            "interface",
            "UDP broadcast becomes VRRP multicast to 224.0.0.18 (IP protocol 112)",
        ),
        Path::Multicast { group, .. } => {
            let note = format!(
                "UDP multicast to {group} becomes VRRP multicast to 224.0.0.18 (IP protocol 112); \
                 port, ttl and loop have no meaning there"
            );
            account.changed(path.at, conversion::TRANSPORT, "interface", &note);
        }
        Path::Unicast { .. } if unicast => account.changed(
            path.at,
            conversion::TRANSPORT,
            becomes,
            "UDP to the peer becomes VRRP to the peer (IP protocol 112)",
        ),
        Path::Unicast { peer, .. } => {
            let note = format!(
                "UDP to {peer} becomes VRRP multicast to 224.0.0.18 (IP protocol 112); \
                 for unicast_peer give every director's address with --address NODE=IP"
            );
            account.changed(path.at, conversion::TRANSPORT, becomes, &note);
        }
    }
}

/// Interfaces that virtual addresses are put on.
fn serving_interfaces(cluster: &Cluster) -> Vec<String> {
    let resources = cluster.routers.iter().flat_map(|router| &router.resources);
    resources
        .filter_map(|resource| match &resource.kind {
            ResourceKind::Address { address, .. } => address.interface.clone(),
            _ => None,
        })
        .collect()
}
