//! `virtual_server` and `real_server`.

use std::net::IpAddr;
use std::time::Duration;

use super::text::{Text, word};
use super::{View, probe, router};
use crate::emit::Feature;
use crate::model::{
    Checks, Fallback, Family, Forwarding, Protocol, Server, Service, Sourced, Target, Tunnel,
    TunnelChecksum, TunnelKind, prefix, show_exact_seconds,
};

pub(super) fn write(service: &Service, view: &View<'_>, text: &mut Text<'_>) {
    for remark in service.name.iter().chain(&service.comment) {
        // A line break would end the comment.
        text.line(format_args!("# {}", remark.value.replace(['\n', '\r'], " ")));
    }
    let head = match &service.target.value {
        Target::Endpoint { address, port: 0 } => address.to_string(),
        Target::Endpoint { address, port } => format!("{address} {port}"),
        Target::Group(name) => format!("group {}", word(name)),
        Target::Mark { mark, .. } => format!("fwmark {mark}"),
    };
    text.block(format_args!("virtual_server {head}"), |text| {
        let exact = view.is_exact();
        match (service.family, &service.target.value) {
            (Some(family), _) => {
                text.line(format_args!("ip_family {}", family_name(family.value)));
            }
            (None, Target::Mark { family: Family::V6, .. }) if !exact => {
                text.line("ip_family inet6");
            }
            _ => {}
        }
        timing(&service.checks, view, view.or_complete(Checks::INTERVAL), text);
        let scheduler = service.scheduler.as_ref().map(|scheduler| scheduler.value.as_str());
        text.maybe("lvs_sched", scheduler.or_else(|| view.or_complete("wlc")).map(word));
        service.scheduler_flags.iter().for_each(|flag| text.line(&flag.value));
        if service.one_packet.is_some_and(|ops| ops.value) {
            text.line("ops");
        }
        let forwarding = service.method.map(|method| method.value);
        let forwarding = forwarding.or_else(|| view.or_complete(Forwarding::Masquerading));
        let tunnel = service.tunnel.as_deref();
        text.maybe("lvs_method", forwarding.map(|forwarding| method(forwarding, tunnel)));
        text.maybe("persistence_timeout", service.persistence.map(|time| time.value));
        // The line alone would make the service persistent.
        let mask = service.granularity.filter(|_| exact || service.persistence.is_some());
        let mask = mask.map(|mask| granularity(mask.value, service));
        text.maybe("persistence_granularity", mask);
        let protocol = service.protocol.map(|protocol| protocol.value);
        if exact || !matches!(service.target.value, Target::Mark { .. }) {
            let protocol = protocol.or_else(|| view.or_complete(Protocol::Tcp));
            text.maybe("protocol", protocol.map(protocol_name));
        }
        if service.start_down.is_some_and(|down| down.value) {
            text.line("alpha");
        }
        if service.quiescent.is_some_and(|quiescent| quiescent.value) {
            text.line("inhibit_on_failure");
        }
        text.maybe("quorum", service.quorum.map(|quorum| quorum.value));
        text.maybe("virtualhost", service.host.as_ref().map(|host| word(&host.value)));
        // In front of the settings: sorry_server_inhibit is ignored before a sorry_server.
        if let Some(fallback) = &service.fallback {
            sorry_server(&fallback.value, view, text);
        }
        text.settings("", &service.settings);
        router::hooks(&service.hooks, text);
        text.carried(&service.carried);
        service.servers.iter().for_each(|server| real_server(server, service, view, text));
    });
}

fn sorry_server(fallback: &Fallback, view: &View<'_>, text: &mut Text<'_>) {
    text.line(format_args!("sorry_server {}", endpoint(fallback.address, fallback.port)));
    if view.is_exact() || view.target.has(Feature::SorryServerMethod) {
        let tunnel = fallback.tunnel.as_ref();
        let forwarding = fallback.method.map(|forwarding| method(forwarding, tunnel));
        text.maybe("sorry_server_lvs_method", forwarding);
    }
}

