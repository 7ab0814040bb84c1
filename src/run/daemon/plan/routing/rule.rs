//! A line of `virtual_rules` or `static_rules`.

use super::{Refusal, Words, family_of, names, number, prefix, realms};
use crate::run::net::rules::{GO_TO, NOTHING, Rule};
use crate::run::vrrp::Family;

/// The rule of a line, in the family of its first address or else in `family`.
pub(in super::super) fn rule(line: &[String], family: Family) -> Result<Rule, Refusal> {
    let family = family_of(line, family);
    let mut rule = Rule::new(family);
    let mut rank = None;
    let mut protocol = None;
    let mut is_untracked = false;
    let mut words = Words::new(line);
    while let Some(word) = words.next() {
        match word {
            "preference" | "order" | "priority" => rank = Some(words.value(word, number)?),
            "protocol" => protocol = Some(words.value(word, names::protocol)?),
            "no_track" => is_untracked = true,
            "track_group" => {
                words.next();
            }
            "inet" | "inet6" => {}
            _ => take(&mut rule, word, &mut words)?,
        }
    }
    rule.priority = rank.ok_or(Refusal::NoPreference)?;
    rule.protocol = protocol.filter(|_| is_untracked).unwrap_or(rule.protocol);
    Ok(rule)
}

fn take(rule: &mut Rule, word: &str, words: &mut Words<'_>) -> Result<(), Refusal> {
    let family = rule.family;
    let range = |text: &str| {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        Some((number::<u16>(first)?, number::<u16>(last)?))
    };
    let text = |text: &str| Some(text.to_owned());
    // A prefix of no length matches everything: the kernel does not keep it.
    let network =
        |text: &str| prefix(text, family).map(|found| Some(found).filter(|p| p.length > 0));
    match word {
        "from" => rule.from = words.value(word, network)?,
        "to" => rule.to = words.value(word, network)?,
        "table" | "lookup" => rule.table = words.value(word, names::table)?,
        "not" => rule.is_inverted = true,
        "tos" | "dsfield" => rule.type_of_service = words.value(word, names::type_of_service)?,
        "fwmark" => rule.mark = Some(words.value(word, mark)?),
        "realms" => rule.realms = Some(words.value(word, realms)?),
        "suppress_prefixlength" | "sup_pl" => {
            rule.shortest_prefix = Some(words.value(word, number)?);
        }
        "suppress_ifgroup" | "sup_group" => {
            rule.without_group = Some(words.value(word, names::link_group)?);
        }
        "iif" | "dev" => rule.input = Some(words.value(word, text)?),
        "oif" => rule.output = Some(words.value(word, text)?),
        "tunnel-id" => rule.tunnel = Some(words.value(word, |text| text.parse().ok())?),
        "uidrange" => {
            rule.users = Some(words.value(word, |text| {
                let (first, last) = text.split_once('-')?;
                Some((number(first)?, number(last)?))
            })?);
        }
        "l3mdev" => rule.is_of_vrf = true,
        "ipproto" => rule.transport = Some(words.value(word, names::transport)?),
        "sport" => rule.source_ports = Some(words.value(word, range)?),
        "dport" => rule.destination_ports = Some(words.value(word, range)?),
        "goto" => {
            rule.action = GO_TO;
            rule.target = Some(words.value(word, number)?);
        }
        "type" => rule.action = words.value(word, action)?,
        word => rule.action = action(word).ok_or_else(|| Refusal::Word(word.to_owned()))?,
    }
    Ok(())
}

/// `MARK` or `MARK/MASK`.
fn mark(text: &str) -> Option<(u32, u32)> {
    let (mark, mask) = match text.split_once('/') {
        Some((mark, mask)) => (mark, number(mask)?),
        None => (text, u32::MAX),
    };
    Some((number(mark)?, mask))
}

/// `FR_ACT_*` (linux/fib_rules.h).
fn action(name: &str) -> Option<u8> {
    match name {
        "nop" => Some(NOTHING),
        "blackhole" => Some(6),
        "unreachable" => Some(7),
        "prohibit" => Some(8),
        _ => None,
    }
}
