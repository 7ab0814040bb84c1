//! Performs what a [`Rollout`] decides.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::{JoinError, JoinSet};

use super::rollout::{Rollout, Task};
use super::{Act, Fault, FaultKind, GateReport, Host, Reply, gate, gate_back, wanted_look};
use crate::model::Cluster;
use crate::plan::Found;
use crate::site::render::{Machine, Role};

/// What machines are judged by.
#[derive(Debug)]
pub struct Basis {
    /// What each is, in the order of the rollout's plan.
    pub machines: Vec<Machine>,
    /// The cluster that they are to be.
    pub cluster: Cluster,
    /// What was found before.
    pub before: BTreeMap<String, Found>,
}

impl Basis {
    fn name(&self, position: usize) -> String {
        self.machines.get(position).map(|machine| machine.name.clone()).unwrap_or_default()
    }
}

/// What happens during a rollout, for whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A machine begins with a task.
    Begins {
        /// The machine.
        node: String,
        /// The task.
        task: &'static str,
    },
    /// It is done.
    Done {
        /// The machine.
        node: String,
        /// The task.
        task: &'static str,
        /// Remarks for the operator.
        remarks: Vec<String>,
    },
    /// It is not done.
    Failed {
        /// The machine.
        node: String,
        /// The task.
        task: &'static str,
        /// Why.
        fault: Fault,
    },
    /// Somebody pressed Ctrl-C for the first time.
    Interrupted {
        /// What is done now, and what a second time would do.
        words: String,
    },
}

/// Asks all hosts the same kind of question at the same time.
pub async fn perform(hosts: Vec<Host>, acts: Vec<Act>) -> (Vec<Host>, Vec<Result<Reply, Fault>>) {
    perform_and_redial(hosts, acts, None).await
}

/// The same; one of the hosts, by its place in the list, gets a new connection meanwhile.
async fn perform_and_redial(
    hosts: Vec<Host>,
    acts: Vec<Act>,
    redialled: Option<usize>,
) -> (Vec<Host>, Vec<Result<Reply, Fault>>) {
    let mut set = JoinSet::new();
    for (position, (mut host, act)) in hosts.into_iter().zip(acts).enumerate() {
        set.spawn(async move {
            let reply = if redialled == Some(position) {
                host.perform_and_redial(&act).await
            } else {
                host.perform(&act).await
            };
            (position, host, reply)
        });
    }
    let mut done: Vec<_> = Vec::new();
    while let Some(joined) = set.join_next().await {
        done.push(or_panic(joined));
    }
    done.sort_by_key(|(position, ..)| *position);
    done.into_iter().map(|(_, host, reply)| (host, reply)).unzip()
}

/// Runs a rollout to its end. `hosts` are in the order of its plan.
pub async fn run(
    rollout: &mut Rollout,
    hosts: Vec<Host>,
    basis: &Arc<Basis>,
    mut tell: impl FnMut(Event),
) -> Vec<Host> {
    let start = Instant::now();
    let mut hosts: Vec<Option<Host>> = hosts.into_iter().map(Some).collect();
    let mut set: JoinSet<Done> = JoinSet::new();
    let mut interrupted = false;
    // One for all rounds: what comes between two of them must not be lost.
    let mut interrupts = signal(SignalKind::interrupt()).ok();
    while !rollout.is_finished() {
        while let Some((position, task)) = rollout.poll(start.elapsed()) {
            // Another look of the same gate is nothing new.
            if !rollout.is_settling(position) {
                tell(Event::Begins { node: basis.name(position), task: task.name() });
            }
            let moment = Moment {
                redials: rollout.is_last_look(position, start.elapsed()),
                is_last: rollout.is_last_director(position),
                is_back: rollout.is_on_the_way_back(),
            };
            begin(position, task, moment, &mut hosts, basis, &mut set);
        }
        let pause =
            rollout.next_deadline().map(|deadline| deadline.saturating_sub(start.elapsed()));
        let done = tokio::select! {
            done = set.join_next(), if !set.is_empty() => done,
            () = tokio::time::sleep(pause.unwrap_or(IDLE)), if pause.is_some() || set.is_empty() => None,
            () = pressed(&mut interrupts) => {
                if interrupted {
                    // The scripts on the machines go on; nobody waits for them any more.
                    rollout.leave();
                    break;
                }
                interrupted = true;
                let gives_up = rollout.abort("interrupted by Ctrl-C");
                tell(Event::Interrupted { words: outlook(gives_up, rollout.confirm_within()) });
                None
            }
        };
        let Some(done) = done else { continue };
        let Done { position, task, taken, result } = or_panic(done);
        for (position, host) in taken {
            if let Some(slot) = hosts.get_mut(position) {
                *slot = Some(host);
            }
        }
        let node = basis.name(position);
        let event = match &result {
            Ok(remarks) => Event::Done { node, task, remarks: remarks.clone() },
            Err(fault) => Event::Failed { node, task, fault: fault.clone() },
        };
        rollout.handle(position, result, start.elapsed());
        // A gate is done when it stays open.
        if !rollout.is_settling(position) {
            tell(event);
        }
    }
    hosts.into_iter().flatten().collect()
}

