//! `virtual_server` and `real_server`.

use std::net::{IpAddr, Ipv4Addr};

use super::text::{Text, word};
use super::{View, probe, router};
use crate::emit::Feature;
use crate::model::{Fallback, Family, Forwarding, Protocol, Server, Service, Target, show_seconds};

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
        if let Target::Mark { family: Family::V6, .. } = service.target.value {
            text.line("ip_family inet6");
        }
        let interval = service
            .checks
            .interval
            .map_or_else(|| "60".to_owned(), |time| show_seconds(time.value));
        text.line(format_args!("delay_loop {interval}"));
        text.maybe("warmup", service.checks.warmup.map(|time| show_seconds(time.value)));
        text.line(format_args!(
            "lvs_sched {}",
            service.scheduler.as_ref().map_or("wlc", |s| &s.value)
        ));
        service.scheduler_flags.iter().for_each(|flag| text.line(&flag.value));
        if service.one_packet.is_some_and(|ops| ops.value) {
            text.line("ops");
        }
        text.line(format_args!(
            "lvs_method {}",
            method(service.method.map_or(Forwarding::Masquerading, |m| m.value))
        ));
        text.maybe("persistence_timeout", service.persistence.map(|time| time.value));
        text.maybe(
            "persistence_granularity",
            service.granularity.map(|mask| granularity(mask.value, service)),
        );
        if !matches!(service.target.value, Target::Mark { .. }) {
            let protocol = service.protocol.map_or(Protocol::Tcp, |protocol| protocol.value);
            text.line(format_args!("protocol {}", protocol_name(protocol)));
        }
        if service.start_down.is_some_and(|down| down.value) {
            text.line("alpha");
        }
        if service.quiescent.is_some_and(|quiescent| quiescent.value) {
            text.line("inhibit_on_failure");
        }
        text.maybe("quorum", service.quorum.map(|quorum| quorum.value));
        text.maybe("virtualhost", service.host.as_ref().map(|host| word(&host.value)));
        router::hooks(&service.hooks, text);
        if let Some(fallback) = &service.fallback {
            sorry_server(&fallback.value, view, text);
        }
        service.servers.iter().for_each(|server| real_server(server, service, text));
    });
}

fn sorry_server(fallback: &Fallback, view: &View<'_>, text: &mut Text<'_>) {
    text.line(format_args!("sorry_server {}", endpoint(fallback.address, fallback.port)));
    if view.target.has(Feature::SorryServerMethod) {
        text.maybe("sorry_server_lvs_method", fallback.method.map(method));
    }
}

fn real_server(server: &Server, service: &Service, text: &mut Text<'_>) {
    text.block(format_args!("real_server {}", endpoint(server.address, server.port)), |text| {
        text.line(format_args!("weight {}", server.weight.map_or(1, |weight| weight.value)));
        text.maybe("lvs_method", server.method.map(|own| method(own.value)));
        let (upper, lower) = server.thresholds();
        text.maybe("uthreshold", upper.map(|limit| limit.value));
        text.maybe("lthreshold", lower.map(|limit| limit.value));
        if server.quiescent().is_some_and(|quiescent| quiescent.value) {
            text.line("inhibit_on_failure");
        }
        if let Some(own) = &server.own {
            router::hooks(&own.hooks, text);
        }
        let own = server.own_probes();
        let probes = if own.is_empty() { &service.probes } else { own };
        probes.iter().for_each(|probe| probe::write(probe, server, service, text));
    });
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
    if v6 {
        return prefix.to_string();
    }
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(u32::from(prefix))).unwrap_or(0);
    Ipv4Addr::from_bits(mask).to_string()
}

fn method(method: Forwarding) -> &'static str {
    match method {
        Forwarding::DirectRouting => "DR",
        Forwarding::Masquerading => "NAT",
        Forwarding::Tunnelling => "TUN",
    }
}

pub(super) fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Sctp => "SCTP",
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    }
}
