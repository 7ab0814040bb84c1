//! Model to what the daemon does for virtual services.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::PathBuf;

use super::hooks::ServiceHooks;
use super::mail::{self, MailPlan};
use crate::model::read::Input;
use crate::model::{self, Cluster, Family, ResourceKind, Sourced};
use crate::run::health::monitor::{MemberPlan, ServicePlan};
use crate::run::health::pool::{Fallback, PoolRules};
use crate::run::health::probe::Trust;
use crate::run::ipvs::{
    Daemon, Destination, DestinationKey, Forwarding, Granularity, ServiceFlags, ServiceKey,
    ServiceSettings, Timeouts, Tunnel, TunnelChecksum,
};
use crate::source::codes::services as codes;
use crate::source::{Code, Diagnostic, Findings, Place, Sources};
use crate::syntax::Format;

mod checks;
mod commands;
mod dialogues;
mod http;
mod summary;
mod targets;

pub use http::PATTERN_OPTIONS;
pub use targets::id;

/// What the daemon does for virtual services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The services.
    pub services: Vec<ServicePlan>,
    /// Commands at changes, by the service's id.
    pub hooks: BTreeMap<String, ServiceHooks>,
    /// Services whose commands tell of the end as of a failure (`omega`).
    pub omega: BTreeSet<String>,
    /// Services that are checked only while this director is master of the router beside (`ha_suspend`).
    pub suspended: BTreeMap<String, String>,
    /// The connection synchronisation.
    pub sync: Option<SyncPlan>,
    /// Timeouts of connection entries.
    pub timeouts: Option<Timeouts>,
    /// Where files named after servers take them out (ldirectord's maintenancedir).
    pub maintenance: Option<PathBuf>,
    /// Who is told by mail.
    pub mail: Option<MailPlan>,
    /// The table stands only where this router is master, as under heartbeat; `None`: always.
    pub follows: Option<String>,
    /// Whether services and sync threads of others are removed (lvs_flush).
    pub removes_foreign: bool,
    /// Whether the table stays when the daemon stops (ldirectord's cleanstop=no).
    pub stays_on_stop: bool,
}

/// The connection synchronisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncPlan {
    /// The router whose role it follows; without one it sends and receives at once.
    pub router: Option<String>,
    /// Its settings.
    pub daemon: Daemon,
}

/// Plans for `cluster`, which was read from `inputs`: what is not stated means what the program of the
/// file means by it. Errors among the findings mean that the daemon must not start with the plan.
pub fn plan(
    cluster: &Cluster,
    sources: &Sources,
    inputs: &[Input],
    findings: &mut Findings,
) -> Plan {
    let mut planner = Planner { cluster, sources, inputs, trust: Trust::default(), findings };
    let mut plan = Plan {
        sync: cluster.sync_daemon.as_ref().and_then(|daemon| sync(cluster, &daemon.value)),
        timeouts: timeouts(cluster),
        maintenance: directive(cluster, sources, "maintenancedir").map(PathBuf::from),
        mail: mail::plan(cluster),
        follows: director(cluster),
        removes_foreign: cluster.globals.services.flush.is_some_and(|flush| flush.value),
        stays_on_stop: directive(cluster, sources, "cleanstop").is_some_and(|value| value == "no"),
        ..Plan::default()
    };
    for service in &cluster.services {
        if let Some((planned, hooks)) = planner.service(service) {
            if service.settings.omega.is_some_and(|flag| flag.value) {
                plan.omega.insert(planned.id.clone());
            }
            if let Some(router) = suspender(cluster, service) {
                plan.suspended.insert(planned.id.clone(), router);
            }
            let service = planned;
            plan.hooks.insert(service.id.clone(), hooks);
            plan.services.push(service);
        }
    }
    targets::report_doubles(cluster, &plan.services, findings);
    plan
}

/// What the pieces of the plan need.
struct Planner<'a> {
    cluster: &'a Cluster,
    /// Passwords stay in their files.
    sources: &'a Sources,
    inputs: &'a [Input],
    trust: Trust,
    findings: &'a mut Findings,
}

