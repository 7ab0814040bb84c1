//! One directive: the text that ldirectord sees, and the text that its author meant.

use std::borrow::Cow;

use crate::source::{Place, Span};
use crate::syntax::schema::ldirectord::Places;
use crate::syntax::schema::{self, Keyword};
use crate::syntax::{NodeRef, Word, characters};

/// A line with a known keyword.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) node: NodeRef<'a>,
    pub(super) row: &'static Keyword,
    /// Whether it belongs to a `virtual` section. ldirectord strips comments there only.
    pub(super) inside: bool,
    text: &'a str,
}

impl<'a> Line<'a> {
    /// The line of `node`, if its first word is a keyword there, in whatever letters.
    pub(super) fn of(node: NodeRef<'a>, text: &'a str, inside: bool) -> Option<Self> {
        let places = places(&node.name());
        let row = if inside { places.section } else { places.global }?;
        Some(Self { node, row, inside, text })
    }

    /// What stands behind `=` for ldirectord, odd characters as they were meant: those are
    /// reported elsewhere. The end includes blanks, and outside of sections comments.
    pub(super) fn seen(&self) -> Cow<'a, str> {
        let line = self.content();
        let behind_keyword = self.keyword_end().saturating_sub(self.node.span().start);
        let rest = Span::new(behind_keyword, length(line)).of(line);
        let rest = rest.trim_start_matches(is_blank);
        let rest = rest.strip_prefix(['=', '＝']).unwrap_or(rest);
        let rest = rest.trim_start_matches(is_blank);
        let rest = match rest.split_once('#') {
            Some((before, _)) if self.inside => before,
            _ => rest,
        };
        let plain = characters::plain(rest);
        // ldirectord replaces tabs in sections, also those inside quotes.
        if self.inside && plain.contains('\t') {
            return Cow::Owned(plain.replace('\t', "    "));
        }
        plain
    }

    /// The value that was meant: from the first word behind `=` to the last before a comment.
    pub(super) fn value(&self) -> Option<Word<'a>> {
        self.node.rest()
    }

    /// The value as text, odd characters as they were meant, quotes as written.
    pub(super) fn meant(&self) -> Cow<'a, str> {
        self.value().map(|value| characters::plain(value.raw())).unwrap_or_default()
    }

    /// The value without the quotes around it. Inside them the text stays as it is.
    pub(super) fn unquoted(&self) -> Cow<'a, str> {
        let Some(value) = self.value() else { return Cow::Borrowed("") };
        let raw = value.raw();
        match characters::unquote(raw).or_else(|| single_unquote(raw)) {
            Some(inside) => Cow::Borrowed(inside),
            None => characters::plain(raw.trim_matches(['"', '\''])),
        }
    }

    /// The value of a directive that takes a text with or without quotes around it. Where they are
    /// around a part of it, they belong to it, as in a command with arguments; a single one was left
    /// over.
    pub(super) fn text(&self) -> Cow<'a, str> {
        let meant = self.meant();
        let in_pairs = ['"', '\''].iter().all(|mark| meant.matches(*mark).count() % 2 == 0);
        if self.is_quoted() || !in_pairs { self.unquoted() } else { meant }
    }

    /// Whether quotes stand around the whole value.
    pub(super) fn is_quoted(&self) -> bool {
        let raw = self.value().map(|value| value.raw()).unwrap_or_default();
        characters::unquote(raw).or_else(|| single_unquote(raw)).is_some()
    }

    /// Where the value stands; where the keyword does if there is none.
    pub(super) fn value_place(&self) -> Place {
        self.value().map_or_else(|| self.node.place(), Word::place)
    }

    /// Where the keyword stands.
    pub(super) fn keyword_place(&self) -> Place {
        self.node.word(0).map_or_else(|| self.node.place(), Word::place)
    }

    /// The blanks, comment and notes behind the value, up to the line end.
    pub(super) fn behind_value(&self) -> Place {
        let end = self.node.span().start + length(self.content());
        self.at(self.value_place().span.end, end)
    }

    /// The start of the line, as an empty place.
    pub(super) fn start(&self) -> Place {
        self.at(self.node.span().start, self.node.span().start)
    }

    /// The blanks before the keyword.
    pub(super) fn indent(&self) -> &'a str {
        Span::new(self.node.span().start, self.keyword_place().span.start).of(self.text)
    }

    /// The comment with its sign, empty if there is none.
    pub(super) fn comment(&self) -> &'a str {
        self.node.comment().of(self.text)
    }

    /// Whether an equals sign stands between keyword and value.
    pub(super) fn has_equals(&self) -> bool {
        let end = self.node.word(1).map_or(u32::MAX, |word| word.place().span.start);
        let line_end = self.node.span().start + length(self.content());
        Span::new(self.keyword_end(), end.min(line_end)).of(self.text).contains(['=', '＝'])
    }

    /// The line without its line end.
    fn content(&self) -> &'a str {
        let rest = self.text.get(self.node.span().start as usize..).unwrap_or_default();
        // A section's node holds its children too, so its own line has to be cut out.
        let line = rest.split('\n').next().unwrap_or_default();
        line.trim_end_matches('\r')
    }

    fn keyword_end(&self) -> u32 {
        self.keyword_place().span.end
    }

    fn at(&self, start: u32, end: u32) -> Place {
        Place { file: self.node.place().file, span: Span::new(start, end) }
    }
}

/// The rows of `word` in whatever letters.
pub(super) fn places(word: &str) -> Places {
    match word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => schema::ldirectord::places(&word.to_ascii_lowercase()),
        false => schema::ldirectord::places(word),
    }
}

/// What Perl counts as white space in a text of bytes; a line feed ends the line before.
pub(super) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\u{B}' | '\u{C}')
}

/// Blanks as the grammar has them.
fn is_blank(character: char) -> bool {
    is_space(character) || characters::reading(character) == characters::Reading::Blank
}

fn single_unquote(text: &str) -> Option<&str> {
    text.strip_prefix('\'')?.strip_suffix('\'')
}

/// Offsets fit 32 bits because loading refuses files above 1 GiB.
fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}
