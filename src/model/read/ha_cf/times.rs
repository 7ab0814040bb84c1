//! Times as heartbeat reads them, and as they were meant.

use std::time::Duration;

use super::{Directive, Reader, Value, join};
use crate::model::{Membership, Sourced, milliseconds, show_seconds};
use crate::source::{Diagnostic, Place, codes};

/// `keepalive` and its relatives.
pub(super) fn set(reader: &mut Reader<'_>, directive: &Directive<'_>, value: &Value<'_>) -> bool {
    let Some(time) = read(reader, directive, &value.text, value.at) else { return false };
    let word = directive.row.word;
    if time.is_zero() && matches!(word, "keepalive" | "warntime") {
        reader.report(too_short(word, value.at));
        return false;
    }
    if let Some(slot) = slot(&mut reader.cluster.membership, word) {
        *slot = Some(Sourced::new(time, value.at));
    }
    true
}

/// `conn_logd_time`, which the model has no field for.
pub(super) fn carried(
    reader: &mut Reader<'_>,
    directive: &Directive<'_>,
    value: &Value<'_>,
) -> bool {
    if parse(&value.text).is_some_and(|time| time.is_zero()) {
        reader.report(too_short(directive.row.word, value.at));
        return false;
    }
    super::values::carried(reader, directive, value)
}

fn too_short(word: &str, at: Place) -> Diagnostic {
    let message = format!("`{word}` must be at least one millisecond");
    Diagnostic::new(codes::ha_cf::BAD_TIME, at, message)
        .note("heartbeat rounds to the nearest millisecond")
}

/// Reads one time; reports what heartbeat refuses.
pub(super) fn read(
    reader: &mut Reader<'_>,
    directive: &Directive<'_>,
    text: &str,
    at: Place,
) -> Option<Duration> {
    if let Some(time) = parse(text) {
        return Some(time);
    }
    let word = directive.row.word;
    let Some(time) = meant(text) else {
        let message = format!("`{text}` is no time");
        reader.report(
            Diagnostic::new(codes::ha_cf::BAD_TIME, at, message)
                .help(format!("write `{word} 2` for two seconds, `{word} 500ms` for half a one")),
        );
        return None;
    };
    let plain = show_seconds(time);
    let message = format!("`{text}` has a unit that heartbeat does not know");
    reader.report(Diagnostic::new(codes::ha_cf::TIME_UNIT, at, message).note(KNOWN_UNITS).fix(
        at,
        plain.clone(),
        format!("write {plain}, in seconds"),
    ));
    Some(time)
}

/// Joins a number and the unit that stands behind a blank (`keepalive 2 s`): to heartbeat they
/// are two values, and the second is invalid.
pub(super) fn join_units(
    reader: &mut Reader<'_>,
    directive: &Directive<'_>,
    values: &mut Vec<Value<'_>>,
) {
    let is_time = directive
        .row
        .arguments
        .iter()
        .any(|argument| matches!(argument, crate::syntax::schema::Argument::Seconds(..)));
    let [number, unit] = values.as_slice() else { return };
    let has_number = number.text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let Some(time) = meant(&format!("{}{}", number.text, unit.text)) else { return };
    if !is_time || !has_number || unit.text.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return;
    }
    let (at, plain) = (join(number.at, unit.at), show_seconds(time));
    reader.report(
        Diagnostic::new(codes::ha_cf::TIME_UNIT, at, "a unit behind a blank is a second value")
            .note(KNOWN_UNITS)
            .fix(at, plain.clone(), format!("write {plain}, in seconds")),
    );
    *values = vec![Value { raw: number.raw, text: plain.into(), at }];
}

fn slot<'m>(
    membership: &'m mut Membership,
    word: &str,
) -> Option<&'m mut Option<Sourced<Duration>>> {
    Some(match word {
        "keepalive" => &mut membership.interval,
        "deadtime" => &mut membership.dead_time,
        "warntime" => &mut membership.warn_time,
        "initdead" => &mut membership.initial_dead_time,
        "deadping" => &mut membership.ping_dead_time,
        _ => return None,
    })
}

/// A time as heartbeat 3 reads it: digits and dots, then nothing, `ms...` or `us...` in any case.
fn parse(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let unit = unit.to_ascii_lowercase();
    // Only the beginning of the unit is compared: `2msfoo` passes.
    match unit.get(..2) {
        Some("ms") => scaled(number, 1e-3),
        Some("us") => scaled(number, 1e-6),
        _ if unit.is_empty() => scaled(number, 1.0),
        _ => None,
    }
}

/// A time with the units that people write.
fn meant(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let unit = unit.to_ascii_lowercase();
    let (_, factor) = UNITS.iter().find(|(names, _)| names.contains(&unit.as_str()))?;
    scaled(number, *factor)
}

/// Number and unit; `None` without any digit or dot in front.
fn split(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at_checked(end).filter(|(number, _)| !number.is_empty())
}

/// `number` times `factor` seconds, rounded to the nearest millisecond.
fn scaled(number: &str, factor: f64) -> Option<Duration> {
    // As atof does, the number ends at its second dot; a dot alone is zero.
    let end = number.match_indices('.').nth(1).map_or(number.len(), |(at, _)| at);
    let digits = number.get(..end)?;
    let value: f64 = if digits == "." { 0.0 } else { digits.parse().ok()? };
    let time = Duration::try_from_secs_f64(value * factor).ok()?;
    Some(Duration::from_millis(milliseconds(time)))
}

const KNOWN_UNITS: &str = "seconds have no unit; `ms` and `us` follow the number directly";
/// Units that are meant as what they say, in seconds.
const UNITS: &[(&[&str], f64)] = &[
    (&["", "s", "sec", "secs", "second", "seconds"], 1.0),
    (&["m", "min", "mins", "minute", "minutes"], 60.0),
    (&["h", "hour", "hours"], 3600.0),
    (&["ms", "msec", "msecs", "millisecond", "milliseconds"], 1e-3),
    (&["us", "usec", "usecs", "microsecond", "microseconds"], 1e-6),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_heartbeat_does() {
        let ms = |text| parse(text).map(milliseconds);
        assert_eq!(ms("2"), Some(2000));
        assert_eq!(ms(".5"), Some(500));
        assert_eq!(ms("1500MS"), Some(1500));
        assert_eq!(ms("2msfoo"), Some(2));
        assert_eq!(ms("500us"), Some(1));
        assert_eq!(ms("499us"), Some(0));
        for bad in ["2s", "2sec", "1min", "1e3", "-1", "abc", ""] {
            assert_eq!(ms(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_with_other_units_are_read_as_meant() {
        let ms = |text| meant(text).map(milliseconds);
        assert_eq!(ms("2s"), Some(2000));
        assert_eq!(ms("1min"), Some(60_000));
        assert_eq!(ms("1e3"), None);
        assert_eq!(ms("99999999999999999999h"), None);
    }
}
