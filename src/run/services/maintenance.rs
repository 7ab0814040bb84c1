//! ldirectord's maintenance directory, and the memory of which services are ours.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::model::{Family, Protocol};
use crate::run::ipvs::ServiceKey;

#[cfg(test)]
mod tests;

/// The names of the files in a directory; empty when it cannot be read, as ldirectord has it.
pub(super) fn names(directory: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(directory) else { return BTreeSet::new() };
    entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// Services that an earlier life of the daemon made. What cannot be read is forgotten: a service too
/// many in the table is better than a stranger's removed.
pub(super) fn recall(file: &Path) -> BTreeSet<ServiceKey> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().filter_map(parse).collect()
}

/// Writes down which services are ours, one a line, replacing the file at once.
pub(super) fn remember(file: &Path, keys: &BTreeSet<ServiceKey>) -> io::Result<()> {
    let beside = file.with_extension("new");
    let mut new = fs::File::create(&beside)?;
    for key in keys {
        writeln!(new, "{key}")?;
    }
    fs::rename(beside, file)
}

/// The inverse of the key's `Display`.
fn parse(line: &str) -> Option<ServiceKey> {
    let (kind, rest) = line.split_once(' ')?;
    let protocol = match kind {
        "sctp" => Protocol::Sctp,
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "fwmark" => {
            let (mark, family) = match rest.strip_suffix(" inet6") {
                Some(mark) => (mark, Family::V6),
                None => (rest, Family::V4),
            };
            return Some(ServiceKey::Mark { family, mark: mark.parse().ok()? });
        }
        _ => return None,
    };
    let endpoint: std::net::SocketAddr = rest.parse().ok()?;
    Some(ServiceKey::Endpoint { protocol, address: endpoint.ip(), port: endpoint.port() })
}
