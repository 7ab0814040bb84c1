//! Layout: whatever the file, a second time changes nothing, and the meaning stays.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use lvsha::emit::fmt;
use lvsha::source::Sources;
use lvsha::syntax::{Format, detect};

use super::data::{all_files, name_of, relative, root};
use super::from_tables::keepalived::block;
use super::from_tables::share;
use super::meaning;

#[test]
fn a_second_time_changes_nothing() {
    let mut refused = Vec::new();
    let is_of_a_format = |path: &PathBuf| Format::ALL.iter().any(|f| path.ends_with(f.file_name()));
    let paths = all_files(&root().join("tests/cases")).into_iter().filter(is_of_a_format);
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        let mut sources = Sources::new();
        let file = sources.add(name_of(&path), &bytes);
        let Some(format) = detect(sources.get(file)) else { continue };
        match fmt::format(sources.get(file), format) {
            Ok(first) => assert_eq!(again(&first.text, format), first.text, "{}", path.display()),
            Err(_) => refused.push(path),
        }
    }
    refused.sort();
    let refused: Vec<_> = refused.iter().map(|path| relative(path)).collect();
    assert_eq!(refused, REFUSED, "files whose layout carries meaning");
}

proptest! {
    #![proptest_config(share(1, 2))]

    /// Whatever the blanks were, the result has one blank, and means the same.
    #[test]
    fn blanks_do_not_matter(text in block(""), blanks in "[ \t]{1,4}") {
        let scattered = scatter(&text, &blanks);
        let mut sources = Sources::new();
        let file = sources.add("keepalived.conf", scattered.as_bytes());
        let first = fmt::format(sources.get(file), Format::Keepalived).unwrap();
        prop_assert_eq!(&first.kept, &[0_usize; 0]);
        prop_assert_eq!(again(&first.text, Format::Keepalived), first.text.clone());
        prop_assert!(meaning(first.text.as_bytes()) == meaning(text.as_bytes()), "{}", first.text);
    }

    /// No text panics, and what is formatted is formatted.
    #[test]
    fn any_lines_are_formatted_once(
        text in "((vrrp_instance a|b|\\{|\\}|\\$A=b|@c d|#e|\"f  g\"|\\\\|'|!|include x|\u{a0}| |\t|\r|\n){0,3}( |\n)?){0,12}"
    ) {
        for format in Format::ALL {
            let mut sources = Sources::new();
            let file = sources.add(format.file_name(), text.as_bytes());
            if let Ok(first) = fmt::format(sources.get(file), format) {
                prop_assert_eq!(again(&first.text, format), first.text, "{:?}", format);
            }
        }
    }
}

/// The layout of a text that has it already.
fn again(text: &str, format: Format) -> String {
    let mut sources = Sources::new();
    let file = sources.add(format.file_name(), &lvsha::source::text::encode(text));
    fmt::format(sources.get(file), format).unwrap().text
}

/// The same lines with other blanks, as far as they stand outside quotes.
fn scatter(text: &str, blanks: &str) -> String {
    let lines = text.lines().map(|line| {
        let quoted = line.contains(['"', '\'', '\\']);
        let inside = if quoted { line.to_owned() } else { line.replace(' ', blanks) };
        format!("{blanks}{inside}{blanks}\n")
    });
    lines.collect()
}

/// Cases whose layout is what they are about: a comment that a definition goes on behind.
const REFUSED: &[&str] = &["tests/cases/keepalived.conf/definition-with-comments/keepalived.conf"];
