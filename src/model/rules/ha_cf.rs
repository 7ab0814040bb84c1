//! Checks across the directives of ha.cf and authkeys, and against haresources.

use super::{Rule, View};
use crate::model::read::Input;
use crate::source::{Place, SourceFile, Span, codes};
use crate::syntax::{Format, Kind, NodeRef, Tree};

mod cluster;
mod keys;
mod paths;
mod times;

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule { codes: &[codes::ha_cf::NO_NODE], check: cluster::no_node },
    Rule { codes: &[codes::ha_cf::NO_PATH], check: paths::none },
    Rule { codes: &[codes::ha_cf::DEAD_TIME], check: times::dead_time },
    Rule { codes: &[codes::ha_cf::INITIAL_DEAD_TIME], check: times::initial_dead_time },
    Rule { codes: &[codes::ha_cf::PING_DEAD_TIME], check: times::ping_dead_time },
    Rule { codes: &[codes::ha_cf::AUTOJOIN], check: cluster::autojoin },
    Rule { codes: &[codes::ha_cf::NO_LOG], check: cluster::no_log },
    Rule { codes: &[codes::ha_cf_advice::CHECKSUM], check: keys::checksum },
    Rule { codes: &[codes::ha_cf_advice::KEY_FILE_MODE], check: keys::mode },
    Rule { codes: &[codes::ha_cf_advice::WEAK_KEY], check: keys::weak },
    Rule { codes: &[codes::ha_cf_advice::SHORT_DEAD_TIME], check: times::short_dead_time },
    Rule { codes: &[codes::ha_cf_advice::SHORT_BOOT], check: times::short_boot },
    Rule { codes: &[codes::ha_cf_advice::WARNING_TIME], check: times::warning_time },
    Rule { codes: &[codes::ha_cf_advice::PING_DEAD_TIME_FAR], check: times::odd_ping_dead_time },
    Rule { codes: &[codes::ha_cf_advice::FAST_INTERVAL], check: times::fast },
    Rule { codes: &[codes::ha_cf_advice::NODE_COUNT], check: cluster::node_count },
    Rule { codes: &[codes::ha_cf_advice::STRANGE_PEER], check: paths::strange_peer },
    Rule { codes: &[codes::ha_cf_advice::SINGLE_PATH], check: paths::single },
    Rule { codes: &[codes::ha_cf_advice::MULTICAST_SCOPE], check: paths::multicast },
    Rule { codes: &[codes::ha_cf_advice::LATE_SETTING], check: paths::late_setting },
    Rule { codes: &[codes::ha_cf_advice::SHARED_PATH], check: paths::shared },
    Rule { codes: &[codes::ha_cf_advice::FAILBACK], check: cluster::failback },
    Rule { codes: &[codes::ha_cf_advice::PING_USE], check: cluster::ping_use },
    Rule { codes: &[codes::ha_cf_advice::NO_FENCING], check: cluster::no_fencing },
    Rule { codes: &[codes::ha_cf_advice::IGNORED_HARESOURCES], check: cluster::ignored },
    Rule { codes: &[codes::ha_cf_advice::MIXED_NAMES], check: cluster::mixed_names },
];

/// The ha.cf of this run; without one most rules have nothing to judge.
fn file<'a>(view: &View<'a>, format: Format) -> Option<(&'a SourceFile, &'a Tree)> {
    let is_wanted = |(input, _): &&'a (Input, Tree)| input.format == format;
    let (input, tree) = view.trees.iter().find(is_wanted)?;
    Some((view.sources.get(input.file), tree))
}

/// Where to point when something is missing: the start of the file.
fn start(view: &View<'_>, format: Format) -> Option<Place> {
    file(view, format).map(|(file, _)| file.id().at(Span::new(0, 0)))
}

/// The directives of ha.cf that begin with one of `words`.
fn directives<'a>(view: &View<'a>, words: &[&str]) -> Vec<NodeRef<'a>> {
    let Some((file, tree)) = file(view, Format::HaCf) else { return Vec::new() };
    let is_wanted = |node: &NodeRef<'_>| {
        node.kind() == Kind::Directive && words.contains(&node.name().to_ascii_lowercase().as_str())
    };
    tree.top(file.text()).filter(is_wanted).collect()
}

/// Whether resources are left to another manager.
fn is_managed(view: &View<'_>) -> bool {
    view.cluster.membership.manager.is_some_and(|manager| manager.value)
}
