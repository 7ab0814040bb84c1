//! The virtual services beside the routers: started when there are any, told who is master, asked.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use tokio::sync::{mpsc, oneshot};
use tracing::{error, info, warn};

use super::succession::Succession;
use crate::run::control::{Answer, OrderAnswer, OrderRequest, Request};
use crate::run::health::monitor::{Event, Ordered, Target};
use crate::run::ipvs::reconcile;
use crate::run::services::{Command, Plan, Services, Snapshot, Told, start};

/// The services' threads, if there is anything for them to do.
#[derive(Debug)]
pub(super) struct Balancing {
    running: Option<Services>,
    /// Roles of the routers of this node, for threads that start later.
    roles: BTreeMap<String, bool>,
    memory: Option<PathBuf>,
    tell: mpsc::UnboundedSender<Told>,
}

impl Balancing {
    /// Starts what `plan` asks for. What happens comes out of the receiver.
    pub(super) fn start(
        plan: &Plan,
        memory: Option<PathBuf>,
    ) -> io::Result<(Self, mpsc::UnboundedReceiver<Told>)> {
        let (tell, told) = mpsc::unbounded_channel();
        let mut balancing = Self { running: None, roles: BTreeMap::new(), memory, tell };
        balancing.configure(plan, &Succession::default())?;
        Ok((balancing, told))
    }

    /// Over threads that somebody else has started.
    #[cfg(test)]
    pub(super) fn over(running: Services) -> (Self, mpsc::UnboundedReceiver<Told>) {
        let (tell, told) = mpsc::unbounded_channel();
        let roles = BTreeMap::new();
        (Self { running: Some(running), roles, memory: None, tell }, told)
    }

    /// Another plan. Threads that run go on, so that removed services are taken out of the kernel.
    pub(super) fn configure(&mut self, plan: &Plan, succession: &Succession) -> io::Result<()> {
        self.roles = succession.carry(std::mem::take(&mut self.roles));
        if let Some(running) = &self.running {
            let (plan, roles) = (Box::new(plan.clone()), self.roles.clone());
            running.send(Command::Configure { plan, roles });
        } else if *plan != Plan::default() {
            let started = start(plan.clone(), self.memory.clone(), self.tell.clone())?;
            for (router, is_master) in &self.roles {
                let router = router.clone();
                started.send(Command::Role { router, is_master: *is_master });
            }
            self.running = Some(started);
        }
        Ok(())
    }

    /// A router of this node changed.
    pub(super) fn role(&mut self, router: &str, is_master: bool) {
        self.roles.insert(router.to_owned(), is_master);
        if let Some(running) = &self.running {
            running.send(Command::Role { router: router.to_owned(), is_master });
        }
    }

    /// Where questions of operators go.
    pub(super) fn commands(&self) -> Option<mpsc::UnboundedSender<Command>> {
        self.running.as_ref().map(Services::commands)
    }

    /// Waits until the threads have ended without being told to; for ever, while none are needed.
    pub(super) async fn ended(&mut self) {
        match &mut self.running {
            Some(running) => running.ended().await,
            None => std::future::pending().await,
        }
    }

    /// Leaves the table as the plan says.
    pub(super) async fn stop(self) {
        if let Some(running) = self.running {
            // It waits for a thread.
            let stopped = tokio::task::spawn_blocking(move || running.stop()).await;
            if let Err(error) = stopped {
                warn!("the services did not stop: {error}");
            }
        }
    }
}

/// What the services are; nothing when their thread ends.
pub(super) async fn snapshot(commands: &mpsc::UnboundedSender<Command>) -> Option<Snapshot> {
    let (answer, snapshot) = oneshot::channel();
    // If nobody takes it, the other channel says so.
    let _ = commands.send(Command::Status(answer));
    snapshot.await.ok()
}