/// Waits for Ctrl-C; for ever where it cannot be heard.
async fn pressed(interrupts: &mut Option<Signal>) {
    let heard = match interrupts {
        Some(interrupts) => interrupts.recv().await,
        None => None,
    };
    if heard.is_none() {
        std::future::pending().await
    }
}

/// What a task brought. Nothing aborts tasks, so one that brought nothing has panicked: its machine would
/// be waited for without end.
fn or_panic<T>(joined: Result<T, JoinError>) -> T {
    joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// A task that came back, with the hosts that it used.
struct Done {
    position: usize,
    task: &'static str,
    taken: Vec<(usize, Host)>,
    result: Result<Vec<String>, Fault>,
}

/// When a gate is asked.
#[derive(Clone, Copy)]
struct Moment {
    /// With a new connection for what follows.
    redials: bool,
    /// When all other directors have what they are to have.
    is_last: bool,
    /// When machines are being taken back.
    is_back: bool,
}

fn begin(
    position: usize,
    task: Task,
    moment: Moment,
    hosts: &mut [Option<Host>],
    basis: &Arc<Basis>,
    set: &mut JoinSet<Done>,
) {
    let word = task.name();
    let is_fresh = matches!(task, Task::Fresh(_));
    let mut take = |wanted: usize| Some((wanted, hosts.get_mut(wanted)?.take()?));
    match task {
        Task::Act(act) | Task::Fresh(act) => {
            let Some((position, host)) = take(position) else { return };
            set.spawn(one(position, word, host, act, is_fresh));
        }
        Task::Gate => {
            let is_director = |m: &Machine| m.role == Role::Director;
            let machines = &basis.machines;
            let own = machines.get(position);
            let asks_all = own.is_some_and(is_director);
            let asked = machines.iter().enumerate().filter(|(other, machine)| {
                *other == position || (asks_all && is_director(machine))
            });
            let taken: Vec<(usize, Host)> = asked.filter_map(|(other, _)| take(other)).collect();
            let acts: Vec<Act> = taken
                .iter()
                .filter_map(|(other, _)| machines.get(*other).map(wanted_look))
                .collect();
            let basis = basis.clone();
            set.spawn(async move {
                let (positions, hosts): (Vec<usize>, Vec<Host>) = taken.into_iter().unzip();
                // The confirmation needs a connection that was made after the change: while the gate is asked for the
                // last time costs no time. A gate that was closed for a while is followed by one that is made then.
                let own = positions.iter().position(|other| *other == position);
                let redialled = own.filter(|_| moment.redials);
                let (mut hosts, replies) = perform_and_redial(hosts, acts, redialled).await;
                let result = judge(position, &positions, replies, &basis, moment);
                if let (Err(_), Some(host)) = (&result, own.and_then(|own| hosts.get_mut(own))) {
                    host.forget_next();
                }
                let taken = positions.into_iter().zip(hosts).collect();
                Done { position, task: word, taken, result }
            });
        }
    }
}

async fn one(
    position: usize,
    task: &'static str,
    mut host: Host,
    act: Act,
    is_fresh: bool,
) -> Done {
    if is_fresh {
        host.renew();
    }
    let result = host.perform(&act).await.map(|reply| match reply {
        Reply::Done(remarks) => remarks,
        _ => Vec::new(),
    });
    Done { position, task, taken: vec![(position, host)], result }
}

fn judge(
    position: usize,
    positions: &[usize],
    replies: Vec<Result<Reply, Fault>>,
    basis: &Basis,
    moment: Moment,
) -> Result<Vec<String>, Fault> {
    let Basis { machines, cluster, before } = basis;
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut silent: BTreeMap<String, Fault> = BTreeMap::new();
    for (other, reply) in positions.iter().zip(replies) {
        let machine = machines.get(*other);
        match (machine, reply) {
            (Some(machine), Ok(Reply::Facts(facts))) => {
                found.insert(machine.name.clone(), *facts);
            }
            (_, Err(fault)) if *other == position => return Err(fault),
            (Some(machine), Err(fault)) => {
                silent.insert(machine.name.clone(), fault);
            }
            _ => {}
        }
    }
    let Some(machine) = machines.get(position) else { return Ok(Vec::new()) };
    let is_last = moment.is_last;
    let report = GateReport { before, cluster, machine, found: &found, silent: &silent, is_last };
    let judged = if moment.is_back { gate_back(&report) } else { gate(&report) };
    judged.map(|()| Vec::new()).map_err(|why| Fault::new(FaultKind::Refused, why))
}

/// What an interruption does, and what another one would do.
fn outlook(gives_up: bool, confirm_within: u64) -> String {
    let now = if gives_up {
        "what is under way comes to its end, then all is taken back"
    } else {
        "all was done or is being taken back already, and comes to its end"
    };
    let then = match confirm_within {
        0 => "leaves every machine as it is then".to_owned(),
        within => format!(
            "leaves it to the machines: they take back within {within} s what was not confirmed"
        ),
    };
    format!("interrupted: {now}; a second Ctrl-C ends at once and {then}")
}

/// When nothing is under way and nothing waits; it does not happen before the end.
const IDLE: Duration = Duration::from_millis(50);
