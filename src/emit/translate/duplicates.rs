//! What stands twice: ldirectord does not notice, and keepalived refuses it or mixes it up.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::emit::Account;
use crate::model::{Cluster, Server, Service, Sourced, Target};
use crate::source::codes::conversion;

/// Leaves out services that another configuration of ldirectord has already.
pub(super) fn services(cluster: &mut Cluster, account: &mut Account) {
    let mut known = HashSet::new();
    cluster.services.retain(|service| {
        let protocol = service.protocol.map(|protocol| protocol.value);
        let is_new = known.insert((protocol, service.target.value.clone()));
        if !is_new {
            super::services::left_out(service, conversion::ALREADY_THERE, SERVICE, account);
        }
        is_new
    });
}

/// Makes one of real servers that keepalived cannot tell apart. `asked` are the ports that tell
/// whether the lines were the same to ldirectord.
pub(super) fn servers(service: &mut Service, asked: &[Option<u16>], account: &mut Account) {
    let mut first = HashMap::with_capacity(service.servers.len());
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (number, server) in service.servers.iter().enumerate() {
        match first.entry((server.address, server.port)) {
            Entry::Occupied(known) => pairs.push((*known.get(), number)),
            Entry::Vacant(free) => {
                free.insert(number);
            }
        }
    }
    if pairs.is_empty() {
        return;
    }
    let is_mark = matches!(service.target.value, Target::Mark { .. });
    for (first, second) in &pairs {
        let Some(second_server) = service.servers.get(*second).cloned() else { continue };
        let Some(kept) = service.servers.get_mut(*first) else { continue };
        let place = second_server.at;
        match (asked.get(*first) == asked.get(*second), is_mark) {
            (true, _) => {
                replace(kept, second_server);
                account.changed(place, conversion::ALREADY_THERE, "real_server", LAST_COUNTS);
            }
            (false, true) => {
                let weight = weight(kept).saturating_add(weight(&second_server));
                kept.weight = Some(Sourced::implied(weight));
                account.lossy(place, conversion::ALREADY_THERE, "real_server", &[BOTH_COUNT]);
            }
            (false, false) => {
                account.lossy(place, conversion::ALREADY_THERE, "", &[FIRST_COUNTS]);
            }
        }
    }
    let gone: HashSet<usize> = pairs.into_iter().map(|(_, second)| second).collect();
    let mut numbers = 0..;
    service.servers.retain(|_| numbers.next().is_none_or(|number| !gone.contains(&number)));
}

/// The entry of the kernel is edited: weight, method and thresholds are those of the last line.
fn replace(kept: &mut Server, last: Server) {
    let (upper, lower) = last.thresholds();
    if (upper, lower) != kept.thresholds() {
        let own = kept.own_mut();
        (own.upper_threshold, own.lower_threshold) = (upper, lower);
    }
    (kept.weight, kept.method) = (last.weight, last.method);
}

fn weight(server: &Server) -> u32 {
    server.weight.map_or(1, |weight| weight.value)
}

const SERVICE: &str = "not written: another configuration has this service already, and keepalived keeps one table for all; add its real servers there";
const LAST_COUNTS: &str =
    "stands above already: written once, with this weight, as the kernel's table has it";
const FIRST_COUNTS: &str = "without masq it is the server above, of which the kernel refuses a second entry: not written, and not checked on its own";
const BOTH_COUNT: &str =
    "behind a mark it is the server above, which gets both weights; it is not checked on its own";