impl Planner<'_> {
    fn service(&mut self, service: &model::Service) -> Option<(ServicePlan, ServiceHooks)> {
        let keys = self.keys(service)?;
        let family = keys.first().map_or(Family::V4, |key| key.family());
        let id = targets::id(service);
        let settings = self.settings(service, &keys, family);
        let members = service.servers.iter().map(|server| self.member(service, server, family));
        let members = members.collect();
        let fallback = service.fallback.as_ref();
        let fallback = fallback.map(|fallback| self.fallback(service, fallback, family));
        let plan = ServicePlan {
            keys,
            settings,
            rules: PoolRules {
                quorum: service.quorum.map_or(1, |quorum| quorum.value),
                hysteresis: service.settings.hysteresis.map_or(0, |hysteresis| hysteresis.value),
                fallback,
            },
            members,
            id,
        };
        let hooks = self.hooks(service);
        Some((plan, hooks))
    }

    fn settings(
        &mut self,
        service: &model::Service,
        keys: &[ServiceKey],
        family: Family,
    ) -> ServiceSettings {
        let scheduler = service.scheduler.as_ref().map(|name| name.value.clone());
        if scheduler.is_none() {
            let name = targets::id(service);
            let message = format!("`{name}` has no scheduler: wlc is taken");
            self.report(codes::NO_SCHEDULER, service.at, message, "state the scheduler");
        }
        let is_flag = |names: &[&str]| {
            service.scheduler_flags.iter().any(|flag| names.contains(&flag.value.as_str()))
        };
        // The kernel schedules nothing for every port at once without it, and keepalived switches it on.
        let takes_all_ports =
            |key: &ServiceKey| matches!(key, ServiceKey::Endpoint { port: 0, .. });
        let standard = keys.iter().any(takes_all_ports) && !self.is_of_ldirectord(service);
        let standard = standard.then_some(PERSISTENCE);
        ServiceSettings {
            scheduler: scheduler.unwrap_or_else(|| "wlc".to_owned()),
            flags: ServiceFlags {
                one_packet: service.one_packet.is_some_and(|flag| flag.value),
                scheduler_1: is_flag(&["flag-1", "sh-fallback", "mh-fallback"]),
                scheduler_2: is_flag(&["flag-2", "sh-port", "mh-port"]),
                scheduler_3: is_flag(&["flag-3"]),
            },
            persistence: service.persistence.map(|seconds| seconds.value).or(standard),
            granularity: service.granularity.map_or(Granularity::single(family), |length| {
                Granularity::prefix(family, length.value)
            }),
            engine: service.settings.persistence_engine.as_ref().map(|name| name.value.clone()),
        }
    }

    fn member(
        &mut self,
        service: &model::Service,
        server: &model::Server,
        family: Family,
    ) -> MemberPlan {
        let own = server.own.as_deref();
        let method = server.method.or(service.method).map(|method| method.value);
        let forwarding =
            self.forwarding(method, service.tunnel_to(server), server.at.or(service.at));
        self.check_family(server.address, family, forwarding, server.at);
        let (upper, lower) = server.thresholds();
        let alpha = own.and_then(|own| own.settings.alpha).or(service.start_down);
        MemberPlan {
            address: server.address,
            port: own_port(server.port, method),
            destination: Destination {
                forwarding,
                weight: service.weight_of(server),
                upper_threshold: upper.map_or(0, |limit| limit.value),
                lower_threshold: lower.map_or(0, |limit| limit.value),
            },
            quiesces: server.quiescent().or(service.quiescent).is_some_and(|flag| flag.value),
            // Only who says so gets untested servers.
            serves_untested: alpha.is_some_and(|alpha| !alpha.value),
            checks: self.checks(service, server),
        }
    }

    fn fallback(
        &mut self,
        service: &model::Service,
        fallback: &Sourced<model::Fallback>,
        family: Family,
    ) -> Fallback {
        let said = &fallback.value;
        let method = said.method.or(service.method.map(|method| method.value));
        let gate = self.is_of_ldirectord(service).then_some(model::Forwarding::DirectRouting);
        let method = method.or(gate);
        let tunnel = service.tunnel_to_fallback(said);
        let forwarding = self.forwarding(method, tunnel, fallback.at);
        self.check_family(said.address, family, forwarding, fallback.at);
        let port = own_port(said.port, method).unwrap_or(0);
        Fallback {
            key: DestinationKey { address: said.address, port },
            destination: Destination {
                forwarding,
                weight: 1,
                upper_threshold: 0,
                lower_threshold: 0,
            },
            stays: service.settings.inhibit_fallback.is_some_and(|flag| flag.value),
        }
    }

    fn forwarding(
        &mut self,
        method: Option<model::Forwarding>,
        tunnel: Option<&model::Tunnel>,
        at: Option<Place>,
    ) -> Forwarding {
        match method {
            Some(model::Forwarding::DirectRouting) => Forwarding::DirectRouting,
            Some(model::Forwarding::Masquerading) | None => Forwarding::Masquerading,
            Some(model::Forwarding::Tunnelling) => Forwarding::Tunnelling(
                tunnel.map_or(Tunnel::Ipip, |tunnel| self.tunnel(tunnel, at)),
            ),
        }
    }

    fn tunnel(&mut self, said: &model::Tunnel, at: Option<Place>) -> Tunnel {
        let checksum = match said.checksum {
            None | Some(model::TunnelChecksum::None) => TunnelChecksum::None,
            Some(model::TunnelChecksum::Full) => TunnelChecksum::Full,
            Some(model::TunnelChecksum::Remote) => TunnelChecksum::Remote,
        };
        match said.kind {
            None | Some(model::TunnelKind::Ipip) => Tunnel::Ipip,
            Some(model::TunnelKind::Gre) if checksum == TunnelChecksum::Remote => {
                let message = "a GRE tunnel has no remote checksum".to_owned();
                self.report(codes::BAD_TUNNEL, at, message, "write `csum` or `nocsum`");
                Tunnel::Gre(TunnelChecksum::None)
            }
            Some(model::TunnelKind::Gre) => Tunnel::Gre(checksum),
            Some(model::TunnelKind::Gue) => {
                let port = said.port.filter(|port| *port != 0);
                if port.is_none() {
                    let message = "a GUE tunnel without a port".to_owned();
                    self.report(codes::BAD_TUNNEL, at, message, "write `type gue port 6080`");
                }
                Tunnel::Gue { port: port.unwrap_or(0), checksum }
            }
        }
    }

    /// Whether a service means what ldirectord means.
    fn is_of_ldirectord(&self, service: &model::Service) -> bool {
        let file = service.at.or(service.target.at).map(|place| place.file);
        let input = self.inputs.iter().find(|input| Some(input.file) == file);
        input.is_some_and(|input| input.format == Format::Ldirectord)
    }

    fn check_family(
        &mut self,
        address: IpAddr,
        family: Family,
        forwarding: Forwarding,
        at: Option<Place>,
    ) {
        if Family::of(address) != family && !matches!(forwarding, Forwarding::Tunnelling(_)) {
            let message = format!("`{address}` is of another address family than its service");
            self.report(codes::MIXED_SERVERS, at, message, "forward through a tunnel");
        }
    }

    fn report(&mut self, code: Code, at: Option<Place>, message: String, help: &str) {
        let finding = match at {
            Some(place) => Diagnostic::new(code, place, message),
            None => Diagnostic::general(code, message),
        };
        self.findings.push(finding.help(help));
    }
}

