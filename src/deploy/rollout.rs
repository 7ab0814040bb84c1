//! Which act comes next: the rollout of a plan as a machine without I/O.
//!
//! ```text
//! lock all -> stage, check all -> for each batch: activate, gate, confirm -> unlock all
//!                 any fault -> take back what was activated, last first  -> unlock all
//! ```
//!
//! Directors are changed, and taken back, one by one: never do two of them stop at the same time. Only where one
//! alone would not be understood by the others is the next one activated before the first is judged, and none of
//! them is confirmed before all of them are judged; they are taken back one right behind the other as well.
//!
//! Real servers that get addresses are changed before the directors, and taken back behind them; those that give
//! some up the other way round. A director that was taken back is judged before the next one is, as long as a gate
//! may take; whatever it finds, that one is taken back as well.
//!
//! No machine is changed before every machine's own program has accepted its files. Only where that program has to
//! be installed first, this is a part of the batch.
//!
//! The caller performs what [`Rollout::poll`] gives and answers with [`Rollout::handle`]; time is
//! an argument, counted from the start of the run.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Act, Fault, FaultKind};
use crate::plan::{Batch, NodePlan, Step, batches};
use crate::site::render::{Machine, Role};

mod turn;

/// How a plan is rolled out.
#[derive(Clone, Debug)]
pub struct Options {
    /// Real servers that are changed at the same time.
    pub parallel: usize,
    /// Whether the first real server goes alone.
    pub canary: bool,
    /// Seconds within which a change must be confirmed over a new connection; 0 switches it off.
    pub confirm_within: u64,
    /// How long a gate may stay closed.
    pub gate_timeout: Duration,
    /// How long a director's gate must stay open: a reload is over before the program has done
    /// what its new file says, and what fails then is not seen by a single look.
    pub settle: Duration,
    /// How long a machine that does not answer is asked to confirm or to roll back.
    pub patience: Duration,
    /// Time between two tries of the same task.
    pub pause: Duration,
    /// Whether missing packages are installed.
    pub install: bool,
    /// Who does it.
    pub who: String,
    /// What is done, for the history.
    pub what: String,
    /// The run's name.
    pub run: String,
}

/// What the caller is to do for a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Perform an act.
    Act(Act),
    /// Perform an act over a new connection.
    Fresh(Act),
    /// Judge the machine.
    Gate,
}

impl Task {
    /// What it is called in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Act(act) | Self::Fresh(act) => act.name(),
            Self::Gate => "gate",
        }
    }
}

/// What became of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing was to be done, or nothing was done.
    Untouched,
    /// It has the new generation.
    Deployed,
    /// It had the new generation, and has the old one again.
    RolledBack,
    /// It could not be asked any more. The dead-man switch decides, where it was set.
    Unknown,
}

/// A machine in the rollout.
#[derive(Debug)]
struct Node {
    plan: NodePlan,
    checks: Vec<Act>,
    generation: u32,
    tasks: VecDeque<Task>,
    is_busy: bool,
    is_locked: bool,
    /// Whether its files were brought and checked before the first batch.
    is_prepared: bool,
    /// Whether an activation was begun, so that it must be taken back after a fault.
    is_touched: bool,
    /// Whether a confirmation may have arrived, although its answer did not.
    may_be_confirmed: bool,
    state: State,
    /// The first try of a gate, confirmation or rollback, and when the next one may be.
    since: Option<Duration>,
    not_before: Duration,
    /// Since when its gate is open, while it must show that it stays so.
    open_since: Option<Duration>,
}

