use crate::source::{FileId, Sources};
use crate::syntax::{self, Format, Kind, Tree};

fn parse(text: &str) -> (Sources, FileId, Tree) {
    let mut sources = Sources::new();
    let file = sources.add("ha.cf", text.as_bytes());
    let tree = syntax::parse(&mut sources, file, Format::HaCf);
    (sources, file, tree)
}

fn lines(text: &str) -> Vec<(Kind, Vec<String>)> {
    let (sources, file, tree) = parse(text);
    let text = sources.get(file).text();
    tree.walk(text)
        .map(|n| (n.kind(), n.words().map(|w| w.value().into_owned()).collect()))
        .collect()
}

#[test]
fn words_end_at_blanks_of_every_kind_and_at_a_number_sign() {
    let line = |words: &[&str]| (Kind::Directive, words.iter().map(|w| (*w).to_owned()).collect());
    assert_eq!(
        lines("keepalive\u{A0}\u{3000}2#two\nnode a,b\r\n ｎｏｄｅ\tc"),
        [line(&["keepalive", "2"]), line(&["node", "a,b"]), line(&["node", "c"])]
    );
}

#[test]
fn lines_that_begin_with_no_letter_are_junk() {
    let kinds: Vec<Kind> = lines("=====\n心跳 2\n# c\n\n ").into_iter().map(|l| l.0).collect();
    assert_eq!(kinds, [Kind::Junk, Kind::Junk, Kind::Blank, Kind::Blank, Kind::Blank]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_word() {
    let (sources, file, tree) = parse("\u{FEFF}node a\n");
    let text = sources.get(file).text();
    assert_eq!(tree.top(text).next().and_then(|n| n.word(0)).map(|w| w.raw()), Some("node"));
}

#[test]
fn fencing_passwords_are_secrets() {
    for word in ["stonith_host", "Stonith_Host"] {
        let (sources, file, tree) = parse(&format!("{word} * baytech 10.0.0.9 user SECRET\n"));
        let node = tree.top(sources.get(file).text()).next().expect("one line");
        assert!(!sources.get(file).shown(node.span()).contains("SECRET"));
    }
}
