//! The session that the README shows, run again.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::Place;

#[test]
fn the_session_of_the_readme_is_what_the_program_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let mut place = Place::new();
    for entry in fs::read_dir(root.join("docs/session")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = format!("docs/session/{name}");
        let bytes = fs::read(root.join(&name)).unwrap();
        place = place.file(&name, bytes);
    }
    let blocks = blocks(&readme);
    assert!(blocks.len() >= 2, "the session is missing");
    for block in blocks {
        let (command, shown) = block.split_once('\n').unwrap();
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let output = place.command(&arguments).output().unwrap();
        // Results, then remarks, as a terminal has them.
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(
            fits(&lines(shown), &lines(&said)),
            "`lvsha {command}` does not say\n{shown}\nbut\n{said}"
        );
    }
}

#[test]
fn only_a_marked_cut_may_leave_lines_out() {
    let fits = |shown: &str, said: &str| fits(&lines(shown), &lines(said));
    assert!(fits("a\n...\nd", "a\nb\nc\nd") && fits("...\nb\n  ...", "a\nb\nc"));
    assert!(fits("a\n...\nb", "a\nb\nb"));
    assert!(!fits("a\nc", "a\nb\nc") && !fits("a", "a\nb") && !fits("b", "a\nb"));
}

/// What stands indented behind each `$ lvsha `.
fn blocks(readme: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut is_inside = false;
    for line in readme.lines() {
        let code = if line.is_empty() { Some("") } else { line.strip_prefix("    ") };
        let command = code.and_then(|code| code.strip_prefix("$ lvsha "));
        is_inside = command.is_some() || is_inside && code.is_some();
        if let Some(command) = command {
            blocks.push(format!("{command}\n"));
        } else if let (true, Some(code), Some(block)) = (is_inside, code, blocks.last_mut()) {
            let _ = writeln!(block, "{code}");
        }
    }
    blocks
}

/// Without the empty lines at the end. An odd blank is shown as it is, and copied as an ordinary one.
fn lines(text: &str) -> Vec<String> {
    text.trim_end().lines().map(|line| line.replace('\u{A0}', " ")).collect()
}

/// Whether `said` is `shown`, in which a line `...` stands for any lines.
fn fits(shown: &[String], said: &[String]) -> bool {
    match shown.split_first() {
        None => said.is_empty(),
        Some((cut, shown)) if cut.trim() == "..." => {
            (0..=said.len()).any(|skipped| fits(shown, said.get(skipped..).unwrap_or_default()))
        }
        Some((line, shown)) => {
            said.split_first().is_some_and(|(first, said)| first == line && fits(shown, said))
        }
    }
}
