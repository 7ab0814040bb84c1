//! Making the edits that are certain, in rounds, until nothing is left to be made.

use std::collections::{BTreeMap, HashMap};

use super::read::{Input, Options, read_with};
use crate::source::{Code, Diagnostic, Edit, FileId, Fix, Place, Severity, Sources};

/// An edit, or several that belong together, as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// What it mended.
    pub code: Code,
    /// What it did, in the imperative.
    pub title: String,
    /// `file:line:column` in the text of its round.
    pub place: String,
    /// At how many places.
    pub edits: usize,
}

/// Mends the files of one group in `sources`, and says what was done. A round that would leave more
/// errors than it found is taken back, and is the last.
pub fn mend(sources: &mut Sources, inputs: &[Input], options: &Options) -> Vec<Made> {
    let mut made = Vec::new();
    let mut findings = read_with(sources, inputs, options).findings.sorted();
    for _ in 0..ROUNDS {
        let (edits, round) = round(sources, &findings);
        if round.is_empty() {
            break;
        }
        let before: Vec<(FileId, String)> = edits
            .into_iter()
            .map(|(file, edits)| {
                let old = sources.get(file).text().to_owned();
                let new = edited(&old, &edits);
                sources.replace(file, new);
                (file, old)
            })
            .collect();
        let after = read_with(sources, inputs, options).findings.sorted();
        if errors(&after) > errors(&findings) {
            before.into_iter().for_each(|(file, text)| sources.replace(file, text));
            // What is secret in the old text has to be marked again.
            read_with(sources, inputs, options);
            break;
        }
        findings = after;
        made.extend(round);
    }
    made
}

/// The certain edits that do not touch each other, by file and place; the others have to wait.
fn round<'a>(
    sources: &Sources,
    findings: &'a [Diagnostic],
) -> (HashMap<FileId, BTreeMap<Place, &'a Edit>>, Vec<Made>) {
    let mut edits: HashMap<FileId, BTreeMap<Place, &Edit>> = HashMap::new();
    let mut made = Vec::new();
    for diagnostic in findings {
        let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.certain) else { continue };
        let changes =
            |edit: &Edit| edit.at.span.of(sources.get(edit.at.file).text()) != edit.text.as_str();
        if !is_free(fix, &edits) || !fix.edits.iter().any(changes) {
            continue;
        }
        for edit in &fix.edits {
            edits.entry(edit.at.file).or_default().insert(edit.at, edit);
        }
        let at = diagnostic.at.or_else(|| fix.edits.first().map(|edit| edit.at));
        made.push(Made {
            code: diagnostic.code,
            title: fix.title.clone(),
            place: at.map_or_else(String::new, |at| sources.describe(at)),
            edits: fix.edits.len(),
        });
    }
    (edits, made)
}

/// Whether a fix has edits that touch none of those that were taken, nor each other.
fn is_free(fix: &Fix, taken: &HashMap<FileId, BTreeMap<Place, &Edit>>) -> bool {
    let mut own: Vec<Place> = fix.edits.iter().map(|edit| edit.at).collect();
    own.sort_unstable();
    let apart = own.iter().zip(own.iter().skip(1)).all(|(a, b)| !touch(*a, *b));
    apart
        && !own.is_empty()
        && own.iter().all(|at| {
            let Some(taken) = taken.get(&at.file) else { return true };
            let before = taken.range(..=*at).next_back();
            let behind = taken.range(*at..).next();
            before.into_iter().chain(behind).all(|(other, _)| !touch(*other, *at))
        })
}

/// Whether two edits share a byte, or the gap that one of them fills.
fn touch(a: Place, b: Place) -> bool {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    let gap = a.span.is_empty() || b.span.is_empty();
    a.file == b.file && (b.span.start < a.span.end || (gap && b.span.start == a.span.end))
}

/// `text` with the edits, which are in order and apart. A line whose last word is deleted goes; one
/// that was blank before stays, because it may end a section.
fn edited(text: &str, edits: &BTreeMap<Place, &Edit>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits.values() {
        let range = edit.at.span.range();
        out.push_str(text.get(done..range.start).unwrap_or_default());
        out.push_str(&edit.text);
        done = range.end;
        let is_word = |c: char| c.is_alphanumeric() || c.is_ascii_punctuation();
        let had_words = text.get(range).is_some_and(|gone| gone.contains(is_word));
        let before = out.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = text.get(done..).and_then(|rest| rest.split_once('\n'));
        if let (true, Some((after, _))) = (edit.text.is_empty() && had_words, rest)
            && out.get(before..).is_some_and(is_blank)
            && is_blank(after)
        {
            out.truncate(before);
            done += after.len() + 1;
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c == ' ' || c == '\t')
}

fn errors(findings: &[Diagnostic]) -> usize {
    findings.iter().filter(|finding| finding.severity() == Severity::Error).count()
}

/// An edit may bring to light what the next one mends; nothing known takes more than four rounds.
const ROUNDS: usize = 16;

#[cfg(test)]
mod tests;
