//! How heartbeats travel, and the addresses that are pinged.

use std::net::IpAddr;

use super::{Directive, Reader, Value};
use crate::model::{Family, Path, PingTarget, Sourced};
use crate::source::{Diagnostic, Place, Verdict, codes};

/// `bcast`, and its old name `udp`.
pub(super) fn broadcast(reader: &mut Reader<'_>, directive: &Directive<'_>, value: &Value<'_>) {
    let is_first =
        directive.words.first().is_some_and(|word| word.at.span.contains(value.at.span.start));
    if let Some(name) = directive.row.alias_of.filter(|_| is_first) {
        let message = format!("`{}` is the old name of `{name}`", directive.row.word);
        let at = directive.node.word(0).map_or(directive.place(), |word| word.place());
        let diagnostic = Diagnostic::new(codes::ha_cf::OLD_NAME, at, message);
        reader.report(diagnostic.fix(at, name, format!("write `{name}`")));
    }
    if value.text.parse::<IpAddr>().is_ok() {
        let message = format!("`{}` is an address, an interface is needed", value.text);
        reader.report(Diagnostic::new(codes::ha_cf::BAD_VALUE, value.at, message));
        return;
    }
    add(reader, Path::Broadcast { interface: value.text.to_string() }, value.at);
}

/// `serial`.
pub(super) fn serial(reader: &mut Reader<'_>, _directive: &Directive<'_>, value: &Value<'_>) {
    add(reader, Path::Serial { device: value.text.to_string() }, value.at);
}

/// `ucast` and `ucast6`.
pub(super) fn unicast(reader: &mut Reader<'_>, directive: &Directive<'_>) {
    if directive.words.is_empty() && directive.row.word == "ucast" {
        let message = "`ucast` without arguments crashes heartbeat";
        reader.report(
            Diagnostic::new(codes::ha_cf::BARE_UCAST, directive.place(), message)
                .note("heartbeat 3.0.6 dies of a segmentation fault while it reads the line")
                .help("write `ucast eth1 10.0.0.2`, or delete the line"),
        );
        return;
    }
    let words = whole_line(reader, directive);
    let [interface, peer, further @ ..] = words.as_slice() else {
        missing(reader, directive, "an interface and the address of the peer");
        return;
    };
    // A link-local peer may name its interface again: `fe80::1%eth0`.
    let host = peer.text.split('%').next().unwrap_or_default();
    check_address(reader, host, peer.at);
    check_family(reader, directive, host, peer.at);
    ignored(reader, directive, further);
    let path = Path::Unicast { interface: interface.text.to_string(), peer: peer.text.to_string() };
    add(reader, path, directive.place());
}

/// `mcast` and `mcast6`: all five words are required.
pub(super) fn multicast(reader: &mut Reader<'_>, directive: &Directive<'_>) {
    let words = whole_line(reader, directive);
    let [interface, group, port, ttl, loopback, further @ ..] = words.as_slice() else {
        missing(reader, directive, "interface, group, port, ttl and loop");
        return;
    };
    ignored(reader, directive, further);
    let address = group.text.parse::<IpAddr>().ok().filter(IpAddr::is_multicast);
    if address.is_none() {
        let message = format!("`{}` is no multicast group", group.text);
        let diagnostic = Diagnostic::new(codes::ha_cf::BAD_ADDRESS, group.at, message);
        reader.report(diagnostic.help("the usual group is 225.0.0.1, or ff12::1 for mcast6"));
    } else {
        check_family(reader, directive, &group.text, group.at);
    }
    let hops = ttl.text.parse::<u8>().ok();
    // The manual says 0 to 255; both refuse 5 (measured with heartbeat 3.0.6).
    if hops.is_none_or(|hops| hops > 4) {
        let word = directive.row.word;
        let message = format!("the time to live of `{word}` is 0 to 4, not `{}`", ttl.text);
        let diagnostic = Diagnostic::new(codes::ha_cf::BAD_VALUE, ttl.at, message);
        reader.report(diagnostic.help("1 keeps heartbeats on their own network"));
    }
    let hears_itself = match &*loopback.text {
        "0" => Some(false),
        "1" => Some(true),
        other => {
            let message = format!("the loop of `mcast` is 0 or 1, not `{other}`");
            reader.report(Diagnostic::new(codes::ha_cf::BAD_VALUE, loopback.at, message));
            None
        }
    };
    let port = port_number(reader, port);
    if let (Some(group), Some(port), Some(ttl), Some(loopback)) =
        (address, port, hops, hears_itself)
    {
        let interface = interface.text.to_string();
        add(reader, Path::Multicast { interface, group, port, ttl, loopback }, directive.place());
    }
}

