//! The pipes that are told every event (`notify_fifo`, `vrrp_notify_fifo`, `lvs_notify_fifo`): one line
//! each, in the order of the events, without ever waiting for a reader.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, chown};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{CWD, Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;
use tokio::time::timeout;
use tracing::{error, warn};

use super::hooks::Subject;
use super::plan::{PipePlan, Plan, ScriptPolicy};
use super::script;
use crate::run::health::monitor::Event;

/// Open pipes, each with its reader.
#[derive(Debug, Default)]
pub(super) struct Pipes {
    open: Vec<Pipe>,
    tells_priorities: bool,
}

#[derive(Debug)]
struct Pipe {
    plan: PipePlan,
    end: OwnedFd,
    is_made: bool,
    /// Lines that found no room since the last one that did.
    lost: u64,
    reader: Option<Child>,
}

impl Pipes {
    /// Opens the pipes of a plan and starts their readers. Needs a tokio runtime.
    pub(super) fn open(plan: &Plan) -> Self {
        let mut pipes = Self { open: Vec::new(), tells_priorities: plan.tells_priorities };
        for planned in &plan.pipes {
            pipes.add(planned, &plan.scripts);
        }
        pipes
    }

    /// Another plan: pipes that stay keep their readers.
    pub(super) fn configure(&mut self, plan: &Plan) {
        self.tells_priorities = plan.tells_priorities;
        let old = std::mem::take(&mut self.open);
        let (stay, go): (Vec<Pipe>, Vec<Pipe>) =
            old.into_iter().partition(|pipe| plan.pipes.contains(&pipe.plan));
        for pipe in go {
            tokio::spawn(pipe.close());
        }
        self.open = stay;
        for planned in &plan.pipes {
            if !self.open.iter().any(|pipe| pipe.plan == *planned) {
                self.add(planned, &plan.scripts);
            }
        }
    }

    fn add(&mut self, planned: &PipePlan, policy: &ScriptPolicy) {
        match Pipe::open(planned, policy) {
            Ok(pipe) => self.open.push(pipe),
            Err(cause) => error!("pipe {}: {cause}", planned.path.display()),
        }
    }

    /// A router or group changed.
    pub(super) fn changed(&mut self, subject: Subject, name: &str, state: &str, priority: u8) {
        let line = format!("{} \"{name}\" {state} {priority}\n", subject.word());
        self.write(&line, |plan| plan.hears_routers);
    }

    /// The priority of a router changed.
    pub(super) fn priority_changed(&mut self, name: &str, is_master: bool, priority: u8) {
        if self.tells_priorities {
            let state = if is_master { "MASTER_PRIORITY" } else { "BACKUP_PRIORITY" };
            self.changed(Subject::Instance, name, state, priority);
        }
    }

    /// A server or a service changed.
    pub(super) fn health(&mut self, event: &Event) {
        if let Some(line) = health_line(event) {
            self.write(&line, |plan| plan.hears_servers);
        }
    }

    fn write(&mut self, line: &str, is_for: impl Fn(&PipePlan) -> bool) {
        for pipe in self.open.iter_mut().filter(|pipe| is_for(&pipe.plan)) {
            pipe.write(line);
        }
    }

    /// Ends the readers and removes what was made.
    pub(super) async fn close(self) {
        for pipe in self.open {
            pipe.close().await;
        }
    }
}

impl Pipe {
    fn open(planned: &PipePlan, policy: &ScriptPolicy) -> Result<Self, String> {
        let path = planned.path.as_path();
        let says = |error: io::Error| error.to_string();
        let is_made = make(path).map_err(says)?;
        // What was there belongs to whom it belongs.
        if let Some(owner) = planned.owner.as_ref().filter(|_| is_made) {
            let (user, group) = script::ids_of(owner).map_err(|error| error.to_string())?;
            chown(path, Some(user), Some(group)).map_err(says)?;
        }
        // Reading and writing: it opens without a reader, and a reader that goes ends nothing.
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let end = rustix::fs::open(path, flags, Mode::empty()).map_err(|e| says(e.into()))?;
        let reader = match &planned.reader {
            None => None,
            Some(reader) => {
                let mut command = reader.command.clone();
                command.push(path.to_string_lossy().into_owned());
                let started = script::start(&command, reader.user.as_deref(), policy);
                Some(started.map_err(|error| format!("its reader {error}"))?)
            }
        };
        Ok(Self { plan: planned.clone(), end, is_made, lost: 0, reader })
    }

    fn write(&mut self, line: &str) {
        // A line is shorter than PIPE_BUF: all of it or nothing (pipe(7)).
        match rustix::io::write(&self.end, line.as_bytes()) {
            Ok(_) => {
                if self.lost > 0 {
                    warn!("pipe {}: {} lines were lost", self.plan.path.display(), self.lost);
                }
                self.lost = 0;
            }
            Err(error) => {
                if self.lost == 0 {
                    warn!("pipe {}: nobody reads: {error}", self.plan.path.display());
                }
                self.lost += 1;
            }
        }
    }

