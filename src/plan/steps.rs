//! The steps of one machine.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::accord::{Accord, Presence, accord};
use super::order::lacking;
use super::services::{self, ServiceChange};
use super::{FileChange, Found, Tree, TreeFile, diff};
use crate::site::render::{Effect, File, Machine, REAL_SERVER_SCRIPT, Role, effect_of, main_files};

/// What is done on one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodePlan {
    /// Its name.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// The steps in their order.
    pub steps: Vec<Step>,
    /// What its services become.
    pub services: Vec<ServiceChange>,
    /// The directors of its cluster.
    pub directors: BTreeSet<String>,
    /// Its files before.
    pub before: Tree,
    /// Its files after.
    pub after: Tree,
    /// Paths whose content is never shown.
    pub secret: Vec<String>,
    /// Files that somebody changed since lvsha wrote them; they are saved before they are replaced.
    pub edited: Vec<String>,
    /// Whether it holds a virtual address now.
    pub is_holder: bool,
    /// Whether its routers will say something that directors without this change do not take.
    pub speaks_anew: bool,
    /// Whether it begins or gives up a router that others must know it for.
    pub presence: Presence,
    /// Whether another director comes before it from then on, for an address that it holds.
    pub yields: bool,
    /// A generation that waits for its confirmation: nothing can be done before it is over.
    pub pending: Option<u32>,
    /// Addresses that a real server has lost since its unit has set them.
    pub lost: Vec<IpAddr>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Packages are installed.
    Install(Vec<String>),
    /// A file changes.
    File(FileChange),
    /// The kernel's settings are set from a file.
    Sysctl(String),
    /// systemd reads its units again.
    Units,
    /// A unit reads its configuration again.
    Reload(String),
    /// A unit is stopped and started.
    Restart(String),
    /// A unit is started, now and at boot.
    Start(String),
    /// A unit is stopped, now and at boot, before any file changes: it may need them to stop.
    Stop(String),
}

impl NodePlan {
    /// Whether an address that it holds may move: a stopped director gives it up, and one that yields.
    pub fn moves_addresses(&self) -> bool {
        let gives_up = |step: &Step| matches!(step, Step::Restart(_) | Step::Stop(_));
        self.yields || (self.is_holder && self.steps.iter().any(gives_up))
    }

    /// The changes of files.
    pub fn files(&self) -> impl Iterator<Item = &FileChange> {
        self.steps.iter().filter_map(|step| match step {
            Step::File(change) => Some(change),
            _ => None,
        })
    }
}

/// What makes of `found` what `machine` should be.
pub fn plan(machine: &Machine, found: &Found) -> NodePlan {
    let after: Tree = machine
        .files
        .iter()
        .map(|file| {
            let content = file.content().into_owned();
            (file.path.clone(), TreeFile { mode: file.mode, content })
        })
        .collect();
    // Files that lvsha once wrote and nobody wants any more go; foreign files are not touched.
    let mut before = found.files.clone();
    before.retain(|path, _| after.contains_key(path) || found.managed.contains_key(path));
    let foreign = foreign(&before, &after, found);
    // Whoever writes a file sets its mode as well.
    let changes: Vec<FileChange> = foreign.iter().cloned().chain(diff(&before, &after)).collect();
    let mut steps = Vec::new();
    let is_foreign = |unit: &&&str| !machine.units.contains(unit);
    for unit in machine.role.units().iter().filter(is_foreign) {
        if found.active.contains(*unit) || found.enabled.contains(*unit) {
            steps.push(Step::Stop((*unit).to_owned()));
        }
    }
    if !found.missing.is_empty() {
        steps.push(Step::Install(found.missing.clone()));
    }
    // In the order of the machine's files, which is a safe one; what goes, goes last.
    let mut ordered: Vec<FileChange> = Vec::new();
    for file in &machine.files {
        ordered.extend(changes.iter().find(|change| change.path() == file.path).cloned());
    }
    let removed = |change: &&FileChange| matches!(change, FileChange::Remove { .. });
    ordered.extend(changes.iter().filter(removed).cloned());
    let lost = lost(machine, found);
    // A program has read it as it is.
    let said: Vec<FileChange> =
        ordered.iter().filter(|change| !foreign.contains(change)).cloned().collect();
    let mut effects = effects(machine, &said, found);
    // The unit is active for ever, whatever became of what it has set.
    for unit in machine.units.iter().filter(|_| !lost.is_empty()) {
        let again = Step::Reload((*unit).to_owned());
        if found.active.contains(*unit) && !effects.contains(&again) {
            effects.push(again);
        }
    }
    steps.extend(ordered.into_iter().map(Step::File));
    steps.extend(effects);
    let edited = before.keys().filter(|path| found.is_edited(path)).cloned().collect();
    let secret = machine.files.iter().filter(|file| file.secret);
    let read = read(machine.role, found, &before);
    let Accord { speaks_anew, presence } = match machine.role {
        Role::Director => accord(&machine.name, &read, &after, !found.active.is_empty()),
        Role::RealServer => Accord::default(),
    };
    NodePlan {
        name: machine.name.clone(),
        role: machine.role,
        steps,
        services: services::changes(&machine.name, &read, &after),
        secret: secret.map(|file| file.path.clone()).collect(),
        edited,
        is_holder: false,
        speaks_anew,
        presence,
        yields: false,
        pending: found.pending,
        lost,
        directors: BTreeSet::new(),
        before,
        after,
    }
}

