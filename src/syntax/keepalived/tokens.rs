//! One piece of text to a flat list of tokens, by the grammar `grammars/keepalived.pest`.

use pest::Parser as _;
use pest::iterators::Pair;

use super::plain;
use crate::source::Span;

/// A token and where it stands in the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// What a token is. Blanks are no tokens: they belong to whatever follows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `}`.
    Close,
    /// From the comment sign to the end of the line.
    Comment,
    /// The first word of a statement.
    FirstWord,
    /// Text that the grammar does not match.
    Junk,
    /// The line feed.
    LineEnd,
    /// `{`.
    Open,
    /// Another word of the same statement.
    Word,
}

/// The tokens of `text`, which starts at byte `base` of its file and ends at a line end. Plain
/// lines are scanned, runs of others go to pest.
pub(super) fn tokenize(text: &str, base: u32) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / BYTES_PER_TOKEN);
    let mut rest = text;
    let at = |rest: &str| base + offset(text.len() - rest.len());
    loop {
        let plain = plain::lines(rest.as_bytes(), at(rest), &mut tokens);
        rest = rest.get(plain..).unwrap_or_default();
        if rest.is_empty() {
            return tokens;
        }
        let run = odd_run(rest);
        parse(rest.get(..run).unwrap_or_default(), at(rest), &mut tokens);
        rest = rest.get(run..).unwrap_or_default();
    }
}

/// Length of the lines that pest has to read together: the first one, and what a backslash may
/// join to it.
fn odd_run(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    while let Some(rest) = bytes.get(end..).filter(|rest| !rest.is_empty()) {
        let length = line_length(rest);
        let joins = rest.get(..length).is_some_and(super::pieces::may_go_on);
        end += length;
        if !joins {
            break;
        }
    }
    end
}

/// Length of the first line and its line feed.
fn line_length(text: &[u8]) -> usize {
    text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1)
}

/// Adds the tokens of `text` by the grammar.
fn parse(text: &str, base: u32, tokens: &mut Vec<Token>) {
    match Keepalived::parse(Rule::file, text) {
        Ok(pairs) => {
            let lines = pairs.flat_map(Pair::into_inner);
            lines.for_each(|pair| push(tokens, &pair, base));
        }
        // The grammar matches any text, which a test holds; a piece that it did not match would
        // still be kept, as junk.
        Err(_) => {
            let span = Span::new(base, base.saturating_add(offset(text.len())));
            tokens.push(Token { kind: TokenKind::Junk, span });
        }
    }
}

fn push(tokens: &mut Vec<Token>, pair: &Pair<'_, Rule>, base: u32) {
    let mut add = |kind, span| tokens.push(Token { kind, span });
    match pair.as_rule() {
        Rule::close => add(TokenKind::Close, span_of(pair, base)),
        Rule::comment => add(TokenKind::Comment, span_of(pair, base)),
        Rule::line_end => add(TokenKind::LineEnd, span_of(pair, base)),
        Rule::open => add(TokenKind::Open, span_of(pair, base)),
        Rule::statement | Rule::include => {
            for (word, number) in pair.clone().into_inner().zip(0..) {
                let kind = if number == 0 { TokenKind::FirstWord } else { TokenKind::Word };
                add(kind, span_of(&word, base));
            }
        }
        Rule::definition => {
            let whole = span_of(pair, base);
            let name = pair.clone().into_inner().next().map_or(whole, |name| span_of(&name, base));
            add(TokenKind::FirstWord, name);
            let value = pair.as_str().get(name.range().len()..).unwrap_or_default();
            let end = whole.end - offset(value.len() - value.trim_end().len());
            if end > name.end {
                add(TokenKind::Word, Span::new(name.end, end));
            }
        }
        _ => {}
    }
}

fn span_of(pair: &Pair<'_, Rule>, base: u32) -> Span {
    let span = pair.as_span();
    Span::new(base + offset(span.start()), base + offset(span.end()))
}

/// Offsets inside a file fit `u32`: loading refuses files above 1 GiB.
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Measured over real files: a token every seven bytes.
const BYTES_PER_TOKEN: usize = 7;

#[derive(pest_derive::Parser)]
#[grammar = "grammars/lexical.pest"]
#[grammar = "grammars/keepalived.pest"]
struct Keepalived;

#[cfg(test)]
mod tests;