    async fn close(self) {
        let Self { plan, end, is_made, reader, .. } = self;
        // Who reads to the end is done then.
        drop(end);
        if let Some(mut reader) = reader
            && timeout(GRACE, reader.wait()).await.is_err()
        {
            let group = reader.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
            if let Some(group) = group {
                // It may have ended in this moment.
                let _ = kill_process_group(group, Signal::TERM);
            }
        }
        if is_made {
            // Somebody may have removed it before.
            let _ = fs::remove_file(&plan.path);
        }
    }
}

/// Makes a pipe where none is; whether it did.
fn make(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_fifo() => Ok(false),
        Ok(_) => Err(io::Error::other("there is something else than a pipe")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mode = Mode::from_raw_mode(0o644);
            rustix::fs::mkfifoat(CWD, path, mode)?;
            Ok(true)
        }
        Err(error) => Err(error),
    }
}

/// `VS [10.0.0.31]:tcp:80 UP`, `RS [10.0.0.29]:tcp:80 [10.0.0.31]:tcp:80 DOWN`: keepalived's, without
/// the NUL that stands behind its line feed.
fn health_line(event: &Event) -> Option<String> {
    let service = service_word(event.service());
    let (kind, state) = match event {
        Event::Failing { .. } => return None,
        Event::ServerDown { .. } => ("RS", "DOWN"),
        Event::ServerUp { .. } => ("RS", "UP"),
        Event::ServiceDown { .. } => ("VS", "DOWN"),
        Event::ServiceUp { .. } => ("VS", "UP"),
    };
    let mut line = kind.to_owned();
    if let Some(server) = event.server() {
        let protocol = event.service().split(' ').next().filter(|word| *word != "fwmark");
        let protocol = protocol.unwrap_or("none");
        // Writing to a string cannot fail.
        let _ = write!(line, " [{}]:{protocol}:{}", server.address, server.port);
    }
    Some(format!("{line} {service} {state}\n"))
}

/// `tcp 10.0.0.31:80` as `[10.0.0.31]:tcp:80`, `fwmark 7` as `FWM 7`, a group by its name.
fn service_word(id: &str) -> String {
    let (protocol, target) = id.split_once(' ').unwrap_or(("", id));
    if let Some(group) = target.strip_prefix("group ") {
        return group.to_owned();
    }
    if protocol == "fwmark" {
        return format!("FWM {}", target.split(' ').next().unwrap_or(target));
    }
    match target.parse::<std::net::SocketAddr>() {
        Ok(endpoint) => format!("[{}]:{protocol}:{}", endpoint.ip(), endpoint.port()),
        Err(_) => id.to_owned(),
    }
}

/// For a reader to read what is left.
const GRACE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::run::ipvs::DestinationKey;

    fn plan(path: &Path) -> Plan {
        let pipe = PipePlan {
            path: path.to_owned(),
            owner: None,
            reader: None,
            hears_routers: true,
            hears_servers: true,
        };
        Plan { pipes: vec![pipe], ..Plan::default() }
    }

    fn read(path: &Path) -> String {
        let mut buffer = [0; 70_000];
        let length = fs::File::open(path).unwrap().read(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    #[test]
    fn events_are_lines_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let mut pipes = Pipes::open(&plan(&path));
        pipes.changed(Subject::Instance, "VI_1", "MASTER", 150);
        pipes.changed(Subject::Group, "all", "MASTER", 0);
        pipes.priority_changed("VI_1", true, 90);
        let server = DestinationKey { address: "10.0.0.29".parse().unwrap(), port: 80 };
        for service in ["tcp 10.0.0.31:80", "tcp [2001:db8::1]:80", "fwmark 7", "tcp group web"] {
            let service = service.to_owned();
            pipes.health(&Event::ServiceDown { service: service.clone() });
            pipes.health(&Event::ServerUp { service, server, reply: String::new() });
        }
        let expected = "INSTANCE \"VI_1\" MASTER 150\nGROUP \"all\" MASTER 0\n\
            VS [10.0.0.31]:tcp:80 DOWN\nRS [10.0.0.29]:tcp:80 [10.0.0.31]:tcp:80 UP\n\
            VS [2001:db8::1]:tcp:80 DOWN\nRS [10.0.0.29]:tcp:80 [2001:db8::1]:tcp:80 UP\n\
            VS FWM 7 DOWN\nRS [10.0.0.29]:none:80 FWM 7 UP\n\
            VS web DOWN\nRS [10.0.0.29]:tcp:80 web UP\n";
        assert_eq!(read(&path), expected);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(pipes.close());
        assert!(!path.exists(), "what was made is removed");
    }

    #[test]
    fn nobody_who_reads_delays_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let mut pipes = Pipes::open(&plan(&path));
        // A pipe holds 64 KiB (pipe(7)).
        for _ in 0..5000 {
            pipes.changed(Subject::Instance, "VI_1", "MASTER", 150);
        }
        assert!(pipes.open[0].lost > 0);
        assert!(read(&path).ends_with("MASTER 150\n"), "no half lines");
        pipes.changed(Subject::Instance, "VI_1", "BACKUP", 150);
        assert_eq!(pipes.open[0].lost, 0);
    }

    #[test]
    fn a_file_is_no_pipe() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "precious").unwrap();
        Pipes::open(&plan(&path)).changed(Subject::Instance, "VI_1", "MASTER", 150);
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }
}
