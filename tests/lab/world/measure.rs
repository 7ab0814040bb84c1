//! What measurements need: programs that are not systemd's, a cheap look at a large table, a count of writes.

use std::fs::{self, File};
use std::net::IpAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lvsha::model::Protocol;
use lvsha::run::ipvs::ServiceKey;
use lvsha::run::ipvs::wire::{self, Question};
use lvsha::run::net::genetlink::Connection;

use super::node::Machine;
use super::{command, network, now, until};

/// A program that was started on a machine at a known moment, without a unit. Dropped, it is killed.
pub(crate) struct Program {
    machine: Machine,
    name: &'static str,
    child: Child,
    log: String,
    pub(crate) started: Duration,
}

impl Program {
    /// Starts it with these words; as `name` it will be known there. What it says is kept for [`Program::log`].
    pub(crate) fn start(machine: Machine, name: &'static str, words: &[&str]) -> Self {
        let log = format!("/run/{name}.log");
        let output = File::create(&log).expect("/run is memory");
        let errors = output.try_clone().expect("a descriptor is free");
        let mut command = Command::new("nsenter");
        command.args(machine.inside()).args(words);
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let started = now();
        let child = command.spawn().expect("nsenter is part of the tree");
        Self { machine, name, child, log, started }
    }

    /// Until it ends by itself; the moment, or why that was no success.
    pub(crate) fn ends(&mut self, limit: f64) -> Result<Duration, String> {
        let status = until(limit, || self.child.try_wait().ok().flatten());
        match status {
            Some(status) if status.success() => Ok(now()),
            Some(status) => Err(format!("{}: {status}: {}", self.name, self.log())),
            None => Err(format!("{} does not end within {limit} s", self.name)),
        }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// What its threads have used of the processor so far, in seconds: their own time, and the kernel's for them.
    pub(crate) fn threads(&self) -> String {
        let nsenter = self.child.id();
        let children = format!("/proc/{nsenter}/task/{nsenter}/children");
        let process = fs::read_to_string(children).unwrap_or_default();
        let tasks = fs::read_dir(format!("/proc/{}/task", process.trim()));
        let shares = tasks.into_iter().flatten().flatten().filter_map(|task| {
            // Its name is in parentheses; of the rest, fields 12 and 13 are the times (proc_pid_stat(5)).
            let stat = fs::read_to_string(task.path().join("stat")).ok()?;
            let (head, rest) = stat.rsplit_once(')')?;
            let name = head.split_once('(')?.1;
            let seconds = |field: &str| field.parse::<f64>().ok().map(|ticks| ticks / 100.0);
            let mut fields = rest.split_whitespace().skip(11);
            let (own, kernel) = (seconds(fields.next()?)?, seconds(fields.next()?)?);
            (own + kernel >= 0.01).then(|| format!("{name} {own:.2} + {kernel:.2}"))
        });
        shares.collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn signal(&self, signal: &str) {
        self.machine.run(&["pkill", &format!("-{signal}"), "-x", self.name]);
    }

    /// As by a crash: nothing is taken back. Returns when nothing of it is left.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself, children and all.
        let _ = self.machine.try_run(&["pkill", "-KILL", "-x", self.name]);
        let _ = self.child.wait();
    }
}

/// Questions about single services of a machine's table: an answer costs the same however large it is.
pub(crate) struct Look(Connection);

impl Look {
    /// The calling thread lives in that machine's network from now on, and must end there.
    pub(crate) fn enter(machine: Machine) -> Self {
        network::enter(machine.0);
        let limit = Duration::from_secs(10);
        Self(Connection::open(wire::FAMILY, limit).expect("the lab's kernel has ip_vs"))
    }

    /// Weights of a TCP service's servers; none without the service.
    pub(crate) fn weights(&mut self, address: IpAddr, port: u16) -> Vec<u32> {
        let key = ServiceKey::Endpoint { protocol: Protocol::Tcp, address, port };
        let sequence = self.0.next_sequence();
        let mut question = Vec::new();
        let destinations = Question::Destinations(key);
        wire::encode_question(&mut question, self.0.family(), sequence, destinations)
            .expect("a key always fits");
        let mut weights = Vec::new();
        // A refusal is the kernel's way to say that there is no such service.
        let _ = self.0.ask(sequence, &question, |_, attributes| {
            if let Ok((_, destination)) = wire::destination(attributes, key.family()) {
                weights.push(destination.weight);
            }
            Ok::<_, lvsha::run::net::genetlink::Error>(())
        });
        weights
    }
}

/// The kernel's own count of requests that change any table, whoever sends them and however many at once.
pub(crate) struct Writes;

impl Writes {
    /// Counts from now on, or says why this kernel cannot.
    pub(crate) fn begin() -> Result<Self, String> {
        if !fs::exists(format!("{TRACING}/kprobe_events")).unwrap_or(false) {
            command::try_run(&["mount", "-t", "tracefs", "tracing", TRACING])?;
        }
        // Every request of the family that writes is carried out by this function of ip_vs.
        write("kprobe_events", "p:lvsha/writes ip_vs_genl_set_cmd\n")?;
        write("events/lvsha/writes/enable", "1")?;
        Ok(Self)
    }

    pub(crate) fn count(&self) -> u64 {
        let text = fs::read_to_string(format!("{TRACING}/kprobe_profile")).unwrap_or_default();
        // Name, hits, misses.
        let fields = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let hits = fields.filter(|fields| fields.first() == Some(&"writes")).find_map(|fields| {
            let number = |field: Option<&&str>| field?.parse::<u64>().ok();
            Some(number(fields.get(1))? + number(fields.get(2))?)
        });
        hits.unwrap_or_else(|| panic!("the kernel counts nothing: {text}"))
    }
}

impl Drop for Writes {
    fn drop(&mut self) {
        let _ = write("events/lvsha/writes/enable", "0");
        let _ = write("kprobe_events", "-:lvsha/writes\n");
    }
}

fn write(file: &str, text: &str) -> Result<(), String> {
    let path = format!("{TRACING}/{file}");
    fs::write(&path, text).map_err(|error| format!("{path}: {error}"))
}

const TRACING: &str = "/sys/kernel/tracing";
