//! Words that lost the blank between them.

use std::net::Ipv4Addr;

use super::{Reader, Text, address, script};
use crate::source::{Diagnostic, codes};
use crate::syntax::Format;
use crate::syntax::schema;

/// A node name with a resource glued to it, taken apart.
pub(super) fn node(reader: &mut Reader<'_>, word: &Text) -> Option<(Text, Text)> {
    let known = |name: &str| {
        reader.cluster.nodes.iter().any(|node| node.name.value.eq_ignore_ascii_case(name))
    };
    if known(&word.value) || !word.value.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let by_name = reader.cluster.nodes.iter().map(|node| node.name.value.len()).find(|length| {
        let (name, rest) = (word.value.get(..*length), word.value.get(*length..));
        name.is_some_and(known) && rest.is_some_and(is_resource)
    });
    let length = by_name.or_else(|| script_at(&word.value)).or_else(|| address_at(&word.value))?;
    let (name, resource) = (word.part(0, length), word.part(length, word.value.len() - length));
    let gap = word.part(length, 0).at;
    let message = format!("`{}` and `{}` are one word", name.value, resource.value);
    let diagnostic = Diagnostic::new(codes::haresources::GLUED_NODE, word.at, message)
        .note("heartbeat knows no such node and refuses to start");
    reader.report(word.fix(diagnostic, gap, " ", SEPARATE.to_owned()));
    Some((name, resource))
}

/// A resource, or the two that are glued together: an argument of an address ends in the name
/// of a script, and arguments for that script follow.
pub(super) fn resources(reader: &mut Reader<'_>, word: Text) -> Vec<Text> {
    let parts = word.split("::");
    let [name, argument, _, ..] = parts.as_slice() else { return vec![word] };
    let takes_address = matches!(name.value.as_str(), "IPaddr" | "IPaddr2" | "IPsrcaddr");
    let script = names().find(|script| argument.value.ends_with(script));
    let Some(script) = script.filter(|_| takes_address) else { return vec![word] };
    // Behind `IPaddr::10.0.0.1/24/eth1` the second script begins.
    let length = name.value.len() + 2 + argument.value.len() - script.len();
    let (first, second) = (word.part(0, length), word.part(length, word.value.len() - length));
    let message = format!("`{}` and `{script}` are one word", name.value);
    let gap = word.part(length, 0).at;
    let diagnostic = Diagnostic::new(codes::haresources::GLUED_RESOURCE, word.at, message);
    reader.report(word.fix(diagnostic, gap, " ", SEPARATE.to_owned()));
    vec![first, second]
}

/// Where an IPv4 address begins inside `word`: as far left as it is one. `test3192.168.0.5` is
/// `test3` and 192.168.0.5, because 3192 is too large.
fn address_at(word: &str) -> Option<usize> {
    let end = word.find('/').unwrap_or(word.len());
    (end.saturating_sub(LONGEST_ADDRESS).max(1)..end).find(|at| {
        let (front, host) = (word.get(..*at), word.get(*at..end));
        let front = front.unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
        // A name such as `ip-10.0.0.1` or `a.10.0.0.1` is a name.
        let is_name = front.ends_with(['-', '.', '_']);
        !is_name && host.is_some_and(|host| host.parse::<Ipv4Addr>().is_ok())
    })
}

/// Where a known script with arguments begins inside `word`.
fn script_at(word: &str) -> Option<usize> {
    let (front, _) = word.split_once("::")?;
    names()
        .filter(|script| front.len() > script.len() && front.ends_with(script))
        .map(|script| front.len() - script.len())
        .min()
}

fn is_resource(text: &str) -> bool {
    let name = text.split("::").next().unwrap_or_default();
    address::is_shorthand(text) || script::kind(name).is_some()
}

/// Names of scripts that are long enough not to end another word by chance.
fn names() -> impl Iterator<Item = &'static str> {
    schema::words(Format::Haresources, "").filter(|name| name.len() >= 5)
}

/// What is to be done with words that lost the blank between them.
const SEPARATE: &str = "separate them by a blank";
/// Length of `255.255.255.255`.
const LONGEST_ADDRESS: usize = 15;
