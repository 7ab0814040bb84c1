use super::*;

#[test]
fn standard_priorities_fall_and_stay_legal() {
    let all: Vec<u8> = (0..30).map(standard_priority).collect();
    assert_eq!(all[..3], [150, 140, 130]);
    assert!(all[..24].windows(2).all(|pair| pair[0] > pair[1]), "{all:?}");
    assert!(all.iter().all(|priority| *priority >= 1));
}
