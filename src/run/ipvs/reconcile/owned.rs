//! Which part of the kernel's table is lvsha's to take away.

use std::collections::BTreeSet;

use super::super::{DaemonRole, ServiceKey, Step, Table};

/// What lvsha wanted once and what is not known to be gone; the rest belongs to somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owned {
    /// Virtual services.
    pub services: BTreeSet<ServiceKey>,
    /// Sync threads.
    pub daemons: BTreeSet<DaemonRole>,
}

impl Owned {
    /// All that is wanted is ours from now on.
    pub(super) fn claim(&mut self, wanted: &Table) {
        self.services.extend(wanted.services.keys().copied());
        self.daemons.extend(wanted.daemons.keys().copied());
    }

    /// What is neither there nor wanted: whoever makes it next is its owner.
    pub(super) fn forget_gone(&mut self, present: &Table, wanted: &Table) {
        let tables = [present, wanted];
        self.services.retain(|key| tables.iter().any(|table| table.services.contains_key(key)));
        self.daemons.retain(|role| tables.iter().any(|table| table.daemons.contains_key(role)));
    }

    /// The same for what a step took away.
    pub(super) fn forget(&mut self, step: &Step, wanted: &Table) {
        match step {
            Step::DeleteService(key) if !wanted.services.contains_key(key) => {
                self.services.remove(key);
            }
            Step::StopDaemon(role) if !wanted.daemons.contains_key(role) => {
                self.daemons.remove(role);
            }
            _ => {}
        }
    }

    /// The part of a table that is ours.
    pub(super) fn part_of(&self, table: &Table) -> Table {
        let mut table = table.clone();
        table.services.retain(|key, _| self.services.contains(key));
        table.daemons.retain(|role, _| self.daemons.contains(role));
        table
    }
}
