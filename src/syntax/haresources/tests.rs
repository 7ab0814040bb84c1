use crate::source::Sources;
use crate::syntax::{self, Format, Kind};

fn groups(text: &str) -> Vec<(Kind, Vec<String>, String)> {
    let mut sources = Sources::new();
    let file = sources.add("haresources", text.as_bytes());
    let tree = syntax::parse(&mut sources, file, Format::Haresources);
    let text = sources.get(file).text();
    tree.walk(text)
        .map(|n| {
            let words = n.words().map(|w| w.raw().to_owned()).collect();
            (n.kind(), words, n.comment().of(text).to_owned())
        })
        .collect()
}

fn group(words: &[&str], comment: &str) -> (Kind, Vec<String>, String) {
    (Kind::Directive, words.iter().map(|w| (*w).to_owned()).collect(), comment.to_owned())
}

#[test]
fn a_backslash_joins_lines_even_with_blanks_or_a_comment_behind_it() {
    assert_eq!(groups("n a \\\n b\nm c"), [group(&["n", "a", "b"], ""), group(&["m", "c"], "")]);
    assert_eq!(groups("n a\\\r\n b"), [group(&["n", "a", "b"], "")]);
    assert_eq!(groups("n a \\ # why\n b"), [group(&["n", "a", "b"], "# why")]);
}

#[test]
fn a_number_sign_on_a_continued_line_is_a_word_as_for_heartbeat() {
    assert_eq!(groups("n a \\\n b # c"), [group(&["n", "a", "b", "#", "c"], "")]);
    assert_eq!(groups("n a # c \\\n"), [group(&["n", "a"], "# c \\")]);
}

#[test]
fn a_backslash_inside_a_word_stays_there() {
    assert_eq!(groups("n a\\b"), [group(&["n", "a\\b"], "")]);
    assert_eq!(groups("n a \\"), [group(&["n", "a"], "")]);
}

#[test]
fn lines_that_cannot_begin_with_a_node_are_junk() {
    let kinds: Vec<Kind> = groups("===\n\\\n{{ x }}\n").into_iter().map(|g| g.0).collect();
    assert_eq!(kinds, [Kind::Junk; 3]);
}
