//! When to read the kernel's table, what to write, what to try again, what to report. No I/O.
//!
//! ```text
//!             Desired                      steps                    no refusal
//!   Idle ───────────────▶ (plan) ────────────────────▶ Applying ──────────────▶ Idle
//!    │  slow clock, retry   ▲                              │ refusal: what we believe is void
//!    └──────────▶ Reading ──┘ ◀────────────────────────────┘
//! ```
//!
//! The first read adopts: what fits stays untouched, so that a restart costs no connection. Services
//! that lvsha never wanted belong to somebody else and are left alone unless told otherwise.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use super::batch::Refusal;
use super::{ServiceKey, Step, Table, apply_step, diff};

mod explain;
mod hold;
mod owned;
#[cfg(test)]
mod tests;

pub use explain::explain;
use hold::{Holds, Object};
pub use owned::Owned;

/// What the operator decides.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Time between two looks at the kernel's table when nothing happens.
    pub period: Duration,
    /// Whether services and sync threads of others are removed.
    pub remove_foreign: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { period: Duration::from_secs(30), remove_foreign: false }
    }
}

/// What happens to the machine.
#[derive(Debug)]
pub enum Input {
    /// The result of [`Output::Apply`]: refused steps, or why none is known to be done.
    Applied(Result<Vec<Refusal>, String>),
    /// The table is to be this from now on.
    Desired(Table),
    /// The result of [`Output::Read`].
    Read(Result<Table, String>),
}

/// What the machine wants done.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// Carry these out, and answer with [`Input::Applied`].
    Apply(Vec<Step>),
    /// Tell the operator.
    Event(Event),
    /// Read the table, and answer with [`Input::Read`].
    Read,
}

/// What the operator is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The first read: services that were there already, and steps that are missing.
    Adopted {
        /// Wanted services that exist.
        services: usize,
        /// Wanted services that are exactly as they should be.
        unchanged: usize,
        /// Services of others that are left alone.
        foreign: usize,
    },
    /// Steps that were carried out because the configuration or a server's state asked for them.
    Changed(Vec<Step>),
    /// An object that was refused before is in place.
    Recovered(Step),
    /// The kernel refuses a step; it is tried again after a while.
    Refused {
        /// The step.
        step: Step,
        /// Error number.
        errno: i32,
        /// Time until the next try.
        retry: Duration,
    },
    /// Somebody else changed the table; these steps undo it.
    Repaired(Vec<Step>),
    /// The table cannot be read or written at all.
    Unreachable {
        /// Why.
        cause: String,
        /// Time until the next try.
        retry: Duration,
    },
}

/// Keeps the kernel's table as it is wanted.
#[derive(Debug)]
pub struct Reconciler {
    settings: Settings,
    phase: Phase,
    desired: Option<Table>,
    /// The kernel's table as far as it is known; `None` after trouble.
    believed: Option<Table>,
    owned: Owned,
    holds: Holds,
    /// Steps of the list at hand that were refused before.
    recovered: Vec<Step>,
    has_adopted: bool,
    /// Whether the present wish was written once, refused objects apart.
    is_carried_out: bool,
    /// The next look at the table by the slow clock, or the next try after trouble.
    next_read: Option<Instant>,
    /// Failures in a row to reach the kernel.
    failures: u32,
    outputs: VecDeque<Output>,
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    Applying { steps: Vec<Step>, repair: bool },
    Idle,
    Reading,
}

impl Reconciler {
    /// A machine that wants nothing yet. `owned` is what an earlier life of the daemon made.
    pub fn new(settings: Settings, owned: Owned) -> Self {
        Self {
            settings,
            phase: Phase::Idle,
            desired: None,
            believed: None,
            owned,
            holds: Holds::default(),
            recovered: Vec::new(),
            has_adopted: false,
            is_carried_out: false,
            next_read: None,
            failures: 0,
            outputs: VecDeque::new(),
        }
    }

