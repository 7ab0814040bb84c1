//! Comments that silence findings: `# lvsha: allow LV2310 one host, no network`.

use std::collections::HashMap;

use super::codes::Code;
use super::diagnostic::Diagnostic;
use super::span::{FileId, Place, Span};

/// What one comment says about one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The code as it stands in the comment.
    pub at: Place,
    /// The code that is silenced.
    pub code: Code,
    /// Where: a line, a block, or the whole file. Ranges of one file are disjoint or nested.
    pub holds: Span,
    /// The words behind the codes.
    pub reason: String,
}

/// All comments of a run. Ranges of one file and code are kept disjoint, so that the one around a
/// finding is found by binary search: a generated file may have a comment for each line.
#[derive(Debug, Default)]
pub(super) struct Allowances {
    by_code: HashMap<(FileId, Code), Vec<Entry>>,
    /// The files that have a comment for a code.
    files: HashMap<Code, Vec<FileId>>,
    /// Comments inside the range of another one for the same code.
    redundant: Vec<Allowance>,
}

#[derive(Debug)]
struct Entry {
    allowance: Allowance,
    is_used: bool,
}

impl Allowances {
    /// Adds a comment; those of one file come in the order of the text.
    pub(super) fn add(&mut self, allowance: Allowance) {
        let files = self.files.entry(allowance.code).or_default();
        if files.last() != Some(&allowance.at.file) {
            files.push(allowance.at.file);
        }
        let entries = self.by_code.entry((allowance.at.file, allowance.code)).or_default();
        let last = entries.last().map(|entry| entry.allowance.holds);
        if last.is_some_and(|last| allowance.holds.start < last.end) {
            self.redundant.push(allowance);
        } else {
            entries.push(Entry { allowance, is_used: false });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_code.is_empty() && self.redundant.is_empty()
    }

    /// The comment that silences `diagnostic`, at whichever of its places it stands.
    pub(super) fn find(&mut self, diagnostic: &Diagnostic) -> Option<&Allowance> {
        if self.by_code.is_empty() {
            return None;
        }
        let place = diagnostic.places().find(|at| self.covers(diagnostic.code, *at))?;
        let entries = self.by_code.get_mut(&(place.file, diagnostic.code))?;
        let index = position(entries, place.span.start)?;
        let entry = entries.get_mut(index)?;
        entry.is_used = true;
        Some(&entry.allowance)
    }

    /// Comments that silenced nothing, or only what another comment silences already.
    pub(super) fn unused(&self) -> impl Iterator<Item = &Allowance> {
        let idle = self.by_code.values().flatten().filter(|entry| !entry.is_used);
        idle.map(|entry| &entry.allowance).chain(&self.redundant)
    }

    /// Whether a comment in another file than `file` silences `code`.
    pub(super) fn speak_elsewhere(&self, code: Code, file: FileId) -> bool {
        self.files.get(&code).is_some_and(|files| files.iter().any(|other| *other != file))
    }

    pub(super) fn append(&mut self, other: Self) {
        for (code, files) in other.files {
            self.files.entry(code).or_default().extend(files);
        }
        // Two runs read different files, so no list meets another one of its key.
        for (key, entries) in other.by_code {
            self.by_code.entry(key).or_default().extend(entries);
        }
        self.redundant.extend(other.redundant);
    }

    fn covers(&self, code: Code, at: Place) -> bool {
        let entries = self.by_code.get(&(at.file, code));
        entries.is_some_and(|entries| position(entries, at.span.start).is_some())
    }
}

/// The entry around byte `at`.
fn position(entries: &[Entry], at: u32) -> Option<usize> {
    let behind = entries.partition_point(|entry| entry.allowance.holds.start <= at);
    let index = behind.checked_sub(1)?;
    let holds = entries.get(index)?.allowance.holds;
    holds.contains(at).then_some(index)
}
