//! What traffic a service takes, as keys of the kernel's table.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::Planner;
use crate::model::{Cluster, Family, GroupMember, Protocol, Service, Target};
use crate::run::health::monitor::ServicePlan;
use crate::run::ipvs::ServiceKey;
use crate::source::codes::services as codes;
use crate::source::{Diagnostic, Findings};

impl Planner<'_> {
    /// The keys of a service; `None`, with a finding, when there are none.
    pub(super) fn keys(&mut self, service: &Service) -> Option<Vec<ServiceKey>> {
        let protocol = protocol(service);
        let keys = match &service.target.value {
            Target::Endpoint { address, port } => {
                vec![ServiceKey::Endpoint { protocol, address: *address, port: *port }]
            }
            Target::Mark { mark, family } => {
                vec![ServiceKey::Mark { family: *family, mark: *mark }]
            }
            Target::Group(name) => self.group(name, service, protocol),
        };
        if keys.is_empty() {
            let message = format!("`{}` takes no traffic: its group is empty", id(service));
            let help = "define the virtual_server_group";
            self.report(codes::NO_GROUP, service.target.at.or(service.at), message, help);
            return None;
        }
        Some(keys)
    }

    fn group(&self, name: &str, service: &Service, protocol: Protocol) -> Vec<ServiceKey> {
        let group = self.cluster.service_groups.iter().find(|group| group.name.value == name);
        let Some(group) = group else { return Vec::new() };
        let family = group.family_of_marks(service);
        let members = group.members.iter();
        members
            .flat_map(|member| match member.value {
                GroupMember::Mark { mark, family: own } => {
                    vec![ServiceKey::Mark { family: own.unwrap_or(family), mark }]
                }
                GroupMember::Network { port, .. } | GroupMember::Range { port, .. } => {
                    let port = port.unwrap_or(0);
                    let addresses = member.value.addresses().take(GroupMember::MOST);
                    addresses
                        .map(|address| ServiceKey::Endpoint { protocol, address, port })
                        .collect()
                }
            })
            .collect()
    }
}

/// What a service is called: stable over reloads, readable in logs.
pub fn id(service: &Service) -> String {
    let protocol = match protocol(service) {
        Protocol::Sctp => "sctp",
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
    };
    match &service.target.value {
        Target::Endpoint { address, port } => {
            format!("{protocol} {}", SocketAddr::new(*address, *port))
        }
        Target::Group(name) => format!("{protocol} group {name}"),
        Target::Mark { mark, family: Family::V4 } => format!("fwmark {mark}"),
        Target::Mark { mark, family: Family::V6 } => format!("fwmark {mark} inet6"),
    }
}

/// The kernel would take the second of two equal services for an edit of the first.
pub(super) fn report_doubles(cluster: &Cluster, plans: &[ServicePlan], findings: &mut Findings) {
    let mut seen: BTreeMap<ServiceKey, &str> = BTreeMap::new();
    for plan in plans {
        for key in &plan.keys {
            let Some(other) = seen.insert(*key, &plan.id) else { continue };
            let place = cluster.services.iter().rev().find(|service| id(service) == plan.id);
            let place = place.and_then(|service| service.target.at.or(service.at));
            let message = if other == plan.id {
                format!("`{key}` is there twice")
            } else {
                format!("`{key}` is taken by `{other}` and by `{}`", plan.id)
            };
            let finding = match place {
                Some(place) => Diagnostic::new(codes::SAME_SERVICE, place, message),
                None => Diagnostic::general(codes::SAME_SERVICE, message),
            };
            findings.push(finding.help("remove one of them"));
        }
    }
}

/// keepalived takes UDP where nothing is stated; ldirectord's reader states it always.
pub(super) fn protocol(service: &Service) -> Protocol {
    service.protocol.map_or(Protocol::Udp, |protocol| protocol.value)
}
