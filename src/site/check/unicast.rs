//! `unicast = true`: the directors' addresses are the ends of the way.

use std::collections::HashSet;

use super::own;
use crate::model::{Cluster, Family, Located, Router};
use crate::site::keys::Reader;
use crate::site::{Director, Site};
use crate::source::codes::inventory;
use crate::source::{Diagnostic, Place};

/// Every director of such a router has an address of its family: keepalived sends to the multicast
/// group without peers, and drops an address of the other family.
pub(super) fn check(site: &Site, cluster: &Cluster, reader: &mut Reader<'_>) {
    let mut told: HashSet<Place> = HashSet::new();
    for router in cluster.routers.iter().filter(|router| router.unicast) {
        if own(router.name.at, reader).is_none() {
            continue;
        }
        let is_member = |director: &&Director| {
            let mut names = router.members.iter().filter_map(|member| member.node.as_ref());
            names.any(|name| name.value == director.name.value)
        };
        for director in site.directors.iter().filter(is_member) {
            let place = director.address.place().or(director.name.at);
            if let Some(at) = place.filter(|at| !told.contains(at))
                && is_reported(router, director, at, reader)
            {
                told.insert(at);
            }
        }
    }
}

fn is_reported(router: &Router, director: &Director, at: Place, reader: &mut Reader<'_>) -> bool {
    let wanted = router.addresses.first().map(|first| Family::of(first.value.address));
    let Some(address) = director.address else {
        let table = format!("a director of `{}`, which has `unicast`,", router.name.value);
        let example = if wanted == Some(Family::V6) {
            "address = \"2001:db8::27\""
        } else {
            "address = \"10.0.0.27\""
        };
        reader.missing(&table, "address", at.span, example);
        return true;
    };
    let Some(wanted) = wanted.filter(|wanted| *wanted != Family::of(address.value)) else {
        return false;
    };
    let family = if wanted == Family::V4 { "IPv4" } else { "IPv6" };
    let message =
        format!("`unicast` in `{}` takes an {family} address of the director", router.name.value);
    let finding = Diagnostic::new(inventory::WRONG_VALUE, at, message);
    reader.report(finding.help(format!(
        "leave `unicast` out there, and write `source` and `peers` in \
         `[directors.{}.override.routers.{}]`",
        director.name.value, router.name.value
    )));
    true
}
