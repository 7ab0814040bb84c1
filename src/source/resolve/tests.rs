use crate::source::codes::characters as codes;
use crate::source::{
    Composition, Diagnostic, Expansion, Expansions, FileId, Findings, Sources, Span,
};

/// The file `pass=key\nuse` and what became of it: `use ` and, out of the definition, `key`.
fn composed() -> (Sources, FileId, FileId) {
    let mut sources = Sources::new();
    let file = sources.add("a", b"pass=key\nuse $p\n");
    let mut expansions = Expansions::default();
    let within = expansions.intern(Expansion {
        name: "$p".into(),
        at: file.at(Span::new(13, 15)),
        definition: Some(file.at(Span::new(0, 5))),
        within: None,
    });
    let mut text = Composition::written(file, 9, "use ");
    text.push(&Composition::written(file, 5, "key"), 0..3, within);
    let composed = sources.add_composed(file, text, expansions);
    (sources, file, composed)
}

#[test]
fn a_secret_is_hidden_where_it_was_written() {
    let (mut sources, file, composed) = composed();
    sources.hide(composed, [Span::new(4, 7)]);
    assert_eq!(sources.get(composed).shown(Span::new(0, 7)), "use ***");
    assert_eq!(sources.get(file).shown(Span::new(0, 8)), "pass=***");
}

#[test]
fn findings_of_every_round_are_one() {
    let (sources, file, composed) = composed();
    let mut findings = Findings::new();
    let key = composed.at(Span::new(4, 7));
    findings.push(Diagnostic::new(codes::FULL_WIDTH, key, "m").fix(key, "x", "t"));
    findings.push(Diagnostic::new(codes::FULL_WIDTH, key, "m"));
    findings.push(Diagnostic::new(codes::FULL_WIDTH, composed.at(Span::new(0, 3)), "m"));
    findings.resolve(&sources);
    let found: Vec<_> = findings.iter().collect();
    let [key, word] = found[..] else { panic!("{found:?}") };
    assert_eq!((key.at, key.occurrences), (Some(file.at(Span::new(13, 15))), 2));
    assert_eq!(key.context[0].at, file.at(Span::new(5, 8)));
    // Text that other uses share is not edited.
    assert_eq!(key.fix, None);
    assert_eq!((word.at, word.context.len()), (Some(file.at(Span::new(9, 12))), 0));
}

#[test]
fn places_of_users_stay() {
    let (sources, file, composed) = composed();
    let place = file.at(Span::new(1, 2));
    assert_eq!(sources.resolve(place), place);
    assert_eq!(sources.describe(composed.at(Span::new(4, 7))), "a:2:5");
}
