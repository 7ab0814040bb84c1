//! The expression behind `regex`. keepalived reads it like a command and gives it to PCRE2; one that
//! PCRE2 refuses leaves the request without any pattern (tried with 2.2.7).

use super::argument::is_open;
use super::value::command;
use crate::source::codes::{keepalived as codes, keepalived_advice as advice};
use crate::source::{Diagnostic, Findings};
use crate::syntax::NodeRef;

/// Judges the words behind `regex`.
pub(super) fn check(node: NodeRef<'_>, findings: &mut Findings) {
    let Some(rest) = node.rest().filter(|_| !is_open(node)) else { return };
    let Some((pattern, surplus)) = command(node) else { return };
    if surplus.is_some() {
        let at = node.words().next_back().map_or_else(|| node.place(), |word| word.place());
        findings.push(
            Diagnostic::new(codes::SURPLUS_WORDS, at, "`regex` takes one word only")
                .note("keepalived looks for no pattern at all then")
                .help("put the whole expression in one pair of quotes"),
        );
        return;
    }
    if let Some((at, sign)) = lost_backslash(rest.raw()) {
        let place = rest.part(at, at + 1 + sign.len_utf8());
        let message = format!("the backslash before `{sign}` is removed before it is compiled");
        findings.push(
            Diagnostic::new(advice::LOST_BACKSLASH, place, message)
                .note(format!("keepalived looks for `{}`", pattern.value))
                .help("write each backslash of the expression twice"),
        );
    }
    let Some(problem) = problem(&pattern.value) else { return };
    let at = pattern.at.unwrap_or_else(|| rest.place());
    let message = format!("this is no regular expression: {problem}");
    findings.push(Diagnostic::new(advice::NO_PATTERN, at, message));
}

/// The first backslash that means something to the expression and does not reach it.
fn lost_backslash(raw: &str) -> Option<(usize, char)> {
    let mut characters = raw.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            let (_, sign) = characters.next()?;
            if sign.is_ascii_alphanumeric() && !SAME_SIGN.contains(&sign) || SIGNS.contains(&sign) {
                return Some((at, sign));
            }
        }
    }
    None
}

/// What PCRE2 would say of an expression; only what is certain.
fn problem(expression: &str) -> Option<&'static str> {
    // Quoting and comments have other rules inside.
    if ["\\Q", "(?#", "(?x", "(*"].iter().any(|sign| expression.contains(sign)) {
        return None;
    }
    let mut depth = 0_u32;
    // Whether a repetition may follow.
    let mut is_item = false;
    let mut characters = expression.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                if characters.next().is_none() {
                    return Some("a backslash ends it");
                }
                is_item = true;
            }
            '[' => {
                if !skip_class(&mut characters) {
                    return Some("`[` is not closed");
                }
                is_item = true;
            }
            '(' => {
                depth = depth.saturating_add(1);
                is_item = false;
                // `(?:`, `(?<name>`: the sign repeats nothing.
                characters.next_if_eq(&'?');
            }
            ')' if depth == 0 => return Some("`)` closes nothing"),
            ')' => {
                depth = depth.saturating_sub(1);
                is_item = true;
            }
            '|' | '^' => is_item = false,
            '*' | '+' | '?' if !is_item => return Some("there is nothing to repeat"),
            _ => is_item = true,
        }
    }
    (depth > 0).then_some("`(` is not closed")
}

/// Goes behind the bracket that closes a class; false when there is none.
fn skip_class(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    characters.next_if_eq(&'^');
    // In front, the closing bracket is a member.
    characters.next_if_eq(&']');
    while let Some(character) = characters.next() {
        match character {
            ']' => return true,
            '\\' => drop(characters.next()),
            // `[:alpha:]`
            '[' if characters.next_if_eq(&':').is_some() => {
                while characters.next_if(|c| c.is_ascii_alphabetic() || *c == '^').is_some() {}
                if characters.next_if_eq(&':').is_some() {
                    characters.next_if_eq(&']');
                }
            }
            _ => {}
        }
    }
    false
}

/// Letters and digits that become a sign which the expression would have meant, too.
const SAME_SIGN: &[char] = &['0', 'E', 'a', 'e', 'f', 'n', 'r', 't', 'x'];

/// Signs that a backslash makes plain.
const SIGNS: &[char] = &['$', '(', ')', '*', '+', '.', '?', '[', ']', '^', '{', '|', '}'];

#[cfg(test)]
mod tests;
