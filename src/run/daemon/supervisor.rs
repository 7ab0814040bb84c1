//! The main thread: signals, log, scripts, control socket, reload.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tracing::{error, info, warn};

use self::doors::{Doors, answer, reading, stand};
use super::hooks::{Hooks, Subject, word_of};
use super::pipes::Pipes;
use super::plan::{RefusedPlan, SourcePlan};
use super::report::{Reporter, Reports, channel};
use super::resources::ResourceTasks;
use super::services::Balancing;
use super::succession::Succession;
use super::trackers::Trackers;
use super::worker::Worker;
use super::{Order, Plan, Report, metrics, services, story};
use crate::run::control::{
    Answer, ReloadAnswer, Request, Routers, Server, StanceAnswer, StanceRequest, Status, serve,
};
use crate::run::health::monitor::Event;
use crate::run::metrics::Reading;
use crate::run::net::{descriptors, filter, thread as kernel_thread};
use crate::run::services::{Command, Mailer, Told};
use crate::run::vrrp::{Observation, State};
use crate::source::words::counted;

mod doors;
mod reload;
#[cfg(test)]
mod tests;

/// What the daemon is started with, beside its plan.
pub struct Options {
    /// The node, for the status.
    pub node: String,
    /// Where the control socket is; `None` means that there is none.
    pub socket: Option<PathBuf>,
    /// Where a monitoring system may ask for metrics by HTTP; `None` means that none may.
    pub metrics: Option<SocketAddr>,
    /// Where the daemon remembers which virtual services are its own.
    pub memory: Option<PathBuf>,
    /// Real-time priority of the thread that speaks VRRP, 1 to 99; over the plan's.
    pub real_time: Option<u8>,
    /// Reads the configuration again. The text of an error is logged, and nothing changes.
    pub load: Box<dyn FnMut() -> Result<Plan, String>>,
}

/// How the daemon ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A signal asked for it.
    Stopped,
    /// One of its threads ended by itself: a mistake in lvsha.
    Broken,
}

/// Why the daemon does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It may not change interfaces or open raw sockets.
    #[error("this user may not change interfaces and open raw sockets")]
    NotPermitted,
    /// Another daemon uses the control socket.
    #[error("a daemon is running already: it answers at `{}`", .0.display())]
    Running(PathBuf),
    /// The control socket cannot be made.
    #[error("cannot listen at `{}`: {error}", path.display())]
    Control {
        /// Where.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Nobody can be served metrics there.
    #[error("cannot listen for metrics at {address}: {error}")]
    Metrics {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// The kernel does not give what is needed.
    #[error("cannot start: {0}")]
    Kernel(#[from] io::Error),
}

/// Runs the daemon until it is told to stop.
///
/// # Errors
/// When it cannot start. What was changed by then is undone.
pub fn run(plan: Plan, options: Options) -> Result<Ended, StartError> {
    if !kernel_thread::has_network_capabilities() {
        return Err(StartError::NotPermitted);
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(supervise(plan, options));
    // A look at a process that hangs in the kernel hangs as long, and nobody waits for it any more.
    runtime.shutdown_background();
    ended
}

async fn supervise(plan: Plan, options: Options) -> Result<Ended, StartError> {
    let signals = Signals::new()?;
    let Options { node, socket, metrics, memory, real_time, load } = options;
    let doors = Doors::open(socket.as_deref(), metrics).await?;
    if let Err(error) = kernel_thread::lock_memory() {
        warn!("memory is not locked: {error}");
    }
    if let Err(error) = descriptors::raise() {
        warn!("no more than {} open descriptors: {error}", descriptors::most());
    }
    let (reporter, mut reports) = channel();
    let (orders, order_receiver) = mpsc::unbounded_channel();
    let hooks = Hooks::new(&plan);
    let trackers = Trackers::start(&plan, &orders);
    let resources = ResourceTasks::new(&plan, &orders);
    // A process that was killed may have left its table, but for that no module is loaded.
    if !plan.refused.addresses.is_empty() || Path::new(FILTER_MODULE).exists() {
        refuse(&plan.refused);
    }
    let routers = counted(plan.routers.len(), "virtual router");
    let priority = real_time.or(plan.real_time);
    let started = start_worker(plan.clone(), reporter, order_receiver, priority).await;
    let started = started.and_then(|()| Ok(Balancing::start(&plan.services, memory)?));
    let (balancing, told) = match started {
        Ok(started) => started,
        Err(error) => {
            // The worker ends when it has given everything up; if there is none, nobody reports.
            let _ = orders.send(Order::Stop);
            while reports.next().await.is_some() {}
            unrefuse(&plan.refused);
            return Err(error);
        }
    };
    let services = counted(plan.services.services.len(), "virtual service");
    let version = env!("CARGO_PKG_VERSION");
    info!("lvsha {version} on {node}: {routers}, {services}");
    notify(&[NotifyState::Ready]);
    let supervisor = Supervisor {
        pipes: Pipes::open(&plan),
        mailer: plan.mail.clone().map(Mailer::start),
        states: BTreeMap::new(),
        quorums: HashMap::new(),
        node,
        plan,
        real_time,
        orders,
        hooks,
        resources,
        trackers,
        balancing,
        load,
        coming: None,
    };
    supervisor.observe_services();
    supervisor.run(signals, reports, told, doors).await
}

/// What the daemon is told from outside. Whoever comes before there is somebody to listen would end it by the
/// system's default, and leave the addresses: these have to be there before anything is done.
struct Signals {
    hangup: Signal,
    /// Each of them ends the daemon.
    ends: [Signal; 3],
    /// Whoever watches keepalived sends these: it writes its state and its counters to files.
    asks: [Signal; 2],
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            ends: [
                signal(SignalKind::terminate())?,
                signal(SignalKind::interrupt())?,
                signal(SignalKind::quit())?,
            ],
            asks: [signal(SignalKind::user_defined1())?, signal(SignalKind::user_defined2())?],
        })
    }
}

