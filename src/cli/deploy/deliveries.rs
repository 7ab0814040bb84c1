//! Packets that directors send to real servers with the destination that they came with: where `--limit` leaves one of
//! the two out, nobody may take them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Fleet;
use crate::model::Forwarding;
use crate::plan::{NodePlan, Plan, Tree, given_up, meaning};
use crate::site::Site;
use crate::site::render::{Machine, Role};

/// What is sent so: to which machine, and for which address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Delivery {
    server: IpAddr,
    address: IpAddr,
}

/// A line for each packet's way that a plan leads nowhere, by asking the machines that are left out.
pub(super) async fn lost(fleet: &mut Fleet, plan: &Plan) -> Vec<String> {
    if fleet.left_out.is_empty() {
        return Vec::new();
    }
    let mut lines = still_sent(fleet, plan).await;
    lines.extend(not_taken_yet(fleet, plan).await);
    lines
}

/// Addresses that real servers give up, while directors send to them.
async fn still_sent(fleet: &mut Fleet, plan: &Plan) -> Vec<String> {
    let servers = plan.nodes.iter().filter(|node| node.role == Role::RealServer);
    let given_up: Vec<(&str, Delivery)> = servers
        .flat_map(|node| {
            let server = address_of(&fleet.site, &node.name);
            let addresses = given_up(node).into_iter();
            let delivery =
                move |address| Some((node.name.as_str(), Delivery { server: server?, address }));
            addresses.filter_map(delivery)
        })
        .collect();
    if given_up.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for (director, answer) in fleet.look_aside(|machine| machine.role == Role::Director).await {
        let Ok(found) = answer else { continue };
        if found.active.is_empty() {
            continue;
        }
        let sent = deliveries(&director, &found.files);
        for (server, delivery) in given_up.iter().filter(|(_, delivery)| sent.contains(delivery)) {
            lines.push(format!(
                "{director}, which `--limit` leaves out, sends {server} packets for {}, which it gives up: they are lost",
                delivery.address
            ));
        }
    }
    lines
}

/// Addresses for which directors begin to send packets to real servers that do not have them.
async fn not_taken_yet(fleet: &mut Fleet, plan: &Plan) -> Vec<String> {
    let directors = plan.nodes.iter().filter(|node| node.role == Role::Director);
    let begun = |node: &NodePlan| {
        let before = deliveries(&node.name, &node.before);
        deliveries(&node.name, &node.after).into_iter().filter(move |one| !before.contains(one))
    };
    let begun: BTreeSet<Delivery> =
        directors.filter(|node| !node.steps.is_empty()).flat_map(begun).collect();
    let servers: Vec<(String, IpAddr)> = fleet
        .left_out
        .iter()
        .filter(|(machine, _)| machine.role == Role::RealServer)
        .filter_map(|(machine, _)| {
            Some((machine.name.clone(), address_of(&fleet.site, &machine.name)?))
        })
        .filter(|(_, address)| begun.iter().any(|delivery| delivery.server == *address))
        .collect();
    let is_asked = |machine: &Machine| servers.iter().any(|(name, _)| *name == machine.name);
    let mut lines = Vec::new();
    for (name, answer) in fleet.look_aside(is_asked).await {
        let Some((_, server)) = servers.iter().find(|(known, _)| *known == name) else { continue };
        for delivery in begun.iter().filter(|delivery| delivery.server == *server) {
            let address = delivery.address;
            let lacks = match &answer {
                Ok(found) if found.loopback.contains(&address) => continue,
                Ok(found) if found.addresses.contains(&address) => continue,
                // It does not say what it has.
                Ok(found) if found.loopback.is_empty() => continue,
                Ok(_) => "does not have it".to_owned(),
                Err(fault) => format!("does not say whether it has it ({fault})"),
            };
            lines.push(format!(
                "directors begin to send {name} packets for {address}; `--limit` leaves it out, and it {lacks}"
            ));
        }
    }
    lines
}

/// What the files of a director have it send.
fn deliveries(director: &str, tree: &Tree) -> BTreeSet<Delivery> {
    let cluster = meaning(director, tree);
    let mut all = BTreeSet::new();
    for service in &cluster.services {
        let addresses = cluster.addresses(service);
        let standard = service.method.map_or(Forwarding::Masquerading, |method| method.value);
        for server in &service.servers {
            let method = server.method.map_or(standard, |method| method.value);
            if method == Forwarding::Masquerading {
                continue;
            }
            let server = server.address;
            all.extend(addresses.iter().map(|address| Delivery { server, address: *address }));
        }
    }
    all
}

fn address_of(site: &Site, name: &str) -> Option<IpAddr> {
    let server = site.real_servers.iter().find(|server| server.name.value == name)?;
    server.address.as_ref().map(|address| address.value)
}
