//! Behaviour before = behaviour after: the original beside what a conversion made of it, in the same drill.

use std::collections::BTreeSet;

use super::drill;
use crate::behaviour::{Aspect, Behaviour, Difference};
use crate::world::{Lab, Stack, converted};

pub(super) fn keepalived_from_heartbeat_behaves_as_heartbeat_did_but_for_what_the_report_says(
    lab: &Lab,
) {
    let (after, report) = converted(lab, "experiment-1");
    let codes = codes(&report);
    let after = drill::whole(lab, &after);
    lab.tidy();
    let before = drill::whole(lab, &Stack::heartbeat("experiment-1"));
    let differences = before.differences(&after);
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

pub(super) fn a_broken_conversion_is_noticed(lab: &Lab) {
    let (good, report) = converted(lab, "experiment-1");
    let codes = codes(&report);
    let before = seen(lab, &Stack::heartbeat("experiment-1"));
    let silent = |after: &Behaviour| -> Vec<Aspect> {
        let differences = before.differences(after).into_iter();
        differences
            .filter(|difference| !difference.announced(&codes))
            .map(|difference| difference.aspect)
            .collect()
    };
    assert_eq!(silent(&seen(lab, &good)), [], "the conversion as it is shows no difference");

    let broken = good.clone().but("10.0.0.31/24", "10.0.0.32/24");
    assert!(silent(&seen(lab, &broken)).contains(&Aspect::Owner), "another virtual address");
    let broken = good.clone().but("lvs_sched rr", "lvs_sched wlc");
    assert_eq!(silent(&seen(lab, &broken)), [Aspect::Table], "another scheduler");
    let broken = good.but("weight 1", "weight 7");
    assert_eq!(silent(&seen(lab, &broken)), [Aspect::Table], "another weight");
}

/// A glance at a stack, and a tidy lab behind it.
fn seen(lab: &Lab, stack: &Stack) -> Behaviour {
    let (behaviour, watch) = drill::glance(lab, stack);
    drop(watch);
    lab.tidy();
    behaviour
}

/// The codes of everything that is not exact, in the report of `lvsha convert --report json`.
fn codes(report: &str) -> BTreeSet<String> {
    let report: serde_json::Value =
        serde_json::from_str(report).unwrap_or_else(|error| panic!("{error}:\n{report}"));
    let directives = report["directives"].as_array().expect("the report's list");
    directives
        .iter()
        .filter_map(|directive| directive["code"].as_str())
        .map(str::to_owned)
        .collect()
}

fn list(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("  {difference}\n")).collect()
}
