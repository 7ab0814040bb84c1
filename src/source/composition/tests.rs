use proptest::prelude::*;

use super::{Composition, Expansion, Expansions};
use crate::source::{Sources, Span};

#[test]
fn neighbours_become_one_segment_and_strangers_do_not() {
    let mut sources = Sources::new();
    let file = sources.add("a", b"one two three");
    let mut text = Composition::written(file, 0, "one ");
    text.push_written(file, 4, "two");
    assert_eq!(text.segments.len(), 1);
    text.push_written(file, 8, "three");
    assert_eq!((text.segments.len(), text.text()), (2, "one twothree"));
    assert_eq!(text.editable(4..7), Some(file.at(Span::new(4, 7))));
    assert_eq!(text.editable(4..8), None);
}

#[test]
fn a_nested_expansion_shows_the_outer_use_and_names_both_definitions() {
    let mut sources = Sources::new();
    let file = sources.add("a", b"$A=in\n$B=x$A\nuse $B\n");
    let place = |from, to| file.at(Span::new(from, to));
    let mut expansions = Expansions::default();
    let outer = expansions.intern(Expansion {
        name: "$B".into(),
        at: place(17, 19),
        definition: Some(place(6, 9)),
        within: None,
    });
    let inner = expansions.intern(Expansion {
        name: "$A".into(),
        at: place(10, 12),
        definition: Some(place(0, 3)),
        within: outer,
    });
    let mut line = Composition::written(file, 13, "use ");
    line.push(&Composition::written(file, 9, "x"), 0..1, outer);
    line.push(&Composition::written(file, 3, "in"), 0..2, inner);
    assert_eq!(line.text(), "use xin");
    assert_eq!(line.shown_at(5..7, &expansions), Some(place(17, 19)));
    assert_eq!(line.shown_at(0..7, &expansions), Some(place(13, 19)));
    let trail = line.trail(5..7, &expansions);
    let places: Vec<_> = trail.iter().map(|label| label.at).collect();
    assert_eq!(places, [place(3, 5), place(6, 9)]);
    assert_eq!(line.editable(5..7), None);
    assert!(expansions.is_open("$B", inner) && !expansions.is_open("$C", inner));
}

proptest! {
    /// Whatever is spliced where, every byte that is called written stands in its file.
    #[test]
    fn written_bytes_are_the_bytes_of_the_file(
        steps in prop::collection::vec((0_usize..40, 0_usize..8, 0_usize..40, 0_usize..8), 1..12),
    ) {
        let source = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN0123456789";
        let mut sources = Sources::new();
        let file = sources.add("a", source.as_bytes());
        let part = |from: usize, length: usize| {
            let offset = u32::try_from(from).unwrap();
            Composition::written(file, offset, &source[from..from + length])
        };
        let mut text = part(0, 10);
        let mut wanted = source[..10].to_owned();
        for (at, removed, from, length) in steps {
            let start = at.min(wanted.len());
            let range = start..(start + removed).min(wanted.len());
            wanted.replace_range(range.clone(), &source[from..from + length]);
            text.splice(range, &part(from, length), None);
            prop_assert_eq!(text.text(), &wanted);
        }
        for at in 0..wanted.len() {
            let place = text.editable(at..at + 1).unwrap();
            prop_assert_eq!(place.span.of(source), &wanted[at..=at]);
        }
    }
}
