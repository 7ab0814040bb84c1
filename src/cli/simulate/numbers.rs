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

/// Gives the routers of one number and family one name, that of the first director, so that the history
/// tells who holds what. Where the number does not tell, the name does. Says what was renamed.
pub(super) fn name_alike(plans: &mut [(String, Plan)]) -> Vec<String> {
    let mut known: BTreeMap<(u8, bool), String> = BTreeMap::new();
    let mut all: BTreeSet<String> = BTreeSet::new();
    let mut lines = Vec::new();
    for (node, plan) in plans {
        let mut own: BTreeSet<String> = BTreeSet::new();
        let mut open: Vec<&mut RouterPlan> = Vec::new();
        for router in &mut plan.routers {
            match known.get(&number(router)).filter(|name| !own.contains(*name)) {
                Some(name) => {
                    own.insert(name.clone());
                    let old = std::mem::replace(&mut router.settings.name, name.clone());
                    if old != *name {
                        lines.push(format!("`{old}` of {node} is {name}: they have one number"));
                    }
                }
                None => open.push(router),
            }
        }
        for router in open {
            let name = &mut router.settings.name;
            if own.contains(name) {
                let numbered = (2..).map(|number: u32| format!("{name} of {node} ({number})"));
                let mut names = std::iter::once(format!("{name} of {node}")).chain(numbered);
                let free = names.find(|name| !own.contains(name) && !all.contains(name));
                *name = free.unwrap_or_default();
            }
            own.insert(name.clone());
            known.entry(number(router)).or_insert_with(|| router.settings.name.clone());
        }
        all.extend(own);
    }
    lines
}

/// What is on the wire.
fn number(router: &RouterPlan) -> (u8, bool) {
    (router.settings.virtual_router_id, router.settings.family == Family::V6)
}

/// VRID, whether IPv6, and position among those of the node that agree in both.
type Key = (u8, bool, usize);

fn keys(plan: &Plan) -> Vec<Key> {
    let key = |router: &RouterPlan| {
        let own = number(router);
        let before =
            |other: &&RouterPlan| number(other) == own && other.interface < router.interface;
        (own.0, own.1, plan.routers.iter().filter(before).count())
    };
    plan.routers.iter().map(key).collect()
}
