//! First words of lines, and the names of nodes.

use super::{Directive, Reader, Value};
use crate::model::{Node, Sourced};
use crate::source::{Diagnostic, Place, Verdict, codes};
use crate::syntax::schema::{self, Keyword};
use crate::syntax::{Format, Word, suggest};

/// The row of the first word, and the value that was glued to it.
///
/// Reports a word that heartbeat does not know, even when it is clear what was meant.
pub(super) fn keyword<'a>(
    reader: &mut Reader<'_>,
    word: Word<'a>,
) -> Option<(&'static Keyword, Option<Value<'a>>)> {
    let name = word.value();
    if let Some(row) = schema::find(Format::HaCf, "", &name) {
        return Some((row, None));
    }
    let unknown = Diagnostic::new(
        codes::ha_cf::UNKNOWN_DIRECTIVE,
        word.place(),
        format!("`{name}` is no directive of ha.cf"),
    );
    let lower = name.to_ascii_lowercase();
    if let Some(row) = schema::find(Format::HaCf, "", &lower) {
        let fixed = unknown.note("heartbeat's directives are lower-case").fix(
            word.place(),
            row.word,
            "write it in lower case",
        );
        reader.report(fixed);
        return Some((row, None));
    }
    // Full-width letters are longer than what they mean; only plain words are taken apart.
    let whole = Value::new(word.raw(), word.place());
    if let Some((row, length)) = glued(&lower).filter(|_| whole.raw.len() == lower.len()) {
        let sign = usize::from(lower.get(length..).is_some_and(|r| r.starts_with(['=', ':'])));
        let gap = whole.part(length..length + sign).at;
        let diagnostic = match sign {
            0 => unknown.label(format!("`{}` and its value", row.word)),
            _ => assigned(gap, row.word, Verdict::Refuses),
        };
        reader.report(diagnostic.fix(gap, " ", "separate them by a blank"));
        let rest = whole.part(length + sign..lower.len());
        return Some((row, Some(rest).filter(|rest| !rest.raw.is_empty())));
    }
    let near = suggest(&lower, schema::words(Format::HaCf, ""));
    reader.report(match near {
        Some(near) => unknown.help(format!("did you mean `{near}`?")),
        None => unknown.help("if it is a note, put `#` in front of it"),
    });
    None
}

/// The longest directive that `word` begins with, when a value follows: a number, a path, an
/// equal sign or a colon.
fn glued(word: &str) -> Option<(&'static Keyword, usize)> {
    let is_value =
        |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '/' | '=' | ':'));
    schema::words(Format::HaCf, "")
        .filter(|known| word.strip_prefix(known).is_some_and(is_value))
        // `node1` is rather the name of a node.
        .filter(|known| *known != "node" || word.contains(['=', ':']))
        .max_by_key(|known| known.len())
        .and_then(|known| Some((schema::find(Format::HaCf, "", known)?, known.len())))
}

/// Drops an equal sign or a colon that stands alone between the directive and its value.
pub(super) fn assignment(reader: &mut Reader<'_>, directive: &mut Directive<'_>) {
    let Some(first) = directive.words.first() else { return };
    if directive.words.len() < 2 || !matches!(&*first.text, "=" | ":" | ":=") {
        return;
    }
    let at = first.at;
    reader.report(assigned(at, directive.row.word, directive.refusal()).fix(
        at,
        "",
        "delete the sign",
    ));
    directive.words.remove(0);
}

fn assigned(at: Place, word: &str, verdict: Verdict) -> Diagnostic {
    let message = format!("`{word}` and its value are separated by a blank");
    Diagnostic::new(codes::ha_cf::ASSIGNMENT, at, message).verdict(verdict)
}

/// `node`.
pub(super) fn node(reader: &mut Reader<'_>, directive: &Directive<'_>, value: &Value<'_>) {
    let name = value.text.to_ascii_lowercase();
    if let Some(earlier) = reader.nodes.get(&name) {
        let message = format!("the node `{name}` a second time");
        let diagnostic = Diagnostic::new(codes::ha_cf::NODE_TWICE, value.at, message);
        let diagnostic = diagnostic.context(*earlier, "the first is here");
        reader.report(diagnostic);
        reader.inert(directive.place(), "the node is already named");
        return;
    }
    reader.nodes.insert(name.clone(), value.at);
    reader.cluster.nodes.push(Node { name: Sourced::new(name, value.at), address: None });
}
