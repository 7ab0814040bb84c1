//! Which addresses packets have that come to a real server.

use std::net::IpAddr;

use crate::model::{Cluster, Fallback, Forwarding, GroupMember, Server, Service, Target};

/// How packets come to `server`: keepalived and ipvsadm masquerade when nothing is said.
pub(super) fn method(server: &Server, service: &Service) -> Forwarding {
    server.method.or(service.method).map_or(Forwarding::Masquerading, |method| method.value)
}

/// How packets come to the server of last resort: one that says nothing takes the method of its service.
pub(super) fn fallback_method(fallback: &Fallback, service: &Service) -> Forwarding {
    let of_service = || service.method.map(|method| method.value);
    fallback.method.or_else(of_service).unwrap_or(Forwarding::Masquerading)
}

/// The destinations of the packets that `service` sends to a real server with the address `server`.
pub(super) fn destinations(service: &Service, server: IpAddr, cluster: &Cluster) -> Vec<IpAddr> {
    let fits = |address: &IpAddr| address.is_ipv4() == server.is_ipv4();
    match &service.target.value {
        Target::Endpoint { address, .. } => vec![*address],
        Target::Mark { .. } => of_mark(service, server, cluster),
        Target::Group(name) => {
            let all = members(name, cluster).flat_map(|member| match member {
                GroupMember::Mark { .. } => of_mark(service, server, cluster),
                GroupMember::Network { .. } | GroupMember::Range { .. } => {
                    member.addresses().take(GroupMember::MOST).collect()
                }
            });
            all.filter(fits).collect()
        }
    }
}

/// Whether nobody said which addresses the packets have: then any address of the routers may be one.
pub(super) fn is_guess(service: &Service, cluster: &Cluster) -> bool {
    let has_mark = match &service.target.value {
        Target::Endpoint { .. } => false,
        Target::Mark { .. } => true,
        Target::Group(name) => {
            members(name, cluster).any(|member| matches!(member, GroupMember::Mark { .. }))
        }
    };
    has_mark && service.destinations.is_empty()
}

/// The lines of a named group.
fn members<'a>(name: &str, cluster: &'a Cluster) -> impl Iterator<Item = &'a GroupMember> {
    cluster.groups(name).flat_map(|group| group.members.iter().map(|member| &member.value))
}

/// What packets with a mark may be sent to. Nobody reaches a service by a link-local address of another
/// network, and the machines of its own have better ones.
fn of_mark(service: &Service, server: IpAddr, cluster: &Cluster) -> Vec<IpAddr> {
    let fits = |address: &IpAddr| address.is_ipv4() == server.is_ipv4();
    if !service.destinations.is_empty() {
        return service.destinations.iter().map(|address| address.value).filter(fits).collect();
    }
    let is_link_local = |address: &IpAddr| match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    let routers = cluster.routers.iter();
    let all = routers.flat_map(|router| router.addresses.iter().chain(&router.excluded));
    let all = all.map(|address| address.value.address);
    all.filter(|address| fits(address) && !is_link_local(address)).collect()
}