/// `udpport`: acts on the broadcast and unicast lines below it.
pub(super) fn port(reader: &mut Reader<'_>, directive: &Directive<'_>, value: &Value<'_>) -> bool {
    if let Some(port) = port_number(reader, value) {
        let paths = reader.udp_paths;
        // Of several values on the line the last counts.
        reader.ports.pop_if(|(_, place, _)| *place == directive.place());
        reader.ports.push((Sourced::new(port, value.at), directive.place(), paths));
    }
    // Whether an earlier line still counts is settled at the end of the file.
    false
}

/// `baud`: acts on the serial lines below it.
pub(super) fn baud(reader: &mut Reader<'_>, directive: &Directive<'_>, value: &Value<'_>) -> bool {
    reader.bauds.push((directive.place(), reader.serial_paths));
    super::values::carried(reader, directive, value)
}

/// Decides, at the end of the file, which ports and speeds have an effect.
pub(super) fn settle(reader: &mut Reader<'_>) {
    let (total, ports) = (reader.udp_paths, std::mem::take(&mut reader.ports));
    let mut effective = None;
    for (index, (port, place, above)) in ports.iter().enumerate() {
        let next = ports.get(index + 1).map_or(total, |(_, _, above)| *above);
        let repeats = index + 1 == ports.len() && port.value == DEFAULT_PORT && effective.is_none();
        // Without any path the last line is at least what the author wants.
        if next > *above || repeats || (total == 0 && index + 1 == ports.len()) {
            if let Some((_, earlier)) = effective.replace((*port, *place)) {
                reader.inert(earlier, "a later line says it again");
            }
        } else {
            reader.inert(*place, "no path below it uses it");
        }
    }
    if let Some((port, _)) = effective {
        reader.cluster.membership.port = Some(port);
    }
    let total = reader.serial_paths;
    for (place, above) in std::mem::take(&mut reader.bauds) {
        if above == total {
            reader.inert(place, "no serial line below it uses it");
        }
    }
}

/// `ping` and `ping6`.
pub(super) fn ping(reader: &mut Reader<'_>, directive: &Directive<'_>, value: &Value<'_>) {
    check_address(reader, &value.text, value.at);
    check_family(reader, directive, &value.text, value.at);
    let target = PingTarget { group: None, hosts: vec![value.text.to_string()] };
    reader.cluster.membership.ping_targets.push(Sourced::new(target, value.at));
}

/// `ping_group`.
pub(super) fn ping_group(reader: &mut Reader<'_>, directive: &Directive<'_>) {
    let end = directive.words.iter().position(|word| super::prose::is_note(&word.text));
    let (words, note) = directive.words.split_at(end.unwrap_or(directive.words.len()));
    reader.note(directive, note);
    let [name, hosts @ ..] = words else { return missing(reader, directive, "a name and hosts") };
    if hosts.is_empty() {
        missing(reader, directive, "a name and at least one address");
        return;
    }
    for host in hosts {
        check_address(reader, &host.text, host.at);
    }
    let hosts = hosts.iter().map(|host| host.text.to_string()).collect();
    let target = PingTarget { group: Some(name.text.to_string()), hosts };
    reader.cluster.membership.ping_targets.push(Sourced::new(target, directive.place()));
}

/// Reports that the line ends too early.
pub(super) fn missing(reader: &mut Reader<'_>, directive: &Directive<'_>, needed: &str) {
    let message = format!("`{}` needs {needed}", directive.row.word);
    reader.report(Diagnostic::new(codes::ha_cf::MISSING_ARGUMENT, directive.place(), message));
}

