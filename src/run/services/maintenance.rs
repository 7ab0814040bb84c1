//! ldirectord's maintenance directory, and the memory of what in the kernel's table is ours.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::model::{Family, Protocol};
use crate::run::ipvs::reconcile::Owned;
use crate::run::ipvs::{DaemonRole, ServiceKey};

#[cfg(test)]
mod tests;

/// The names of the files in a directory; empty when it cannot be read, as ldirectord has it.
pub(super) fn names(directory: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(directory) else { return BTreeSet::new() };
    entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// What an earlier life of the daemon made. What cannot be read is forgotten: a service too many in the
/// table is better than a stranger's removed.
pub(super) fn recall(file: &Path) -> Owned {
    let text = fs::read_to_string(file).unwrap_or_default();
    let mut owned = Owned::default();
    for line in text.lines() {
        match line.strip_prefix(SYNC) {
            Some("backup") => owned.daemons.extend([DaemonRole::Backup]),
            Some("master") => owned.daemons.extend([DaemonRole::Master]),
            _ => owned.services.extend(parse(line)),
        }
    }
    owned
}

/// Writes down what is ours, one thing a line, replacing the file at once.
pub(super) fn remember(file: &Path, owned: &Owned) -> io::Result<()> {
    let beside = file.with_extension("new");
    let mut new = fs::File::create(&beside)?;
    for key in &owned.services {
        writeln!(new, "{key}")?;
    }
    for role in &owned.daemons {
        writeln!(new, "{SYNC}{role}")?;
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

/// In front of the role of a sync thread.
const SYNC: &str = "sync ";
