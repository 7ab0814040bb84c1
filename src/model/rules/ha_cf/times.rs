//! Times against each other.

use std::time::Duration;

use super::start;
use crate::model::rules::View;
use crate::model::{Located, Sourced, show_seconds};
use crate::source::{Code, Diagnostic, Findings, Place, codes};
use crate::syntax::Format;

pub(super) fn dead_time(view: &View<'_>, findings: &mut Findings) {
    let Some((interval, dead)) = times(view) else { return };
    if dead > interval * 2 {
        return;
    }
    let message = format!("deadtime {} is not more than 2 x keepalive {}", s(dead), s(interval));
    let diagnostic = at(view, codes::ha_cf::DEAD_TIME, message).map(|diagnostic| {
        diagnostic
            .note("heartbeat refuses to start, also when they are equal")
            .help(format!("write `deadtime {}` or more", s(interval * 3)))
    });
    findings.extend(diagnostic);
}

pub(super) fn initial_dead_time(view: &View<'_>, findings: &mut Findings) {
    let Some((_, dead)) = times(view) else { return };
    let Some((initial, at)) = stated(view.cluster.membership.initial_dead_time) else { return };
    if initial < dead {
        let message = format!("initdead {} is below deadtime {}", s(initial), s(dead));
        let diagnostic = Diagnostic::new(codes::ha_cf::INITIAL_DEAD_TIME, at, message);
        findings.push(diagnostic.help(format!("write `initdead {}` or more", s(dead * 2))));
    }
}

pub(super) fn ping_dead_time(view: &View<'_>, findings: &mut Findings) {
    let Some((interval, _)) = times(view) else { return };
    let Some((ping, at)) = stated(view.cluster.membership.ping_dead_time) else { return };
    if ping <= interval * 2 {
        let message =
            format!("deadping {} is not more than 2 x keepalive {}", s(ping), s(interval));
        findings.push(Diagnostic::new(codes::ha_cf::PING_DEAD_TIME, at, message));
    }
}

pub(super) fn short_dead_time(view: &View<'_>, findings: &mut Findings) {
    let Some((interval, dead)) = times(view) else { return };
    if dead > interval * 2 && dead < interval * 3 {
        let message = format!("deadtime {} is below 3 x keepalive {}", s(dead), s(interval));
        findings.extend(at(view, codes::ha_cf_advice::SHORT_DEAD_TIME, message));
    }
}

pub(super) fn short_boot(view: &View<'_>, findings: &mut Findings) {
    let Some((_, dead)) = times(view) else { return };
    let Some((initial, at)) = stated(view.cluster.membership.initial_dead_time) else { return };
    if initial < dead {
        return;
    }
    let message = if initial < dead * 2 {
        format!("initdead {} is below 2 x deadtime {}", s(initial), s(dead))
    } else if initial < LEAST_BOOT {
        format!("initdead {} is below {} seconds", s(initial), s(LEAST_BOOT))
    } else {
        return;
    };
    findings.push(Diagnostic::new(codes::ha_cf_advice::SHORT_BOOT, at, message));
}

pub(super) fn warning_time(view: &View<'_>, findings: &mut Findings) {
    let Some((interval, dead)) = times(view) else { return };
    let Some((warning, at)) = stated(view.cluster.membership.warn_time) else { return };
    let message = if warning >= dead {
        format!("warntime {} is not below deadtime {}", s(warning), s(dead))
    } else if warning <= interval {
        format!("warntime {} is not above keepalive {}", s(warning), s(interval))
    } else {
        return;
    };
    findings.push(Diagnostic::new(codes::ha_cf_advice::WARNING_TIME, at, message));
}

pub(super) fn odd_ping_dead_time(view: &View<'_>, findings: &mut Findings) {
    let Some((interval, dead)) = times(view) else { return };
    let Some((ping, at)) = stated(view.cluster.membership.ping_dead_time) else { return };
    let is_far = ping * 3 < dead || ping > dead * 3;
    if ping > interval * 2 && is_far {
        let message = format!("deadping {} is far from deadtime {}", s(ping), s(dead));
        findings.push(Diagnostic::new(codes::ha_cf_advice::PING_DEAD_TIME_FAR, at, message));
    }
}

pub(super) fn fast(view: &View<'_>, findings: &mut Findings) {
    let Some((interval, at)) = stated(view.cluster.membership.interval) else { return };
    if interval < LEAST_INTERVAL {
        let message = format!("a heartbeat every {} seconds", s(interval));
        findings.push(Diagnostic::new(codes::ha_cf_advice::FAST_INTERVAL, at, message));
    }
}

/// Interval and dead time in force; `None` without a ha.cf.
fn times(view: &View<'_>) -> Option<(Duration, Duration)> {
    start(view, Format::HaCf)?;
    let membership = &view.cluster.membership;
    Some((membership.effective_interval(), membership.effective_dead_time()))
}

/// At the dead time, or at the interval when the dead time is the default.
fn at(view: &View<'_>, code: Code, message: String) -> Option<Diagnostic> {
    let membership = &view.cluster.membership;
    let dead = membership.dead_time.place();
    let interval = membership.interval.place();
    let at = dead.or(interval).or_else(|| start(view, Format::HaCf))?;
    let diagnostic = Diagnostic::new(code, at, message);
    Some(match interval.filter(|_| dead.is_some()) {
        Some(interval) => diagnostic.context(interval, "the interval is here"),
        None => diagnostic,
    })
}

fn stated(time: Option<Sourced<Duration>>) -> Option<(Duration, Place)> {
    let time = time?;
    Some((time.value, time.at?))
}

fn s(time: Duration) -> String {
    show_seconds(time)
}

/// heartbeat itself warns below this first dead time.
const LEAST_BOOT: Duration = Duration::from_secs(10);

/// Pauses of the scheduler and of disks reach this on busy machines.
const LEAST_INTERVAL: Duration = Duration::from_millis(200);
