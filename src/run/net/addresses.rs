//! Which addresses are on which link: one type for what is wanted and what is found.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// An address on a link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkAddress {
    /// Index of the link.
    pub link: u32,
    /// The address.
    pub address: IpAddr,
    /// Prefix length.
    pub prefix: u8,
}

/// What else is said when an address is added; the kernel does not tell addresses apart by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// Alias name; IPv4 only.
    pub label: Option<String>,
    /// Broadcast address; IPv4 only.
    pub broadcast: Option<Ipv4Addr>,
    /// Scope as the kernel numbers it; 0 is global, 253 is link.
    pub scope: u8,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Put it on the link.
    Add(LinkAddress),
    /// Take it away.
    Remove(LinkAddress),
}

/// The steps from what is found to what is wanted: first what goes, in order, then what comes.
pub fn diff(actual: &BTreeSet<LinkAddress>, desired: &BTreeSet<LinkAddress>) -> Vec<Step> {
    let removals = actual.difference(desired).cloned().map(Step::Remove);
    let additions = desired.difference(actual).cloned().map(Step::Add);
    removals.chain(additions).collect()
}

/// What the steps make of `actual`, as the kernel would.
pub fn apply(steps: &[Step], mut actual: BTreeSet<LinkAddress>) -> BTreeSet<LinkAddress> {
    for step in steps {
        match step {
            Step::Add(address) => actual.insert(address.clone()),
            Step::Remove(address) => actual.remove(address),
        };
    }
    actual
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sets() -> impl Strategy<Value = BTreeSet<LinkAddress>> {
        // Few values, so that the sets overlap.
        let address = (1..3_u32, 0..6_u8, 24..26_u8).prop_map(|(link, last, prefix)| LinkAddress {
            link,
            address: IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)),
            prefix,
        });
        prop::collection::btree_set(address, 0..8)
    }

    proptest! {
        #[test]
        fn the_difference_leads_from_one_to_the_other(actual in sets(), desired in sets()) {
            let steps = diff(&actual, &desired);
            prop_assert_eq!(apply(&steps, actual.clone()), desired.clone());
            prop_assert!(steps.len() <= actual.len() + desired.len());
            prop_assert!(diff(&desired, &desired).is_empty());
        }
    }
}
