//! The pipes that are told every event (`notify_fifo`, `vrrp_notify_fifo`, `lvs_notify_fifo`): one line
//! each, in the order of the events, without ever waiting for a reader.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, fchown};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::process::{getegid, geteuid};
use tracing::{error, warn};

use self::reader::Reader;
use super::hooks::Subject;
use super::plan::{PipePlan, Plan, ScriptPolicy};
use crate::run::account;
use crate::run::health::monitor::Event;

mod reader;
#[cfg(test)]
mod tests;

/// Open pipes, each with its reader.
#[derive(Debug, Default)]
pub(super) struct Pipes {
    open: Vec<Pipe>,
}

#[derive(Debug)]
struct Pipe {
    plan: PipePlan,
    end: OwnedFd,
    is_made: bool,
    /// Lines that found no room since the last one that did.
    lost: u64,
    reader: Option<Reader>,
}

impl Pipes {
    /// Opens the pipes of a plan and starts their readers. Needs a tokio runtime.
    pub(super) fn open(plan: &Plan) -> Self {
        let mut pipes = Self { open: Vec::new() };
        for planned in &plan.pipes {
            pipes.add(planned, &plan.scripts);
        }
        pipes
    }

    /// Another plan: pipes that stay keep their readers, and those that stay where they are keep what was
    /// not read yet.
    pub(super) fn configure(&mut self, plan: &Plan) {
        let old = std::mem::take(&mut self.open);
        let (stay, mut old): (Vec<Pipe>, Vec<Pipe>) =
            old.into_iter().partition(|pipe| plan.pipes.contains(&pipe.plan));
        self.open = stay;
        for planned in &plan.pipes {
            if self.open.iter().any(|pipe| pipe.plan == *planned) {
                continue;
            }
            let is_same = |pipe: &Pipe| pipe.plan.path == planned.path && pipe.is_there();
            match old.iter().position(is_same) {
                Some(place) => {
                    let pipe = old.swap_remove(place);
                    self.open.push(pipe.under(planned, &plan.scripts));
                }
                None => self.add(planned, &plan.scripts),
            }
        }
        for mut pipe in old {
            // Two may have been one file; whoever stays removes it at the end.
            let is_same = |other: &&mut Pipe| other.plan.path == pipe.plan.path;
            let is_there = pipe.is_there();
            if let Some(other) = self.open.iter_mut().find(is_same).filter(|_| is_there) {
                other.is_made |= std::mem::take(&mut pipe.is_made);
            }
            // Now: by the time its reader has ended, another reload may have made it again.
            pipe.remove();
            tokio::spawn(pipe.close());
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
        let state = if is_master { "MASTER_PRIORITY" } else { "BACKUP_PRIORITY" };
        self.changed(Subject::Instance, name, state, priority);
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
        let owner = ids(planned.owner.as_deref())?;
        let is_made = make(path).map_err(says)?;
        // Reading and writing: it opens without a reader, and a reader that goes ends nothing.
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let end = rustix::fs::open(path, flags, Mode::empty()).map_err(|e| says(e.into()))?;
        // Whoever may write in the folder may have put something else there: what counts is what was opened.
        if !is_pipe(&end) {
            return Err(NO_PIPE.to_owned());
        }
        // What was there belongs to whom it belongs.
        if planned.owner.is_some() && is_made {
            fchown(&end, Some(owner.0), Some(owner.1)).map_err(says)?;
        }
        let reader = planned.reader.as_ref();
        let reader = reader.map(|reader| Reader::start(reader, path, policy, None));
        Ok(Self { plan: planned.clone(), end, is_made, lost: 0, reader })
    }

    /// The same pipe for another plan: whoever reads goes on in the midst of the story.
    fn under(self, planned: &PipePlan, policy: &ScriptPolicy) -> Self {
        let Self { plan, end, is_made, lost, reader } = self;
        let path = planned.path.as_path();
        if is_made && planned.owner != plan.owner {
            let given = ids(planned.owner.as_deref()).and_then(|(user, group)| {
                fchown(&end, Some(user), Some(group)).map_err(|error| error.to_string())
            });
            if let Err(cause) = given {
                error!("pipe {}: it keeps its owner: {cause}", path.display());
            }
        }
        let reader = match &planned.reader {
            wanted if *wanted == plan.reader => reader,
            Some(wanted) => Some(Reader::start(wanted, path, policy, reader)),
            // Dropped, and ended with that.
            None => None,
        };
        Self { plan: planned.clone(), end, is_made, lost, reader }
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

    /// Removes what was made.
    fn remove(&mut self) {
        // Somebody may have removed it, or put something else there.
        if std::mem::take(&mut self.is_made) && self.is_there() {
            let _ = fs::remove_file(&self.plan.path);
        }
    }

    async fn close(mut self) {
        self.remove();
        // Who reads to the end is done then.
        drop(self.end);
        if let Some(reader) = self.reader {
            reader.end(GRACE).await;
        }
    }

    /// Whether what is open is what stands at the path.
    fn is_there(&self) -> bool {
        let place = |stat: rustix::fs::Stat| (stat.st_dev, stat.st_ino);
        let own = rustix::fs::fstat(&self.end).map(place);
        own.is_ok_and(|own| rustix::fs::lstat(&self.plan.path).map(place) == Ok(own))
    }
}

/// User and group of an owner; of the daemon where none is said.
fn ids(owner: Option<&str>) -> Result<(u32, u32), String> {
    match owner {
        Some(owner) => account::identity(owner).map_err(|error| error.to_string()),
        None => Ok((geteuid().as_raw(), getegid().as_raw())),
    }
}

fn is_pipe(end: &OwnedFd) -> bool {
    let kind = rustix::fs::fstat(end).map(|stat| FileType::from_raw_mode(stat.st_mode));
    kind == Ok(FileType::Fifo)
}

/// Makes a pipe where none is; whether it did.
fn make(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_fifo() => Ok(false),
        Ok(_) => Err(io::Error::other(NO_PIPE)),
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

const NO_PIPE: &str = "there is something else than a pipe";
/// For a reader to read what is left.
const GRACE: Duration = Duration::from_secs(1);
