//! What must be done: the difference between what was found on the machines and what the
//! inventory wants. Pure: no I/O, no clock.

mod accord;
mod found;
mod meaning;
mod order;
mod ranks;
mod report;
mod services;
mod steps;
mod tree;

pub use accord::{Presence, is_told};
pub use found::Found;
pub use meaning::meaning;
pub use order::{Batch, batches, given_up, lacking};
pub use report::{difference, human};
pub use services::{ServiceChange, changes};
pub use steps::{NodePlan, Step, plan};
pub use tree::{FileChange, Tree, TreeFile, apply, diff};

use std::collections::{BTreeMap, BTreeSet};

use sha2::Digest as _;

use crate::model::Cluster;
use crate::site::render::Machine;
use crate::source::words::hex;

/// The plan of a whole cluster.
#[derive(Clone, Debug)]
pub struct Plan {
    /// A plan for each machine, in the order in which they are changed.
    pub nodes: Vec<NodePlan>,
}

impl Plan {
    /// Compares what is wanted with what was found. Machines that were not asked are left out.
    pub fn new(cluster: &Cluster, machines: &[Machine], found: &BTreeMap<String, Found>) -> Self {
        let mut nodes: Vec<NodePlan> = machines
            .iter()
            .filter_map(|machine| Some(plan(machine, found.get(&machine.name)?)))
            .collect();
        let directors = cluster.nodes.iter().map(|director| director.name.value.clone());
        let directors: BTreeSet<String> = directors.collect();
        nodes.iter_mut().for_each(|node| node.directors.clone_from(&directors));
        order::mark_holders(&mut nodes, cluster, found);
        ranks::mark_yielding(&mut nodes, cluster, found);
        order::sort(&mut nodes);
        Self { nodes }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.nodes.iter().all(|node| node.steps.is_empty())
    }

    /// Whether a deployment waits for its confirmation, on whichever machine.
    pub fn is_pending(&self) -> bool {
        self.nodes.iter().any(|node| node.pending.is_some())
    }

    /// A fingerprint of what was found and what is wanted: a saved plan is only carried out while
    /// both are the same. No secret can be read from it.
    pub fn fingerprint(&self) -> String {
        let mut digest = sha2::Sha256::new();
        for node in &self.nodes {
            digest.update(node.name.as_bytes());
            for tree in [&node.before, &node.after] {
                for (path, file) in tree {
                    digest.update(path.as_bytes());
                    digest.update(file.mode.to_be_bytes());
                    digest.update(sha2::Sha256::digest(&file.content));
                }
                digest.update([0]);
            }
            // Units and packages are not among the files; contents are, so they need not be said again.
            let steps = node.steps.iter().filter(|step| !matches!(step, Step::File(_)));
            for step in steps {
                digest.update(format!("{step:?}"));
                digest.update([0]);
            }
        }
        hex(&digest.finalize())
    }
}

#[cfg(test)]
mod tests;