/// The port of a server, where it is another than the service's. Only address translation rewrites ports; elsewhere
/// ipvsadm shows the service's, and so it does for 0 (2.2.7).
fn own_port(stated: Option<u16>, method: Option<model::Forwarding>) -> Option<u16> {
    let is_rewritten = matches!(method, Some(model::Forwarding::Masquerading) | None);
    stated.filter(|port| is_rewritten && *port > 0)
}

fn sync(cluster: &Cluster, said: &model::SyncDaemon) -> Option<SyncPlan> {
    let follows = said.router.as_ref();
    let named = follows.and_then(|name| cluster.routers.iter().find(|r| r.name.value == *name));
    // keepalived takes the router's number where none is stated.
    let number = said.identifier.or(named.and_then(|router| Some(router.virtual_router_id?.value)));
    let daemon = Daemon {
        interface: said.interface.clone()?,
        sync_id: number.unwrap_or(0),
        longest: said.longest,
        group: said.group,
        port: said.port,
        ttl: said.ttl,
    };
    Some(SyncPlan { router: follows.cloned(), daemon })
}

/// `lvs_timeouts tcp N tcpfin N udp N`, in any order.
fn timeouts(cluster: &Cluster) -> Option<Timeouts> {
    let words = &cluster.globals.services.timeouts.as_ref()?.value;
    let after = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1)?.parse::<u32>().ok()
    };
    let seconds = |name| after(name).unwrap_or(0);
    Some(Timeouts { tcp: seconds("tcp"), tcp_fin: seconds("tcpfin"), udp: seconds("udp") })
}

/// The router that holds ldirectord as a resource: heartbeat runs it on the active node only. Where several
/// hold one, each with services of its own, the table stands always: there is one for all services.
fn director(cluster: &Cluster) -> Option<String> {
    let holds = |router: &&model::Router| {
        router.resources.iter().any(|r| matches!(r.kind, ResourceKind::Director { .. }))
    };
    let mut holders = cluster.routers.iter().filter(holds);
    let first = holders.next()?;
    holders.next().is_none().then(|| first.name.value.clone())
}

/// The router that moves a service's address, when the service is checked only while it is here. One whose
/// address no router moves is always here.
fn suspender(cluster: &Cluster, service: &model::Service) -> Option<String> {
    service.settings.suspend.filter(|flag| flag.value)?;
    let model::Target::Endpoint { address, .. } = service.target.value else { return None };
    let holds = |router: &&model::Router| {
        router.addresses.iter().chain(&router.excluded).any(|own| own.value.address == address)
    };
    cluster.routers.iter().find(holds).map(|router| router.name.value.clone())
}

/// The value of one of ldirectord's global directives that the model has no field for.
fn directive(cluster: &Cluster, sources: &Sources, keyword: &str) -> Option<String> {
    let mut all = cluster.carried.iter().chain(&cluster.globals.carried);
    // The last one counts.
    let found = all.rfind(|carried| carried.keyword == keyword)?;
    let text = sources.get(found.at.file).shown(found.at.span);
    let value = text.split_once('=')?.1.trim();
    Some(value.trim_matches('"').to_owned())
}

/// Seconds of persistence where the kernel needs one and none is stated (keepalived 2.2.7).
const PERSISTENCE: u32 = 360;

#[cfg(test)]
mod tests;
