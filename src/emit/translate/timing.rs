//! Dead times: heartbeat's silence, VRRP's intervals.
//!
//! A backup of priority P with interval A and count n takes over `n*A + skew` after the last
//! advertisement. The skew is (256-P)/256 seconds in version 2 (RFC 3768 section 6.1) and that
//! fraction of A in version 3 (RFC 9568 section 6.1). heartbeat takes over after `deadtime`.

use std::time::Duration;

use super::arbitration::Ranks;
use super::resources;
use crate::emit::{Account, Feature, Target};
use crate::model::{Cluster, Family, Located, Sourced, VrrpVersion, show_seconds};
use crate::source::codes::conversion;

/// VRRP's answer to `keepalive` and `deadtime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Protocol version.
    pub version: VrrpVersion,
    /// Time between advertisements.
    pub interval: Duration,
    /// Intervals until the master counts as dead; 3 where the target cannot say another number.
    pub down_count: u8,
    /// Time from the last advertisement to take-over.
    pub takeover: Duration,
}

impl Timing {
    /// The timing nearest to `keepalive` and `dead_time` for a backup of `priority`.
    ///
    /// Version 2 is preferred because only it has authentication before keepalived 2.4, but it
    /// counts whole seconds. `adjustable` tells whether `down_timer_adverts` exists; the interval grows
    /// where it cannot count far enough.
    pub fn nearest(
        keepalive: Duration,
        dead_time: Duration,
        priority: u8,
        adjustable: bool,
    ) -> Self {
        let interval = keepalive.as_secs_f64();
        let dead = dead_time.as_secs_f64();
        let fraction = f64::from(256 - u16::from(priority)) / 256.0;
        let whole_seconds = keepalive.subsec_nanos() == 0 && !keepalive.is_zero();
        let version = if whole_seconds || interval > LONGEST_V3 {
            VrrpVersion::Two
        } else {
            VrrpVersion::Three
        };
        let (interval, count) = match (version, adjustable) {
            (VrrpVersion::Two, true) => {
                let least = ((dead - fraction) / (HIGHEST_COUNT + 0.5)).ceil();
                let interval = interval.round().max(least).clamp(1.0, 255.0);
                (interval, ((dead - fraction) / interval).round())
            }
            (VrrpVersion::Three, true) => {
                let least = (dead / (HIGHEST_COUNT + 0.5 + fraction) * 100.0).ceil() / 100.0;
                let interval = centiseconds(interval).max(least).clamp(SHORTEST_V3, LONGEST_V3);
                (interval, (dead / interval - fraction).round())
            }
            (VrrpVersion::Two, false) => {
                (((dead - fraction) / FIXED_COUNT).round().clamp(1.0, 255.0), FIXED_COUNT)
            }
            (VrrpVersion::Three, false) => {
                let interval = centiseconds(dead / (FIXED_COUNT + fraction));
                (interval.clamp(SHORTEST_V3, LONGEST_V3), FIXED_COUNT)
            }
        };
        let count = count.clamp(2.0, HIGHEST_COUNT);
        let skew = if version == VrrpVersion::Two { fraction } else { interval * fraction };
        Self {
            version,
            interval: Duration::from_secs_f64(interval),
            // Clamped to 2..=100 above, so the conversion is exact.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            down_count: count as u8,
            takeover: Duration::from_secs_f64(count * interval + skew),
        }
    }
}

