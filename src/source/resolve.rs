//! From the text that a preprocessor wrote back to the user's own lines.

use std::borrow::Cow;
use std::collections::HashMap;

use super::codes::Code;
use super::diagnostic::{Diagnostic, Label};
use super::file::Sources;
use super::findings::Findings;
use super::span::{FileId, Place, Span};

impl Sources {
    /// The place that the user wrote: for text that came out of an expansion, its use.
    /// A place in a file of the user is returned as it is.
    pub fn resolve(&self, at: Place) -> Place {
        let Some((composition, expansions)) = self.get(at.file).composed() else { return at };
        composition.shown_at(at.span.range(), expansions).unwrap_or(at)
    }

    /// Where the characters of secret `spans` stand in the user's files.
    pub(super) fn written(&self, file: FileId, spans: &[Span]) -> Vec<Place> {
        let Some((composition, _)) = self.get(file).composed() else { return Vec::new() };
        spans.iter().flat_map(|span| composition.written_pieces(span.range())).collect()
    }

    /// `diagnostic` with every place where the user wrote it, and the definitions that led there.
    pub fn resolve_diagnostic<'a>(&self, diagnostic: &'a Diagnostic) -> Cow<'a, Diagnostic> {
        let is_composed = |at: Place| self.get(at.file).is_composed();
        let fixed = diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.at);
        let context = diagnostic.context.iter().map(|label| label.at);
        if !diagnostic.at.into_iter().chain(context).chain(fixed).any(is_composed) {
            return Cow::Borrowed(diagnostic);
        }
        let mut resolved = diagnostic.clone();
        resolved.at = diagnostic.at.map(|at| self.resolve(at));
        for label in &mut resolved.context {
            label.at = self.resolve(label.at);
        }
        resolved.context.extend(diagnostic.at.map(|at| self.trail(at)).unwrap_or_default());
        resolved.fix = resolved.fix.take().and_then(|mut fix| {
            for edit in &mut fix.edits {
                edit.at = self.editable(edit.at)?;
            }
            Some(fix)
        });
        Cow::Owned(resolved)
    }

    /// The definitions that the text at `at` came through.
    fn trail(&self, at: Place) -> Vec<Label> {
        let composed = self.get(at.file).composed();
        composed.map_or_else(Vec::new, |(text, expansions)| text.trail(at.span.range(), expansions))
    }

    /// Where an edit can be made; `None` for text that other uses share.
    fn editable(&self, at: Place) -> Option<Place> {
        match self.get(at.file).composed() {
            Some((composition, _)) => composition.editable(at.span.range()),
            None => Some(at),
        }
    }
}

impl Findings {
    /// Leads every finding back to the user's lines. What is said of each use of one definition,
    /// or of each round of one sequence, is said once and counted.
    pub fn resolve(&mut self, sources: &Sources) {
        let mut seen: HashMap<(Code, Place, Option<Place>), usize> = HashMap::new();
        let mut resolved: Vec<Diagnostic> = Vec::new();
        for diagnostic in std::mem::take(&mut self.list) {
            let Cow::Owned(now) = sources.resolve_diagnostic(&diagnostic) else {
                resolved.push(diagnostic);
                continue;
            };
            let Some(now) = self.unless_silenced(now) else { continue };
            let key = now.at.map(|at| (now.code, at, now.context.first().map(|label| label.at)));
            let earlier = key.and_then(|key| seen.get(&key)).and_then(|at| resolved.get_mut(*at));
            match (earlier, key) {
                // Without a definition, two findings at one place are two findings.
                (Some(earlier), Some((.., Some(_)))) => {
                    earlier.occurrences = earlier.occurrences.saturating_add(now.occurrences);
                }
                (_, key) => {
                    seen.extend(key.map(|key| (key, resolved.len())));
                    resolved.push(now);
                }
            }
        }
        self.list = resolved;
        self.collected.clear();
        self.counted.iter_mut().for_each(|at| *at = sources.resolve(*at));
    }
}

#[cfg(test)]
mod tests;
