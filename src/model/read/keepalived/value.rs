//! Words to values. Nothing is reported here: [`super::check`] did that.

use std::borrow::Cow;
use std::iter::Peekable;
use std::net::IpAddr;
use std::str::CharIndices;
use std::time::Duration;

use crate::model::{Hook, HookEvent, Sourced};
use crate::syntax::{Kind, NodeRef, Word};

/// The lines of a block that say something.
pub(super) fn lines(block: NodeRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    block.children().filter(|node| is_line(*node))
}

/// Whether a node is a line with words. Braces without a head are an error that hides its inside,
/// and written again they would be those of the line before.
pub(super) fn is_line(node: NodeRef<'_>) -> bool {
    node.kind() == Kind::Directive && node.word(0).is_some_and(|word| word.raw() != "{")
}

/// Whether a line uses a name that is not defined: the preprocessor reported it, and nobody knows
/// what the line was meant to say. Inside quotes a dollar sign is a shell's business.
pub(super) fn is_unexpanded(node: NodeRef<'_>) -> bool {
    node.may_hold_uses() && node.words().any(|word| is_leftover(word.raw()))
}

/// The keyword of a line.
pub(super) fn keyword(node: NodeRef<'_>) -> Cow<'_, str> {
    node.word(0).map(Word::value).unwrap_or_default()
}

/// Whether a line may have been meant to be any other line. A definition with a blank before its sign
/// is none to keepalived, and stands for nothing else either (tried).
pub(super) fn hides_keywords<'a>(keyword: &str, second: impl FnOnce() -> Option<&'a str>) -> bool {
    keyword.contains('$') && !second().is_some_and(|word| word.starts_with('='))
}

/// Whether a word is a use of a definition that is not there, or holds one in braces.
fn is_leftover(raw: &str) -> bool {
    let is_letter = |c: char| c == '_' || c.is_ascii_alphabetic();
    let is_name = |name: &str| {
        name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
    };
    // Every word of a file is asked, and hardly any has the sign.
    raw.as_bytes().contains(&b'$')
        && !raw.starts_with('"')
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
    parse_seconds(&word.value()).map(|time| Sourced::new(time, word.place()))
}

/// Seconds with decimals, to the microsecond as the program counts.
pub(super) fn parse_seconds(text: &str) -> Option<Duration> {
    to_microseconds(parse_decimal(text)?)
}

/// Milliseconds with decimals, to the microsecond.
pub(super) fn parse_milliseconds(text: &str) -> Option<Duration> {
    to_microseconds(parse_decimal(text)? / 1000.0)
}

fn to_microseconds(seconds: f64) -> Option<Duration> {
    let exact = Duration::try_from_secs_f64(seconds).ok()?;
    let rounded = exact.checked_add(Duration::from_nanos(500))?;
    Some(Duration::new(rounded.as_secs(), rounded.subsec_micros() * 1000))
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
    parse_address(without_prefix(&word.value())).map(|found| Sourced::new(found, word.place()))
}

/// Where a single address stands keepalived cuts off a prefix (tried with 2.2.7).
pub(super) fn without_prefix(text: &str) -> &str {
    text.split_once('/').map_or(text, |(address, _)| address)
}

/// An address. 2.2.7 takes none with an interface, as in `fe80::1%eth0`, anywhere (tried).
pub(super) fn parse_address(text: &str) -> Option<IpAddr> {
    text.parse().ok()
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

/// All arguments with one blank between them, for example a user and a group.
pub(super) fn rest(node: NodeRef<'_>) -> Option<Sourced<String>> {
    let at = node.rest()?.place();
    let words: Vec<_> = node.arguments().map(Word::value).collect();
    Some(Sourced::new(words.join(" "), at))
}

/// The user and group behind `user`.
pub(super) fn user(node: NodeRef<'_>) -> Option<Sourced<String>> {
    let at = node.rest()?.place();
    Some(Sourced::new(users(node.arguments()), at))
}

/// Words for a user and a group. One that holds a blank was meant as an argument and keeps its quotes.
fn users<'a>(words: impl Iterator<Item = Word<'a>>) -> String {
    let shown = words.map(|word| match word.value() {
        value if value.contains(char::is_whitespace) => Cow::Borrowed(word.raw()),
        value => value,
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// A command with its user, as a hook.
pub(super) fn hook(node: NodeRef<'_>, event: HookEvent) -> Option<Sourced<Hook>> {
    // Without a command the event is told as what it is.
    if event == HookEvent::Deleted && node.arguments().len() == 0 {
        return flag(node, Hook { event, command: String::new(), user: None });
    }
    let (command, user) = command(node)?;
    Some(command.map(|command| Hook { event, command, user }))
}

/// The command behind a script-valued keyword and what stands behind it, the user and group.
///
/// keepalived reads such lines like a shell: both kinds of quotes, and parts that touch are one.
/// What is left is split into words later, by the same rules again. `None` as well when an escape
/// makes a byte that is no text.
pub(super) fn command(node: NodeRef<'_>) -> Option<(Sourced<String>, Option<String>)> {
    let rest = node.rest()?;
    let raw = rest.raw();
    let mut text = String::new();
    let mut quote = None;
    let mut end = raw.len();
    let mut characters = raw.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match quote {
            // Escapes work inside both kinds of quotes and outside (tried with 2.2.7).
            _ if character == '\\' => text.push(escape(&mut characters)?),
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character.is_whitespace() => {
                end = at;
                break;
            }
            _ => text.push(character),
        }
    }
    let at = rest.part(0, end);
    let behind = node.words().filter(|word| word.place().span.start >= at.span.end);
    let user = Some(users(behind)).filter(|user| !user.is_empty());
    Some((Sourced::new(text, at), user))
}

/// The character behind a backslash.
fn escape(rest: &mut Peekable<CharIndices<'_>>) -> Option<char> {
    let (_, first) = rest.next()?;
    let code = match first {
        'a' => 0x07,
        'b' => 0x08,
        'E' => 0x1b,
        'f' => 0x0c,
        'n' => 0x0a,
        'r' => 0x0d,
        't' => 0x09,
        'v' => 0x0b,
        'c' => u32::from(rest.next()?.1) & 0x1f,
        // Any number of digits, of which the last two count.
        'x' => digits(rest, 0, 16, usize::MAX) & 0xff,
        '0'..='7' => digits(rest, first.to_digit(8)?, 8, 2) & 0xff,
        other => return Some(other),
    };
    char::from_u32(code).filter(|c| c.is_ascii() && *c != '\0')
}

/// `number` continued by the digits that follow, at most `most` of them.
fn digits(rest: &mut Peekable<CharIndices<'_>>, number: u32, radix: u32, most: usize) -> u32 {
    let mut number = number;
    for _ in 0..most {
        let Some(next) = rest.peek().and_then(|(_, c)| c.to_digit(radix)) else { break };
        rest.next();
        // Only the low byte is looked at, so higher digits may fall out.
        number = number.wrapping_mul(radix).wrapping_add(next);
    }
    number
}
