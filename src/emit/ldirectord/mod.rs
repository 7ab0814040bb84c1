//! ldirectord.cf.
//!
//! Everything that its readers would fill in is written out: ldirectord's manual and code disagree
//! about defaults. What all services agree on stands once, above them.

use std::fmt::Write as _;
use std::time::Duration;

use super::heartbeat::View;
use crate::model::{Alerts, Carried, Cluster, Service};
use crate::syntax::Format;
use crate::syntax::schema::ldirectord::places;

mod probe;
mod service;

/// The whole file.
///
/// The cluster speaks ldirectord's language: no service is a named group, and each has one probe.
/// Time limits are whole seconds there, so fractions are rounded up.
pub fn ldirectord(view: &View<'_>) -> String {
    let mut out = view.head();
    let common = Common::of(view.cluster);
    if needs_processes(view) {
        let _ = writeln!(out, "fork=yes");
    }
    for setting in common.global() {
        if let Some(value) = view.cluster.services.first().and_then(setting.value) {
            let _ = writeln!(out, "{}={value}", setting.word);
        }
    }
    alerts(view.cluster, &mut out);
    carried(&view.cluster.carried, view, "", &mut out);
    for service in &view.cluster.services {
        out.push('\n');
        service::write(service, view, &common, &mut out);
    }
    out
}

/// A setting that may stand above all services or in each of them.
#[derive(Clone, Copy)]
struct Setting {
    word: &'static str,
    value: fn(&Service) -> Option<String>,
    /// Stands for its neighbour where that one is not set, so both stand at the same level.
    paired: bool,
}

/// Which settings stand above the services.
struct Common {
    global: Vec<bool>,
}

impl Common {
    fn of(cluster: &Cluster) -> Self {
        let services = &cluster.services;
        let agree = |setting: &Setting| {
            let mut values = services.iter().map(setting.value);
            let first = values.next().flatten();
            first.is_some() && values.all(|value| value == first)
        };
        let pair = SETTINGS.iter().filter(|setting| setting.paired).all(agree);
        let global: Vec<bool> = SETTINGS
            .iter()
            .map(|setting| if setting.paired { pair } else { agree(setting) })
            .collect();
        Self { global }
    }

    fn global(&self) -> impl Iterator<Item = &'static Setting> {
        self.sorted(true)
    }

    /// What each service has to say itself.
    fn own(&self) -> impl Iterator<Item = &'static Setting> {
        self.sorted(false)
    }

    fn sorted(&self, global: bool) -> impl Iterator<Item = &'static Setting> {
        let levels = SETTINGS.iter().zip(&self.global);
        levels.filter(move |(_, is_global)| **is_global == global).map(|(setting, _)| setting)
    }
}

/// One process has one rhythm: services that differ need a process each, unless the directive for
/// it travels along.
fn needs_processes(view: &View<'_>) -> bool {
    let mut intervals = view.cluster.services.iter().map(interval);
    let first = intervals.next();
    let is_fork = |carried: &Carried| carried.keyword == "fork";
    let is_said = view.origin.is_some() && view.cluster.carried.iter().any(is_fork);
    !is_said && intervals.any(|interval| Some(interval) != first)
}

fn interval(service: &Service) -> Option<u64> {
    service.checks.interval.map(|time| seconds(time.value))
}

/// Whole seconds, at least one: ldirectord cuts fractions off and refuses zero.
fn seconds(time: Duration) -> u64 {
    let up = u64::from(time.subsec_nanos() > 0);
    time.as_secs().saturating_add(up).max(1)
}

fn alerts(cluster: &Cluster, out: &mut String) {
    let alerts = &cluster.alerts;
    // A blank parts two addresses, so a name in front of one cannot stay.
    let bare = |written| Alerts::bare_address(written).unwrap_or(written);
    let recipients: Vec<&str> =
        alerts.recipients.iter().map(|recipient| bare(recipient.value.as_str())).collect();
    let list = (!recipients.is_empty()).then(|| recipients.join(", "));
    let sender = alerts.sender.as_ref().map(|sender| sender.value.clone());
    let server = alerts.server.as_ref().map(|server| server.value.clone());
    for (word, value) in [("emailalert", list), ("emailalertfrom", sender), ("smtp", server)] {
        if let Some(value) = value {
            let _ = writeln!(out, "{word}={value}");
        }
    }
}

/// Directives without a field: `keyword=` and the rest as it was written.
fn carried(list: &[Carried], view: &View<'_>, indent: &str, out: &mut String) {
    let Some(origin) = view.origin else { return };
    for carried in list {
        let Some(text) = origin.text(carried.at, Format::Ldirectord) else { continue };
        // The keyword is what the reader took it for, in small letters.
        let behind = text.get(carried.keyword.len()..).unwrap_or_default().trim_start();
        let value = behind.strip_prefix('=').unwrap_or(behind).trim();
        // Lines of a section that has no address would be no directives out here.
        let places = places(&carried.keyword);
        let sign = if indent.is_empty() && places.global.is_none() { "# " } else { "" };
        let equals = if value.is_empty() { "" } else { "=" };
        let _ = writeln!(out, "{indent}{sign}{}{equals}{value}", carried.keyword);
    }
}

const SETTINGS: &[Setting] = &[
    Setting {
        word: "checktimeout",
        value: |service| Some(seconds(service.checks.connect_timeout?.value).to_string()),
        paired: true,
    },
    Setting {
        word: "negotiatetimeout",
        value: |service| Some(seconds(service.checks.negotiate_timeout?.value).to_string()),
        paired: true,
    },
    Setting {
        word: "checkinterval",
        value: |service| interval(service).map(|seconds| seconds.to_string()),
        paired: false,
    },
    Setting {
        word: "failurecount",
        value: |service| Some(service.checks.failures?.value.to_string()),
        paired: false,
    },
    Setting {
        word: "checkcount",
        // The default is not written: ldirectord calls the word deprecated.
        value: |service| {
            service.checks.ping_count.filter(|n| n.value != 1).map(|n| n.value.to_string())
        },
        paired: false,
    },
    Setting {
        word: "quiescent",
        value: |service| service.quiescent.map(|quiescent| yes_no(quiescent.value).to_owned()),
        paired: false,
    },
];

fn yes_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

#[cfg(test)]
mod tests;
