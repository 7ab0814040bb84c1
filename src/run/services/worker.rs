//! The thread that checks servers, and what can be asked of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, Id, JoinSet};
use tracing::{error, warn};

use super::hooks::Runner;
use super::mail::Mailer;
use super::{Plan, maintenance};
use crate::run::health::monitor::{Event, Monitor, Ordered, QuestionId, ServiceStatus, Target};
use crate::run::health::probe::{self, Probe, Trust};
use crate::run::health::{Answer, Failure};
use crate::run::ipvs::kernel::{Backend, Kernel, drive};
use crate::run::ipvs::reconcile::{self, Reconciler, Settings};
use crate::run::ipvs::{Daemon, DaemonRole, DestinationKey, Table};
use crate::run::net::descriptors;
use crate::run::newest;

mod kernel_state;
mod orders;
#[cfg(test)]
mod tests;

use kernel_state::KernelState;
pub use kernel_state::KernelStatus;
use orders::Orders;

/// What can be asked of a running thread.
#[derive(Debug)]
pub enum Command {
    /// Another plan; what is equal in both is not touched.
    Configure {
        /// What.
        plan: Box<Plan>,
        /// The roles of this director's routers, by their names in this plan: they may have others now.
        roles: BTreeMap<String, bool>,
    },
    /// An operator's order for a server, or `None` to take it back. Answered with the servers that it is
    /// about.
    Order(Target, Option<Ordered>, oneshot::Sender<Vec<DestinationKey>>),
    /// A router of this director became master, or is it no longer.
    Role {
        /// The router's name.
        router: String,
        /// Whether it is master now.
        is_master: bool,
    },
    /// What there is to see.
    Status(oneshot::Sender<Snapshot>),
    /// Leave the table as the plan says, and end.
    Stop,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A server or a service changed.
    Health(Event),
    /// Something about the kernel's table.
    Kernel(reconcile::Event),
}

/// Everything that an operator can see.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// Version of this form: fields are added, never changed.
    #[serde(default)]
    pub version: u32,
    /// The services and their servers.
    pub services: Vec<ServiceStatus>,
    /// The kernel's table.
    pub kernel: KernelStatus,
    /// Checks that wait for an answer.
    pub open_checks: usize,
}

/// A running thread.
#[derive(Debug)]
pub struct Services {
    commands: mpsc::UnboundedSender<Command>,
    thread: JoinHandle<()>,
    /// Nothing ever comes out of it: the thread has the other end, and loses it however it ends.
    end: oneshot::Receiver<()>,
}

impl Services {
    /// Sends a command; whether the thread is still there to take it.
    pub fn send(&self, command: Command) -> bool {
        self.commands.send(command).is_ok()
    }

    /// A way to send commands from elsewhere.
    pub fn commands(&self) -> mpsc::UnboundedSender<Command> {
        self.commands.clone()
    }

    /// Waits until the thread has ended without being told to: a mistake in lvsha.
    pub async fn ended(&mut self) {
        // Nothing is sent, so that it can only be closed.
        let _ = (&mut self.end).await;
    }

    /// A thread without work. For its owner it lives as long as the sender.
    #[cfg(test)]
    pub(crate) fn idle() -> (Self, oneshot::Sender<()>) {
        let (commands, _) = mpsc::unbounded_channel();
        let (life, end) = oneshot::channel();
        (Self { commands, thread: std::thread::spawn(|| {}), end }, life)
    }

    /// Stops, and waits until the table is left as the plan says.
    pub fn stop(self) {
        self.send(Command::Stop);
        if self.thread.join().is_err() {
            warn!("the thread of the services ended with a panic");
        }
    }
}

/// Starts the threads. `memory` is the file that remembers what in the table is ours.
///
/// # Errors
///
/// When the operating system gives no thread.
pub fn start(
    plan: Plan,
    memory: Option<PathBuf>,
    tell: mpsc::UnboundedSender<Told>,
) -> io::Result<Services> {
    start_over(Kernel::default(), plan, memory, tell)
}

/// The same over any table.
pub(super) fn start_over<B: Backend + Send + 'static>(
    backend: B,
    plan: Plan,
    memory: Option<PathBuf>,
    tell: mpsc::UnboundedSender<Told>,
) -> io::Result<Services> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (commands, received) = mpsc::unbounded_channel();
    let (living, end) = oneshot::channel();
    let thread = thread::Builder::new().name("services".to_owned()).spawn(move || {
        let _living: oneshot::Sender<()> = living;
        let mut backend = backend;
        // Servers that the table serves now are taken for alive. When it cannot be read there are none,
        // and the reconciler says why.
        let present = backend.read().unwrap_or_default();
        match Worker::new(backend, plan, memory, &present, tell) {
            Ok(worker) => runtime.block_on(worker.run(received)),
            Err(error) => error!("no thread for the kernel's table: {error}"),
        }
        // A name that is still looked up, or a file that hangs, is not waited for.
        runtime.shutdown_background();
    })?;
    Ok(Services { commands, thread, end })
}

