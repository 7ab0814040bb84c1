//! What a monitoring system asks of a running daemon, as the text of OpenMetrics 1.0.
//!
//! Names stay: rows are added, never renamed. What the kernel counts of connections and bytes is told by
//! node_exporter, whose collector `ipvs` has the same addresses.

use std::fmt;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::run::control::{PeerStatus, RouterStatus, SourceStatus, Status};
use crate::run::health::monitor::{ServerStatus, ServiceStatus};
use crate::run::services::Snapshot;

#[cfg(test)]
mod tests;

/// What the daemon knows at one moment.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its routers and what they depend on.
    pub status: Status,
    /// Its virtual services; `None` when there are none.
    pub services: Option<Snapshot>,
}

impl Reading {
    /// All metrics, each name with `lvsha_` in front.
    pub fn text(self) -> String {
        let mut registry = Registry::with_prefix("lvsha");
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &registry);
        text
    }
}

impl Collector for Reading {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let encoder = &mut encoder;
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        let kind = MetricType::Info;
        encoder
            .encode_descriptor("build", "Which lvsha it is", None, kind)?
            .encode_info(&version)?;
        let daemon = vec![("node", self.status.node.clone())];
        rows(encoder, DAEMON, &[(daemon, &self.status)])?;
        self.routers(encoder)?;
        let sources = self.status.sources.iter();
        let sources: Vec<_> =
            sources.map(|source| (vec![("source", source.name.clone())], source)).collect();
        rows(encoder, SOURCES, &sources)?;
        self.services.as_ref().map_or(Ok(()), |snapshot| {
            services(encoder, snapshot)?;
            let daemon = vec![("node", self.status.node.clone())];
            rows(encoder, KERNEL, &[(daemon, snapshot)])
        })
    }
}

impl Reading {
    fn routers(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let name = |router: &RouterStatus| ("router", router.name.clone());
        let labelled = |router: &RouterStatus| -> Labels {
            let number = ("vrid", router.virtual_router_id.to_string());
            vec![name(router), ("interface", router.interface.clone()), number]
        };
        let routers = self.status.routers.iter();
        let routers: Vec<_> = routers.map(|router| (labelled(router), router)).collect();
        let now = routers.iter().map(|(labels, router)| (labels, router.state.as_str()));
        states(encoder, "router_state", "1 for the state of a virtual router", now)?;
        rows(encoder, ROUTERS, &routers)?;

        let (help, kind) =
            ("Packets that were not taken for an advertisement", MetricType::Counter);
        let mut metric = encoder.encode_descriptor("router_discarded_packets", help, None, kind)?;
        for (labels, router) in &routers {
            for (reason, count) in &router.discarded {
                let labels = with(labels, "reason", reason);
                let mut point = metric.encode_family(&labels)?;
                point.encode_counter::<NoLabelSet, _, u64>(count, None)?;
            }
        }

        let peers = routers.iter().flat_map(|(_, router)| {
            let labels =
                move |peer: &PeerStatus| vec![name(router), ("peer", peer.address.to_string())];
            router.peers.iter().map(move |peer| (labels(peer), peer))
        });
        rows(encoder, PEERS, &peers.collect::<Vec<_>>())?;
        let groups = self.status.groups.iter();
        let groups: Vec<(Labels, &str)> = groups
            .map(|group| (vec![("group", group.name.clone())], group.state.as_str()))
            .collect();
        let now = groups.iter().map(|(labels, state)| (labels, *state));
        states(encoder, "group_state", "1 for the state of a sync group", now)
    }
}

