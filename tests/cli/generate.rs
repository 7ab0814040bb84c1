//! Manual pages and completions, which the installation writes.

use super::Place;

#[test]
fn every_shell_has_a_completion_script() {
    for shell in ["bash", "fish", "zsh"] {
        let output = Place::new().command(&["completions", shell]).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && script.contains("explain"), "{shell}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let place = Place::new();
    let shown = place.run(&["man", "--out", "man/man1"]);
    for page in ["lvsha.1", "lvsha-check.1", "lvsha-explain.1"] {
        assert!(shown.contains(&format!("made: man/man1/{page}\n")), "{shown}");
    }
    let main = std::fs::read_to_string(place.0.path().join("man/man1/lvsha.1")).unwrap();
    assert!(main.contains(".SH \"EXIT STATUS\"") && !main.contains("EXTRA"), "{main}");
    assert!(main.contains("lvsha\\-check(1)"), "{main}");
    let plan = std::fs::read_to_string(place.0.path().join("man/man1/lvsha-plan.1")).unwrap();
    assert!(plan.contains("there is something to do") && plan.contains("lvsha(1)"), "{plan}");
    assert!(plan.contains("[\\-\\-save FILE]") && plan.contains("INVENTORY"), "{plan}");
    let drain = std::fs::read_to_string(place.0.path().join("man/man1/lvsha-ctl-drain.1")).unwrap();
    assert!(drain.contains("no daemon answers") && drain.contains("lvsha\\-ctl(1)"), "{drain}");
}

#[test]
fn a_directory_that_cannot_be_made_is_said() {
    let place = Place::new().file("taken", "a file");
    let shown = place.run(&["man", "--out", "taken/man1"]);
    assert!(shown.contains("exit code: 2") && shown.contains("`taken/man1`"), "{shown}");
}
