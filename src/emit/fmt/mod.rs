//! One layout for every file of a format: indents, blanks, empty lines.
//!
//! Layout is all that changes. What a line says, its order and its comments stay; a line whose
//! blanks may mean something stays as it is, byte for byte, and so does a block whose braces do
//! not match. Before a result is given out it is read and laid out again: should it mean anything
//! else than the text it was made from, be judged otherwise, or not be in its own layout, nothing is
//! changed at all.

use crate::model::Cluster;
use crate::model::read::{Input, Options, read_with};
use crate::source::codes::characters as codes;
use crate::source::{SourceFile, Sources, text};
use crate::syntax::{self, ConfigId, Format, NodeRef};

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

/// Why a text was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A comment would be another one.
    #[error("another layout would change a comment, so it is left as it is")]
    Comments,
    /// Its blanks are worth a finding, or would be. The code of one such finding.
    #[error("another layout would be judged otherwise (`{0}`), so it is left as it is")]
    Findings(&'static str),
    /// It would be read otherwise.
    #[error("another layout would mean something else, so it is left as it is")]
    Meaning,
    /// Its layout would change again each time.
    #[error("it has no layout that stays, so it is left as it is")]
    Unsettled,
}

/// Lays out a file.
///
/// # Errors
/// When the result would not say the same.
pub fn format(file: &SourceFile, format: Format) -> Result<Formatted, Refusal> {
    let formatted = lay_out(file.name(), file.text(), format);
    let (old, new) = (file.text(), formatted.text.as_str());
    if old == new {
        return Ok(formatted);
    }
    for config_id in config_ids(old, format) {
        let read = |content| Reading::of(file.name(), content, format, &config_id);
        read(old).compare(&read(new))?;
    }
    if lay_out(file.name(), new, format).text != new {
        return Err(Refusal::Unsettled);
    }
    Ok(formatted)
}

/// The text `content` of `file`, one of `inputs`, with asterisks for its secrets. A definition is one as well where
/// a line uses it for a password, on whichever node, and in whichever of the files that include it.
pub fn masked(sources: &Sources, inputs: &[Input], file: Input, content: &str) -> String {
    let mut own = sources.copy([file.file]);
    own.replace(file.file, content.to_owned());
    mark(&mut own, &[file]);
    let shown = own.get(file.file).shown_whole();
    let includers = inputs.iter().copied();
    let includers: Vec<Input> = includers
        .filter(|input| input.format == Format::Keepalived && input.file != file.file)
        .collect();
    // What includes it finds it on the disk, and the new text in its place when it looks again.
    let mut others = sources.copy(includers.iter().map(|input| input.file));
    mark(&mut others, &includers);
    let path = sources.get(file.file).path().and_then(|path| path.canonicalize().ok());
    let is_part = |known: &&SourceFile| {
        let known = known.path().filter(|_| known.is_part());
        path.is_some() && known.and_then(|path| path.canonicalize().ok()) == path
    };
    let Some(part) = others.iter().find(is_part).map(SourceFile::id) else { return shown };
    others.replace(part, content.to_owned());
    mark(&mut others, &includers);
    let part = others.get(part).shown_whole();
    let both = shown.chars().zip(part.chars());
    both.map(|(one, other)| if one == other { one } else { '*' }).collect()
}

/// Reads files for every node that they have lines for, which marks the secrets; what they say is of no interest.
fn mark(sources: &mut Sources, inputs: &[Input]) {
    for input in inputs {
        for config_id in config_ids(sources.get(input.file).text(), input.format) {
            drop(read_with(sources, &[*input], &Options::on(config_id)));
        }
    }
}

/// Every node that a file has lines for, and one that it does not know: a file means something else on each.
fn config_ids(text: &str, format: Format) -> Vec<ConfigId> {
    let named = match format {
        Format::Keepalived => syntax::config_ids(text),
        _ => Vec::new(),
    };
    if named.is_empty() {
        return vec![ConfigId::default()];
    }
    // No name holds a blank.
    named.into_iter().chain([" ".to_owned()]).map(ConfigId::Exactly).collect()
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

/// What must not change.
struct Reading {
    cluster: Cluster,
    /// The codes of the findings, sorted.
    codes: Vec<&'static str>,
    /// The comments, sorted.
    comments: Vec<String>,
}

impl Reading {
    fn of(name: &str, content: &str, format: Format, config_id: &ConfigId) -> Self {
        let mut sources = Sources::new();
        let file = sources.add(name, &text::encode(content));
        // Comments are those of the text as it is written: where something is expanded, the
        // trees of a reading are those of another text, which has none.
        let tree = syntax::parse(&mut sources, file, format);
        let comments = tree.walk(content).map(|node| node.comment().of(content).trim_end());
        let mut comments: Vec<_> =
            comments.filter(|comment| !comment.is_empty()).map(str::to_owned).collect();
        comments.sort_unstable();
        let options = Options::on(config_id.clone());
        let mut reading = read_with(&mut sources, &[Input { file, format }], &options);
        reading.cluster.forget_places();
        let mut codes: Vec<_> = reading.findings.iter().map(|finding| finding.code.id()).collect();
        codes.sort_unstable();
        Self { cluster: reading.cluster, codes, comments }
    }

    fn compare(&self, other: &Self) -> Result<(), Refusal> {
        if self.cluster != other.cluster {
            return Err(Refusal::Meaning);
        }
        // Where such a line is cut decides what its rest says, and the layout moves it.
        let long = codes::LONG_LINE.id();
        if self.codes.contains(&long) {
            return Err(Refusal::Findings(long));
        }
        if self.codes != other.codes {
            let pairs = self.codes.iter().zip(&other.codes);
            let same = pairs.take_while(|(ours, theirs)| ours == theirs).count();
            let next = [self.codes.get(same), other.codes.get(same)];
            // Of two sorted lists the smaller one is missing on the other side.
            return Err(Refusal::Findings(next.into_iter().flatten().min().copied().unwrap_or("")));
        }
        if self.comments == other.comments { Ok(()) } else { Err(Refusal::Comments) }
    }
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
