//! Durations as the formats write them.

use std::time::Duration;

/// Whole milliseconds, rounded to the nearest.
pub fn milliseconds(time: Duration) -> u64 {
    u64::try_from((time.as_micros() + 500) / 1000).unwrap_or(u64::MAX)
}

/// The same time, or the next one that whole milliseconds can say.
pub fn up_to_milliseconds(time: Duration) -> Duration {
    let rest = time.subsec_nanos() % 1_000_000;
    let missing = if rest == 0 { 0 } else { 1_000_000 - rest };
    time.saturating_add(Duration::from_nanos(u64::from(missing)))
}

/// Seconds in the shortest decimal form: `2`, `0.5`, `30.61`; milliseconds are the finest step.
pub fn show_seconds(time: Duration) -> String {
    let total = milliseconds(time);
    let (whole, fraction) = (total / 1000, total % 1000);
    if fraction == 0 {
        return whole.to_string();
    }
    format!("{whole}.{fraction:03}").trim_end_matches('0').to_owned()
}

/// Seconds in the shortest decimal form with up to six decimals, as far as keepalived counts.
pub fn show_exact_seconds(time: Duration) -> String {
    decimal(time.as_secs(), time.subsec_micros())
}

/// Milliseconds in the shortest decimal form with up to three decimals.
pub fn show_milliseconds(time: Duration) -> String {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    // Thousandths of the unit, as `decimal` takes millionths.
    decimal(micros / 1000, u32::try_from(micros % 1000).unwrap_or(0) * 1000)
}

fn decimal(whole: u64, millionths: u32) -> String {
    if millionths == 0 {
        return whole.to_string();
    }
    format!("{whole}.{millionths:06}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_written_without_needless_digits() {
        let show = |ms| show_seconds(Duration::from_millis(ms));
        assert_eq!(show(2000), "2");
        assert_eq!(show(500), "0.5");
        assert_eq!(show(30_609), "30.609");
        assert_eq!(show(10_010), "10.01");
    }

    #[test]
    fn exact_times_keep_their_microseconds() {
        let time = Duration::from_micros(1_500_020);
        assert_eq!(show_exact_seconds(time), "1.50002");
        assert_eq!(show_milliseconds(time), "1500.02");
        assert_eq!(show_exact_seconds(Duration::from_secs(60)), "60");
    }
}
