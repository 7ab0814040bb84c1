//! Services and their servers in normal form.

use std::net::IpAddr;
use std::time::Duration;

use super::{Object, View, World, carried, probe, router, seconds, yes_no};
use crate::model::{
    Cluster, Fallback, Family, Forwarding, GroupMember, HookEvent, Located, Own, Protocol, Server,
    Service, Target, Tunnel, TunnelChecksum, TunnelKind,
};

/// Every service.
pub(super) fn all(cluster: &Cluster, view: &View<'_>) -> Vec<Object> {
    cluster.services.iter().flat_map(|service| expand(service, cluster, view)).collect()
}

/// A named group is one service for each of its members.
fn expand(service: &Service, cluster: &Cluster, view: &View<'_>) -> Vec<Object> {
    let Target::Group(name) = &service.target.value else { return vec![one(service, view)] };
    let targets = cluster.targets(service);
    if targets.is_empty() {
        return vec![one(service, view)];
    }
    let member = |target: Target| {
        let target = crate::model::Sourced { value: target, at: service.target.at };
        one(&Service { target, ..service.clone() }, view)
    };
    let mut objects: Vec<Object> = targets.into_iter().map(member).collect();
    // What is too much for that is compared as a whole.
    for member in cluster.groups(name).flat_map(|group| &group.members) {
        let next = member.value.addresses().nth(GroupMember::LONGEST);
        let (Some(next), Some((_, last)), Some(first)) =
            (next, member.value.ends(), objects.first_mut())
        else {
            continue;
        };
        first.say(&format!("addresses {next} to {last}"), "served", member.at);
    }
    objects
}

/// The protocol that holds: keepalived takes UDP where nothing is said (2.2.7).
pub(in crate::model) fn protocol(service: &Service, world: World) -> Protocol {
    let standard = match world {
        World::Heartbeat => Protocol::Tcp,
        World::Keepalived => Protocol::Udp,
    };
    service.protocol.map_or(standard, |protocol| protocol.value)
}

/// The scheduler that holds.
pub(in crate::model) fn scheduler(service: &Service, world: World) -> &str {
    let standard = match world {
        World::Heartbeat => "wrr",
        World::Keepalived => "wlc",
    };
    service.scheduler.as_ref().map_or(standard, |scheduler| &scheduler.value)
}

/// How packets come to a server.
pub(in crate::model) fn forwarding(server: &Server, service: &Service, world: World) -> Forwarding {
    let standard = match world {
        World::Heartbeat => Forwarding::DirectRouting,
        World::Keepalived => Forwarding::Masquerading,
    };
    server.method.or(service.method).map_or(standard, |method| method.value)
}

/// The port that packets have at a server, 0 for that of each packet: only address translation can change it.
pub(in crate::model) fn port(server: &Server, service: &Service, world: World) -> u16 {
    let of_service = service.target.value.port().unwrap_or(0);
    match forwarding(server, service, world) {
        Forwarding::Masquerading => server.port.unwrap_or(of_service),
        _ if !is_group(service) => of_service,
        _ => server.port.unwrap_or(0),
    }
}

fn one(service: &Service, view: &View<'_>) -> Object {
    let world = view.world;
    let name = name(service, world);
    let mut object = Object::new(format!("service {name}"), vec![name], service.at);
    table(service, view, &mut object);
    checks(service, world, &mut object);
    for hook in &service.hooks {
        let command = &hook.value.command;
        // ldirectord tells its command what happens to which service.
        let command = match (world, hook.value.event) {
            (World::Heartbeat, HookEvent::QuorumDown) => {
                format!("{command} start {}", about(service))
            }
            (World::Heartbeat, _) => format!("{command} stop {}", about(service)),
            (World::Keepalived, _) => {
                router::hooks(std::slice::from_ref(hook), view, &mut object);
                continue;
            }
        };
        object.say(hook.value.event.keyword(), command, hook.at);
    }
    let within = if world == World::Heartbeat { "virtual" } else { "virtual_server" };
    carried::say(&service.carried, within, view, &mut object);
    if world == World::Heartbeat && !view.foreign {
        // The probes of a section are those of all its servers.
        let all = service.probes.iter().flat_map(|probe| &probe.carried).cloned();
        carried::say(&all.collect::<Vec<_>>(), within, view, &mut object);
    }
    object.parts = service.servers.iter().map(|s| server(s, service, view)).collect();
    object
}