impl Node {
    /// How long its gate must stay open: only where a program begins anew with what it does.
    fn settling(&self, options: &Options) -> Duration {
        let begins =
            |step: &Step| matches!(step, Step::Reload(_) | Step::Restart(_) | Step::Start(_));
        let is_director = self.plan.role == Role::Director;
        match is_director && self.plan.steps.iter().any(begins) {
            true => options.settle,
            false => Duration::ZERO,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Locking,
    Preparing,
    Batch(usize),
    RollingBack,
    Unlocking,
    Finished,
}

/// The rollout.
#[derive(Debug)]
pub struct Rollout {
    nodes: Vec<Node>,
    batches: Vec<Batch>,
    options: Options,
    phase: Phase,
    /// Why it was given up: the machine, the act, the fault.
    failure: Option<(Option<usize>, &'static str, Fault)>,
    /// What went wrong on the way back.
    remarks: Vec<String>,
}

impl Rollout {
    /// A rollout of `plans`; `machines` tell how files are checked, `generations` which number
    /// comes next on each.
    pub fn new(
        plans: Vec<NodePlan>,
        machines: &[Machine],
        generations: &[u32],
        options: Options,
    ) -> Self {
        let batches = batches(&plans, options.parallel, options.canary);
        let nodes = plans.into_iter().zip(generations).map(|(plan, generation)| {
            let machine = machines.iter().find(|machine| machine.name == plan.name);
            let checks = machine.map(|machine| checks(machine, &plan, &options.run));
            Node {
                checks: checks.unwrap_or_default(),
                generation: *generation,
                tasks: VecDeque::new(),
                is_busy: false,
                is_locked: false,
                is_prepared: false,
                is_touched: false,
                may_be_confirmed: false,
                state: State::Untouched,
                since: None,
                not_before: Duration::ZERO,
                open_since: None,
                plan,
            }
        });
        let mut rollout = Self {
            nodes: nodes.collect(),
            batches,
            options,
            phase: Phase::Locking,
            failure: None,
            remarks: Vec::new(),
        };
        rollout.enter(Phase::Locking);
        rollout
    }

    /// The next task that can be performed now, with its machine's position in the plan.
    pub fn poll(&mut self, now: Duration) -> Option<(usize, Task)> {
        let is_ready = |position: &usize| {
            let node = self.nodes.get(*position);
            node.is_some_and(|node| !node.is_busy && now >= node.not_before)
                && self.has_turn(*position)
        };
        let position = (0..self.nodes.len()).find(is_ready)?;
        let node = self.nodes.get_mut(position)?;
        let task = node.tasks.front()?.clone();
        node.is_busy = true;
        if let Task::Act(Act::Activate { .. }) = task {
            node.is_touched = true;
        }
        Some((position, task))
    }

    /// Whether the look that a machine's gate begins with now is the last one, if all is well.
    pub fn is_last_look(&self, position: usize, now: Duration) -> bool {
        self.nodes.get(position).is_some_and(|node| {
            let settling = node.settling(&self.options);
            match node.open_since {
                Some(open) => now >= open + settling,
                None => settling.is_zero() && node.since.is_none(),
            }
        })
    }

    /// Whether machines are being taken back.
    pub fn is_on_the_way_back(&self) -> bool {
        self.phase == Phase::RollingBack
    }

    /// Whether a machine's gate is open, and must stay so for a while.
    pub fn is_settling(&self, position: usize) -> bool {
        self.nodes.get(position).is_some_and(|node| node.open_since.is_some())
    }

    /// Takes the result of a task: what the machine remarks, or why it is not done.
    pub fn handle(&mut self, position: usize, result: Result<Vec<String>, Fault>, now: Duration) {
        let phase = self.phase;
        let timeout = self.options.gate_timeout;
        let (patience, pause) = (self.options.patience, self.options.pause);
        // On the way back a gate is asked for the sake of the next director.
        let is_given_up = self.failure.is_some() && phase != Phase::RollingBack;
        let Some(node) = self.nodes.get_mut(position) else { return };
        node.is_busy = false;
        let Some(task) = node.tasks.front().cloned() else { return };
        match result {
            Ok(remarks) => {
                if task == Task::Gate && !is_given_up {
                    let settled =
                        *node.open_since.get_or_insert(now) + node.settling(&self.options);
                    if now < settled {
                        node.not_before = settled.min(now + pause);
                        return;
                    }
                }
                node.open_since = None;
                node.tasks.pop_front();
                node.since = None;
                node.not_before = now;
                match task {
                    Task::Act(Act::Lock { .. }) => node.is_locked = true,
                    Task::Act(Act::Activate { .. }) => node.state = State::Unknown,
                    Task::Fresh(Act::Confirm { .. }) => node.state = State::Deployed,
                    Task::Fresh(Act::Rollback { .. }) => {
                        node.state = State::RolledBack;
                        let name = &node.plan.name;
                        let named = remarks.iter().map(|remark| format!("{name}: {remark}"));
                        self.remarks.extend(named);
                    }
                    _ => {}
                }
            }
            Err(fault) => {
                // The first fault of a gate counts on: one that opens and closes comes to an end.
                node.open_since = None;
                let since = *node.since.get_or_insert(now);
                if let Task::Fresh(Act::Confirm { .. }) = task {
                    node.may_be_confirmed = match fault.kind {
                        FaultKind::Connection => node.may_be_confirmed,
                        FaultKind::Lost => true,
                        // Its own word that it keeps nothing.
                        FaultKind::Refused => false,
                    };
                }
                // These change nothing, or the same twice: they are tried until their time is up.
                let patience = match (&task, fault.kind) {
                    (Task::Gate, _) if is_given_up => Duration::ZERO,
                    (Task::Gate, _) => timeout,
                    (Task::Fresh(_), FaultKind::Connection | FaultKind::Lost) => patience,
                    (Task::Act(_) | Task::Fresh(_), _) => Duration::ZERO,
                };
                if now.saturating_sub(since) < patience {
                    node.not_before = now + pause;
                    return;
                }
                node.since = None;
                node.tasks.clear();
                if (phase, &task) == (Phase::RollingBack, &Task::Gate) {
                    self.remarks
                        .push(format!("{}: the old state is back, but {fault}", node.plan.name));
                } else {
                    self.fault(position, &task, fault, phase);
                }
            }
        }
        self.advance();
    }

    /// Gives up after the acts that are under way, as after a fault. Says whether there was something
    /// to give up: on the way back, and when only the locks are left, it goes on as before.
    pub fn abort(&mut self, reason: &str) -> bool {
        if matches!(self.phase, Phase::Locking | Phase::Preparing | Phase::Batch(_)) {
            let fault = Fault::new(FaultKind::Refused, reason);
            self.failure.get_or_insert((None, "interrupted", fault));
            self.stop_all();
            self.advance();
            return true;
        }
        false
    }

    /// Ends it where it stands, and says what stays behind.
    pub fn leave(&mut self) {
        let fault = Fault::new(FaultKind::Refused, "ended by a second Ctrl-C");
        self.failure.get_or_insert((None, "interrupted", fault));
        let within = self.options.confirm_within;
        for node in &mut self.nodes {
            let name = &node.plan.name;
            let confirms = matches!(node.tasks.front(), Some(Task::Fresh(Act::Confirm { .. })));
            node.may_be_confirmed |= node.is_busy && confirms;
            match node.state {
                _ if !node.is_touched => {}
                State::RolledBack => {}
                State::Deployed => self.remarks.push(format!(
                    "{name} keeps what was deployed; `lvsha rollback` takes it back"
                )),
                State::Untouched | State::Unknown if node.may_be_confirmed => {
                    node.state = State::Unknown;
                    self.remarks.push(format!(
                        "{name} may keep what was deployed; `lvsha rollback` takes it back"
                    ));
                }
                State::Untouched | State::Unknown if within > 0 => {
                    node.state = State::Unknown;
                    self.remarks.push(format!(
                        "{name} was not confirmed, and takes itself back within {within} s"
                    ));
                }
                State::Untouched | State::Unknown => {
                    node.state = State::Unknown;
                    self.remarks.push(format!(
                        "{name} was not confirmed, and keeps what it has; `lvsha rollback` takes it back"
                    ));
                }
            }
            // A lock that was asked for may have been taken.
            if node.is_locked || (node.is_busy && self.phase == Phase::Locking) {
                self.remarks.push(format!("{name} stays locked; `lvsha unlock` gives it free"));
            }
        }
        self.phase = Phase::Finished;
    }

    /// Seconds within which a machine that nobody confirms takes itself back; 0 means never.
    pub fn confirm_within(&self) -> u64 {
        self.options.confirm_within
    }

    /// When [`Rollout::poll`] may give something again that it does not give now.
    pub fn next_deadline(&self) -> Option<Duration> {
        let waiting = self.nodes.iter().enumerate();
        let waiting = waiting.filter(|(other, node)| !node.is_busy && self.has_turn(*other));
        waiting.map(|(_, node)| node.not_before).min()
    }

    /// Whether nothing is left to do.
    pub fn is_finished(&self) -> bool {
        self.phase == Phase::Finished
    }

    /// Why it failed: the machine, the act and the fault.
    pub fn failure(&self) -> Option<(Option<&str>, &'static str, &Fault)> {
        let (position, act, fault) = self.failure.as_ref()?;
        let node = position.and_then(|position| self.nodes.get(position));
        Some((node.map(|node| node.plan.name.as_str()), act, fault))
    }

    /// What became of each machine.
    pub fn states(&self) -> impl Iterator<Item = (&str, &State)> {
        self.nodes.iter().map(|node| (node.plan.name.as_str(), &node.state))
    }

    /// What went wrong on the way back, for the operator.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    fn fault(&mut self, position: usize, task: &Task, fault: Fault, phase: Phase) {
        match phase {
            Phase::Locking | Phase::Preparing | Phase::Batch(_) => {
                let lost_lock = phase == Phase::Locking && fault.kind == FaultKind::Lost;
                if let Some(node) = self.nodes.get_mut(position) {
                    // It may have been taken; giving it back does no harm.
                    node.is_locked |= lost_lock;
                }
                self.failure.get_or_insert((Some(position), task.name(), fault));
                self.stop_all();
            }
            Phase::RollingBack => {
                let within = self.options.confirm_within;
                let Some(node) = self.nodes.get_mut(position) else { return };
                let was_confirmed = node.state == State::Deployed;
                node.state = State::Unknown;
                let hope = match fault.kind {
                    FaultKind::Refused => "look at /var/lib/lvsha there".to_owned(),
                    _ if node.may_be_confirmed && !was_confirmed => {
                        "it may keep the change: `lvsha rollback` when it answers again".to_owned()
                    }
                    _ if within > 0 && !was_confirmed => {
                        format!("it rolls itself back within {within} s")
                    }
                    _ => "`lvsha rollback` when it answers again".to_owned(),
                };
                self.remarks.push(format!("{}: {fault}; {hope}", node.plan.name));
            }
            Phase::Unlocking | Phase::Finished => {
                if let Some(node) = self.nodes.get(position) {
                    let hint = "`lvsha unlock` when it answers again";
                    self.remarks.push(format!("{} stays locked: {fault}; {hint}", node.plan.name));
                }
            }
        }
    }

    /// Acts under way come to their end; nothing new is begun.
    fn stop_all(&mut self) {
        for node in &mut self.nodes {
            let running = node.is_busy.then(|| node.tasks.front().cloned()).flatten();
            node.tasks = running.into_iter().collect();
            // A gate that is asked no more is waited for no more.
            node.open_since = None;
        }
    }

    /// Goes on when the phase has nothing left to do.
    fn advance(&mut self) {
        while self.phase != Phase::Finished
            && self.nodes.iter().all(|node| node.tasks.is_empty() && !node.is_busy)
        {
            let failed = self.failure.is_some();
            let next = match self.phase {
                Phase::Locking if failed => Phase::Unlocking,
                Phase::Locking => Phase::Preparing,
                Phase::Preparing if failed => Phase::Unlocking,
                Phase::Preparing => Phase::Batch(0),
                Phase::Batch(_) if failed => Phase::RollingBack,
                Phase::Batch(number) if number + 1 < self.batches.len() => Phase::Batch(number + 1),
                Phase::Batch(_) | Phase::RollingBack => Phase::Unlocking,
                Phase::Unlocking | Phase::Finished => Phase::Finished,
            };
            self.enter(next);
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        let run = || self.options.run.clone();
        match phase {
            Phase::Locking => {
                let (who, run) = (self.options.who.clone(), run());
                for node in &mut self.nodes {
                    let (who, run, generation) = (who.clone(), run.clone(), node.generation);
                    let lock = Act::Lock { who, run, generation };
                    node.tasks.push_back(Task::Act(lock));
                }
            }
            Phase::Preparing => {
                let changed = self.batches.iter().flat_map(|batch| batch.nodes.iter().copied());
                for position in changed.collect::<Vec<_>>() {
                    let Some(node) = self.nodes.get_mut(position) else { continue };
                    if packages(node, &self.options).next().is_none() {
                        node.tasks = preparations(node, &self.options);
                        node.is_prepared = true;
                    }
                }
            }
            Phase::Batch(number) => {
                let positions = self.batches.get(number).map(|batch| batch.nodes.clone());
                for position in positions.unwrap_or_default() {
                    if let Some(node) = self.nodes.get_mut(position) {
                        node.tasks = tasks(node, &self.options);
                    }
                }
            }
            Phase::RollingBack => {
                let run = run();
                // The last one comes first.
                let mut is_followed = false;
                for position in 0..self.nodes.len() {
                    let is_judged = is_followed && !self.is_within_those_together(position);
                    let Some(node) = self.nodes.get_mut(position) else { continue };
                    if !node.is_touched {
                        continue;
                    }
                    let (generation, run) = (node.generation, Some(run.clone()));
                    node.tasks.push_back(Task::Fresh(Act::Rollback { generation, run }));
                    if node.plan.role == Role::Director {
                        node.tasks.extend(is_judged.then_some(Task::Gate));
                        is_followed = true;
                    }
                }
            }
            Phase::Unlocking => {
                let run = run();
                for node in self.nodes.iter_mut().filter(|node| node.is_locked) {
                    node.tasks.push_back(Task::Act(Act::Unlock { run: Some(run.clone()) }));
                }
            }
            Phase::Finished => {}
        }
    }
}

/// What is installed on a machine before its files can be checked.
fn packages<'a>(node: &'a Node, options: &Options) -> impl Iterator<Item = &'a Vec<String>> {
    let installs = options.install;
    node.plan.steps.iter().filter_map(move |step| match step {
        Step::Install(packages) if installs => Some(packages),
        _ => None,
    })
}

/// What changes nothing that is in use.
fn preparations(node: &Node, options: &Options) -> VecDeque<Task> {
    let (plan, run) = (Box::new(node.plan.clone()), options.run.clone());
    let stage = Task::Act(Act::Stage { plan, run });
    std::iter::once(stage).chain(node.checks.iter().cloned().map(Task::Act)).collect()
}

/// What is done on one machine in its batch.
fn tasks(node: &Node, options: &Options) -> VecDeque<Task> {
    let generation = node.generation;
    let mut tasks = VecDeque::new();
    if !node.is_prepared {
        tasks.extend(packages(node, options).cloned().map(Act::Install).map(Task::Act));
        tasks.extend(preparations(node, options));
    }
    tasks.push_back(Task::Act(Act::Activate {
        generation,
        confirm_within: options.confirm_within,
        who: options.who.clone(),
        what: options.what.clone(),
        run: options.run.clone(),
    }));
    tasks.push_back(Task::Gate);
    tasks.push_back(Task::Fresh(Act::Confirm { generation }));
    tasks
}

/// Every file that changes is judged by its own program.
fn checks(machine: &Machine, plan: &NodePlan, run: &str) -> Vec<Act> {
    let changes = |path: &str| {
        plan.files().any(|change| {
            change.path() == path && matches!(change, crate::plan::FileChange::Write { .. })
        })
    };
    let check = |file: &crate::site::render::File| {
        let check = file.check.filter(|_| changes(&file.path))?;
        Some(Act::Check {
            path: file.path.clone(),
            command: check.command.iter().map(|word| (*word).to_owned()).collect(),
            accepts: check.accepts.to_vec(),
            run: run.to_owned(),
        })
    };
    machine.files.iter().filter_map(check).collect()
}

#[cfg(test)]
mod tests;
