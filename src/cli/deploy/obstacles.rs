//! What stands in the way of a deployment: told before anything is changed.

use std::collections::BTreeMap;

use super::{Fleet, How, confirm_within, gate_within};
use crate::cli::printer::Problem;
use crate::deploy::{Fault, FaultKind};
use crate::plan::{FileChange, Found, NodePlan, Plan, Presence, Step, is_told};
use crate::site::Stack;
use crate::site::render::{Machine, Role};

/// What would fail for sure half-way.
pub(super) fn impossible(
    plan: &Plan,
    found: &BTreeMap<String, Found>,
    how: &How,
) -> Option<Problem> {
    if let Some((one, other)) = one_machine(found) {
        let words = format!("{one} and {other} are one machine: each would get the other's files");
        return Some(Problem::new(words).help(WHERE));
    }
    for node in &plan.nodes {
        let Some(facts) = found.get(&node.name) else { continue };
        if let Some(other) = another(node, facts, plan) {
            let words = format!("{} leads to a machine that calls itself {other}", node.name);
            return Some(Problem::new(words).help(WHERE));
        }
        if let Some(others) = owners(node, facts) {
            let words = format!(
                "{} is in the cluster of {others}, which would lose what it has there",
                node.name
            );
            let kept = format!("/var/lib/lvsha/generations/{}/directors", facts.generation);
            return Some(Problem::new(words).help(format!(
                "one inventory has to say all of a machine; if it left that cluster, on {}: `rm {kept}`",
                node.name
            )));
        }
        if let Some(pending) = facts.pending {
            let words = format!("generation {pending} of {} waits to be confirmed", node.name);
            return Some(
                Problem::new(words)
                    .help("another deployment runs, or was cut off: `lvsha rollback INVENTORY`"),
            );
        }
        if let Some(unit) = deaf(node, facts) {
            let (own, name) = (unit.trim_end_matches(".service"), &node.name);
            let words = format!(
                "{name} runs {own}, which does not hear the new program: both directors would hold the addresses"
            );
            return Some(Problem::new(words).help(in_a_quiet_hour(own)));
        }
        if let Some(unit) = masked(node, facts) {
            let words = format!("{unit} is masked on {}: somebody wants it not to run", node.name);
            let help = format!("there: `systemctl unmask {unit}`; `--limit` leaves a machine out");
            return Some(Problem::new(words).help(help));
        }
        // No distribution has it.
        if facts.missing.iter().any(|package| package == "lvsha") {
            let words = format!("{} lacks lvsha", node.name);
            let help = "copy this program to /usr/local/sbin/lvsha there: it needs nothing else";
            return Some(Problem::new(words).help(help));
        }
        if !facts.missing.is_empty() && how.no_install {
            let words = facts.missing.join(" ");
            return Some(
                Problem::new(format!("{} lacks {words}", node.name))
                    .help("install them, or leave --no-install out"),
            );
        }
        if !facts.missing.is_empty() && facts.installer.is_none() {
            let words = facts.missing.join(" ");
            return Some(
                Problem::new(format!("{} lacks {words}, and has no apt, dnf or zypper", node.name))
                    .help("install them by hand"),
            );
        }
    }
    None
}

/// Two names that lead to the same machine.
fn one_machine(found: &BTreeMap<String, Found>) -> Option<(&str, &str)> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    found.iter().find_map(|(name, facts)| {
        let first = seen.insert(facts.identity.as_deref()?, name)?;
        Some((first, name.as_str()))
    })
}

/// Another machine of the plan, whose name the one that was reached has. That it has any other name is its own affair.
fn another<'a>(node: &NodePlan, found: &Found, plan: &'a Plan) -> Option<&'a str> {
    let label = found.host.split('.').next().unwrap_or_default();
    let is_called =
        |name: &str| name.eq_ignore_ascii_case(&found.host) || name.eq_ignore_ascii_case(label);
    if is_called(&node.name) {
        return None;
    }
    plan.nodes.iter().map(|other| other.name.as_str()).find(|name| is_called(name))
}

/// The directors of another cluster that a machine was made for: its files would go, as those that nobody wants any
/// more do. A cluster may be renamed, or get other directors, but hardly all of them at once.
fn owners(node: &NodePlan, found: &Found) -> Option<String> {
    let has_none = found.directors.is_disjoint(&node.directors);
    let is_theirs = has_work(node) && !found.directors.is_empty() && has_none;
    is_theirs.then(|| found.directors.iter().cloned().collect::<Vec<_>>().join(", "))
}

/// A running unit that makes way for one that speaks another protocol. keepalived and lvsha both
/// speak VRRP, so that one can follow the other director by director.
fn deaf<'a>(node: &'a NodePlan, found: &Found) -> Option<&'a str> {
    let is_wanted = |unit: &str| {
        node.steps.iter().any(|step| matches!(step, Step::Start(started) if started == unit))
    };
    node.steps.iter().find_map(|step| match step {
        Step::Stop(unit) if !found.active.contains(unit) => None,
        Step::Stop(unit) if unit == HEARTBEAT || is_wanted(HEARTBEAT) => Some(unit.as_str()),
        _ => None,
    })
}

