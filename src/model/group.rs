//! What named groups of addresses stand for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Family, GroupMember, ServiceGroup, Target};

impl ServiceGroup {
    /// Everything the group takes, ranges and networks address by address.
    pub fn targets(&self) -> Vec<Target> {
        self.members.iter().flat_map(|member| member.value.targets()).collect()
    }
}

impl GroupMember {
    /// Everything the line takes, at most [`LONGEST`] addresses.
    fn targets(&self) -> Vec<Target> {
        let all = |first: IpAddr, count: u32, port: Option<u16>| {
            let addresses = (0..count.min(LONGEST)).map(move |offset| plus(first, offset));
            addresses.map(move |address| Target::Endpoint { address, port: port.unwrap_or(0) })
        };
        match self {
            Self::Mark { mark, family } => {
                vec![Target::Mark { mark: *mark, family: family.unwrap_or(Family::V4) }]
            }
            Self::Network { address, prefix, port } => {
                all(*address, size(*address, *prefix), *port).collect()
            }
            Self::Range { first, last, port } => {
                let targets = all(*first, LONGEST, *port);
                let is_inside = |target: &Target| matches!(target, Target::Endpoint { address, .. } if address <= last);
                targets.take_while(is_inside).collect()
            }
        }
    }
}

/// How many addresses a network has.
fn size(address: IpAddr, prefix: u8) -> u32 {
    let length: u8 = if address.is_ipv4() { 32 } else { 128 };
    1_u32.checked_shl(u32::from(length.saturating_sub(prefix))).unwrap_or(u32::MAX)
}

/// The address `offset` behind another; behind the last one comes the last one again.
fn plus(address: IpAddr, offset: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits().saturating_add(offset)).into(),
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits().saturating_add(u128::from(offset))).into()
        }
    }
}

/// keepalived's own limit of a range is the last number of an IPv4 address; a network is cut there
/// as well, so that `/8` is no sixteen million services.
const LONGEST: u32 = 256;

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
        let large = GroupMember::Network { address: v4(0), prefix: 8, port: None };
        assert_eq!(large.targets().len(), 256);
        let mark = GroupMember::Mark { mark: 3, family: None };
        assert_eq!(mark.targets(), [Target::Mark { mark: 3, family: Family::V4 }]);
    }
}
