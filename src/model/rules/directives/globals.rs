//! Values of `global_defs` and of BFD sessions that keepalived ignores.

use std::collections::HashMap;
use std::net::IpAddr;

use super::{Context, LineRule, address, codes, keepalived, line, number};
use crate::model::read::whole_number;
use crate::source::{Diagnostic, Findings, Verdict};
use crate::syntax::{NodeRef, Word};

/// The rules.
pub(super) const RULES: &[LineRule] = &[
    LineRule { within: "global_defs", word: "lvs_sync_daemon", judge: sync_daemon },
    LineRule { within: "global_defs", word: "lvs_timeouts", judge: timeouts },
    LineRule { within: "global_defs", word: "umask", judge: umask },
    LineRule { within: "global_defs", word: "vrrp_mcast_group4", judge: group },
    LineRule { within: "global_defs", word: "vrrp_mcast_group6", judge: group },
    LineRule { within: "global_defs", word: "vrrp_rx_bufs_policy", judge: buffers },
    LineRule { within: "", word: "bfd_instance", judge: session },
];

/// A multicast group of the word's family.
fn group(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(address) = address(node, 1) else { return };
    let wants_ipv6 = node.name().ends_with('6');
    if address.is_ipv6() != wants_ipv6 {
        let message = format!("{address} is not of the family of `{}`", node.name());
        findings.push(
            Diagnostic::new(keepalived::FAMILY_DIFFERS, node.place(), message)
                .note("keepalived ignores the line"),
        );
    } else {
        multicast(address, node.word(1), findings);
    }
}

fn multicast(address: IpAddr, word: Option<Word<'_>>, findings: &mut Findings) {
    if let Some(word) = word.filter(|_| !address.is_multicast()) {
        let message = format!("{address} is no multicast group");
        findings.push(Diagnostic::new(codes::NOT_MULTICAST, word.place(), message));
    }
}

/// `IF [[inst] ROUTER] [id N] [maxlen N] [port N] [ttl N] [group IP]`.
fn sync_daemon(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let mut words = node.arguments().skip(1);
    let mut has_router = false;
    while let Some(word) = words.next() {
        let name = word.value();
        if has_router && name.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!("`{name}` is an identity without the word `id`");
            findings.push(
                Diagnostic::new(keepalived::DEPRECATED, word.place(), message)
                    .verdict(Verdict::Refuses)
                    .fix(word.place(), format!("id {name}"), "write the word"),
            );
            continue;
        }
        let Some((_, least, most)) = NUMBERS.iter().find(|(known, ..)| *known == name) else {
            if name == "group"
                && let Some(value) = words.next()
            {
                match value.value().parse() {
                    Ok(address) => multicast(address, Some(value), findings),
                    Err(_) => findings.push(Diagnostic::new(
                        keepalived::NOT_AN_ADDRESS,
                        value.place(),
                        "the group of the sync daemon is an address",
                    )),
                }
            } else if name != "inst" {
                has_router = true;
            }
            continue;
        };
        let Some(value) = words.next().filter(|value| !value.raw().contains('$')) else { continue };
        let note = match &*name {
            "id" => "keepalived takes the virtual_router_id",
            _ => "keepalived ignores the option",
        };
        findings.extend(whole_number(value, *least, *most).map(|finding| finding.note(note)));
    }
}

/// `[tcp N] [tcpfin N] [udp N]`, at least one of them.
fn timeouts(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    if node.arguments().any(|word| word.raw().contains('$')) {
        return;
    }
    let mut words = node.arguments().peekable();
    if words.peek().is_none() {
        let message = "`lvs_timeouts` needs `tcp`, `tcpfin` or `udp` and seconds";
        findings.push(Diagnostic::new(keepalived::MISSING_ARGUMENT, node.place(), message));
    }
    while let Some(word) = words.next() {
        let name = word.value();
        if !matches!(&*name, "tcp" | "tcpfin" | "udp") {
            let message = format!("`{name}` is no kind of connections");
            findings.push(
                Diagnostic::new(keepalived::UNKNOWN_OPTION, word.place(), message)
                    .help("known are tcp, tcpfin and udp"),
            );
            continue;
        }
        let Some(value) = words.next() else {
            let message = format!("`{name}` needs a number of seconds");
            findings.push(Diagnostic::new(keepalived::MISSING_ARGUMENT, word.place(), message));
            return;
        };
        let problem = whole_number(value, 0, LONGEST_TIMEOUT);
        findings.extend(problem.map(|finding| finding.note("keepalived ignores the option")));
    }
}

/// A number in any base, or names of bits with `|` between them.
fn umask(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(rest) = node.rest() else {
        let message = "`umask` needs a mask";
        findings.push(Diagnostic::new(keepalived::MISSING_ARGUMENT, node.place(), message));
        return;
    };
    if rest.raw().contains('$') {
        return;
    }
    let value = rest.value();
    if value.starts_with(|c: char| c.is_ascii_digit()) {
        let number = match (value.strip_prefix("0x"), value.strip_prefix('0')) {
            (Some(digits), _) => u32::from_str_radix(digits, 16).ok(),
            (None, Some(digits)) if !digits.is_empty() => u32::from_str_radix(digits, 8).ok(),
            _ => value.parse().ok(),
        };
        if number.is_none_or(|number| number > LARGEST_UMASK) {
            // 999 is read as a decimal number (tried).
            let message = format!("`{value}` is no mask: octal digits stand behind a 0");
            findings.push(Diagnostic::new(keepalived::OUT_OF_RANGE, rest.place(), message));
        }
        return;
    }
    let mut bits = value.split('|').map(str::trim);
    let Some(wrong) = bits.find(|bit| !BITS.contains(bit)) else { return };
    let message = format!("`{wrong}` is no bit of a mask");
    findings.push(
        Diagnostic::new(keepalived::NOT_A_CHOICE, rest.place(), message)
            .help("write octal digits, as in `umask 0177`"),
    );
}

