//! `address/mask/interface:label/broadcast`, as the address scripts take it apart.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Reader, Text};
use crate::model::prefix::mask_length;
use crate::model::{Broadcast, Family, Resource, ResourceKind, Sourced, VirtualAddress};
use crate::source::{Diagnostic, codes};

/// Whether heartbeat takes `word` for `IPaddr::word`: four parts between dots that each begin
/// with a digit. Anything may follow.
pub(super) fn is_shorthand(word: &str) -> bool {
    let mut parts = 0;
    word.splitn(4, '.').all(|part| {
        parts += 1;
        part.starts_with(|c: char| c.is_ascii_digit())
    }) && parts == 4
}

/// The kind of an address script before its argument is read.
pub(super) fn unread() -> ResourceKind {
    let address = VirtualAddress::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    ResourceKind::Address { address, lvs_support: false }
}

/// Reads the argument of the address script `name`.
pub(super) fn kind(reader: &mut Reader<'_>, name: &str, argument: &Text) -> Option<ResourceKind> {
    let address = read(reader, argument)?;
    // The wrapper of IPaddr2 moves a copy of the address away from lo, that of IPaddr does not.
    Some(ResourceKind::Address { address, lvs_support: name == "IPaddr2" })
}

/// An IPv6 address that heartbeat's split at `::` destroys, with or without its script.
pub(super) fn version_six(reader: &mut Reader<'_>, word: &Text) -> Option<Resource> {
    let (name, from) = match word.value.split_once("::") {
        Some((name @ ("IPv6addr" | "IPaddr2" | "IPaddr"), _)) => (Some(name), name.len() + 2),
        _ => (None, 0),
    };
    let argument = word.part(from, word.value.len() - from);
    let host = argument.value.split('/').next().unwrap_or_default();
    let address: Ipv6Addr = host.parse().ok()?;
    // Written out it reaches its script in one piece.
    if name.is_some() && !host.contains("::") {
        return None;
    }
    let full = address.segments().map(|segment| format!("{segment:x}")).join(":");
    let (code, message, fix) = match name {
        Some(_) => (
            codes::haresources_advice::COMPRESSED_ADDRESS,
            "`::` in the address separates arguments",
            full,
        ),
        None => (
            codes::haresources::BARE_IPV6,
            "heartbeat takes this address for the name of a script",
            format!("IPv6addr::{full}"),
        ),
    };
    let at = argument.part(0, host.len()).at;
    let title = format!("write `{fix}`");
    reader.report(word.fix(Diagnostic::new(code, at, message), at, &fix, title));
    let name = name.unwrap_or("IPv6addr").to_owned();
    let kind = kind(reader, &name, &argument)?;
    let arguments = vec![Sourced::new(argument.value, argument.at)];
    Some(Resource { name, arguments, kind, at: word.at })
}

/// The parts of an address; slashes collapse, so empty parts do not count.
fn read(reader: &mut Reader<'_>, argument: &Text) -> Option<VirtualAddress> {
    doubled_slash(reader, argument);
    let parts: Vec<Text> =
        argument.split("/").into_iter().filter(|part| !part.value.is_empty()).collect();
    let mut parts = parts.iter();
    let host = parts.next().unwrap_or(argument);
    let Ok(address) = host.value.parse::<IpAddr>() else {
        let message = format!("`{}` is no address", host.value);
        let diagnostic = bad(host, message);
        reader.report(diagnostic.note("names are not resolved; the script fails at take-over"));
        return None;
    };
    let mut found = VirtualAddress::new(address);
    let mut parts = parts.peekable();
    if parts.peek().is_some_and(|part| is_interface(&part.value)) {
        if let Some(part) = parts.peek() {
            let message = format!("`{}` stands where the mask is expected", part.value);
            reader.report(Diagnostic::new(codes::haresources::NO_MASK, part.at, message));
        }
    } else if let Some(mask) = parts.next() {
        found.prefix = prefix(&mask.value, address);
        if found.prefix.is_none() {
            reader.report(bad(mask, format!("`{}` is no mask", mask.value)));
        }
    }
    for part in parts {
        detail(reader, &mut found, part);
    }
    Some(found)
}

/// The third and fourth part: interface with label, and broadcast address.
fn detail(reader: &mut Reader<'_>, found: &mut VirtualAddress, part: &Text) {
    if is_interface(&part.value) && found.interface.is_none() {
        if found.broadcast.is_some() {
            let message = format!("`{}` behind the broadcast address is lost", part.value);
            let diagnostic = Diagnostic::new(codes::haresources::LOST_INTERFACE, part.at, message);
            reader.report(diagnostic.help("the order is mask, interface, broadcast"));
        }
        let interface = part.value.split(':').next().unwrap_or_default();
        found.interface = Some(interface.to_owned());
        found.label = part.value.contains(':').then(|| part.value.clone());
        return;
    }
    match part.value.parse::<Ipv4Addr>() {
        Ok(address) if found.broadcast.is_none() => {
            found.broadcast = Some(Broadcast::Address(address));
        }
        Ok(_) => reader.report(bad(part, format!("`{}` is one part too many", part.value))),
        Err(_) => {
            reader.report(bad(part, format!("`{}` is no broadcast address", part.value)));
        }
    }
}

fn doubled_slash(reader: &mut Reader<'_>, argument: &Text) {
    let Some(at) = argument.value.find("//") else { return };
    let place = argument.part(at, 2).at;
    // A slash at the end does no harm, however many they are.
    let Some(behind) = argument.value.get(at..).map(|rest| rest.trim_start_matches('/')) else {
        return;
    };
    let next = behind.split('/').next().unwrap_or_default();
    if next.is_empty() || is_interface(next) {
        return;
    }
    let message = format!("two slashes count as one, `{next}` is the part behind the first");
    let diagnostic = Diagnostic::new(codes::haresources::DOUBLED_SLASH, place, message);
    reader.report(argument.fix(diagnostic, place, "/", "write one slash".to_owned()));
}

fn bad(part: &Text, message: String) -> Diagnostic {
    Diagnostic::new(codes::haresources::BAD_ADDRESS, part.at, message)
}

/// Interfaces do not begin with a digit; that is how the script tells them from addresses.
fn is_interface(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// A prefix length, or a dotted mask whose ones stand in front.
fn prefix(mask: &str, address: IpAddr) -> Option<u8> {
    let most = Family::of(address).bits();
    if let Ok(length) = mask.parse::<u8>() {
        return (length <= most).then_some(length);
    }
    mask_length(mask.parse().ok().filter(|_| address.is_ipv4())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorthand_is_four_parts_that_begin_with_digits() {
        assert!(is_shorthand("10.0.0.5/24/eth0:1/10.0.0.255"));
        assert!(is_shorthand("1.2.3.4junk"));
        assert!(!is_shorthand("10.0.5"));
        assert!(!is_shorthand("a.0.0.5"));
    }

    #[test]
    fn masks_are_lengths_or_dotted_with_the_ones_in_front() {
        let four = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let six = IpAddr::V6(Ipv6Addr::LOCALHOST);
        assert_eq!(prefix("24", four), Some(24));
        assert_eq!(prefix("255.255.255.0", four), Some(24));
        assert_eq!(prefix("0.0.0.0", four), Some(0));
        assert_eq!(prefix("255.0.255.0", four), None);
        assert_eq!(prefix("33", four), None);
        assert_eq!(prefix("64", six), Some(64));
    }
}
