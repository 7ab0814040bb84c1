//! Advice about keepalived.conf, as far as one node's file tells.

use std::collections::{HashMap, HashSet};

use super::{Rule, View};
use crate::model::{
    Cluster, Digest, Located, Role, Router, Sourced, SyncGroup, Track, TrackKind, Tracker,
    VirtualAddress, VrrpVersion,
};
use crate::source::codes::{keepalived, keepalived_advice as codes, keepalived_quirks as quirks};
use crate::source::{Code, Diagnostic, Findings, Place};
use crate::syntax::Format;

mod mail;
mod ports;
mod services;
mod shared;

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule { codes: &[codes::OWNER], check: |view, f| routers(view, f, owner) },
    Rule { codes: &[codes::PREEMPTION], check: |view, f| routers(view, f, preemption) },
    Rule {
        codes: &[codes::WEIGHT_WITHOUT_PREEMPTION, codes::GATEWAY_FAULT, codes::WEIGHT_IN_GROUP],
        check: trackers,
    },
    Rule { codes: &[codes::PASSWORD], check: |view, f| routers(view, f, password) },
    Rule { codes: &[codes::OWN_ADDRESS_AS_PEER], check: |view, f| routers(view, f, peers) },
    Rule {
        codes: &[
            codes::NO_PREFIX,
            codes::UNTRACKED_INTERFACE,
            codes::MANY_ADDRESSES,
            keepalived::TOO_MANY_ADDRESSES,
        ],
        check: |view, f| routers(view, f, addresses),
    },
    Rule { codes: &[codes::OWN_INTERFACE], check: |view, f| routers(view, f, own_interface) },
    Rule { codes: &[codes::NO_DELAY_LOOP], check: delay_loop },
    Rule { codes: &[codes::NO_MAIL_SERVER], check: mail::server },
    Rule { codes: &[codes::CHECK_OF_PORT_ZERO], check: ports::zero },
    Rule { codes: &[quirks::SERVICE_TWICE], check: services::twice },
    Rule { codes: &[quirks::ADDRESS_TWICE], check: shared::addresses },
    Rule { codes: &[codes::STRICT_FILTER], check: shared::strict_filter },
    Rule { codes: &[quirks::STRICT], check: shared::strict_count },
    Rule { codes: &[codes::ONE_FAILURE, codes::LONG_TIMEOUT], check: shared::scripts },
    Rule { codes: &[codes::NOT_FOLLOWED], check: shared::not_followed },
    Rule { codes: &[codes::LATE_INTERFACE], check: shared::interfaces },
    Rule { codes: &[codes::DIRECTOR_AS_SERVER], check: shared::directors },
];

/// Runs a check over the routers of keepalived; a haresources line has no VRID and no member
/// without a name.
fn routers(view: &View<'_>, findings: &mut Findings, check: fn(&Router, &Cluster, &mut Findings)) {
    if view.trees.iter().any(|(input, _)| input.format == Format::Keepalived) {
        view.cluster.routers.iter().for_each(|router| check(router, view.cluster, findings));
    }
}

fn owner(router: &Router, _: &Cluster, findings: &mut Findings) {
    let Some(member) = router.members.first() else { return };
    match (&member.priority, &member.role) {
        (Some(priority), _) if priority.value == 255 => {
            report(
                codes::OWNER,
                priority.at,
                "priority 255 means that the addresses are this node's own",
                findings,
            );
        }
        (None, Some(role)) if role.value == Role::Master && !carries(router, "priority") => {
            report(codes::OWNER, role.at, "MASTER without a priority means priority 255", findings);
        }
        _ => {}
    }
}

/// `nopreempt` and `preempt_delay` against the first state and against each other.
fn preemption(router: &Router, cluster: &Cluster, findings: &mut Findings) {
    let Some(member) = router.members.first() else { return };
    let begins = router.begins_as_master(member, &cluster.globals);
    let stays = router.preempt.filter(|preempt| !preempt.value);
    // keepalived has nothing against a delay of zero.
    let delay = router.preempt_delay.filter(|delay| !delay.value.is_zero());
    // An owner takes the addresses whatever its state is called.
    let backup = match member.priority.map(|priority| priority.value) {
        Some(255) => "write a priority below 255, and `state BACKUP`",
        _ => "write `state BACKUP`: the priority decides who becomes master",
    };
    let rows = [
        (stays.place(), begins, "nopreempt does not work with state MASTER", backup),
        (delay.place(), begins, "preempt_delay does not work with state MASTER", backup),
        (
            delay.place(),
            stays.is_some() && !begins,
            "preempt_delay has no meaning together with nopreempt",
            "remove one of them",
        ),
    ];
    for (at, applies, message, help) in rows {
        if let Some(at) = at.filter(|_| applies) {
            findings.push(Diagnostic::new(codes::PREEMPTION, at, message).help(help));
        }
    }
}

