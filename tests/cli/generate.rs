//! Manual pages and completions, which the installation writes.

use super::Place;

#[test]
fn every_shell_has_a_completion_script() {
    for shell in ["bash", "fish", "zsh"] {
        let output = Place::new().command(&["completions", shell]).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && script.contains("explain"), "{shell}");
        assert!(script.contains("LV0001"), "{shell}: the codes are offered");
        assert!(!script.contains("completions"), "{shell}: commands of the installation are not");
    }
}

/// What bash is told where nothing is typed yet: nothing, so that it offers files.
#[test]
fn bash_offers_files_before_a_letter_is_typed() {
    let place = Place::new();
    let output = place.command(&["completions", "bash"]).output().unwrap();
    let script = String::from_utf8(output.stdout).unwrap();
    let ask = "offer() { COMP_WORDS=(\"$@\"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()\n\
        _lvsha lvsha \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"; echo \"${COMPREPLY[*]}\"; }\n\
        offer lvsha check ''; offer lvsha ctl ''; offer lvsha check --ou; offer lvsha explain LV000; \
        offer lvsha explain advert\n";
    let mut bash = std::process::Command::new("bash");
    let output = bash.args(["-c", &format!("{script}\n{ask}")]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let said: Vec<&str> = said.lines().collect();
    let [files, commands, options, codes, keywords] = said[..] else { panic!("{said:?}") };
    assert_eq!((files, options, keywords), ("", "--output", "advert_int"));
    assert!(commands.contains("drain") && codes.contains("LV0001 LV0002"), "{commands} {codes}");
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
    assert!(!drain.contains("default: ]"), "no reason is no default: {drain}");
    assert!(drain.contains("no daemon answers") && drain.contains("lvsha\\-ctl(1)"), "{drain}");
}

/// The line at the foot of a page.
#[test]
fn every_manual_page_is_of_this_program() {
    let place = Place::new();
    place.run(&["man", "--out", "man1"]);
    let wanted = format!("\"lvsha {}\"", env!("CARGO_PKG_VERSION"));
    for page in super::data::files(&place.0.path().join("man1")) {
        let text = std::fs::read_to_string(place.0.path().join("man1").join(&page)).unwrap();
        let title = text.lines().find(|line| line.starts_with(".TH")).unwrap();
        assert!(title.contains(&wanted), "{}: {title}", page.display());
    }
}

#[test]
fn the_help_names_the_commands_of_the_installation() {
    let shown = Place::new().run(&["--help"]);
    for command in ["lvsha man --out DIR", "lvsha completions SHELL"] {
        assert!(shown.contains(command), "{shown}");
    }
}

#[test]
fn a_directory_that_cannot_be_made_is_said() {
    let place = Place::new().file("taken", "a file");
    let shown = place.run(&["man", "--out", "taken/man1"]);
    assert!(shown.contains("exit code: 2") && shown.contains("`taken/man1`"), "{shown}");
}
