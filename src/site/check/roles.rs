//! A machine is a director or a real server: what is written, started and undone on it is one role's.

use std::net::IpAddr;

use crate::model::Sourced;
use crate::site::keys::Reader;
use crate::site::{RealServer, Site};
use crate::source::codes::inventory;
use crate::source::{Diagnostic, Place};

/// No machine is both; real servers that lvsha leaves alone are not asked.
pub(super) fn check(site: &Site, reader: &mut Reader<'_>) {
    let is_managed = |server: &&RealServer| server.managed.is_none_or(|managed| managed.value);
    for server in site.real_servers.iter().filter(is_managed) {
        let Some((at, first, what)) = twin(site, server) else { continue };
        let message = format!("{what} is a director and a real server");
        let finding = Diagnostic::new(inventory::TWO_ROLES, at, message);
        reader.report(finding.context(first, "the director").help(format!(
            "write `managed = false` in `[real_servers.{}]`, and see to its part yourself; \
             or let the service name another machine",
            server.name.value
        )));
    }
}

/// The place of the server that a director shares, that of the director's, and what they share.
fn twin(site: &Site, server: &RealServer) -> Option<(Place, Place, String)> {
    let same_name = site.director(&server.name.value);
    if let Some(director) = same_name {
        let name = format!("`{}`", server.name.value);
        return Some((server.name.at?, director.name.at?, name));
    }
    let own: Sourced<IpAddr> = server.address?;
    let mut addresses = site.directors.iter().filter_map(|director| director.address);
    let first = addresses.find(|address| address.value == own.value)?;
    Some((own.at?, first.at?, own.value.to_string()))
}
