//! Text that was put together from pieces of files, and the way back: every byte knows where it
//! was written, and through which expansions it came here.
//!
//! A preprocessor builds one [`Composition`] for its whole result. [`Sources`](super::Sources)
//! keeps it as a file of its own, so that everything behind works on plain text and plain places;
//! [`Sources::resolve`](super::Sources::resolve) leads a place in it back to the user's line.

use std::num::NonZeroU32;
use std::ops::Range;

use super::diagnostic::Label;
use super::span::{FileId, Place, Span};

/// A text and where its pieces come from.
#[derive(Clone, Debug, Default)]
pub struct Composition {
    text: String,
    /// Sorted by `start`; each reaches to the next.
    segments: Vec<Segment>,
}

/// Bytes that were written, or made, in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    /// First byte in the composed text.
    start: u32,
    /// Where the first byte was written; for made text, what it was made from.
    from: Place,
    /// Whether the bytes stand in the file as they stand here.
    is_written: bool,
    /// The expansion that brought them here.
    within: Option<ExpansionId>,
}

/// Names an [`Expansion`] of one [`Expansions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpansionId(NonZeroU32);

/// One use of a definition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Expansion {
    /// The name as it is used, `$M`.
    pub name: String,
    /// The use, where it was written.
    pub at: Place,
    /// The definition; `None` for a built-in one.
    pub definition: Option<Place>,
    /// The expansion in which the use stands.
    pub within: Option<ExpansionId>,
}

/// All expansions of one composed text, each once.
#[derive(Debug, Default)]
pub struct Expansions {
    list: Vec<Expansion>,
    known: std::collections::HashMap<Expansion, ExpansionId>,
}

impl Composition {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// `text` as it stands at byte `offset` of `file`.
    pub fn written(file: FileId, offset: u32, text: &str) -> Self {
        let mut new = Self::new();
        new.push_written(file, offset, text);
        new
    }

    /// `text` that stands nowhere, made from what stands at `from`.
    pub fn made(from: Place, text: &str) -> Self {
        let mut new = Self::new();
        new.push_made(from, text);
        new
    }

    /// Adds text that stands at byte `offset` of `file`.
    pub fn push_written(&mut self, file: FileId, offset: u32, text: &str) {
        let from = file.at(Span::new(offset, offset.saturating_add(length(text))));
        self.push_segment(Segment { start: 0, from, is_written: true, within: None }, text);
    }

    /// Adds text that was made from what stands at `from`.
    pub fn push_made(&mut self, from: Place, text: &str) {
        self.push_segment(Segment { start: 0, from, is_written: false, within: None }, text);
    }

    /// Adds a part of another text; `within` names the expansion that brings it here.
    pub fn push(&mut self, other: &Self, range: Range<usize>, within: Option<ExpansionId>) {
        let mut at = range.start;
        while at < range.end {
            let Some((segment, end)) = other.segment(at) else { return };
            let end = end.min(range.end);
            let Some(text) = other.text.get(at..end) else { return };
            let from = segment.origin(at, end);
            let within = within.or(segment.within);
            self.push_segment(Segment { from, within, ..segment }, text);
            at = end;
        }
    }

    /// Replaces a part by another text.
    pub fn splice(&mut self, range: Range<usize>, by: &Self, within: Option<ExpansionId>) {
        let mut new = Self::new();
        new.push(self, 0..range.start, None);
        new.push(by, 0..by.text.len(), within);
        new.push(self, range.end..self.text.len(), None);
        *self = new;
    }

    /// A part of it.
    pub fn part(&self, range: Range<usize>) -> Self {
        let mut new = Self::new();
        new.push(self, range, None);
        new
    }

    /// The composed text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The expansion that brought the byte at `at` here.
    pub fn within(&self, at: usize) -> Option<ExpansionId> {
        self.segment(at).and_then(|(segment, _)| segment.within)
    }

    /// Where a part was written, whatever expanded it since: the first byte decides.
    pub fn written_at(&self, range: Range<usize>) -> Option<Place> {
        let (segment, end) = self.segment(range.start)?;
        Some(segment.origin(range.start, range.end.min(end)))
    }

    /// The place to show for a part: what the user wrote on the line that led to it.
    pub fn shown_at(&self, range: Range<usize>, expansions: &Expansions) -> Option<Place> {
        let last = range.end.saturating_sub(1).max(range.start);
        let (first, first_end) = self.segment(range.start)?;
        let (last, last_end) = self.segment(last).unwrap_or((first, first_end));
        let at = match first.within {
            Some(id) => expansions.outermost(id)?.at,
            None => first.origin(range.start, range.end.min(first_end)),
        };
        let end = match last.within {
            Some(id) => expansions.outermost(id)?.at,
            None => last.origin(last.first(), range.end.min(last_end)),
        };
        let follows = end.file == at.file && end.span.start >= at.span.start;
        let span = if follows { at.span.to(end.span) } else { at.span };
        Some(at.file.at(span))
    }

