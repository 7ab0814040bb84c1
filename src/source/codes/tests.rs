use std::collections::HashSet;

use super::*;

#[test]
fn numbers_and_names_are_unique_and_well_formed() {
    let mut seen = HashSet::new();
    for code in Code::all() {
        let digits = code.id().strip_prefix("LV").expect("codes start with LV");
        assert!(digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()), "{code}");
        assert!(
            code.name().bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit())
        );
        assert!(seen.insert(code.id()), "{code} twice");
        assert!(seen.insert(code.name()), "{} twice", code.name());
    }
}

#[test]
fn every_code_has_a_page_that_says_what_to_do() {
    for code in Code::all() {
        assert!(code.page().len() > 120, "{code}: the page is too short to help");
        assert!(
            code.page().lines().all(|line| line.chars().count() <= 100),
            "{code}: a line is too long"
        );
        assert!(!code.title().ends_with('.'), "{code}: titles have no full stop");
    }
}

#[test]
fn codes_are_found_by_number_and_name() {
    assert_eq!(Code::find("lv0001").map(Code::name), Some("odd-blank"));
    assert_eq!(Code::find("odd-blank").map(Code::id), Some("LV0001"));
    assert_eq!(Code::find("LV9999"), None);
}
