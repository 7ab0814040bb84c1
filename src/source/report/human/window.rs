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
    /// Whether they are shown as they are there.
    is_plain: bool,
}

impl Window {
    /// The zero-based `lines` of `source`, both inclusive.
    pub(super) fn new(source: &SourceFile, lines: (u32, u32)) -> Self {
        let length = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
        let index = source.lines();
        let span = Span::new(index.start_of(lines.0), index.end_of(lines.1, length));
        let text = source.shown(span);
        let is_plain = text == span.of(source.text());
        // A line number fits `usize` on every platform with IPVS.
        Self { number: lines.0 as usize + 1, text, span, is_plain }
    }

    /// Where `span` of the file's text is in the shown text.
    pub(super) fn range(&self, source: &SourceFile, span: Span) -> Range<usize> {
        let start = self.offset(source, span.start);
        start..self.offset(source, span.end).max(start)
    }

    /// Showing replaces characters one by one, by shorter and longer ones: counting them finds the
    /// place.
    fn offset(&self, source: &SourceFile, at: u32) -> usize {
        let at = at.clamp(self.span.start, self.span.end);
        let before = Span::new(self.span.start, at);
        if self.is_plain {
            return before.range().len();
        }
        let characters = before.of(source.text()).chars().count();
        self.text.char_indices().nth(characters).map_or(self.text.len(), |(at, _)| at)
    }
}
