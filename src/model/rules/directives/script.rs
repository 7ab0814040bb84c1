//! Command lines, which are read like a shell's only after other rules had their way.

use super::{Context, LineRule, codes};
use crate::source::codes::keepalived_advice as advice;
use crate::source::{Diagnostic, Findings};
use crate::syntax::NodeRef;

/// Makes a rule for each place of a command.
macro_rules! commands {
    ($($within:literal $word:literal;)*) => {
        &[$(LineRule {
            within: $within,
            word: $word,
            judge: command,
        }),*]
    };
}

/// The rules.
pub(super) const RULES: &[LineRule] = commands! {
    "vrrp_script" "script";
    "vrrp_instance" "notify";
    "vrrp_instance" "notify_backup";
    "vrrp_instance" "notify_fault";
    "vrrp_instance" "notify_master";
    "vrrp_instance" "notify_stop";
    "vrrp_sync_group" "notify";
    "vrrp_sync_group" "notify_backup";
    "vrrp_sync_group" "notify_fault";
    "vrrp_sync_group" "notify_master";
    "vrrp_sync_group" "notify_stop";
    "virtual_server" "quorum_down";
    "virtual_server" "quorum_up";
    "virtual_server/real_server" "notify_down";
    "virtual_server/real_server" "notify_up";
    "virtual_server/real_server/MISC_CHECK" "misc_path";
    "global_defs" "shutdown_script";
    "global_defs" "startup_script";
};

/// Whether a keyword takes a command line.
pub(super) fn is_command(word: &str) -> bool {
    RULES.iter().any(|rule| rule.word == word) || word.ends_with("fifo_script") || word == "regex"
}

fn command(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(rest) = node.rest() else { return };
    let raw = rest.raw();
    let mut quote = None;
    let mut characters = raw.char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (_, '\\') => {
                // keepalived unescapes the line twice before the command sees it.
                let place = rest.part(at, at + 1);
                let message = "the backslash is unescaped twice before the command sees it";
                findings.push_once_per_file(
                    Diagnostic::new(advice::UNESCAPED_TWICE, place, message)
                        .help("put the command into a script file of its own"),
                );
                characters.next();
            }
            _ => {}
        }
    }
    // A comment, or the rest behind a brace, is no part of the line: what is left is an open quote.
    if quote == Some('\'') {
        let at = raw.find('\'').unwrap_or(0);
        findings.push(
            Diagnostic::new(
                codes::SINGLE_QUOTES,
                rest.part(at, raw.len()),
                "single quotes do not protect `#`, `!`, `{` and `}`",
            )
            .note("keepalived cuts the line there, and crashes")
            .help("use double quotation marks"),
        );
    }
}
