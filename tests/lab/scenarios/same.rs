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
    let (good, report) = converted(lab, "experiment-1");
    let before = seen(lab, &Stack::heartbeat("experiment-1"));
    let silent = |after: &Stack| unannounced(&before, &seen(lab, after), &report);
    assert_eq!(silent(&good), [], "the conversion as it is");
    // Nobody answers for the address, so nobody is served.
    let broken = good.clone().but("10.0.0.31/24", "10.0.0.32/24");
    assert_eq!(silent(&broken), [Aspect::Owner, Aspect::Shares], "another virtual address");
    let broken = good.clone().but("lvs_sched rr", "lvs_sched wlc");
    // The owner would come first. Another scheduler may give other shares, too.
    assert_eq!(silent(&broken).first(), Some(&Aspect::Table), "another scheduler");
    let broken = good.but("weight 1", "weight 7");
    assert_eq!(silent(&broken), [Aspect::Table], "another weight");
}

/// A start of heartbeat costs what ten of ldirectord do: only the address, which is heartbeat's affair, is worth one.
pub(super) fn a_broken_conversion_to_heartbeat_is_noticed(lab: &Lab) {
    let (good, report) = converted_to_heartbeat(lab, "experiment-2");
    let before = seen(lab, &experiment_2());
    let silent = |after: &Stack| {
        let table = drill::table_of(lab, &after.clone().ldirectord_alone());
        lab.tidy();
        unannounced(&before.only(&[Aspect::Table]), &table, &report)
    };
    assert_eq!(silent(&good), [], "the conversion as it is");
    let broken = good.clone().but("scheduler=rr", "scheduler=wlc");
    assert_eq!(silent(&broken), [Aspect::Table], "another scheduler");
    let broken = good.clone().but("10.0.0.29:80 gate 3", "10.0.0.29:80 gate 7");
    assert_eq!(silent(&broken), [Aspect::Table], "another weight");
    let broken = good.but("IPaddr2::10.0.0.31", "IPaddr2::10.0.0.32");
    let noticed = unannounced(&before, &seen(lab, &broken), &report);
    assert_eq!(noticed, [Aspect::Owner, Aspect::Shares], "another virtual address");
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

/// In what two pairs differ without a word in the report.
fn unannounced(before: &Behaviour, after: &Behaviour, report: &str) -> Vec<Aspect> {
    let codes = codes(report);
    let differences = before.differences(after).into_iter();
    let silent = differences.filter(|difference| !difference.announced(&codes));
    silent.map(|difference| difference.aspect).collect()
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
