//! What stands together in one `virtual_server`.

use std::net::Ipv4Addr;

use super::{Context, LineRule, address, codes, keepalived, ldirectord, line, number};
use crate::model::Family;
use crate::model::prefix::netmask;
use crate::source::{Diagnostic, Findings};
use crate::syntax::schema::target::refuses_dns_name;
use crate::syntax::{NodeRef, Word};

/// The rules.
pub(super) const RULES: &[LineRule] = &[
    LineRule { within: "", word: "virtual_server", judge: hysteresis },
    LineRule { within: "", word: "virtual_server", judge: flags },
    LineRule { within: "", word: "virtual_server", judge: fallback },
    LineRule { within: "virtual_server", word: "lb_kind", judge: tunnel },
    LineRule { within: "virtual_server", word: "lvs_method", judge: tunnel },
    LineRule { within: "virtual_server", word: "sorry_server_lvs_method", judge: tunnel },
    LineRule { within: "", word: "virtual_server", judge: granularity },
    LineRule { within: "virtual_server", word: "real_server", judge: source },
    LineRule { within: "virtual_server/real_server/DNS_CHECK", word: "name", judge: dns_name },
    LineRule { within: "virtual_server", word: "real_server", judge: thresholds },
    LineRule { within: "virtual_server/real_server", word: "lvs_method", judge: tunnel },
    LineRule {
        within: "virtual_server/real_server/UDP_CHECK",
        word: "payload",
        judge: hexadecimal,
    },
    LineRule {
        within: "virtual_server/real_server/UDP_CHECK",
        word: "require_reply",
        judge: hexadecimal,
    },
    LineRule {
        within: "virtual_server/real_server/HTTP_GET/url",
        word: "digest",
        judge: hexadecimal,
    },
    LineRule {
        within: "virtual_server/real_server/SSL_GET/url",
        word: "digest",
        judge: hexadecimal,
    },
];

/// What is no netmask, or a prefix length where only a netmask is understood.
fn granularity(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(word) = line(block, "persistence_granularity").and_then(|node| node.word(1)) else {
        return;
    };
    let value = word.value();
    let Ok(length) = value.parse::<u32>() else {
        let own = address(block, 1);
        let is_mask = value.parse::<Ipv4Addr>().is_ok() && own.is_none_or(|own| own.is_ipv4());
        if !is_mask && !value.contains('$') {
            let wanted = match own {
                Some(own) if own.is_ipv6() => "a prefix length, as 64",
                _ => "a netmask, as 255.255.255.0",
            };
            let message = format!("`{value}` is no size of a network");
            findings.push(
                Diagnostic::new(keepalived::NOT_AN_ADDRESS, word.place(), message)
                    .note("keepalived ignores the line")
                    .help(format!("write {wanted}")),
            );
        }
        return;
    };
    let family = line(block, "ip_family").and_then(|node| node.word(1));
    let first = || line(block, "real_server").and_then(|node| address(node, 1));
    let is_ipv4 = match (address(block, 1), family) {
        (Some(own), _) => own.is_ipv4(),
        (None, Some(family)) => family.value() == "inet",
        (None, None) => first().is_some_and(|server| server.is_ipv4()),
    };
    if !is_ipv4 {
        // Of a mark or a group the family is not sure.
        let own = address(block, 1).filter(|_| !(1..=128).contains(&length));
        if own.is_some() {
            let message = "a prefix length lies between 1 and 128";
            findings.push(
                Diagnostic::new(keepalived::OUT_OF_RANGE, word.place(), message)
                    .note("keepalived ignores the line"),
            );
        }
        return;
    }
    let message =
        format!("`{length}` is no prefix length here, but the netmask {}", Ipv4Addr::from(length));
    let finding = Diagnostic::new(codes::LENGTH_AS_NETMASK, word.place(), message);
    let length = u8::try_from(length).ok().filter(|length| *length <= Family::V4.bits());
    findings.push(match length.map(netmask) {
        Some(mask) => {
            finding.fix(word.place(), mask.to_string(), "write the netmask of this length")
        }
        None => finding,
    });
}

/// Words about the server of last resort, which has to be there before them.
fn fallback(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let mut is_there = false;
    for node in block.directives() {
        match &*node.name() {
            "sorry_server" => is_there = true,
            word @ ("sorry_server_inhibit" | "sorry_server_lvs_method") if !is_there => {
                let message = format!("`{word}` needs a sorry_server in front of it");
                findings.push(Diagnostic::new(codes::WRONG_ORDER, node.place(), message));
            }
            // An include may hold it.
            word if word.starts_with(['$', '@']) => return,
            _ => {}
        }
    }
}