/// Translates the cluster's timing and speaks for its directives.
pub(super) fn apply(
    cluster: &mut Cluster,
    target: Target,
    ranks: &Ranks,
    account: &mut Account,
) -> Timing {
    let adjustable = target.has(Feature::DownTimerAdverts);
    let membership = &cluster.membership;
    let (keepalive, dead_time) =
        (membership.effective_interval(), membership.effective_dead_time());
    let mut timing = Timing::nearest(keepalive, dead_time, ranks.second(), adjustable);
    if has_only_ipv6_group(cluster) && timing.version == VrrpVersion::Two {
        // One version for all groups keeps the numbers in the report true for each of them.
        timing = version_three(keepalive, dead_time, ranks.second(), adjustable);
    }

    if timing.interval == keepalive {
        account.exact(membership.interval.map(|t| t.at).unwrap_or_default(), "advert_int");
    } else {
        let mut note =
            format!("{} s becomes {} s", show_seconds(keepalive), show_seconds(timing.interval));
        if adjustable && timing.interval > keepalive && dead_time > keepalive * 100 {
            note.push_str(
                ": `down_timer_adverts` counts to 100 at most, and the dead time is longer",
            );
        }
        account.changed(at(membership.interval), conversion::TIMING, "advert_int", &note);
    }
    let note = format!(
        "dead time {} s becomes {} s: {} advertisements of {} s, and the skew of priority {}",
        show_seconds(dead_time),
        tenths(timing.takeover),
        timing.down_count,
        show_seconds(timing.interval),
        ranks.second(),
    );
    let becomes = if adjustable { "down_timer_adverts" } else { "advert_int" };
    account.changed(at(membership.dead_time), conversion::TIMING, becomes, &note);
    if !adjustable {
        let note = format!("keepalived {} always waits for 3 advertisements", target.version);
        account.changed(at(membership.dead_time), conversion::VERSION_TOO_OLD, "advert_int", &note);
    }
    account.lossy(
        at(membership.warn_time),
        conversion::NO_LATE_WARNING,
        "",
        &["keepalived does not warn about late advertisements; watch keepalived.stats"],
    );
    startup(cluster, timing, account);
    timing
}

/// `initdead` becomes the normal dead time. `vrrp_startup_delay` would be its nearest relative, but in keepalived
/// 2.2.7 every advertisement of a living peer during that delay postpones the take-over by another dead time (measured:
/// 5 s of delay and 1 s advertisements make 20 s of 8.4), so that a preferred director would not get its address back.
fn startup(cluster: &Cluster, timing: Timing, account: &mut Account) {
    let initial = cluster.membership.effective_initial_dead_time();
    let place = at(cluster.membership.initial_dead_time);
    let longer = initial.checked_sub(timing.takeover).is_some_and(|delay| delay >= MILLISECOND);
    if !longer {
        account.needless(place, "not longer than the normal dead time");
        return;
    }
    // An unwritten initdead is heartbeat's caution about its own slow start, not a wish.
    if place.is_none() {
        return;
    }
    let note = format!(
        "a director that boots alone takes the address after {} s, not after {} s",
        tenths(timing.takeover),
        show_seconds(initial),
    );
    account.lossy(place, conversion::STARTUP_SILENCE, "", &[&note]);
}

/// Version 3 even for whole seconds, as IPv6 needs it.
fn version_three(
    keepalive: Duration,
    dead_time: Duration,
    priority: u8,
    adjustable: bool,
) -> Timing {
    // One nanosecond more than whole seconds selects version 3 and rounds away again.
    let capped = keepalive.min(Duration::from_secs_f64(LONGEST_V3) - MILLISECOND);
    Timing::nearest(capped + Duration::from_nanos(1), dead_time, priority, adjustable)
}

fn has_only_ipv6_group(cluster: &Cluster) -> bool {
    cluster.routers.iter().any(|router| resources::family(router) == Family::V6)
}

fn at<T: Copy>(value: Option<Sourced<T>>) -> Option<crate::source::Place> {
    value.place()
}

/// Seconds with one decimal at most, for comparisons between two times; shorter ones with all digits.
fn tenths(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        return show_seconds(time);
    }
    show_seconds(Duration::from_millis((time.as_millis() as u64 + 50) / 100 * 100))
}

fn centiseconds(seconds: f64) -> f64 {
    (seconds * 100.0).round() / 100.0
}

/// VRRPv3's interval field has 12 bits of centiseconds (RFC 9568 section 5.2.7).
const LONGEST_V3: f64 = 40.95;
const SHORTEST_V3: f64 = 0.01;
/// The most that `down_timer_adverts` takes.
const HIGHEST_COUNT: f64 = 100.0;
/// Advertisements that may be missed where no keyword changes it.
const FIXED_COUNT: f64 = 3.0;
const MILLISECOND: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests;
