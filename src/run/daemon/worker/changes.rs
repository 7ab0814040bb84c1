//! Changes of the kernel's objects that are still to be made.

use std::collections::{BTreeSet, VecDeque};

use crate::run::net::objects::{Object, Step, diff};

/// Steps from what is there to what is wanted, made slice by slice.
#[derive(Debug, Default)]
pub(super) struct Changes {
    steps: VecDeque<Step>,
    /// Whether some of them may be made already: the kernel did not answer since they were planned.
    is_doubtful: bool,
    /// What an older plan put into the kernel, and nobody has seen go.
    leftover: BTreeSet<Object>,
}

impl Changes {
    /// Plans anew from what is believed now.
    pub(super) fn plan(&mut self, mut actual: BTreeSet<Object>, desired: &BTreeSet<Object>) {
        self.leftover.retain(|object| !desired.contains(object));
        actual.extend(self.leftover.iter().cloned());
        self.steps = diff(&actual, desired).into();
        self.is_doubtful = false;
    }

    /// Takes away what no plan wants any more, also when it takes several attempts.
    pub(super) fn abandon(&mut self, objects: impl IntoIterator<Item = Object>) {
        self.leftover.extend(objects);
    }

    /// The next steps, `most` of them. None while only a new reading, or a new wish, can tell what is
    /// left to do.
    pub(super) fn next_slice(&mut self, most: usize) -> Vec<Step> {
        if self.is_doubtful {
            return Vec::new();
        }
        let count = self.steps.len().min(most);
        self.steps.drain(..count).collect()
    }

    /// The kernel said what became of a step.
    pub(super) fn answered(&mut self, step: &Step) {
        self.leftover.remove(step.object());
    }

    /// The kernel did not answer to these: how much of it was done nobody knows.
    pub(super) fn put_back(&mut self, steps: Vec<Step>) {
        steps.into_iter().rev().for_each(|step| self.steps.push_front(step));
        self.doubt();
    }

    /// What is believed of the kernel may be wrong.
    pub(super) fn doubt(&mut self) {
        self.is_doubtful = true;
    }

    /// What is left, first things first.
    pub(super) fn left(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether a slice can be made now.
    pub(super) fn is_ready(&self) -> bool {
        !self.is_doubtful && !self.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::net::addresses::LinkAddress;

    fn addresses(count: u8) -> BTreeSet<Object> {
        let address = |last| LinkAddress {
            link: 2,
            address: [10, 0, 0, last].into(),
            prefix: 24,
            peer: None,
        };
        (1..=count).map(|last| Object::Address(address(last))).collect()
    }

    fn made(changes: &mut Changes) -> usize {
        let mut count = 0;
        while changes.is_ready() {
            count += changes.next_slice(64).len();
        }
        count
    }

    /// A master with 200 addresses must not wait a second for each 64 of them.
    #[test]
    fn a_new_wish_goes_out_whole_although_a_reading_failed_before() {
        let mut changes = Changes::default();
        changes.doubt();
        changes.plan(BTreeSet::new(), &addresses(200));
        assert_eq!(made(&mut changes), 200);
        changes.plan(addresses(200), &BTreeSet::new());
        assert_eq!(changes.next_slice(64).len(), 64);
        // What is doubted since waits for the next reading or wish.
        changes.doubt();
        assert_eq!((made(&mut changes), changes.left().count()), (0, 136));
        changes.plan(addresses(136), &BTreeSet::new());
        assert_eq!(made(&mut changes), 136);
    }

    #[test]
    fn steps_without_an_answer_are_the_first_again() {
        let mut changes = Changes::default();
        changes.plan(BTreeSet::new(), &addresses(3));
        let steps = changes.next_slice(2);
        changes.put_back(steps.clone());
        assert!(!changes.is_ready());
        assert_eq!(changes.left().take(2).cloned().collect::<Vec<_>>(), steps);
    }

    /// Routes of an older plan are not looked at any more: only an answer says that they are gone.
    #[test]
    fn what_an_older_plan_left_is_removed_until_it_is_gone() {
        let mut changes = Changes::default();
        changes.abandon(addresses(2));
        for _ in 0..2 {
            changes.plan(BTreeSet::new(), &BTreeSet::new());
            let steps = changes.next_slice(64);
            assert_eq!(steps.len(), 2);
            changes.put_back(steps);
        }
        changes.plan(BTreeSet::new(), &BTreeSet::new());
        let steps = changes.next_slice(64);
        steps.iter().for_each(|step| changes.answered(step));
        changes.plan(BTreeSet::new(), &BTreeSet::new());
        assert!(changes.is_empty());
        // One that is wanted again stays.
        changes.abandon(addresses(2));
        changes.plan(addresses(1), &addresses(1));
        assert_eq!(changes.left().count(), 1);
    }
}