/// The source address of a check against the address that it asks.
fn source(server: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let own = address(server, 1);
    for check in server.directives().filter(|node| node.has_body()) {
        let asked = line(check, "connect_ip").and_then(|node| address(node, 1)).or(own);
        let Some(node) = line(check, "bindto") else { continue };
        let (Some(source), Some(asked)) = (address(node, 1), asked) else { continue };
        if source.is_ipv4() != asked.is_ipv4() {
            let message = format!("{source} is not of the family of {asked}, which is asked");
            findings.push(
                Diagnostic::new(keepalived::FAMILY_DIFFERS, node.place(), message)
                    .note("keepalived ignores the source address"),
            );
        }
    }
}

/// The name of a DNS query, of which some releases refuse more than they should.
fn dns_name(node: NodeRef<'_>, context: &Context<'_>, findings: &mut Findings) {
    let Some(word) = node.word(1) else { return };
    let value = word.value();
    // A definition may be anything; a lone dot is the root.
    if value.contains('$') || value == "." {
        return;
    }
    let is_empty = value.starts_with('.') || value.contains("..");
    let release = context.targets.keepalived.version;
    let finding = |message| Diagnostic::new(codes::DNS_NAME, word.place(), message);
    if is_empty {
        let message = format!("a part of the name `{value}` is empty");
        findings.push(finding(message).help("delete the dot"));
    } else if refuses_dns_name(&value, release) {
        let message = format!("keepalived {release} does not take the name `{value}`");
        findings.push(
            finding(message)
                .label("the first part is one letter")
                .help("ask for another name that the server knows"),
        );
    }
}

/// `TUN [type KIND] [port N] [nocsum|csum|remcsum]`, of which the port is for gue, and gue needs it.
fn tunnel(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let mut words = node.arguments();
    let is_tunnel = words.next().is_some_and(|word| word.value() == "TUN");
    if !is_tunnel || node.arguments().any(|word| word.raw().contains('$')) {
        return;
    }
    let mut kind = None;
    let mut port = None;
    while let Some(word) = words.next() {
        let name = word.value();
        let option = match &*name {
            "csum" | "nocsum" | "remcsum" => continue,
            "port" => &mut port,
            "type" => &mut kind,
            _ => {
                let message = format!("`{name}` is no option of a tunnel");
                findings.push(
                    Diagnostic::new(keepalived::UNKNOWN_OPTION, word.place(), message)
                        .help("known are type, port, csum, nocsum and remcsum"),
                );
                return;
            }
        };
        *option = words.next();
        if option.is_none() {
            let message = format!("`{name}` needs a value");
            findings.push(Diagnostic::new(keepalived::MISSING_ARGUMENT, word.place(), message));
            return;
        }
    }
    let is_kind = |kind: Word<'_>| matches!(&*kind.value(), "gre" | "gue" | "ipip");
    if let Some(kind) = kind.filter(|kind| !is_kind(*kind)) {
        let message = format!("`{}` is no type of a tunnel", kind.value());
        findings.push(
            Diagnostic::new(keepalived::NOT_A_CHOICE, kind.place(), message)
                .help("write ipip, gue or gre"),
        );
        return;
    }
    let is_gue = kind.is_some_and(|kind| kind.value() == "gue");
    match (kind, port) {
        (Some(kind), None) if is_gue => findings.push(
            Diagnostic::new(
                keepalived::MISSING_ARGUMENT,
                kind.place(),
                "a gue tunnel needs a port",
            )
            .help("write `type gue port N`"),
        ),
        (_, Some(port)) if !is_gue => findings.push(
            Diagnostic::new(
                keepalived::UNKNOWN_OPTION,
                port.place(),
                "only a gue tunnel has a port",
            )
            .help("write `type gue` as well, or leave the port out"),
        ),
        _ => {}
    }
}

/// `ip_vs_add_dest` refuses a server whose lower threshold is above its upper one, which is 0 when
/// nothing is said.
fn thresholds(server: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(lower) = number(server, "lthreshold") else { return };
    let stated = line(server, "uthreshold");
    let upper = stated.and_then(|_| number(server, "uthreshold"));
    // One that is no number, or not expanded, is not judged.
    if stated.is_some() != upper.is_some() || lower <= upper.unwrap_or(0) {
        return;
    }
    let at = line(server, "lthreshold").map_or_else(|| server.place(), NodeRef::place);
    let message = match upper {
        Some(upper) => format!("the lower threshold {lower} is above the upper one, {upper}"),
        None => format!("a lower threshold of {lower} without an upper one"),
    };
    findings.push(
        Diagnostic::new(ldirectord::THRESHOLDS_CROSSED, at, message)
            .note("the kernel refuses the server: it gets no connections")
            .help("set it to about three quarters of the upper one"),
    );
}

