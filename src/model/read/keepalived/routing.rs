//! Lines of routes and rules, as far as keepalived itself judges them: it knows fewer words than
//! ip(8), and the names of tables and protocols are those of the director.

use std::net::IpAddr;

use super::value::{parse_address, parse_integer};
use crate::source::codes::keepalived as codes;
use crate::source::{Diagnostic, Findings};
use crate::syntax::schema::{self, Argument};
use crate::syntax::{Format, NodeRef, Word};

/// Judges a line of the list `within`.
pub(super) fn check(line: NodeRef<'_>, within: &str, findings: &mut Findings) {
    let is_rule = within.ends_with("rules");
    let words = split(line, within, is_rule);
    if let Some(unknown) = words.unknown {
        let kind = if is_rule { "rule" } else { "route" };
        let message = format!("`{}` means nothing on the line of a {kind}", unknown.value());
        let finding = Diagnostic::new(codes::UNKNOWN_OPTION, unknown.place(), message)
            .note(format!("keepalived ignores the whole {kind}"));
        findings.push(match unknown.raw() {
            "proto" => finding.guess(unknown.place(), "protocol", "write `protocol`"),
            _ => finding,
        });
        return;
    }
    if let Some(word) = words.other_family() {
        let message = format!("`{}` is of the other address family", word.value());
        findings.push(Diagnostic::new(codes::FAMILY_DIFFERS, word.place(), message));
        return;
    }
    let lacks = |names: &[&str]| !names.iter().any(|name| words.has(name));
    let mut miss = |message: &str| {
        findings.push(Diagnostic::new(codes::MISSING_KEYWORD, line.place(), message));
    };
    if is_rule {
        if lacks(RANKS) {
            miss("the rule has no preference");
        }
        if lacks(ACTIONS) {
            miss("the rule says nothing to do, so keepalived ignores it");
        }
        goto(&words, findings);
        return;
    }
    if words.addresses.iter().all(|(keyword, _)| *keyword != DESTINATION) && !words.has_default {
        miss("the route has no destination, so keepalived ignores it");
    } else if lacks(&["dev", "oif", "no_track"]) {
        // Interfaces of next hops do not count (tried).
        miss("the route has no interface, so keepalived cannot follow it");
    }
    if let Some(protocol) = words.value_of("protocol").filter(|_| lacks(&["no_track"]))
        && !matches!(&*protocol.value(), "keepalived" | "18")
    {
        findings.push(
            Diagnostic::new(
                codes::MISSING_KEYWORD,
                protocol.place(),
                "a route that is followed has keepalived's own protocol",
            )
            .note("keepalived replaces the protocol by its own")
            .help("add `no_track`, or leave the protocol out"),
        );
    }
}

/// A rule leads only to rules behind it.
fn goto(words: &Words<'_>, findings: &mut Findings) {
    let Some(target) = words.value_of("goto") else { return };
    let rank = RANKS.iter().find_map(|name| words.value_of(name));
    let number = |word: Word<'_>| parse_integer(&word.value());
    if let (Some(to), Some(from)) = (number(target), rank.and_then(number))
        && to <= from
    {
        let message = format!("goto leads to {to}, which is not behind the preference {from}");
        findings.push(
            Diagnostic::new(codes::OUT_OF_RANGE, target.place(), message)
                .note("keepalived ignores the whole rule"),
        );
    }
}

/// The words of a line by what they are.
#[derive(Default)]
struct Words<'a> {
    /// Keywords and the last word of each value.
    options: Vec<(&'static str, Option<Word<'a>>)>,
    /// Addresses with the keyword in front.
    addresses: Vec<(&'static str, (IpAddr, Word<'a>))>,
    /// Whether the destination is all of a family.
    has_default: bool,
    /// The first word that is nothing of all this.
    unknown: Option<Word<'a>>,
}

impl<'a> Words<'a> {
    fn has(&self, keyword: &str) -> bool {
        self.options.iter().any(|(known, _)| *known == keyword)
    }

    fn value_of(&self, keyword: &str) -> Option<Word<'a>> {
        self.options.iter().find(|(known, _)| *known == keyword).and_then(|(_, value)| *value)
    }

    /// The first address that is not of the family of the one in front.
    fn other_family(&self) -> Option<Word<'a>> {
        let (_, (first, _)) = self.addresses.first()?;
        let mut others = self.addresses.iter().map(|(_, address)| address);
        others.find(|(address, _)| address.is_ipv4() != first.is_ipv4()).map(|(_, word)| *word)
    }
}

fn split<'a>(line: NodeRef<'a>, within: &str, is_rule: bool) -> Words<'a> {
    let mut split = Words::default();
    let mut words = line.words().enumerate();
    while let Some((at, word)) = words.next() {
        let raw = word.raw();
        let Some(row) = schema::find(Format::Keepalived, within, raw) else {
            if is_rule && raw == "ip_proto" {
                // The manual's word has a finding of its own.
                words.next();
            } else if is_rule {
                split.unknown = Some(word);
            } else if let Some(address) = address_of(word) {
                split.addresses.push((DESTINATION, (address, word)));
            } else if raw == "all" || raw == "any" || raw.starts_with("default") {
                split.has_default = true;
            } else if !(at == 0 && (TYPES.contains(&raw) || parse_integer(raw).is_some())) {
                split.unknown = Some(word);
            }
            if split.unknown.is_some() {
                return split;
            }
            continue;
        };
        let mut value = None;
        for argument in row.arguments {
            // What a next hop and an encapsulation consist of is not judged, and behind next hops
            // there is nothing else: a no_track there does not count (tried).
            if matches!(argument, Argument::Rest) {
                split.options.push((row.word, None));
                if !matches!(row.word, "nexthop" | "or") {
                    let find = |name: &&str| line.words().any(|word| word.raw() == *name);
                    let known = ["dev", "no_track"].into_iter().filter(find);
                    split.options.extend(known.map(|name| (name, None)));
                }
                return split;
            }
            value = words.next().map(|(_, word)| word);
            // `mtu lock 1400`, `via inet6 fd00::1`.
            if value.is_some_and(|word| matches!(word.raw(), "lock" | "inet" | "inet6")) {
                value = words.next().map(|(_, word)| word);
            }
        }
        split.options.push((row.word, value));
        // `to` is followed by the destination.
        let keyword = if !is_rule && row.word == "to" { DESTINATION } else { row.word };
        if ADDRESSED.contains(&row.word)
            && let Some(word) = value
        {
            match address_of(word) {
                Some(address) => split.addresses.push((keyword, (address, word))),
                None => split.has_default |= keyword == DESTINATION,
            }
        }
    }
    split
}

fn address_of(word: Word<'_>) -> Option<IpAddr> {
    let value = word.value();
    parse_address(value.split('/').next().unwrap_or_default())
}

/// Stands for the keyword of a destination, which has none.
const DESTINATION: &str = "<destination>";

/// What may stand in front of a destination.
const TYPES: &[&str] = &[
    "anycast",
    "blackhole",
    "broadcast",
    "local",
    "multicast",
    "nat",
    "prohibit",
    "throw",
    "unicast",
    "unreachable",
    "xresolve",
];

/// Words with an address behind them.
const ADDRESSED: &[&str] = &["from", "gw", "src", "to", "via"];

/// Words for the rank of a rule.
const RANKS: &[&str] = &["preference", "order", "priority"];

/// What a rule may do; all tried with 2.2.7.
const ACTIONS: &[&str] =
    &["blackhole", "goto", "l3mdev", "lookup", "nop", "prohibit", "table", "type", "unreachable"];