/// How ldirectord names a service to its fallbackcommand.
fn about(service: &Service) -> String {
    let protocol = match service.protocol.map(|protocol| protocol.value) {
        Some(Protocol::Udp) => "udp",
        Some(Protocol::Sctp) => "sctp",
        Some(Protocol::Tcp) | None => "tcp",
    };
    match &service.target.value {
        Target::Endpoint { address, port } => format!("{} {protocol}", endpoint(*address, *port)),
        Target::Mark { mark, .. } => format!("{mark} fwm"),
        Target::Group(name) => name.clone(),
    }
}

/// `tcp 10.0.0.31:80`, `fwmark 7`.
fn name(service: &Service, world: World) -> String {
    let protocol = match protocol(service, world) {
        Protocol::Sctp => "sctp",
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
    };
    match &service.target.value {
        Target::Endpoint { address, port } => format!("{protocol} {}", endpoint(*address, *port)),
        Target::Mark { mark, family: Family::V4 } => format!("fwmark {mark}"),
        Target::Mark { mark, family: Family::V6 } => format!("fwmark {mark} of IPv6"),
        Target::Group(name) => format!("{protocol} group {name}"),
    }
}

/// What the kernel's table holds, and what moves servers in and out of it.
fn table(service: &Service, view: &View<'_>, object: &mut Object) {
    let world = view.world;
    object.say("scheduler", scheduler(service, world), service.scheduler.place());
    let mut flags: Vec<&str> = service.scheduler_flags.iter().map(|f| f.value.as_str()).collect();
    flags.sort_unstable();
    if let Some(first) = service.scheduler_flags.first() {
        object.say("scheduler flags", flags.join(", "), first.at);
    }
    let udp = service.protocol.is_none_or(|protocol| protocol.value == Protocol::Udp);
    if let Some(ops) = service.one_packet.filter(|ops| ops.value && udp) {
        object.say("one packet", "yes", ops.at);
    }
    let persistence = service.persistence.filter(|time| time.value > 0);
    if let Some(time) = persistence {
        object.say("persistence", format!("{} s", time.value), time.at);
        let full = service.target.value.family().bits();
        object.say_or(
            "persistence prefix",
            service.granularity.as_ref(),
            full,
            ToString::to_string,
        );
    }
    // Without a check nobody is ever down.
    let all_down = service.servers.iter().all(Server::starts_down);
    let down =
        world == World::Heartbeat || all_down || service.start_down.is_some_and(|down| down.value);
    let at = service.start_down.place().or(service.at);
    if service.servers.iter().any(|server| probe::is_checked(server, service)) {
        object.say("servers start", if down { "down" } else { "up" }, at);
    }
    if let Some(fallback) = &service.fallback {
        object.say("fallback", self::fallback(&fallback.value, service, world), fallback.at);
        let tunnel = service.tunnel_to_fallback(&fallback.value);
        if let Some(tunnel) = tunnel.filter(|tunnel| !is_plain(tunnel)) {
            object.say_privately("fallback's tunnel", wrapping(tunnel), fallback.at);
        }
    }
    if let Some(quorum) = service.quorum.filter(|quorum| quorum.value != 1) {
        object.say("quorum", quorum.value.to_string(), quorum.at);
    }
    let settings = &service.settings;
    let hysteresis = settings.hysteresis.filter(|hysteresis| hysteresis.value > 0);
    object.say_stated("hysteresis", hysteresis.as_ref(), ToString::to_string);
    object.say_stated("persistence engine", settings.persistence_engine.as_ref(), Clone::clone);
    object.say_stated("fallback stays", settings.inhibit_fallback.as_ref(), yes_no);
    object.say_stated("down commands at stop", settings.omega.as_ref(), yes_no);
    let mails = view.standards.mails("smtp_alert_checker", false);
    let alert = settings.alert.filter(|alert| alert.value != mails);
    for (field, value) in [("mail", alert), ("suspends", settings.suspend)] {
        if let Some(value) = value {
            object.say_privately(field, yes_no(&value.value), value.at);
        }
    }
    if let Some(name) = &settings.snmp_name {
        object.say_privately("snmp_name", name.value.clone(), name.at);
    }
}