fn services(encoder: &mut DescriptorEncoder<'_>, snapshot: &Snapshot) -> fmt::Result {
    let name = |service: &ServiceStatus| ("service", service.service.clone());
    let services: Vec<_> =
        snapshot.services.iter().map(|service| (vec![name(service)], service)).collect();
    rows(encoder, SERVICES, &services)?;

    let (help, kind) = ("Real servers of a virtual service in a state", MetricType::Gauge);
    let mut metric = encoder.encode_descriptor("service_servers", help, None, kind)?;
    for (labels, service) in &services {
        for state in SERVER_STATES {
            let labels = with(labels, "state", state);
            let count = service.servers.iter().filter(|server| server.state == state).count();
            metric.encode_family(&labels)?.encode_gauge(&number(count))?;
        }
    }

    let servers = services.iter().flat_map(|(_, service)| {
        let labels =
            move |server: &ServerStatus| vec![name(service), ("server", server.server.clone())];
        service.servers.iter().map(move |server| (labels(server), server))
    });
    rows(encoder, SERVERS, &servers.collect::<Vec<_>>())
}

type Labels = Vec<(&'static str, String)>;

fn with(labels: &Labels, name: &'static str, value: &str) -> Labels {
    let more = std::iter::once((name, value.to_owned()));
    labels.iter().cloned().chain(more).collect()
}

/// A metric of things of one kind.
struct Row<T> {
    name: &'static str,
    help: &'static str,
    /// Stands behind the name, too.
    unit: Option<Unit>,
    value: Value<T>,
}

enum Value<T> {
    /// Since the start of the daemon; `_total` stands behind the name.
    Counter(fn(&T) -> u64),
    /// Nothing where it is not known.
    Gauge(fn(&T) -> Option<f64>),
}

fn rows<T>(
    encoder: &mut DescriptorEncoder<'_>,
    rows: &[Row<T>],
    things: &[(Labels, &T)],
) -> fmt::Result {
    for Row { name, help, unit, value } in rows {
        let kind = match value {
            Value::Counter(_) => MetricType::Counter,
            Value::Gauge(_) => MetricType::Gauge,
        };
        let mut metric = encoder.encode_descriptor(name, help, unit.as_ref(), kind)?;
        for (labels, thing) in things {
            let mut point = metric.encode_family(labels)?;
            match value {
                Value::Counter(count) => {
                    point.encode_counter::<NoLabelSet, _, u64>(&count(thing), None)?;
                }
                Value::Gauge(gauge) => {
                    gauge(thing).map_or(Ok(()), |now| point.encode_gauge(&now))?
                }
            }
        }
    }
    Ok(())
}

/// One point for each state that a router can be in, so that a change is one of numbers.
fn states<'a>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    things: impl Iterator<Item = (&'a Labels, &'a str)>,
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, now) in things {
        for state in ROUTER_STATES {
            let labels = with(labels, "state", state);
            metric.encode_family(&labels)?.encode_gauge(&truth(now == state))?;
        }
    }
    Ok(())
}

/// A number of an unlabelled kind.
const fn gauge<T>(name: &'static str, help: &'static str, value: fn(&T) -> Option<f64>) -> Row<T> {
    Row { name, help, unit: None, value: Value::Gauge(value) }
}

/// A time, of which a monitoring system wants seconds.
const fn time<T>(name: &'static str, help: &'static str, value: fn(&T) -> Option<f64>) -> Row<T> {
    Row { name, help, unit: Some(Unit::Seconds), value: Value::Gauge(value) }
}

const fn counter<T>(name: &'static str, help: &'static str, value: fn(&T) -> u64) -> Row<T> {
    Row { name, help, unit: None, value: Value::Counter(value) }
}

fn truth(is_so: bool) -> f64 {
    if is_so { 1.0 } else { 0.0 }
}

/// Of things in memory there are hardly more.
fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// As the daemon counts seconds.
fn seconds(count: u64) -> Option<f64> {
    Some(Duration::from_secs(count).as_secs_f64())
}

fn count(router: &RouterStatus, name: &str) -> u64 {
    router.counters.get(name).copied().unwrap_or(0)
}

/// What is up or down. What is neither has no number: it is not known yet, or an operator took it away.
fn is_up(state: &str) -> Option<f64> {
    match state {
        "up" => Some(1.0),
        "down" => Some(0.0),
        _ => None,
    }
}

const DAEMON: &[Row<Status>] =
    &[time("uptime", "Time since the start of the daemon", |status| seconds(status.uptime))];

