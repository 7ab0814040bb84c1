//! Options of address lines that keepalived ignores, or for which it drops the address.

use std::net::{IpAddr, Ipv4Addr};

use super::{Context, LineRule, codes, keepalived};
use crate::source::{Diagnostic, Findings};
use crate::syntax::{NodeRef, Word};

/// The rules.
pub(super) const RULES: &[LineRule] = &[
    LineRule { within: "", word: "static_ipaddress", judge: addresses },
    LineRule { within: "vrrp_instance", word: "virtual_ipaddress", judge: addresses },
    LineRule { within: "vrrp_instance", word: "virtual_ipaddress_excluded", judge: addresses },
];

fn addresses(block: NodeRef<'_>, _: &Context<'_>, findings: &mut Findings) {
    for line in block.directives() {
        let Some(first) = line.word(0) else { continue };
        let value = first.value();
        let (text, prefix) = match value.split_once('/') {
            Some((text, prefix)) => (text, Some(prefix)),
            None => (&*value, None),
        };
        let Ok(address) = text.parse::<IpAddr>() else { continue };
        twice(line, findings);
        let mut words = line.arguments();
        while let Some(word) = words.next() {
            let Some(option) = OPTIONS.iter().find(|option| option.word == word.raw()) else {
                continue;
            };
            let Some(value) = words.next().filter(|value| !value.raw().contains('$')) else {
                continue;
            };
            if let Some(finding) = (option.judge)(address, prefix.is_some(), word, value) {
                findings.push(finding);
            }
        }
    }
}

/// Of most words the later counts, without a message; of these it does not (tried).
fn twice(line: NodeRef<'_>, findings: &mut Findings) {
    for (keyword, note) in [("dev", REMOVES), ("peer", "keepalived takes the first one")] {
        let mut given = line.arguments().filter(|word| word.raw() == keyword);
        if let (Some(first), Some(second)) = (given.next(), given.next()) {
            let message = format!("the address has a `{keyword}` already");
            findings.push(
                Diagnostic::new(keepalived::GIVEN_TWICE, second.place(), message)
                    .context(first.place(), "the first is here")
                    .note(note),
            );
        }
    }
}

/// A word with a value behind it.
struct Choice {
    word: &'static str,
    /// The address, whether it has a prefix length, the word, its value.
    judge: fn(IpAddr, bool, Word<'_>, Word<'_>) -> Option<Diagnostic>,
}

/// Each was tried with 2.2.7.
const OPTIONS: &[Choice] = &[
    Choice { word: "brd", judge: broadcast },
    Choice { word: "broadcast", judge: broadcast },
    Choice { word: "label", judge: label },
    Choice { word: "peer", judge: peer },
    Choice { word: "preferred_lft", judge: lifetime },
    Choice { word: "scope", judge: scope },
];

fn broadcast(address: IpAddr, _: bool, word: Word<'_>, value: Word<'_>) -> Option<Diagnostic> {
    if address.is_ipv6() {
        let message = "an IPv6 address has no broadcast address";
        let finding = Diagnostic::new(codes::ADDRESS_OPTION, word.place(), message);
        return Some(finding.note(REMOVES));
    }
    let text = value.value();
    if matches!(&*text, "+" | "-") || text.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    let message = format!("`{text}` is no broadcast address");
    Some(Diagnostic::new(keepalived::NOT_AN_ADDRESS, value.place(), message).note(REMOVES))
}

fn label(address: IpAddr, _: bool, word: Word<'_>, value: Word<'_>) -> Option<Diagnostic> {
    if address.is_ipv6() {
        let message = "an IPv6 address has no label";
        let finding = Diagnostic::new(codes::ADDRESS_OPTION, word.place(), message);
        return Some(finding.note(IGNORES));
    }
    let message = format!("a label has at most {LONGEST_LABEL} characters");
    let finding = Diagnostic::new(keepalived::OUT_OF_RANGE, value.place(), message).note(REMOVES);
    (value.value().len() > LONGEST_LABEL).then_some(finding)
}

fn peer(address: IpAddr, prefix: bool, word: Word<'_>, value: Word<'_>) -> Option<Diagnostic> {
    let text = value.value();
    if prefix {
        let message = "beside a peer, the prefix length belongs to the peer";
        let finding = Diagnostic::new(codes::ADDRESS_OPTION, word.place(), message);
        return Some(finding.note(IGNORES));
    }
    let peer = text.split('/').next().unwrap_or_default().parse::<IpAddr>().ok()?;
    let message = format!("{peer} is of the other address family");
    let finding = Diagnostic::new(keepalived::FAMILY_DIFFERS, value.place(), message);
    (peer.is_ipv4() != address.is_ipv4()).then(|| finding.note(IGNORES))
}

/// Seconds, or no end.
fn lifetime(_: IpAddr, _: bool, _: Word<'_>, value: Word<'_>) -> Option<Diagnostic> {
    let text = value.value();
    if text == "forever" || text.parse::<u32>().is_ok() {
        return None;
    }
    let message = format!("`{text}` is no number of seconds");
    let finding = Diagnostic::new(keepalived::NOT_A_NUMBER, value.place(), message).note(IGNORES);
    Some(finding.help("write a whole number, or forever"))
}

fn scope(address: IpAddr, _: bool, word: Word<'_>, value: Word<'_>) -> Option<Diagnostic> {
    if address.is_ipv6() {
        let message = "an IPv6 address has no scope of its own choice";
        let finding = Diagnostic::new(codes::ADDRESS_OPTION, word.place(), message);
        return Some(finding.note(IGNORES));
    }
    let text = value.value();
    let digits = text.strip_prefix("0x").map(|digits| u8::from_str_radix(digits, 16));
    let is_number = digits.unwrap_or_else(|| text.parse::<u8>()).is_ok();
    if is_number || SCOPES.contains(&&*text) {
        return None;
    }
    let message = format!("`{text}` is no scope");
    let finding = Diagnostic::new(keepalived::NOT_A_CHOICE, value.place(), message).note(IGNORES);
    Some(finding.help(format!("write one of {}", SCOPES.join(", "))))
}

/// What happens to the address, and what to the word only.
const REMOVES: &str = "keepalived leaves the whole address out";
const IGNORES: &str = "keepalived ignores the option";

/// The kernel's IFNAMSIZ without the closing zero.
const LONGEST_LABEL: usize = 15;

/// The names that iproute2 brings.
const SCOPES: &[&str] = &["global", "host", "link", "nowhere", "site"];
