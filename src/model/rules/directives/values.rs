//! Values that keepalived looks at more closely than their kind tells.

use std::net::IpAddr;

use super::{Context, LineRule, keepalived};
use crate::model::read::whole_number;
use crate::model::user::is_name;
use crate::source::{Diagnostic, Findings, Verdict};
use crate::syntax::schema::Version;
use crate::syntax::{NodeRef, Word};

/// The rules.
pub(super) const RULES: &[LineRule] = &[
    LineRule { within: "global_defs", word: "bfd_process_name", judge: process_name },
    LineRule { within: "global_defs", word: "checker_process_name", judge: process_name },
    LineRule { within: "global_defs", word: "lvs_process_name", judge: process_name },
    LineRule { within: "global_defs", word: "process_name", judge: process_name },
    LineRule { within: "global_defs", word: "vrrp_process_name", judge: process_name },
    LineRule { within: "global_defs", word: "include_check", judge: include_check },
    LineRule { within: "global_defs", word: "script_user", judge: user },
    LineRule { within: "vrrp_script", word: "user", judge: user },
    LineRule { within: "virtual_server/real_server/MISC_CHECK", word: "user", judge: user },
    LineRule { within: "global_defs", word: "smtp_server", judge: mail_server },
    LineRule { within: "global_defs", word: "vrrp_garp_extra_if", judge: other_interfaces },
    LineRule { within: "global_defs", word: "vrrp_vmac_garp_intvl", judge: other_interfaces },
    LineRule { within: "vrrp_instance", word: "garp_extra_if", judge: other_interfaces },
    LineRule { within: "vrrp_instance", word: "vmac_garp_intvl", judge: other_interfaces },
    LineRule { within: "track_file", word: "init_file", judge: first_value },
    LineRule { within: "vrrp_track_file", word: "init_file", judge: first_value },
];

/// What stands for a definition may be anything.
fn words(node: NodeRef<'_>) -> impl Iterator<Item = Word<'_>> {
    node.arguments().filter(|word| !word.raw().contains('$'))
}

fn process_name(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let long = words(node).next().filter(|word| word.value().len() > LONGEST_PROCESS);
    if let Some(word) = long {
        let message = format!("the name of a process has at most {LONGEST_PROCESS} characters");
        findings.push(
            Diagnostic::new(keepalived::OUT_OF_RANGE, word.place(), message)
                .note("keepalived cuts it off"),
        );
    }
}

/// Kinds of checks, each with a sign in front, or a single one without.
fn include_check(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    for word in words(node) {
        let value = word.value();
        let kind = value.strip_prefix(['+', '-']).unwrap_or(&value);
        // The manual's word for the first of them has a finding of its own.
        if !CHECKS.contains(&kind) && kind != "readable" {
            let message = format!("`{kind}` is no kind of checks of included files");
            findings.push(
                Diagnostic::new(keepalived::NOT_A_CHOICE, word.place(), message)
                    .note("keepalived ignores the word")
                    .help(format!("known are {}", CHECKS.join(", "))),
            );
        }
    }
    let is_bare = |word: &Word<'_>| CHECKS.contains(&&*word.value());
    // What a bare word does behind one with a sign was not tried.
    if words(node).next().is_some_and(|first| is_bare(&first))
        && let Some(second) = words(node).skip(1).find(is_bare)
    {
        let value = second.value();
        let message = format!("`{value}` has no sign, and the first one of these counts");
        findings.push(
            Diagnostic::new(keepalived::GIVEN_TWICE, second.place(), message)
                .help(format!("write `+{value}`")),
        );
    }
}

/// A user and a group, both by their names.
fn user(node: NodeRef<'_>, context: &Context<'_>, findings: &mut Findings) {
    // A group whose users' other groups are meant, too, has a colon since a later release.
    let knows_colon = context.targets.keepalived.version > Version::new(2, 2, 7);
    let wrong = words(node).take(2).find(|word| {
        let value = word.value();
        !is_name(&value) || value.starts_with(':') && !knows_colon
    });
    let Some(word) = wrong else { return };
    let message = format!("`{}` is no name of a user or a group", word.value());
    let finding = Diagnostic::new(keepalived::NOT_A_USER, word.place(), message);
    findings.push(
        finding
            .verdict(Verdict::Refuses)
            .note("keepalived says that it cannot set user and group, and drops the scripts")
            .help("write a name that /etc/passwd or /etc/group has"),
    );
}

/// A host, of which the port is a word of its own.
fn mail_server(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(word) = words(node).next() else { return };
    let value = word.value();
    if value.parse::<IpAddr>().is_ok() {
        return;
    }
    // Fewer than four numbers are an old way to write an address, which is understood (tried).
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_address = value.split('.').count() >= 4 && value.split('.').all(is_number);
    if !is_address && !value.contains([':', '/', '[']) {
        return;
    }
    let message = format!("`{value}` is neither an address nor the name of a host");
    let finding = Diagnostic::new(keepalived::NOT_AN_ADDRESS, word.place(), message)
        .note("keepalived ignores the line, and sends no mail");
    let parts = value.rsplit_once(':').filter(|(host, _)| !host.contains(':'));
    findings.push(match parts {
        Some((host, port)) => finding.help(format!("write `smtp_server {host} {port}`")),
        None => finding,
    });
}

/// `[all] SECONDS`.
fn other_interfaces(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    if node.arguments().any(|word| word.raw().contains('$')) {
        return;
    }
    let name = node.name();
    let Some(word) = node.arguments().find(|word| word.raw() != "all") else {
        let message = format!("`{name}` needs a number of seconds");
        findings.push(
            Diagnostic::new(keepalived::MISSING_ARGUMENT, node.place(), message)
                .note("keepalived ignores the line"),
        );
        return;
    };
    // For all routers, nothing is said by leaving the line out; a router says it with 0.
    let least = i64::from(name.starts_with("vrrp_"));
    let problem = whole_number(word, least, DAY);
    findings.extend(problem.map(|finding| finding.note("keepalived ignores the line")));
}

/// `[VALUE] [overwrite]`.
fn first_value(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    for word in words(node).filter(|word| word.raw() != "overwrite") {
        findings.extend(whole_number(word, -SENSIBLE, SENSIBLE).map(|finding| {
            if finding.code != keepalived::NOT_A_NUMBER {
                return finding;
            }
            let message = format!("`{}` is neither a number nor `overwrite`", word.value());
            Diagnostic::new(keepalived::NOT_A_CHOICE, word.place(), message)
        }));
    }
}

/// The kernel's TASK_COMM_LEN without the closing zero.
const LONGEST_PROCESS: usize = 15;

/// The kinds that 2.2.7 knows (tried).
const CHECKS: &[&str] = &["brace_match", "match", "read", "wildcard_match"];

/// Seconds.
const DAY: i64 = 86_400;

/// A priority cannot change by more.
const SENSIBLE: i64 = 254;
