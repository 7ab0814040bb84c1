use super::*;
use crate::source::codes::keepalived::{DEPRECATED, GIVEN_TWICE};
use crate::source::{Place, Sources, Span};

/// With and without a thread the same is found, and what is said once per file is said once.
#[test]
fn two_searches_find_what_one_after_the_other_finds() {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", b"text of a file");
    let places: Vec<Place> = (0..6).map(|at| file.at(Span::new(at, at + 1))).collect();
    let search = |places: &[Place], findings: &mut Findings| {
        for at in places {
            findings.push(Diagnostic::new(GIVEN_TWICE, *at, "twice"));
            findings.push_once_per_file(Diagnostic::new(DEPRECATED, *at, "old"));
        }
    };
    let (left, right) = places.split_at(2);
    let found = [0, MANY_LINES].map(|lines| {
        let mut findings = Findings::new();
        search(&places[..1], &mut findings);
        findings.beside(lines, |f| search(left, f), |f| search(right, f));
        findings.sorted()
    });
    assert_eq!(found[0], found[1]);
    let old: Vec<_> = found[1].iter().filter(|finding| finding.code == DEPRECATED).collect();
    assert_eq!(old.len(), 1);
    assert_eq!(old[0].occurrences, 7);
}
