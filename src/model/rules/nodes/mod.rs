//! Checks across the nodes of a site: what the directors must say alike, and what must differ.
//!
//! Everything that is compared is found by hash: a site may have tens of thousands of routers. What
//! is not expanded yet is not judged.

use super::super::read::Input;
use crate::model::Cluster;
use crate::source::codes::nodes as codes;
use crate::source::{Code, Diagnostic, Findings, Place, Sources};
use crate::syntax::Tree;

mod authentication;
mod heartbeat;
mod joined;
mod router;
mod seats;
mod services;

use seats::Seats;

/// One director, as far as its own files tell.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// Its name, for people.
    pub name: &'a str,
    /// The meaning of its files.
    pub cluster: &'a Cluster,
    /// Their trees.
    pub trees: &'a [(Input, Tree)],
}

/// What a rule may look at.
pub(super) struct Site<'a> {
    nodes: &'a [Node<'a>],
    sources: &'a Sources,
    /// keepalived's routers, sorted by the virtual router that they are part of.
    seats: Seats<'a>,
}

/// One rule.
struct Rule {
    /// The codes that it may report.
    codes: &'static [Code],
    /// Looks for them.
    check: fn(&Site<'_>, &mut Findings),
}

/// The codes that [`check`] may report.
pub fn codes() -> impl Iterator<Item = Code> {
    RULES.iter().flat_map(|rule| rule.codes.iter().copied())
}

/// Compares the nodes of one site with each other.
pub fn check(nodes: &[Node<'_>], sources: &Sources, findings: &mut Findings) {
    let site = Site { nodes, sources, seats: Seats::of(nodes) };
    for rule in RULES {
        (rule.check)(&site, findings);
    }
    // What the model remembers of a keepalived.conf are places in its expanded text.
    findings.resolve(sources);
}

const RULES: &[Rule] = &[
    Rule { codes: &[codes::ROUTER_CLASH], check: seats::clashes },
    Rule { codes: &[codes::ADDRESS_OF_TWO_ROUTERS], check: seats::addresses_of_two },
    Rule { codes: &[codes::ROUTER_ON_ONE_NODE], check: seats::alone },
    Rule { codes: &[codes::AUTHENTICATION_DIFFERS], check: authentication::check },
    Rule { codes: &[codes::INTERVAL_DIFFERS, codes::INTERVAL_ADOPTED], check: router::interval },
    Rule { codes: &[codes::VERSION_DIFFERS], check: router::version },
    Rule { codes: &[codes::TRANSPORT_DIFFERS], check: router::transport },
    Rule { codes: &[codes::PEER_MISSING], check: router::peers },
    Rule { codes: &[codes::ADDRESSES_DIFFER], check: router::addresses },
    Rule { codes: &[codes::DOWN_COUNT_DIFFERS], check: router::down_count },
    Rule {
        codes: &[codes::EQUAL_PRIORITIES, codes::TWO_OWNERS, codes::PRIORITY_AGAINST_STATE],
        check: router::priorities,
    },
    Rule { codes: &[codes::SEVERAL_MASTERS], check: router::masters },
    Rule { codes: &[codes::WEIGHT_BELOW_GAP], check: router::weights },
    Rule { codes: &[codes::SYNC_GROUP_DIFFERS], check: joined::sync_groups },
    Rule { codes: &[codes::GROUP_DIVIDED], check: joined::divided },
    Rule { codes: &[codes::SAME_ROUTER_ID], check: joined::router_ids },
    Rule { codes: &[codes::SYNC_DAEMON_DIFFERS], check: joined::sync_daemons },
    Rule { codes: &[codes::SERVICES_DIFFER], check: services::check },
    Rule { codes: &[codes::HARESOURCES_DIFFER], check: heartbeat::resources },
    Rule { codes: &[codes::KEYS_DIFFER], check: heartbeat::keys },
    Rule { codes: &[codes::NODES_DIFFER], check: heartbeat::nodes },
    Rule { codes: &[codes::TIMES_DIFFER], check: heartbeat::times },
    Rule { codes: &[codes::CHANNEL_DIFFERS], check: heartbeat::channels },
];

/// A finding at the first place that is known, with what the other node says beside it.
fn differ(
    code: Code,
    here: [Option<Place>; 2],
    message: String,
    there: [Option<Place>; 2],
    label: String,
) -> Option<Diagnostic> {
    let at = here.into_iter().flatten().next()?;
    let diagnostic = Diagnostic::new(code, at, message);
    Some(match there.into_iter().flatten().next() {
        Some(other) => diagnostic.context(other, label),
        None => diagnostic,
    })
}
