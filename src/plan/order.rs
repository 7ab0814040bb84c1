//! In which order machines are changed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::meaning::meaning;
use super::{Found, NodePlan, Presence, Step, Tree};
use crate::model::Cluster;
use crate::site::render::{REAL_SERVER_SCRIPT, Role};

/// Machines that are changed at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Their positions in the plan.
    pub nodes: Vec<usize>,
    /// Directors that would not understand each other while only one of them is changed: they are
    /// activated one right behind the other, and judged when all of them are.
    pub together: bool,
}

/// Marks the holders of `cluster`'s addresses, and of those that directors with work have so far: all of them may be
/// others from then on.
pub(super) fn mark_holders(
    nodes: &mut [NodePlan],
    cluster: &Cluster,
    found: &BTreeMap<String, Found>,
) {
    let holds = |found: &Found, cluster: &Cluster| {
        let mut addresses = cluster.routers.iter().flat_map(|router| &router.addresses);
        addresses.any(|address| found.holds(&address.value))
    };
    for node in nodes.iter_mut().filter(|node| node.role == Role::Director) {
        node.is_holder = found.get(&node.name).is_some_and(|found| {
            let had = || meaning(&node.name, &node.before);
            holds(found, cluster) || (!node.steps.is_empty() && holds(found, &had()))
        });
    }
}

/// Real servers first, then directors that hold nothing, then those that hold an address: as they
/// are found, whatever their priorities say. Beside directors that stay, those that leave them come
/// before, and those that join them behind. A real server that gives an address up comes behind all
/// of them: until then a director may still send it packets for it.
pub(super) fn sort(nodes: &mut [NodePlan]) {
    let is_one_that_stays =
        |node: &NodePlan| node.role == Role::Director && node.presence == Presence::Stays;
    let is_company = nodes.iter().any(is_one_that_stays);
    let rank = |node: &NodePlan| match node.role {
        Role::RealServer if gives_addresses_up(node) => (2, Presence::Stays, false),
        Role::RealServer => (0, Presence::Stays, false),
        Role::Director if is_company => (1, node.presence, node.is_holder),
        Role::Director => (1, Presence::Stays, node.is_holder),
    };
    nodes.sort_by_key(rank);
}

/// Whether a real server has an address that it will not have any more.
fn gives_addresses_up(node: &NodePlan) -> bool {
    stops(node) || !accepted(&node.before).is_subset(&accepted(&node.after))
}

/// The addresses that a real server will not have any more.
pub fn given_up(node: &NodePlan) -> Vec<IpAddr> {
    let kept = if stops(node) { BTreeSet::new() } else { accepted(&node.after) };
    let gone = accepted(&node.before).into_iter().filter(|word| !kept.contains(word));
    gone.filter_map(address).collect()
}

fn stops(node: &NodePlan) -> bool {
    node.steps.iter().any(|step| matches!(step, Step::Stop(_)))
}

/// The addresses that a real server's script sets: `wanted="ADDRESS/PREFIX@DEVICE ..."`. The device is
/// left out, because packets are accepted whichever has the address. A user's own template may say it
/// otherwise; of that one nothing is known.
fn accepted(tree: &Tree) -> BTreeSet<&str> {
    let script = tree.get(REAL_SERVER_SCRIPT);
    let text = script.and_then(|file| std::str::from_utf8(&file.content).ok()).unwrap_or_default();
    set_by(text).collect()
}

fn set_by(script: &str) -> impl Iterator<Item = &str> {
    let mut lines = script.lines();
    let wanted = lines.find_map(|line| line.strip_prefix("wanted=\"")?.strip_suffix('"'));
    let words = wanted.unwrap_or_default().split_whitespace();
    words.map(|word| word.split_once('@').map_or(word, |(address, _)| address))
}

/// The addresses that a real server's script sets and that the machine does not have. Nothing where it does not say
/// what it has: every machine has an address on `lo`.
pub fn lacking(script: &str, found: &Found) -> Vec<IpAddr> {
    if found.loopback.is_empty() {
        return Vec::new();
    }
    let is_there =
        |address: &IpAddr| found.loopback.contains(address) || found.addresses.contains(address);
    set_by(script).filter_map(address).filter(|address| !is_there(address)).collect()
}

/// Without its prefix.
fn address(word: &str) -> Option<IpAddr> {
    word.split_once('/').map_or(word, |(address, _)| address).parse().ok()
}

/// The batches of a plan, in its order: real servers `parallel` at a time, the first of them alone
/// with `canary`; directors one by one, because there are two of them for a reason, unless one alone
/// would become master beside the other.
pub fn batches(nodes: &[NodePlan], parallel: usize, canary: bool) -> Vec<Batch> {
    let with_work = nodes.iter().enumerate().filter(|(_, node)| !node.steps.is_empty());
    let mut batches: Vec<Batch> = Vec::new();
    // Whom the next real server may join.
    let mut open = false;
    let mut is_canary = canary;
    for (position, node) in with_work {
        let is_server = node.role == Role::RealServer;
        let together = node.speaks_anew;
        if let Some(batch) = batches.iter_mut().find(|batch| together && batch.together) {
            batch.nodes.push(position);
            continue;
        }
        let room = |batch: &&mut Batch| open && batch.nodes.len() < parallel.max(1);
        match batches.last_mut().filter(|_| is_server).filter(room) {
            Some(batch) => batch.nodes.push(position),
            None => batches.push(Batch { nodes: vec![position], together }),
        }
        open = is_server && !is_canary;
        is_canary &= !is_server;
    }
    batches
}
