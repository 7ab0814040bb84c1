//! Addresses that a router has by two keys: `addresses`, and the words of `resources`.

use std::net::IpAddr;

use super::own;
use crate::model::{Cluster, Resource, Router};
use crate::site::keys::Reader;
use crate::source::Diagnostic;
use crate::source::codes::inventory;

/// What `resources` start is among `addresses`, unless these are left to them.
pub(super) fn check(cluster: &Cluster, reader: &mut Reader<'_>) {
    for router in &cluster.routers {
        let stated = || router.addresses.iter().chain(&router.excluded);
        let first = stated().find_map(|address| own(address.at, reader));
        let Some(at) = first.or_else(|| own(router.name.at, reader)) else { continue };
        let is_stated = |other: &IpAddr| stated().any(|one| one.value.address == *other);
        for stranger in
            started(router).filter(|other| stated().next().is_some() && !is_stated(other))
        {
            let message = format!(
                "`resources` start {stranger}, which is not among the router's `addresses`"
            );
            reader.report(
                Diagnostic::new(inventory::ANOTHER_ADDRESS, at, message)
                    .help("write it into `addresses`, or take it out of `resources`"),
            );
        }
    }
}

fn started(router: &Router) -> impl Iterator<Item = IpAddr> {
    router.resources.iter().filter_map(Resource::address)
}
