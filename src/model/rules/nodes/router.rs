//! What the seats of one virtual router say against each other.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use super::seats::{Seat, addresses as all_addresses, is_whole};
use super::{Site, codes, differ};
use crate::model::{
    Globals, Located, Role, Router, Sourced, SyncGroup, TrackKind, VrrpVersion, show_seconds,
};
use crate::source::{Findings, Place};

pub(super) fn interval(site: &Site<'_>, findings: &mut Findings) {
    for (first, seat) in site.seats.pairs() {
        let interval =
            |seat: Seat<'_>| Some(seat.router.effective_interval(&globals_of(site, seat)?.routers));
        let (Some(ours), Some(theirs)) = (interval(seat), interval(first)) else { continue };
        if ours == theirs {
            continue;
        }
        let version = version_of(site, seat);
        let (code, note) = match version.filter(|v| version_of(site, first) == Some(*v)) {
            Some(VrrpVersion::Two) => (
                codes::INTERVAL_DIFFERS,
                "in version 2 each drops the adverts of the other, and both become master",
            ),
            Some(VrrpVersion::Three) => (
                codes::INTERVAL_ADOPTED,
                "in version 3 a backup takes over the interval of its master",
            ),
            None => continue,
        };
        let message = format!(
            "advert_int is {} s here and {} s on {}",
            show_seconds(ours),
            show_seconds(theirs),
            first.name
        );
        let place = |router: &Router| [router.interval.place(), router.name.at];
        let label = format!("{} s on {}", show_seconds(theirs), first.name);
        findings.extend(
            differ(code, place(seat.router), message, place(first.router), label)
                .map(|d| d.note(note)),
        );
    }
}

pub(super) fn version(site: &Site<'_>, findings: &mut Findings) {
    for (first, seat) in site.seats.pairs() {
        let (Some(ours), Some(theirs)) = (version_of(site, seat), version_of(site, first)) else {
            continue;
        };
        if ours == theirs {
            continue;
        }
        let number = |version| if version == VrrpVersion::Two { 2 } else { 3 };
        let message = format!(
            "this node speaks version {} of VRRP, {} version {}",
            number(ours),
            first.name,
            number(theirs)
        );
        let place = |router: &Router| [router.version.place(), router.name.at];
        let label = format!("version {} on {}", number(theirs), first.name);
        findings.extend(
            differ(codes::VERSION_DIFFERS, place(seat.router), message, place(first.router), label)
                .map(|d| d.note("each drops the adverts of the other, and both become master")),
        );
    }
}

pub(super) fn transport(site: &Site<'_>, findings: &mut Findings) {
    for (first, seat) in site.seats.pairs() {
        let (ours, theirs) = (&seat.router.transport, &first.router.transport);
        let message = match (ours.peers.is_empty(), theirs.peers.is_empty()) {
            (true, false) => format!("adverts are multicast here and unicast on {}", first.name),
            (false, true) => format!("adverts are unicast here and multicast on {}", first.name),
            (true, true) if group_of(site, seat) != group_of(site, first) => {
                format!("adverts go to another multicast group than those of {}", first.name)
            }
            _ => continue,
        };
        let place = |seat: Seat<'_>| {
            let transport = &seat.router.transport;
            let peer = transport.peers.first().place();
            let stated = || transport.group.as_ref().or_else(|| global_group(site, seat));
            [peer.or_else(|| stated().place()), seat.router.name.at]
        };
        let (here, there) = (place(seat), place(first));
        let label = format!("{} has its way here", first.name);
        findings.extend(
            differ(codes::TRANSPORT_DIFFERS, here, message, there, label)
                .map(|d| d.note("neither hears the other, and both become master")),
        );
    }
}

/// What the seat's node says of all of its routers.
fn globals_of<'a>(site: &Site<'a>, seat: Seat<'_>) -> Option<&'a Globals> {
    Some(&site.nodes.get(seat.node)?.cluster.globals)
}

