//! Which keys have a meaning for which type of probe.

use super::super::{Keys as _, Reader};
use super::Form;
use crate::site::document::{Item, Literal};
use crate::source::Diagnostic;
use crate::source::codes::inventory;

/// Reports keys that a probe of this type has no use for: what they ask for is not checked.
pub(super) fn without(kind: &str, item: &Item, reader: &mut Reader<'_>) {
    let row = KEYS_OF.iter().find(|(types, _)| types.contains(&bare(kind)));
    let is_dialogue = bare(kind).starts_with("dialogue-");
    let own = match row {
        Some((_, own)) => *own,
        None if is_dialogue => DIALOGUE,
        // A type that there is not is reported as such.
        None => return,
    };
    let Literal::Table(entries) = &item.value else { return };
    let is_known = |word: &&str| Form::keys().iter().any(|key| key.word == *word);
    let is_combined = kind.starts_with("combined-");
    for entry in entries.iter().filter(|entry| is_known(&entry.key.as_str())) {
        let word = entry.key.as_str();
        if EVERY.contains(&word) || own.contains(&word) || (is_combined && word == "connects") {
            continue;
        }
        let at = reader.place(entry.key_span);
        let message = format!("a probe of type `{kind}` has no key `{word}`");
        let finding = Diagnostic::new(inventory::UNKNOWN_KEY, at, message);
        let all: Vec<&str> = EVERY.iter().chain(own).copied().collect();
        reader.report(match (word, own.contains(&"body")) {
            ("answer", true) => finding.help("write `body`: the page is searched for it"),
            ("request", true) => finding.help("write `path`"),
            _ => finding.help(format!("its keys are {}", all.join(", "))),
        });
    }
}

/// A type without what stands in front of it.
pub(super) fn bare(kind: &str) -> &str {
    kind.strip_prefix("combined-").unwrap_or(kind)
}

/// Keys of a probe of any type.
const EVERY: &[&str] = &["type", "address", "port", "checks", "keepalived"];

/// Further keys of each type.
const KEYS_OF: &[(&[&str], &[&str])] = &[
    (&["bfd"], &["name"]),
    (&["dns"], &["record", "name", "answer"]),
    (&["down", "ping", "tcp", "udp", "up"], &[]),
    (&["file"], &["name", "weight"]),
    (&["http", "https"], HTTP),
    (&["script"], &["command", "appended", "dynamic_weight", "user"]),
    (&["smtp"], &["helo"]),
];

const DIALOGUE: &[&str] = &["host", "login", "password", "secret", "database", "request", "answer"];
const HTTP: &[&str] = &[
    "head",
    "version",
    "host",
    "address_as_host",
    "server_name_indication",
    "path",
    "status",
    "body",
    "digest",
    "requests",
];
