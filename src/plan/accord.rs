//! Whether a director is understood by the others while only one of them is changed.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use super::{Tree, meaning::meaning};
use crate::model::{Cluster, Digest, Key, Path, Router, RouterDefaults, VrrpVersion};

/// What the advertisements of a router say, and how they travel: who expects something else drops
/// them and becomes master beside the living one (RFC 3768, section 7.1; keepalived also compares
/// the addresses). What holds counts, wherever it is written.
#[derive(Clone, PartialEq)]
struct Voice {
    virtual_router_id: Option<u8>,
    version: VrrpVersion,
    /// Whether the checksum leaves the addresses of the packet out. Only version 3 over IPv4 can be told to; keepalived
    /// drops what has the other one.
    has_plain_checksum: bool,
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
        let version = router.effective_version(defaults);
        let plain = router.delivery.checksum_as_v2.as_ref().or(defaults.checksum_as_v2.as_ref());
        let has_choice = version == VrrpVersion::Three
            && !router.addresses.iter().any(|one| one.value.address.is_ipv6());
        Self {
            virtual_router_id: router.virtual_router_id.map(|id| id.value),
            version,
            has_plain_checksum: has_choice && plain.is_some_and(|on| on.value),
            interval: router.interval.map_or(Duration::from_secs(1), |interval| interval.value),
            addresses: router.addresses.iter().map(|one| one.value.address).collect(),
            keys: keys.map(|key| (key.digest, key.secret.clone())).collect(),
            interface: router.interface.as_ref().map(|interface| interface.value.clone()),
            way,
        }
    }

    /// heartbeat has no virtual routers' numbers.
    fn is_vrrp(&self) -> bool {
        self.virtual_router_id.is_some()
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

/// How heartbeat's directors hear each other: a message that no key of its own has signed is dropped, and who is not
/// heard is dead.
struct Medium {
    /// The key that signs.
    active: Option<MediumKey>,
    /// All that are accepted.
    keys: Vec<MediumKey>,
    /// The paths, each with the port of those that have none of their own.
    paths: Vec<(Path, Option<u16>)>,
}

#[derive(PartialEq)]
struct MediumKey {
    number: u8,
    digest: Digest,
    secret: String,
}

impl Medium {
    fn of(cluster: &Cluster) -> Option<Self> {
        let membership = &cluster.membership;
        let port = Some(membership.port.map_or(STANDARD_PORT, |port| port.value));
        let paths = membership.paths.iter().map(|path| {
            let is_free = matches!(path.value, Path::Broadcast { .. } | Path::Unicast { .. });
            (path.value.clone(), port.filter(|_| is_free))
        });
        let paths: Vec<_> = paths.collect();
        let known = || cluster.authentication.iter().flat_map(|known| &known.keys);
        let key = |key: &Key| MediumKey {
            number: key.number,
            digest: key.digest,
            secret: key.secret.clone(),
        };
        let number = cluster.authentication.as_ref().and_then(|known| known.active);
        let active = number.and_then(|number| known().find(|key| key.number == number.value));
        let medium = Self { active: active.map(key), keys: known().map(key).collect(), paths };
        (!medium.paths.is_empty()).then_some(medium)
    }

    /// Whether one that has it and one that has `old` hear each other. One path that both have is enough.
    fn is_heard_with(&self, old: &Self) -> bool {
        let knows = |one: &Self, other: &Self| {
            other.active.as_ref().is_none_or(|active| one.keys.contains(active))
        };
        let is_shared = self.paths.iter().any(|path| old.paths.contains(path));
        is_shared && knows(self, old) && knows(old, self)
    }
}

/// What a change makes of a director beside the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Accord {
    /// Whether a router that was there says something that others do not take.
    pub speaks_anew: bool,
    /// Whether it comes to the others, or goes.
    pub presence: Presence,
}

/// Where advertisements are sent one by one, a director hears the master only while the master knows
/// it. Ordered as they are changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// It gives a router up: as long as it has it, it must be told.
    Leaves,
    /// It has what it had, or others need not know it.
    #[default]
    Stays,
    /// It begins a router: it must be known before, or it becomes a second master.
    Joins,
}

/// Compares what a director's files say before and after; of programs that do not run the files
/// before say nothing.
pub(super) fn accord(machine: &str, before: &Tree, after: &Tree, is_running: bool) -> Accord {
    if before == after && is_running {
        return Accord::default();
    }
    let (old, new) = (meaning(machine, before), meaning(machine, after));
    let media = Medium::of(&old).zip(Medium::of(&new));
    let is_cut_off = media.is_some_and(|(old, new)| !new.is_heard_with(&old));
    let (mut before, after) = (voices(&old), voices(&new));
    // heartbeat's directors do not compare which addresses the others have.
    before.retain(Voice::is_vrrp);
    let spoken: &[Voice] = if is_running { &before } else { &[] };
    let presence = if lacks_one(&after, spoken) {
        Presence::Joins
    } else if lacks_one(spoken, &after) {
        Presence::Leaves
    } else {
        Presence::Stays
    };
    // One number may be of several routers, on several links or groups: what is understood as one of them has not
    // become another.
    let is_understood = |new: &Voice| before.iter().any(|old| new.is_understood_as(old));
    let is_anew = |old: &Voice| {
        !after.iter().any(|new| new.is_understood_as(old))
            && after.iter().any(|new| old.is_the_same_router(new) && !is_understood(new))
    };
    Accord { speaks_anew: is_cut_off || before.iter().any(is_anew), presence }
}

/// Whether a router of `these` that advertises one by one is none of `those`.
fn lacks_one(these: &[Voice], those: &[Voice]) -> bool {
    let is_unicast = |voice: &&Voice| voice.is_vrrp() && matches!(voice.way, Way::Unicast { .. });
    let mut unicast = these.iter().filter(is_unicast);
    unicast.any(|voice| !those.iter().any(|other| voice.is_the_same_router(other)))
}

/// Whether the files `others` of a director have it send its advertisements to one with the files
/// `own`, wherever they have the same router and that one says where it is.
pub fn is_told(own: (&str, &Tree), other: (&str, &Tree)) -> bool {
    let [own, other] = [own, other].map(|(machine, tree)| voices(&meaning(machine, tree)));
    let tells = |other: &Voice, own: &Voice| match (&own.way, &other.way) {
        (Way::Unicast { source: Some(source), .. }, Way::Unicast { peers, .. }) => {
            peers.contains(source)
        }
        _ => true,
    };
    own.iter().all(|own| {
        let same = || other.iter().filter(|other| own.is_the_same_router(other));
        same().next().is_none() || same().any(|other| tells(other, own))
    })
}

fn voices(cluster: &Cluster) -> Vec<Voice> {
    let defaults = &cluster.globals.routers;
    cluster.routers.iter().map(|router| Voice::of(router, defaults)).collect()
}

/// Of heartbeat, where ha.cf says none (ha-cluster in /etc/services).
const STANDARD_PORT: u16 = 694;

#[cfg(test)]
mod tests;
