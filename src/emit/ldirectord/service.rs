//! A `virtual` section.

use std::fmt::{Display, Write as _};
use std::net::IpAddr;

use super::{Common, carried, probe, yes_no};
use crate::emit::heartbeat::View;
use crate::model::{
    Fallback, Family, Forwarding, HookEvent, Probe, Protocol, Server, Service, Sourced, Target,
    prefix,
};

/// Writes the section; lines that the target cannot be named by are left out with it.
pub(super) fn write(service: &Service, view: &View<'_>, common: &Common, out: &mut String) {
    let Some(head) = head(&service.target.value) else { return };
    let _ = writeln!(out, "{head}");
    let checks = service.probes.first().map(|probe| probe::lines(probe, service, view));
    let checks = checks.unwrap_or_default();
    // Elsewhere a server without a port has the service's; ldirectord asks that of the service's name.
    let stated = match view.origin {
        None => probe::port_to_state(service, &checks),
        Some(_) => None,
    };
    for server in &service.servers {
        let _ = writeln!(out, "{INDENT}{}", real(server, service, stated));
    }
    let mut say = |word: &str, value: Option<&dyn Display>| {
        if let Some(value) = value {
            let _ = writeln!(out, "{INDENT}{word}={value}");
        }
    };
    let family = service.target.value.family();
    let fallback = service.fallback.as_ref().map(|fallback| self::fallback(&fallback.value));
    say(six("fallback", family == Family::V6), fallback.as_ref().map(|f| f as &dyn Display));
    let command = service.hooks.iter().find(|hook| hook.value.event == HookEvent::QuorumDown);
    say("fallbackcommand", command.map(|hook| &hook.value.command as &dyn Display));
    let scheduler = service.scheduler.as_ref();
    say("scheduler", scheduler.map(|name| &name.value as &dyn Display));
    let flags: Vec<&str> = service.scheduler_flags.iter().map(|f| f.value.as_str()).collect();
    let flags = (!flags.is_empty()).then(|| flags.join(","));
    say("schedflags", flags.as_ref().map(|flags| flags as &dyn Display));
    let persistence = service.persistence.map(|time| time.value);
    say("persistent", persistence.as_ref().map(|time| time as &dyn Display));
    let mask = service.granularity.map(|length| netmask(length.value, family));
    say("netmask", mask.as_ref().map(|mask| mask as &dyn Display));
    let protocol = match service.target.value {
        Target::Mark { .. } => "fwm",
        _ => protocol(service.protocol),
    };
    say("protocol", Some(&protocol));
    let one_packet = service.one_packet.map(|ops| yes_no(ops.value));
    say("ops", one_packet.as_ref().map(|ops| ops as &dyn Display));
    for setting in common.own() {
        say(setting.word, (setting.value)(service).as_ref().map(|value| value as &dyn Display));
    }
    say("virtualhost", service.host.as_ref().map(|host| &host.value as &dyn Display));
    say("servicename", service.name.as_ref().map(|name| &name.value as &dyn Display));
    say("comment", service.comment.as_ref().map(|comment| &comment.value as &dyn Display));
    for (word, value) in checks {
        let _ = writeln!(out, "{INDENT}{word}={value}");
    }
    carried(&service.carried, view, INDENT, out);
}

/// `address:port`, an IPv6 address in brackets; without a port the address alone.
pub(super) fn endpoint(address: IpAddr, port: Option<u16>) -> String {
    let host = match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    };
    port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
}

fn head(target: &Target) -> Option<String> {
    let word = six("virtual", target.family() == Family::V6);
    match target {
        Target::Endpoint { address, port } => {
            Some(format!("{word}={}", endpoint(*address, Some(*port))))
        }
        Target::Mark { mark, .. } => Some(format!("{word}={mark}")),
        Target::Group(_) => None,
    }
}

/// The word of the family.
fn six(word: &'static str, is_six: bool) -> &'static str {
    match (word, is_six) {
        ("fallback", true) => "fallback6",
        ("real", true) => "real6",
        ("virtual", true) => "virtual6",
        (word, _) => word,
    }
}

/// `real=ADDRESS:PORT METHOD WEIGHT "request", "receive" l:N u:N`; the order of the parts counts.
/// Without a port of its own, and of its check, a server gets the port that is to be `stated`.
fn real(server: &Server, service: &Service, stated: Option<u16>) -> String {
    let word = six("real", server.address.is_ipv6());
    let method = server.method.or(service.method).map(|method| method.value);
    let stated = stated.filter(|_| server.own_probes().iter().all(|own| own.port.is_none()));
    let mut line = format!(
        "{word}={} {}",
        endpoint(server.address, server.port.or(stated)),
        method.unwrap_or(Forwarding::DirectRouting).ldirectord_word(),
    );
    if let Some(weight) = server.weight {
        let _ = write!(line, " {}", weight.value);
    }
    // A check that differs from the service's by its port alone has no texts of its own.
    let differs = |own: &&Probe| {
        service.probes.iter().all(|common| common.kind != own.kind || common.port == own.port)
    };
    let own = server.own_probes().first().filter(differs);
    if let Some((request, receive)) = own.and_then(probe::own_texts) {
        let _ = write!(line, " \"{request}\", \"{receive}\"");
    }
    let (upper, lower) = server.thresholds();
    for (prefix, threshold) in [("l", lower), ("u", upper)] {
        if let Some(threshold) = threshold {
            let _ = write!(line, " {prefix}:{}", threshold.value);
        }
    }
    line
}

fn fallback(fallback: &Fallback) -> String {
    let word = fallback.method.map(|own| format!(" {}", own.ldirectord_word())).unwrap_or_default();
    format!("{}{word}", endpoint(fallback.address, fallback.port))
}

/// Four numbers with dots, or a prefix length for IPv6: ldirectord takes nothing else.
fn netmask(length: u8, family: Family) -> String {
    if family == Family::V6 {
        return length.to_string();
    }
    prefix::netmask(length).to_string()
}

fn protocol(protocol: Option<Sourced<Protocol>>) -> &'static str {
    match protocol.map(|protocol| protocol.value) {
        None | Some(Protocol::Tcp) => "tcp",
        Some(Protocol::Udp) => "udp",
        Some(Protocol::Sctp) => "sctp",
    }
}

/// The indent that `lvsha fmt` gives these files; ldirectord takes four blanks as well.
const INDENT: &str = "\t";
