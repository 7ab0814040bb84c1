use super::*;
use crate::source::codes::conversion;
use crate::source::{FileId, Span};

fn account(units: &[(u32, u32)]) -> (Account, FileId) {
    let file = Sources::new().add("t", b"");
    let units = units.iter().map(|(start, end)| Unit {
        at: file.at(Span::new(*start, *end)),
        within: NOWHERE,
        outcome: None,
    });
    (
        Account {
            units: units.collect(),
            lines: Vec::new(),
            outcomes: Vec::new(),
            numbers: HashMap::new(),
            growing: HashMap::new(),
        },
        file,
    )
}

fn at(file: FileId, start: u32) -> Option<Place> {
    Some(file.at(Span::new(start, start + 1)))
}

#[test]
fn the_worst_mark_wins_and_every_note_stays() {
    let (mut account, file) = account(&[(0, 10), (12, 20)]);
    account.changed(at(file, 4), conversion::TIMING, "advert_int", "first");
    account.exact(at(file, 0), "advert_int");
    account.lossy(at(file, 5), conversion::PATH_LOST, "", &["second", "first"]);
    let (_, outcome) = account.entries().next().expect("one unit is known");
    assert_eq!((outcome.mark, outcome.notes.join(",")), (Mark::Lossy, "first,second".to_owned()));
    assert_eq!(outcome.becomes, "advert_int");
    assert_eq!(account.count(Mark::Exact), 0);
}

#[test]
fn nothing_is_left_open() {
    let (mut account, file) = account(&[(0, 10), (12, 20), (22, 30)]);
    account.exact(at(file, 12), "x");
    account.close(conversion::NOT_UNDERSTOOD, |place| place.span.start == 0);
    let notes: Vec<_> = account.entries().map(|(_, outcome)| outcome.notes.concat()).collect();
    assert_eq!(notes, ["not understood; see the diagnostic about this line", "", UNACCOUNTED]);
}

#[test]
fn a_place_between_two_units_belongs_to_none() {
    let (mut account, file) = account(&[(0, 10), (20, 30)]);
    account.exact(at(file, 15), "x");
    assert_eq!(account.entries().count(), 0);
    assert!(!account.knows(file.at(Span::new(0, 1))));
}

#[test]
fn what_stands_in_a_block_that_was_not_understood_is_not_understood() {
    let (mut account, file) = account(&[(0, 10), (12, 20)]);
    if let Some(inner) = account.units.get_mut(1) {
        inner.within = 0;
    }
    account.close(conversion::NOT_UNDERSTOOD, |place| place == file.at(Span::new(0, 10)));
    let notes: Vec<_> = account.entries().map(|(_, outcome)| outcome.notes.concat()).collect();
    assert_eq!(notes.last().map(String::as_str), Some("belongs to a line that was not understood"));
}

/// A global line that ten thousand services speak for, each with a note of its own.
#[test]
fn notes_of_many_steps_are_kept_once() {
    let (mut account, file) = account(&[(0, 10), (12, 20)]);
    let say = |account: &mut Account, unit: u32, count: usize| {
        for number in 0..count {
            account.changed(at(file, unit), conversion::TIMING, "x", &format!("port {number}"));
        }
    };
    say(&mut account, 0, 2_000);
    // Said again it changes nothing, and another unit of the same beginning has its own end.
    say(&mut account, 0, 2_000);
    say(&mut account, 12, 20);
    account.lossy(at(file, 12), conversion::PATH_LOST, "", &["port 3", "last"]);
    let found: Vec<_> = account.entries().map(|(_, outcome)| outcome.clone()).collect();
    let lengths: Vec<usize> = found.iter().map(|outcome| outcome.notes.len()).collect();
    assert_eq!(lengths, [2_000, 21]);
    assert_eq!(found[0].notes[1_999], "port 1999");
    assert_eq!((found[1].mark, found[1].notes[20].as_str()), (Mark::Lossy, "last"));
    let kept: usize = account.outcomes.iter().map(|outcome| outcome.notes.len()).sum();
    assert!(kept < 2_100, "{kept} notes for 2021");
}

#[test]
fn an_outcome_that_grows_is_no_one_else_s() {
    let (mut account, file) = account(&[(0, 10), (12, 20)]);
    let notes: Vec<String> = (0..=FEW).map(|number| number.to_string()).collect();
    let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
    for note in &notes {
        account.lossy(at(file, 0), conversion::PATH_LOST, "", &[*note]);
    }
    account.lossy(at(file, 12), conversion::PATH_LOST, "", &notes);
    account.lossy(at(file, 0), conversion::PATH_LOST, "", &["more"]);
    let lengths: Vec<usize> = account.entries().map(|(_, outcome)| outcome.notes.len()).collect();
    assert_eq!(lengths, [FEW + 2, FEW + 1]);
}