/// Trackers with weights, and without. Names are looked up in maps: there may be as many names as
/// routers.
fn trackers(view: &View<'_>, findings: &mut Findings) {
    if !view.trees.iter().any(|(input, _)| input.format == Format::Keepalived) {
        return;
    }
    let mut groups = HashMap::new();
    for group in &view.cluster.sync_groups {
        for member in &group.members {
            groups.entry(member.value.as_str()).or_insert(group);
        }
    }
    let mut scripts = HashMap::new();
    for tracker in &view.cluster.trackers {
        scripts.entry(tracker.name.value.as_str()).or_insert(tracker);
    }
    for router in &view.cluster.routers {
        let group = groups.get(router.name.value.as_str()).copied();
        let stays = router.stays(&view.cluster.globals);
        followed((router, stays), group, &scripts, findings);
    }
}

/// Judges what a router follows; `stays` says whether a master keeps the addresses anyway.
fn followed(
    (router, stays): (&Router, bool),
    group: Option<&SyncGroup>,
    scripts: &HashMap<&str, &Tracker>,
    findings: &mut Findings,
) {
    let weights_allowed = group.is_none_or(|group| group.settings.weights.is_some());
    for track in &router.tracks {
        let (weight, tracker) = effective(&track.value, scripts);
        if weight != 0 && stays {
            let message = "the weight changes nothing while nopreempt keeps the master";
            report(codes::WEIGHT_WITHOUT_PREEMPTION, track.at, message, findings);
        }
        if weight != 0 && !weights_allowed {
            let message = "keepalived ignores a weighted tracker in a sync group's member";
            report(codes::WEIGHT_IN_GROUP, track.at, message, findings);
        }
        let pings = tracker.and_then(|tracker| tracker.command.as_ref()).is_some_and(is_ping);
        if weight == 0 && pings {
            let message = "when this ping fails everywhere, no director holds the address";
            report(codes::GATEWAY_FAULT, track.at, message, findings);
        }
    }
}

/// The weight that counts, and the script behind it.
fn effective<'a>(
    track: &Track,
    scripts: &HashMap<&str, &'a Tracker>,
) -> (i16, Option<&'a Tracker>) {
    let weight = track.weight;
    if track.kind != TrackKind::Script {
        // What a file or process weighs by itself is not judged here.
        return (weight.unwrap_or(0), None);
    }
    let tracker = scripts.get(track.name.as_str()).copied();
    let own = tracker.and_then(|tracker| tracker.weight).map_or(0, |weight| weight.value);
    (weight.unwrap_or(own), tracker)
}

fn is_ping(command: &Sourced<String>) -> bool {
    let program = command.value.split_whitespace().next().unwrap_or_default();
    matches!(program.rsplit('/').next(), Some("ping" | "ping6" | "arping" | "fping"))
}

fn password(router: &Router, cluster: &Cluster, findings: &mut Findings) {
    let Some(key) = router.authentication.as_ref().and_then(|a| a.keys.first()) else { return };
    // The keys of auth_hmac are those of version 3; only the block `authentication` is meant.
    if !matches!(key.digest, Digest::Password | Digest::Header) {
        return;
    }
    let three = router.effective_version(&cluster.globals.routers) == VrrpVersion::Three;
    let strict = cluster.globals.strict.is_some_and(|strict| strict.value);
    let message = if three {
        "version 3 of VRRP has no authentication"
    } else if strict {
        "vrrp_strict has no authentication"
    } else if key.digest == Digest::Password && key.secret.len() > 8 {
        "only the first eight characters of the password count"
    } else {
        return;
    };
    report(codes::PASSWORD, Some(key.at), message, findings);
}

fn peers(router: &Router, _: &Cluster, findings: &mut Findings) {
    let Some(source) = &router.transport.source else { return };
    for peer in router.transport.peers.iter().filter(|peer| peer.value.address == source.value) {
        let message = "this peer is the director's own address";
        report(codes::OWN_ADDRESS_AS_PEER, peer.at, message, findings);
    }
}

