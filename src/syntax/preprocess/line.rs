//! One line: its comment, and what form it begins with.

use crate::source::Composition;
use crate::syntax::characters::{Reading, reading};

/// The form that a line begins with; uses of definitions may stand anywhere in any other line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign<'a> {
    /// `@ID` or `@^ID`.
    Condition,
    /// `$NAME=`, without the dollar sign and the equals sign.
    Definition(&'a str),
    /// A word of the include family.
    Include(&'a str),
    /// `~SEQ`, `~SEQx` or `~LST` and its parenthesis.
    Sequence,
}

/// Whether anything in `text` may be replaced. Nearly all files have no sign, so this only looks
/// for bytes; a dollar sign in a comment costs no more than the slow way.
pub(super) fn has_signs(text: &str) -> bool {
    let suspicious = |byte: char| text.contains(byte);
    suspicious('$')
        || ((suspicious('@') || suspicious('~') || text.contains("include"))
            && text.lines().any(has_sign))
}

/// Whether a line has anything that may be replaced. A line that is only a comment is passed on.
pub(super) fn has_sign(line: &str) -> bool {
    let line = trimmed(line);
    !line.starts_with(['#', '!']) && (line.contains('$') || sign(line).is_some())
}

/// The form of a line without blanks in front.
pub(super) fn sign(line: &str) -> Option<Sign<'_>> {
    match line.as_bytes().first()? {
        b'@' => Some(Sign::Condition),
        b'$' => definition_name(line).map(Sign::Definition),
        b'~' => is_sequence(line).then_some(Sign::Sequence),
        b'i' => {
            let end = line.find([' ', '\t'])?;
            let word = line.get(..end)?;
            INCLUDES.contains(&word).then_some(Sign::Include(word))
        }
        _ => None,
    }
}

/// `line` without its comment and the blanks around; `None` when nothing is left.
pub(super) fn without_comment(line: &Composition) -> Option<Composition> {
    let text = line.text();
    let code = text.get(..comment_start(text))?;
    let from = code.len() - trimmed(code).len();
    let to = code.trim_end().len();
    (from < to).then(|| line.part(from..to))
}

/// Where the comment of a line begins, or its end: `#` and `!` outside double quotes, unless a
/// backslash stands before them.
pub(super) fn comment_start(line: &str) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if !quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'#' | b'!' if !quoted => return at,
            _ => {}
        }
    }
    line.len()
}

/// Whether a line has a comment that ends in a backslash, which 2.2.7 keeps: a definition goes on then.
/// Of a pair nothing is left.
pub(super) fn comment_goes_on(line: &str) -> bool {
    let comment = line.get(comment_start(line)..).unwrap_or_default();
    let backslashes = comment.len() - comment.trim_end_matches('\\').len();
    backslashes % 2 == 1
}

/// Length of the name that `text` begins with: a C identifier.
pub(super) fn name_length(text: &str) -> usize {
    let is_letter = |c: char| c == '_' || c.is_ascii_alphabetic();
    if !text.starts_with(is_letter) {
        return 0;
    }
    text.find(|c: char| !is_letter(c) && !c.is_ascii_digit()).unwrap_or(text.len())
}

/// `text` without the blanks in front, those included that only look like one.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_start_matches(|c: char| matches!(c, ' ' | '\t') || reading(c) == Reading::Blank)
}

/// The name in `$NAME=`: no blank stands between them.
fn definition_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('$')?;
    let (name, behind) = rest.split_at_checked(name_length(rest))?;
    (!name.is_empty() && behind.starts_with('=')).then_some(name)
}

fn is_sequence(line: &str) -> bool {
    let behind = ["~SEQx", "~SEQ", "~LST"].iter().find_map(|word| line.strip_prefix(word));
    behind.is_some_and(|rest| trimmed(rest).starts_with('('))
}

const INCLUDES: &[&str] = &["include", "includea", "includeb", "includem", "includer", "includew"];
