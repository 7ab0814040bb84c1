//! A diagnostic is a value; how it looks is decided by [`report`](super::report).

use super::codes::{Code, Severity, Verdict};
use super::span::Place;

/// One finding about one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Row of the code table: identity, severity, explanation.
    pub code: Code,
    /// How bad it is here: its code's severity, unless the user said otherwise.
    pub severity: Severity,
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
            severity: code.severity(),
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

    /// Says what the real program does here, where the code's row leaves it open. What keeps it
    /// from starting is an error, however harmless the same thing is elsewhere.
    pub fn verdict(mut self, verdict: Verdict) -> Self {
        self.verdict = verdict;
        if verdict == Verdict::Refuses {
            self.severity = Severity::Error;
        }
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
        self.fix = Some(Fix::new(title, vec![Edit { at, text: text.into() }]));
        self
    }

    /// Sets a fix that is only likely: it is shown, and nobody but a person may make it.
    pub fn guess(self, at: Place, text: impl Into<String>, title: impl Into<String>) -> Self {
        let mut guessed = self.fix(at, text, title);
        if let Some(fix) = &mut guessed.fix {
            fix.certain = false;
        }
        guessed
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Every place that it points at: its own first.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.at.into_iter().chain(self.context.iter().map(|label| label.at))
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
    /// Whether it can be made without asking anybody.
    pub certain: bool,
}

impl Fix {
    /// Edits that can be made without asking anybody.
    pub fn new(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { title: title.into(), edits, certain: true }
    }
}

/// Replace the text at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes.
    pub at: Place,
    /// What comes.
    pub text: String,
}
