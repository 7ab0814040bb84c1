//! Who comes first: directors are changed, judged and taken back one by one.

use super::{Act, Phase, Rollout, Task};
use crate::site::render::Role;

impl Rollout {
    /// Whether nobody else comes before the task that a machine is at.
    pub(super) fn has_turn(&self, position: usize) -> bool {
        let Some(task) = self.nodes.get(position).and_then(|node| node.tasks.front()) else {
            return false;
        };
        let together = self.batches.iter().filter(|batch| batch.together);
        let partners =
            || together.clone().map(|batch| &batch.nodes).find(|nodes| nodes.contains(&position));
        match task {
            Task::Act(Act::Activate { .. }) => partners().is_none_or(|nodes| {
                nodes
                    .iter()
                    .take_while(|other| **other != position)
                    .all(|other| self.is_active(*other))
            }),
            // It asks all directors, so nothing else may be asked of one of them meanwhile.
            Task::Gate if self.phase == Phase::RollingBack => {
                let mut others =
                    self.nodes.iter().enumerate().filter(|(other, node)| {
                        *other != position && node.plan.role == Role::Director
                    });
                others.all(|(other, node)| {
                    !node.is_busy && (other < position || node.tasks.is_empty())
                })
            }
            Task::Gate => partners().is_none_or(|nodes| {
                let mut earlier = nodes.iter().take_while(|other| **other != position);
                nodes.iter().all(|other| self.is_active(*other))
                    && earlier.all(|other| self.is_judged(*other))
            }),
            // One that is kept, while another one takes itself back, would be alone with what it says.
            Task::Fresh(Act::Confirm { .. }) => {
                partners().is_none_or(|nodes| nodes.iter().all(|other| self.is_judged(*other)))
            }
            // Until it is known that one does not answer: its dead-man switch does not wait, either.
            Task::Fresh(Act::Rollback { .. }) if self.is_director(position) => {
                // Later real servers gave addresses up: they have them again before they are sent packets for them.
                let mut later = self.nodes.iter().skip(position + 1);
                later.all(|node| {
                    let is_judged = node.tasks.front() == Some(&Task::Gate);
                    node.tasks.is_empty() || (node.since.is_some() && !is_judged)
                })
            }
            // It keeps new addresses as long as a director may send it packets for them.
            Task::Fresh(Act::Rollback { .. }) => {
                let later = self.nodes.iter().enumerate().skip(position + 1);
                let mut directors = later.filter(|(other, _)| self.is_director(*other));
                directors.all(|(_, director)| director.tasks.is_empty())
            }
            Task::Act(_) | Task::Fresh(_) => true,
        }
    }

    /// Whether its activation was done.
    fn is_active(&self, position: usize) -> bool {
        self.nodes.get(position).is_some_and(|node| {
            let is_activation = |task: &Task| matches!(task, Task::Act(Act::Activate { .. }));
            node.is_touched && !node.tasks.iter().any(is_activation)
        })
    }

    /// Whether its gate was passed.
    fn is_judged(&self, position: usize) -> bool {
        self.nodes.get(position).is_some_and(|node| {
            let is_before =
                |task: &Task| matches!(task, Task::Act(Act::Activate { .. }) | Task::Gate);
            node.is_touched && !node.tasks.iter().any(is_before)
        })
    }

    fn is_director(&self, position: usize) -> bool {
        self.nodes.get(position).is_some_and(|node| node.plan.role == Role::Director)
    }

    /// Whether, when a machine and those behind it are back, some of the directors that were changed together are and
    /// some are not: until the last one is, they do not understand each other.
    pub(super) fn is_within_those_together(&self, position: usize) -> bool {
        let is_touched = |other: &usize| self.nodes.get(*other).is_some_and(|node| node.is_touched);
        let mut together = self.batches.iter().filter(|batch| batch.together);
        together.any(|batch| {
            let mut touched = batch.nodes.iter().filter(|other| is_touched(other));
            touched.clone().any(|other| *other < position)
                && touched.any(|other| *other >= position)
        })
    }

    /// Whether all other directors that change are changed.
    pub fn is_last_director(&self, position: usize) -> bool {
        let changed = self.batches.iter().flat_map(|batch| &batch.nodes);
        let mut others = changed.filter(|other| **other != position && self.is_director(**other));
        others.all(|other| self.is_active(*other))
    }
}
