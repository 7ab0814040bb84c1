//! Behaviour before = behaviour after: the original beside what a conversion made of it, in the same drill.

use std::collections::BTreeSet;

use super::drill;
use super::keepalived::experiment_2;
use crate::behaviour::{Aspect, Behaviour, Difference};
use crate::world::{Lab, Stack, converted, converted_to_heartbeat};

pub(super) fn keepalived_from_heartbeat_behaves_as_heartbeat_did_but_for_what_the_report_says(
    lab: &Lab,
) {
    let conversion = converted(lab, "experiment-1");
    differs_only_as_announced(lab, &Stack::heartbeat("experiment-1"), conversion);
}

pub(super) fn heartbeat_from_keepalived_behaves_as_keepalived_did_but_for_what_the_report_says(
    lab: &Lab,
) {
    let conversion = converted_to_heartbeat(lab, "experiment-2");
    differs_only_as_announced(lab, &experiment_2(), conversion);
}

pub(super) fn a_broken_conversion_to_keepalived_is_noticed(lab: &Lab) {
    let breaks = [
        ("another virtual address", "10.0.0.31/24", "10.0.0.32/24", Aspect::Owner),
        ("another scheduler", "lvs_sched rr", "lvs_sched wlc", Aspect::Table),
        ("another weight", "weight 1", "weight 7", Aspect::Table),
    ];
    let conversion = converted(lab, "experiment-1");
    every_break_is_noticed(lab, &Stack::heartbeat("experiment-1"), conversion, &breaks);
}

pub(super) fn a_broken_conversion_to_heartbeat_is_noticed(lab: &Lab) {
    let breaks = [
        ("another virtual address", "IPaddr2::10.0.0.31", "IPaddr2::10.0.0.32", Aspect::Owner),
        ("another scheduler", "scheduler=rr", "scheduler=wlc", Aspect::Table),
        ("another weight", "10.0.0.29:80 gate 3", "10.0.0.29:80 gate 7", Aspect::Table),
    ];
    let conversion = converted_to_heartbeat(lab, "experiment-2");
    every_break_is_noticed(lab, &experiment_2(), conversion, &breaks);
}

/// Both stacks go through the whole drill, and every difference is one that the conversion's report speaks of.
fn differs_only_as_announced(lab: &Lab, before: &Stack, (after, report): (Stack, String)) {
    let codes = codes(&report);
    let after = drill::known(lab, &after);
    let differences = drill::known(lab, before).differences(&after);
    for difference in &differences {
        let word = if difference.announced(&codes) { "as announced" } else { "NOT ANNOUNCED" };
        lab.note(format!("{word}: {difference}"));
    }
    // Otherwise nothing could be announced at all, and the comparison would prove little.
    assert!(
        differences.iter().any(|difference| difference.aspect == Aspect::StandbyTable),
        "{}",
        list(&differences)
    );
    let silent: Vec<Difference> =
        differences.into_iter().filter(|difference| !difference.announced(&codes)).collect();
    assert!(silent.is_empty(), "the report did not say this:\n{}", list(&silent));
}

/// A conversion as it is shows no difference at a glance; with a wrong word in its files it shows the one that this word
/// makes.
fn every_break_is_noticed(
    lab: &Lab,
    before: &Stack,
    (good, report): (Stack, String),
    breaks: &[(&str, &str, &str, Aspect)],
) {
    let codes = codes(&report);
    let before = seen(lab, before);
    let silent = |after: &Stack| -> Vec<Aspect> {
        let differences = before.differences(&seen(lab, after)).into_iter();
        differences
            .filter(|difference| !difference.announced(&codes))
            .map(|difference| difference.aspect)
            .collect()
    };
    assert_eq!(silent(&good), [], "the conversion as it is");
    for (what, from, to, aspect) in breaks {
        let noticed = silent(&good.clone().but(from, to));
        // Nobody at the address means that no visitor is served either, and that says the same.
        let noticed = noticed.first();
        assert_eq!(noticed, Some(aspect), "{what}");
    }
}

/// A glance at a stack, and a tidy lab behind it.
fn seen(lab: &Lab, stack: &Stack) -> Behaviour {
    let (behaviour, watch) = drill::glance(lab, stack);
    drop(watch);
    lab.tidy();
    behaviour
}

/// The codes of everything that is not exact, in the report of `lvsha convert --report json`.
pub(super) fn codes(report: &str) -> BTreeSet<String> {
    let report: serde_json::Value =
        serde_json::from_str(report).unwrap_or_else(|error| panic!("{error}:\n{report}"));
    let directives = report["directives"].as_array().expect("the report's list");
    directives
        .iter()
        .filter_map(|directive| directive["code"].as_str())
        .map(str::to_owned)
        .collect()
}

pub(super) fn list(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("  {difference}\n")).collect()
}
