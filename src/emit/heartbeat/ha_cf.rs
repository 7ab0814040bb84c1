//! ha.cf.

use std::fmt::{Display, Write as _};
use std::time::Duration;

use super::View;
use crate::model::{Failback, Path, PingTarget, milliseconds};
use crate::syntax::Format;

/// The whole file. Settings act when they are met, so what others depend on comes first: logging
/// before everything, speed and port before the paths.
pub fn ha_cf(view: &View<'_>) -> String {
    let mut out = view.head();
    carried(view, |keyword| keyword != RESPAWN, &mut out);
    let mut say = |word: &str, value: &dyn Display| {
        let _ = writeln!(out, "{word} {value}");
    };
    let cluster = view.cluster;
    let membership = &cluster.membership;
    // Messages go there from this line on.
    if let Some(facility) = &membership.log_facility {
        say("logfacility", &facility.value);
    }
    if let Some(name) = &cluster.name {
        say("cluster", &name.value);
    }
    let times = [
        ("keepalive", membership.interval),
        ("deadtime", membership.dead_time),
        ("warntime", membership.warn_time),
        ("initdead", membership.initial_dead_time),
        ("deadping", membership.ping_dead_time),
    ];
    for (word, time) in times {
        if let Some(time) = time {
            say(word, &duration(time.value));
        }
    }
    if let Some(port) = membership.port {
        say("udpport", &port.value);
    }
    for path in &membership.paths {
        let (word, value) = self::path(&path.value);
        say(word, &value);
    }
    if let Some(failback) = membership.failback {
        say("auto_failback", &self::failback(failback.value));
    }
    for node in &cluster.nodes {
        say("node", &node.name.value);
    }
    for target in &membership.ping_targets {
        let (word, value) = ping(&target.value);
        say(word, &value);
    }
    if let Some(program) = &membership.arbitrator {
        say(RESPAWN, &program.value);
    }
    if let Some(manager) = membership.manager {
        say("crm", &if manager.value { "on" } else { "off" });
    }
    // Of two arbitrators the first counts.
    carried(view, |keyword| keyword == RESPAWN, &mut out);
    out
}

/// What the model has no field for, as it was written. Fencing is among it, because its lines
/// hold passwords and the model holds none.
fn carried(view: &View<'_>, wanted: impl Fn(&str) -> bool, out: &mut String) {
    let Some(origin) = view.origin else { return };
    let fencing = view.cluster.membership.fencing.iter().filter(|_| wanted(""));
    let carried = view.cluster.carried.iter().filter(|carried| wanted(&carried.keyword));
    let mut places: Vec<_> = carried.map(|carried| carried.at).chain(fencing.copied()).collect();
    places.sort_unstable();
    for text in places.into_iter().filter_map(|at| origin.text(at, Format::HaCf)) {
        let _ = writeln!(out, "{text}");
    }
}

/// heartbeat has no unit for seconds and no finer step than the millisecond.
fn duration(time: Duration) -> String {
    let total = milliseconds(time);
    if total.is_multiple_of(1000) { (total / 1000).to_string() } else { format!("{total}ms") }
}

fn path(path: &Path) -> (&'static str, String) {
    match path {
        Path::Broadcast { interface } => ("bcast", interface.clone()),
        Path::Multicast { interface, group, port, ttl, loopback } => {
            let word = if group.is_ipv4() { "mcast" } else { "mcast6" };
            let loopback = u8::from(*loopback);
            (word, format!("{interface} {group} {port} {ttl} {loopback}"))
        }
        Path::Serial { device } => ("serial", device.clone()),
        Path::Unicast { interface, peer } => {
            let word = if peer.contains(':') { "ucast6" } else { "ucast" };
            (word, format!("{interface} {peer}"))
        }
    }
}

fn ping(target: &PingTarget) -> (&'static str, String) {
    let hosts = target.hosts.join(" ");
    match &target.group {
        Some(group) => ("ping_group", format!("{group} {hosts}")),
        None if hosts.contains(':') => ("ping6", hosts),
        None => ("ping", hosts),
    }
}

fn failback(failback: Failback) -> &'static str {
    match failback {
        Failback::On => "on",
        Failback::Off => "off",
        Failback::Legacy => "legacy",
    }
}

const RESPAWN: &str = "respawn";
