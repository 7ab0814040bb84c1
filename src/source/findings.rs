//! The findings of one run, those that a comment silences apart.

use std::collections::{HashMap, HashSet};
use std::thread;

use super::allowance::{Allowance, Allowances};
use super::codes::{Code, Severity, Verdict, comments};
use super::diagnostic::Diagnostic;
use super::span::{FileId, Place};

/// The findings of one run, in the order they were made.
#[derive(Debug, Default)]
pub struct Findings {
    pub(super) list: Vec<Diagnostic>,
    /// Findings that comments in the files silence.
    silenced: Vec<Silenced>,
    allowances: Allowances,
    /// Where in `list` the findings of [`Findings::push_once_per_file`] stand.
    pub(super) collected: HashMap<(Code, Option<FileId>), usize>,
    /// Where else errors are that the first one of their file counts.
    pub(super) counted: Vec<Place>,
}

/// A finding that the user does not want to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silenced {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// Who said so.
    pub by: Silencer,
}

/// What silences a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silencer {
    /// A comment in the file, with the words behind the code.
    Comment {
        /// Why, as its author wrote it; may be empty.
        reason: String,
    },
    /// An option of the command line.
    Option,
}

impl Findings {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on findings are held against these comments, too.
    pub fn allow(&mut self, allowances: impl IntoIterator<Item = Allowance>) {
        allowances.into_iter().for_each(|allowance| self.allowances.add(allowance));
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if let Some(diagnostic) = self.unless_silenced(diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Adds a finding unless its code was already found in the same file: then the first one
    /// counts it and takes over its edits. For oddities that fill a file, such as CRLF.
    pub fn push_once_per_file(&mut self, diagnostic: Diagnostic) {
        // Silenced one by one: a comment on one line says nothing about the others.
        let Some(diagnostic) = self.unless_silenced(diagnostic) else { return };
        // A place in an expanded text is not yet one of the file that has the comment.
        if diagnostic.at.is_some_and(|at| self.allowances.speak_elsewhere(diagnostic.code, at.file))
        {
            self.list.push(diagnostic);
            return;
        }
        let key = (diagnostic.code, diagnostic.at.map(|at| at.file));
        let known = self.collected.get(&key).and_then(|index| self.list.get_mut(*index));
        match known {
            Some(known) => {
                known.occurrences = known.occurrences.saturating_add(diagnostic.occurrences);
                let is_error = diagnostic.severity == Severity::Error;
                self.counted.extend(diagnostic.at.filter(|_| is_error));
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
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// Makes warnings of errors that `excuse` has a word for: what the real program does with the text is
    /// no matter where another one gets what was meant.
    pub fn soften(&mut self, excuse: impl Fn(&Diagnostic) -> Option<&'static str>) {
        for finding in &mut self.list {
            if let Some(why) = excuse(finding).filter(|_| finding.severity == Severity::Error) {
                finding.severity = Severity::Warning;
                finding.notes.push(why.to_owned());
            }
        }
    }

    /// All findings that are not silenced.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Places of all errors, also of those that are only counted.
    pub fn places_of_errors(&self) -> impl Iterator<Item = Place> {
        let errors = self.iter().filter(|finding| finding.severity == Severity::Error);
        errors.filter_map(|error| error.at).chain(self.counted.iter().copied())
    }

    /// Findings that comments silence, in the order they were made.
    pub fn silenced(&self) -> &[Silenced] {
        &self.silenced
    }

    /// Comments that silenced nothing so far.
    pub fn unused_allowances(&self) -> impl Iterator<Item = &Allowance> {
        self.allowances.unused()
    }

    /// Reports each comment that silenced nothing, if its code `was_looked_for`.
    pub fn report_unused_allowances(&mut self, was_looked_for: impl Fn(Code) -> bool) {
        let unused = self.allowances.unused().filter(|allowance| was_looked_for(allowance.code));
        let unused: Vec<_> = unused
            .map(|allowance| {
                let message = format!("there is no {} here to be allowed", allowance.code);
                Diagnostic::new(comments::UNUSED, allowance.at, message)
            })
            .collect();
        self.list.extend(unused);
    }

    /// Says that what the real program does with `files` depends on the machine, whatever is wrong
    /// with them.
    pub fn depend_on_machine(&mut self, files: &[FileId]) {
        for diagnostic in &mut self.list {
            let is_inside = diagnostic.at.is_some_and(|at| files.contains(&at.file));
            if is_inside && diagnostic.verdict == Verdict::Refuses {
                diagnostic.verdict = Verdict::Depends;
            }
        }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many findings have `severity`.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|d| d.severity() == severity).count()
    }

    /// Takes over the findings of another run, and its comments.
    pub fn append(&mut self, other: Self) {
        self.list.extend(other.list);
        self.counted.extend(other.counted);
        self.silenced.extend(other.silenced);
        self.allowances.append(other.allowances);
    }

    /// Runs two searches, with a thread for the second when there are so many `lines` that it pays.
    pub fn beside(
        &mut self,
        lines: usize,
        first: impl FnOnce(&mut Self),
        second: impl FnOnce(&mut Self) + Send,
    ) {
        // Comments remember what they silenced, so one search has to see what the other found.
        if lines < MANY_LINES || !self.allowances.is_empty() {
            first(self);
            second(self);
            return;
        }
        let mut found = Self::new();
        thread::scope(|scope| {
            scope.spawn(|| second(&mut found));
            first(self);
        });
        self.silenced.extend(found.silenced);
        self.counted.extend(found.counted);
        let collected: HashSet<usize> = found.collected.into_values().collect();
        for (at, diagnostic) in found.list.into_iter().enumerate() {
            match collected.contains(&at) {
                true => self.push_once_per_file(diagnostic),
                false => self.push(diagnostic),
            }
        }
    }

    /// Sorted for reading: by file, then place, findings without a place last.
    pub fn sorted(self) -> Vec<Diagnostic> {
        self.into_parts(|_| 0).0
    }

    /// The findings as [`Findings::sorted`] gives them, and those that comments silence. Files of a
    /// lower `rank` come first: handles of files that several threads loaded have no order.
    pub fn into_parts(
        mut self,
        rank: impl Fn(FileId) -> usize,
    ) -> (Vec<Diagnostic>, Vec<Silenced>) {
        let key =
            |d: &Diagnostic| (d.at.is_none(), d.at.map(|at| rank(at.file)), d.at, d.code.id());
        let order = |a: &Diagnostic, b: &Diagnostic| {
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        };
        self.list.sort_by(order);
        // What several nodes include is read for each of them.
        self.list.dedup();
        self.silenced.sort_by(|a, b| order(&a.diagnostic, &b.diagnostic));
        (self.list, self.silenced)
    }

    /// The finding, unless a comment at one of its places takes it away.
    pub(super) fn unless_silenced(&mut self, diagnostic: Diagnostic) -> Option<Diagnostic> {
        let Some(allowance) = self.allowances.find(&diagnostic) else { return Some(diagnostic) };
        let by = Silencer::Comment { reason: allowance.reason.clone() };
        self.silenced.push(Silenced { diagnostic, by });
        None
    }
}

/// A line takes about half a microsecond, a thread some tens of them.
const MANY_LINES: usize = 2000;

#[cfg(test)]
mod tests;
