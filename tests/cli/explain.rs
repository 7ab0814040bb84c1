//! `lvsha explain`.

use super::{Place, snapshot};

#[test]
fn explain_prints_the_page() {
    snapshot!(Place::new().run(&["explain", "LV0005"]));
}

#[test]
fn names_are_as_good_as_numbers() {
    let place = Place::new();
    let by = |name| place.command(&["explain", name]).output().unwrap().stdout;
    assert_eq!(by("lv0005"), by("carriage-return"));
}

#[test]
fn the_list_has_every_code() {
    let output = Place::new().command(&["explain", "--list"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for code in lvsha::source::Code::all() {
        assert!(text.lines().any(|line| line.starts_with(code.id())), "{code}");
    }
}

#[test]
fn explain_of_an_unknown_code_has_a_suggestion() {
    snapshot!(Place::new().run(&["explain", "carrage-return"]));
}

#[test]
fn explain_of_nonsense_names_the_list() {
    snapshot!(Place::new().run(&["explain", "nonsense"]));
}