struct Worker {
    plan: Plan,
    monitor: Monitor,
    probes: HashMap<QuestionId, Arc<dyn Probe>>,
    trust: Trust,
    /// Questions that are being asked, and by which task.
    asking: JoinSet<(QuestionId, Answer)>,
    tasks: HashMap<Id, (QuestionId, AbortHandle)>,
    /// Routers that told their role: whether this node is master.
    roles: BTreeMap<String, bool>,
    /// When it was last told that the director lacks something to ask with.
    lack_told: Option<Instant>,
    runner: Runner,
    mailer: Option<Mailer>,
    orders: Orders,
    /// Sync threads of an earlier life.
    left: BTreeMap<DaemonRole, Daemon>,
    wishes: newest::Sender<Table>,
    /// Before this moment no questions are begun.
    next_turn: Instant,
    kernel_events: mpsc::UnboundedReceiver<reconcile::Event>,
    kernel: KernelState,
    kernel_thread: JoinHandle<()>,
    tell: mpsc::UnboundedSender<Told>,
}

impl Worker {
    fn new<B: Backend + Send + 'static>(
        backend: B,
        plan: Plan,
        memory: Option<PathBuf>,
        present: &Table,
        tell: mpsc::UnboundedSender<Told>,
    ) -> io::Result<Self> {
        let (wishes, wished) = newest::channel();
        let (events, kernel_events) = mpsc::unbounded_channel();
        let settings = Settings { remove_foreign: plan.removes_foreign, ..Settings::default() };
        let owned = memory.as_deref().map(maintenance::recall).unwrap_or_default();
        let mut left = present.daemons.clone();
        left.retain(|role, _| owned.daemons.contains(role));
        let machine = Reconciler::new(settings, owned);
        let notebook = memory.clone();
        let kernel_thread = thread::Builder::new().name("ipvs".to_owned()).spawn(move || {
            let tell = |event| {
                // Nobody listens any more while the daemon ends.
                let _ = events.send(event);
            };
            drive(machine, backend, &wished, tell, |owned| {
                if let Some(file) = &notebook
                    && let Err(error) = maintenance::remember(file, owned)
                {
                    warn!("{}: {error}", file.display());
                }
            });
        })?;
        // Any seed spreads; this one differs between two directors that start together.
        let seed = u64::from(std::process::id());
        let mut monitor = Monitor::new(most_open(descriptors::most()), seed);
        let now = Instant::now();
        monitor.configure(plan.services.clone(), present, now);
        let orders = Orders::recall(memory.as_deref(), now);
        for (target, order) in orders.iter() {
            monitor.order(target, Some(order), now);
        }
        let mut worker = Self {
            orders,
            plan,
            monitor,
            probes: HashMap::new(),
            trust: Trust::default(),
            asking: JoinSet::new(),
            tasks: HashMap::new(),
            roles: BTreeMap::new(),
            lack_told: None,
            runner: Runner::default(),
            mailer: None,
            left,
            wishes,
            next_turn: now,
            kernel_events,
            kernel: KernelState::default(),
            kernel_thread,
            tell,
        };
        worker.suspend(now);
        Ok(worker)
    }

    async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        self.mailer = self.plan.mail.clone().map(Mailer::start);
        let mut files = tokio::time::interval(MAINTENANCE);
        files.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            self.work();
            let deadline = self.monitor.next_deadline();
            let deadline = deadline.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
            let deadline = deadline.max(self.next_turn);
            tokio::select! {
                command = commands.recv() => match command {
                    Some(Command::Stop) | None => break,
                    Some(command) => self.obey(command),
                },
                Some(answered) = self.asking.join_next_with_id() => self.take(answered),
                event = self.kernel_events.recv() => {
                    // Verdicts that reach no table are none: the daemon has to know.
                    let Some(event) = event else {
                        error!("the thread of the kernel's table has ended");
                        break;
                    };
                    self.kernel.take(&event);
                    let _ = self.tell.send(Told::Kernel(event));
                }
                _ = files.tick(), if self.plan.maintenance.is_some() => self.look_for_files(),
                () = tokio::time::sleep_until(deadline.into()) => {}
            }
        }
        self.tell_the_end().await;
        if let Some(mailer) = self.mailer.take() {
            mailer.finish().await;
        }
        self.leave();
    }

    /// With `omega` the end of the daemon is a failure of everything that lives.
    async fn tell_the_end(&mut self) {
        // The state of every server in words takes longer than everything else at the end.
        let is_told = !self.plan.omega.is_empty();
        let services = if is_told { self.monitor.status(Instant::now()) } else { Vec::new() };
        for service in services {
            if !self.plan.omega.contains(&service.service) {
                continue;
            }
            let living = service.servers.iter().filter(|server| server.state == "up");
            let mut events: Vec<Event> = living
                .filter_map(|server| {
                    let at: SocketAddr = server.server.parse().ok()?;
                    let server = DestinationKey { address: at.ip(), port: at.port() };
                    let cause = "the daemon stops".to_owned();
                    Some(Event::ServerDown { service: service.service.clone(), server, cause })
                })
                .collect();
            if service.state == "up" {
                events.push(Event::ServiceDown { service: service.service.clone() });
            }
            events.iter().for_each(|event| self.runner.follow(&self.plan.hooks, event));
        }
        std::mem::take(&mut self.runner).finish().await;
    }

    /// Services of addresses that are elsewhere need no checks.
    fn suspend(&mut self, now: Instant) {
        let is_elsewhere = |router: &String| self.roles.get(router) != Some(&true);
        let suspended = self.plan.suspended.iter().filter(|(_, router)| is_elsewhere(router));
        let suspended = suspended.map(|(service, _)| service.clone()).collect();
        self.monitor.suspend(suspended, now);
    }

    /// Everything that is due: questions, events, the table.
    fn work(&mut self) {
        // A burst of answers is one change of the table.
        while let Some(answered) = self.asking.try_join_next_with_id() {
            self.take(answered);
        }
        let now = Instant::now();
        self.monitor.handle_timeout(now);
        // Begun many at a time, thousands of checks each second cost less.
        let is_turn = now >= self.next_turn;
        if is_turn {
            self.next_turn = now + TURN;
        }
        // Some a little sooner and some later: the interval is kept on the whole.
        let due = now + TURN / 2;
        while is_turn && let Some((id, question)) = self.monitor.poll_question(due) {
            let built = match self.probes.get(&id) {
                Some(probe) => Ok(probe.clone()),
                None => probe::build(question, &self.trust),
            };
            match built {
                Ok(probe) => {
                    self.probes.insert(id, probe.clone());
                    let limit = question.limit;
                    let asking = async move { (id, probe::run(probe.as_ref(), limit).await) };
                    let task = self.asking.spawn(asking);
                    self.tasks.insert(task.id(), (id, task));
                }
                // The plan has built it once, so that only trust roots may have gone since.
                Err(refusal) => {
                    let failure = Err(Failure::new(refusal.to_string()));
                    self.monitor.answer(id, failure, now);
                }
            }
        }
        // Visitors wait for the table, and nobody for a log.
        if self.monitor.take_changed() {
            self.wish();
        }
        while let Some(event) = self.monitor.poll_event() {
            self.runner.follow(&self.plan.hooks, &event);
            if let (Some(mailer), Some(line)) = (&self.mailer, event.headline()) {
                mailer.tell(line);
            }
            let _ = self.tell.send(Told::Health(event));
        }
    }

    fn take(&mut self, answered: Result<(Id, (QuestionId, Answer)), tokio::task::JoinError>) {
        let now = Instant::now();
        match answered {
            Ok((task, (id, answer))) => {
                self.tasks.remove(&task);
                if let Err(failure) = answer.as_ref()
                    && failure.is_local
                {
                    self.tell_lack(&failure.cause, now);
                }
                self.monitor.answer(id, answer, now);
            }
            // A mistake in a probe is a failed check, not a check that is never asked again.
            Err(error) => {
                if let Some((id, _)) = self.tasks.remove(&error.id()) {
                    let failure = Err(Failure::new("the check broke off"));
                    self.monitor.answer(id, failure, now);
                }
            }
        }
    }

    /// Thousands of checks may lack the same.
    fn tell_lack(&mut self, cause: &str, now: Instant) {
        if self.lack_told.is_none_or(|told| now.duration_since(told) >= QUIET) {
            warn!("servers cannot be checked, and stay what they are: {cause}");
            self.lack_told = Some(now);
        }
    }

    fn obey(&mut self, command: Command) {
        let now = Instant::now();
        match command {
            Command::Configure { plan, roles } => {
                self.roles = roles;
                self.configure(*plan, now);
            }
            Command::Order(target, order, answer) => {
                let about = self.monitor.order(&target, order.as_ref(), now);
                if !about.is_empty() {
                    self.orders.note(target, order, now);
                }
                // Who asked may have gone, here and below.
                let _ = answer.send(about);
            }
            Command::Role { router, is_master } => {
                if self.roles.insert(router, is_master) != Some(is_master) {
                    self.wish();
                    self.suspend(now);
                }
            }
            Command::Status(answer) => {
                let snapshot = Snapshot {
                    version: 1,
                    services: self.monitor.status(now),
                    kernel: self.kernel.status(),
                    open_checks: self.monitor.running(),
                };
                let _ = answer.send(snapshot);
            }
            // Taken by the loop.
            Command::Stop => {}
        }
    }

    fn configure(&mut self, plan: Plan, now: Instant) {
        if plan.removes_foreign != self.plan.removes_foreign {
            warn!("`lvs_flush` counts from the next start on");
        }
        self.monitor.configure(plan.services.clone(), &Table::default(), now);
        for (target, order) in self.orders.standing(now) {
            self.monitor.order_added(target, order, now);
        }
        let monitor = &self.monitor;
        self.probes.retain(|id, _| monitor.knows(*id));
        // Nobody waits for these answers, and the cap on open checks does not count them any more.
        self.tasks.retain(|_, (id, task)| {
            let is_known = monitor.knows(*id);
            if !is_known {
                task.abort();
            }
            is_known
        });
        if plan.mail != self.plan.mail {
            self.mailer = plan.mail.clone().map(Mailer::start);
        }
        if plan.maintenance.is_none() {
            self.monitor.set_maintenance(BTreeSet::new(), now);
        }
        self.plan = plan;
        self.suspend(now);
        self.kernel.forget_refusals();
    }

    fn look_for_files(&mut self) {
        if let Some(directory) = &self.plan.maintenance {
            self.monitor.set_maintenance(maintenance::names(directory), Instant::now());
        }
    }

    /// Tells the other thread what the table is to be.
    fn wish(&self) {
        // A daemon that was killed comes back to a table that serves. Until its router has told who is
        // master, nothing is taken away.
        let is_active = match &self.plan.follows {
            None => true,
            Some(router) => match self.roles.get(router) {
                Some(is_master) => *is_master,
                None => return,
            },
        };
        let services = if is_active { self.monitor.services() } else { BTreeMap::new() };
        let table = Table { services, daemons: self.daemons(), timeouts: self.plan.timeouts };
        if !self.wishes.send(table) {
            warn!("the thread of the kernel's table has ended");
        }
    }

    /// The sync threads that are wanted now.
    fn daemons(&self) -> BTreeMap<DaemonRole, Daemon> {
        let Some(sync) = &self.plan.sync else { return BTreeMap::new() };
        let role = sync.router.as_ref().map(|router| self.roles.get(router));
        let wanted = match role {
            None => &[DaemonRole::Backup, DaemonRole::Master][..],
            Some(Some(true)) => &[DaemonRole::Master],
            Some(Some(false)) => &[DaemonRole::Backup],
            // It has not told yet: what ran goes on.
            Some(None) => return self.left.clone(),
        };
        wanted.iter().map(|role| (*role, sync.daemon.clone())).collect()
    }

    /// Leaves the table as the plan says, and waits for it.
    fn leave(self) {
        if !self.plan.stays_on_stop && !self.wishes.send(Table::default()) {
            warn!("the thread of the kernel's table has ended");
        }
        drop(self.wishes);
        // The wish is carried out before the end of the channel is seen.
        if self.kernel_thread.join().is_err() {
            warn!("the thread of the kernel's table ended with a panic");
        }
    }
}

/// How many checks may be open at once: each takes up to two descriptors, and what routers, pipes and
/// operators need must not wait for the slowest server.
fn most_open(descriptors: u64) -> usize {
    let left = descriptors.saturating_sub(RESERVE) / 2;
    usize::try_from(left).unwrap_or(MOST_OPEN).clamp(LEAST_OPEN, MOST_OPEN)
}

/// Checks that are open at once, however many descriptors there are.
const MOST_OPEN: usize = 4096;
/// And however few.
const LEAST_OPEN: usize = 16;
/// Descriptors for everything but checks.
const RESERVE: u64 = 256;
/// Between two lines about the same lack.
const QUIET: Duration = Duration::from_secs(60);
/// Between two moments at which questions are begun.
const TURN: Duration = Duration::from_millis(20);
/// Between two looks at the maintenance directory.
const MAINTENANCE: Duration = Duration::from_secs(1);
