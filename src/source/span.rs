//! Where something stands: byte ranges of one file, and lines and columns for people.

use std::num::NonZeroU32;

use serde::Serialize;

/// A half-open byte range in the decoded text of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`; an end before the start gives an empty range at `start`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The smallest range that covers both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether the range holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Length in bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether `offset` lies inside.
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// The text of this range, empty if it does not lie on character borders of `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }

    /// As a standard range of indices.
    pub fn range(self) -> std::ops::Range<usize> {
        offset(self.start)..offset(self.end)
    }
}

/// A span in a known file: what every value of the model remembers of its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The range in its decoded text.
    pub span: Span,
}

impl Place {
    /// Whether `other` begins inside.
    pub fn holds(self, other: Self) -> bool {
        self.file == other.file && self.span.contains(other.span.start)
    }
}

/// Names a file in [`Sources`](super::Sources).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(NonZeroU32);

impl FileId {
    /// The handle of the file at `index` of its collection.
    pub(super) fn new(index: usize) -> Self {
        // Non-zero numbers let `Option<Place>` take no more room than `Place`.
        Self(u32::try_from(index).map_or(NonZeroU32::MAX, |i| NonZeroU32::MIN.saturating_add(i)))
    }

    /// A place in this file.
    pub fn at(self, span: Span) -> Place {
        Place { file: self, span }
    }
}

/// A position for people: both numbers start at 1, the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// Line number.
    pub line: u32,
    /// Character column.
    pub column: u32,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Start offsets of all lines; built once per file because pest's own line lookup scans from the
/// start of the text each time.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`; a line ends after its line feed.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().zip(1..).filter(|(byte, _)| *byte == b'\n').map(|(_, at)| at));
        Self { starts }
    }

    /// Line and column of byte `at` of `text`, the text that this index was built from.
    pub fn position(&self, text: &str, at: u32) -> Position {
        let line = self.line_of(at);
        let before = Span::new(self.start_of(line), at).of(text);
        Position { line: line + 1, column: count(before.chars().count()) + 1 }
    }

    /// Zero-based line that holds byte `at`.
    pub fn line_of(&self, at: u32) -> u32 {
        count(self.starts.partition_point(|start| *start <= at).saturating_sub(1))
    }

    /// Offset of the first byte of zero-based `line`; the last line's start when there are fewer.
    pub fn start_of(&self, line: u32) -> u32 {
        self.starts.get(offset(line)).or(self.starts.last()).copied().unwrap_or(0)
    }

    /// Offset after the last byte of zero-based `line` of a text of `length` bytes.
    pub fn end_of(&self, line: u32, length: u32) -> u32 {
        self.starts.get(offset(line) + 1).copied().unwrap_or(length)
    }

    /// Number of lines; text that ends in a line feed counts the empty line behind it.
    pub fn count(&self) -> u32 {
        count(self.starts.len())
    }
}

/// `u32` offsets always fit an index: `usize` has at least 32 bits on every platform with IPVS.
fn offset(at: u32) -> usize {
    at as usize
}

/// Lengths inside a file fit `u32` because loading refuses files above [`super::MAX_FILE_BYTES`].
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
