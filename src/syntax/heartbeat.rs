//! What the parsers of heartbeat's three files share: chunks in, nodes out.

use pest::iterators::Pair;
use pest::{Parser, RuleType};

use super::{Builder, Head, Kind, Tree};
use crate::source::{SourceFile, Span};

/// What a rule of the three grammars stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A node of the tree.
    Node(Kind),
    /// A word of the node around it.
    Word,
    /// The comment of the node around it.
    Comment,
    /// Nothing that the tree keeps.
    Nothing,
}

/// Parses `source` chunk by chunk. `continues` tells whether a line goes on behind its line feed:
/// chunks are not cut there.
pub(super) fn parse<P: Parser<R>, R: RuleType>(
    source: &SourceFile,
    start: R,
    continues: fn(&str) -> bool,
    part: fn(R) -> Part,
) -> Tree {
    let mut builder = Builder::new(source.id(), source.text());
    let mut base = 0;
    for chunk in chunks(source.text(), continues) {
        let span = Span::new(base, base.saturating_add(length(chunk)));
        match P::parse(start, chunk) {
            Ok(pairs) => {
                for pair in pairs {
                    node(&mut builder, pair, base, part);
                }
            }
            // The grammars match any text; should one not, no byte is lost all the same.
            Err(_) => {
                builder.leaf(Kind::Junk, &Head { span, ..Head::default() });
            }
        }
        base = span.end;
    }
    builder.finish()
}

/// Adds the node of one line.
fn node<R: RuleType>(builder: &mut Builder, pair: Pair<'_, R>, base: u32, part: fn(R) -> Part) {
    let Part::Node(kind) = part(pair.as_rule()) else { return };
    let mut head = Head { span: span(&pair, base), ..Head::default() };
    for inner in pair.into_inner() {
        match part(inner.as_rule()) {
            Part::Word => head.words.push(span(&inner, base)),
            Part::Comment => head.comment = span(&inner, base),
            Part::Node(_) | Part::Nothing => {}
        }
    }
    builder.leaf(kind, &head);
}

/// Cuts `text` at line ends into pieces of about [`CHUNK_BYTES`]: pest keeps about ten bytes per
/// byte of its input until the pairs are dropped.
fn chunks(text: &str, continues: fn(&str) -> bool) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut size = 0;
        for line in rest.split_inclusive('\n') {
            size += line.len();
            if size >= CHUNK_BYTES && !continues(line) {
                break;
            }
        }
        let (chunk, behind) = rest.split_at_checked(size)?;
        rest = behind;
        (!chunk.is_empty()).then_some(chunk)
    })
}

fn span<R: RuleType>(pair: &Pair<'_, R>, base: u32) -> Span {
    let span = pair.as_span();
    let offset = |at: usize| base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    Span::new(offset(span.start()), offset(span.end()))
}

fn length(chunk: &str) -> u32 {
    u32::try_from(chunk.len()).unwrap_or(u32::MAX)
}

const CHUNK_BYTES: usize = 128 << 10;

#[cfg(test)]
mod tests;
