//! Lines of routes and rules, as far as keepalived itself judges them: it knows fewer words than
//! ip(8), and the names of tables and protocols are those of the director.

use std::net::IpAddr;

use super::argument::judge;
use super::value::{parse_address, parse_integer};
use crate::source::codes::keepalived as codes;
use crate::source::{Diagnostic, Findings, Verdict};
use crate::syntax::schema::target::Targets;
use crate::syntax::schema::{self, Argument, Keyword, Version};
use crate::syntax::{Format, NodeRef, Word};

/// Judges a line of the list `within`.
pub(super) fn check(
    line: NodeRef<'_>,
    within: &'static str,
    targets: &Targets,
    findings: &mut Findings,
) {
    let is_rule = within.ends_with("rules");
    let kind = if is_rule { "rule" } else { "route" };
    let words = split(line, within, is_rule, findings);
    if let Some((place, unknown)) = words.unknown {
        let message = format!("`{}` means nothing {place} of a {kind}", unknown.value());
        let finding = Diagnostic::new(codes::UNKNOWN_OPTION, unknown.place(), message);
        let finding = finding.note(format!("keepalived ignores the whole {kind}"));
        findings.push(match unknown.raw() {
            "proto" => finding.guess(unknown.place(), "protocol", "write `protocol`"),
            raw if place == BEHIND_HOP && parse_address(raw).is_some() => {
                finding.guess(unknown.place(), format!("via {raw}"), format!("write `via {raw}`"))
            }
            _ => finding,
        });
        return;
    }
    if words.is_cut {
        return;
    }
    if family(&words, is_rule, findings) {
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
        if let Some(only) = words.options.iter().find(|option| OF_TABLES.contains(&option.keyword))
            && lacks(&["l3mdev", "lookup", "table"])
            && !lacks(ACTIONS)
        {
            miss(&format!(
                "`{}` needs a table, without one keepalived ignores the rule",
                only.keyword
            ));
        }
        let mut actions = words.options.iter().filter(|option| ACTIONS.contains(&option.keyword));
        if let Some(second) = actions.nth(1).and_then(|option| option.at) {
            let message = format!("the rule does something else already before `{}`", second.raw());
            findings.push(
                Diagnostic::new(codes::GIVEN_TWICE, second.place(), message)
                    .note("keepalived ignores the whole rule"),
            );
        }
        goto(&words, findings);
        return;
    }
    if words.addresses.iter().all(|(keyword, _)| *keyword != DESTINATION) && !words.has_default {
        miss("the route has no destination, so keepalived ignores it");
    } else if lacks(&["dev", "oif", "no_track"]) && targets.keepalived.version < WITHOUT_INTERFACE {
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

/// Whether something is of the wrong address family.
fn family(words: &Words<'_>, is_rule: bool, findings: &mut Findings) -> bool {
    let finding = if let Some(word) = words.other_family() {
        let message = format!("`{}` is of the other address family", word.value());
        Diagnostic::new(codes::FAMILY_DIFFERS, word.place(), message)
    } else if let Some((_, (first, _))) = words.addresses.first()
        && let Some(at) = words.options.iter().find_map(|option| {
            let row = OF_ONE_FAMILY.iter().find(|(word, _)| *word == option.keyword);
            let suits_rules = !is_rule || option.keyword == "realms";
            option.at.filter(|_| suits_rules && row.is_some_and(|(_, v6)| *v6 != first.is_ipv6()))
        })
    {
        let other = if first.is_ipv6() { "IPv4" } else { "IPv6" };
        let message = format!("`{}` is for {other} only", at.raw());
        Diagnostic::new(codes::FAMILY_DIFFERS, at.place(), message)
    } else {
        return false;
    };
    findings.push(finding);
    true
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
    options: Vec<Setting<'a>>,
    /// Addresses with the keyword in front.
    addresses: Vec<(&'static str, (IpAddr, Word<'a>))>,
    /// Whether the destination is all of a family.
    has_default: bool,
    /// The first word that is nothing of all this, and where it stands.
    unknown: Option<(&'static str, Word<'a>)>,
    /// Whether the last keyword lacks its value.
    is_cut: bool,
}

/// A keyword with its value.
struct Setting<'a> {
    keyword: &'static str,
    at: Option<Word<'a>>,
    value: Option<Word<'a>>,
}

impl<'a> Words<'a> {
    fn has(&self, keyword: &str) -> bool {
        self.options.iter().any(|option| option.keyword == keyword)
    }

    fn value_of(&self, keyword: &str) -> Option<Word<'a>> {
        self.options.iter().find(|option| option.keyword == keyword)?.value
    }

    /// The first address that is not of the family of the one in front.
    fn other_family(&self) -> Option<Word<'a>> {
        let (_, (first, _)) = self.addresses.first()?;
        let mut others = self.addresses.iter().map(|(_, address)| address);
        others.find(|(address, _)| address.is_ipv4() != first.is_ipv4()).map(|(_, word)| *word)
    }
}

