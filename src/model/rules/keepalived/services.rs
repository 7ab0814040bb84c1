//! Services of the kernel's table that two blocks of one file both claim.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::shared::{is_of_keepalived, owner};
use crate::model::rules::View;
use crate::model::{Family, GroupMember, Protocol, Service, ServiceGroup, Target};
use crate::source::codes::keepalived_quirks as codes;
use crate::source::{Diagnostic, FileId, Findings, Place};

/// One service of the kernel, told by two blocks.
pub(super) fn twice(view: &View<'_>, findings: &mut Findings) {
    let groups = view.cluster.service_groups.iter();
    let groups: HashMap<&str, &ServiceGroup> =
        groups.map(|group| (group.name.value.as_str(), group)).collect();
    let mut taken: HashMap<(Option<FileId>, Kind), Taken> = HashMap::new();
    let keepalived = view.cluster.services.iter().filter(|service| is_of_keepalived(view, service));
    for service in keepalived {
        let at = service.target.at;
        let owner = owner(view, at);
        let mut clash = None;
        for (kind, first, last) in claims(service, &groups) {
            let earlier = taken.entry((owner, kind)).or_default().claim((first, last), at);
            clash = clash.or(earlier.map(|(number, earlier)| (kind.show(number), earlier)));
        }
        if let (Some((what, earlier)), Some(at)) = (clash, at) {
            let message = format!("{what} has a virtual server already");
            let diagnostic = Diagnostic::new(codes::SERVICE_TWICE, at, message);
            findings.push(match earlier {
                Some(earlier) => diagnostic.context(earlier, "the first is here"),
                None => diagnostic,
            });
        }
    }
}

/// What numbers of services are: bits of addresses, or marks.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Addresses(Family, u16, Protocol),
    Marks(Family),
}

impl Kind {
    fn show(self, number: u128) -> String {
        match self {
            // Bits of IPv4 are never more than its own.
            Self::Addresses(Family::V4, port, _) => {
                let address = Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX));
                format!("{address} port {port}")
            }
            Self::Addresses(Family::V6, port, _) => {
                format!("{} port {port}", Ipv6Addr::from_bits(number))
            }
            Self::Marks(_) => format!("mark {number}"),
        }
    }
}

/// What blocks claimed of one kind: the ends and the block of each range, by its beginning. None of them
/// overlap, and a network costs no more than an address.
#[derive(Default)]
struct Taken(BTreeMap<u128, (u128, Option<Place>)>);

impl Taken {
    /// Gives the block at `at` what is free of a range. Of what is not, the first number that another block
    /// has, and its place.
    fn claim(
        &mut self,
        (first, last): (u128, u128),
        at: Option<Place>,
    ) -> Option<(u128, Option<Place>)> {
        let before = self.0.range(..first).next_back().filter(|(_, (end, _))| *end >= first);
        let inside = self.0.range(first..).take_while(|(begin, _)| **begin <= last);
        let known: Vec<(u128, u128, Option<Place>)> = before
            .into_iter()
            .chain(inside)
            .map(|(begin, (end, by))| (*begin, *end, *by))
            .collect();
        let mut clash = None;
        let mut next = Some(first);
        for (begin, end, by) in known {
            // A block that says something of its own twice is no clash.
            if by != at {
                clash = clash.or(Some((begin.max(first), by)));
            }
            if let Some(free) = next.filter(|free| *free < begin) {
                self.0.insert(free, (begin.saturating_sub(1), at));
            }
            next = end.checked_add(1);
        }
        if let Some(free) = next.filter(|free| *free <= last) {
            self.0.insert(free, (last, at));
        }
        clash
    }
}

/// The kernel's services that a block makes.
fn claims(service: &Service, groups: &HashMap<&str, &ServiceGroup>) -> Vec<(Kind, u128, u128)> {
    // keepalived's default, which has a finding of its own.
    let protocol = service.protocol.as_ref().map_or(Protocol::Udp, |protocol| protocol.value);
    match &service.target.value {
        Target::Endpoint { address, port } => vec![range(*address, *address, *port, protocol)],
        Target::Mark { mark, family } => vec![mark_of(*mark, *family)],
        Target::Group(name) => {
            let Some(group) = groups.get(name.as_str()) else { return Vec::new() };
            let family = group.family_of_marks(service);
            let members = group.members.iter();
            members.filter_map(|member| claim_of(&member.value, protocol, family)).collect()
        }
    }
}

/// The kernel's services of one line of a group; `of_marks` is the family of a mark that states none.
fn claim_of(
    member: &GroupMember,
    protocol: Protocol,
    of_marks: Family,
) -> Option<(Kind, u128, u128)> {
    match *member {
        GroupMember::Mark { mark, family } => Some(mark_of(mark, family.unwrap_or(of_marks))),
        GroupMember::Network { port, .. } | GroupMember::Range { port, .. } => {
            let (first, last) = member.ends()?;
            Some(range(first, last, port.unwrap_or(0), protocol))
        }
    }
}

fn mark_of(mark: u32, family: Family) -> (Kind, u128, u128) {
    (Kind::Marks(family), mark.into(), mark.into())
}

fn range(first: IpAddr, last: IpAddr, port: u16, protocol: Protocol) -> (Kind, u128, u128) {
    (Kind::Addresses(Family::of(first), port, protocol), bits(first), bits(last))
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Sources, Span};

    #[test]
    fn ranges_are_claimed_once() {
        let file = Sources::new().add("a", b"four");
        let block = |number| Some(file.at(Span::new(number, number + 1)));
        let (one, two, three) = (block(0), block(1), block(2));
        let mut taken = Taken::default();
        assert_eq!(taken.claim((10, 20), one), None);
        assert_eq!(taken.claim((15, 30), one), None, "its own");
        assert_eq!(taken.claim((31, 31), two), None);
        assert_eq!(taken.claim((5, 40), two), Some((10, one)));
        assert_eq!(taken.claim((12, 12), three), Some((12, one)));
        assert_eq!(taken.claim((25, 25), three), Some((25, one)));
        assert_eq!(taken.claim((40, 50), three), Some((40, two)));
        assert_eq!(taken.claim((0, 4), three), None);
        assert_eq!(taken.claim((0, u128::MAX), two), Some((0, three)));
        assert_eq!(taken.claim((u128::MAX, u128::MAX), three), Some((u128::MAX, two)));
    }
}
