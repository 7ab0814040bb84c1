//! Words to values. Nothing is reported here: [`super::check`] did that.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use crate::model::{Hook, HookEvent, Sourced};
use crate::syntax::{NodeRef, Word};

/// Whether a line uses a name that is not defined: the preprocessor reported it, and nobody knows
/// what the line was meant to say. Inside quotes a dollar sign is a shell's business.
pub(super) fn is_unexpanded(node: NodeRef<'_>) -> bool {
    node.words().any(|word| is_leftover(word.raw()))
}

/// The keyword of a line.
pub(super) fn keyword(node: NodeRef<'_>) -> Cow<'_, str> {
    node.word(0).map(Word::value).unwrap_or_default()
}

/// Whether a line may have been meant to be any other line.
pub(super) fn hides_keywords(keyword: &str) -> bool {
    keyword.contains('$')
}

/// Whether a word is a use of a definition that is not there, or holds one in braces.
fn is_leftover(raw: &str) -> bool {
    let is_letter = |c: char| c == '_' || c.is_ascii_alphabetic();
    let is_name = |name: &str| {
        name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
    };
    !raw.starts_with('"')
        && (raw.strip_prefix('$').is_some_and(is_name)
            || raw.split("${").skip(1).any(|rest| rest.starts_with(is_letter)))
}

/// The first argument as text.
pub(super) fn text(node: NodeRef<'_>) -> Option<Sourced<String>> {
    node.word(1).map(|word| Sourced::new(word.value().into_owned(), word.place()))
}

/// The first argument as a whole number that fits `T`.
pub(super) fn number<T: TryFrom<i64>>(node: NodeRef<'_>) -> Option<Sourced<T>> {
    number_of(node.word(1)?)
}

/// A word as a whole number that fits `T`.
pub(super) fn number_of<T: TryFrom<i64>>(word: Word<'_>) -> Option<Sourced<T>> {
    let value = parse_integer(&word.value())?;
    T::try_from(value).ok().map(|value| Sourced::new(value, word.place()))
}

/// Decimal digits with an optional sign; what does not fit 64 bits is not a number of any setting.
pub(super) fn parse_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// The first argument as seconds with decimals.
pub(super) fn seconds(node: NodeRef<'_>) -> Option<Sourced<Duration>> {
    let word = node.word(1)?;
    let value = parse_decimal(&word.value())?;
    Duration::try_from_secs_f64(value).ok().map(|time| Sourced::new(time, word.place()))
}

/// Digits with at most one decimal point and an optional sign; neither exponents nor `inf`.
pub(super) fn parse_decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain || digits.is_empty() { None } else { text.parse().ok() }
}

/// The first argument as an address.
pub(super) fn address(node: NodeRef<'_>) -> Option<Sourced<IpAddr>> {
    let word = node.word(1)?;
    parse_address(&word.value()).map(|address| Sourced::new(address, word.place()))
}

/// An address; `%eth0` behind an IPv6 address names an interface.
pub(super) fn parse_address(text: &str) -> Option<IpAddr> {
    let bare = match text.split_once('%') {
        Some((address, interface)) if address.contains(':') && !interface.is_empty() => address,
        Some(_) => return None,
        None => text,
    };
    bare.parse().ok()
}

/// The first argument as a truth value; a bare keyword means true.
pub(super) fn boolean(node: NodeRef<'_>) -> Option<Sourced<bool>> {
    let Some(word) = node.word(1) else { return flag(node, true) };
    let value = parse_boolean(&word.value())?;
    Some(Sourced::new(value, word.place()))
}

/// One of the six words.
pub(super) fn parse_boolean(text: &str) -> Option<bool> {
    match text {
        "on" | "true" | "yes" => Some(true),
        "off" | "false" | "no" => Some(false),
        _ => None,
    }
}

/// A keyword that means something by itself.
pub(super) fn flag<T>(node: NodeRef<'_>, value: T) -> Option<Sourced<T>> {
    node.word(0).map(|word| Sourced::new(value, word.place()))
}

/// All arguments as they stand, for example a user and a group.
pub(super) fn rest(node: NodeRef<'_>) -> Option<Sourced<String>> {
    node.rest().map(|rest| Sourced::new(rest.value().into_owned(), rest.place()))
}

/// A command with its user, as a hook.
pub(super) fn hook(node: NodeRef<'_>, event: HookEvent) -> Option<Sourced<Hook>> {
    let (command, user) = command(node)?;
    Some(command.map(|command| Hook { event, command, user }))
}

/// The command behind a script-valued keyword and what stands behind it, the user and group.
///
/// keepalived reads such lines like a shell: both kinds of quotes, and parts that touch are one.
pub(super) fn command(node: NodeRef<'_>) -> Option<(Sourced<String>, Option<String>)> {
    let rest = node.rest()?;
    let raw = rest.raw();
    let mut text = String::new();
    let mut quote = None;
    let mut end = raw.len();
    for (at, character) in raw.char_indices() {
        match quote {
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character.is_whitespace() => {
                end = at;
                break;
            }
            _ => text.push(character),
        }
    }
    let user = raw.get(end..).map(str::trim).filter(|user| !user.is_empty());
    Some((Sourced::new(text, rest.part(0, end)), user.map(str::to_owned)))
}