    /// Takes an input. An answer that nothing asked for is ignored.
    pub fn handle(&mut self, input: Input, now: Instant) {
        match (std::mem::replace(&mut self.phase, Phase::Idle), input) {
            (phase, Input::Desired(table)) => {
                self.want(table);
                self.phase = phase;
                // A wish more makes a kernel that cannot be reached no better.
                if self.phase == Phase::Idle && !self.is_backing_off(now) {
                    self.plan(now, false);
                }
            }
            (Phase::Reading, Input::Read(Ok(table))) => self.learn(table, now),
            (Phase::Reading, Input::Read(Err(cause)))
            | (Phase::Applying { .. }, Input::Applied(Err(cause))) => self.fail(cause, now),
            (Phase::Applying { steps, repair }, Input::Applied(Ok(refusals))) => {
                self.settle(steps, &refusals, repair, now);
            }
            (phase @ (Phase::Idle | Phase::Applying { .. }), Input::Read(_))
            | (phase @ (Phase::Idle | Phase::Reading), Input::Applied(_)) => {
                self.phase = phase;
            }
        }
    }

    /// The slow clock and the retries; harmless when nothing is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.phase != Phase::Idle || self.desired.is_none() {
            return;
        }
        if self.next_read.is_some_and(|at| at <= now) {
            self.read();
        } else if self.held_until().is_some_and(|at| at <= now) {
            self.plan(now, false);
        }
    }

    /// When [`Reconciler::handle_timeout`] is of use. Changes with every input and timeout.
    pub fn next_deadline(&self) -> Option<Instant> {
        if self.phase != Phase::Idle || self.desired.is_none() {
            return None;
        }
        self.next_read.into_iter().chain(self.held_until()).min()
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Whether the kernel is known to have what is wanted, refused objects apart.
    pub fn is_settled(&self) -> bool {
        self.phase == Phase::Idle && self.believed.is_some() && self.outputs.is_empty()
    }

    /// What is lvsha's, to be remembered for the next life.
    pub fn owned(&self) -> &Owned {
        &self.owned
    }

    fn is_backing_off(&self, now: Instant) -> bool {
        self.failures > 0 && self.next_read.is_some_and(|at| at > now)
    }

    /// While nothing is known the next reading comes first.
    fn held_until(&self) -> Option<Instant> {
        let known = self.believed.as_ref()?;
        self.holds.next_deadline(Some(known))
    }

    fn want(&mut self, table: Table) {
        self.owned.claim(&table);
        // What is wanted otherwise now deserves a new try at once.
        let before = self.desired.take().unwrap_or_default();
        self.holds.retain(|object| object.is_equal_in(&before, &table));
        self.is_carried_out &= before == table;
        self.desired = Some(table);
    }

    fn read(&mut self) {
        self.phase = Phase::Reading;
        self.outputs.push_back(Output::Read);
    }

    /// Writes what is missing, or reads first when nothing is known.
    fn plan(&mut self, now: Instant, repair: bool) {
        let Some(steps) = self.missing_steps(now) else { return self.read() };
        if steps.is_empty() {
            self.is_carried_out = true;
            self.phase = Phase::Idle;
            return;
        }
        self.outputs.push_back(Output::Apply(steps.clone()));
        self.phase = Phase::Applying { steps, repair };
    }

    /// Steps from the believed table to the desired one, refused objects apart until their time.
    fn missing_steps(&mut self, now: Instant) -> Option<Vec<Step>> {
        let (believed, desired) = (self.believed.as_ref()?, self.desired.as_ref()?);
        let mut steps = diff(&self.ours(believed), desired);
        if self.holds.is_empty() {
            return Some(steps);
        }
        // What is no difference any more needs no second try.
        let missing: BTreeSet<_> = steps.iter().map(Object::of).collect();
        self.holds.retain(|object| missing.contains(object));
        steps.retain(|step| !self.holds.is_held(step, believed, now));
        Some(steps)
    }

    /// The part of a table that is lvsha's business.
    fn ours(&self, table: &Table) -> Table {
        if self.settings.remove_foreign { table.clone() } else { self.owned.part_of(table) }
    }

    fn learn(&mut self, table: Table, now: Instant) {
        self.failures = 0;
        self.next_read = Some(now + self.settings.period);
        if !self.has_adopted {
            self.has_adopted = true;
            self.report_adoption(&table);
        }
        if let Some(desired) = &self.desired {
            self.owned.forget_gone(&table, desired);
        }
        self.believed = Some(table);
        // Once the wish was carried out, every further difference is somebody else's doing.
        self.plan(now, self.is_carried_out);
    }

    fn report_adoption(&mut self, table: &Table) {
        let Some(desired) = &self.desired else { return };
        let known = |key: &&ServiceKey| desired.services.contains_key(*key);
        let services = table.services.keys().filter(known).count();
        let unchanged = table
            .services
            .iter()
            .filter(|(key, service)| desired.services.get(key) == Some(service));
        let event = Event::Adopted {
            services,
            unchanged: unchanged.count(),
            foreign: table.services.keys().filter(|key| !self.owned.services.contains(key)).count(),
        };
        self.outputs.push_back(Output::Event(event));
    }

    fn fail(&mut self, cause: String, now: Instant) {
        self.believed = None;
        let retry = hold::back_off(self.failures);
        self.failures = self.failures.saturating_add(1);
        self.next_read = Some(now + retry);
        self.outputs.push_back(Output::Event(Event::Unreachable { cause, retry }));
    }

    fn settle(&mut self, steps: Vec<Step>, refusals: &[Refusal], repair: bool, now: Instant) {
        let refused: BTreeMap<usize, i32> =
            refusals.iter().map(|refusal| (refusal.index, refusal.errno)).collect();
        let mut done = Vec::new();
        let mut is_void = false;
        // A destination cannot be added to a service that was refused: one cause, one report.
        let mut refused_services = BTreeSet::new();
        for (index, step) in steps.into_iter().enumerate() {
            match refused.get(&index) {
                None => self.carried_out(step, &mut done),
                // Somebody was faster: it is gone.
                Some(&libc::ESRCH | &libc::ENOENT) if step.is_removal() => {
                    self.carried_out(step, &mut done);
                }
                Some(&errno) => {
                    is_void = true;
                    let is_consequence = step.destination().is_some()
                        && step.service().is_some_and(|key| refused_services.contains(&key));
                    if step.destination().is_none() {
                        refused_services.extend(step.service());
                    }
                    if !is_consequence {
                        self.refuse(step, errno, now);
                    }
                }
            }
        }
        self.report(done, repair);
        if is_void {
            // What the table looks like now is a guess: look.
            self.believed = None;
            self.read();
        } else {
            // The wish may have changed meanwhile.
            self.plan(now, false);
        }
    }

    /// Tells what was done. What had to wait for a refused service is no repair.
    fn report(&mut self, done: Vec<Step>, repair: bool) {
        let recovered: BTreeSet<_> = self.recovered.iter().filter_map(Step::service).collect();
        let is_repair = |step: &Step| {
            repair && step.service().is_none_or(|service| !recovered.contains(&service))
        };
        let (repaired, changed): (Vec<_>, Vec<_>) = done.into_iter().partition(is_repair);
        let recovered = std::mem::take(&mut self.recovered).into_iter().map(Event::Recovered);
        let repaired = (!repaired.is_empty()).then_some(Event::Repaired(repaired));
        let changed = (!changed.is_empty()).then_some(Event::Changed(changed));
        self.outputs.extend(recovered.chain(repaired).chain(changed).map(Output::Event));
    }

    fn carried_out(&mut self, step: Step, done: &mut Vec<Step>) {
        if let Some(believed) = &mut self.believed {
            apply_step(&step, believed);
        }
        if let Some(desired) = &self.desired {
            self.owned.forget(&step, desired);
        }
        if self.holds.release(&Object::of(&step)) {
            self.recovered.push(step.clone());
        }
        done.push(step);
    }

    fn refuse(&mut self, step: Step, errno: i32, now: Instant) {
        let retry = self.holds.hold(Object::of(&step), now);
        self.outputs.push_back(Output::Event(Event::Refused { step, errno, retry }));
    }
}
