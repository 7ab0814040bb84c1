use super::*;

#[test]
fn an_age_is_told_as_a_moment_and_in_its_two_largest_units() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(100_000);
    let told = |seconds| since(Duration::from_secs(seconds), now);
    assert_eq!(told(0), "since Fri, 02 Jan 1970 03:46:40 GMT (0 s)");
    assert_eq!(told(90_061), "since Thu, 01 Jan 1970 02:45:39 GMT (1 d 1 h)");
    // A machine that claims to be older than time itself is not worth a panic.
    assert!(told(u64::MAX).starts_with("since Thu, 01 Jan 1970 00:00:00 GMT"));
}
