//! `virtual_server_group`.

use std::net::{IpAddr, Ipv6Addr};

use super::{carry, value};
use crate::model::{Cluster, Family, GroupMember, ServiceGroup, Sourced};
use crate::syntax::NodeRef;

/// Adds a group; false without a name.
pub(super) fn read(block: NodeRef<'_>, cluster: &mut Cluster) -> bool {
    let Some(name) = value::text(block).filter(|_| block.has_body()) else { return false };
    let at = Some(block.place());
    let mut group = ServiceGroup { name, members: Vec::new(), carried: Vec::new(), at };
    for line in value::lines(block) {
        match member(line).filter(|_| !value::is_unexpanded(line)) {
            Some(member) => group.members.push(Sourced::new(member, line.place())),
            None => group.carried.push(carry(line)),
        }
    }
    cluster.service_groups.push(group);
    true
}

/// `IP [PORT]`, `IP-LAST [PORT]`, `IP/PREFIX [PORT]` or `fwmark N [inet|inet6]`.
fn member(line: NodeRef<'_>) -> Option<GroupMember> {
    let mut words = line.words();
    let first = words.next()?;
    let text = first.value();
    if text == "fwmark" {
        return mark(line);
    }
    let second = words.next();
    if words.next().is_some() {
        return None;
    }
    let port = match second {
        Some(word) => Some(value::number_of(word)?.value),
        None => None,
    };
    if let Some((address, prefix)) = text.split_once('/') {
        let (address, prefix) = (value::parse_address(address)?, prefix.parse().ok()?);
        return Some(GroupMember::Network { address, prefix, port });
    }
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => {
            let first = value::parse_address(first)?;
            (first, value::parse_address(last).or_else(|| replaced(first, last))?)
        }
        None => {
            let address = value::parse_address(&text)?;
            (address, address)
        }
    };
    Some(GroupMember::Range { first, last, port })
}

fn mark(line: NodeRef<'_>) -> Option<GroupMember> {
    let mark = value::number_of(line.word(1)?)?.value;
    let family = match line.word(2).map(|word| word.value()).as_deref() {
        None => None,
        Some("inet") => Some(Family::V4),
        Some("inet6") => Some(Family::V6),
        Some(_) => return None,
    };
    Some(GroupMember::Mark { mark, family })
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
            let last = u16::from_str_radix(last, 16).ok()?;
            Ipv6Addr::new(a, b, c, d, e, f, g, last).into()
        }
    })
}
