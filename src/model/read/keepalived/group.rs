//! `virtual_server_group`.

use std::net::{IpAddr, Ipv6Addr};

use super::argument::{not_an_address, whole_number};
use super::{SAID_BEFORE, carry, value};
use crate::model::{Cluster, Family, GroupMember, Inert, ServiceGroup, Sourced, prefix};
use crate::source::codes::keepalived as codes;
use crate::source::codes::keepalived_quirks as quirks;
use crate::source::{Code, Diagnostic, Findings, Place};
use crate::syntax::{NodeRef, Word};

/// Adds a group; false without a name.
pub(super) fn read(block: NodeRef<'_>, cluster: &mut Cluster) -> bool {
    let Some(name) = value::text(block).filter(|_| block.has_body()) else { return false };
    let at = Some(block.place());
    let mut earlier = cluster.service_groups.iter().filter(|group| group.name.value == name.value);
    // A name finds the first; one without entries is removed before that (tried).
    if earlier.any(|group| is_of_file(group, block) && !group.members.is_empty()) {
        let unused = std::iter::once(block).chain(value::lines(block));
        cluster.inert.extend(unused.map(|node| Inert { at: node.place(), why: SAID_BEFORE }));
        return true;
    }
    let mut group = ServiceGroup { name, members: Vec::new(), carried: Vec::new(), at };
    for line in value::lines(block) {
        match member(line).ok().filter(|_| !value::is_unexpanded(line)) {
            Some(member) => group.members.push(Sourced::new(member, line.place())),
            None => group.carried.push(carry(line)),
        }
    }
    cluster.service_groups.push(group);
    true
}

/// The files of several directors may each have a group of that name.
fn is_of_file(group: &ServiceGroup, block: NodeRef<'_>) -> bool {
    group.at.is_some_and(|at| at.file == block.place().file)
}

/// Judges a line: keepalived leaves out what is no entry, and may have none in the end.
pub(super) fn check(line: NodeRef<'_>, findings: &mut Findings) {
    match member(line) {
        Ok(member) => findings.extend(uncounted(&member, line)),
        Err(problem) => {
            findings.push(problem.note("keepalived leaves the whole entry out"));
            return;
        }
    }
    let most = if line.name() == "fwmark" { 3 } else { 2 };
    if let Some(surplus) = line.words().nth(most) {
        let message = "an entry of the group takes no further words";
        findings.push(
            Diagnostic::new(codes::SURPLUS_WORDS, surplus.place(), message)
                .note("keepalived ignores them silently"),
        );
    }
}

/// Of addresses that differ in more than their last part keepalived does not come to the last one: it counts in that
/// part alone (tried: in IPv4 it never ends).
fn uncounted(member: &GroupMember, line: NodeRef<'_>) -> Option<Diagnostic> {
    let (what, fact, help) = match member.ends()? {
        (IpAddr::V4(first), IpAddr::V4(last)) if first.to_bits() >> 8 != last.to_bits() >> 8 => (
            "in more than the last number",
            "keepalived 2.2.7 hangs as soon as a virtual_server has the group",
            "write a line for each 256 of them, as `10.0.0.0/24 80`",
        ),
        (IpAddr::V6(first), IpAddr::V6(last)) if first.to_bits() >> 16 != last.to_bits() >> 16 => (
            "in more than the last four digits",
            "keepalived 2.2.7 serves only those that begin as the first one does",
            "write a line for each 65,536 of them, as `fd00::/112 80`",
        ),
        _ => return None,
    };
    let message = format!("the first address and the last one differ {what}");
    let finding = Diagnostic::new(quirks::GROUP_NOT_COUNTED, line.place(), message);
    Some(finding.note(fact).help(help))
}

/// `IP [PORT]`, `IP-LAST [PORT]`, `IP/PREFIX [PORT]` or `fwmark N [inet|inet6]`; else what is wrong.
pub(super) fn member(line: NodeRef<'_>) -> Result<GroupMember, Box<Diagnostic>> {
    let mut words = line.words();
    // Every line has a first word.
    let Some(first) = words.next() else {
        return wrong(codes::MISSING_ARGUMENT, line.place(), "the entry is empty".into());
    };
    if first.raw() == "fwmark" {
        return mark(first, words.next(), words.next());
    }
    let traffic = traffic(first)?;
    let port = match words.next() {
        Some(word) => Some(number(word, 65_535)?),
        None => None,
    };
    Ok(match traffic {
        Traffic::Network(address, prefix) => GroupMember::Network { address, prefix, port },
        Traffic::Range(first, last) => GroupMember::Range { first, last, port },
    })
}

