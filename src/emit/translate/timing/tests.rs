use super::*;

/// The worked examples of the mapping table, priority of the backup 100.
#[test]
fn worked_examples_come_out() {
    // keepalive ms, deadtime ms, adjustable -> version, interval ms, count, takeover ms
    let table = [
        (2_000, 30_000, true, VrrpVersion::Two, 2_000, 15, 30_609),
        (1_000, 5_000, true, VrrpVersion::Two, 1_000, 4, 4_609),
        (500, 2_000, true, VrrpVersion::Three, 500, 3, 1_804),
        (2_000, 30_000, false, VrrpVersion::Two, 10_000, 3, 30_609),
        (500, 2_000, false, VrrpVersion::Three, 550, 3, 1_985),
        (1, 3, true, VrrpVersion::Three, 10, 2, 26),
        (1_000, 300_000, true, VrrpVersion::Two, 3_000, 100, 300_609),
        (500, 60_000, true, VrrpVersion::Three, 600, 99, 59_765),
        (1_000, 100_000, true, VrrpVersion::Two, 1_000, 99, 99_609),
        (1_000, 100_609, true, VrrpVersion::Two, 1_000, 100, 100_609),
        (1_000, 90_000_000, true, VrrpVersion::Two, 255_000, 100, 25_500_609),
        (60_000, 600_000, true, VrrpVersion::Two, 60_000, 10, 600_609),
    ];
    for (keepalive, dead, adjustable, version, interval, count, takeover) in table {
        let got = Timing::nearest(
            Duration::from_millis(keepalive),
            Duration::from_millis(dead),
            100,
            adjustable,
        );
        assert_eq!((got.version, got.down_count), (version, count), "{keepalive}/{dead}: {got:?}");
        assert_eq!(got.interval, Duration::from_millis(interval), "{keepalive}/{dead}");
        assert_eq!(got.takeover.as_millis(), takeover, "{keepalive}/{dead}");
    }
}

#[test]
fn ipv6_keeps_whole_seconds_in_version_three() {
    let timing = version_three(Duration::from_secs(2), Duration::from_secs(30), 100, true);
    assert_eq!((timing.version, timing.interval), (VrrpVersion::Three, Duration::from_secs(2)));
    let slow = version_three(Duration::from_secs(60), Duration::from_secs(600), 100, true);
    assert_eq!(slow.version, VrrpVersion::Three);
}

#[test]
fn times_in_comparisons_have_one_decimal() {
    assert_eq!(tenths(Duration::from_millis(30_609)), "30.6");
    assert_eq!(tenths(Duration::from_millis(5_000)), "5");
}
