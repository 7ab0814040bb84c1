//! What two blocks of one file both claim, and what they run on.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::report;
use crate::model::read::Input;
use crate::model::rules::View;
use crate::model::{Carried, Forwarding, Router, Service, TrackKind, VrrpVersion};
use crate::source::codes::{keepalived_advice as advice, keepalived_quirks as codes};
use crate::source::{Diagnostic, FileId, Findings, Place};
use crate::syntax::{Format, Tree};

/// One address, moved by two routers or told twice.
pub(super) fn addresses(view: &View<'_>, findings: &mut Findings) {
    let mut known = HashMap::new();
    for router in routers(view) {
        for address in router.addresses.iter().chain(&router.excluded) {
            let value = &address.value;
            let own = router.interface.as_ref().map(|interface| interface.value.as_str());
            // The same link-local address may be on each interface.
            let is_local = matches!(value.address, IpAddr::V6(a) if a.is_unicast_link_local());
            let interface = value.interface.as_deref().or(own).filter(|_| is_local);
            let key = (owner(view, address.at), value.address, interface);
            let Some((other, earlier)): Option<&(&Router, Option<Place>)> = known.get(&key) else {
                known.insert(key, (router, address.at));
                continue;
            };
            let Some(at) = address.at else { continue };
            let message = if std::ptr::eq(*other, router) {
                format!("{} is in this router already", value.address)
            } else {
                format!("{} is in `{}`, too", value.address, other.name.value)
            };
            let diagnostic = Diagnostic::new(codes::ADDRESS_TWICE, at, message);
            findings.push(match earlier {
                Some(earlier) => diagnostic.context(*earlier, "the first is here"),
                None => diagnostic,
            });
        }
    }
}

/// The packet filter of the strict mode.
pub(super) fn strict_filter(view: &View<'_>, findings: &mut Findings) {
    let globals = &view.cluster.globals;
    let Some(strict) = globals.strict.filter(|strict| strict.value) else { return };
    let accepts = |router: &Router| {
        let owner = router.members.first().and_then(|member| member.priority);
        let accepts = router.accept.is_some_and(|accept| accept.value);
        let three = router.effective_version(&globals.routers) == VrrpVersion::Three;
        let is_owner = owner.is_some_and(|priority| priority.value == 255);
        let is_strict = router.delivery.strict.as_ref().is_none_or(|strict| strict.value);
        is_owner || !is_strict || (accepts && three)
    };
    if routers(view).any(|router| !accepts(router)) {
        let message = "the addresses of this node will answer nothing";
        report(advice::STRICT_FILTER, strict.at, message, findings);
    }
}

/// The number of adverts for all routers, which the strict mode resets in each one without a number
/// of its own, and ends with an error (2.2.7).
pub(super) fn strict_count(view: &View<'_>, findings: &mut Findings) {
    let globals = &view.cluster.globals;
    let Some(count) = globals.routers.down_count else { return };
    let is_reset = |router: &Router| {
        router.down_count.is_none() && router.effective_down_count(globals) != count.value
    };
    if let (true, Some(at)) = (routers(view).any(is_reset), count.at) {
        let message = "in strict mode three adverts may be missing, not more or fewer";
        let finding = Diagnostic::new(codes::STRICT, at, message);
        findings.push(finding.help("change the line, or leave the strict mode"));
    }
}

/// Scripts that are followed and fail at once, or run longer than they may.
pub(super) fn scripts(view: &View<'_>, findings: &mut Findings) {
    if routers(view).next().is_none() {
        return;
    }
    for script in &view.cluster.trackers {
        let expanded = script.carried.iter().any(|c| c.keyword.starts_with(['@', '$', '~', 'i']));
        let is_file = script.command.as_ref().is_none_or(|command| command.value.starts_with('<'));
        if let (None, false, false, Some(at)) = (&script.fall, expanded, is_file, script.name.at) {
            let message = format!("the first failure of `{}` counts", script.name.value);
            findings.push_once_per_file(
                Diagnostic::new(advice::ONE_FAILURE, at, message)
                    .help("write `fall 2` into the vrrp_script"),
            );
        }
        let interval = script.interval.as_ref().map_or(1_000, |time| time.value.as_millis());
        let timeout = script.timeout.as_ref();
        if let Some(timeout) = timeout.filter(|timeout| timeout.value.as_millis() > interval) {
            let message = "the script may still run when it is due again";
            report(advice::LONG_TIMEOUT, timeout.at, message, findings);
        }
    }
}

