//! Whether a director is understood by the others while only one of them is changed.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use super::{Tree, meaning::meaning};
use crate::model::{Digest, Router, VrrpVersion};

/// What the advertisements of a router say, and how they travel: who expects something else drops
/// them and becomes master beside the living one (RFC 3768, section 7.1; keepalived also compares
/// the addresses).
#[derive(Clone, PartialEq)]
struct Voice {
    virtual_router_id: Option<u8>,
    is_version_3: bool,
    interval: Option<Duration>,
    addresses: BTreeSet<IpAddr>,
    keys: Vec<(Digest, String)>,
    is_unicast: bool,
    group: Option<IpAddr>,
}

impl Voice {
    fn of(router: &Router) -> Self {
        let keys = router.authentication.iter().flat_map(|known| &known.keys);
        Self {
            virtual_router_id: router.virtual_router_id.map(|id| id.value),
            is_version_3: router.version.is_some_and(|own| own.value == VrrpVersion::Three),
            interval: router.interval.map(|interval| interval.value),
            addresses: router.addresses.iter().map(|one| one.value.address).collect(),
            keys: keys.map(|key| (key.digest, key.secret.clone())).collect(),
            is_unicast: !router.transport.peers.is_empty(),
            group: router.transport.group.map(|group| group.value),
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
}

/// Whether a router that was there says something else afterwards.
pub(super) fn speaks_anew(machine: &str, before: &Tree, after: &Tree) -> bool {
    if before == after {
        return false;
    }
    let voices =
        |tree| -> Vec<Voice> { meaning(machine, tree).routers.iter().map(Voice::of).collect() };
    let before = voices(before);
    // heartbeat's directors do not compare what the others have.
    if before.iter().all(|voice| voice.virtual_router_id.is_none()) {
        return false;
    }
    let after = voices(after);
    let is_anew = |old: &Voice| after.iter().any(|new| old.is_the_same_router(new) && old != new);
    before.iter().any(is_anew)
}
