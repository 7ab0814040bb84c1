//! Which director comes first, before a plan and behind it.

use std::collections::BTreeMap;

use super::meaning::meaning;
use super::{Found, NodePlan, Tree};
use crate::model::{Cluster, Member, Router};
use crate::site::render::Role;

/// Marks holders of an address that goes to another director because ranks change: without an
/// interruption of any unit, a reload is enough.
pub(super) fn mark_yielding(
    nodes: &mut [NodePlan],
    cluster: &Cluster,
    found: &BTreeMap<String, Found>,
) {
    let is_idle = nodes.iter().all(|node| node.steps.is_empty());
    if is_idle || nodes.iter().all(|node| !node.is_holder) {
        return;
    }
    let configured = |tree: fn(&NodePlan) -> &Tree| -> Vec<(String, Cluster)> {
        let directors = nodes.iter().filter(|node| node.role == Role::Director);
        directors.map(|node| (node.name.clone(), meaning(&node.name, tree(node)))).collect()
    };
    let (before, after) = (configured(|node| &node.before), configured(|node| &node.after));
    for node in nodes.iter_mut().filter(|node| node.is_holder) {
        let Some(facts) = found.get(&node.name) else { continue };
        let mut held = cluster
            .routers
            .iter()
            .filter(|router| router.addresses.iter().any(|address| facts.holds(&address.value)));
        node.yields = held.any(|router| {
            // A master that lost its place for a while stays where it is, as it did before.
            first(router, cluster, &after).is_some_and(|first| {
                first != node.name && was_first(router, &before) != Some(first)
            })
        });
    }
}

/// The member that takes the addresses from any other; nobody where it does not preempt. Files count,
/// because a rollback brings ranks that the inventory does not have; of a director that is not asked
/// there is only the inventory.
fn first<'a>(
    router: &'a Router,
    inventory: &'a Cluster,
    after: &'a [(String, Cluster)],
) -> Option<&'a str> {
    let rank = |member: &'a Member| {
        let name = member.node.as_ref()?.value.as_str();
        let (cluster, own, member) = match after.iter().find(|(known, _)| known == name) {
            Some((_, cluster)) => {
                let own = namesake(router, cluster)?;
                (cluster, own, own.members.first()?)
            }
            None => (inventory, router, member),
        };
        Some((member.priority?.value, own.stays_for(Some(member), &cluster.globals), name))
    };
    // Of equals the first in the file counts, which has the state MASTER.
    let ranked = router.members.iter().rev().filter_map(rank);
    let (_, stays, name) = ranked.max_by_key(|(priority, ..)| *priority)?;
    (!stays).then_some(name)
}

/// The director whose file gave it the highest rank; nobody where a file does not say any.
fn was_first<'a>(router: &Router, before: &'a [(String, Cluster)]) -> Option<&'a str> {
    let rank = |(name, cluster): &'a (String, Cluster)| {
        let priority = namesake(router, cluster)?.members.first()?.priority?;
        Some((priority.value, name.as_str()))
    };
    before.iter().rev().filter_map(rank).max_by_key(|(priority, _)| *priority).map(|(_, name)| name)
}

fn namesake<'a>(router: &Router, cluster: &'a Cluster) -> Option<&'a Router> {
    cluster.routers.iter().find(|known| known.name.value == router.name.value)
}
