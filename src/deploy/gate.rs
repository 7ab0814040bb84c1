//! Whether a machine works after a change: judged from facts, before the next one is touched.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::Fault;
use crate::model::{Cluster, Protocol, Service, Target, VirtualAddress};
use crate::plan::Found;
use crate::site::render::{Machine, Role};

/// What a gate looks at.
#[derive(Clone, Debug)]
pub struct GateReport<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The machine that was changed.
    pub machine: &'a Machine,
    /// Facts of the machine, and of the directors that answered.
    pub found: &'a BTreeMap<String, Found>,
    /// The directors that were asked and did not answer.
    pub silent: &'a BTreeMap<String, Fault>,
    /// Whether all other directors have what they are to have.
    pub is_last: bool,
}

/// Judges; the error says what is not as it should be.
///
/// # Errors
/// One sentence without a full stop.
pub fn gate(report: &GateReport<'_>) -> Result<(), String> {
    let machine = report.machine;
    let Some(own) = report.found.get(&machine.name) else {
        return Err(format!("{} does not answer", machine.name));
    };
    if let Some(unit) = machine.units.iter().find(|unit| !own.active.contains(**unit)) {
        return Err(format!("{unit} does not run on {}", machine.name));
    }
    if let Some(pending) = own.pending.filter(|pending| *pending != own.generation) {
        return Err(format!("generation {pending} was rolled back by {}", machine.name));
    }
    if machine.role == Role::RealServer {
        return Ok(());
    }
    // It may hold what another one holds, or nobody; the next look may find it again.
    if let Some((name, fault)) = report.silent.iter().next() {
        return Err(format!("{name} does not say what it holds: {fault}"));
    }
    for router in &report.cluster.routers {
        let addresses = || router.addresses.iter().map(|address| &address.value);
        // A director that is not changed yet, and keeps the others out, may not know them all.
        let mut others = report.directors().filter(|(name, _)| *name != machine.name);
        let is_outdated =
            !report.is_last && others.any(|(_, found)| addresses().any(|one| found.holds(one)));
        for address in addresses() {
            one_holder(address, is_outdated, report)?;
        }
    }
    Ok(())
}

impl GateReport<'_> {
    /// The directors that answered, which are all that were asked where none is silent.
    fn directors(&self) -> impl Iterator<Item = (&str, &Found)> {
        let directors = self.cluster.nodes.iter().map(|director| director.name.value.as_str());
        directors.filter_map(|name| Some((name, self.found.get(name)?)))
    }
}

/// Exactly one director has the address, and its kernel knows living servers for it.
fn one_holder(
    virtual_address: &VirtualAddress,
    is_outdated: bool,
    report: &GateReport<'_>,
) -> Result<(), String> {
    let holds = |(_, found): &(&str, &Found)| found.holds(virtual_address);
    let holders: Vec<_> = report.directors().filter(holds).collect();
    let address = virtual_address.address;
    match holders.as_slice() {
        // A director that `--limit` leaves out is not asked, and may hold it.
        [] if is_outdated || report.directors().count() < report.cluster.nodes.len() => Ok(()),
        [] => Err(format!("nobody holds {address}")),
        // What the holder had before its own change says nothing about another one's.
        [(name, _)] if *name != report.machine.name && !report.is_last => Ok(()),
        [(name, found)] => living(address, name, found, report.cluster),
        [(one, _), (other, _), ..] => Err(format!("{one} and {other} both hold {address}")),
    }
}

fn living(address: IpAddr, name: &str, found: &Found, cluster: &Cluster) -> Result<(), String> {
    // Without a table the kernel has no IPVS yet, or may not be asked.
    if found.table.is_empty() {
        return Ok(());
    }
    for service in &cluster.services {
        let Target::Endpoint { address: own, port } = service.target.value else { continue };
        if own != address || service.servers.is_empty() {
            continue;
        }
        if living_servers(&found.table, service).is_none_or(|living| living == 0) {
            return Err(format!("no real server of {own}:{port} is up on {name}"));
        }
    }
    Ok(())
}

/// How many of its real servers have a weight in a table of /proc/net/ip_vs; nothing when the table
/// does not have the service. A fallback is no real server.
pub fn living_servers(table: &[String], service: &Service) -> Option<usize> {
    let Target::Endpoint { address, port } = service.target.value else { return None };
    let wanted = format!("{}:{port:04X}", digits(address));
    let protocol = service.protocol.map(|protocol| protocol.value);
    let servers: Vec<String> =
        service.servers.iter().map(|server| digits(server.address)).collect();
    let mut living = None;
    let mut inside = false;
    for line in table {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [word @ ("TCP" | "UDP" | "SCTP"), known, ..] => {
                let own = match protocol {
                    Some(Protocol::Tcp) => "TCP",
                    Some(Protocol::Udp) | None => "UDP",
                    Some(Protocol::Sctp) => "SCTP",
                };
                inside = *word == own && known.eq_ignore_ascii_case(&wanted);
                if inside {
                    living.get_or_insert(0);
                }
            }
            ["->", server, _, weight, ..] if inside && *weight != "0" => {
                let address = server.rsplit_once(':').map_or(*server, |(address, _)| address);
                if servers.iter().any(|known| known.eq_ignore_ascii_case(address)) {
                    living = living.map(|count| count + 1);
                }
            }
            _ => {}
        }
    }
    living
}

/// An address as the table has it: hexadecimal, IPv6 in brackets.
fn digits(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("{:08X}", address.to_bits()),
        IpAddr::V6(address) => {
            let parts = address.segments().map(|segment| format!("{segment:04x}"));
            format!("[{}]", parts.join(":"))
        }
    }
}

#[cfg(test)]
mod tests;
