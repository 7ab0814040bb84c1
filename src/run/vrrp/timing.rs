//! Skew and down interval (RFC 9568 section 6.1, RFC 3768 section 6.2).

use std::time::{Duration, Instant};

use super::Version;

/// The times of a router, as they follow from priority and the master's interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Protocol version, whose formula differs.
    pub version: Version,
    /// Interval of the master: the own one until another is learnt (A30), always in version 2
    /// (B16).
    pub interval: Duration,
    /// Intervals without an advertisement until the master counts as dead; 3 in the standards.
    pub down_count: u8,
    /// Own priority.
    pub priority: u8,
}

impl Timing {
    /// How much longer than the down count's intervals to wait: the better, the shorter.
    pub fn skew(&self) -> Duration {
        let unit = match self.version {
            Version::Two => Duration::from_secs(1), // B14: not scaled by the interval
            Version::Three => self.interval,        // A28
        };
        unit * (256 - u32::from(self.priority)) / 256
    }

    /// Silence after which the master counts as dead (A29, B15).
    pub fn down_interval(&self) -> Duration {
        self.interval * u32::from(self.down_count) + self.skew()
    }
}

/// The moment `wait` after `now`. A file may ask for more time than clocks can count.
pub(super) fn later(now: Instant, wait: Duration) -> Instant {
    now + wait.min(FOREVER)
}

/// A hundred years.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(version: Version, milliseconds: u64, priority: u8) -> Timing {
        let interval = Duration::from_millis(milliseconds);
        Timing { version, interval, down_count: 3, priority }
    }

    #[test]
    fn version_3_scales_the_skew() {
        // Microseconds, by hand: (256 - priority) * interval / 256.
        let rows = [
            (10, 1, 9_960),
            (10, 254, 78),
            (100, 100, 60_937),
            (1000, 100, 609_375),
            (40_950, 1, 40_790_039),
            (1000, 255, 3_906),
        ];
        for (interval, priority, skew) in rows {
            let timing = timing(Version::Three, interval, priority);
            assert_eq!(timing.skew().as_micros(), skew, "{interval} ms, priority {priority}");
            let down = u128::from(interval) * 3000 + skew;
            assert_eq!(timing.down_interval().as_micros(), down);
        }
    }

    #[test]
    fn version_2_does_not() {
        for interval in [1000, 2000, 255_000] {
            assert_eq!(timing(Version::Two, interval, 100).skew(), Duration::from_micros(609_375));
        }
        let down = timing(Version::Two, 2000, 100).down_interval();
        assert_eq!(down, Duration::from_micros(6_609_375));
    }
}
