//! ldirectord.cf: text to tree.
//!
//! The grammar knows lines only. A `virtual` line opens a section; here is decided where it ends.
//!
//! ldirectord ends a section at the first line that is neither a comment nor begins with four
//! blanks or a tab, and calls a directive of a section that it meets later an unknown command.
//! Such files are common: indentation is what web pages lose first. They are read as meant:
//!
//! - A word that can stand in a section only (`real`, `service`) belongs to the section before it,
//!   whatever its indent and across blank lines.
//! - A word that is legal in both places (`fallback`, `quiescent`), or unknown, belongs to the
//!   section when it is indented. In the first column it is global, as ldirectord has it, except
//!   inside a run of lines that lost their indent: then the line before it in the section stands
//!   in the first column too and no blank line is between them, or it stands between the
//!   `virtual` line and the first line that can only belong to it.
//! - A word that can only be global belongs to the section when it is indented like its
//!   neighbours: the reader tells its author.

use pest::Parser as _;
use pest::iterators::Pair;

use super::{Builder, Format, Head, Kind, Parsed, characters, schema};
use crate::source::{SourceFile, Span};

/// Parses the whole text.
pub(super) fn parse(source: &SourceFile) -> Parsed {
    let text = source.text();
    let mut sections = Sections::new(Builder::new(source.id()));
    let mut secrets = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = chunk_end(text, start);
        let chunk = text.get(start..end).unwrap_or_default();
        parse_chunk(chunk, start, |line| {
            // The schema marks the words as they are spelled; a capital must not reveal a password.
            if matches!(line.keyword.as_deref(), Some("passwd" | "secret")) {
                secrets.extend(line.head.words.get(1).zip(line.head.words.last()).map(|(a, b)| a.to(*b)));
            }
            sections.line(line);
        });
        start = end;
    }
    let tree = sections.finish().finish(offset(text.len()));
    let mut parsed = Parsed::new(tree, source, Format::Ldirectord);
    parsed.secrets.append(&mut secrets);
    parsed
}

#[derive(pest_derive::Parser)]
#[grammar = "grammars/lexical.pest"]
#[grammar = "grammars/ldirectord.pest"]
struct Grammar;

/// Where the chunk that begins at `start` ends: at a line end, so that pest's pairs of a large file
/// never stand in memory all at once.
fn chunk_end(text: &str, start: usize) -> usize {
    let rest = text.as_bytes().get(start + CHUNK_BYTES..).unwrap_or_default();
    let line_feed = rest.iter().position(|byte| *byte == b'\n');
    line_feed.map_or(text.len(), |at| start + CHUNK_BYTES + at + 1)
}

/// Hands every line of `chunk`, which begins at byte `base` of the text, to `take`.
fn parse_chunk(chunk: &str, base: usize, mut take: impl FnMut(Line)) {
    // The grammar matches any text; should it ever not, the chunk is kept as one line.
    let Ok(pairs) = Grammar::parse(Rule::lines, chunk) else {
        let span = Span::new(offset(base), offset(base + chunk.len()));
        take(Line::new(Kind::Junk, Head { span, ..Head::default() }, None, 0));
        return;
    };
    for pair in pairs.flat_map(Pair::into_inner).filter(|pair| pair.as_rule() == Rule::line) {
        let line = Line::of(pair, chunk, base);
        // A text that ends in a line feed has an empty line behind it, which is no line.
        if !line.head.span.is_empty() {
            take(line);
        }
    }
}

/// One line, and what decides its place.
struct Line {
    kind: Kind,
    head: Head,
    /// First word in lower case, odd characters as they are read.
    keyword: Option<String>,
    /// Blanks before the first word; a tab counts as four, as ldirectord replaces it.
    indent: usize,
}

impl Line {
    fn new(kind: Kind, head: Head, keyword: Option<String>, indent: usize) -> Self {
        Self { kind, head, keyword, indent }
    }

    fn of(pair: Pair<'_, Rule>, chunk: &str, base: usize) -> Self {
        let (start, content_end) = (pair.as_span().start(), pair.as_span().end());
        let tail = chunk.as_bytes().get(content_end..).unwrap_or_default();
        let returns = tail.iter().take_while(|byte| **byte == b'\r').count();
        let feed = usize::from(tail.get(returns) == Some(&b'\n'));
        let at = |from: usize, to: usize| Span::new(offset(base + from), offset(base + to));
        let span = at(start, content_end + returns + feed);
        let mut line = Self::new(Kind::Blank, Head { span, ..Head::default() }, None, 0);
        for part in pair.into_inner() {
            let inner = at(part.as_span().start(), part.as_span().end());
            match part.as_rule() {
                Rule::comment | Rule::wide_comment => line.head.comment = inner,
                Rule::keyword => {
                    line.kind = Kind::Directive;
                    line.keyword = Some(characters::plain(part.as_str()).to_ascii_lowercase());
                    line.indent = width(chunk.get(start..part.as_span().start()).unwrap_or_default());
                    line.head.words.push(inner);
                }
                Rule::junk => {
                    line.kind = Kind::Junk;
                    line.head.words.push(inner);
                }
                _ => line.head.words.push(inner),
            }
        }
        line
    }

