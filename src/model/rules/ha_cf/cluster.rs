//! Nodes, failback, ping targets, fencing: the cluster as a whole.

use std::collections::HashSet;
use std::net::IpAddr;

use super::{directives, file, is_managed, paths, start};
use crate::model::rules::View;
use crate::model::{Failback, Located, Path, ResourceKind};
use crate::source::{Diagnostic, Findings, codes};
use crate::syntax::Format;

pub(super) fn no_node(view: &View<'_>, findings: &mut Findings) {
    let Some(at) = start(view, Format::HaCf) else { return };
    if directives(view, &["node"]).is_empty() {
        let message = "no `node` line names the directors";
        findings.push(
            Diagnostic::new(codes::ha_cf::NO_NODE, at, message)
                .help("write one `node` line for each, with the name that `uname -n` prints"),
        );
    }
}

pub(super) fn autojoin(view: &View<'_>, findings: &mut Findings) {
    for node in directives(view, &["autojoin"]) {
        let Some(word) = node.word(1) else { continue };
        if word.value() != "none" && !is_managed(view) {
            let message = format!("`autojoin {}` needs a manager", word.value());
            findings.push(
                Diagnostic::new(codes::ha_cf::AUTOJOIN, word.place(), message)
                    .note("with haresources heartbeat refuses to start")
                    .help("delete the line"),
            );
        }
    }
}

pub(super) fn no_log(view: &View<'_>, findings: &mut Findings) {
    let Some(node) = directives(view, &["use_logd"]).pop() else { return };
    let Some(word) = node.word(1) else { return };
    let is_off =
        matches!(word.value().to_ascii_lowercase().as_str(), "no" | "off" | "false" | "n" | "0");
    if is_off && directives(view, &["logfile", "debugfile", "logfacility"]).is_empty() {
        let message = "there is no place left for messages";
        findings.push(
            Diagnostic::new(codes::ha_cf::NO_LOG, node.place(), message)
                .help("add `logfacility daemon`"),
        );
    }
}

pub(super) fn node_count(view: &View<'_>, findings: &mut Findings) {
    let nodes = &view.cluster.nodes;
    let Some(last) = nodes.last().and_then(|node| node.name.at) else { return };
    if start(view, Format::HaCf).is_none() || is_managed(view) || nodes.len() == 2 {
        return;
    }
    let message = match nodes.len() {
        1 => "one node alone has nobody to take over".to_owned(),
        count => format!("haresources is made for two nodes, these are {count}"),
    };
    findings.push(Diagnostic::new(codes::ha_cf_advice::NODE_COUNT, last, message));
}

pub(super) fn failback(view: &View<'_>, findings: &mut Findings) {
    let Some(start) = start(view, Format::HaCf) else { return };
    if is_managed(view) {
        return;
    }
    let code = codes::ha_cf_advice::FAILBACK;
    let diagnostic = match view.cluster.membership.failback {
        Some(failback) if failback.value != Failback::Legacy => return,
        Some(failback) => {
            let obsolete = !directives(view, &["nice_failback"]).is_empty();
            let message = if obsolete {
                "heartbeat ignores the value of `nice_failback`: resources go home"
            } else {
                "`legacy` has resources go home, without hb_standby and ipfail"
            };
            Diagnostic::new(code, failback.at.unwrap_or(start), message)
        }
        // A value that could not be read has a finding of its own.
        None if !directives(view, &["auto_failback", "nice_failback"]).is_empty() => return,
        None => {
            Diagnostic::new(code, start, "`auto_failback` is not set; heartbeat assumes `legacy`")
        }
    };
    findings.push(diagnostic.help("write `auto_failback on` or `auto_failback off`"));
}