/// Takes a line apart, and judges each value.
fn split<'a>(
    line: NodeRef<'a>,
    within: &'static str,
    is_rule: bool,
    findings: &mut Findings,
) -> Words<'a> {
    let mut split = Words::default();
    let mut words = line.words().enumerate();
    // Behind the first `nexthop` there are only next hops.
    let mut level = within;
    while let Some((at, word)) = words.next() {
        let raw = word.raw();
        let Some(row) = schema::find(Format::Keepalived, level, raw) else {
            if level == NEXT_HOP {
                split.unknown = Some((BEHIND_HOP, word));
            } else if is_rule && raw == "ip_proto" {
                // The manual's word has a finding of its own.
                words.next();
            } else if is_rule {
                split.unknown = Some((ON_THE_LINE, word));
            } else if let Some(address) = address_of(word) {
                value_of(word, &Argument::Prefix, &schema::ROW, findings);
                split.addresses.push((DESTINATION, (address, word)));
            } else if is_all(raw) {
                split.has_default = true;
            } else if !(at == 0 && (TYPES.contains(&raw) || parse_integer(raw).is_some())) {
                split.unknown = Some((ON_THE_LINE, word));
            }
            if split.unknown.is_some() {
                return split;
            }
            continue;
        };
        if let Some(successor) = row.alias_of {
            let finding = old_word(word, row, successor);
            // Among others, one that nothing can be done about would take their edits away.
            match finding.fix.is_some() {
                true => findings.push_once_per_file(finding),
                false => findings.push(finding),
            }
        }
        let mut value = None;
        for argument in row.arguments {
            if matches!(argument, Argument::Rest) && row.word == "nexthop" {
                level = NEXT_HOP;
                break;
            }
            // What an encapsulation consists of is not judged.
            if matches!(argument, Argument::Rest) {
                split.options.push(Setting { keyword: row.word, at: Some(word), value: None });
                let find = |name: &&str| line.words().any(|word| word.raw() == *name);
                let known = ["dev", "no_track"].into_iter().filter(find);
                let known = known.filter(|_| level != NEXT_HOP);
                let option = |keyword| Setting { keyword, at: None, value: None };
                split.options.extend(known.map(option));
                return split;
            }
            value = words.next().map(|(_, word)| word);
            if let (Argument::After(before, _), Some(first)) = (argument, value)
                && before.contains(&first.raw())
            {
                value = words.next().map(|(_, word)| word);
            }
            let Some(value) = value else {
                let message = format!("`{}` needs a value", row.word);
                findings.push(Diagnostic::new(codes::MISSING_ARGUMENT, word.place(), message));
                split.is_cut = true;
                return split;
            };
            value_of(value, argument, row, findings);
        }
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
        // The interface of a next hop is not that of the route.
        if level != NEXT_HOP {
            split.options.push(Setting { keyword: row.word, at: Some(word), value });
        }
    }
    split
}

/// Judges a value. `from all` is as good as an address, and a length of no digits as none (tried).
fn value_of(word: Word<'_>, kind: &Argument, row: &Keyword, findings: &mut Findings) {
    let raw = word.raw();
    if !matches!(kind, Argument::Prefix) || !(is_all(raw) || raw.ends_with('/')) {
        judge(word, kind, row, findings);
    }
}

fn old_word(word: Word<'_>, row: &Keyword, successor: &str) -> Diagnostic {
    let message = format!("`{}` is an old word for `{successor}`", row.word);
    let finding =
        Diagnostic::new(codes::DEPRECATED, word.place(), message).verdict(Verdict::Refuses);
    if row.word == "or" {
        // It takes an address, its successor a hop, and stands at the end.
        return finding.help("write `nexthop via ADDRESS` for each gateway at the end of the line");
    }
    finding.fix(word.place(), successor, "use the new word")
}

fn address_of(word: Word<'_>) -> Option<IpAddr> {
    let value = word.value();
    parse_address(value.split('/').next().unwrap_or_default())
}

/// Whether a word stands for all addresses of a family.
fn is_all(raw: &str) -> bool {
    raw == "all" || raw == "any" || raw.starts_with("default")
}

/// The block of the words behind `nexthop`.
const NEXT_HOP: &str = "<nexthop>";

/// Where a word stands.
const BEHIND_HOP: &str = "behind the next hop";
const ON_THE_LINE: &str = "on the line";

/// From here on a route without interface is followed, too (its release notes).
const WITHOUT_INTERFACE: Version = Version::new(2, 3, 2);

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
const ADDRESSED: &[&str] = &["from", "gw", "or", "src", "to", "via"];

/// Words for one family only, and whether it is IPv6. The last one holds for rules, too.
const OF_ONE_FAMILY: &[(&str, bool)] =
    &[("expires", true), ("from", true), ("pref", true), ("realms", false)];

/// Words about the route that a table gives.
const OF_TABLES: &[&str] =
    &["realms", "sup_group", "sup_pl", "suppress_ifgroup", "suppress_prefixlength"];

/// Words for the rank of a rule.
const RANKS: &[&str] = &["preference", "order", "priority"];

/// What a rule may do; all tried with 2.2.7.
const ACTIONS: &[&str] =
    &["blackhole", "goto", "l3mdev", "lookup", "nop", "prohibit", "table", "type", "unreachable"];
