//! Paths between directors: heartbeat uses all of them at once, a VRRP instance one.

use super::{Options, resources};
use crate::emit::Account;
use crate::model::{Cluster, Family, Located, Path, ResourceKind, Sourced};
use crate::source::codes::conversion;

/// The path that VRRP takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Media {
    /// Interface of the advertisements; `None` when no path names one.
    pub(super) interface: Option<Sourced<String>>,
    /// The family of the directors' addresses, when they tell each other one by one: only when all
    /// their addresses are known, and of one family.
    pub(super) unicast: Option<Family>,
}

/// Chooses a path, preferring one on an interface that carries virtual addresses: there the
/// advertisements fail together with the service.
pub(super) fn choose(cluster: &mut Cluster, options: &Options, account: &mut Account) -> Media {
    for node in &mut cluster.nodes {
        node.address = options.addresses.get(&node.name.value).copied().map(Sourced::implied);
    }
    let family = family_of_nodes(cluster);
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
    let is_unicast =
        |path: &Sourced<Path>| on_chosen(&path.value) && matches!(path.value, Path::Unicast { .. });
    let unicast = family.filter(|_| paths.iter().any(is_unicast));
    let ways = Ways::new(cluster, unicast);
    for path in paths {
        speak_for(path, on_chosen(&path.value), interface.as_ref(), &ways, account);
    }
    account.needless(
        cluster.membership.port.place(),
        "VRRP has no port; clusters differ by virtual_router_id",
    );
    Media { interface, unicast }
}

/// Where the groups of a cluster send their advertisements.
struct Ways {
    /// Whether any of them tells the directors one by one.
    unicast: bool,
    /// The groups of multicast of all others.
    groups: Vec<&'static str>,
}

impl Ways {
    fn new(cluster: &Cluster, unicast: Option<Family>) -> Self {
        let families: Vec<Family> = cluster.routers.iter().map(resources::family).collect();
        let is_sent = |family: &Family| families.is_empty() || families.contains(family);
        let by_multicast = GROUPS.iter().filter(|(family, _)| is_sent(family));
        Self {
            unicast: unicast.is_some_and(|family| families.contains(&family)),
            groups: by_multicast
                .filter(|(family, _)| Some(*family) != unicast)
                .map(|(_, group)| *group)
                .collect(),
        }
    }

    fn multicast(&self) -> String {
        format!("VRRP multicast to {} (IP protocol 112)", self.groups.join(" and "))
    }
}

/// The family that the addresses of all directors have; nothing when one is missing.
fn family_of_nodes(cluster: &Cluster) -> Option<Family> {
    let mut families = cluster.nodes.iter().map(|node| Some(Family::of(node.address?.value)));
    let first = families.next()??;
    families.all(|family| family == Some(first)).then_some(first)
}

fn speak_for(
    path: &Sourced<Path>,
    is_chosen: bool,
    interface: Option<&Sourced<String>>,
    ways: &Ways,
    account: &mut Account,
) {
    let used = interface.map_or("no interface", |name| &name.value);
    let multicast = ways.multicast();
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
        Path::Broadcast { .. } => {
            let note = format!("UDP broadcast becomes {multicast}");
            account.changed(path.at, conversion::TRANSPORT, "interface", &note);
        }
        Path::Multicast { group, .. } => {
            let note = format!(
                "UDP multicast to {group} becomes {multicast}; port, ttl and loop have no meaning there"
            );
            account.changed(path.at, conversion::TRANSPORT, "interface", &note);
        }
        Path::Unicast { peer, .. } => {
            if ways.unicast {
                let note = "UDP to the peer becomes VRRP to the peer (IP protocol 112)";
                account.changed(path.at, conversion::TRANSPORT, "unicast_peer", note);
            }
            if !ways.groups.is_empty() {
                let note = match ways.unicast {
                    true => format!("{OTHER_FAMILY} send {multicast}"),
                    false => format!(
                        "UDP to {peer} becomes {multicast}; for unicast_peer give every director's \
                         address of the groups' family with --address NODE=IP"
                    ),
                };
                account.changed(path.at, conversion::TRANSPORT, "interface", &note);
            }
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

/// Where VRRP sends by itself (RFC 9568, 5.1.1.2 and 5.1.2.2).
const GROUPS: &[(Family, &str)] = &[(Family::V4, "224.0.0.18"), (Family::V6, "ff02::12")];
/// keepalived refuses peers of another family than the instance's addresses.
const OTHER_FAMILY: &str = "groups of another family than the directors' addresses";