/// A unit of lvsha's own that would be written over its mask: a link to /dev/null in its place.
fn masked<'a>(node: &'a NodePlan, found: &Found) -> Option<&'a str> {
    let is_mask = |path: &str| found.links.get(path).is_some_and(|to| to == "/dev/null");
    node.files().map(FileChange::path).filter(|path| is_mask(path)).find_map(|path| {
        let unit = path.strip_prefix("/etc/systemd/system/")?;
        unit.ends_with(".service").then_some(unit)
    })
}

/// Whether directors that take no part may not understand the machines afterwards, so that they must be
/// asked.
pub(super) fn concerns_others(plan: &Plan) -> bool {
    plan.nodes.iter().filter(|node| has_work(node)).any(|node| {
        let starts = |step: &Step| matches!(step, Step::Start(_));
        let is_new = node.presence == Presence::Joins || node.steps.iter().any(starts);
        node.role == Role::Director && (node.speaks_anew || is_new)
    })
}

/// What would make a second master beside a director that `--limit` leaves out. One that is dead has
/// nothing to say against it.
pub(super) fn misunderstood(
    plan: &Plan,
    machines: &[Machine],
    left_out: &[(String, Result<Found, Fault>)],
) -> Option<Problem> {
    let directors = || {
        plan.nodes.iter().filter(|node| node.role == Role::Director).filter(|node| has_work(node))
    };
    for (other, answer) in left_out {
        let is_heard = match answer {
            // What was stopped there for a while comes back with what it has.
            Ok(found) => !found.active.is_empty() || found.generation > 0,
            // It lives, but does not tell.
            Err(fault) => fault.kind != FaultKind::Connection,
        };
        if let Some(node) = directors().find(|node| is_heard && node.speaks_anew) {
            let words = format!(
                "{other}, which `--limit` leaves out, would not understand {}: both would hold the addresses",
                node.name
            );
            let help = format!("name {other} in `--limit` as well: `--limit directors` are all");
            return Some(Problem::new(words).help(help));
        }
        let Ok(found) = answer else { continue };
        let joins = |node: &&NodePlan| node.presence == Presence::Joins;
        let is_deaf = |node: &&NodePlan| {
            !found.active.is_empty() && !is_told((&node.name, &node.after), (other, &found.files))
        };
        if let Some(node) = directors().filter(joins).find(is_deaf) {
            let words = format!(
                "{other}, which `--limit` leaves out, does not know {}: both would hold the addresses",
                node.name
            );
            let help = format!("name {other} in `--limit` as well: `--limit directors` are all");
            return Some(Problem::new(words).help(help));
        }
        for node in directors() {
            let machine = machines.iter().find(|machine| machine.name == node.name);
            let Some(wanted) = machine.and_then(|machine| starts(node, machine)) else { continue };
            let is_foreign = |unit: &&String| (unit.as_str() == HEARTBEAT) != (wanted == HEARTBEAT);
            if let Some(unit) = found.active.iter().find(is_foreign) {
                let [own, wanted] = [unit, wanted].map(|unit| unit.trim_end_matches(".service"));
                let words = format!(
                    "{other}, which `--limit` leaves out, runs {own}, which does not hear {wanted}: \
                     both would hold the addresses"
                );
                return Some(Problem::new(words).help(in_a_quiet_hour(own)));
            }
        }
    }
    None
}

/// What the operator is told about directors that could not be asked, and so have nothing against it.
pub(super) fn unheard(left_out: &[(String, Result<Found, Fault>)]) -> Vec<String> {
    let dead = left_out.iter().filter_map(|(name, answer)| Some((name, answer.as_ref().err()?)));
    let dead = dead.filter(|(_, fault)| fault.kind == FaultKind::Connection);
    dead.map(|(name, fault)| {
        format!(
            "{name}, which `--limit` leaves out, does not answer ({fault}): it must not come back \
             with what it has, it would be a second master"
        )
    })
    .collect()
}

/// The unit that begins to run on a machine.
fn starts<'a>(node: &NodePlan, machine: &'a Machine) -> Option<&'a str> {
    let mut units = machine.units.iter().copied();
    units.find(|unit| {
        node.steps.iter().any(|step| matches!(step, Step::Start(started) if started == unit))
    })
}

fn has_work(node: &NodePlan) -> bool {
    !node.steps.is_empty()
}

fn in_a_quiet_hour(unit: &str) -> String {
    format!("in a quiet hour, on all directors: systemctl disable --now {unit}; then deploy")
}

/// heartbeat cannot hurry.
pub(super) fn too_short(fleet: &Fleet, how: &How) -> Option<Problem> {
    let (confirm, gate) = (confirm_within(fleet, how, 1), gate_within(fleet, how, 1));
    let is_patient = fleet.site.stack() == Stack::Heartbeat;
    (is_patient && confirm != 0 && confirm <= gate).then(|| {
        Problem::new(format!(
            "a machine would take its change back after {confirm} s, while heartbeat may take {gate} s to start"
        ))
        .help(format!("`--confirm-within {}s`, or leave it out", gate + 30))
    })
}

const WHERE: &str =
    "look at `address` and `ssh.host` in the inventory, and at the names that they lead by";
/// The only program that does not speak VRRP.
const HEARTBEAT: &str = "heartbeat.service";
