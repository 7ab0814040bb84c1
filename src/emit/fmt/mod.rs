//! One layout for every file of a format: indents, blanks, empty lines.
//!
//! Layout is all that changes. What a line says, its order and its comments stay; a line whose
//! blanks may mean something stays as it is, byte for byte, and so does a block whose braces do
//! not match. Before a result is given out it is read and laid out again: should it mean anything
//! else than the text it was made from, be judged otherwise, or not be in its own layout, nothing is
//! changed at all.

use crate::model::Cluster;
use crate::model::read::{Input, read};
use crate::source::{SourceFile, Sources, text};
use crate::syntax::{self, Format, NodeRef};

mod braces;
mod lines;
mod page;

/// A text in its layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The text; decoded like that of a [`SourceFile`].
    pub text: String,
    /// Lines, counted from 1, where something was left as it is because its braces do not match.
    pub kept: Vec<usize>,
}

/// Why a text was not changed: another layout would be read otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its layout carries meaning, so it is left as it is")]
pub struct Refusal;

/// Lays out a file.
///
/// # Errors
/// When the result would not say the same.
pub fn format(file: &SourceFile, format: Format) -> Result<Formatted, Refusal> {
    let formatted = lay_out(file.name(), file.text(), format);
    let (old, new) = (file.text(), formatted.text.as_str());
    let is_settled = || lay_out(file.name(), new, format).text == new;
    let same = || reading(file.name(), old, format) == reading(file.name(), new, format);
    if old == new || (same() && is_settled()) { Ok(formatted) } else { Err(Refusal) }
}

fn lay_out(name: &str, content: &str, format: Format) -> Formatted {
    let mut sources = Sources::new();
    let id = sources.add(name, &text::encode(content));
    let tree = syntax::parse(&mut sources, id, format);
    match format {
        Format::Keepalived => braces::format(&tree, sources.get(id)),
        _ => lines::format(&tree, content, format),
    }
}

/// What must not change: the meaning, the codes of the findings, the comments.
fn reading(name: &str, content: &str, format: Format) -> (Cluster, Vec<&'static str>, Vec<String>) {
    let mut sources = Sources::new();
    let file = sources.add(name, &text::encode(content));
    let mut reading = read(&mut sources, &[Input { file, format }]);
    reading.cluster.forget_places();
    let mut codes: Vec<_> = reading.findings.iter().map(|finding| finding.code.id()).collect();
    codes.sort_unstable();
    let trees = reading.trees.iter().flat_map(|(_, tree)| tree.walk(content));
    let comments = trees.map(|node| node.comment().of(content).trim_end().to_owned());
    let mut comments: Vec<_> = comments.filter(|comment| !comment.is_empty()).collect();
    comments.sort_unstable();
    (reading.cluster, codes, comments)
}

/// What stands between words and the comment behind them: nothing where they touch, because then
/// the comment begins inside a word and is worth a finding.
fn before_comment(node: NodeRef<'_>, text: &str) -> &'static str {
    let before = text.get(..node.comment().range().start).unwrap_or_default();
    let touches = !before.ends_with([' ', '\t', '{']);
    if touches { "" } else { " " }
}

#[cfg(test)]
mod tests;
