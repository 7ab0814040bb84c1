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

use super::pieces::{Piece, at_line_end, in_order, pieces};
use super::schema::{self, Body};
use super::{Builder, Format, Head, Kind, Parsed, characters};
use crate::source::{SourceFile, Span};

/// Parses the whole text.
pub(super) fn parse(source: &SourceFile) -> Parsed {
    let text = source.text();
    let mut sections = Sections::new(Builder::new(source.id(), text));
    let mut secrets = Vec::new();
    let lines = |piece: Piece<'_>| {
        let mut lines = Vec::new();
        parse_piece(piece, |line| lines.push(line));
        lines
    };
    in_order(&pieces(text, PIECE_BYTES, at_line_end), lines, |lines| {
        for line in lines {
            if line.is_secret {
                let value = line.head.words.get(1).zip(line.head.words.last());
                secrets.extend(value.map(|(first, last)| first.to(*last)));
            }
            sections.line(line);
        }
    });
    let tree = sections.finish().finish();
    let mut parsed = Parsed::new(tree, source, Format::Ldirectord);
    parsed.secrets.append(&mut secrets);
    parsed
}

#[derive(pest_derive::Parser)]
#[grammar = "grammars/lexical.pest"]
#[grammar = "grammars/ldirectord.pest"]
struct Grammar;

/// Hands every line of `piece` to `take`.
fn parse_piece(piece: Piece<'_>, mut take: impl FnMut(Line)) {
    let Piece { text: chunk, base } = piece;
    // The grammar matches any text; should it ever not, the chunk is kept as one line.
    let Ok(pairs) = Grammar::parse(Rule::lines, chunk) else {
        let span = Span::new(offset(base), offset(base + chunk.len()));
        take(Line { kind: Kind::Junk, ..Line::blank(span) });
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
    scope: Scope,
    /// Whether its word may stand in a section, perhaps among other places.
    fits_section: bool,
    is_secret: bool,
    /// Blanks before the first word; a tab counts as four, as ldirectord replaces it.
    indent: usize,
}

impl Line {
    fn blank(span: Span) -> Self {
        Self {
            kind: Kind::Blank,
            head: Head { span, ..Head::default() },
            scope: Scope::Either,
            fits_section: false,
            is_secret: false,
            indent: 0,
        }
    }

    fn of(pair: Pair<'_, Rule>, chunk: &str, base: usize) -> Self {
        let (start, content_end) = (pair.as_span().start(), pair.as_span().end());
        let tail = chunk.as_bytes().get(content_end..).unwrap_or_default();
        let returns = tail.iter().take_while(|byte| **byte == b'\r').count();
        let feed = usize::from(tail.get(returns) == Some(&b'\n'));
        let at = |from: usize, to: usize| Span::new(offset(base + from), offset(base + to));
        let mut line = Self::blank(at(start, content_end + returns + feed));
        for part in pair.into_inner() {
            let span = part.as_span();
            let inner = at(span.start(), span.end());
            match part.as_rule() {
                Rule::comment | Rule::wide_comment => {
                    line.head.comment = inner;
                    continue;
                }
                Rule::keyword => {
                    line.kind = Kind::Directive;
                    line.indent = width(chunk.get(start..span.start()).unwrap_or_default());
                    line.keyword(part.as_str());
                }
                Rule::junk => line.kind = Kind::Junk,
                _ => {}
            }
            line.head.words.push(inner);
        }
        line
    }

    /// Looks up the first word, in whatever letters.
    fn keyword(&mut self, word: &str) {
        let mut word = characters::plain(word);
        if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            word = word.to_ascii_lowercase().into();
        }
        let places = schema::ldirectord::places(&word);
        self.fits_section = places.section.is_some();
        // A capital letter must not reveal a password.
        self.is_secret = places.section.is_some_and(|row| row.secret);
        self.scope = match (places.global, places.section) {
            (Some(row), _) if row.body != Body::None => Scope::Header,
            (Some(_), None) => Scope::Global,
            (None, Some(_)) => Scope::Section,
            // Alone on a line it is the second half of a `real` line that was broken.
            (None, None) if matches!(&*word, "gate" | "masq" | "ipip") => Scope::Section,
            _ => Scope::Either,
        };
    }

    /// Whether it is empty but for blanks.
    fn is_empty(&self) -> bool {
        self.kind == Kind::Blank && self.head.comment.is_empty()
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
    /// Whether a blank line is among them.
    blank_pending: bool,
    /// Whether a doubtful line is.
    doubt_pending: bool,
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
        Self {
            builder,
            pending: Vec::new(),
            blank_pending: false,
            doubt_pending: false,
            last: Last::Header,
            end: 0,
        }
    }

    /// Puts the next line of the text in its place.
    fn line(&mut self, line: Line) {
        if line.scope == Scope::Header {
            self.leave();
            self.end = line.head.span.end;
            self.builder.open(&line.head);
            self.last = Last::Header;
        } else if self.builder.depth() == 0 {
            self.put(&line);
        } else if line.kind == Kind::Blank {
            self.blank(line);
        } else {
            self.directive(line);
        }
    }

    /// A line without words while a section is open.
    fn blank(&mut self, line: Line) {
        let is_empty = line.is_empty();
        if is_empty && self.doubt_pending {
            // The blank line ends the run before anything showed that it is one.
            self.leave();
            self.put(&line);
        } else if !is_empty && self.pending.is_empty() {
            self.put(&line);
        } else {
            self.blank_pending |= is_empty;
            self.pending.push(line);
        }
    }

    /// A line with words while a section is open.
    fn directive(&mut self, line: Line) {
        let after_blank = self.blank_pending;
        let belongs = match line.scope {
            Scope::Section => true,
            Scope::Global => line.indent > 0 && !after_blank,
            Scope::Either if line.indent > 0 => !after_blank || line.fits_section,
            Scope::Either if after_blank => false,
            Scope::Either if self.last == Last::Header => {
                // Only a later line can tell.
                self.doubt_pending = true;
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
        self.blank_pending = false;
        self.doubt_pending = false;
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

/// Width of an indent. Odd blanks count: their author saw a blank.
fn width(indent: &str) -> usize {
    indent.chars().map(|character| if character == '\t' { INDENT } else { 1 }).sum()
}

/// Offsets fit 32 bits because loading refuses files above 1 GiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// What pest keeps of a piece, about 50 bytes for each of its own, stays with the thread that parses.
const PIECE_BYTES: usize = 4 * 1024;
/// Blanks that make a line part of a section; ldirectord replaces a tab by as many.
const INDENT: usize = 4;

#[cfg(test)]
mod tests;
