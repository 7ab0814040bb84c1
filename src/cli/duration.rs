//! Times as people type and read them.

use std::time::Duration;

/// `90`, `90s`, `15m`, `2h` as seconds.
pub(super) fn seconds(text: &str) -> Result<u64, String> {
    let unit = UNITS.iter().find_map(|(unit, factor)| Some((text.strip_suffix(*unit)?, *factor)));
    let (digits, factor) = unit.unwrap_or((text, 1));
    // `parse` takes a sign, too.
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse::<u64>().ok().filter(|_| is_number);
    let number = number.and_then(|number| number.checked_mul(factor));
    number.ok_or_else(|| "a number of seconds, or with `s`, `m` or `h` behind it".to_owned())
}

/// The two largest units: `3 h 12 min`; below a minute the tenths, where there are any.
pub(super) fn rough(age: Duration) -> String {
    let tenths = age.as_millis().saturating_add(50) / 100;
    if tenths < 600 && !tenths.is_multiple_of(10) {
        return format!("{}.{} s", tenths / 10, tenths % 10);
    }
    let seconds = tenths / 10;
    let largest = SIZES.iter().position(|(size, _)| seconds >= *size).unwrap_or(SIZES.len() - 1);
    let mut rest = seconds;
    let mut words = Vec::new();
    for (size, unit) in SIZES.iter().skip(largest).take(2) {
        let count = rest / size;
        rest %= size;
        if count > 0 || words.is_empty() {
            words.push(format!("{count} {unit}"));
        }
    }
    words.join(" ")
}

/// [`rough`] for what the daemon counts in seconds; what is no time at all is none.
pub(super) fn rough_seconds(seconds: f64) -> String {
    rough(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

const UNITS: [(char, u64); 3] = [('s', 1), ('m', 60), ('h', 3_600)];
const SIZES: [(u128, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];

#[cfg(test)]
mod tests;
