//! What named groups of addresses stand for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::prefix::network;
use super::{Family, GroupMember, ServiceGroup, Target};

impl ServiceGroup {
    /// What the group takes, ranges and networks address by address, of each at most
    /// [`LONGEST`](GroupMember::LONGEST).
    pub fn targets(&self) -> Vec<Target> {
        self.members.iter().flat_map(|member| member.value.targets()).collect()
    }
}

impl GroupMember {
    /// Addresses of a line that become services of their own: keepalived's own limit of a short range is the
    /// last number of an IPv4 address, and `/8` is not to be sixteen million services.
    pub const LONGEST: usize = 256;

    /// Addresses of a line that a machine is given: a mistyped prefix must not fill its memory.
    pub const MOST: usize = 65_536;

    /// The first address and the last one; a mark has none, nor has a range of two families.
    pub fn ends(&self) -> Option<(IpAddr, IpAddr)> {
        match *self {
            Self::Mark { .. } => None,
            Self::Network { address, prefix, .. } => Some(network(address, prefix)),
            Self::Range { first, last, .. } => {
                (first.is_ipv4() == last.is_ipv4()).then_some((first, last))
            }
        }
    }

    /// How many addresses the line has.
    pub fn length(&self) -> u128 {
        match self.ends() {
            Some((IpAddr::V4(first), IpAddr::V4(last))) => {
                u128::from(last.to_bits().saturating_sub(first.to_bits())) + 1
            }
            Some((IpAddr::V6(first), IpAddr::V6(last))) => {
                last.to_bits().saturating_sub(first.to_bits()).saturating_add(1)
            }
            _ => 0,
        }
    }

    /// Every address of the line in turn.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + use<> {
        let ends = self.ends();
        let v4 = match ends {
            Some((IpAddr::V4(first), IpAddr::V4(last))) => Some(first.to_bits()..=last.to_bits()),
            _ => None,
        };
        let v6 = match ends {
            Some((IpAddr::V6(first), IpAddr::V6(last))) => Some(first.to_bits()..=last.to_bits()),
            _ => None,
        };
        let v4 = v4.into_iter().flatten().map(|bits| Ipv4Addr::from_bits(bits).into());
        v4.chain(v6.into_iter().flatten().map(|bits| Ipv6Addr::from_bits(bits).into()))
    }

    /// What the line takes, at most [`LONGEST`](Self::LONGEST) addresses.
    fn targets(&self) -> Vec<Target> {
        let port = match *self {
            Self::Mark { mark, family } => {
                return vec![Target::Mark { mark, family: family.unwrap_or(Family::V4) }];
            }
            Self::Network { port, .. } | Self::Range { port, .. } => port.unwrap_or(0),
        };
        let target = |address| Target::Endpoint { address, port };
        self.addresses().take(Self::LONGEST).map(target).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_written_out() {
        let v4 = |last: u8| IpAddr::from([10, 0, 0, last]);
        let range = GroupMember::Range { first: v4(5), last: v4(7), port: Some(80) };
        let last = range.targets().pop();
        assert_eq!(range.targets().len(), 3);
        assert_eq!(last, Some(Target::Endpoint { address: v4(7), port: 80 }));
        let network = GroupMember::Network { address: v4(8), prefix: 30, port: None };
        assert_eq!(network.targets().len(), 4);
        // The bits behind the prefix say nothing.
        let inside = GroupMember::Network { address: v4(10), prefix: 30, port: None };
        assert_eq!(inside.targets(), network.targets());
        let mixed = GroupMember::Range { first: v4(5), last: "::7".parse().unwrap(), port: None };
        assert_eq!(mixed.targets(), []);
        assert_eq!(mixed.length(), 0);
        let all = GroupMember::Range {
            first: "::".parse().unwrap(),
            last: Ipv6Addr::from_bits(u128::MAX).into(),
            port: None,
        };
        assert_eq!(all.length(), u128::MAX, "one less than there are");
        let large = GroupMember::Network { address: v4(0), prefix: 8, port: None };
        assert_eq!(large.targets().len(), 256);
        assert_eq!(large.length(), 1 << 24);
        let mark = GroupMember::Mark { mark: 3, family: None };
        assert_eq!(mark.targets(), [Target::Mark { mark: 3, family: Family::V4 }]);
    }
}
