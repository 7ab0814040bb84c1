//! What must hold after every step of a history.

use std::collections::BTreeMap;
use std::time::Duration;

use super::world::{LONGEST_DELAY, World};
use crate::run::vrrp::{Gratuitous, Output, RouterIndex, State, Transition};

/// Watches a world.
///
/// 1. A router holds its addresses exactly while it is master, or adopts them.
/// 2. A master advertises at least every one and a half intervals, unless its process sleeps.
/// 3. A take-over is told: first the advertisement, then the announcement.
/// 4. Two masters that hear each other undisturbed do not last.
/// 5. Who ceases to be master says so with priority 0 at most once, and nobody else does.
/// 6. A turn leaves nothing undone that was due.
/// 7. After a calm time there is exactly one master for each router ([`Invariants::check_calm`]).
#[derive(Clone, Debug, Default)]
pub struct Invariants {
    /// Last advertisement of each master.
    advertised: BTreeMap<(usize, RouterIndex), Duration>,
    /// Since when two masters of one VRID hear each other.
    rivals: BTreeMap<(usize, usize, u8), Duration>,
}

impl Invariants {
    /// Judges the last step.
    ///
    /// # Errors
    /// What does not hold, in words.
    pub fn check(&mut self, world: &World) -> Result<(), String> {
        self.holding(world)?;
        self.take_overs(world)?;
        self.gaps(world)?;
        self.releases(world)?;
        self.overdue(world)?;
        self.rivals(world)
    }

    /// Judges the end of a calm time: one master for each VRID.
    ///
    /// # Errors
    /// What does not hold, in words.
    pub fn check_calm(world: &World) -> Result<(), String> {
        let mut ids: Vec<u8> = world
            .nodes
            .iter()
            .flat_map(|node| &node.spec.routers)
            .map(|router| router.virtual_router_id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let masters: Vec<&str> = masters(world, id)
                .filter_map(|(node, _)| Some(world.nodes.get(node)?.spec.name.as_str()))
                .collect();
            if masters.len() != 1 {
                return Err(format!("after the calm, VRID {id} has the masters {masters:?}"));
            }
        }
        Ok(())
    }

    fn holding(&self, world: &World) -> Result<(), String> {
        for node in world.nodes.iter() {
            let Some(director) = &node.director else { continue };
            for (router, machine) in (0..).zip(director.machines()) {
                let is_to_hold = machine.state() == State::Master || machine.is_adopting();
                if node.holds.contains(&router) != is_to_hold {
                    return Err(format!(
                        "{} is {} but holds: {}",
                        node.spec.name,
                        machine.state(),
                        !is_to_hold
                    ));
                }
            }
        }
        Ok(())
    }

    fn take_overs(&self, world: &World) -> Result<(), String> {
        for (place, record) in (0..).zip(&world.records) {
            let Output::Changed(Transition { to: State::Master, .. }) = record.output else {
                continue;
            };
            let mut after = world
                .records
                .iter()
                .skip(place + 1)
                .filter(|later| later.node == record.node && later.router == record.router);
            let is_told = after
                .find(|later| matches!(later.output, Output::Advertise { priority: 1.. }))
                .and_then(|_| {
                    after.find(|later| later.output == Output::Announce(Gratuitous::TakeOver))
                })
                .is_some();
            if !is_told {
                return Err("a take-over was not told".to_owned());
            }
        }
        Ok(())
    }

    fn releases(&self, world: &World) -> Result<(), String> {
        let mut balance: BTreeMap<(usize, RouterIndex), i32> = BTreeMap::new();
        for record in &world.records {
            let change = match record.output {
                Output::Advertise { priority: 0 } => 1,
                Output::Changed(Transition { from: State::Master, .. }) => -1,
                _ => continue,
            };
            *balance.entry((record.node, record.router)).or_default() += change;
        }
        match balance.into_iter().find(|(_, balance)| *balance > 0) {
            Some(((node, _), _)) => {
                Err(format!("node {node} releases addresses that it did not hold as master"))
            }
            None => Ok(()),
        }
    }

    fn overdue(&self, world: &World) -> Result<(), String> {
        match world.overdue {
            Some(node) => Err(format!("node {node} had a turn and is still due")),
            None => Ok(()),
        }
    }

    fn gaps(&mut self, world: &World) -> Result<(), String> {
        for record in &world.records {
            if matches!(record.output, Output::Advertise { .. }) {
                self.advertised.insert((record.node, record.router), world.now);
            }
        }
        for (number, node) in (0..).zip(&world.nodes) {
            let Some(director) = &node.director else { continue };
            for (router, machine) in (0..).zip(director.machines()) {
                let Some(last) = self.advertised.get(&(number, router)) else { continue };
                // A process that slept is judged by what it does when it wakes.
                let since = (*last).max(node.paused_until);
                let gap = world.now.saturating_sub(since);
                let interval = machine.settings().interval;
                if machine.state() == State::Master && gap > interval + interval / 2 {
                    return Err(format!(
                        "{} is master and has not advertised for {gap:?}",
                        node.spec.name
                    ));
                }
            }
        }
        Ok(())
    }

    fn rivals(&mut self, world: &World) -> Result<(), String> {
        let mut now_rivals = BTreeMap::new();
        for (first, node) in (0..).zip(&world.nodes) {
            for settings in &node.spec.routers {
                let id = settings.virtual_router_id;
                // Version 2: an owner heeds nobody, two of them are a mistake of people.
                let masters: Vec<(usize, RouterIndex)> = masters(world, id).collect();
                if !masters.iter().any(|(node, _)| *node == first) {
                    continue;
                }
                for (second, _) in masters.iter().filter(|(node, _)| *node > first) {
                    let calm = world.loss == 0
                        && world.hears(first, *second)
                        && world.hears(*second, first)
                        && [first, *second].iter().all(|node| {
                            world.nodes.get(*node).is_some_and(|n| n.paused_until <= world.now)
                        });
                    if !calm {
                        continue;
                    }
                    let key = (first, *second, id);
                    let since = self.rivals.get(&key).copied().unwrap_or(world.now);
                    // What was disturbed in between begins anew.
                    let since = since.max(world.disturbed);
                    now_rivals.insert(key, since);
                    // The better one is heard within an interval.
                    let bound = settings.interval + settings.interval / 2 + LONGEST_DELAY;
                    if world.now.saturating_sub(since) > bound {
                        return Err(format!(
                            "nodes {first} and {second} are both master of VRID {id}"
                        ));
                    }
                }
            }
        }
        self.rivals = now_rivals;
        Ok(())
    }
}

/// Nodes and their routers that are master of a VRID.
pub(super) fn masters(
    world: &World,
    virtual_router_id: u8,
) -> impl Iterator<Item = (usize, RouterIndex)> {
    (0..).zip(&world.nodes).flat_map(move |(number, node)| {
        let machines = node.director.iter().flat_map(|director| (0..).zip(director.machines()));
        machines
            .filter(move |(_, machine)| {
                machine.state() == State::Master
                    && machine.settings().virtual_router_id == virtual_router_id
            })
            .map(move |(router, _)| (number, router))
    })
}