/// The words of a line that heartbeat does not split at commas, split as they were meant.
fn whole_line<'v>(reader: &mut Reader<'_>, directive: &Directive<'v>) -> Vec<Value<'v>> {
    let Some(glued) = directive.words.iter().find(|word| word.split().nth(1).is_some()) else {
        return directive.words.clone();
    };
    let parts: Vec<&str> = glued.raw.split([',', '，', '、']).filter(|p| !p.is_empty()).collect();
    let message = format!("`{}` separates its words by blanks only", directive.row.word);
    reader.report(
        Diagnostic::new(codes::ha_cf::COMMA, glued.at, message)
            .note("heartbeat takes this for one word and misses the next")
            .fix(glued.at, parts.join(" "), "put blanks in place of the commas"),
    );
    directive.words.iter().flat_map(Value::split).collect()
}

/// Words behind the last that the directive reads.
fn ignored(reader: &mut Reader<'_>, directive: &Directive<'_>, further: &[Value<'_>]) {
    let (Some(first), Some(last)) = (further.first(), further.last()) else { return };
    let message = format!("`{}` ignores what follows", directive.row.word);
    let at = super::join(first.at, last.at);
    reader.report(Diagnostic::new(codes::ha_cf::FURTHER_WORDS, at, message));
}

/// Reports four numbers with dots that are no address. Other texts may be names.
fn check_address(reader: &mut Reader<'_>, host: &str, at: Place) {
    let numeric = host.bytes().all(|b| b.is_ascii_digit() || b == b'.') || host.contains(':');
    // Fewer than four numbers are an address too, of the old short form `10.1`.
    let short = !host.contains(':') && host.split('.').count() < 4 && !host.contains("..");
    if numeric && !short && host.parse::<IpAddr>().is_err() {
        let message = format!("`{host}` is no valid address");
        reader.report(Diagnostic::new(codes::ha_cf::BAD_ADDRESS, at, message));
    }
}

/// Each directive resolves addresses of one family, which its name says; `ping_group` takes both (measured with
/// heartbeat 3.0.6).
fn check_family(reader: &mut Reader<'_>, directive: &Directive<'_>, host: &str, at: Place) {
    let word = directive.row.word;
    let (needed, other) = match word.strip_suffix('6') {
        Some(plain) => (Family::V6, plain.to_owned()),
        None => (Family::V4, format!("{word}6")),
    };
    let Ok(address) = host.parse::<IpAddr>() else { return };
    if Family::of(address) != needed {
        let name = if needed == Family::V4 { "IPv4" } else { "IPv6" };
        let message = format!("`{word}` takes an address of {name}, not `{host}`");
        let finding = Diagnostic::new(codes::ha_cf::BAD_ADDRESS, at, message);
        reader.report(finding.help(format!("write `{other}` for it")));
    }
}

/// A port as heartbeat takes it: the upper bits of a large number are lost.
fn port_number(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<u16> {
    let number = value.text.parse::<u32>().ok().filter(|number| *number > 0);
    let Some(number) = number else {
        let message = format!("`{}` is no port", value.text);
        let diagnostic = Diagnostic::new(codes::ha_cf::BAD_VALUE, value.at, message);
        reader.report(diagnostic.help("a port is a number from 1 to 65535; the usual one is 694"));
        return None;
    };
    let port = u16::try_from(number & 0xFFFF).ok()?;
    if number != u32::from(port) {
        let message = format!("port {number} becomes {port}");
        let diagnostic = Diagnostic::new(codes::ha_cf::NUMBER_WRAPS, value.at, message);
        reader.report(diagnostic.verdict(Verdict::Accepts).help("write a port up to 65535"));
    }
    Some(port)
}

fn add(reader: &mut Reader<'_>, path: Path, at: Place) {
    match path {
        Path::Broadcast { .. } | Path::Unicast { .. } => reader.udp_paths += 1,
        Path::Serial { .. } => reader.serial_paths += 1,
        // A multicast path has a port of its own.
        Path::Multicast { .. } => {}
    }
    reader.cluster.membership.paths.push(Sourced::new(path, at));
}

/// `ha-cluster` in /etc/services.
const DEFAULT_PORT: u16 = 694;
