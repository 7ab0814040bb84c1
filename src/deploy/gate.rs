//! Whether a machine works after a change: judged from facts, before the next one is touched.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::Fault;
use crate::model::{Cluster, Node, Protocol, Server, Service, Target, VirtualAddress};
use crate::plan::{Found, lacking};
use crate::site::render::{Machine, REAL_SERVER_SCRIPT, Role};

/// What a gate looks at.
#[derive(Clone, Debug)]
pub struct GateReport<'a> {
    /// The facts of all machines from before the deployment.
    pub before: &'a BTreeMap<String, Found>,
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
        return Err(format!("generation {pending} is being taken back by {}", machine.name));
    }
    // The dead-man switch has nothing left that waits.
    let before = report.before.get(&machine.name);
    if own.pending.is_none() && before.is_some_and(|old| old.generation == own.generation) {
        let name = &machine.name;
        return Err(format!(
            "{name} has taken its old state back, as it does when nobody confirms in time; a longer \
             `--confirm-within` gives it more"
        ));
    }
    if machine.role == Role::RealServer {
        let script = machine.files.iter().find(|file| file.path == REAL_SERVER_SCRIPT);
        return match script.and_then(|script| lacking(&script.text, own).into_iter().next()) {
            Some(address) => Err(format!("{} does not have {address}", machine.name)),
            None => Ok(()),
        };
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

/// Judges a director that was taken back, before another one stops: it runs what it ran, and exactly one has what
/// somebody had.
///
/// # Errors
/// One sentence without a full stop.
pub fn gate_back(report: &GateReport<'_>) -> Result<(), String> {
    let name = &report.machine.name;
    let Some(own) = report.found.get(name) else {
        return Err(format!("{name} does not answer"));
    };
    let mut units = report.before.get(name).into_iter().flat_map(|before| &before.active);
    if let Some(unit) = units.find(|unit| !own.active.contains(*unit)) {
        return Err(format!("{unit} does not run on {name}"));
    }
    if let Some((name, fault)) = report.silent.iter().next() {
        return Err(format!("{name} does not say what it holds: {fault}"));
    }
    let addresses = report.cluster.routers.iter().flat_map(|router| &router.addresses);
    for address in addresses.map(|address| &address.value) {
        let was_held = |node: &Node| {
            report.before.get(&node.name.value).is_some_and(|found| found.holds(address))
        };
        if !report.cluster.nodes.iter().any(was_held) {
            continue;
        }
        let holders: Vec<&str> = report.holders(address).map(|(name, _)| name).collect();
        match holders.as_slice() {
            // A director that `--limit` leaves out is not asked, and may hold it.
            [] if report.directors().count() < report.cluster.nodes.len() => {}
            [] => return Err(format!("nobody holds {}", address.address)),
            [_] => {}
            [one, other, ..] => {
                return Err(format!("{one} and {other} both hold {}", address.address));
            }
        }
    }
    Ok(())
}

impl GateReport<'_> {
    /// The directors that hold an address.
    fn holders(&self, address: &VirtualAddress) -> impl Iterator<Item = (&str, &Found)> {
        self.directors().filter(|(_, found)| found.holds(address))
    }

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
    let holders: Vec<_> = report.holders(virtual_address).collect();
    let address = virtual_address.address;
    match holders.as_slice() {
        // A director that `--limit` leaves out is not asked, and may hold it.
        [] if is_outdated || report.directors().count() < report.cluster.nodes.len() => Ok(()),
        [] => Err(format!("nobody holds {address}")),
        // What the holder had before its own change says nothing about another one's.
        [(name, _)] if *name != report.machine.name && !report.is_last => Ok(()),
        [(name, found)] => living(address, name, found, report),
        [(one, _), (other, _), ..] => Err(format!("{one} and {other} both hold {address}")),
    }
}

fn living(
    address: IpAddr,
    name: &str,
    found: &Found,
    report: &GateReport<'_>,
) -> Result<(), String> {
    // Without a table the kernel has no IPVS yet, or may not be asked.
    let is_blind = found.table.is_empty();
    let has_table = |found: &Found| !found.table.is_empty();
    let is_told_elsewhere = || report.before.values().chain(report.found.values()).any(has_table);
    if is_blind && !is_told_elsewhere() {
        return Ok(());
    }
    for service in &report.cluster.services {
        let Target::Endpoint { address: own, port } = service.target.value else { continue };
        if own != address || service.servers.is_empty() {
            continue;
        }
        if is_blind {
            return Err(format!("the kernel of {name} has no IPVS: `modprobe ip_vs` says why"));
        }
        match living_servers(&found.table, service) {
            Some(0) if may_be_empty(service, report.before) => {}
            None | Some(0) => {
                return Err(format!("no real server of {own}:{port} is up on {name}"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Whether a deployment takes no server away where there is none: the service is drained, or it had none before.
fn may_be_empty(service: &Service, before: &BTreeMap<String, Found>) -> bool {
    let default = service.settings.weight.as_ref().map_or(1, |weight| weight.value);
    let weight = |server: &Server| server.weight.map_or(default, |weight| weight.value);
    if service.servers.iter().all(|server| weight(server) == 0) {
        return true;
    }
    // Its servers may have been others.
    let fallback = service.fallback.as_ref().map(|fallback| digits(fallback.value.address));
    let is_server = |address: &&str| {
        fallback.as_ref().is_none_or(|fallback| !address.eq_ignore_ascii_case(fallback))
    };
    let tables = before.values().filter_map(|found| serving(&found.table, service));
    let counts: Vec<usize> =
        tables.map(|table| table.into_iter().filter(is_server).count()).collect();
    !counts.is_empty() && counts.iter().all(|count| *count == 0)
}

/// How many of its real servers have a weight in a table of /proc/net/ip_vs; nothing when the table
/// does not have the service. A fallback is no real server.
pub fn living_servers(table: &[String], service: &Service) -> Option<usize> {
    let servers: Vec<String> =
        service.servers.iter().map(|server| digits(server.address)).collect();
    let is_known = |address: &&str| servers.iter().any(|known| known.eq_ignore_ascii_case(address));
    Some(serving(table, service)?.into_iter().filter(is_known).count())
}

/// The addresses that have a weight in a service's part of a table, as the table has them.
fn serving<'t>(table: &'t [String], service: &Service) -> Option<Vec<&'t str>> {
    let Target::Endpoint { address, port } = service.target.value else { return None };
    let wanted = format!("{}:{port:04X}", digits(address));
    let protocol = service.protocol.map(|protocol| protocol.value);
    let mut serving = None;
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
                    serving.get_or_insert_with(Vec::new);
                }
            }
            ["->", server, _, weight, ..] if inside && *weight != "0" => {
                let address = server.rsplit_once(':').map_or(*server, |(address, _)| address);
                serving.get_or_insert_with(Vec::new).push(address);
            }
            _ => {}
        }
    }
    serving
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
