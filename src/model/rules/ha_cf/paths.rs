//! The paths that heartbeats take.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use super::{directives, start};
use crate::model::rules::View;
use crate::model::{Located, Path, Sourced};
use crate::source::{Diagnostic, Findings, Verdict, codes};
use crate::syntax::{Format, NodeRef};

pub(super) fn none(view: &View<'_>, findings: &mut Findings) {
    let Some(at) = start(view, Format::HaCf) else { return };
    // A path that could not be read has a finding of its own.
    if !directives(view, MEDIA).is_empty() {
        return;
    }
    let has_ping = !directives(view, &["ping", "ping6", "ping_group"]).is_empty();
    let message = "no bcast, ucast, mcast or serial says how heartbeats travel";
    let diagnostic = Diagnostic::new(codes::ha_cf::NO_PATH, at, message)
        .help("write `ucast eth1 10.0.0.2`, once with the address of each node");
    findings.push(if has_ping {
        // Ping targets count as media in the check at start.
        diagnostic
            .verdict(Verdict::Accepts)
            .note("because of the ping targets heartbeat starts, without any working channel")
    } else {
        diagnostic
    });
}

pub(super) fn strange_peer(view: &View<'_>, findings: &mut Findings) {
    let nodes = short_names(view);
    for path in paths(view) {
        let (Path::Unicast { peer, .. }, Some(at)) = (&path.value, path.at) else { continue };
        let is_address = peer.split('%').next().is_some_and(|host| host.parse::<IpAddr>().is_ok());
        let is_number = peer.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if is_address || is_number || nodes.is_empty() || nodes.contains(&short(peer)) {
            continue;
        }
        let message = format!("`{peer}` is no node");
        findings.push(Diagnostic::new(codes::ha_cf_advice::STRANGE_PEER, at, message));
    }
}

pub(super) fn single(view: &View<'_>, findings: &mut Findings) {
    let wires: BTreeSet<&str> = paths(view).iter().map(|path| wire(&path.value)).collect();
    let first = paths(view).first().place();
    if let (Some(wire), 1, Some(at)) = (wires.first(), wires.len(), first) {
        let message = format!("`{wire}` is the only path between the nodes");
        findings.push(Diagnostic::new(codes::ha_cf_advice::SINGLE_PATH, at, message));
    }
}

pub(super) fn shared(view: &View<'_>, findings: &mut Findings) {
    let addresses = view.cluster.routers.iter().flat_map(|router| &router.addresses);
    let interfaces: BTreeSet<&str> =
        addresses.filter_map(|address| address.value.interface.as_deref()).collect();
    let first = paths(view).first().place();
    if paths(view).iter().all(|path| interfaces.contains(wire(&path.value)))
        && let Some(at) = first
    {
        let message = "heartbeats only use the interfaces of the virtual addresses";
        findings.push(Diagnostic::new(codes::ha_cf_advice::SHARED_PATH, at, message));
    }
}

pub(super) fn multicast(view: &View<'_>, findings: &mut Findings) {
    for path in paths(view) {
        let Path::Multicast { group, ttl, loopback, .. } = &path.value else { continue };
        let reserved =
            matches!(group, IpAddr::V4(group) if group.octets().starts_with(&[224, 0, 0]));
        // heartbeat refuses more than 4, which has a finding of its own.
        let message = if (2..=4).contains(ttl) {
            format!("a time to live of {ttl} lets heartbeats leave the network")
        } else if *loopback {
            "with loop 1 a node hears its own heartbeats".to_owned()
        } else if reserved {
            format!("the group {group} is reserved for protocols of routers")
        } else {
            continue;
        };
        let at = path.at.into_iter();
        findings.extend(
            at.map(|at| Diagnostic::new(codes::ha_cf_advice::MULTICAST_SCOPE, at, message.clone())),
        );
    }
}

/// heartbeat opens a path when it reads its line, with the settings met so far.
pub(super) fn late_setting(view: &View<'_>, findings: &mut Findings) {
    for (setting, default, paths) in SETTINGS {
        let mut words = vec![*setting];
        words.extend_from_slice(paths);
        let mut above: Option<NodeRef<'_>> = None;
        let mut in_force = (*default).to_owned();
        for node in directives(view, &words) {
            if node.name() != *setting {
                above = above.or(Some(node));
                continue;
            }
            let Some(value) = node.arguments().next_back().map(|word| word.value()) else {
                continue;
            };
            if let Some(path) = above.filter(|_| value != in_force) {
                let message = format!("`{setting}` has no effect on the lines above it");
                findings.push(
                    Diagnostic::new(codes::ha_cf_advice::LATE_SETTING, node.place(), message)
                        .context(path.place(), format!("this line uses {in_force}"))
                        .help("move it in front of the first path"),
                );
            }
            in_force = value.into_owned();
        }
    }
}

/// Paths of the membership.
fn paths<'a>(view: &View<'a>) -> &'a [Sourced<Path>] {
    &view.cluster.membership.paths
}

/// What a path runs over: two unicast lines on one interface are one wire.
fn wire(path: &Path) -> &str {
    match path {
        Path::Serial { device } => device,
        other => other.interface().unwrap_or_default(),
    }
}

/// The nodes' names without their domains.
pub(super) fn short_names(view: &View<'_>) -> HashSet<String> {
    view.cluster.nodes.iter().map(|node| short(&node.name.value)).collect()
}

/// `host` without its domain, in lower case.
pub(super) fn short(host: &str) -> String {
    host.split('.').next().unwrap_or_default().to_ascii_lowercase()
}

const MEDIA: &[&str] = &["bcast", "udp", "ucast", "ucast6", "mcast", "mcast6", "serial", "hbaping"];

/// Settings, their defaults, and the paths that they act on.
const SETTINGS: &[(&str, &str, &[&str])] =
    &[("udpport", "694", &["bcast", "udp", "ucast", "ucast6"]), ("baud", "19200", &["serial"])];
