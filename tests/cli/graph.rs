//! `lvsha graph`.

use super::Place;

const LAB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/inventories/lab.toml");

#[test]
fn the_ending_tells_the_form() {
    let place = Place::new();
    let drawn = |name: &str| {
        let output = place.command(&["graph", LAB, "-o", name]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        std::fs::read_to_string(place.0.path().join(name)).unwrap()
    };
    assert!(drawn("x.svg").contains("<svg"));
    assert!(drawn("x").contains("<svg"));
    assert!(drawn("x.dot").contains("graph"));
    assert!(drawn("x.mmd").contains("flowchart"));
}

#[test]
fn an_ending_without_a_form_is_refused() {
    let place = Place::new();
    let got = place.run(&["graph", LAB, "-o", "x.png"]);
    assert!(got.contains("exit code: 2"), "{got}");
    assert!(got.contains("error: `.png` is no form of a picture"), "{got}");
    assert!(got.contains("help: end it in .svg, .dot or .mmd"), "{got}");
    assert!(!got.contains("--- made"), "{got}");
    let said = place.command(&["graph", LAB, "--form", "svg", "-o", "x.png"]).output().unwrap();
    assert!(said.status.success(), "{said:?}");
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let got = Place::new().run(&["graph", LAB, "-o", "nowhere/x.svg"]);
    assert!(got.contains("exit code: 2"), "{got}");
    assert!(got.contains("error: cannot write `nowhere/x.svg`: No such file"), "{got}");
    assert!(got.contains("help: make its directory first"), "{got}");
}

#[test]
fn a_picture_replaces_nothing_but_pictures() {
    let place = Place::new().file("notes.svg", "not a picture");
    let drawn = |arguments: &[&str]| {
        let arguments = [&["graph", LAB, "-o"], arguments].concat();
        place.run(&arguments)
    };
    let told = drawn(&["notes.svg"]);
    assert!(told.contains("exit code: 2"), "{told}");
    assert!(told.contains("error: `notes.svg` is no picture that lvsha has drawn"), "{told}");
    let kept = std::fs::read_to_string(place.0.path().join("notes.svg")).unwrap();
    assert_eq!(kept, "not a picture");
    assert!(drawn(&["notes.svg", "--force"]).contains("exit code: 0"));
    for form in ["svg", "mermaid", "dot"] {
        let told = drawn(&["notes.svg", "--form", form]);
        assert!(told.contains("exit code: 0"), "a picture is replaced by a picture: {told}");
    }
}
