//! Some lines of a file as they are shown.

use std::ops::Range;

use crate::source::{SourceFile, Span};

/// Lines of a file: secrets masked, undecodable bytes as U+FFFD.
pub(super) struct Window {
    /// Number of the first line, from 1.
    pub(super) number: usize,
    /// What is shown.
    pub(super) text: String,
    /// The same lines in the file's text.
    span: Span,
}

impl Window {
    /// The zero-based `lines` of `source`, both inclusive.
    pub(super) fn new(source: &SourceFile, lines: (u32, u32)) -> Self {
        let length = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
        let index = source.lines();
        let span = Span::new(index.start_of(lines.0), index.end_of(lines.1, length));
        // A line number fits `usize` on every platform with IPVS.
        Self { number: lines.0 as usize + 1, text: source.shown(span), span }
    }

    /// Where `span` of the file's text is in the shown text.
    pub(super) fn range(&self, source: &SourceFile, span: Span) -> Range<usize> {
        let start = self.offset(source, span.start);
        start..self.offset(source, span.end).max(start)
    }

    /// Showing replaces characters one by one, never by a longer one: equal lengths are equal
    /// texts as far as offsets go, and otherwise counting characters finds the place.
    fn offset(&self, source: &SourceFile, at: u32) -> usize {
        let at = at.clamp(self.span.start, self.span.end);
        let before = Span::new(self.span.start, at);
        if self.text.len() == self.span.range().len() {
            return before.range().len();
        }
        let characters = before.of(source.text()).chars().count();
        self.text.char_indices().nth(characters).map_or(self.text.len(), |(at, _)| at)
    }
}
