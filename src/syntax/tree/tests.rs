use super::*;
use crate::source::Sources;

fn span(start: u32, end: u32) -> Span {
    Span::new(start, end)
}

#[test]
fn a_block_prints_head_children_and_tail_in_order() {
    let text = "a {\n b 1\n}\nc\n";
    let file = Sources::new().add("t", text.as_bytes());
    let mut builder = Builder::new(file, text);
    builder.open(&Head { span: span(0, 4), words: vec![span(0, 1)], ..Head::default() });
    builder.leaf(
        Kind::Directive,
        &Head { span: span(4, 9), words: vec![span(5, 6), span(7, 8)], ..Head::default() },
    );
    assert!(builder.close(span(9, 11)));
    builder.leaf(
        Kind::Directive,
        &Head { span: span(11, 13), words: vec![span(11, 12)], ..Head::default() },
    );
    let tree = builder.finish();

    assert_eq!(tree.print(text), text);
    let top: Vec<_> = tree.top(text).map(|n| n.name().into_owned()).collect();
    assert_eq!(top, ["a", "c"]);
    let inner = tree.top(text).next().and_then(|n| n.children().next()).expect("b is inside a");
    assert_eq!(inner.rest().map(Word::raw), Some("1"));
    assert!(!inner.has_body());
}

#[test]
fn a_missing_byte_shows_in_the_print() {
    let text = "ab\n";
    let file = Sources::new().add("t", text.as_bytes());
    let mut builder = Builder::new(file, text);
    builder.leaf(Kind::Directive, &Head { span: span(1, 3), ..Head::default() });
    assert_ne!(builder.finish().print(text), text);
}

#[test]
fn nested_nodes_that_end_together_print_their_tails_inside_out() {
    let text = "a{b{}}";
    let file = Sources::new().add("t", text.as_bytes());
    let mut builder = Builder::new(file, text);
    builder.open(&Head { span: span(0, 2), words: vec![span(0, 1)], ..Head::default() });
    builder.open(&Head { span: span(2, 4), words: vec![span(2, 3)], ..Head::default() });
    builder.close(span(4, 5));
    builder.close(span(5, 6));
    assert!(!builder.close(span(6, 6)));
    assert_eq!(builder.finish().print(text), text);
}

#[test]
fn an_unclosed_block_reaches_to_the_end() {
    let text = "a {\nb\n";
    let file = Sources::new().add("t", text.as_bytes());
    let mut builder = Builder::new(file, text);
    builder.open(&Head { span: span(0, 4), words: vec![span(0, 1)], ..Head::default() });
    builder.leaf(
        Kind::Directive,
        &Head { span: span(4, 6), words: vec![span(4, 5)], ..Head::default() },
    );
    let tree = builder.finish();
    assert!(tree.top(text).next().is_some_and(NodeRef::is_unclosed));
    assert_eq!(tree.print(text), text);
}

#[test]
fn joined_words_stand_where_the_words_stood() {
    let text = "a {\n b 1 2\n\n}\nc\n";
    let mut sources = Sources::new();
    let file = sources.add("t", text.as_bytes());
    let mut tree = crate::syntax::parse(&mut sources, file, crate::syntax::Format::Keepalived);
    let places = |tree: &Tree| tree.walk(text).map(|n| (n.kind(), n.place())).collect::<Vec<_>>();
    let before = places(&tree);
    tree.join_words();
    assert_eq!(places(&tree), before);
    let words: Vec<_> = tree.walk(text).flat_map(NodeRef::words).map(Word::raw).collect();
    assert_eq!(words, ["a", "b 1 2", "c"]);
}