/// The multicast group of a router: its own, that of all routers, or that of the standard.
fn group_of(site: &Site<'_>, seat: Seat<'_>) -> Option<IpAddr> {
    Some(seat.router.effective_group(&globals_of(site, seat)?.routers))
}

/// The group that `global_defs` of the seat's node states for the family of its router.
fn global_group<'a>(site: &Site<'a>, seat: Seat<'_>) -> Option<&'a Sourced<IpAddr>> {
    let routers = &globals_of(site, seat)?.routers;
    let group = if seat.router.is_ipv6() { &routers.group6 } else { &routers.group4 };
    group.as_ref()
}

/// Each node must send to the address that each other node sends from.
pub(super) fn peers(site: &Site<'_>, findings: &mut Findings) {
    for seats in site.seats.routers() {
        let unicast = |seat: &&Seat<'_>| !seat.router.transport.peers.is_empty();
        let seats: Vec<_> =
            seats.iter().filter(unicast).filter(|seat| is_whole(seat.router)).collect();
        for seat in &seats {
            let peers = &seat.router.transport.peers;
            let told: HashSet<IpAddr> = peers.iter().map(|peer| peer.value.address).collect();
            for other in seats.iter().filter(|other| other.node != seat.node) {
                let source = other.router.transport.source.as_ref();
                let missing = source.filter(|source| !told.contains(&source.value));
                let Some(missing) = missing else { continue };
                let message =
                    format!("{} does not tell {} ({})", seat.name, other.name, missing.value);
                let here = [peers.first().place(), seat.router.name.at];
                let label = format!("{} is {}", missing.value, other.name);
                let code = codes::PEER_MISSING;
                findings.extend(differ(code, here, message, [missing.at, None], label).map(|d| {
                    d.help(format!("add {} to unicast_peer of {}", missing.value, seat.name))
                }));
            }
        }
        if let [first, second] = seats.as_slice() {
            same_peer(first, second, findings);
        }
    }
}

/// Two nodes without source addresses that name the same single peer: one of them is that peer.
fn same_peer(first: &Seat<'_>, second: &Seat<'_>, findings: &mut Findings) {
    let only = |seat: &Seat<'_>| match seat.router.transport.peers.as_slice() {
        [peer] if seat.router.transport.source.is_none() => Some(*peer),
        _ => None,
    };
    let (Some(theirs), Some(ours)) = (only(first), only(second)) else { return };
    if theirs.value.address != ours.value.address {
        return;
    }
    let peer = ours.value.address;
    let message = format!("both nodes tell {peer}, so one of them tells itself");
    let label = format!("{} has the same peer", first.name);
    let here = [ours.at, second.router.name.at];
    findings.extend(
        differ(codes::PEER_MISSING, here, message, [theirs.at, None], label)
            .map(|d| d.help("name the address of the other node on each")),
    );
}

pub(super) fn addresses(site: &Site<'_>, findings: &mut Findings) {
    for (first, seat) in site.seats.pairs() {
        let set = |router| all_addresses(router).map(|a| a.address).collect::<BTreeSet<IpAddr>>();
        let (ours, theirs) = (set(seat.router), set(first.router));
        let report = |at: Option<Place>, message, there: Option<Place>, findings: &mut Findings| {
            let here = [at, seat.router.name.at];
            let label = format!("the list of {}", first.name);
            let code = codes::ADDRESSES_DIFFER;
            findings.extend(differ(code, here, message, [there, first.router.name.at], label));
        };
        let place = |router: &Router, address: &IpAddr| {
            let mut all = router.addresses.iter().chain(&router.excluded);
            all.find(|known| known.value.address == *address).place()
        };
        for address in ours.difference(&theirs) {
            let message = format!("{} has no {address}", first.name);
            report(place(seat.router, address), message, None, findings);
        }
        for address in theirs.difference(&ours) {
            let message = format!("{address} is missing here, {} has it", first.name);
            report(None, message, place(first.router, address), findings);
        }
    }
}

