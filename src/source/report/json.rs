//! One JSON object per run. Its fields are an interface, which docs/json.md describes: new ones are
//! added, and `version` changes when an old one does.

use serde::Serialize;

use super::Unread;
use super::place::{Located, Locator};
use crate::source::text::printable;
use crate::source::{Diagnostic, Fix, Severity, Silenced, Silencer, Sources, Verdict};

/// All findings as one JSON object, with a line feed behind it.
pub fn json(
    sources: &Sources,
    diagnostics: &[Diagnostic],
    silenced: &[Silenced],
    unread: &[Unread<'_>],
) -> String {
    let mut locator = Locator::new(sources);
    let count = |severity| diagnostics.iter().filter(|d| d.severity() == severity).count();
    let report = Report {
        version: VERSION,
        summary: Summary {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
            silenced: silenced.len(),
            unread: unread.len(),
        },
        diagnostics: diagnostics.iter().map(|d| entry(sources, d, &mut locator)).collect(),
        silenced: silenced.iter().map(|silenced| quiet(silenced, &mut locator)).collect(),
        unread,
    };
    // Numbers and strings only: there is nothing that serde_json could refuse.
    let mut out = serde_json::to_string_pretty(&report).unwrap_or_default();
    out.push('\n');
    out
}

fn entry<'a>(sources: &'a Sources, from: &'a Diagnostic, locator: &mut Locator<'a>) -> Entry<'a> {
    Entry {
        code: from.code.id(),
        name: from.code.name(),
        severity: from.severity(),
        verdict: from.verdict,
        message: printable(&from.message).into_owned(),
        place: from.at.map(|at| locator.locate(at)),
        label: from.label.as_deref().map(|label| printable(label).into_owned()),
        context: from
            .context
            .iter()
            .map(|label| Context {
                place: locator.locate(label.at),
                label: printable(&label.text).into_owned(),
            })
            .collect(),
        notes: from.notes.iter().map(|note| printable(note).into_owned()).collect(),
        help: from.help.as_deref().map(|help| printable(help).into_owned()),
        fix: from.fix.as_ref().filter(|fix| !touches_secret(sources, fix)).map(|fix| FixEntry {
            title: &fix.title,
            certain: fix.certain,
            edits: fix
                .edits
                .iter()
                .map(|edit| EditEntry { place: locator.locate(edit.at), replacement: &edit.text })
                .collect(),
        }),
        occurrences: from.occurrences,
    }
}

fn quiet<'a>(from: &'a Silenced, locator: &mut Locator<'a>) -> Quiet<'a> {
    let (by, reason) = match &from.by {
        Silencer::Comment { reason } => ("comment", Some(printable(reason).into_owned())),
        Silencer::Option => ("option", None),
    };
    Quiet {
        code: from.diagnostic.code.id(),
        name: from.diagnostic.code.name(),
        place: from.diagnostic.at.map(|at| locator.locate(at)),
        by,
        reason: reason.filter(|reason| !reason.is_empty()),
    }
}

/// Whether an edit replaces a part of a secret: its new text would be a part of one as well.
pub(super) fn touches_secret(sources: &Sources, fix: &Fix) -> bool {
    fix.edits.iter().any(|edit| sources.get(edit.at.file).is_secret(edit.at.span))
}

/// Version of the object's shape.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    summary: Summary,
    diagnostics: Vec<Entry<'a>>,
    silenced: Vec<Quiet<'a>>,
    unread: &'a [Unread<'a>],
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    silenced: usize,
    unread: usize,
}

/// A finding that a comment or an option silences.
#[derive(Serialize)]
struct Quiet<'a> {
    code: &'a str,
    name: &'a str,
    place: Option<Located<'a>>,
    by: &'static str,
    reason: Option<String>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    severity: Severity,
    verdict: Verdict,
    message: String,
    place: Option<Located<'a>>,
    label: Option<String>,
    context: Vec<Context<'a>>,
    notes: Vec<String>,
    help: Option<String>,
    fix: Option<FixEntry<'a>>,
    occurrences: u32,
}

#[derive(Serialize)]
struct Context<'a> {
    place: Located<'a>,
    label: String,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    /// Whether `lvsha check --fix` makes it.
    certain: bool,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    place: Located<'a>,
    replacement: &'a str,
}
