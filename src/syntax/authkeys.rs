//! authkeys: text to tree, and where the keys stand in it.

use pest_derive::Parser;

use super::heartbeat::{self, Part};
use super::{Kind, NodeRef, Parsed, Word, characters};
use crate::source::{SourceFile, Span};

/// Parses the whole text: `auth N` and `N method key`.
pub(super) fn parse(source: &SourceFile) -> Parsed {
    let tree = heartbeat::parse::<Grammar, _>(
        source,
        Rule::file,
        |_| false,
        |rule| match rule {
            Rule::active | Rule::key => Part::Node(Kind::Directive),
            Rule::junk => Part::Node(Kind::Junk),
            Rule::empty => Part::Node(Kind::Blank),
            Rule::keyword
            | Rule::number
            | Rule::checksum
            | Rule::method
            | Rule::secret
            | Rule::word => Part::Word,
            Rule::comment | Rule::wide_comment => Part::Comment,
            _ => Part::Nothing,
        },
    );
    let secrets = tree.walk(source.text()).flat_map(|node| hidden(node, source.text())).collect();
    Parsed { tree, secrets }
}

/// The parts of a line that may be a key. Rather too much than too little: a key that a blank or
/// a `#` cuts in two is one key to its owner, and keys that were commented out are often in use
/// on another node.
fn hidden(node: NodeRef<'_>, text: &str) -> Vec<Span> {
    let line = node.span();
    match node.kind() {
        Kind::Blank => after_method(node.comment(), text).into_iter().collect(),
        Kind::Directive if node.name() == "auth" => {
            // What is no number of a key may be the key, behind the wrong word.
            let is_number = |word: &Word<'_>| word.raw().parse::<u8>().is_ok();
            let number = node.word(1).filter(is_number);
            let extra = node.from_word(if number.is_some() { 2 } else { 1 });
            match extra {
                Some(extra) => vec![Span::new(extra.place().span.start, line.end)],
                None => after_method(node.comment(), text).into_iter().collect(),
            }
        }
        // A glued `1 sha1KEY` is hidden from behind the method's name, a word that is no method
        // from its start.
        _ => {
            let method = node.word(1).filter(|_| node.kind() == Kind::Directive);
            let start = match method {
                Some(word) => word.place().span.start,
                None if node.kind() == Kind::Directive => line.end,
                None => node.place().span.start,
            };
            let rest = Span::new(start, line.end);
            vec![after_method(rest, text).unwrap_or(rest)]
        }
    }
}

/// What stands in `span` behind the first name of a digest that begins a word, and behind its blanks.
fn after_method(span: Span, text: &str) -> Option<Span> {
    let part = span.of(text);
    let mut at = 0;
    for word in part.split_inclusive(|c: char| !c.is_alphanumeric()) {
        // Digits before the method belong to the key's number: `#1sha1 key`.
        let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let name = word.get(digits..).unwrap_or_default();
        // An odd blank behind it is longer than a plain one.
        let name = name.trim_end_matches(|c: char| !c.is_alphanumeric());
        if let Some(method) = method_length(name) {
            let mut behind = at + digits + method;
            // Blanks are shown: without one the key would look glued, which is another mistake.
            let rest = part.get(behind..).unwrap_or_default();
            behind += rest.len() - rest.trim_start().len();
            let behind = u32::try_from(behind).unwrap_or(u32::MAX);
            return Some(Span::new(span.start.saturating_add(behind), span.end));
        }
        at += word.len();
    }
    None
}

/// Length of the digest's name that `word` begins with, whatever its case. The longest wins, so
/// that nothing of `sha256` counts as a key.
fn method_length(word: &str) -> Option<usize> {
    let plain = characters::plain(word).to_ascii_lowercase();
    // Full-width names are longer in bytes; their keys are hidden with the name.
    let same = plain.len() == word.len();
    DIGESTS
        .iter()
        .find(|name| plain.starts_with(**name))
        .map(|name| if same { name.len() } else { 0 })
}

/// Names that people write as methods, the longer of two with the same start first. heartbeat
/// itself knows crc, md5 and sha1.
const DIGESTS: &[&str] = &["sha256", "sha512", "sha224", "sha384", "sha1", "sha", "md5", "crc"];

#[derive(Parser)]
#[grammar = "grammars/lexical.pest"]
#[grammar = "grammars/heartbeat.pest"]
#[grammar = "grammars/authkeys.pest"]
struct Grammar;

#[cfg(test)]
mod tests;
