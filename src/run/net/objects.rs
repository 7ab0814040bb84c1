//! What a director puts into the kernel and takes out again: one type for what is wanted and what is found.

use std::collections::BTreeSet;
use std::fmt;

use super::addresses::LinkAddress;
use super::routes::Route;
use super::rules::Rule;

/// An address, a route or a rule. In this order they are added, since a route may need an address and a
/// rule names a table with routes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// An address on a link.
    Address(LinkAddress),
    /// A route.
    Route(Route),
    /// A routing rule.
    Rule(Rule),
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "address {}/{}", address.address, address.prefix),
            Self::Route(route) => write!(f, "route {route}"),
            Self::Rule(rule) => write!(f, "rule {rule}"),
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Put it there.
    Add(Object),
    /// Take it away.
    Remove(Object),
}

impl Step {
    /// What it is about.
    pub fn object(&self) -> &Object {
        let (Self::Add(object) | Self::Remove(object)) = self;
        object
    }
}

/// The steps from what is found to what is wanted: first what goes, rules before routes before
/// addresses, then what comes, the other way round.
pub fn diff(actual: &BTreeSet<Object>, desired: &BTreeSet<Object>) -> Vec<Step> {
    let removals = actual.iter().rev().filter(|object| !desired.contains(object));
    let removals = removals.cloned().map(Step::Remove);
    let additions = desired.difference(actual).cloned().map(Step::Add);
    removals.chain(additions).collect()
}

/// What the steps make of `actual`, as the kernel would.
pub fn apply(steps: &[Step], mut actual: BTreeSet<Object>) -> BTreeSet<Object> {
    for step in steps {
        match step {
            Step::Add(object) => actual.insert(object.clone()),
            Step::Remove(object) => actual.remove(object),
        };
    }
    actual
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;

    use super::*;
    use crate::run::net::routes::Prefix;
    use crate::run::vrrp::Family;

    fn objects() -> impl Strategy<Value = BTreeSet<Object>> {
        // Few values, so that the sets overlap.
        let address = |last| IpAddr::V4(Ipv4Addr::new(10, 0, 0, last));
        let addresses = (1..3_u32, 0..6_u8, 24..26_u8).prop_map(move |(link, last, prefix)| {
            Object::Address(LinkAddress { link, address: address(last), prefix, peer: None })
        });
        let routes = (0..4_u8, 254..256_u32).prop_map(move |(last, table)| {
            let destination = Prefix { address: address(last), length: 32 };
            Object::Route(Route { table, ..Route::to(destination) })
        });
        let rules = (0..4_u32)
            .prop_map(|priority| Object::Rule(Rule { priority, ..Rule::new(Family::V4) }));
        prop::collection::btree_set(prop_oneof![addresses, routes, rules], 0..10)
    }

    fn rank(step: &Step) -> (u8, u8) {
        let kind = match step.object() {
            Object::Address(_) => 0,
            Object::Route(_) => 1,
            Object::Rule(_) => 2,
        };
        match step {
            Step::Remove(_) => (0, 2 - kind),
            Step::Add(_) => (1, kind),
        }
    }

    proptest! {
        #[test]
        fn the_difference_leads_from_one_to_the_other(actual in objects(), desired in objects()) {
            let steps = diff(&actual, &desired);
            prop_assert_eq!(apply(&steps, actual.clone()), desired.clone());
            prop_assert!(steps.len() <= actual.len() + desired.len());
            prop_assert!(diff(&desired, &desired).is_empty());
            prop_assert!(steps.is_sorted_by_key(rank), "{steps:?}");
        }
    }
}