pub(super) fn ping_use(view: &View<'_>, findings: &mut Findings) {
    let membership = &view.cluster.membership;
    let code = codes::ha_cf_advice::PING_USE;
    let first = membership.ping_targets.first().place();
    match (first, membership.arbitrator.place()) {
        (Some(at), None) => {
            let message = "without ipfail nobody acts on ping targets";
            findings.push(
                Diagnostic::new(code, at, message)
                    .help("write `respawn hacluster /usr/libexec/heartbeat/ipfail`"),
            );
        }
        (None, Some(at)) => {
            let message = "without ping targets ipfail has nothing to compare";
            findings.push(Diagnostic::new(code, at, message).help("write `ping` and the router"));
        }
        _ => {}
    }
    let is_legacy = membership.failback.is_none_or(|f| f.value == Failback::Legacy);
    let arbitrator = membership.arbitrator.place();
    if let Some(at) = arbitrator.filter(|_| is_legacy) {
        let message = "ipfail does nothing with `auto_failback legacy`, the default";
        findings.push(Diagnostic::new(code, at, message));
    }
    let own = Own::new(view);
    for target in &membership.ping_targets {
        let found = target.value.hosts.iter().find_map(|host| Some((host, own.holds(host)?)));
        if let (Some((host, owner)), Some(at)) = (found, target.at) {
            let message = format!("the ping target {host} is {owner}");
            findings.push(Diagnostic::new(code, at, message).help("ping a router instead"));
        }
    }
}

pub(super) fn no_fencing(view: &View<'_>, findings: &mut Findings) {
    if file(view, Format::HaCf).is_none() || !view.cluster.membership.fencing.is_empty() {
        return;
    }
    let mut resources = view.cluster.routers.iter().flat_map(|router| &router.resources);
    if let Some(storage) = resources.find(|resource| resource.kind == ResourceKind::Storage) {
        let message = format!("{} without fencing: both nodes may mount it", storage.name);
        let diagnostic = Diagnostic::new(codes::ha_cf_advice::NO_FENCING, storage.at, message);
        findings.push(diagnostic.help("add a `stonith_host` line to ha.cf"));
    }
}

pub(super) fn ignored(view: &View<'_>, findings: &mut Findings) {
    let Some(manager) = view.cluster.membership.manager.filter(|manager| manager.value) else {
        return;
    };
    if let (Some(at), Some(_)) = (manager.at, file(view, Format::Haresources)) {
        let message = "heartbeat does not read haresources with this";
        findings.push(Diagnostic::new(codes::ha_cf_advice::IGNORED_HARESOURCES, at, message));
    }
}

/// Names with and without a domain.
pub(super) fn mixed_names(view: &View<'_>, findings: &mut Findings) {
    let names = || view.cluster.nodes.iter().map(|node| &node.name);
    let long = names().find(|name| name.value.contains('.'));
    let short = names().find(|name| !name.value.contains('.'));
    let (Some(long), Some(short)) = (long, short) else { return };
    let (Some(at), Some(other)) = (long.at.max(short.at), long.at.min(short.at)) else { return };
    let message = format!("`{}` has a domain and `{}` has none", long.value, short.value);
    findings.push(
        Diagnostic::new(codes::ha_cf_advice::MIXED_NAMES, at, message)
            .context(other, "the other way of writing"),
    );
}

/// What of the cluster itself a ping target may be by mistake.
struct Own<'a> {
    peers: HashSet<&'a str>,
    names: HashSet<String>,
    addresses: HashSet<IpAddr>,
}

impl<'a> Own<'a> {
    fn new(view: &View<'a>) -> Self {
        let peers = view.cluster.membership.paths.iter().filter_map(|path| match &path.value {
            Path::Unicast { peer, .. } => Some(peer.as_str()),
            _ => None,
        });
        let addresses = view.cluster.routers.iter().flat_map(|router| &router.addresses);
        Self {
            peers: peers.collect(),
            names: paths::short_names(view),
            addresses: addresses.map(|address| address.value.address).collect(),
        }
    }

    fn holds(&self, host: &str) -> Option<&'static str> {
        match host.parse::<IpAddr>() {
            _ if self.peers.contains(host) => Some("a node of the cluster"),
            Ok(address) => self.addresses.contains(&address).then_some("a virtual address"),
            Err(_) => self.names.contains(&paths::short(host)).then_some("a node of the cluster"),
        }
    }
}
