//! The part of one director.

use std::cmp::Reverse;

use super::{Director, Site, Stack};
use crate::model::{
    Checks, Cluster, Member, Peer, Probe, ProbeKind, Role, Router, Service, Sourced,
};

/// The cluster as the director `node` runs it: the only member of each router is itself, peers
/// and source addresses are filled in. Nothing when the inventory has no such director.
pub fn for_node(site: &Site, node: &str) -> Option<Cluster> {
    let director = site.director(node)?;
    let name = &director.name.value;
    let mut cluster = site.views.get(name).unwrap_or(&site.cluster).clone();
    cluster.globals.router_id.get_or_insert_with(|| director.name.clone());
    let others: Vec<Sourced<Peer>> = site
        .directors
        .iter()
        .filter(|other| other.name != director.name)
        .filter_map(|d| d.address)
        .map(|address| address.map(Peer::new))
        .collect();
    for router in &mut cluster.routers {
        if router.interface.is_none() {
            router.interface.clone_from(&director.interface);
        }
        if std::mem::take(&mut router.unicast) {
            router.transport.source = router.transport.source.or(director.address);
            router.transport.peers.clone_from(&others);
        }
        router
            .members
            .retain(|member| member.node.as_ref().is_some_and(|node| node.value == *name));
        // A file of one node does not say whose it is.
        for member in &mut router.members {
            member.node = None;
        }
    }
    // ldirectord's writer knows of inheritance; a keepalived.conf says everything at its probe.
    if site.stack() != Stack::Heartbeat {
        cluster.services.iter_mut().for_each(inherit_checks);
    }
    Some(cluster)
}

/// Probes take over what their server, and behind it the service, says about their timing.
fn inherit_checks(service: &mut Service) {
    for own in service.servers.iter_mut().filter_map(|server| server.own.as_mut()) {
        // The service's probes cannot say what one of its servers wants.
        if own.probes.is_empty() && *own.checks != Checks::default() {
            own.probes.clone_from(&service.probes);
        }
        own.probes.iter_mut().for_each(|probe| inherit(probe, &own.checks));
        own.probes.iter_mut().for_each(|probe| inherit(probe, &service.checks));
    }
    service.probes.iter_mut().for_each(|probe| inherit(probe, &service.checks));
}

/// What `probe` does not say itself is taken from `standard`.
fn inherit(probe: &mut Probe, standard: &Checks) {
    // A file and a BFD session are watched, not asked: their checkers know no limits.
    if matches!(
        probe.kind,
        ProbeKind::File { .. }
            | ProbeKind::Bfd { .. }
            | ProbeKind::AlwaysUp
            | ProbeKind::AlwaysDown
    ) {
        return;
    }
    let limit = match &probe.kind {
        ProbeKind::Script(script) => script.limit_of(standard),
        _ => standard.connect_timeout,
    };
    let checks = probe.checks.make();
    checks.connect_timeout = checks.connect_timeout.or(limit);
    checks.failures = checks.failures.or(standard.failures);
    checks.retry_delay = checks.retry_delay.or(standard.retry_delay);
}

/// Gives every director that `has` the router its rank in it, best first. What is stated by name comes before the
/// director's own rank, and that one before the order of the file.
pub(super) fn rank(
    router: &mut Router,
    directors: &[Director],
    has: impl Fn(&Director) -> bool,
    is_strict: bool,
) {
    let mut stated = std::mem::take(&mut router.members);
    // An imported file does not say whose rank it has, and not all directors can have it.
    stated.retain(|member| member.node.is_some());
    let preempts = preempts_at_once(router);
    let mut members: Vec<Member> = Vec::new();
    for (position, director) in directors.iter().enumerate().filter(|(_, director)| has(director)) {
        let own = stated.iter().find(|member| is_of(member, director));
        let priority = own.and_then(|own| own.priority).or(director.priority);
        members.push(Member {
            node: Some(director.name.clone()),
            priority: Some(priority.unwrap_or(Sourced::implied(standard_priority(position)))),
            role: own.and_then(|own| own.role),
        });
    }
    // The sort is stable: of equals, the one that stands first in the file is first.
    members.sort_by_key(|member| Reverse(member.priority.map(|priority| priority.value)));
    for (position, member) in members.iter_mut().enumerate() {
        let role = standard_role(member, position == 0 && preempts, is_strict);
        member.role.get_or_insert(Sourced::implied(role));
    }
    router.members = members;
}

/// The members of a router of heartbeat, the preferred one first. A line of haresources names that one, and gives
/// it no rank.
pub(super) fn ranked(router: &Router, directors: &[Director]) -> Vec<Member> {
    let is_preferred = router.members.iter().all(|member| member.priority.is_none());
    let is_named =
        |director: &Director| router.members.iter().any(|member| is_of(member, director));
    let only_named = is_preferred && !router.members.is_empty();
    let mut ranked = router.clone();
    rank(&mut ranked, directors, |director| !only_named || is_named(director), false);
    // Names that no director has are left as they are.
    if ranked.members.is_empty() { router.members.clone() } else { ranked.members }
}

fn is_of(member: &Member, director: &Director) -> bool {
    member.node.as_ref().is_some_and(|node| node.value == director.name.value)
}

/// Whether the best member may begin as MASTER. nopreempt and preempt_delay only work from the state
/// BACKUP (keepalived.conf(5)).
pub(super) fn preempts_at_once(router: &Router) -> bool {
    router.preempt.is_none_or(|preempt| preempt.value)
        && router.preempt_delay.is_none_or(|delay| delay.value.is_zero())
}

/// The state that a member starts with follows from the ranks when nothing states it. In the strict
/// mode only the owner of the addresses may begin as MASTER (RFC 5798 section 6.4.1).
pub(super) fn standard_role(member: &Member, is_best: bool, is_strict: bool) -> Role {
    let may_begin = !is_strict || member.effective_priority() == 255;
    if is_best && may_begin { Role::Master } else { Role::Backup }
}

/// Ranks in the order of the file: 150, 140, ... 10, then 9, 8, ... 1.
pub(super) fn standard_priority(position: usize) -> u8 {
    let step = u8::try_from(position).unwrap_or(u8::MAX);
    match step.checked_mul(10) {
        Some(down) if down < 150 => 150 - down,
        _ => 10_u8.saturating_sub(step.saturating_sub(14)).max(1),
    }
}

#[cfg(test)]
mod tests;
