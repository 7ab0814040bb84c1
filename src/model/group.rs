//! What named groups of addresses stand for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::prefix::network;
use super::{Cluster, Family, Forwarding, GroupMember, Server, Service, ServiceGroup, Target};

impl Cluster {
    /// What a service takes: its target, or what the lines of its group stand for.
    pub fn targets(&self, service: &Service) -> Vec<Target> {
        match &service.target.value {
            Target::Group(name) => {
                self.groups(name).flat_map(|group| group.targets(service)).collect()
            }
            target => vec![target.clone()],
        }
    }

    /// The addresses that a service takes; those of a mark are not known.
    pub fn addresses(&self, service: &Service) -> Vec<IpAddr> {
        let address = |target| match target {
            Target::Endpoint { address, .. } => Some(address),
            Target::Group(_) | Target::Mark { .. } => None,
        };
        self.targets(service).into_iter().filter_map(address).collect()
    }

    /// The groups of a name: one in each director's file.
    pub fn groups(&self, name: &str) -> impl Iterator<Item = &ServiceGroup> {
        self.service_groups.iter().filter(move |group| group.name.value == name)
    }
}

impl ServiceGroup {
    /// What the group takes for `service`, ranges and networks address by address, of each at most
    /// [`LONGEST`](GroupMember::LONGEST).
    pub fn targets(&self, service: &Service) -> Vec<Target> {
        let family = self.family_of_marks(service);
        self.members.iter().flat_map(|member| member.value.targets(family)).collect()
    }

    /// The family of marks that state none: that of the service, which is stated or that of its first server,
    /// else that of the other lines (2.2.7). A tunnel may carry the other family, and says nothing.
    pub fn family_of_marks(&self, service: &Service) -> Family {
        let is_tunnel = |server: &&Server| {
            let method = server.method.or(service.method).map(|method| method.value);
            method == Some(Forwarding::Tunnelling)
        };
        let stated = service.family.map(|family| family.value);
        let server = || service.servers.iter().find(|server| !is_tunnel(server));
        stated
            .or_else(|| server().map(|server| Family::of(server.address)))
            .or_else(|| self.members.iter().find_map(|member| member.value.family()))
            .unwrap_or(Family::V4)
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

    /// The family of the line, where it has one.
    pub fn family(&self) -> Option<Family> {
        match *self {
            Self::Mark { family, .. } => family,
            Self::Network { address, .. } => Some(Family::of(address)),
            Self::Range { first, .. } => Some(Family::of(first)),
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

    /// How many addresses the line has, where these are more than a machine is given.
    pub fn too_many(&self) -> Option<u128> {
        self.addresses().nth(Self::MOST).map(|_| self.length())
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

    /// What the line takes, at most [`LONGEST`](Self::LONGEST) addresses; `of_marks` is the family of a mark
    /// that states none.
    fn targets(&self, of_marks: Family) -> Vec<Target> {
        let port = match *self {
            Self::Mark { mark, family } => {
                return vec![Target::Mark { mark, family: family.unwrap_or(of_marks) }];
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
    use crate::model::Sourced;

    #[test]
    fn members_are_written_out() {
        let v4 = |last: u8| IpAddr::from([10, 0, 0, last]);
        let range = GroupMember::Range { first: v4(5), last: v4(7), port: Some(80) };
        let last = range.targets(Family::V4).pop();
        assert_eq!(range.targets(Family::V4).len(), 3);
        assert_eq!(last, Some(Target::Endpoint { address: v4(7), port: 80 }));
        let network = GroupMember::Network { address: v4(8), prefix: 30, port: None };
        assert_eq!(network.targets(Family::V4).len(), 4);
        // The bits behind the prefix say nothing.
        let inside = GroupMember::Network { address: v4(10), prefix: 30, port: None };
        assert_eq!(inside.targets(Family::V4), network.targets(Family::V4));
        let mixed = GroupMember::Range { first: v4(5), last: "::7".parse().unwrap(), port: None };
        assert_eq!(mixed.targets(Family::V4), []);
        assert_eq!(mixed.length(), 0);
        let all = GroupMember::Range {
            first: "::".parse().unwrap(),
            last: Ipv6Addr::from_bits(u128::MAX).into(),
            port: None,
        };
        assert_eq!(all.length(), u128::MAX, "one less than there are");
        let large = GroupMember::Network { address: v4(0), prefix: 8, port: None };
        assert_eq!(large.targets(Family::V4).len(), 256);
        assert_eq!(large.length(), 1 << 24);
        let mark = GroupMember::Mark { mark: 3, family: None };
        assert_eq!(mark.targets(Family::V6), [Target::Mark { mark: 3, family: Family::V6 }]);
        let mark = GroupMember::Mark { mark: 3, family: Some(Family::V4) };
        assert_eq!(mark.targets(Family::V6), [Target::Mark { mark: 3, family: Family::V4 }]);
    }

    #[test]
    fn a_mark_has_the_family_of_its_service() {
        let named = || Sourced::implied("G".to_owned());
        let line = |member| Sourced::implied(member);
        let mut group =
            ServiceGroup { name: named(), members: Vec::new(), carried: Vec::new(), at: None };
        group.members.push(line(GroupMember::Mark { mark: 5, family: None }));
        let mut service = Service::new(Sourced::implied(Target::Group(named().value)));
        assert_eq!(group.family_of_marks(&service), Family::V4);
        let address = "2001:db8::31".parse().unwrap();
        let range = GroupMember::Range { first: address, last: address, port: Some(80) };
        group.members.push(line(range));
        assert_eq!(group.family_of_marks(&service), Family::V6, "the group's own");
        let mut server = Server::new(IpAddr::from([10, 0, 0, 1]), None, None);
        server.method = Some(Sourced::implied(Forwarding::Tunnelling));
        service.servers.push(server.clone());
        assert_eq!(group.family_of_marks(&service), Family::V6, "a tunnel says nothing");
        server.method = None;
        service.servers.push(server);
        assert_eq!(group.family_of_marks(&service), Family::V4, "that of the first server");
        service.family = Some(Sourced::implied(Family::V6));
        assert_eq!(group.family_of_marks(&service), Family::V6, "stated");
    }
}
