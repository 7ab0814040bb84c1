//! Whether a machine works after a change: judged from facts, before the next one is touched.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::model::{Cluster, Target};
use crate::plan::Found;
use crate::site::render::{Machine, Role};

/// What a gate looks at.
#[derive(Clone, Debug)]
pub struct GateReport<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The machine that was changed.
    pub machine: &'a Machine,
    /// Facts of the machine, and of the directors that could be asked.
    pub found: &'a BTreeMap<String, Found>,
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
    let addresses = report.cluster.routers.iter().flat_map(|router| &router.addresses);
    for address in addresses.map(|address| address.value.address) {
        one_holder(address, report)?;
    }
    Ok(())
}

/// Exactly one director has the address, and its kernel knows living servers for it.
fn one_holder(address: IpAddr, report: &GateReport<'_>) -> Result<(), String> {
    let directors = report.cluster.nodes.iter().map(|director| director.name.value.as_str());
    let known: Vec<(&str, &Found)> =
        directors.filter_map(|name| Some((name, report.found.get(name)?))).collect();
    let holders: Vec<&(&str, &Found)> =
        known.iter().filter(|(_, found)| found.holds(address)).collect();
    match holders.as_slice() {
        // A director that could not be asked, or that `--limit` leaves out, may hold it.
        [] if known.len() < report.cluster.nodes.len() => Ok(()),
        [] => Err(format!("nobody holds {address}")),
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
        if living_servers(&found.table, own, port).is_none_or(|living| living == 0) {
            return Err(format!("no real server of {own}:{port} is up on {name}"));
        }
    }
    Ok(())
}

/// How many servers with a weight the service has in a table of /proc/net/ip_vs; nothing when the
/// table does not have the service. Addresses are hexadecimal there, IPv6 in brackets.
pub fn living_servers(table: &[String], address: IpAddr, port: u16) -> Option<usize> {
    let wanted = match address {
        IpAddr::V4(address) => format!("{:08X}:{port:04X}", address.to_bits()),
        IpAddr::V6(address) => {
            let parts = address.segments().map(|segment| format!("{segment:04x}"));
            format!("[{}]:{port:04X}", parts.join(":"))
        }
    };
    let mut living = None;
    let mut inside = false;
    for line in table {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["TCP" | "UDP" | "SCTP", service, ..] => {
                inside = service.eq_ignore_ascii_case(&wanted);
                if inside {
                    living.get_or_insert(0);
                }
            }
            ["->", _, _, weight, ..] if inside && *weight != "0" => {
                living = living.map(|count| count + 1);
            }
            _ => {}
        }
    }
    living
}

#[cfg(test)]
mod tests;