/// Waits for one of these; another one that came with it is there the next time.
async fn any_of(signals: &mut [Signal]) {
    std::future::poll_fn(|context| {
        match signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
}

struct Supervisor {
    node: String,
    plan: Plan,
    /// The priority that whoever started it asked for, whatever the plan says.
    real_time: Option<u8>,
    orders: mpsc::UnboundedSender<Order>,
    hooks: Hooks,
    resources: ResourceTasks,
    trackers: Trackers,
    balancing: Balancing,
    pipes: Pipes,
    mailer: Option<Mailer>,
    /// What routers and groups are, with their priority.
    states: BTreeMap<(Subject, String), (State, u8)>,
    /// Services that have told whether enough of their servers live.
    quorums: HashMap<String, bool>,
    load: Box<dyn FnMut() -> Result<Plan, String>>,
    coming: Option<reload::Coming>,
}

impl Supervisor {
    async fn run(
        mut self,
        mut signals: Signals,
        mut reports: Reports,
        mut told: mpsc::UnboundedReceiver<Told>,
        doors: Doors,
    ) -> Result<Ended, StartError> {
        let mut conversations = JoinSet::new();
        // Who asks for a reload is answered by the one who makes it.
        let (reloading, mut reloads) = mpsc::unbounded_channel::<oneshot::Sender<ReloadAnswer>>();
        let (mut is_stopping, mut is_broken) = (false, false);
        loop {
            tokio::select! {
                report = reports.next() => match report {
                    Some(report) => self.follow(&report),
                    // The worker is gone, and with it its end of the channel.
                    None => break,
                },
                Some(told) = told.recv() => self.take(&told),
                () = self.balancing.ended(), if !is_broken => {
                    // A director that checks no servers is none: the other one is to be master.
                    error!("the thread of the services has ended: giving up all addresses");
                    is_broken = true;
                    self.stop();
                }
                // What is being given up is not started anew.
                _ = signals.hangup.recv(), if !is_stopping && !is_broken => {
                    self.reload(&mut reports).await;
                }
                Some(asked) = reloads.recv(), if !is_stopping && !is_broken => {
                    // Who asked may have gone.
                    let _ = asked.send(self.reload(&mut reports).await);
                }
                (plan, is_outdated) = reload::Coming::ready(&mut self.coming), if !is_stopping && !is_broken => {
                    self.follow_plan(plan, &mut reports).await;
                    if is_outdated {
                        self.reload(&mut reports).await;
                    }
                }
                () = any_of(&mut signals.ends) => {
                    is_stopping = true;
                    self.stop();
                }
                () = any_of(&mut signals.asks) => {
                    info!("no file is written for SIGUSR1 and SIGUSR2: ask with `lvsha ctl status`");
                }
                // Those who wait for numbers may wait.
                stream = doors.scraped(), if conversations.len() < MOST_CONVERSATIONS => {
                    let (orders, node) = (self.orders.clone(), self.node.clone());
                    let commands = self.balancing.commands();
                    conversations.spawn(metrics::serve(stream, move || {
                        reading(orders.clone(), node.clone(), commands.clone())
                    }));
                }
                stream = doors.asked() => {
                    let (orders, node, reloading) =
                        (self.orders.clone(), self.node.clone(), reloading.clone());
                    let commands = self.balancing.commands();
                    let routers = self.rows();
                    let is_ending = is_stopping || is_broken;
                    conversations.spawn(serve(stream, async move |request| match request {
                        Request::Status => answer(orders, node).await,
                        Request::Reload | Request::Stance(_) if is_ending => {
                            Answer::Refused("the daemon is stopping".to_owned())
                        }
                        Request::Reload => reload::ask(&reloading).await,
                        Request::Stance(request) => stand(&request, &routers, &orders).await,
                        request => services::answer(request, commands).await,
                    }));
                }
                Some(_) = conversations.join_next() => {}
            }
        }
        drop(self.trackers);
        unrefuse(&self.plan.refused);
        self.resources.finish().await;
        // The addresses are gone: nobody comes any more whom the services could miss.
        self.balancing.stop().await;
        self.hooks.finish().await;
        self.pipes.close().await;
        if let Some(mailer) = self.mailer {
            mailer.finish().await;
        }
        if is_broken {
            return Ok(Ended::Broken);
        }
        if is_stopping {
            info!("stopped");
            return Ok(Ended::Stopped);
        }
        error!("the thread that speaks VRRP has ended");
        Ok(Ended::Broken)
    }

    fn follow(&mut self, report: &Report) {
        story::tell(report);
        match report {
            Report::Transition { router, transition } => {
                let (state, priority) = (transition.to, transition.priority);
                // A script that stops something for a backup would stop what still serves.
                if let Some(is_master) = transition.role() {
                    self.changed(Subject::Instance, router, state, priority);
                    self.mail_of_router(router, state, &transition.cause.to_string());
                    self.resources.changed(router, is_master);
                    self.balancing.role(router, is_master);
                }
                notify(&[NotifyState::Status(&format!("{router}: {state}"))]);
            }
            Report::Withdrawn { router, priority } => {
                self.changed(Subject::Instance, router, State::Backup, *priority);
                self.resources.clear(router);
                self.balancing.role(router, false);
            }
            Report::Leaving { router, .. } => self.resources.leave(router),
            Report::GroupChanged { group, state } => {
                // A group has no priority: keepalived says 0.
                self.changed(Subject::Group, group, *state, 0);
                self.mail_of_group(group, *state);
            }
            Report::PriorityChanged { router, to, .. } => {
                let known = self.states.get_mut(&(Subject::Instance, router.clone()));
                let state = known.map(|(state, priority)| {
                    *priority = *to;
                    *state
                });
                let mut routers = self.plan.routers.iter();
                if routers.any(|own| own.settings.name == *router && own.tells_priorities) {
                    self.pipes.priority_changed(router, state == Some(State::Master), *to);
                }
            }
            Report::Announced { .. }
            | Report::Discarded { .. }
            | Report::Failed { .. }
            | Report::Lost { .. }
            | Report::Noticed { .. }
            | Report::ObjectRefused { .. }
            | Report::ObjectRepaired { .. }
            | Report::PathFound { .. }
            | Report::PathLost { .. }
            | Report::Reloaded
            | Report::Stranger { .. } => {}
        }
    }

    /// Names of the routers, and whether this director is the preferred one.
    fn rows(&self) -> Vec<(String, Option<bool>)> {
        let routers = self.plan.routers.iter();
        routers.map(|router| (router.settings.name.clone(), router.is_preferred)).collect()
    }

    /// Tells scripts and pipes, in the order of the changes.
    fn changed(&mut self, subject: Subject, name: &str, state: State, priority: u8) {
        self.states.insert((subject, name.to_owned()), (state, priority));
        self.hooks.changed(subject, name, state, priority);
        self.pipes.changed(subject, name, word_of(state), priority);
    }

    fn mail_of_router(&self, name: &str, state: State, why: &str) {
        let mut routers = self.plan.routers.iter();
        if routers.any(|router| router.settings.name == name && router.mails) {
            self.mail(state, format!("router {name}: {state}: {why}"));
        }
    }

    fn mail_of_group(&self, name: &str, state: State) {
        if self.plan.groups.iter().any(|group| group.name == name && group.mails) {
            self.mail(state, format!("sync group {name}: {state}"));
        }
    }

    fn mail(&self, state: State, line: String) {
        let is_unwanted = state == State::Fault && self.plan.mails_no_faults;
        if let Some(mailer) = self.mailer.as_ref().filter(|_| !is_unwanted) {
            mailer.tell(line);
        }
    }

    /// What the services tell: to the log, the pipes, and the routers that follow them.
    fn take(&mut self, told: &Told) {
        services::tell(told);
        let Told::Health(event) = told else { return };
        self.pipes.health(event);
        let (service, is_up) = match event {
            Event::ServiceDown { service } => (service, false),
            Event::ServiceUp { service } => (service, true),
            Event::Failing { .. } | Event::ServerDown { .. } | Event::ServerUp { .. } => return,
        };
        self.quorums.insert(service.clone(), is_up);
        self.observe_services();
    }

    /// Tells the routers what the services that they follow are. One that has not told yet is taken
    /// for alive: a director that waited for its servers would be none.
    fn observe_services(&self) {
        for (source, planned) in (0..).zip(&self.plan.sources) {
            let SourcePlan::Service { id } = planned else { continue };
            let is_up = self.quorums.get(id).copied().unwrap_or(true);
            let observation = if is_up { Observation::Up } else { Observation::Down };
            // If the worker is gone, its channel says so.
            let _ = self.orders.send(Order::Observe { source, observation });
        }
    }

    /// Once: when the resources are stopped. Twice: at once.
    fn stop(&self) {
        notify(&[NotifyState::Stopping]);
        if self.plan.routers.iter().any(|router| !router.resources.is_empty()) {
            // systemd would kill the daemon, and leave the addresses, before a resource that hangs is given up.
            notify(&[NotifyState::ExtendTimeoutUsec(LONGEST_STOP)]);
        }
        // If the worker is gone already, its channel says so.
        let _ = self.orders.send(Order::Stop);
    }
}

/// Tells the packet filter which addresses take no packets. Before an address is there, so that not
/// even one gets through.
fn refuse(plan: &RefusedPlan) {
    match filter::refuse(&plan.addresses, plan.priority) {
        Ok(()) => {}
        // Nothing to refuse, and no packet filter: nothing is missing.
        Err(_) if plan.addresses.is_empty() => {}
        Err(error) => error!("packets to `no_accept` addresses are taken: nftables: {error}"),
    }
}

/// Takes back what [`refuse`] has told, if there was anything.
fn unrefuse(plan: &RefusedPlan) {
    if *plan != RefusedPlan::default() {
        refuse(&RefusedPlan::default());
    }
}

/// Starts the thread and waits until it has what it needs.
async fn start_worker(
    plan: Plan,
    reporter: Reporter,
    orders: mpsc::UnboundedReceiver<Order>,
    real_time: Option<u8>,
) -> Result<(), StartError> {
    let (started, answer) = oneshot::channel::<io::Result<()>>();
    thread::Builder::new().name("vrrp".to_owned()).spawn(move || {
        let prepare = || {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            // Without it advertisements are late only on a busy machine: that is better than no director.
            if let Some(priority) = real_time
                && let Err(error) = kernel_thread::set_real_time(priority)
            {
                warn!("no real-time priority {priority}: {error}");
            }
            let _inside = runtime.enter();
            let worker = Worker::new(plan, reporter, orders)?;
            // Whatever a packet does to this thread, it can do no more than this.
            kernel_thread::keep_network_capabilities()?;
            Ok::<_, io::Error>((runtime, worker))
        };
        match prepare() {
            Ok((runtime, worker)) => {
                // Who waited is still there: it does nothing else.
                let _ = started.send(Ok(()));
                runtime.block_on(worker.run());
            }
            Err(error) => {
                let _ = started.send(Err(error));
            }
        }
    })?;
    answer.await.unwrap_or_else(|_| Err(io::Error::other("the thread ended")))?;
    Ok(())
}

/// Tells systemd, if it wants to know.
fn notify(states: &[NotifyState<'_>]) {
    // Not started by systemd is no mistake.
    let _ = sd_notify::notify(states);
}

/// More than monitoring systems there are.
const MOST_CONVERSATIONS: usize = 64;

/// In microseconds: twice the time that resources have, before the addresses go and after, and some.
const LONGEST_STOP: u32 = 300_000_000;

/// There while the kernel's nftables are a loaded module.
const FILTER_MODULE: &str = "/sys/module/nf_tables";