/// Answers what is about services.
pub(super) async fn answer(
    request: Request,
    commands: Option<mpsc::UnboundedSender<Command>>,
) -> Answer {
    let nothing = || Answer::Refused("the daemon has no virtual services".to_owned());
    let gone = || Answer::Refused("the daemon is stopping".to_owned());
    let Some(commands) = commands else { return nothing() };
    match request {
        Request::Services => {
            snapshot(&commands).await.map_or_else(gone, |snapshot| json(&snapshot))
        }
        Request::Order(request) => {
            let (answer, servers) = oneshot::channel();
            let (target, order) = order(&request);
            if commands.send(Command::Order(target, order, answer)).is_err() {
                return gone();
            }
            let Ok(servers) = servers.await else { return gone() };
            if servers.is_empty() {
                return Answer::Refused(stranger(&request, &commands).await);
            }
            info!("{}: ordered by an operator: {}", request.server, request.describe());
            json(&OrderAnswer { servers: servers.iter().map(ToString::to_string).collect() })
        }
        // About more than services, and answered elsewhere.
        Request::Reload | Request::Stance(_) | Request::Status => nothing(),
    }
}

/// Why an order is about nobody.
async fn stranger(request: &OrderRequest, commands: &mpsc::UnboundedSender<Command>) -> String {
    let (answer, snapshot) = oneshot::channel();
    // A thread that has gone knows no service either.
    let _ = commands.send(Command::Status(answer));
    let services = snapshot.await.map(|snapshot| snapshot.services).unwrap_or_default();
    let names: Vec<&str> = services.iter().map(|known| known.service.as_str()).collect();
    unknown(request, &names)
}

/// Which of the two names nobody has.
fn unknown(request: &OrderRequest, services: &[&str]) -> String {
    let server = &request.server;
    match request.service.as_deref() {
        None => format!("no service has a server `{server}`"),
        Some(service) if services.contains(&service) => {
            format!("the service `{service}` has no server `{server}`")
        }
        Some(service) => {
            format!("there is no service `{service}`; the services are {}", services.join(", "))
        }
    }
}

fn order(request: &OrderRequest) -> (Target, Option<Ordered>) {
    let target = Target { service: request.service.clone(), server: request.server.clone() };
    let order = request.action.order().map(|order| Ordered {
        order,
        reason: request.reason.clone(),
        expires: request.seconds.and_then(|seconds| {
            std::time::Instant::now().checked_add(std::time::Duration::from_secs(seconds))
        }),
    });
    (target, order)
}

pub(super) fn json(value: &impl serde::Serialize) -> Answer {
    match serde_json::to_string(value) {
        Ok(text) => Answer::Json(text),
        Err(error) => Answer::Refused(error.to_string()),
    }
}

/// Writes to the log what happened.
pub(super) fn tell(told: &Told) {
    match told {
        Told::Health(event) => tell_health(event),
        Told::Kernel(event) => tell_kernel(event),
    }
}

fn tell_health(event: &Event) {
    let headline = event.headline().unwrap_or_default();
    match event {
        Event::Failing { service, server, count, of, cause } => {
            info!("{server} of {service} fails, {count} of {of}: {cause}");
        }
        Event::ServerDown { .. } | Event::ServiceDown { .. } => warn!("{headline}"),
        Event::ServerUp { .. } | Event::ServiceUp { .. } => info!("{headline}"),
    }
}

fn tell_kernel(event: &reconcile::Event) {
    use reconcile::Event as E;
    match event {
        E::Adopted { services, unchanged, foreign } => info!(
            "IPVS: {services} services found, {unchanged} of them as they should be; {foreign} of others"
        ),
        E::Changed(steps) => match steps.as_slice() {
            // A whole table is no story.
            [first, .., _, _, _] => info!("IPVS: {first}, and {} more", steps.len() - 1),
            steps => steps.iter().for_each(|step| info!("IPVS: {step}")),
        },
        E::Recovered(step) => info!("IPVS: possible now: {step}"),
        E::Refused { step, errno, retry } => error!(
            "IPVS: the kernel refuses to {step}: {}; next try in {} s",
            reconcile::explain(step, *errno),
            retry.as_secs()
        ),
        E::Repaired(steps) => match steps.as_slice() {
            [first, .., _, _, _] => {
                warn!("IPVS: somebody changed the table: {first}, and {} more", steps.len() - 1);
            }
            steps => {
                steps.iter().for_each(|step| warn!("IPVS: somebody changed the table: {step}"))
            }
        },
        E::Unreachable { cause, retry } => {
            error!("IPVS: {cause}; next try in {} s", retry.as_secs());
        }
    }
}

#[cfg(test)]
mod tests;
