//! A plan for people.

use std::fmt::Write as _;

use similar::TextDiff;

use super::{FileChange, NodePlan, Plan, Presence, ServiceChange, Step, meaning, services};
use crate::site::render::Role;
use crate::source::Sources;
use crate::source::words::counted;
use crate::syntax;

/// The whole plan, a paragraph for each machine, and a line that counts.
pub fn human(plan: &Plan) -> String {
    let mut out = String::new();
    for node in plan.nodes.iter().filter(|node| !node.steps.is_empty()) {
        machine(node, &mut out);
        out.push('\n');
    }
    for node in &plan.nodes {
        if let Some(pending) = node.pending {
            let name = &node.name;
            let _ = writeln!(
                out,
                "{name}: generation {pending} waits to be confirmed: another deployment runs, or was cut off\n"
            );
        }
    }
    let (mut files, mut reloads, mut restarts, mut starts, mut stops) = (0, 0, 0, 0, 0);
    for step in plan.nodes.iter().flat_map(|node| &node.steps) {
        match step {
            Step::File(_) => files += 1,
            Step::Reload(_) => reloads += 1,
            Step::Restart(_) => restarts += 1,
            Step::Start(_) => starts += 1,
            Step::Stop(_) => stops += 1,
            Step::Install(_) | Step::Sysctl(_) | Step::Units => {}
        }
    }
    let anew = plan.nodes.iter().filter(|node| node.speaks_anew && !node.steps.is_empty());
    let anew: Vec<&str> = anew.map(|node| node.name.as_str()).collect();
    if anew.len() > 1 {
        let _ = writeln!(
            out,
            "{}: one right after the other, because they do not understand each other between\n",
            anew.join(", ")
        );
    }
    let mut stay = plan.nodes.iter().filter(|node| {
        node.role == Role::Director && node.presence == Presence::Stays && !node.steps.is_empty()
    });
    let joining = plan.nodes.iter().filter(|node| node.presence == Presence::Joins);
    let joining: Vec<&str> = joining.map(|node| node.name.as_str()).collect();
    if !joining.is_empty() && stay.next().is_some() {
        let _ = writeln!(
            out,
            "{}: behind the other directors, which must know whom they tell that they live\n",
            joining.join(", ")
        );
    }
    let moving = plan.nodes.iter().any(NodePlan::moves_addresses);
    let nodes = plan.nodes.len();
    if plan.is_empty() {
        let nothing = if plan.is_pending() { "nothing else" } else { "nothing" };
        let _ = writeln!(out, "{nothing} to do on {}", counted(nodes, "node"));
        return out;
    }
    let busy = plan.nodes.iter().filter(|node| !node.steps.is_empty()).count();
    let _ = writeln!(
        out,
        "{busy} of {}: {}, {}, {}, {}{}; {}",
        counted(nodes, "node"),
        counted(files, "file"),
        counted(reloads, "reload"),
        counted(restarts, "restart"),
        counted(starts, "start"),
        if stops > 0 { format!(", {}", counted(stops, "stop")) } else { String::new() },
        if moving { "addresses move" } else { "no address moves" }
    );
    out
}

fn machine(node: &NodePlan, out: &mut String) {
    let role = match (node.role, node.is_holder) {
        (Role::RealServer, _) => "real server",
        (Role::Director, true) => "director, holds the addresses",
        (Role::Director, false) => "director, standby",
    };
    let _ = writeln!(out, "{} ({role})", node.name);
    for change in &node.services {
        service(change, out);
    }
    for step in &node.steps {
        match step {
            Step::Install(packages) => {
                let _ = writeln!(out, "  install {}", packages.join(" "));
            }
            Step::File(change) => file(node, change, out),
            Step::Sysctl(path) => {
                let _ = writeln!(out, "  set the kernel's settings from {path}");
            }
            Step::Units => out.push_str("  systemctl daemon-reload\n"),
            Step::Reload(unit) => {
                let lost: Vec<String> = node.lost.iter().map(ToString::to_string).collect();
                let note = match lost.as_slice() {
                    _ if node.yields => ": another director comes before it".to_owned(),
                    [] => String::new(),
                    lost => format!(": it has lost {}", lost.join(", ")),
                };
                let _ = writeln!(out, "  reload {unit}{note}");
            }
            Step::Restart(unit) => {
                let note = if node.is_holder { ": its addresses move" } else { "" };
                let _ = writeln!(out, "  restart {unit}{note}");
            }
            Step::Start(unit) => {
                let _ = writeln!(out, "  start {unit}, and at every boot");
            }
            Step::Stop(unit) => {
                let note = if node.is_holder { ": its addresses move" } else { "" };
                let _ = writeln!(out, "  stop {unit}, also at boot{note}");
            }
        }
    }
}