pub(super) fn down_count(site: &Site<'_>, findings: &mut Findings) {
    for (first, seat) in site.seats.pairs() {
        let (Some(own), Some(other)) = (globals_of(site, seat), globals_of(site, first)) else {
            continue;
        };
        let (ours, theirs) =
            (seat.router.effective_down_count(own), first.router.effective_down_count(other));
        if ours == theirs {
            continue;
        }
        let message = format!("down_timer_adverts is {ours} here and {theirs} on {}", first.name);
        let place = |router: &Router, globals: &Globals| {
            let stated = router.down_count.place().or(globals.routers.down_count.place());
            [stated, router.name.at]
        };
        let label = format!("{theirs} on {}", first.name);
        let (here, there) = (place(seat.router, own), place(first.router, other));
        findings.extend(differ(codes::DOWN_COUNT_DIFFERS, here, message, there, label));
    }
}

/// Ranks must differ, and the MASTER's should be the highest.
pub(super) fn priorities(site: &Site<'_>, findings: &mut Findings) {
    for seats in site.seats.routers() {
        let seats: Vec<_> = seats.into_iter().filter(|seat| is_whole(seat.router)).collect();
        let mut known: HashMap<u8, Seat<'_>> = HashMap::new();
        for seat in &seats {
            let priority = seat.router.effective_priority();
            let Some(earlier) = known.get(&priority) else {
                known.insert(priority, *seat);
                continue;
            };
            let (code, message) = match priority {
                255 => (
                    codes::TWO_OWNERS,
                    format!("{} claims to own the addresses, too", earlier.name),
                ),
                _ => (
                    codes::EQUAL_PRIORITIES,
                    format!("priority {priority} is that of {}, too", earlier.name),
                ),
            };
            let label = format!("{} has it here", earlier.name);
            let (here, there) = (rank_place(seat.router), rank_place(earlier.router));
            findings.extend(differ(code, here, message, there, label));
        }
        let mut masters = seats.iter().filter(|seat| is_master(seat.router));
        // With several of them there is another finding.
        let (Some(master), None) = (masters.next(), masters.next()) else { continue };
        let best = seats.iter().max_by_key(|seat| seat.router.effective_priority());
        let Some(best) =
            best.filter(|b| b.router.effective_priority() > master.router.effective_priority())
        else {
            continue;
        };
        let message = format!(
            "{} begins as MASTER, but {} has the higher priority {}",
            master.name,
            best.name,
            best.router.effective_priority()
        );
        let label = format!("{} ranks higher", best.name);
        let (here, there) = (rank_place(master.router), rank_place(best.router));
        findings.extend(differ(codes::PRIORITY_AGAINST_STATE, here, message, there, label));
    }
}

pub(super) fn masters(site: &Site<'_>, findings: &mut Findings) {
    for seats in site.seats.routers() {
        let state = |seat: &Seat<'_>| seat.router.members.first().and_then(|m| m.role)?.at;
        let mut masters = seats.iter().filter(|seat| is_master(seat.router));
        let Some(first) = masters.next() else { continue };
        for seat in masters {
            let message = format!("{} and {} both begin as MASTER", first.name, seat.name);
            let label = format!("{} says it here", first.name);
            let (here, there) = ([state(seat), None], [state(first), None]);
            findings.extend(
                differ(codes::SEVERAL_MASTERS, here, message, there, label)
                    .map(|d| d.help("write `state BACKUP` on all but the best, or on all")),
            );
        }
    }
}

