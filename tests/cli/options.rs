//! What holds for every command: help, mistakes in the options, colours, closed pipes.

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
    let refused: [&[&str]; 6] = [
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