/// What the machine works by: its files before, and those of a running program that somebody else
/// wrote. They stay where they are, but what they say comes to an end with their program.
fn read(role: Role, found: &Found, before: &Tree) -> Tree {
    let mut read = before.clone();
    let running = main_files().filter(|(_, unit)| found.active.contains(*unit));
    for (path, _) in running.filter(|_| role == Role::Director) {
        let file = found.files.get(path).map(|file| (path.to_owned(), file.clone()));
        read.extend(file);
    }
    read
}

/// Files with the wanted text that somebody else owns: what is written is root's.
fn foreign(before: &Tree, after: &Tree, found: &Found) -> Vec<FileChange> {
    let wanted = found.foreign.iter().filter_map(|path| Some((path, after.get(path)?)));
    let is_known = |path: &str, file: &TreeFile| {
        before.get(path).is_some_and(|known| known.content == file.content)
    };
    wanted
        .filter(|(path, file)| is_known(path, file))
        .map(|(path, file)| FileChange::Write { path: path.clone(), file: file.clone() })
        .collect()
}

/// The addresses that a real server should have, by the script that it has already.
fn lost(machine: &Machine, found: &Found) -> Vec<IpAddr> {
    let script = machine.files.iter().find(|file| file.path == REAL_SERVER_SCRIPT);
    let known = script.filter(|script| {
        let before = found.files.get(REAL_SERVER_SCRIPT);
        before.is_some_and(|before| before.content == *script.content())
    });
    known.map(|script| lacking(&script.text, found)).unwrap_or_default()
}

/// What must happen after the files changed, each once, the strongest effect on a unit.
fn effects(machine: &Machine, changes: &[FileChange], found: &Found) -> Vec<Step> {
    let changed = |path: &str| changes.iter().any(|change| change.path() == path);
    let is_unit = |path: &str| path.starts_with("/etc/systemd/system/");
    // It goes on as it was started, once systemd has read its units again.
    let goes_on = |file: &&File| {
        let before = found.files.get(&file.path).filter(|_| is_unit(&file.path));
        before.is_some_and(|before| starts(&before.content) == starts(&file.content()))
    };
    let mut effects: Vec<Effect> = machine
        .files
        .iter()
        .filter(|file| changed(&file.path) && !goes_on(file))
        .map(|file| file.effect)
        .collect();
    // A program goes on with the options of a file that is gone.
    let gone = changes.iter().filter(|change| matches!(change, FileChange::Remove { .. }));
    effects.extend(gone.filter_map(|change| effect_of(machine.role, change.path())));
    effects.sort();
    effects.dedup();
    let is_unset = |file: &File| changed(&file.path) || !is_set(file, found);
    let sysctl = machine.files.iter().filter(|f| f.effect == Effect::Sysctl && is_unset(f));
    let mut steps: Vec<Step> = sysctl.map(|file| Step::Sysctl(file.path.clone())).collect();
    if changes.iter().any(|change| is_unit(change.path())) {
        steps.push(Step::Units);
    }
    for unit in &machine.units {
        let is_running = found.active.contains(*unit);
        let is_complete = is_running && found.enabled.contains(*unit);
        if is_running && effects.contains(&Effect::Restart(unit)) {
            steps.push(Step::Restart((*unit).to_owned()));
        } else if is_running && effects.contains(&Effect::Reload(unit)) {
            steps.push(Step::Reload((*unit).to_owned()));
        }
        if !is_complete {
            steps.push(Step::Start((*unit).to_owned()));
        }
    }
    steps
}

/// Whether the kernel has what a file of settings says, as far as it tells.
fn is_set(file: &File, found: &Found) -> bool {
    let mut settings = file.text.lines().filter_map(|line| line.split_once('='));
    settings.all(|(key, value)| {
        found.settings.get(key.trim()).is_none_or(|known| known.trim() == value.trim())
    })
}

/// The lines of a unit that a program is started with. A restart for any other one would move addresses.
fn starts(unit: &[u8]) -> Vec<&[u8]> {
    let is_later = |line: &&[u8]| {
        let is_said = line.first().is_some_and(|first| !b"#;".contains(first));
        !is_said
            || LATER.iter().any(|word| line.strip_prefix(word.as_bytes()).is_some_and(is_value))
    };
    unit.split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !is_later(line))
        .collect()
}

fn is_value(rest: &[u8]) -> bool {
    rest.trim_ascii_start().first() == Some(&b'=')
}

/// What systemd looks at when it does something with a unit that runs.
const LATER: &[&str] = &[
    "After",
    "Before",
    "Conflicts",
    "Description",
    "Documentation",
    "ExecReload",
    "ExecStop",
    "KillMode",
    "Restart",
    "RestartSec",
    "StartLimitBurst",
    "StartLimitIntervalSec",
    "TimeoutStopSec",
    "WantedBy",
    "Wants",
];
