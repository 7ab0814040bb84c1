//! One number for each virtual router of the site.

use std::collections::{BTreeMap, BTreeSet};

use crate::run::daemon::{Plan, RouterPlan};
use crate::run::vrrp::Family;

/// Gives routers numbers of their own where several of a node have the same one.
///
/// Routers of two families, or on two links, may share a VRID (RFC 9568 section 5.2.3). The simulation
/// knows one link, on which only the number tells them apart. Of one family they are matched across
/// the nodes by the order of their interfaces.
pub(super) fn tell_apart(plans: &mut [(String, Plan)]) {
    let keys: Vec<Vec<Key>> = plans.iter().map(|(_, plan)| keys(plan)).collect();
    let mut known: BTreeMap<Key, u8> = BTreeMap::new();
    let mut taken: BTreeSet<u8> = keys.iter().flatten().map(|key| key.0).collect();
    let mut kept: BTreeSet<u8> = BTreeSet::new();
    for key in keys.iter().flatten().collect::<BTreeSet<_>>() {
        let own = kept.insert(key.0).then_some(key.0);
        let free = || (1..=u8::MAX).find(|number| !taken.contains(number));
        // With 255 numbers in use there is none left to tell them apart with.
        let number = own.or_else(free).unwrap_or(key.0);
        taken.insert(number);
        known.insert(*key, number);
    }
    for ((_, plan), keys) in plans.iter_mut().zip(keys) {
        for (router, key) in plan.routers.iter_mut().zip(keys) {
            if let Some(number) = known.get(&key) {
                router.settings.virtual_router_id = *number;
            }
        }
    }
}

/// VRID, whether IPv6, and position among those of the node that agree in both.
type Key = (u8, bool, usize);

fn keys(plan: &Plan) -> Vec<Key> {
    let of = |router: &RouterPlan| {
        (router.settings.virtual_router_id, router.settings.family == Family::V6)
    };
    let key = |router| {
        let (number, is_six) = of(router);
        let before = |other: &&RouterPlan| {
            of(other) == (number, is_six) && other.interface < router.interface
        };
        (number, is_six, plan.routers.iter().filter(before).count())
    };
    plan.routers.iter().map(key).collect()
}
