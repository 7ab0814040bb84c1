//! In which order machines are changed.

use std::collections::BTreeMap;

use super::{Found, NodePlan};
use crate::model::Cluster;
use crate::site::render::Role;

/// Machines that are changed at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Their positions in the plan.
    pub nodes: Vec<usize>,
}

/// Marks the holders of `cluster`'s addresses.
pub(super) fn mark_holders(
    nodes: &mut [NodePlan],
    cluster: &Cluster,
    found: &BTreeMap<String, Found>,
) {
    let addresses = || cluster.routers.iter().flat_map(|router| &router.addresses);
    for node in nodes.iter_mut().filter(|node| node.role == Role::Director) {
        node.is_holder = found
            .get(&node.name)
            .is_some_and(|found| addresses().any(|address| found.holds(address.value.address)));
    }
}

/// Real servers first, then directors that hold nothing, then those that hold an address: as they
/// are found, whatever their priorities say.
pub(super) fn sort(nodes: &mut [NodePlan]) {
    let rank = |node: &NodePlan| match node.role {
        Role::RealServer => 0,
        Role::Director if node.is_holder => 2,
        Role::Director => 1,
    };
    nodes.sort_by_key(rank);
}

/// The batches of a plan: real servers `parallel` at a time, the first of them alone with
/// `canary`; directors always one by one, because there are two of them for a reason.
pub fn batches(nodes: &[NodePlan], parallel: usize, canary: bool) -> Vec<Batch> {
    let with_work = |role: Role| {
        let all = nodes.iter().enumerate();
        all.filter(move |(_, node)| node.role == role && !node.steps.is_empty())
            .map(|(position, _)| position)
    };
    let mut batches = Vec::new();
    let mut servers: Vec<usize> = with_work(Role::RealServer).collect();
    if canary && servers.len() > 1 {
        batches.push(Batch { nodes: vec![servers.remove(0)] });
    }
    for chunk in servers.chunks(parallel.max(1)) {
        batches.push(Batch { nodes: chunk.to_vec() });
    }
    batches.extend(with_work(Role::Director).map(|node| Batch { nodes: vec![node] }));
    batches
}
