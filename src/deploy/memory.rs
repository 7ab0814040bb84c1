//! A machine in memory, with faults at chosen acts.

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Entry, EntryState, Fault, FaultKind, Reply};
use crate::plan::{Found, NodePlan, Step, Tree, apply};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The machine is not reached; nothing happens.
    Unreachable,
    /// The connection is cut before the act is done.
    CutBefore,
    /// The connection is cut after the act is done.
    CutAfter,
    /// The machine refuses: full disk, read-only file system, a wrong file.
    Refuse,
    /// Nothing is reached any more from here on.
    Gone,
    /// It reboots after the act: the connection is cut, and what waits for a confirmation is
    /// taken back.
    Reboot,
}

/// When it goes wrong: at the act with this number, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The number of the act.
    pub act: usize,
    /// What happens.
    pub trouble: Trouble,
}

/// The machine.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// What is there.
    pub found: Found,
    /// Names of the acts that were asked for.
    pub acts: Vec<&'static str>,
    /// What goes wrong, and when.
    pub when: Option<When>,
    /// What it remarks on its way back.
    pub remarks: Vec<String>,
    staging: Option<NodePlan>,
    generations: BTreeMap<u32, Generation>,
    run: Option<String>,
    is_gone: bool,
}

#[derive(Clone, Debug)]
struct Generation {
    before: Tree,
    active: BTreeSet<String>,
    enabled: BTreeSet<String>,
    last: u32,
    managed: BTreeMap<String, String>,
    state: &'static str,
    who: String,
    run: String,
    what: String,
    after: Tree,
}

impl Memory {
    /// A machine on which `found` would be found.
    pub fn new(found: Found) -> Self {
        Self { found, ..Self::default() }
    }

    /// Lets the time of the dead-man switch pass.
    pub fn expire(&mut self) {
        if let Some(pending) = self.found.pending {
            self.rollback(pending);
        }
    }

