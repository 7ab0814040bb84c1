//! What holds for every command: help, mistakes in the options, colours, closed pipes.

use std::os::unix::ffi::OsStrExt as _;

use super::{Place, snapshot};

#[test]
fn help_is_a_result() {
    snapshot!(Place::new().run(&["--help"]));
}

#[test]
fn help_of_check() {
    snapshot!(Place::new().run(&["check", "--help"]));
}

#[test]
fn version_is_a_result() {
    snapshot!(Place::new().run(&["--version"]));
}

#[test]
fn a_call_without_arguments_is_a_mistake() {
    let output = Place::new().command(&[]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("Usage:"));
}

#[test]
fn an_unknown_option_is_a_mistake() {
    snapshot!(Place::new().run(&["check", "--outptu", "json", "x"]));
}

#[test]
fn what_an_option_would_not_do_is_refused() {
    let refused: [&[&str]; 7] = [
        &["ctl", "enable", "10.0.0.29:80", "--for", "1h"],
        &["check", "--diff", "--output=json", "x"],
        &["check", "--fix", "--dry-run", "--output=json", "x"],
        &["graph", "site.toml", "--templates", "x"],
        &["verify", "site.toml", "--templates", "x"],
        &["verify", "site.toml", "--requests=0"],
        &["verify", "site.toml", "--requests=10001"],
    ];
    for arguments in refused {
        let output = Place::new().command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let is_about_options = ["cannot be used with", "unexpected argument", "is not in"];
        assert!(is_about_options.iter().any(|words| said.contains(words)), "{said}");
    }
}

#[test]
fn a_closed_pipe_is_no_mistake() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let place = Place::new();
    let output = place.command(&["explain", "--list"]).stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{output:?}");
}

/// `| head` ends the text, neither the work nor what the exit code says of it.
#[test]
fn a_closed_pipe_changes_nothing_but_the_text() {
    let place =
        Place::new().file("keepalived.conf", "vrrp_instance A {\n    state\u{A0}BACKUP\n}\n");
    let code = |arguments: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        place.command(arguments).stdout(writer).output().unwrap().status.code()
    };
    assert_eq!(code(&["check", "keepalived.conf"]), Some(1));
    assert_eq!(code(&["check", "nosuch", "keepalived.conf", "--output", "short"]), Some(2));
    assert_eq!(code(&["check", "--fix", "keepalived.conf"]), Some(1));
    let mended = std::fs::read_to_string(place.0.path().join("keepalived.conf")).unwrap();
    assert!(mended.contains("state BACKUP"), "{mended}");
}

/// The table is in three places, of which README is written by hand.
#[test]
fn the_readme_has_the_exit_codes_of_the_help() {
    let output = Place::new().command(&["--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let readme = include_str!("../../README.md").replace('`', "");
    let rows =
        help.split_once("Exit codes:").unwrap().1.lines().filter(|line| line.starts_with("  "));
    for row in rows {
        let words: Vec<&str> = row.split_whitespace().collect();
        let code = words.iter().position(|word| word.parse::<u8>().is_ok()).unwrap();
        let (place, meaning) = words.split_at(code + 1);
        let wanted = format!("| {} | {} |", place.join(" | "), meaning.join(" "));
        assert!(readme.contains(&wanted), "{wanted}");
    }
}

#[test]
fn a_full_disk_is_said() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let place = Place::new();
    let output = place.command(&["explain", "--list"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write the result"));
}

#[test]
fn colours_follow_option_and_environment() {
    let place = Place::new();
    let coloured = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = place.command(arguments);
        command.envs(environment.iter().copied());
        command.output().unwrap().stdout.contains(&0x1B)
    };
    let auto = ["explain", "LV0001"];
    assert!(!coloured(&auto, &[]), "a pipe has no colours");
    assert!(coloured(&auto, &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&auto, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(coloured(&["--color=always", "explain", "LV0001"], &[]));
    assert!(!coloured(&["explain", "LV0001", "--color=never"], &[("CLICOLOR_FORCE", "1")]));
}

/// Help and mistakes are told before the option is parsed, and it holds for them as well.
#[test]
fn the_option_for_colours_holds_for_help_and_mistakes() {
    let place = Place::new();
    let coloured = |arguments: &[&str]| {
        // As on a terminal.
        let output = place.command(arguments).env("CLICOLOR_FORCE", "1").output().unwrap();
        [output.stdout, output.stderr].concat().contains(&0x1B)
    };
    let plain = |arguments: &[&str]| {
        let output = place.command(arguments).output().unwrap();
        !([output.stdout, output.stderr].concat().contains(&0x1B))
    };
    for words in [&["--help"][..], &["check", "--help"], &["check"], &["nothing"]] {
        let with = |option: &[&'static str]| [option, words].concat();
        assert!(coloured(words) && plain(words), "{words:?}");
        assert!(!coloured(&with(&["--color", "never"])), "{words:?}");
        assert!(!plain(&with(&["--color=always"])), "{words:?}");
    }
    assert!(coloured(&["check", "--nothing", "--", "--color=never"]), "a file may be called so");
    assert!(coloured(&["--color=pink", "check"]), "what is no value says nothing");
}

#[test]
fn a_word_that_is_not_utf8_is_named() {
    let place = Place::new();
    let name = std::ffi::OsStr::from_bytes(b"lw\xFF");
    let output = place.command(&["daemon", "--node"]).arg(name).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("not in UTF-8: `lw\u{FFFD}`") && said.contains("help: "), "{said}");
}
