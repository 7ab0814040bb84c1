//! A diagnostic is a value; how it looks is decided by [`report`](super::report).

use std::collections::HashMap;

use super::codes::{Code, Severity, Verdict};
use super::span::{FileId, Place};

/// One finding about one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Row of the code table: identity, severity, explanation.
    pub code: Code,
    /// What the real program does with the file because of this.
    pub verdict: Verdict,
    /// What is wrong, one terse sentence without a full stop.
    pub message: String,
    /// The characters to point at; `None` when a whole input is meant.
    pub at: Option<Place>,
    /// Words beside the pointer.
    pub label: Option<String>,
    /// Further places that explain the first.
    pub context: Vec<Label>,
    /// Facts, above all what the real program does with this text.
    pub notes: Vec<String>,
    /// What to type next.
    pub help: Option<String>,
    /// Edits that mend it.
    pub fix: Option<Fix>,
    /// How often the same thing was met in the same file; the first place is shown.
    pub occurrences: u32,
}

impl Diagnostic {
    /// A finding that points at `at`.
    pub fn new(code: Code, at: Place, message: impl Into<String>) -> Self {
        Self { at: Some(at), ..Self::general(code, message) }
    }

    /// A finding about an input as a whole.
    pub fn general(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            verdict: code.verdict(),
            message: message.into(),
            at: None,
            label: None,
            context: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
            occurrences: 1,
        }
    }

    /// Says what the real program does here, where the code's row leaves it open.
    pub fn verdict(mut self, verdict: Verdict) -> Self {
        self.verdict = verdict;
        self
    }

    /// Sets the words beside the pointer.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// Adds a second place.
    pub fn context(mut self, at: Place, text: impl Into<String>) -> Self {
        self.context.push(Label { at, text: text.into() });
        self
    }

    /// Adds a fact.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Sets the next thing to type.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Sets the fix: replace `at` by `text`.
    pub fn fix(mut self, at: Place, text: impl Into<String>, title: impl Into<String>) -> Self {
        let edit = Edit { at, text: text.into() };
        self.fix = Some(Fix { title: title.into(), edits: vec![edit] });
        self
    }

    /// Severity of its code.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// A place with a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub at: Place,
    /// What is there.
    pub text: String,
}

/// Edits that together mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the edits do, in the imperative.
    pub title: String,
    /// Non-overlapping replacements.
    pub edits: Vec<Edit>,
}

/// Replace the text at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes.
    pub at: Place,
    /// What comes.
    pub text: String,
}

/// The findings of one run, in the order they were made.
#[derive(Debug, Default)]
pub struct Findings {
    pub(super) list: Vec<Diagnostic>,
    /// Where in `list` the findings of [`Findings::push_once_per_file`] stand.
    pub(super) collected: HashMap<(Code, Option<FileId>), usize>,
}

impl Findings {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds a finding unless its code was already found in the same file: then the first one
    /// counts it and takes over its edits. For oddities that fill a file, such as CRLF.
    pub fn push_once_per_file(&mut self, diagnostic: Diagnostic) {
        let key = (diagnostic.code, diagnostic.at.map(|at| at.file));
        let known = self.collected.get(&key).and_then(|index| self.list.get_mut(*index));
        match known {
            Some(known) => {
                known.occurrences = known.occurrences.saturating_add(diagnostic.occurrences);
                // One place that is refused is enough for the file.
                if diagnostic.verdict == Verdict::Refuses {
                    known.verdict = Verdict::Refuses;
                }
                if let (Some(fix), Some(more)) = (&mut known.fix, diagnostic.fix) {
                    fix.edits.extend(more.edits);
                }
            }
            None => {
                self.collected.insert(key, self.list.len());
                self.list.push(diagnostic);
            }
        }
    }

    /// Adds several findings.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.list.extend(diagnostics);
    }

    /// All findings.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many findings have `severity`.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|d| d.severity() == severity).count()
    }

    /// Takes over the findings of another run.
    pub fn append(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// Sorted for reading: by file, then place, findings without a place last.
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.at.is_none(), d.at, d.code.id());
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        // What several nodes include is read for each of them.
        self.list.dedup();
        self.list
    }
}
