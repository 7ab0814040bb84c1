//! `lvsha status`: who holds what, what runs, what is not as the inventory says.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::duration::rough;
use super::fleet::{FleetArguments, block_on, show_faults};
use super::printer::Printer;
use super::{ExitCode, Failure};
use crate::deploy::living_servers;
use crate::model::{Cluster, Target};
use crate::plan::{Found, NodePlan, Plan, Step};
use crate::site::render::{Machine, Role};
use crate::site::show_target;

/// Show the holders of addresses, services, versions, and what differs from the inventory
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    fleet: FleetArguments,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut fleet = arguments.fleet.fleet(printer)?;
    let (found, faults) = block_on(async {
        let asked = fleet.facts().await;
        fleet.close().await;
        asked
    })?;
    let cluster = &fleet.site.cluster;
    let plan = Plan::new(cluster, &fleet.machines, &found);
    let mut wrong = false;
    let mut text = String::new();
    for machine in &fleet.machines {
        let node = plan.nodes.iter().find(|node| node.name == machine.name);
        if let (Some(facts), Some(node)) = (found.get(&machine.name), node) {
            text.push_str(&line(machine, facts, cluster));
            wrong |= machine.units.iter().any(|unit| !facts.active.contains(*unit));
            wrong |= facts.pending.is_some();
            for path in &node.edited {
                text.push_str(&format!("    {path} was changed by hand\n"));
            }
            let changes =
                node.files().filter(|change| !node.edited.iter().any(|e| e == change.path()));
            for change in changes {
                text.push_str(&format!("    {} differs from the inventory\n", change.path()));
            }
            for words in beside_files(node, facts) {
                text.push_str(&format!("    {words}\n"));
            }
            wrong |= !node.steps.is_empty();
        }
    }
    let (lines, is_wrong) = addresses(cluster, &found);
    text.push_str(&lines);
    printer.result(&text)?;
    show_faults(&faults, printer);
    Ok(match () {
        () if !faults.is_empty() => ExitCode::Remote,
        () if wrong || is_wrong => ExitCode::Findings,
        () => ExitCode::Success,
    })
}

/// What else a deployment would do, but for units that do not run, which stand behind the name.
fn beside_files(node: &NodePlan, facts: &Found) -> Vec<String> {
    let lost = node.lost.iter().map(|address| format!("{address} is missing"));
    let steps = node.steps.iter().filter_map(|step| match step {
        Step::Install(packages) => Some(format!("{} is not installed", packages.join(", "))),
        Step::Start(unit) if facts.active.contains(unit) => {
            Some(format!("{unit} does not start at boot"))
        }
        Step::Stop(unit) => Some(format!("{unit} is not to run here")),
        Step::Sysctl(path) if !node.files().any(|change| change.path() == path) => {
            Some(format!("the kernel's settings are not those of {path}"))
        }
        _ => None,
    });
    lost.chain(steps).collect()
}

fn line(machine: &Machine, facts: &Found, cluster: &Cluster) -> String {
    let role = match machine.role {
        Role::Director => "director",
        Role::RealServer => "real server",
    };
    let units = machine.units.iter().map(|unit| {
        let state = if facts.active.contains(*unit) { "runs" } else { "does not run" };
        format!("{} {state}", unit.trim_end_matches(".service"))
    });
    let versions = facts.versions.iter().map(|(name, version)| format!("{name} {version}"));
    let held = cluster.routers.iter().flat_map(|router| &router.addresses);
    let held = held
        .filter(|address| machine.role == Role::Director && facts.holds(&address.value))
        .map(|address| format!("holds {}", address.value.address));
    let generation = match facts.generation {
        0 => "never deployed".to_owned(),
        number => format!("generation {number}"),
    };
    let pending = facts.pending.map(|number| format!("generation {number} waits to be confirmed"));
    let lock = facts.lock.as_ref().map(|who| format!("locked by {who}"));
    let words: Vec<String> =
        units.chain(held).chain(versions).chain([generation]).chain(pending).chain(lock).collect();
    format!("{} ({role}): {}\n", machine.name, words.join(", "))
}

fn names_of_directors(cluster: &Cluster) -> impl Iterator<Item = &str> {
    cluster.nodes.iter().map(|node| node.name.value.as_str())
}

/// A line for each address and each of its services.
fn addresses(cluster: &Cluster, found: &BTreeMap<String, Found>) -> (String, bool) {
    let mut text = String::new();
    let mut is_wrong = false;
    for virtual_address in cluster.routers.iter().flat_map(|router| &router.addresses) {
        let address = virtual_address.value.address;
        let is_director = |name: &str| names_of_directors(cluster).any(|known| known == name);
        let holders: Vec<(&String, &Found)> = found
            .iter()
            .filter(|(name, facts)| is_director(name) && facts.holds(&virtual_address.value))
            .collect();
        let names: Vec<&str> = holders.iter().map(|(name, _)| name.as_str()).collect();
        let asked = names_of_directors(cluster).filter(|name| found.contains_key(*name)).count();
        let is_partial = asked < cluster.nodes.len();
        is_wrong |= names.len() > 1 || (names.is_empty() && !is_partial);
        let who = match names.as_slice() {
            [] if is_partial => "none of the directors that were asked".to_owned(),
            [] => "nobody".to_owned(),
            [one] => match holders.first().and_then(|(_, facts)| facts.ages.get(&address)) {
                Some(age) => format!("{one}, {}", since(*age, SystemTime::now())),
                None => (*one).to_owned(),
            },
            several => format!("{}: more than one", several.join(" and ")),
        };
        text.push_str(&format!("{address} is held by {who}\n"));
        let Some((_, facts)) = holders.first() else { continue };
        for service in &cluster.services {
            let Target::Endpoint { address: own, .. } = service.target.value else { continue };
            if own != address {
                continue;
            }
            let name = show_target(&service.target.value);
            if facts.table.is_empty() {
                // Where no director has a table, nobody may be allowed to see it.
                let is_told = found.values().any(|found| !found.table.is_empty());
                if is_told && !service.servers.is_empty() {
                    text.push_str(&format!("    {name}: the kernel of its holder has no IPVS\n"));
                    is_wrong = true;
                }
                continue;
            }
            // Those of weight 0 are wanted so.
            let mut wanted = service.clone();
            wanted.servers.retain(|server| service.weight_of(server) > 0);
            let all = wanted.servers.len();
            let drained = service.servers.len().saturating_sub(all);
            let living = living_servers(&facts.table, &wanted).unwrap_or(0);
            is_wrong |= living < all;
            let words = match drained {
                0 => String::new(),
                drained => format!(", {drained} drained"),
            };
            text.push_str(&format!("    {name}: {living} of {all} real servers are up{words}\n"));
        }
    }
    (text, is_wrong)
}

/// `since Wed, 25 Nov 2026 20:01:02 GMT (3 h 12 min)`: by the clock of who asks, which is one for all.
fn since(age: Duration, now: SystemTime) -> String {
    let begin = now.checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH);
    format!("since {} ({})", httpdate::fmt_http_date(begin), rough(age))
}

#[cfg(test)]
mod tests;
