//! Numbers, times and ranges.

use crate::model::read::keepalived::value::{parse_decimal, parse_integer};
use crate::source::Diagnostic;
use crate::source::codes::{keepalived as codes, keepalived_advice as advice};
use crate::syntax::Word;
use crate::syntax::schema::Numbers;

/// What is wrong with a word that should be a whole number from `least` to `most`.
pub(in crate::model) fn whole_number(word: Word<'_>, least: i64, most: i64) -> Option<Diagnostic> {
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

/// A number or a name, or two of them with a slash between.
pub(super) fn number_problem(word: Word<'_>, numbers: &Numbers) -> Option<Diagnostic> {
    let value = word.value();
    let (first, second) = match value.split_once('/') {
        // Nothing behind the slash is as good as no slash (tried).
        Some((first, second)) if numbers.is_pair => (first, Some(second).filter(|s| !s.is_empty())),
        _ => (&*value, None),
    };
    std::iter::once(first).chain(second).find_map(|part| {
        let new = |code, message| Some(Diagnostic::new(code, word.place(), message));
        let digits = part.strip_prefix("0x").filter(|_| numbers.hexadecimal);
        let number =
            digits.map_or_else(|| part.parse().ok(), |digits| i64::from_str_radix(digits, 16).ok());
        let (least, most) = numbers.range;
        match number {
            Some(number) if (least..=most).contains(&number) => None,
            Some(_) => {
                new(codes::OUT_OF_RANGE, format!("`{part}` is not between {least} and {most}"))
            }
            None if numbers.names.iter().any(|name| name.eq_ignore_ascii_case(part)) => None,
            None if numbers.file.is_empty() => {
                new(codes::NOT_A_NUMBER, format!("`{part}` is no number"))
            }
            None => new(advice::UNKNOWN_NAME, format!("nothing is called `{part}` by default"))
                .map(|finding| {
                    let file = numbers.file;
                    finding
                        .help(format!("write the number, or name it in {file} on every director"))
                }),
        }
    })
}

/// `10`, `10ms`, `1.5s`.
pub(super) fn lapse_problem(word: Word<'_>) -> Option<Diagnostic> {
    let value = word.value();
    let number = value.strip_suffix("ms").or_else(|| value.strip_suffix('s')).unwrap_or(&value);
    let is_time = parse_decimal(number).is_some_and(|time| time >= 0.0);
    let message = format!("`{value}` is no time");
    (!is_time).then(|| {
        Diagnostic::new(codes::NOT_A_NUMBER, word.place(), message)
            .help("write a number, perhaps with `ms` or `s` behind it")
    })
}

/// `1000-2000`, or a single number where `may_be_single`.
pub(super) fn range_problem(word: Word<'_>, may_be_single: bool) -> Option<Diagnostic> {
    let value = word.value();
    let is_range = match value.split_once('-') {
        Some((first, last)) => [first, last].iter().all(|end| end.parse::<u32>().is_ok()),
        None => may_be_single && value.parse::<u16>().is_ok(),
    };
    let message = format!("`{value}` is no range");
    (!is_range).then(|| {
        Diagnostic::new(codes::NOT_A_NUMBER, word.place(), message)
            .help("write two numbers with `-` between them")
    })
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
