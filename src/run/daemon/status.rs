//! How things stand, for whoever asks.

use std::time::{Duration, Instant};

use super::Plan;
use super::plan::RouterPlan;
use crate::run::control::{GroupStatus, PeerStatus, RouterStatus, SourceStatus, Status};
use crate::run::vrrp::{Director, Machine, Observation, Stance};

/// The state of the worker at `now`. The node is filled in by who knows it.
pub(super) fn status(plan: &Plan, director: &Director, started: Instant, now: Instant) -> Status {
    let routers = plan.routers.iter().zip(director.machines());
    let groups = director.groups().iter().map(|group| GroupStatus {
        name: group.name.clone(),
        state: director.group_state(group).to_string(),
        members: group
            .members
            .iter()
            .filter_map(|member| Some(director.machine(*member)?.settings().name.clone()))
            .collect(),
    });
    let sources = director.sources().iter().map(|source| SourceStatus {
        name: source.name.clone(),
        observation: match source.observation {
            Observation::Down => "down".to_owned(),
            Observation::Unknown => "unknown".to_owned(),
            Observation::Up => "up".to_owned(),
            Observation::Value(value) => value.to_string(),
        },
    });
    Status {
        version: FORM,
        node: String::new(),
        process: std::process::id(),
        uptime: now.duration_since(started).as_secs(),
        routers: routers.map(|(plan, machine)| router(plan, machine, now)).collect(),
        groups: groups.collect(),
        sources: sources.collect(),
    }
}

fn router(plan: &RouterPlan, machine: &Machine, now: Instant) -> RouterStatus {
    let settings = machine.settings();
    let counters = machine.counters();
    let last = machine.last_transition();
    let since = |then: Instant| seconds(now.duration_since(then));
    let numbers = [
        ("sent", counters.sent),
        ("sent_release", counters.sent_release),
        ("received", counters.received),
        ("received_release", counters.received_release),
        ("became_master", counters.became_master),
        ("left_master", counters.left_master),
        ("address_list_differs", counters.address_list_differs),
        ("interval_differs", counters.interval_differs),
        ("late_adverts", counters.late_adverts),
        ("late_timers", counters.late_timers),
    ];
    RouterStatus {
        name: settings.name.clone(),
        virtual_router_id: settings.virtual_router_id,
        vrrp: settings.version.number(),
        interface: plan.interface.clone(),
        state: machine.state().to_string(),
        since: last.map_or(0.0, |last| since(last.at)),
        cause: last.map_or_else(String::new, |last| last.cause.to_string()),
        priority: machine.priority(),
        base_priority: settings.priority,
        order: match machine.stance() {
            Stance::Normal => String::new(),
            Stance::Standby => "standby".to_owned(),
            Stance::TakeOver => "takeover".to_owned(),
        },
        addresses: plan
            .addresses
            .iter()
            .map(|planned| format!("{}/{}", planned.address, planned.prefix))
            .collect(),
        peers: machine
            .peers()
            .map(|(address, peer)| PeerStatus {
                address,
                priority: peer.priority,
                silence: since(peer.heard),
                count: peer.count,
            })
            .collect(),
        counters: numbers.into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
        discarded: counters.discards().map(|(name, count)| (name.to_owned(), count)).collect(),
        worst_slip_ms: seconds(counters.worst_slip) * 1000.0,
    }
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

/// Version of the JSON form.
const FORM: u32 = 1;