    fn state(&self, generation: u32) -> &'static str {
        self.generations.get(&generation).map_or("", |known| known.state)
    }

    /// Its files.
    pub fn tree(&self) -> Tree {
        self.found.files.clone()
    }

    /// Whether somebody holds its lock.
    pub fn is_locked(&self) -> bool {
        self.run.is_some()
    }

    pub(super) fn perform(&mut self, act: &Act) -> Result<Reply, Fault> {
        let number = self.acts.len();
        self.acts.push(act.name());
        let trouble = self.when.filter(|when| when.act == number).map(|when| when.trouble);
        if trouble == Some(Trouble::Gone) {
            self.is_gone = true;
        }
        let fault = |kind, message: &str| Err(Fault::new(kind, message));
        match trouble {
            _ if self.is_gone => return fault(FaultKind::Connection, "no route to host"),
            Some(Trouble::Unreachable) => return fault(FaultKind::Connection, "no route to host"),
            Some(Trouble::CutBefore) => return fault(FaultKind::Lost, "the connection ended"),
            Some(Trouble::Refuse) => return fault(FaultKind::Refused, "no space left on device"),
            Some(Trouble::CutAfter | Trouble::Reboot | Trouble::Gone) | None => {}
        }
        let reply = self.act(act);
        match trouble {
            Some(Trouble::CutAfter) => fault(FaultKind::Lost, "the connection ended"),
            Some(Trouble::Reboot) => {
                self.expire();
                fault(FaultKind::Lost, "the connection ended")
            }
            _ => reply,
        }
    }

    fn act(&mut self, act: &Act) -> Result<Reply, Fault> {
        match act {
            Act::Facts { .. } => {
                let newest = self.generations.keys().last().copied().max(Some(self.found.newest));
                let newest = newest.unwrap_or_default();
                let current = self.generations.get(&self.found.generation);
                let run = current.map(|known| known.run.clone());
                return Ok(Reply::Facts(Box::new(Found { newest, run, ..self.found.clone() })));
            }
            Act::Look { .. } => {
                let found = self.found.clone();
                return Ok(Reply::Facts(Box::new(Found {
                    active: found.active,
                    generation: found.generation,
                    pending: found.pending,
                    addresses: found.addresses,
                    loopback: found.loopback,
                    table: found.table,
                    ..Found::default()
                })));
            }
            Act::Lock { who, run, generation } => {
                if self.run.as_ref().is_some_and(|other| other != run) {
                    let holder = self.found.lock.clone().unwrap_or_default();
                    return Err(Fault::new(FaultKind::Refused, format!("locked by {holder}")));
                }
                let newest = self.generations.keys().last().max(Some(&self.found.newest));
                if newest >= Some(generation) || self.found.pending.is_some() {
                    return Err(Fault::new(FaultKind::Refused, "somebody deployed meanwhile"));
                }
                (self.run, self.found.lock) = (Some(run.clone()), Some(who.clone()));
            }
            Act::Unlock { run } => {
                if run.is_none() || self.run == *run {
                    (self.run, self.found.lock) = (None, None);
                }
            }
            Act::Install(packages) => self.found.missing.retain(|p| !packages.contains(p)),
            Act::Stage { run, .. } | Act::Check { run, .. } | Act::Activate { run, .. }
                if self.run.as_ref() != Some(run) =>
            {
                return Err(Fault::new(FaultKind::Refused, "the lock was taken away"));
            }
            Act::Stage { plan, .. } => self.staging = Some((**plan).clone()),
            Act::Check { .. } => {}
            Act::Activate { generation, who, what, .. } => {
                let Some(plan) = self.staging.take() else {
                    return Err(Fault::new(FaultKind::Refused, "nothing is staged"));
                };
                self.activate(*generation, &plan, who, what);
            }
            Act::Confirm { generation } => {
                if self.found.pending == Some(*generation) {
                    self.found.pending = None;
                    if let Some(known) = self.generations.get_mut(generation) {
                        known.state = "confirmed";
                    }
                }
                if self.state(*generation) != "confirmed" {
                    return Err(Fault::new(FaultKind::Refused, "it has rolled itself back"));
                }
            }
            Act::Rollback { generation, run } => {
                let known = self.generations.get(generation);
                let is_another = |run: &String| known.is_some_and(|known| known.run != *run);
                if run.as_ref().is_some_and(is_another) {
                    let message = "it belongs to another deployment";
                    return Err(Fault::new(FaultKind::Refused, message));
                }
                if run.is_none() && self.found.pending != Some(*generation) {
                    return Err(Fault::new(FaultKind::Refused, "it does not wait any more"));
                }
                self.rollback(*generation);
                return Ok(Reply::Done(self.remarks.clone()));
            }
            Act::History => {
                let entry = |(number, generation): (&u32, &Generation)| Entry {
                    generation: *number,
                    when: "-".to_owned(),
                    state: match *number == self.found.generation {
                        true => EntryState::Current,
                        false => EntryState::of(generation.state),
                    },
                    who: generation.who.clone(),
                    run: generation.run.clone(),
                    what: generation.what.clone(),
                };
                return Ok(Reply::History(self.generations.iter().map(entry).collect()));
            }
            Act::Again { generation } => {
                let known = self.generations.get(generation);
                return known
                    .map(|known| Reply::Files(known.after.clone()))
                    .ok_or_else(|| Fault::new(FaultKind::Refused, "there is no such generation"));
            }
        }
        Ok(Reply::Done(Vec::new()))
    }

    fn activate(&mut self, generation: u32, plan: &NodePlan, who: &str, what: &str) {
        let before = self.tree();
        let mut after = before.clone();
        let changes: Vec<_> = plan.files().cloned().collect();
        apply(&changes, &mut after);
        let saved = Generation {
            before,
            active: self.found.active.clone(),
            enabled: self.found.enabled.clone(),
            last: self.found.generation,
            managed: std::mem::take(&mut self.found.managed),
            state: "active",
            who: who.to_owned(),
            run: self.run.clone().unwrap_or_default(),
            what: what.to_owned(),
            after: plan.after.clone(),
        };
        self.generations.insert(generation, saved);
        self.put(&after);
        for step in &plan.steps {
            match step {
                Step::Start(unit) => {
                    self.found.active.insert(unit.clone());
                    self.found.enabled.insert(unit.clone());
                }
                Step::Stop(unit) => {
                    self.found.active.remove(unit);
                    self.found.enabled.remove(unit);
                }
                _ => {}
            }
        }
        let digests = plan.after.iter().map(|(path, file)| (path.clone(), file.digest()));
        self.found.managed = digests.collect();
        self.found.generation = generation;
        self.found.pending = Some(generation);
    }

    fn rollback(&mut self, generation: u32) {
        self.staging = None;
        let Some(saved) = self.generations.get_mut(&generation) else { return };
        if saved.state == "rolled-back" {
            return;
        }
        saved.state = "rolled-back";
        let saved = saved.clone();
        self.put(&saved.before);
        (self.found.active, self.found.enabled) = (saved.active, saved.enabled);
        self.found.managed = saved.managed;
        self.found.generation = saved.last;
        self.found.pending = None;
    }

    fn put(&mut self, tree: &Tree) {
        self.found.files.clone_from(tree);
    }
}