/// A weight that does not bring the best node below the second best.
pub(super) fn weights(site: &Site<'_>, findings: &mut Findings) {
    let scripts: Vec<HashMap<&str, i16>> = site.nodes.iter().map(script_weights).collect();
    for seats in site.seats.routers() {
        let mut ranked: Vec<_> = seats.iter().filter(|seat| is_whole(seat.router)).collect();
        ranked.sort_by_key(|seat| std::cmp::Reverse(seat.router.effective_priority()));
        let [best, second, ..] = ranked.as_slice() else { continue };
        let gap = u16::from(
            best.router.effective_priority().abs_diff(second.router.effective_priority()),
        );
        let stays = globals_of(site, **best).is_some_and(|globals| best.router.stays(globals));
        // keepalived takes no weight in a member of such a group, for which there is another finding.
        let is_ignored = groups_of(site, **best).any(|group| group.settings.weights.is_none());
        // An owner's priority never changes; with nopreempt there is another finding.
        if stays || is_ignored || gap == 0 || best.router.effective_priority() == 255 {
            continue;
        }
        let of_node = scripts.get(best.node);
        let faults = group_faults(site, **best, of_node);
        for track in &best.router.tracks {
            // Without a weight in the sync group, its failure takes the router to FAULT.
            if faults.contains(&(track.value.kind, track.value.name.as_str())) {
                continue;
            }
            let name = track.value.name.as_str();
            let own = of_node.and_then(|scripts| scripts.get(name).copied());
            let own = own.filter(|_| track.value.kind == TrackKind::Script);
            // What a file or process weighs by itself depends on its number.
            let weight = track.value.weight.or(own).unwrap_or(0);
            if weight == 0 || weight.unsigned_abs() > gap {
                continue;
            }
            let message = format!(
                "when `{name}` fails, {} still ranks before {}: the weight is {weight}, the distance {gap}",
                best.name, second.name
            );
            let label = format!("the priority of {}", second.name);
            let there = rank_place(second.router);
            findings.extend(
                differ(codes::WEIGHT_BELOW_GAP, [track.at, None], message, there, label)
                    .map(|d| d.help(format!("write a weight beyond {gap}"))),
            );
        }
    }
}

/// What takes a router's sync group to FAULT when it fails.
fn group_faults<'a>(
    site: &Site<'a>,
    seat: Seat<'_>,
    scripts: Option<&HashMap<&str, i16>>,
) -> HashSet<(TrackKind, &'a str)> {
    let tracks = groups_of(site, seat).flat_map(|group| &group.tracks);
    let faults = tracks.map(|track| &track.value).filter(|track| {
        let own = || scripts.and_then(|scripts| scripts.get(track.name.as_str()).copied());
        let own = || if track.kind == TrackKind::Script { own() } else { None };
        track.weight.or_else(own).unwrap_or(0) == 0
    });
    faults.map(|track| (track.kind, track.name.as_str())).collect()
}

/// The sync groups that a router is a member of.
fn groups_of<'a>(site: &Site<'a>, seat: Seat<'_>) -> impl Iterator<Item = &'a SyncGroup> {
    let groups = site.nodes.get(seat.node).map_or(&[][..], |node| &node.cluster.sync_groups);
    let name = seat.router.name.value.clone();
    groups.iter().filter(move |group| group.members.iter().any(|member| member.value == name))
}

fn script_weights<'a>(node: &super::Node<'a>) -> HashMap<&'a str, i16> {
    let mut weights = HashMap::new();
    for tracker in &node.cluster.trackers {
        let weight = tracker.weight.as_ref().map_or(0, |weight| weight.value);
        weights.entry(tracker.name.value.as_str()).or_insert(weight);
    }
    weights
}

/// The version that a node speaks; `None` where a global setting that is not read decides.
pub(super) fn version_of(site: &Site<'_>, seat: Seat<'_>) -> Option<VrrpVersion> {
    let globals = globals_of(site, seat)?;
    let is_open = match &globals.routers.version {
        Some(version) => !matches!(version.value, 2 | 3),
        None => globals.carried.iter().any(|carried| carried.keyword == "vrrp_version"),
    };
    let decides = seat.router.version.is_none() && !seat.router.is_ipv6();
    (!(is_open && decides)).then(|| seat.router.effective_version(&globals.routers))
}

fn rank_place(router: &Router) -> [Option<Place>; 2] {
    let place = router.members.first().and_then(|m| m.priority).place();
    [place, router.name.at]
}

fn is_master(router: &Router) -> bool {
    let role = router.members.first().and_then(|member| member.role);
    role.is_some_and(|role: Sourced<Role>| role.value == Role::Master)
}