    /// Through which definitions a part came: from the innermost to the outermost.
    pub fn trail(&self, range: Range<usize>, expansions: &Expansions) -> Vec<Label> {
        let from = self.segment_index(range.start);
        let inside = self.segments.get(from..).unwrap_or_default().iter();
        let inside = inside.take_while(|segment| segment.first() < range.end.max(range.start + 1));
        let Some(segment) = inside.clone().find(|segment| segment.within.is_some()) else {
            return Vec::new();
        };
        // The exact words inside a definition of many lines tell more than its name.
        let written = (segment.is_written && inside.clone().nth(1).is_none())
            .then(|| segment.origin(range.start, range.end));
        let mut exact = written;
        let mut labels = Vec::new();
        let mut next = segment.within;
        while let Some(expansion) = next.and_then(|id| expansions.get(id)) {
            if let Some(definition) = expansion.definition.filter(|_| labels.len() < TRAIL) {
                let at = exact.take().unwrap_or(definition);
                let text = format!("in expansion of `{}`, defined here", expansion.name);
                labels.push(Label { at, text });
            }
            next = expansion.within;
        }
        labels
    }

    /// Where a part stands as written, when it came there without any expansion: only such text
    /// can be edited without a change elsewhere.
    pub fn editable(&self, range: Range<usize>) -> Option<Place> {
        let (segment, end) = self.segment(range.start)?;
        let whole = segment.is_written && segment.within.is_none() && range.end <= end;
        whole.then(|| segment.origin(range.start, range.end))
    }

    /// Every piece of a part that stands somewhere as written.
    pub fn written_pieces(&self, range: Range<usize>) -> Vec<Place> {
        let mut pieces = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let Some((segment, end)) = self.segment(at) else { break };
            let end = end.min(range.end);
            if segment.is_written {
                pieces.push(segment.origin(at, end));
            }
            at = end;
        }
        pieces
    }

    /// The text, taken out; the places stay.
    pub(super) fn take_text(&mut self) -> String {
        self.segments.shrink_to_fit();
        std::mem::take(&mut self.text)
    }

    /// Adds `text` as `segment`, or to the last one when it goes on where that one ends.
    fn push_segment(&mut self, segment: Segment, text: &str) {
        if text.is_empty() {
            return;
        }
        let start = length(&self.text);
        let goes_on = self.segments.last_mut().filter(|last| {
            last.is_written
                && segment.is_written
                && last.within == segment.within
                && last.from.file == segment.from.file
                && last.from.span.end == segment.from.span.start
        });
        match goes_on {
            Some(last) => last.from.span.end = segment.from.span.end,
            None => self.segments.push(Segment { start, ..segment }),
        }
        self.text.push_str(text);
    }

    /// The segment that holds byte `at`, and the first byte behind it.
    fn segment(&self, at: usize) -> Option<(Segment, usize)> {
        let index = self.segment_index(at);
        let segment = self.segments.get(index)?;
        let next = self.segments.get(index + 1);
        Some((*segment, next.map_or(usize::MAX, |next| next.first())))
    }

    fn segment_index(&self, at: usize) -> usize {
        self.segments.partition_point(|segment| segment.first() <= at).saturating_sub(1)
    }
}

impl Segment {
    fn first(self) -> usize {
        Span::new(self.start, self.start).range().start
    }

    /// Where the bytes from `from` to `to` of the composed text were written; made text stands for
    /// the whole of its origin.
    fn origin(self, from: usize, to: usize) -> Place {
        if !self.is_written {
            return self.from;
        }
        let offset = |at: usize| {
            let inside = u32::try_from(at - self.first()).unwrap_or(u32::MAX);
            self.from.span.start.saturating_add(inside).min(self.from.span.end)
        };
        self.from.file.at(Span::new(offset(from.max(self.first())), offset(to.max(from))))
    }
}

impl Expansions {
    /// The handle of `expansion`, which is kept if it is new.
    pub fn intern(&mut self, expansion: Expansion) -> Option<ExpansionId> {
        if let Some(id) = self.known.get(&expansion) {
            return Some(*id);
        }
        let id = ExpansionId(NonZeroU32::new(u32::try_from(self.list.len() + 1).ok()?)?);
        self.list.push(expansion.clone());
        self.known.insert(expansion, id);
        Some(id)
    }

    /// The expansion behind a handle.
    pub fn get(&self, id: ExpansionId) -> Option<&Expansion> {
        self.list.get(Span::new(id.0.get() - 1, 0).range().start)
    }

    /// Whether `name` is being expanded in `from` or around it.
    pub fn is_open(&self, name: &str, from: Option<ExpansionId>) -> bool {
        let mut next = from;
        while let Some(expansion) = next.and_then(|id| self.get(id)) {
            if expansion.name == name {
                return true;
            }
            next = expansion.within;
        }
        false
    }

    /// The expansion that stands on the user's own line.
    fn outermost(&self, id: ExpansionId) -> Option<&Expansion> {
        let mut expansion = self.get(id)?;
        while let Some(outer) = expansion.within.and_then(|id| self.get(id)) {
            expansion = outer;
        }
        Some(expansion)
    }
}

/// Lengths fit 32 bits: files above 1 GiB are not loaded, and expansion stops far below.
fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// Definitions that are named when one stands in the other.
const TRAIL: usize = 3;

#[cfg(test)]
mod tests;