fn service(change: &ServiceChange, out: &mut String) {
    match change {
        ServiceChange::Added(name) => {
            let _ = writeln!(out, "  + service {name}");
        }
        ServiceChange::Removed(name) => {
            let _ = writeln!(out, "  - service {name}");
        }
        ServiceChange::Changed(name, lines) => {
            let _ = writeln!(out, "  ~ service {name}: {}", lines.join(", "));
            for warning in lines.iter().filter_map(|line| services::warning(line)) {
                let _ = writeln!(out, "    warning: {warning}");
            }
        }
    }
}

fn file(node: &NodePlan, change: &FileChange, out: &mut String) {
    let path = change.path();
    let is_new = !node.before.contains_key(path);
    let is_same = node.before.get(path).map(|file| &file.content)
        == node.after.get(path).map(|file| &file.content);
    let verb = match change {
        FileChange::Write { .. } if is_new => "create",
        FileChange::Write { .. } if is_same => "give root",
        FileChange::Write { .. } => "change",
        FileChange::Mode { .. } => "set the mode of",
        FileChange::Remove { .. } => "remove",
    };
    let mode = match change {
        FileChange::Write { file, .. } => format!(" (mode {:04o})", file.mode),
        FileChange::Mode { mode, .. } => format!(" to {mode:04o}"),
        FileChange::Remove { .. } => String::new(),
    };
    let _ = writeln!(out, "  {verb} {path}{mode}");
    if node.edited.iter().any(|edited| edited == path) {
        out.push_str("    somebody changed it since the last deployment; that version is kept\n");
    }
    for line in difference(node, path) {
        let _ = writeln!(out, "    {line}");
    }
}

/// The lines of a file that differ, with one line around them; nothing for a new file. Secrets are
/// masked as everywhere; a file that holds some and is of no known format is not shown.
pub fn difference(node: &NodePlan, path: &str) -> Vec<String> {
    let (Some(before), Some(after)) = (node.before.get(path), node.after.get(path)) else {
        return Vec::new();
    };
    // What only its owner could read may hold secrets, whoever may read the new one.
    let is_secret = before.mode & 0o077 == 0 || node.secret.iter().any(|secret| secret == path);
    let (Some(old), Some(new)) =
        (shown(path, &before.content, is_secret), shown(path, &after.content, is_secret))
    else {
        return vec!["it holds secrets: its difference is not shown".to_owned()];
    };
    if old == new && before.content != after.content {
        return vec!["a secret in it changes".to_owned()];
    }
    let diff = TextDiff::from_lines(&old, &new);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(1) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            lines.push(format!(
                "{}{}",
                change.tag(),
                change.value().trim_end_matches(['\n', '\r'])
            ));
        }
    }
    lines
}

/// A file's text without its secrets.
fn shown(path: &str, content: &[u8], is_secret: bool) -> Option<String> {
    let mut sources = Sources::new();
    let file = sources.add(path, content);
    match meaning::format(path) {
        // The parser marks what must not be shown.
        Some(format) => drop(syntax::parse(&mut sources, file, format)),
        None if is_secret => return None,
        None => {}
    }
    Some(sources.get(file).shown_whole())
}
