use proptest::prelude::*;

use super::*;
use crate::run::health::{Failure, Reply};

fn rules(fall: u32, rise: u32) -> Rules {
    let count = |number| NonZeroU32::new(number).unwrap();
    Rules { fall: count(fall), rise: count(rise) }
}

fn answer(success: bool) -> Answer {
    if success { Ok(Reply::new("200 OK")) } else { Err(Failure::new("refused")) }
}

/// The standing after each answer.
fn run(rules: Rules, answers: &[bool]) -> Vec<Standing> {
    let now = Instant::now();
    let mut verdict = Verdict::untested(rules, now);
    let observe = |success: &bool| {
        verdict.observe(&answer(*success), now);
        verdict.standing()
    };
    answers.iter().map(observe).collect()
}

#[test]
fn the_first_answer_decides_at_once() {
    assert_eq!(run(rules(3, 3), &[true]), [Standing::Up]);
    assert_eq!(run(rules(3, 3), &[false]), [Standing::Down]);
}

#[test]
fn two_failures_of_three_are_forgiven_by_one_success() {
    use Standing::{Down, Up};
    let told = run(rules(3, 1), &[true, false, false, true, false, false, false, true]);
    assert_eq!(told, [Up, Up, Up, Up, Up, Up, Down, Up]);
}

#[test]
fn a_soft_failure_is_told_and_confirmed_sooner() {
    let now = Instant::now();
    let mut verdict = Verdict::starting_at(Standing::Up, rules(3, 1), now);
    assert_eq!(verdict.observe(&answer(false), now), Change::Soft(1));
    assert!(verdict.is_confirming());
    assert_eq!(verdict.reply(), Some("refused"));
    assert_eq!(verdict.observe(&answer(true), now), Change::None);
    assert!(!verdict.is_confirming());
}

#[test]
fn a_reload_with_other_counts_keeps_the_standing() {
    let now = Instant::now();
    let mut verdict = Verdict::starting_at(Standing::Down, rules(1, 1), now);
    verdict.set_rules(rules(1, 2));
    assert_eq!(verdict.observe(&answer(true), now), Change::None);
    assert_eq!(verdict.observe(&answer(true), now), Change::WentUp);
}

/// The same in the words of the manual: after each answer, look at the whole history.
fn reference(rules: Rules, answers: &[bool]) -> Vec<Standing> {
    let mut told: Vec<Standing> = Vec::new();
    for end in 1..=answers.len() {
        let history = answers.get(..end).unwrap();
        let newest = history.last() == Some(&true);
        let in_a_row = history.iter().rev().take_while(|answer| **answer == newest).count();
        let needed = if newest { rules.rise } else { rules.fall };
        let enough = in_a_row >= usize::try_from(needed.get()).unwrap();
        let asked_for = if newest { Standing::Up } else { Standing::Down };
        told.push(match told.last() {
            None => asked_for,
            Some(_) if enough => asked_for,
            Some(before) => *before,
        });
    }
    told
}

#[test]
fn a_success_without_a_weight_leaves_it_as_it_was() {
    let mut verdict = Verdict::untested(rules(1, 1), Instant::now());
    let wanted = Some(WeightChange::Set(10));
    let heavy = Ok(Reply { text: "exit code 12".into(), weight: wanted });
    for (answer, expected) in [
        (answer(true), None),
        (heavy, wanted),
        (answer(true), wanted),
        (answer(false), wanted),
        (answer(true), wanted),
    ] {
        verdict.observe(&answer, verdict.since());
        assert_eq!(verdict.weight(), expected);
    }
}

proptest! {
    #[test]
    fn the_machine_and_the_manual_agree(
        fall in 1_u32..5, rise in 1_u32..5,
        answers in proptest::collection::vec(any::<bool>(), 0..40),
    ) {
        let rules = rules(fall, rise);
        prop_assert_eq!(run(rules, &answers), reference(rules, &answers));
    }
}
