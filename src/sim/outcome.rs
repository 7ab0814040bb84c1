//! Who held what, when, and for how long nobody did.

use std::collections::BTreeMap;
use std::time::Duration;

use super::world::{NodeSpec, Record, World};
use crate::run::vrrp::{Output, Transition};

/// A time in which the same nodes held the addresses of a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// From.
    pub from: Duration,
    /// Until.
    pub to: Duration,
    /// Names of the nodes; none, one, or too many.
    pub nodes: Vec<String>,
}

/// A history, seen by the addresses.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Holdings by the name of the router.
    pub holdings: BTreeMap<String, Vec<Holding>>,
    /// Every change of state: when, node, router, words.
    pub changes: Vec<(Duration, String, String, String)>,
    /// How often a priority changed.
    pub priority_changes: u64,
    /// How many events it took.
    pub steps: u64,
}

impl Outcome {
    pub(super) fn new(nodes: &[NodeSpec]) -> Self {
        let names = nodes.iter().flat_map(|node| &node.routers).map(|router| router.name.clone());
        let start =
            || vec![Holding { from: Duration::ZERO, to: Duration::ZERO, nodes: Vec::new() }];
        let holdings = names.map(|name| (name, start())).collect();
        Self { holdings, ..Self::default() }
    }

    /// Notes what the last step changed.
    pub(super) fn follow(&mut self, world: &World) {
        self.steps += 1;
        let is_priority =
            |record: &&Record| matches!(record.output, Output::PriorityChanged { .. });
        // A step has a handful of records.
        self.priority_changes += world.records.iter().filter(is_priority).map(|_| 1).sum::<u64>();
        for record in &world.records {
            let Output::Changed(Transition { to, cause, .. }) = &record.output else { continue };
            let Some(node) = world.nodes.get(record.node) else { continue };
            let Some(router) = node.spec.routers.get(record.router) else { continue };
            let words = format!("{to}: {cause}");
            self.changes.push((world.now, node.spec.name.clone(), router.name.clone(), words));
        }
        for (name, holdings) in &mut self.holdings {
            let holders = holders(world, name);
            let Some(last) = holdings.last_mut() else { continue };
            last.to = world.now;
            if last.nodes != holders {
                let next = Holding { from: world.now, to: world.now, nodes: holders };
                // What lasted no time at all is no holding.
                if last.from == last.to {
                    *last = next;
                } else {
                    holdings.push(next);
                }
            }
        }
    }

    pub(super) fn finish(&mut self, world: &World) {
        for last in self.holdings.values_mut().filter_map(|holdings| holdings.last_mut()) {
            last.to = world.now;
        }
    }
}

/// Nodes that have the addresses of a router on their interface.
fn holders(world: &World, router: &str) -> Vec<String> {
    let has = |node: &&super::world::Node| {
        let place = node.spec.routers.iter().position(|settings| settings.name == router);
        place.is_some_and(|place| node.holds.contains(&place))
    };
    world.nodes.iter().filter(has).map(|node| node.spec.name.clone()).collect()
}