    fn scope(&self) -> Scope {
        let Some(keyword) = self.keyword.as_deref() else { return Scope::Either };
        if matches!(keyword, "virtual" | "virtual6") {
            return Scope::Header;
        }
        let known = |within| schema::find(Format::Ldirectord, within, keyword).is_some();
        match (known(""), known("virtual")) {
            (false, true) => Scope::Section,
            (true, false) => Scope::Global,
            _ => Scope::Either,
        }
    }
}

/// Where a line may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// It opens a section.
    Header,
    /// In a section only.
    Section,
    /// Outside only.
    Global,
    /// In both places, or the word is unknown.
    Either,
}

/// The tree so far, and the lines whose place is not decided yet.
struct Sections {
    builder: Builder,
    /// Blank lines, comments and doubtful lines since the last line of the open section.
    pending: Vec<Line>,
    /// How the last directive of the open section stands.
    last: Last,
    /// End of the last line that is in the builder.
    end: u32,
}

/// How the last directive of a section stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// It is the `virtual` line itself.
    Header,
    /// It has an indent that ldirectord accepts.
    Indented,
    /// It has none, or too little.
    Lost,
}

impl Sections {
    fn new(builder: Builder) -> Self {
        Self { builder, pending: Vec::new(), last: Last::Header, end: 0 }
    }

    /// Puts the next line of the text in its place.
    fn line(&mut self, line: Line) {
        let scope = line.scope();
        if scope == Scope::Header {
            self.leave();
            self.end = line.head.span.end;
            self.builder.open(&line.head);
            self.last = Last::Header;
        } else if self.builder.depth() == 0 {
            self.put(&line);
        } else if line.kind == Kind::Blank {
            self.blank(line);
        } else {
            self.directive(line, scope);
        }
    }

    /// A line without words while a section is open.
    fn blank(&mut self, line: Line) {
        let is_comment = !line.head.comment.is_empty();
        if !is_comment && self.pending.iter().any(|line| line.kind != Kind::Blank) {
            // The blank line ends the run before anything showed that it is one.
            self.leave();
            self.put(&line);
        } else if is_comment && self.pending.is_empty() {
            self.put(&line);
        } else {
            self.pending.push(line);
        }
    }

    /// A line with words while a section is open.
    fn directive(&mut self, line: Line, scope: Scope) {
        let after_blank = self.pending.iter().any(|line| {
            line.kind == Kind::Blank && line.head.comment.is_empty()
        });
        let indented = line.indent > 0;
        let belongs = match scope {
            Scope::Section => true,
            Scope::Global => indented && !after_blank,
            Scope::Either if indented => !after_blank || line.is_known(),
            Scope::Either if after_blank => false,
            Scope::Either if self.last == Last::Header => {
                // Only a later line can tell.
                self.pending.push(line);
                return;
            }
            Scope::Either => self.last == Last::Lost,
            Scope::Header => false,
        };
        if !belongs {
            self.leave();
            self.put(&line);
            return;
        }
        // ldirectord wants four blanks; what has fewer counts as lost.
        self.last = if line.indent >= INDENT { Last::Indented } else { Last::Lost };
        self.settle();
        self.put(&line);
    }

    /// Ends the open section, if any; what was pending stands behind it.
    fn leave(&mut self) {
        self.builder.close(Span::new(self.end, self.end));
        self.settle();
    }

    /// Gives the pending lines the place that is current now.
    fn settle(&mut self) {
        for line in std::mem::take(&mut self.pending) {
            self.put(&line);
        }
    }

    fn put(&mut self, line: &Line) {
        self.end = line.head.span.end;
        self.builder.leaf(line.kind, &line.head);
    }

    fn finish(mut self) -> Builder {
        self.leave();
        self.builder
    }
}

impl Line {
    fn is_known(&self) -> bool {
        let known = |keyword| schema::find(Format::Ldirectord, "virtual", keyword).is_some();
        self.keyword.as_deref().is_some_and(known)
    }
}

/// Width of an indent. Odd blanks count: their author saw a blank.
fn width(indent: &str) -> usize {
    indent.chars().map(|character| if character == '\t' { INDENT } else { 1 }).sum()
}

/// Offsets fit 32 bits because loading refuses files above 1 GiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Blanks that make a line part of a section; ldirectord replaces a tab by as many.
const INDENT: usize = 4;
/// Size of the pieces that pest is given.
const CHUNK_BYTES: usize = 128 * 1024;

#[cfg(test)]
mod tests;
