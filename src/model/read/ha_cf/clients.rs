//! Programs that heartbeat starts or lets in, and fencing devices.

use super::paths::missing;
use super::{Directive, Reader};
use crate::model::Sourced;
use crate::source::{Diagnostic, Verdict, codes};

/// `respawn`: ipfail and pingd are known by their last name, wherever they stand.
pub(super) fn respawn(reader: &mut Reader<'_>, directive: &Directive<'_>) {
    let [_user, program, ..] = directive.words.as_slice() else {
        missing(reader, directive, "a user and a program");
        return;
    };
    let (folder, name) = program.text.rsplit_once('/').unwrap_or(("", &program.text));
    let message = format!("`{}` is not at an absolute path", program.text);
    if !program.text.starts_with('/') {
        let diagnostic = Diagnostic::new(codes::ha_cf::RELATIVE_PROGRAM, program.at, message);
        let help = format!("write `{PROGRAMS}/{name}`");
        reader.report(if ARBITRATORS.contains(&name) { diagnostic.help(help) } else { diagnostic });
    } else if folder != PROGRAMS && OTHER_FOLDERS.contains(&folder) {
        let message = format!("on Debian heartbeat's programs stand in {PROGRAMS}");
        let mut diagnostic = Diagnostic::new(codes::ha_cf::PROGRAM_ELSEWHERE, program.at, message)
            .note("heartbeat refuses to start when the program is not there")
            .fix(program.at, format!("{PROGRAMS}/{name}"), "write Debian's path");
        // So it is on a Debian host; elsewhere the path may be right, and a warning is enough.
        diagnostic.verdict = Verdict::Refuses;
        reader.report(diagnostic);
    }
    if ARBITRATORS.contains(&name) && reader.cluster.membership.arbitrator.is_none() {
        let words: Vec<&str> = directive.words.iter().map(|word| &*word.text).collect();
        let program = Sourced::new(words.join(" "), directive.place());
        reader.cluster.membership.arbitrator = Some(program);
    } else {
        reader.carry(directive);
    }
}

/// `apiauth`.
pub(super) fn access(reader: &mut Reader<'_>, directive: &Directive<'_>) {
    let [client, lists @ ..] = directive.words.as_slice() else {
        missing(reader, directive, "a client and a list of users or groups");
        return;
    };
    if !lists.iter().any(|list| list.text.starts_with("uid=") || list.text.starts_with("gid=")) {
        let message = format!("`{}` gets no users and no groups", client.text);
        reader.report(
            Diagnostic::new(codes::ha_cf::NO_CLIENT_LIST, directive.place(), message)
                .help(format!("write `apiauth {} uid=hacluster`", client.text)),
        );
    }
    let earlier = reader.clients.insert(client.text.to_string(), directive.place());
    if let Some(earlier) = earlier {
        let message = format!("`apiauth` for `{}` a second time", client.text);
        let diagnostic = Diagnostic::new(codes::ha_cf::CLIENT_TWICE, client.at, message);
        reader.report(diagnostic.context(earlier, "the first is here"));
    }
    reader.carry(directive);
}

/// `stonith` and `stonith_host`.
pub(super) fn fencing(reader: &mut Reader<'_>, directive: &Directive<'_>) {
    if directive.words.len() < 2 {
        let needed = match directive.row.word {
            "stonith" => "a type and a file",
            _ => "a host and a type",
        };
        missing(reader, directive, needed);
        return;
    }
    reader.cluster.membership.fencing.push(directive.place());
}

/// Clients that act on ping targets.
const ARBITRATORS: &[&str] = &["ipfail", "pingd"];

/// Where Debian's heartbeat 3 has its programs.
const PROGRAMS: &str = "/usr/libexec/heartbeat";

/// Where other releases have them.
const OTHER_FOLDERS: &[&str] = &[
    "/usr/lib/heartbeat",
    "/usr/lib64/heartbeat",
    "/usr/lib32/heartbeat",
    "/usr/local/lib/heartbeat",
    "/usr/local/lib64/heartbeat",
    "/usr/local/libexec/heartbeat",
    "/opt/heartbeat",
];
