//! SARIF 2.1.0 (OASIS), the form that code review sites show beside the lines.

use std::fmt::Write as _;

use serde::Serialize;

use super::Unread;
use super::json::touches_secret;
use super::place::{Located, Locator};
use crate::source::text::printable;
use crate::source::{Code, Diagnostic, Fix, Place, Severity, Silenced, Silencer, Sources};

/// All findings as one SARIF log with one run; what is silenced is a suppressed result (3.27.23).
///
/// What could not be read is a notification of the invocation (3.20.21).
pub fn sarif(
    sources: &Sources,
    diagnostics: &[Diagnostic],
    silenced: &[Silenced],
    unread: &[Unread<'_>],
) -> String {
    let quiet = silenced.iter().map(|silenced| &silenced.diagnostic);
    let mut rules: Vec<Code> = diagnostics.iter().chain(quiet).map(|d| d.code).collect();
    rules.sort_by_key(|code| code.id());
    rules.dedup();
    let mut writer = Writer { sources, locator: Locator::new(sources) };
    let mut results: Vec<_> = diagnostics.iter().map(|d| writer.result(d, &rules)).collect();
    results.extend(silenced.iter().map(|silenced| Entry {
        suppressions: vec![suppression(&silenced.by)],
        ..writer.result(&silenced.diagnostic, &rules)
    }));
    let driver = Driver {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        rules: rules.iter().map(|code| rule(*code)).collect(),
    };
    let invocation = Invocation {
        execution_successful: unread.is_empty(),
        tool_execution_notifications: unread.iter().map(notification).collect(),
    };
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        // Columns count characters, not UTF-16 units, which is what SARIF assumes otherwise.
        runs: [Run {
            tool: Tool { driver },
            invocations: [invocation],
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    // Numbers and strings only: there is nothing that serde_json could refuse.
    let mut out = serde_json::to_string_pretty(&log).unwrap_or_default();
    out.push('\n');
    out
}

struct Writer<'a> {
    sources: &'a Sources,
    locator: Locator<'a>,
}

impl Writer<'_> {
    fn result(&mut self, from: &Diagnostic, rules: &[Code]) -> Entry {
        // SARIF has one text per result: the notes and the help follow the message.
        let mut text = printable(&from.message).into_owned();
        for more in from.notes.iter().chain(&from.help) {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{}", printable(more));
        }
        let related = from.context.iter().map(|label| {
            let message = Some(Text { text: printable(&label.text).into_owned() });
            Location { message, ..self.location(label.at) }
        });
        let related_locations = related.collect();
        Entry {
            rule_id: from.code.id(),
            rule_index: rules.partition_point(|code| code.id() < from.code.id()),
            level: level(from.severity()),
            message: Text { text },
            locations: from.at.map(|at| self.location(at)).into_iter().collect(),
            related_locations,
            fixes: from.fix.iter().filter_map(|fix| self.fix(fix)).collect(),
            occurrence_count: from.occurrences,
            suppressions: Vec::new(),
        }
    }

    fn location(&mut self, at: Place) -> Location {
        let located = self.locator.locate(at);
        let snippet = self.sources.get(at.file).shown(at.span);
        let snippet = snippet.chars().take(SNIPPET_CHARACTERS).collect();
        Location {
            physical_location: PhysicalLocation {
                artifact_location: Artifact { uri: uri(located.file) },
                region: Region { snippet: Some(Text { text: snippet }), ..region(&located) },
            },
            message: None,
        }
    }

    /// The edits, file by file; `None` when they would show a secret, or are a guess: a site offers
    /// every fix to be taken with one click.
    fn fix(&mut self, fix: &Fix) -> Option<FixEntry> {
        if !fix.certain || touches_secret(self.sources, fix) {
            return None;
        }
        let mut changes: Vec<Change> = Vec::new();
        for edit in &fix.edits {
            let located = self.locator.locate(edit.at);
            let replacement = Replacement {
                deleted_region: region(&located),
                inserted_content: Text { text: edit.text.clone() },
            };
            let uri = uri(located.file);
            match changes.last_mut().filter(|change| change.artifact_location.uri == uri) {
                Some(change) => change.replacements.push(replacement),
                None => changes.push(Change {
                    artifact_location: Artifact { uri },
                    replacements: vec![replacement],
                }),
            }
        }
        let description = Text { text: fix.title.clone() };
        Some(FixEntry { description, artifact_changes: changes })
    }
}

fn notification(unread: &Unread<'_>) -> Notification {
    let text: Vec<&str> = std::iter::once(unread.message).chain(unread.help).collect();
    Notification {
        level: "error",
        message: Text { text: printable(&text.join("\n")).into_owned() },
    }
}

fn suppression(by: &Silencer) -> Suppression {
    match by {
        Silencer::Comment { reason } => Suppression {
            kind: "inSource",
            justification: Some(printable(reason).into_owned()).filter(|text| !text.is_empty()),
        },
        Silencer::Option => Suppression { kind: "external", justification: None },
    }
}

fn rule(code: Code) -> Rule {
    let text = |text: &str| Text { text: text.to_owned() };
    Rule {
        id: code.id(),
        name: code.name(),
        short_description: text(code.title()),
        full_description: text(code.page()),
        default_configuration: Configuration { level: level(code.severity()) },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn region(located: &Located<'_>) -> Region {
    Region {
        start_line: located.start.line,
        start_column: located.start.column,
        end_line: located.end.line,
        end_column: located.end.column,
        snippet: None,
    }
}

/// A path as a URI reference (RFC 3986): everything but unreserved characters and `/` is escaped.
fn uri(path: &str) -> String {
    let mut out = String::new();
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A snippet is a help for the eye, not a copy of a line of any length.
const SNIPPET_CHARACTERS: usize = 200;

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    results: Vec<Entry>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    full_description: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixEntry>,
    occurrence_count: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<String>,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixEntry {
    description: Text,
    artifact_changes: Vec<Change>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}
