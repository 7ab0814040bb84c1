//! Commands at changes: in order for one service, side by side for different ones.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::warn;

use crate::run::health::monitor::Event;
use crate::run::health::probe::{self, Trust};
use crate::run::health::{Ask, Origin, Question, ScriptAsk};
use crate::run::ipvs::DestinationKey;
use crate::run::tasks::finish_all;

/// The commands of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceHooks {
    /// When enough servers live again (quorum_up; fallbackcommand stop).
    pub up: Vec<ScriptAsk>,
    /// When too few do (quorum_down; fallbackcommand start).
    pub down: Vec<ScriptAsk>,
    /// The commands of its servers, by address and the port that the file states.
    pub servers: BTreeMap<(IpAddr, Option<u16>), ServerHooks>,
}

/// The commands of one server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerHooks {
    /// notify_up.
    pub up: Vec<ScriptAsk>,
    /// notify_down.
    pub down: Vec<ScriptAsk>,
}

impl ServiceHooks {
    fn of_server(&self, server: DestinationKey) -> Option<&ServerHooks> {
        let DestinationKey { address, port } = server;
        if port == 0 {
            // Packets that keep their port leave the kernel one server for each address.
            let mut of_address = self.servers.range((address, None)..);
            return of_address.next().filter(|((other, _), _)| *other == address).map(|(_, h)| h);
        }
        // One without a port of its own has the service's.
        let stated = [Some(port), None];
        stated.iter().find_map(|port| self.servers.get(&(address, *port)))
    }

    /// The commands of an event.
    fn of(&self, event: &Event) -> &[ScriptAsk] {
        let of_server = |server: &DestinationKey, pick: fn(&ServerHooks) -> &[ScriptAsk]| {
            self.of_server(*server).map_or(&[][..], pick)
        };
        match event {
            Event::Failing { .. } => &[],
            Event::ServerDown { server, .. } => of_server(server, |hooks| &hooks.down),
            Event::ServerUp { server, .. } => of_server(server, |hooks| &hooks.up),
            Event::ServiceDown { .. } => &self.down,
            Event::ServiceUp { .. } => &self.up,
        }
    }
}

/// Runs commands. Each service has a queue and a task of its own.
#[derive(Debug, Default)]
pub(super) struct Runner {
    queues: HashMap<String, mpsc::UnboundedSender<ScriptAsk>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Runner {
    /// Queues the commands of an event; returns at once.
    pub(super) fn follow(&mut self, hooks: &BTreeMap<String, ServiceHooks>, event: &Event) {
        let service = event.service();
        let Some(commands) = hooks.get(service).map(|hooks| hooks.of(event)) else { return };
        for command in commands {
            let mut command = command.clone();
            command.environment.insert("LVSHA_SERVICE".to_owned(), service.to_owned());
            if let Some(server) = event.server() {
                command.environment.insert("LVSHA_SERVER".to_owned(), server.to_string());
            }
            let queue = self.queues.entry(service.to_owned()).or_insert_with(|| {
                let (queue, task) = start();
                self.tasks.push(task);
                queue
            });
            // Without a limit: of all that wait the newest tells what is so now. The task ends only with its
            // queue.
            let _ = queue.send(command);
        }
    }

    /// Waits for what is queued, but not for ever.
    pub(super) async fn finish(self) {
        drop(self.queues);
        if !finish_all(self.tasks, AT_THE_END).await {
            warn!("commands at the end took too long");
        }
    }
}

/// A task that runs commands one after the other until its queue is dropped and empty.
fn start() -> (mpsc::UnboundedSender<ScriptAsk>, JoinHandle<()>) {
    let (sender, mut queue) = mpsc::unbounded_channel::<ScriptAsk>();
    let task = tokio::spawn(async move {
        while let Some(command) = queue.recv().await {
            let program = program(&command);
            if let Err(cause) = run(command).await {
                warn!("`{program}` failed: {cause}");
            }
        }
    });
    (sender, task)
}

/// What is told of a command: arguments may hold secrets, the program does not.
fn program(command: &ScriptAsk) -> String {
    command.command.first().cloned().unwrap_or_default()
}

async fn run(command: ScriptAsk) -> Result<(), String> {
    let question = Question {
        ask: Ask::Script(Box::new(command)),
        target: SocketAddr::from(([0; 4], 0)),
        origin: Origin::default(),
        limit: LIMIT,
        interval: LIMIT,
    };
    let probe =
        probe::build(&question, &Trust::default()).map_err(|refusal| refusal.to_string())?;
    probe::run(probe.as_ref(), LIMIT).await.map(|_| ()).map_err(|failure| failure.cause)
}

/// For one command.
const LIMIT: Duration = Duration::from_secs(60);
/// For all commands that wait when the daemon ends.
const AT_THE_END: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests;
