use std::process::{Command, Stdio};

use super::*;

fn only(purpose: Purpose) -> String {
    let script = GeneratedScript { name: "s".to_owned(), purpose };
    let extras = Extras { scripts: vec![script], ..Extras::default() };
    files(&extras).expect("the built-in templates render").remove(0).text
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// `sh -n` is the judge of what is a shell script.
fn is_shell(text: &str) -> bool {
    let mut shell = Command::new("sh").arg("-n").stdin(Stdio::piped()).spawn().expect("sh runs");
    std::io::Write::write_all(&mut shell.stdin.take().expect("stdin is piped"), text.as_bytes())
        .expect("sh reads");
    shell.wait().expect("sh ends").success()
}

#[test]
fn resources_start_in_order_and_stop_in_reverse() {
    let text = only(Purpose::Resources(vec![words(&["Delay", "3"]), words(&["it's", "a b"])]));
    assert!(is_shell(&text), "{text}");
    let at = |needle: &str| {
        text.find(needle).unwrap_or_else(|| panic!("{needle} is missing in\n{text}"))
    };
    assert!(at("run Delay 3 start") < at(r"run 'it'\''s' 'a b' start"));
    assert!(at(r"run 'it'\''s' 'a b' stop") < at("run Delay 3 stop"));
}

#[test]
fn a_hostile_expression_stays_one_shell_word() {
    let text = only(Purpose::Fetch {
        path: "/$(reboot)?a='b'".to_owned(),
        tls: true,
        host: None,
        expression: "`x` \"y\" $z".to_owned(),
    });
    assert!(is_shell(&text), "{text}");
    assert!(text.contains(r"'/$(reboot)?a='\''b'\'''"), "{text}");
    assert!(text.contains("'`x` \"y\" $z'"), "{text}");
    assert!(text.contains(r#""Host: ""$1""#), "{text}");
}

#[test]
fn options_are_written_only_when_there_are_any() {
    assert!(files(&Extras::default()).expect("nothing to render").is_empty());
    let command_line =
        CommandLine { facility: Some(0), keep_table: true, ..CommandLine::default() };
    let got = files(&Extras { command_line, ..Extras::default() }).expect("renders");
    assert!(got.first().is_some_and(|file| file.text.contains("DAEMON_ARGS=\"-S 0 -I\"\n")));
}
