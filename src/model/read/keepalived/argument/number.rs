//! Numbers, times and ranges.

use crate::model::read::keepalived::value::{parse_decimal, parse_integer};
use crate::source::Diagnostic;
use crate::source::codes::keepalived as codes;
use crate::syntax::Word;

pub(super) fn integer_problem(word: Word<'_>, least: i64, most: i64) -> Option<Diagnostic> {
    let value = word.value();
    let digits = value.strip_prefix(['-', '+']).unwrap_or(&value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format!("`{value}` is no whole number");
        return Some(Diagnostic::new(codes::NOT_A_NUMBER, word.place(), message));
    }
    // Digits that do not fit are out of any range.
    let fits = parse_integer(&value).is_some_and(|number| (least..=most).contains(&number));
    let message = || format!("`{value}` is not between {least} and {most}");
    (!fits).then(|| Diagnostic::new(codes::OUT_OF_RANGE, word.place(), message()))
}

/// `200` or `200-299`.
pub(super) fn status_problem(word: Word<'_>) -> Option<Diagnostic> {
    let value = word.value();
    let (first, last) = value.split_once('-').unwrap_or((&value, &value));
    let range = parse_integer(first).zip(parse_integer(last));
    let Some((first, last)) = range else {
        let message = format!("`{value}` is no status code");
        return Some(Diagnostic::new(codes::NOT_A_NUMBER, word.place(), message));
    };
    let fits = (100..=599).contains(&first) && (first..=599).contains(&last);
    let message = "status codes lie between 100 and 599";
    (!fits).then(|| Diagnostic::new(codes::OUT_OF_RANGE, word.place(), message))
}

pub(super) fn seconds_problem(word: Word<'_>, least: f64, most: f64) -> Option<Diagnostic> {
    let value = word.value();
    let Some(number) = parse_decimal(&value) else {
        let message = format!("`{value}` is no number");
        return Some(Diagnostic::new(codes::NOT_A_NUMBER, word.place(), message));
    };
    // keepalived counts microseconds.
    if value.split_once('.').is_some_and(|(_, decimals)| decimals.len() > 6) {
        let message = "more than six decimal places";
        return Some(Diagnostic::new(codes::OUT_OF_RANGE, word.place(), message));
    }
    let fits = (least..=most).contains(&number);
    let message = || format!("`{value}` is not between {least} and {most}");
    (!fits).then(|| Diagnostic::new(codes::OUT_OF_RANGE, word.place(), message()))
}
