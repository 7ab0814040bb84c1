//! Commands, and the users who run them.

use super::missing;
use crate::model::read::keepalived::value;
use crate::model::user::{first_word, is_user};
use crate::source::codes::keepalived as codes;
use crate::source::{Diagnostic, Findings};
use crate::syntax::schema::{self, Keyword};
use crate::syntax::{Format, NodeRef, Word};

/// Judges a command and the user behind it.
pub(super) fn command(node: NodeRef<'_>, row: &Keyword, findings: &mut Findings) {
    let Some((command, user)) = value::command(node) else {
        findings.push(missing(node, row));
        return;
    };
    if command.value.is_empty() && NEEDED.contains(&row.word) {
        findings.push(missing(node, row));
        return;
    }
    // Written as in other formats: the program would be `=` (tried).
    if let (true, Some(at)) = (command.value == "=" && user.is_some(), command.at) {
        let message = "`=` is taken for the command, and what follows for its user";
        findings.push(Diagnostic::new(codes::NOT_A_USER, at, message).help("remove the `=`"));
        return;
    }
    // A word in quotes that are never closed is reported elsewhere.
    let Some(user) = user.filter(|_| !is_open(node)) else { return };
    let first = first_word(&user);
    // These blocks have a word of their own for the user, and no other is read (tried with 2.2.7).
    let is_read = !matches!(row.within, "vrrp_script" | "virtual_server/real_server/MISC_CHECK");
    let help = match not_a_user(&command.value, &user, first, row) {
        None if is_read => return,
        None => format!("write `user {user}` on a line of its own"),
        Some(Reason::Keyword) => format!("write `{first}` on a line of its own"),
        Some(Reason::Argument) => "put the command and its arguments in one pair of quotes".into(),
    };
    let at = node.words().skip(2).find(|word| word.value() == first);
    let at = at.or_else(|| node.word(2)).map_or_else(|| node.place(), Word::place);
    let message = match is_read {
        true => format!("`{first}` is taken for the user who runs the command"),
        false => format!("`{first}` stands behind the command, and is not read"),
    };
    findings.push(Diagnostic::new(codes::NOT_A_USER, at, message).help(help));
}

/// What a word behind a command is in truth.
enum Reason {
    Argument,
    Keyword,
}

/// Why the words behind `command` name no user; nothing when they may.
fn not_a_user(command: &str, user: &str, first: &str, row: &Keyword) -> Option<Reason> {
    if schema::find(Format::Keepalived, row.within, first).is_some() {
        return Some(Reason::Keyword);
    }
    let program = command.rsplit('/').next().unwrap_or_default();
    let is_argument = !is_user(user) || NEEDS_ARGUMENTS.contains(&program);
    is_argument.then_some(Reason::Argument)
}

/// Whether the last word of a line is in quotes that are not closed.
pub(in super::super) fn is_open(node: NodeRef<'_>) -> bool {
    let last = node.words().next_back().map(Word::raw).unwrap_or_default();
    last.starts_with('"') && (last.len() == 1 || !last.ends_with('"'))
}

/// Programs that do nothing, or wait for input, without an argument.
const NEEDS_ARGUMENTS: &[&str] = &[
    "bash",
    "curl",
    "dash",
    "killall",
    "nc",
    "pgrep",
    "pidof",
    "ping",
    "pkill",
    "python3",
    "sh",
    "systemctl",
    "test",
    "wget",
];

/// Keywords that are as good as absent with an empty command; notify commands may have one (tried).
const NEEDED: &[&str] = &["misc_path", "script", "shutdown_script", "startup_script"];
