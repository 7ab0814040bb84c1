//! Whether a director is understood by the others while only one of them is changed.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use super::{Tree, meaning::meaning};
use crate::model::{Digest, Router, RouterDefaults, VrrpVersion};

/// What the advertisements of a router say, and how they travel: who expects something else drops
/// them and becomes master beside the living one (RFC 3768, section 7.1; keepalived also compares
/// the addresses). What holds counts, wherever it is written.
#[derive(Clone, PartialEq)]
struct Voice {
    virtual_router_id: Option<u8>,
    version: VrrpVersion,
    interval: Duration,
    addresses: BTreeSet<IpAddr>,
    keys: Vec<(Digest, String)>,
    interface: Option<String>,
    way: Way,
}

/// How advertisements travel.
#[derive(Clone, PartialEq)]
enum Way {
    /// To all that listen to this group.
    Multicast(IpAddr),
    /// One by one: from the address that the others know, to these.
    Unicast { source: Option<IpAddr>, peers: BTreeSet<IpAddr> },
}

impl Voice {
    fn of(router: &Router, defaults: &RouterDefaults) -> Self {
        let keys = router.authentication.iter().flat_map(|known| &known.keys);
        let transport = &router.transport;
        let way = match transport.peers.is_empty() {
            true => Way::Multicast(router.effective_group(defaults)),
            false => Way::Unicast {
                source: transport.source.map(|source| source.value),
                peers: transport.peers.iter().map(|peer| peer.value.address).collect(),
            },
        };
        Self {
            virtual_router_id: router.virtual_router_id.map(|id| id.value),
            version: router.effective_version(defaults),
            interval: router.interval.map_or(Duration::from_secs(1), |interval| interval.value),
            addresses: router.addresses.iter().map(|one| one.value.address).collect(),
            keys: keys.map(|key| (key.digest, key.secret.clone())).collect(),
            interface: router.interface.as_ref().map(|interface| interface.value.clone()),
            way,
        }
    }

    /// Whether one is what the other has become.
    fn is_the_same_router(&self, other: &Self) -> bool {
        self.addresses.intersection(&other.addresses).next().is_some()
            || (self.virtual_router_id == other.virtual_router_id
                && self.is_ipv6() == other.is_ipv6())
    }

    fn is_ipv6(&self) -> bool {
        self.addresses.iter().any(IpAddr::is_ipv6)
    }

    /// Whether all that took it for `old` still do.
    fn is_understood_as(&self, old: &Self) -> bool {
        let is_same_way = match (&self.way, &old.way) {
            // Whoever is told as well takes nothing from those that were told before.
            (
                Way::Unicast { source, peers },
                Way::Unicast { source: old_source, peers: old_peers },
            ) => source == old_source && old_peers.is_subset(peers),
            (way, old_way) => way == old_way,
        };
        is_same_way && Self { way: old.way.clone(), ..self.clone() } == *old
    }
}

/// Whether a router that was there says something else afterwards.
pub(super) fn speaks_anew(machine: &str, before: &Tree, after: &Tree) -> bool {
    if before == after {
        return false;
    }
    let voices = |tree| -> Vec<Voice> {
        let cluster = meaning(machine, tree);
        let defaults = &cluster.globals.routers;
        cluster.routers.iter().map(|router| Voice::of(router, defaults)).collect()
    };
    let before = voices(before);
    // heartbeat's directors do not compare what the others have.
    if before.iter().all(|voice| voice.virtual_router_id.is_none()) {
        return false;
    }
    let after = voices(after);
    let is_anew = |old: &Voice| {
        after.iter().any(|new| old.is_the_same_router(new) && !new.is_understood_as(old))
    };
    before.iter().any(is_anew)
}

#[cfg(test)]
mod tests;
