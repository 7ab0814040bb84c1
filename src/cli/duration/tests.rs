use super::*;

#[test]
fn times_have_units() {
    assert_eq!(seconds("0"), Ok(0));
    assert_eq!(seconds("90"), Ok(90));
    assert_eq!(seconds("90s"), Ok(90));
    assert_eq!(seconds("15m"), Ok(900));
    assert_eq!(seconds("2h"), Ok(7200));
    for wrong in ["", "m", "5mmm", "5ms", "5 m", "+5m", "-5", "soon", "99999999999999999h"] {
        assert!(seconds(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_age_has_its_two_largest_units() {
    let told = |seconds| rough(Duration::from_secs(seconds));
    assert_eq!(told(0), "0 s");
    assert_eq!(told(59), "59 s");
    assert_eq!(told(90), "1 min 30 s");
    assert_eq!(told(185), "3 min 5 s");
    assert_eq!(told(3_600), "1 h");
    assert_eq!(told(3_605), "1 h");
    assert_eq!(told(90_061), "1 d 1 h");
    assert_eq!(rough(Duration::MAX), "213503982334601 d 7 h");
}

#[test]
fn tenths_are_told_below_a_minute() {
    assert_eq!(rough_seconds(0.4), "0.4 s");
    assert_eq!(rough_seconds(0.04), "0 s");
    assert_eq!(rough_seconds(12.34), "12.3 s");
    assert_eq!(rough_seconds(59.96), "1 min");
    assert_eq!(rough_seconds(90.4), "1 min 30 s");
    assert_eq!(rough_seconds(-1.0), "0 s");
    assert_eq!(rough_seconds(f64::NAN), "0 s");
}
