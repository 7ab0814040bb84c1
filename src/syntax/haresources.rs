//! haresources: text to tree, one directive per logical line.

use pest_derive::Parser;

use super::heartbeat::{self, Part};
use super::{Format, Kind, Parsed};
use crate::source::SourceFile;

/// Parses the whole text: one resource group per logical line.
pub(super) fn parse(source: &SourceFile) -> Parsed {
    let tree =
        heartbeat::parse::<Grammar, _>(source, Rule::file, may_continue, |rule| match rule {
            Rule::group => Part::Node(Kind::Directive),
            Rule::junk => Part::Node(Kind::Junk),
            Rule::empty => Part::Node(Kind::Blank),
            Rule::node | Rule::resource | Rule::later_resource | Rule::word => Part::Word,
            Rule::comment | Rule::wide_comment => Part::Comment,
            _ => Part::Nothing,
        });
    Parsed::new(tree, source, Format::Haresources)
}

/// A backslash may be followed by blanks or a comment, so any line that holds one may go on.
fn may_continue(line: &str) -> bool {
    line.contains('\\')
}

#[derive(Parser)]
#[grammar = "grammars/lexical.pest"]
#[grammar = "grammars/heartbeat.pest"]
#[grammar = "grammars/haresources.pest"]
struct Grammar;

#[cfg(test)]
mod tests;