/// When servers are checked.
fn checks(service: &Service, world: World, object: &mut Object) {
    let own = service.checks.interval.map(|interval| interval.value);
    let standard = if world == World::Heartbeat { 10 } else { 60 };
    let at = service.checks.interval.place();
    let interval = own.unwrap_or(Duration::from_secs(standard));
    object.say("check interval", seconds(interval), at.or(service.at));
}

fn fallback(fallback: &Fallback, service: &Service, world: World) -> String {
    let of_service = service.target.value.port().unwrap_or(0);
    let own = match world {
        World::Heartbeat => Forwarding::DirectRouting,
        World::Keepalived => service.method.map_or(Forwarding::Masquerading, |method| method.value),
    };
    let method = fallback.method.unwrap_or(own);
    // Only address translation can change the port.
    let port = match method {
        Forwarding::Masquerading => fallback.port.unwrap_or(of_service),
        _ if !is_group(service) => of_service,
        _ => fallback.port.unwrap_or(0),
    };
    format!("{} {}", endpoint(fallback.address, port), method)
}

fn server(server: &Server, service: &Service, view: &View<'_>) -> Object {
    let world = view.world;
    let name = endpoint(server.address, port(server, service, world));
    let mut object = Object::new(format!("server {name}"), vec![name], server.at);
    let weight = server.weight.or(service.settings.weight);
    object.say_or("weight", weight.as_ref(), 1, ToString::to_string);
    let at = server.method.or(service.method).place().or(server.at);
    object.say("method", forwarding(server, service, world).to_string(), at);
    let tunnel = service.tunnel_to(server);
    if let Some(tunnel) = tunnel.filter(|tunnel| !is_plain(tunnel)) {
        object.say("tunnel", wrapping(tunnel), at);
    }
    let (upper, lower) = server.thresholds();
    for (field, limit) in [("upper threshold", upper), ("lower threshold", lower)] {
        if let Some(limit) = limit.filter(|limit| limit.value > 0) {
            object.say(field, limit.value.to_string(), limit.at);
        }
    }
    let quiescent = server.quiescent().or(service.quiescent);
    object.say_or("quiescent", quiescent.as_ref(), false, yes_no);
    if let Some(own) = &server.own {
        self::own(own, view, &mut object);
    }
    probe::say(server, service, view, &mut object);
    object
}

/// What few servers state.
fn own(own: &Own, view: &View<'_>, object: &mut Object) {
    router::hooks(&own.hooks, view, object);
    let settings = &own.settings;
    let mails = view.standards.mails("smtp_alert_checker", true);
    let alert = settings.alert.filter(|alert| alert.value != mails);
    for (field, value) in [("mail", alert), ("starts down", settings.alpha)] {
        if let Some(value) = value {
            object.say_privately(field, yes_no(&value.value), value.at);
        }
    }
    if let Some(name) = &settings.snmp_name {
        object.say_privately("snmp_name", name.value.clone(), name.at);
    }
    carried::say(&own.carried, "virtual_server/real_server", view, object);
}

/// Whether packets arrive on ports that only the group's members know.
fn is_group(service: &Service) -> bool {
    matches!(service.target.value, Target::Group(_))
}

/// `10.0.0.31:80`, `[2001:db8::1]:80`.
fn endpoint(address: IpAddr, port: u16) -> String {
    match address {
        IpAddr::V4(address) => format!("{address}:{port}"),
        IpAddr::V6(address) => format!("[{address}]:{port}"),
    }
}

fn is_plain(tunnel: &Tunnel) -> bool {
    tunnel.kind.is_none_or(|kind| kind == crate::model::TunnelKind::Ipip) && tunnel.port.is_none()
}

/// How packets are wrapped, in keepalived's words.
fn wrapping(tunnel: &Tunnel) -> String {
    let kind = match tunnel.kind {
        Some(TunnelKind::Gre) => "gre",
        Some(TunnelKind::Gue) => "gue",
        Some(TunnelKind::Ipip) | None => "ipip",
    };
    let port = tunnel.port.map_or(String::new(), |port| format!(" port {port}"));
    let checksum = match tunnel.checksum {
        Some(TunnelChecksum::Full) => " csum",
        Some(TunnelChecksum::Remote) => " remcsum",
        Some(TunnelChecksum::None) => " nocsum",
        None => "",
    };
    format!("{kind}{port}{checksum}")
}