fn real_server(server: &Server, service: &Service, view: &View<'_>, text: &mut Text<'_>) {
    // Where it states none, 2.2.7 checks port 0, whatever port the service has (tried).
    let meant = || view.or_complete(view.cluster.port_of(&service.target.value)).flatten();
    let port = server.port.filter(|port| *port > 0).or_else(meant);
    let head = match server.port {
        Some(0) if view.is_exact() => format!("{} 0", server.address),
        _ => endpoint(server.address, port),
    };
    text.block(format_args!("real_server {head}"), |text| {
        let weight = service.weight_of(server);
        // Whoever reads one file in the middle need not know what stands above it.
        let stated = server.weight.map(|weight| weight.value);
        text.maybe("weight", stated.or_else(|| view.or_complete(weight)));
        let tunnel = server.own.as_ref().and_then(|own| own.tunnel.as_deref());
        text.maybe("lvs_method", server.method.map(|own| method(own.value, tunnel)));
        let (upper, lower) = server.thresholds();
        text.maybe("uthreshold", upper.map(|limit| limit.value));
        text.maybe("lthreshold", lower.map(|limit| limit.value));
        match server.quiescent().map(|quiescent| quiescent.value) {
            Some(true) => text.line("inhibit_on_failure"),
            Some(false) if view.is_exact() => text.line("inhibit_on_failure false"),
            _ => {}
        }
        if let Some(own) = &server.own {
            timing(&own.checks, view, None, text);
            text.settings("", &own.settings);
            router::hooks(&own.hooks, text);
            text.carried(&own.carried);
        }
        let own = server.own_probes();
        let probes = if own.is_empty() { &service.probes } else { own };
        probes.iter().for_each(|probe| probe::write(probe, server, service, view, text));
    });
}

/// What checkers inherit; `interval` is said when none is stated.
fn timing(checks: &Checks, view: &View<'_>, interval: Option<Duration>, text: &mut Text<'_>) {
    let stated = |time: Option<Sourced<Duration>>| time.map(|time| time.value);
    text.maybe("delay_loop", stated(checks.interval).or(interval).map(show_exact_seconds));
    text.maybe("warmup", stated(checks.warmup).map(show_exact_seconds));
    if !view.is_exact() {
        // Translations repeat the others in every checker, where `retry 0` is legal, too.
        return;
    }
    text.maybe("connect_timeout", stated(checks.connect_timeout).map(show_exact_seconds));
    text.maybe("retry", checks.failures.map(|count| count.value.saturating_sub(1)));
    text.maybe("delay_before_retry", stated(checks.retry_delay).map(show_exact_seconds));
}

/// `address port`, or the address alone for every port.
fn endpoint(address: IpAddr, port: Option<u16>) -> String {
    match port {
        Some(port) if port != 0 => format!("{address} {port}"),
        _ => address.to_string(),
    }
}

/// A dotted mask for IPv4, which every version reads, a prefix length for IPv6.
fn granularity(prefix: u8, service: &Service) -> String {
    let v6 = match &service.target.value {
        Target::Endpoint { address, .. } => address.is_ipv6(),
        Target::Mark { family, .. } => *family == Family::V6,
        Target::Group(_) => false,
    };
    if v6 || prefix > 32 {
        return prefix.to_string();
    }
    prefix::netmask(prefix).to_string()
}

fn method(method: Forwarding, tunnel: Option<&Tunnel>) -> String {
    let name = match method {
        Forwarding::DirectRouting => "DR",
        Forwarding::Masquerading => "NAT",
        Forwarding::Tunnelling => "TUN",
    };
    let Some(tunnel) = tunnel else { return name.to_owned() };
    let kind = tunnel.kind.map(|kind| match kind {
        TunnelKind::Gre => " type gre",
        TunnelKind::Gue => " type gue",
        TunnelKind::Ipip => " type ipip",
    });
    let port = tunnel.port.map(|port| format!(" port {port}"));
    let checksum = tunnel.checksum.map(|checksum| match checksum {
        TunnelChecksum::Full => " csum",
        TunnelChecksum::None => " nocsum",
        TunnelChecksum::Remote => " remcsum",
    });
    let (kind, checksum) = (kind.unwrap_or_default(), checksum.unwrap_or_default());
    format!("{name}{kind}{}{checksum}", port.unwrap_or_default())
}

/// As `ip_family` has it.
pub(super) fn family_name(family: Family) -> &'static str {
    match family {
        Family::V4 => "inet",
        Family::V6 => "inet6",
    }
}

pub(super) fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Sctp => "SCTP",
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    }
}