fn addresses(router: &Router, _: &Cluster, findings: &mut Findings) {
    let ipv6 = router.addresses.first().is_some_and(|first| first.value.address.is_ipv6());
    let most = if ipv6 { MOST_IPV6 } else { MOST };
    if let Some(first) = router.addresses.get(most) {
        let number = router.addresses.len();
        let message = format!("{number} addresses, and an advert holds {most}");
        report(keepalived::TOO_MANY_ADDRESSES, first.at, message, findings);
    } else if let Some(first) = router.addresses.get(20) {
        let message = format!("{} addresses are in every advert", router.addresses.len());
        report(codes::MANY_ADDRESSES, first.at, message, findings);
    }
    let all = || router.addresses.iter().chain(&router.excluded);
    for address in all().filter(|address| address.value.prefix.is_none()) {
        // Once per file: most addresses of a file are written alike.
        let message = format!("{} is added as a single host", address.value.address);
        if let Some(at) = address.at {
            findings.push_once_per_file(Diagnostic::new(codes::NO_PREFIX, at, message));
        }
    }
    let own = router.own_interface_name();
    let tracked: HashSet<&str> = router
        .tracks
        .iter()
        .filter(|track| track.value.kind == TrackKind::Interface)
        .map(|track| track.value.name.as_str())
        .chain(router.interface.as_ref().map(|interface| interface.value.as_str()))
        // The interface that it makes for itself is followed like the one below it.
        .chain(own.as_deref())
        .collect();
    let mut told = HashSet::new();
    for address in all() {
        let Some(interface) = elsewhere(address, router) else { continue };
        if !tracked.contains(interface) && told.insert(interface) {
            let message = format!("nobody follows {interface}, which holds this address");
            report(codes::UNTRACKED_INTERFACE, address.at, message, findings);
        }
    }
}

/// The interface of an address whose failure is not the router's own affair.
fn elsewhere<'a>(address: &'a Sourced<VirtualAddress>, router: &Router) -> Option<&'a str> {
    let followed = address.value.options.untracked.is_none();
    // Interfaces may be followed by lines that the model does not hold.
    let known = router.interface.is_some() && !carries(router, "track_interface");
    address.value.interface.as_deref().filter(|name| followed && known && *name != "lo")
}

fn own_interface(router: &Router, _: &Cluster, findings: &mut Findings) {
    let Some(own) = &router.interface else { return };
    for track in &router.tracks {
        if track.value.kind == TrackKind::Interface && track.value.name == own.value {
            let message = format!("{} is the router's own interface", own.value);
            report(codes::OWN_INTERFACE, track.at, message, findings);
        }
    }
}

/// A service that is checked at all, at keepalived's default rhythm.
fn delay_loop(view: &View<'_>, findings: &mut Findings) {
    if !view.trees.iter().any(|(input, _)| input.format == Format::Keepalived) {
        return;
    }
    let unstated = view.cluster.services.iter().filter(|s| s.checks.interval.is_none());
    for service in unstated {
        let checked = service.servers.iter().any(|server| !server.own_probes().is_empty());
        let rhythm = service.carried.iter().any(|c| c.keyword.starts_with(['@', '$', '~', 'i']));
        let own = service.servers.iter().flat_map(|server| server.own_probes());
        let stated = own.map(|probe| &probe.checks).any(|checks| checks.interval.is_some());
        if let (true, false, false, Some(at)) = (checked, rhythm, stated, service.at) {
            let message = "without delay_loop servers are checked once a minute";
            findings.push_once_per_file(Diagnostic::new(codes::NO_DELAY_LOOP, at, message));
        }
    }
}

fn carries(router: &Router, keyword: &str) -> bool {
    router
        .carried
        .iter()
        .any(|carried| carried.keyword == keyword || carried.keyword.starts_with(['@', '$', '~']))
}

fn report(code: Code, at: Option<Place>, message: impl Into<String>, findings: &mut Findings) {
    findings.push(match at {
        Some(at) => Diagnostic::new(code, at, message),
        None => Diagnostic::general(code, message),
    });
}

/// Addresses of an advert, whose number is one byte.
const MOST: usize = 255;
/// Those of IPv6 that 2.2.7 puts into a packet of 1500 bytes (tried).
const MOST_IPV6: usize = 89;
