use proptest::prelude::*;

use crate::source::{Sources, Span};
use crate::syntax::{Format, NodeRef, Tree, parse};

/// The tree as an outline: `+` a section, `-` what is in it, the words of a node joined by `|`.
fn outline(text: &str) -> Vec<String> {
    let mut sources = Sources::new();
    let file = sources.add("ldirectord.cf", text.as_bytes());
    let tree = parse(&mut sources, file, Format::Ldirectord);
    let text = sources.get(file).text();
    assert_eq!(tree.print(text), text);
    let words = |node: NodeRef<'_>| {
        node.words().map(|word| word.raw()).collect::<Vec<_>>().join("|")
    };
    let mut lines = Vec::new();
    for node in tree.top(text) {
        lines.push(words(node));
        lines.extend(node.children().map(|child| format!("-{}", words(child))));
    }
    lines
}

#[test]
fn a_section_ends_at_a_line_in_the_first_column() {
    let lines = outline("virtual=1\n\treal=a gate\n    service=http\nautoreload=yes\nvirtual = 2\n");
    assert_eq!(
        lines,
        ["virtual|1", "-real|a|gate", "-service|http", "autoreload|yes", "virtual|2"]
    );
}

#[test]
fn a_blank_line_does_not_part_what_can_only_be_in_a_section() {
    let lines = outline("virtual=1\n    real=a gate\n\n    service=http\n\nquiescent=yes\n");
    assert_eq!(
        lines,
        ["virtual|1", "-real|a|gate", "-", "-service|http", "", "quiescent|yes"]
    );
}

#[test]
fn a_word_of_both_places_belongs_to_a_run_that_lost_its_indent() {
    let run = outline("virtual=1\nreal=a gate\n# note\nfallback=b gate\nservice=http\n");
    assert_eq!(run, ["virtual|1", "-real|a|gate", "-", "-fallback|b|gate", "-service|http"]);
    let directly = outline("virtual=1\nfallback=b gate\nreal=a gate\n");
    assert_eq!(directly, ["virtual|1", "-fallback|b|gate", "-real|a|gate"]);
}

#[test]
fn a_word_of_both_places_in_the_first_column_is_global_elsewhere() {
    let after_indented = outline("virtual=1\n    real=a gate\nfallback=b gate\n");
    assert_eq!(after_indented, ["virtual|1", "-real|a|gate", "fallback|b|gate"]);
    let after_blank = outline("virtual=1\nreal=a gate\n\nfallback=b gate\n");
    assert_eq!(after_blank, ["virtual|1", "-real|a|gate", "", "fallback|b|gate"]);
    let after_header = outline("virtual=1\nfallback=b gate\n\nvirtual=2\n    real=a gate\n");
    assert_eq!(after_header, ["virtual|1", "fallback|b|gate", "", "virtual|2", "-real|a|gate"]);
}

#[test]
fn quoted_text_runs_to_the_last_mark_before_a_comment() {
    let lines = outline("virtual=1\n\treal=a gate 1 \"x\", \"y\" # say \"z\"\n\treceive=“a b”\n");
    assert_eq!(lines, ["virtual|1", "-real|a|gate|1|\"x\", \"y\"", "-receive|“a b”"]);
}

#[test]
fn a_full_width_number_sign_is_outside_of_its_comment() {
    let mut sources = Sources::new();
    let file = sources.add("ldirectord.cf", "autoreload＝yes ＃note\n".as_bytes());
    let tree = parse(&mut sources, file, Format::Ldirectord);
    let text = sources.get(file).text();
    let node = tree.top(text).next().expect("one line");
    assert_eq!(node.rest().map(|word| word.raw()), Some("yes"));
    assert_eq!(node.comment().of(text), "note");
}

#[test]
fn passwords_are_hidden_however_the_keyword_is_written() {
    let mut sources = Sources::new();
    let file = sources.add("ldirectord.cf", b"virtual=1\n\tPasswd = \"hunter2\"\n\tsecret=\"x\"\n");
    parse(&mut sources, file, Format::Ldirectord);
    let source = sources.get(file);
    let whole = Span::new(0, u32::try_from(source.text().len()).expect("short"));
    assert!(!source.shown(whole).contains("hunter2"));
}

fn tree_of(text: &str) -> (Sources, Tree) {
    let mut sources = Sources::new();
    let file = sources.add("ldirectord.cf", text.as_bytes());
    let tree = parse(&mut sources, file, Format::Ldirectord);
    (sources, tree)
}

proptest! {
    #[test]
    fn any_text_prints_back(text in "\\PC*") {
        let (sources, tree) = tree_of(&text);
        let file = sources.get(tree.file());
        prop_assert_eq!(tree.print(file.text()), file.text());
    }

    #[test]
    fn any_lines_print_back(
        lines in prop::collection::vec(
            ("[ \t]{0,6}", "(virtual|real|fallback|autoreload|#|=|＃|“|\"|\r|[a-z]{0,3}){0,3}",
             "[ =＝\"#a-z0-9.:\r\u{A0}\u{3000}]{0,12}", "(\n|\r\n|\n\n)"), 0..30)
    ) {
        let text: String = lines.into_iter().map(|(a, b, c, d)| a + &b + &c + &d).collect();
        let (sources, tree) = tree_of(&text);
        let file = sources.get(tree.file());
        prop_assert_eq!(tree.print(file.text()), file.text());
    }
}
