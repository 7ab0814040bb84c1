//! ha.cf: text to tree. Values that heartbeat splits at commas stay one word here; the reader
//! splits them, because some directives do not.

use pest_derive::Parser;

use super::heartbeat::{self, Part};
use super::{Format, Kind, Parsed};
use crate::source::SourceFile;

/// Parses the whole text: one directive per line.
pub(super) fn parse(source: &SourceFile) -> Parsed {
    let tree = heartbeat::parse::<Grammar, _>(
        source,
        Rule::file,
        |_| false,
        |rule| match rule {
            Rule::directive => Part::Node(Kind::Directive),
            Rule::junk => Part::Node(Kind::Junk),
            Rule::empty => Part::Node(Kind::Blank),
            Rule::name | Rule::word => Part::Word,
            Rule::comment | Rule::wide_comment => Part::Comment,
            _ => Part::Nothing,
        },
    );
    Parsed::new(tree, source, Format::HaCf)
}

#[derive(Parser)]
#[grammar = "grammars/lexical.pest"]
#[grammar = "grammars/heartbeat.pest"]
#[grammar = "grammars/ha_cf.pest"]
struct Grammar;

#[cfg(test)]
mod tests;
