//! Text in the place of a value that is none: notes, and marks of templates.

use std::ops::Range;

use crate::source::Place;
use crate::source::text::is_escaped_byte;
use crate::syntax::NodeRef;
use crate::syntax::characters::plain;

/// Whether `word` looks like the beginning of a note: an arrow, a bracket, a dash, a semicolon,
/// two slashes, or a letter beyond ASCII, with which no value of heartbeat's files begins.
pub(super) fn is_note(word: &str) -> bool {
    let mut characters = word.chars();
    match (characters.next(), characters.next()) {
        (Some('<' | '>' | '=' | '(' | ';' | '!' | '|'), _) | (Some('/'), Some('/')) => true,
        // A negative number is a value, though mostly a wrong one.
        (Some('-'), next) => !next.is_some_and(|c| c.is_ascii_digit()),
        (Some(first), _) => !first.is_ascii() && !is_escaped_byte(first),
        (None, _) => false,
    }
}

/// Whether `word` stays one in a line of haresources: no note, comment, template or quote, nothing that
/// reads as something else, and no end of the line.
pub(crate) fn is_resource_word(word: &str) -> bool {
    !is_note(word)
        && marks(word).is_none()
        && !word.contains(['#', '\\', '"', '\''])
        && !word.contains(char::is_control)
        && plain(word) == word
}

/// From the first to the last sign of a template language in the words of `node`.
pub(super) fn template(node: NodeRef<'_>) -> Option<Place> {
    node.words()
        .filter_map(|word| marks(word.raw()).map(|at| word.part(at.start, at.end)))
        .reduce(|first, last| Place { span: first.span.to(last.span), ..first })
}

fn marks(word: &str) -> Option<Range<usize>> {
    let name = word.strip_prefix('@').and_then(|rest| rest.strip_suffix('@'));
    let is_name = |n: &str| !n.is_empty() && n.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    if name.is_some_and(is_name) {
        return Some(0..word.len());
    }
    let open = OPENING.iter().filter_map(|sign| word.find(sign)).min();
    let close = CLOSING.iter().filter_map(|sign| word.rfind(sign).map(|at| at + sign.len())).max();
    match (open, close) {
        (Some(open), Some(close)) if open < close => Some(open..close),
        (Some(open), _) => Some(open..word.len()),
        (None, Some(close)) => Some(0..close),
        (None, None) => None,
    }
}

const OPENING: &[&str] = &["{{", "{%", "<%", "${"];
const CLOSING: &[&str] = &["}}", "%}", "%>"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_brackets_and_foreign_letters_begin_notes() {
        for note in ["<==主节点", "<--", "-", "(primary)", "//x", "主", "=="] {
            assert!(is_note(note), "{note}");
        }
        for value in ["lb1", "-1", "/dev/ttyS0", "10.0.0.1", "2s"] {
            assert!(!is_note(value), "{value}");
        }
    }

    #[test]
    fn marks_of_the_usual_template_languages_are_found() {
        assert_eq!(marks("{{"), Some(0..2));
        assert_eq!(marks("a<%=b%>c"), Some(1..7));
        assert_eq!(marks("@NODE@"), Some(0..6));
        assert_eq!(marks("${NODE}"), Some(0..7));
        assert_eq!(marks("%>"), Some(0..2));
        assert_eq!(marks("a@b"), None);
        assert_eq!(marks("x}"), None);
    }
}