fn mark(
    keyword: Word<'_>,
    mark: Option<Word<'_>>,
    family: Option<Word<'_>>,
) -> Result<GroupMember, Box<Diagnostic>> {
    let Some(mark) = mark else {
        let message = "`fwmark` needs a number".into();
        return wrong(codes::MISSING_ARGUMENT, keyword.place(), message);
    };
    let mark = number(mark, u32::MAX)?;
    let family = match family.map(|word| (word, word.value())) {
        None => None,
        Some((_, name)) if name == "inet" => Some(Family::V4),
        Some((_, name)) if name == "inet6" => Some(Family::V6),
        Some((word, name)) => {
            let message = format!("`{name}` is no address family");
            let finding = Diagnostic::new(codes::NOT_A_CHOICE, word.place(), message);
            return Err(Box::new(finding.help("write inet or inet6")));
        }
    };
    Ok(GroupMember::Mark { mark, family })
}

/// The addresses of an entry; a single one is a range of one.
enum Traffic {
    Network(IpAddr, u8),
    Range(IpAddr, IpAddr),
}

fn traffic(word: Word<'_>) -> Result<Traffic, Box<Diagnostic>> {
    let text = word.value();
    if let Some((address, prefix)) = text.split_once('/') {
        let address = value::parse_address(address).ok_or_else(|| strange(word))?;
        return network(word, address, prefix);
    }
    let Some((first, last)) = text.split_once('-') else {
        let address = value::parse_address(&text).ok_or_else(|| strange(word))?;
        return Ok(Traffic::Range(address, address));
    };
    let first = value::parse_address(first).ok_or_else(|| strange(word))?;
    let end = value::parse_address(last).filter(|end| end.is_ipv4() == first.is_ipv4());
    let Some(end) = end.or_else(|| replaced(first, last)) else {
        let message = format!("`{last}` is no end of a range that begins with {first}");
        let limit =
            if first.is_ipv4() { "a number up to 255" } else { "up to four digits, 0 to f" };
        let finding = Diagnostic::new(codes::OUT_OF_RANGE, word.place(), message);
        return Err(Box::new(finding.help(format!("write an address, or {limit}"))));
    };
    // Of a single address, too, it says that the end is not behind the beginning.
    if end <= first {
        let message = format!("the range ends with {end}, which is not behind {first}");
        return wrong(codes::OUT_OF_RANGE, word.place(), message);
    }
    Ok(Traffic::Range(first, end))
}

fn network(word: Word<'_>, address: IpAddr, prefix: &str) -> Result<Traffic, Box<Diagnostic>> {
    let longest = Family::of(address).bits();
    let length = prefix.parse().ok().filter(|length| (1..=longest).contains(length));
    let Some(length) = length else {
        let message = format!("a prefix length lies between 1 and {longest}");
        return wrong(codes::OUT_OF_RANGE, word.place(), message);
    };
    let (begin, _) = prefix::network(address, length);
    if begin != address {
        let message = format!("{address} is an address inside the network {begin}/{length}");
        let finding = Diagnostic::new(codes::NOT_AN_ADDRESS, word.place(), message);
        return Err(Box::new(
            finding.help(format!("write `{begin}/{length}`, or {address} alone")),
        ));
    }
    Ok(Traffic::Network(address, length))
}

/// That a word is no address, and what was probably meant.
fn strange(word: Word<'_>) -> Box<Diagnostic> {
    let text = word.value();
    let finding = not_an_address(word);
    let is_address = |text: &str| value::parse_address(text).is_some();
    Box::new(match text.rsplit_once(':') {
        Some((address, port)) if is_address(address) => {
            finding.help(format!("write `{address} {port}`"))
        }
        _ if text.contains(',') => finding.help("write each address on a line of its own"),
        _ => finding,
    })
}

/// A whole number from 0 to `most`.
fn number<T: TryFrom<i64> + Into<i64> + Copy>(
    word: Word<'_>,
    most: T,
) -> Result<T, Box<Diagnostic>> {
    if let Some(problem) = whole_number(word, 0, most.into()) {
        return Err(Box::new(problem));
    }
    // What has no problem fits.
    Ok(value::number_of(word).map_or(most, |number| number.value))
}

fn wrong<T>(code: Code, at: Place, message: String) -> Result<T, Box<Diagnostic>> {
    Err(Box::new(Diagnostic::new(code, at, message)))
}

/// The address with another last part: decimal in IPv4, hexadecimal in IPv6.
fn replaced(address: IpAddr, last: &str) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            [a, b, c, last.parse().ok()?].into()
        }
        IpAddr::V6(address) => {
            let [a, b, c, d, e, f, g, _] = address.segments();
            let digits = last.strip_prefix("0x").unwrap_or(last);
            let last = u16::from_str_radix(digits, 16).ok()?;
            Ipv6Addr::new(a, b, c, d, e, f, g, last).into()
        }
    })
}
