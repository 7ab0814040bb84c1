//! `lvsha daemon` instead of the programs that a file was written for: the same drill, and the same behaviour.

use std::ops::RangeInclusive;

use super::keepalived::experiment_2;
use super::same::{codes, list};
use super::{drill, heartbeat};
use crate::behaviour::{Aspect, Behaviour, Difference};
use crate::world::{Lab, Stack, converted, converted_to_heartbeat, rendered};

/// What a document of ours says about a difference, and how many seconds later lvsha may be by that: below zero it must
/// be earlier.
struct Named {
    aspect: Aspect,
    later: RangeInclusive<f64>,
    words: &'static str,
}

pub(super) fn of_keepalived_with_the_same_file(lab: &Lab) {
    let before = drill::known(lab, &experiment_2());
    let after = drill::known(lab, &experiment_2().on_lvsha());
    only_as_written(lab, &before, &after, NOTHING, &[]);
}

pub(super) fn of_keepalived_with_the_file_converted_to_heartbeat(lab: &Lab) {
    let before = drill::known(lab, &experiment_2());
    let (stack, report) = converted_to_heartbeat(lab, "experiment-2");
    let after = drill::known(lab, &stack.on_lvsha());
    only_as_written(lab, &before, &after, &report, &[]);
}

pub(super) fn of_keepalived_with_the_inventory_that_rendered_its_files(lab: &Lab) {
    let before = drill::known(lab, &rendered(lab));
    let after = drill::known(lab, &Stack::inventory());
    only_as_written(lab, &before, &after, NOTHING, &[]);
}

pub(super) fn of_heartbeat_with_the_same_files(lab: &Lab) {
    let stack = Stack::heartbeat("experiment-1");
    let before = drill::known(lab, &stack);
    let after = drill::known(lab, &stack.on_lvsha());
    only_as_written(lab, &before, &after, NOTHING, &OF_HEARTBEAT);
}

pub(super) fn of_heartbeat_with_the_files_converted_to_keepalived(lab: &Lab) {
    let before = drill::known(lab, &Stack::heartbeat("experiment-1"));
    let (stack, report) = converted(lab, "experiment-1");
    let after = drill::known(lab, &stack.on_lvsha());
    only_as_written(lab, &before, &after, &report, &OF_HEARTBEAT);
}

/// Every difference is one that the report of the conversion, or a document, speaks of.
fn only_as_written(
    lab: &Lab,
    before: &Behaviour,
    after: &Behaviour,
    report: &str,
    named: &[Named],
) {
    let codes = codes(report);
    let is_named = |difference: &Difference| {
        named.iter().any(|named| {
            assert!(DOCUMENT.contains(named.words), "the document does not say `{}`", named.words);
            let seconds = |behaviour: &Behaviour| behaviour.measured(named.aspect).as_secs_f64();
            named.aspect == difference.aspect
                && named.later.contains(&(seconds(after) - seconds(before)))
        })
    };
    let differences = before.differences(after);
    lab.note(format!("{}: {} differences", after.stack, differences.len()));
    let mut silent = Vec::new();
    for difference in differences {
        if difference.announced(&codes) || is_named(&difference) {
            lab.note(format!("as written: {difference}"));
        } else {
            silent.push(difference);
        }
    }
    assert!(silent.is_empty(), "{}: nobody says this:\n{}", after.stack, list(&silent));
}

/// heartbeat's files under lvsha. Its scripts take seconds of an emulated machine.
const OF_HEARTBEAT: [Named; 4] = [
    Named {
        aspect: Aspect::TakeOver,
        later: -SCRIPTS..=0.0,
        words: "the address does not wait for scripts",
    },
    Named { aspect: Aspect::HandOver, later: -SCRIPTS..=0.0, words: "then in less than a second" },
    Named {
        aspect: Aspect::FailBack,
        later: -SCRIPTS..=heartbeat::DEADTIME,
        words: "takes it back after its dead time",
    },
    Named { aspect: Aspect::FailBackGap, later: -SCRIPTS..=0.0, words: "without a gap" },
];
/// The allowance for them, in seconds.
const SCRIPTS: f64 = crate::formula::SCRIPTS.as_secs() as f64;

/// The report of no conversion.
const NOTHING: &str = r#"{"directives": []}"#;

/// Where differences are named.
const DOCUMENT: &str = include_str!("../../../docs/compatibility.md");
