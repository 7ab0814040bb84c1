//! What `--example` converts, so that the first command works on any machine.

use crate::model::read::Input;
use crate::source::Sources;
use crate::syntax::Format;

/// heartbeat's files of a cluster.
pub(super) fn heartbeat(sources: &mut Sources) -> Vec<Input> {
    HEARTBEAT.iter().map(|(format, text)| add(*format, text, sources)).collect()
}

/// keepalived.conf of the first director of the same cluster.
pub(super) fn keepalived(sources: &mut Sources) -> Vec<Input> {
    vec![add(Format::Keepalived, KEEPALIVED, sources)]
}

fn add(format: Format, text: &str, sources: &mut Sources) -> Input {
    let name = format!("example/{}", format.file_name());
    Input { file: sources.add(name, text.as_bytes()), format }
}

/// The directors of the cluster. A keepalived.conf names at most its own.
pub(super) const DIRECTORS: [&str; 2] = ["lw1", "lw2"];

const HEARTBEAT: &[(Format, &str)] = &[
    (Format::HaCf, include_str!("../example/ha.cf")),
    (Format::Haresources, include_str!("../example/haresources")),
    (Format::Authkeys, include_str!("../example/authkeys")),
    (Format::Ldirectord, include_str!("../example/ldirectord.cf")),
];
const KEEPALIVED: &str = include_str!("../example/keepalived.conf");