/// Bytes in hexadecimal; in a reply, `X` stands for any digit.
fn hexadecimal(node: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(word) = node.word(1) else { return };
    let is_reply = node.name() == "require_reply";
    let is_digest = node.name() == "digest";
    let fits = |c: char| {
        c.is_ascii_hexdigit() || is_reply && matches!(c, 'x' | 'X') || !is_digest && c == ' '
    };
    let value = word.value();
    // A digest of another length has a finding already.
    if value.contains('$') || value.chars().all(fits) || is_digest && value.len() != 32 {
        return;
    }
    let message = format!("`{}` takes hexadecimal digits", node.name());
    let finding = Diagnostic::new(codes::NOT_HEXADECIMAL, word.place(), message);
    let is_truth = matches!(&*value, "on" | "off" | "yes" | "no" | "true" | "false");
    findings.push(match is_reply && is_truth {
        true => finding.help("write the keyword alone for any reply"),
        false => finding,
    });
}

fn hysteresis(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    let Some(hysteresis) = number(block, "hysteresis") else { return };
    let quorum = number(block, "quorum").unwrap_or(1);
    if hysteresis > 0 && hysteresis >= quorum {
        let at = line(block, "hysteresis").map_or_else(|| block.place(), NodeRef::place);
        let message = format!("a hysteresis of {hysteresis} needs a quorum above it, not {quorum}");
        findings.push(Diagnostic::new(codes::HYSTERESIS, at, message));
    }
}

/// Flags of a scheduler, or of a protocol, that is not that of the service.
fn flags(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    // Most services have none, and are asked once.
    let is_flag = |node: NodeRef<'_>| FLAGS.iter().any(|flag| node.name() == flag.word);
    if !block.directives().any(is_flag) {
        return;
    }
    // The last line counts; for a flag of a scheduler, the last one in front of it (tried).
    let value = |words: &[&str], before: Option<NodeRef<'_>>| {
        let behind = before.map_or(u32::MAX, NodeRef::index);
        let nodes = block.directives().take_while(|node| node.index() < behind);
        let node = nodes.filter(|node| words.contains(&&*node.name())).last()?;
        node.word(1).map(|word| word.value().to_ascii_lowercase())
    };
    // Without the word it is UDP, and of packets with a mark keepalived asks for none (tried).
    let is_mark = block.word(1).is_some_and(|word| word.raw() == "fwmark");
    let protocol = value(&["protocol"], None).filter(|_| !is_mark);
    let protocol = protocol.unwrap_or_else(|| "udp".to_owned());
    for Flag { word, scheduler: wanted, protocol: wanted_protocol } in FLAGS {
        let Some(node) = line(block, word) else { continue };
        let algorithms = ["lvs_sched", "lb_algo"];
        let scheduler = value(&algorithms, Some(node)).unwrap_or_default();
        let is_early = wanted.is_some() && value(&algorithms, None).as_deref() == *wanted;
        let message = match (wanted, wanted_protocol) {
            (Some(wanted), _) if is_early && scheduler != *wanted => {
                format!("`{word}` stands in front of the line that chooses {wanted}")
            }
            // A value that is not expanded yet may be anything.
            (Some(wanted), _) if scheduler != *wanted && !scheduler.contains('$') => {
                format!("`{word}` is for the scheduler {wanted} only")
            }
            (_, Some(wanted)) if protocol != *wanted && !protocol.contains('$') => {
                format!("`{word}` is for the protocol {} only", wanted.to_ascii_uppercase())
            }
            (Some(_), _) if *word == "hashed" => {
                let message = "`hashed` has no effect";
                let code = codes::WITHOUT_EFFECT;
                findings.push(Diagnostic::new(code, node.place(), message));
                continue;
            }
            _ => continue,
        };
        findings.push(Diagnostic::new(codes::SCHEDULER_FLAG, node.place(), message));
    }
}

/// A word and what it belongs to, in small letters.
struct Flag {
    word: &'static str,
    scheduler: Option<&'static str>,
    protocol: Option<&'static str>,
}

/// Each was tried with 2.2.7.
const FLAGS: &[Flag] = &[
    Flag { word: "hashed", scheduler: Some("sh"), protocol: None },
    Flag { word: "mh-fallback", scheduler: Some("mh"), protocol: None },
    Flag { word: "mh-port", scheduler: Some("mh"), protocol: None },
    Flag { word: "ops", scheduler: None, protocol: Some("udp") },
    Flag { word: "sh-fallback", scheduler: Some("sh"), protocol: None },
    Flag { word: "sh-port", scheduler: Some("sh"), protocol: None },
];
