//! What real servers are told, and what they are asked with.

use super::own;
use crate::model::read::dialogue_uses;
use crate::model::{Forwarding, Located, ProbeKind, Service, Target};
use crate::site::destinations::{destinations, fallback_method, is_guess, method};
use crate::site::keys::Reader;
use crate::site::{RealServer, Site, show_target};
use crate::source::Diagnostic;
use crate::source::codes::inventory;

/// Warns of addresses that real servers take for their own by a guess, and of checks that cannot log in.
pub(super) fn check(site: &Site, reader: &mut Reader<'_>) {
    for service in &site.cluster.services {
        guess(service, site, reader);
        without_password(service, reader);
    }
}

/// A mark does not say which addresses its packets have, so a real server takes all of the routers: also
/// that of its own gateway, which it then cannot reach any more.
fn guess(service: &Service, site: &Site, reader: &mut Reader<'_>) {
    let stated = service.destinations.first().place();
    if let (true, Some(at)) = (is_plain(service), own(stated, reader)) {
        let message =
            "`destinations` changes nothing: the address of the service is that of its packets";
        let finding = Diagnostic::new(inventory::NO_EFFECT, at, message);
        reader.report(finding.help("take it out"));
    }
    if !is_guess(service, &site.cluster) {
        return;
    }
    let takes = |server: &RealServer| {
        let name = server.name.value.clone();
        let address = server.address?.value;
        let mut own = service.servers.iter().filter(|own| own.address == address);
        let fallback = service.fallback.as_ref().map(|fallback| &fallback.value);
        let fallback = fallback.filter(|fallback| fallback.address == address);
        let is_sent = own.any(|own| method(own, service) != Forwarding::Masquerading)
            || fallback.is_some_and(|fallback| {
                fallback_method(fallback, service) != Forwarding::Masquerading
            });
        let taken = is_sent.then(|| destinations(service, address, &site.cluster))?;
        (taken.len() > 1).then_some((name, taken))
    };
    let mut all = site.real_servers.iter().filter_map(takes);
    let (Some((name, taken)), Some(at)) = (all.next(), service.target.at) else { return };
    let takers = match all.count() {
        0 => format!("{name} would take, as its own,"),
        more => format!("{name} and {more} more would take, as their own,"),
    };
    // A group may have a network beside its mark.
    let mut list: Vec<String> = taken.iter().take(SHOWN).map(ToString::to_string).collect();
    let others = taken.len().saturating_sub(SHOWN);
    list.extend((others > 0).then(|| format!("and {others} more")));
    let message = format!(
        "{takers} {}: packets of {} may have any of them",
        list.join(", "),
        show_target(&service.target.value)
    );
    let first = list.first().map_or("", String::as_str);
    let finding = Diagnostic::new(inventory::GUESSED_DESTINATIONS, at, message);
    reader.report(finding.help(format!("destinations = [\"{first}\"]")));
}

/// Whether its packets have the address that it is named by.
fn is_plain(service: &Service) -> bool {
    matches!(service.target.value, Target::Endpoint { .. })
}

/// A login without its password fails where one is asked for, and with it every check.
fn without_password(service: &Service, reader: &mut Reader<'_>) {
    let of_servers = service.servers.iter().flat_map(|server| server.own_probes());
    for probe in service.probes.iter().chain(of_servers) {
        let ProbeKind::Dialogue(dialogue) = probe.kind.negotiation() else { continue };
        let is_asked = dialogue_uses(&dialogue.service, "passwd") && dialogue.password.is_none();
        let login = dialogue.login.place();
        if let (true, Some(at)) = (is_asked, own(login, reader)) {
            let message = "`login` stands without a `password`";
            let finding = Diagnostic::new(inventory::NO_PASSWORD, at, message);
            reader.report(finding.help("password = \"NAME\", which [secrets.NAME] describes"));
        }
    }
}

/// Addresses that one message names.
const SHOWN: usize = 20;