/// Scripts that neither a router nor a group follows.
pub(super) fn not_followed(view: &View<'_>, findings: &mut Findings) {
    let groups = view.cluster.sync_groups.iter();
    let carried = routers(view).flat_map(|router| &router.carried);
    let mut carried = carried.chain(groups.clone().flat_map(|group| &group.carried));
    // What was not understood may follow anything.
    let may_follow = |carried: &Carried| {
        carried.keyword.starts_with(['@', '$', '~', 'i']) || carried.keyword.contains("track")
    };
    if routers(view).next().is_none() || carried.any(may_follow) {
        return;
    }
    let tracks = routers(view).flat_map(|router| &router.tracks);
    let tracks = tracks.chain(groups.flat_map(|group| &group.tracks)).map(|track| &track.value);
    let followed: HashSet<&str> = tracks
        .filter(|track| track.kind == TrackKind::Script)
        .map(|track| track.name.as_str())
        .collect();
    for script in &view.cluster.trackers {
        let name = &script.name.value;
        if let (false, Some(at)) = (followed.contains(name.as_str()), script.name.at) {
            let message = format!("nothing follows the script `{name}`");
            findings.push(
                Diagnostic::new(advice::NOT_FOLLOWED, at, message)
                    .note("keepalived does not run it")
                    .help(format!("write `track_script {{ {name} }}` into the vrrp_instance, on lines of its own")),
            );
        }
    }
}

/// Interfaces that other services make.
pub(super) fn interfaces(view: &View<'_>, findings: &mut Findings) {
    let globals = &view.cluster.globals;
    let is_hidden = |carried: &Carried| carried.keyword.starts_with(['@', '$', '~', 'i']);
    if globals.interfaces.dynamic.is_some() || globals.carried.iter().any(is_hidden) {
        return;
    }
    let mut told = HashSet::new();
    for interface in routers(view).filter_map(|router| router.interface.as_ref()) {
        let name = interface.value.as_str();
        let is_made = name.contains('.') || MADE.iter().any(|prefix| name.starts_with(prefix));
        if is_made && told.insert(name) {
            let message = format!("{name} may not be there yet when keepalived starts");
            // One setting helps them all.
            let Some(at) = interface.at else { continue };
            findings.push_once_per_file(Diagnostic::new(advice::LATE_INTERFACE, at, message));
        }
    }
}

/// Directors among the real servers.
pub(super) fn directors(view: &View<'_>, findings: &mut Findings) {
    let own = routers(view).flat_map(|router| {
        let transport = &router.transport;
        let peers = transport.peers.iter().map(|peer| (peer.value.address, peer.at));
        transport.source.iter().map(|source| (source.value, source.at)).chain(peers)
    });
    let directors: HashMap<IpAddr, Option<Place>> = own.collect();
    if directors.is_empty() {
        return;
    }
    let mut told = HashSet::new();
    for service in view.cluster.services.iter().filter(|s| is_of_keepalived(view, s)) {
        for server in &service.servers {
            let method = server.method.as_ref().or(service.method.as_ref());
            let is_direct = method.is_some_and(|m| m.value != Forwarding::Masquerading);
            let Some(director) = directors.get(&server.address).filter(|_| is_direct) else {
                continue;
            };
            if let (true, Some(at)) = (told.insert(server.address), server.at) {
                let message = format!("{} is a director", server.address);
                let diagnostic = Diagnostic::new(advice::DIRECTOR_AS_SERVER, at, message);
                findings.push(match director {
                    Some(other) => diagnostic.context(*other, "adverts come from it"),
                    None => diagnostic,
                });
            }
        }
    }
}

/// Whose text a place is in, where the files of several nodes are read together; one node's file
/// and what it includes are one text.
pub(super) fn owner(view: &View<'_>, at: Option<Place>) -> Option<FileId> {
    let is_keepalived = |(input, _): &&(Input, Tree)| input.format == Format::Keepalived;
    let several = view.trees.iter().filter(is_keepalived).nth(1).is_some();
    at.filter(|_| several).map(|at| at.file)
}

/// The routers of keepalived.
fn routers<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Router> {
    let is_there = view.trees.iter().any(|(input, _)| input.format == Format::Keepalived);
    let routers = view.cluster.routers.iter().filter(move |_| is_there);
    routers.filter(|router| router.resources.is_empty())
}

pub(super) fn is_of_keepalived(view: &View<'_>, service: &Service) -> bool {
    let file = service.target.at.map(|at| at.file);
    let mut inputs = view.trees.iter().map(|(input, _)| input);
    // Included files are no inputs: what is not ldirectord's is keepalived's.
    !inputs.any(|input| input.format == Format::Ldirectord && Some(input.file) == file)
}

/// How interfaces are called that are not there from the start.
const MADE: &[&str] =
    &["bond", "br-", "docker", "gre", "ipip", "ppp", "tap", "team", "tun", "vlan", "vxlan", "wg"];