/// `MTU`, `ADVERT` or a number of bytes.
fn buffers(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(word) = node.word(1).filter(|word| !word.raw().contains('$')) else { return };
    let value = word.value();
    let is_known = ["MTU", "ADVERT"].iter().any(|known| known.eq_ignore_ascii_case(&value));
    if !is_known && value.parse::<u32>().is_err() {
        let message = format!("`{value}` is no policy of buffers");
        findings.push(
            Diagnostic::new(keepalived::NOT_A_CHOICE, word.place(), message)
                .help("write MTU, ADVERT or a number of bytes"),
        );
    }
    if let Some(second) = node.word(2) {
        let message = format!("`{}` would be a second policy of buffers", second.value());
        findings.push(
            Diagnostic::new(keepalived::NOT_A_CHOICE, second.place(), message)
                .help("write MTU, ADVERT or a number of bytes, one of them"),
        );
    }
}

/// A session whose source is of another family than its neighbour, or with a name or a way too long.
fn session(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(name) = block.word(1) else { return };
    if name.value().len() > LONGEST_SESSION {
        let message = format!("the name of a session has at most {LONGEST_SESSION} characters");
        findings.push(Diagnostic::new(codes::SESSION, name.place(), message));
    }
    let of = |words: &[&str]| {
        let node = words.iter().find_map(|word| line(block, word))?;
        Some((node, address(node, 1)?))
    };
    let other = of(&["neighbor_ip", "neighbour_ip"]);
    if let Some((_, other)) = other {
        hops(block, other, findings);
    }
    let (Some((node, source)), Some((_, other))) = (of(&["source_ip"]), other) else { return };
    if source.is_ipv4() != other.is_ipv4() {
        let message = format!("{source} is not of the family of {other}");
        findings.push(Diagnostic::new(codes::SESSION, node.place(), message));
    }
}

/// Packets of the other side may pass no more routers than their time to live allows.
fn hops(block: NodeRef<'_>, neighbour: IpAddr, findings: &mut Findings) {
    let default = if neighbour.is_ipv4() { 255 } else { 64 };
    // Two words for one setting, whatever the family; the later one counts (tried).
    let is_lifetime = |node: &NodeRef<'_>| matches!(&*node.name(), "hoplimit" | "ttl");
    let stated = block.directives().filter(is_lifetime).last();
    let (Some(most), Some(node)) = (number(block, "max_hops"), line(block, "max_hops")) else {
        return;
    };
    // One that is no number has a finding already.
    let value = |node: NodeRef<'_>| node.word(1)?.value().parse().ok();
    let lifetime = stated.map_or(Some(default), value);
    if let Some(lifetime) = lifetime.filter(|lifetime| most > *lifetime) {
        let message = format!("{most} hops are more than a time to live of {lifetime} allows");
        findings.push(
            Diagnostic::new(keepalived::OUT_OF_RANGE, node.place(), message)
                .note(format!("keepalived takes {lifetime}")),
        );
    }
}

/// Sessions of one file with one name, or with one neighbour and source.
pub(super) fn sessions<'a>(blocks: impl Iterator<Item = NodeRef<'a>>, findings: &mut Findings) {
    let (mut names, mut ends) = (HashMap::new(), HashMap::new());
    for block in blocks {
        let Some(name) = block.word(1) else { continue };
        if let Some(earlier) = names.insert(name.value(), name.place()) {
            let message = format!("there is a session `{}` already", name.value());
            findings.push(
                Diagnostic::new(codes::SESSION, name.place(), message)
                    .context(earlier, "the first is here"),
            );
            continue;
        }
        let neighbour = line(block, "neighbor_ip").or_else(|| line(block, "neighbour_ip"));
        let Some(node) = neighbour else { continue };
        let source = line(block, "source_ip").and_then(|node| address(node, 1));
        let Some(other) = address(node, 1) else { continue };
        if let Some(earlier) = ends.insert((other, source), node.place()) {
            let message = format!("there is a session with {other} already");
            findings.push(
                Diagnostic::new(codes::SESSION, node.place(), message)
                    .context(earlier, "the first is here"),
            );
        }
    }
}

/// Options of the sync daemon with their limits (tried).
const NUMBERS: &[(&str, i64, i64)] =
    &[("id", 0, 255), ("maxlen", 1, 65_507), ("port", 1, 65_535), ("ttl", 1, 255)];

/// Seconds of 31 days (tried).
const LONGEST_TIMEOUT: i64 = 2_678_400;

/// All permissions.
const LARGEST_UMASK: u32 = 0o777;

/// The bits that 2.2.7 knows; the manual's IRWXG and IRWXO are none (tried).
const BITS: &[&str] =
    &["IRUSR", "IWUSR", "IXUSR", "IRGRP", "IWGRP", "IXGRP", "IROTH", "IWOTH", "IXOTH"];

/// The program's limit, without the closing zero.
const LONGEST_SESSION: usize = 31;