const ROUTERS: &[Row<RouterStatus>] = &[
    gauge("router_priority", "Priority of a virtual router now", |r| Some(f64::from(r.priority))),
    gauge("router_configured_priority", "Priority by its configuration", |r| {
        Some(f64::from(r.base_priority))
    }),
    time("router_state_duration", "Time in its state", |r| Some(r.since)),
    gauge("router_ordered", "1 while `standby` or `takeover` of an operator holds", |r| {
        Some(truth(!r.order.is_empty()))
    }),
    time("router_worst_timer_lateness", "How late its own timer was at worst", |r| {
        Some(r.worst_slip_ms / 1000.0)
    }),
    counter("router_advertisements_sent", "Advertisements that it sent", |r| count(r, "sent")),
    counter("router_releases_sent", "Those with priority 0", |r| count(r, "sent_release")),
    counter("router_advertisements_received", "Advertisements that it heard and used", |r| {
        count(r, "received")
    }),
    counter("router_releases_received", "Those with priority 0", |r| count(r, "received_release")),
    counter("router_became_master", "How often it became master", |r| count(r, "became_master")),
    counter("router_left_master", "How often it gave that up", |r| count(r, "left_master")),
    counter("router_other_address_list", "Advertisements with another list of addresses", |r| {
        count(r, "address_list_differs")
    }),
    counter("router_other_interval", "Advertisements of version 3 with another interval", |r| {
        count(r, "interval_differs")
    }),
    counter("router_late_advertisements", "Advertisements that came late", |r| {
        count(r, "late_adverts")
    }),
    counter("router_late_timers", "Own timers that were too late to be unnoticed", |r| {
        count(r, "late_timers")
    }),
];

const PEERS: &[Row<PeerStatus>] = &[
    gauge("peer_priority", "Priority in the last advertisement of another router", |peer| {
        Some(f64::from(peer.priority))
    }),
    time("peer_silence", "Time since that advertisement", |peer| Some(peer.silence)),
    counter("peer_advertisements", "Advertisements from it", |peer| peer.count),
];

const SOURCES: &[Row<SourceStatus>] =
    &[gauge("source", "What routers follow: 1 up, 0 down, or a number", |source| {
        is_up(&source.observation).or_else(|| source.observation.parse().ok())
    })];

const SERVICES: &[Row<ServiceStatus>] = &[
    gauge("service_up", "Whether enough real servers of a virtual service are up", |service| {
        is_up(&service.state)
    }),
    gauge("service_on_fallback", "Whether its fallback serves", |service| {
        Some(truth(service.on_fallback))
    }),
    time("service_state_duration", "Time in its state", |service| seconds(service.since)),
];

const SERVERS: &[Row<ServerStatus>] = &[
    gauge("server_up", "Whether the checks of a real server succeed", |s| is_up(&s.state)),
    gauge("server_weight", "Its weight in the kernel's table, while it is there", |server| {
        server.weight.map(f64::from)
    }),
    time("server_state_duration", "Time since its checks changed their mind", |server| {
        seconds(server.since)
    }),
];

const KERNEL: &[Row<Snapshot>] = &[
    gauge("kernel_reachable", "Whether the kernel's table can be read and written", |snapshot| {
        Some(truth(snapshot.kernel.unreachable.is_none()))
    }),
    gauge("kernel_refused", "Objects that the kernel refuses", |snapshot| {
        Some(number(snapshot.kernel.refused.len()))
    }),
    counter("kernel_repairs", "Changes of others to the table that were undone", |snapshot| {
        snapshot.kernel.repairs.try_into().unwrap_or(u64::MAX)
    }),
    gauge("open_checks", "Checks that wait for an answer", |s| Some(number(s.open_checks))),
];

const ROUTER_STATES: [&str; 4] = ["INIT", "FAULT", "BACKUP", "MASTER"];
const SERVER_STATES: [&str; 6] = ["up", "down", "untested", "disabled", "drained", "maintenance"];
