//! What still waits for its confirmation: a deployment that was cut off, or one that runs.

use std::collections::BTreeMap;

use crate::cli::Failure;
use crate::cli::deploy::{How, agrees};
use crate::cli::fleet::{Fleet, show_faults};
use crate::cli::printer::{Printer, Problem};
use crate::deploy::{Act, Reply};
use crate::model::Cluster;
use crate::plan::Found;
use crate::site::render::{Machine, Role};

/// What became of it.
pub(super) struct Back {
    /// The generation that was taken back on each machine.
    pub(super) generations: Vec<Option<u32>>,
    /// Whether nothing was said against it: no machine refused, and none has remarked anything.
    pub(super) is_clean: bool,
    /// Whether all of it is taken back.
    pub(super) is_complete: bool,
}

/// Takes back what waits, machine by machine; nothing where the operator does not agree. One that refuses keeps
/// none of the others from it.
pub(super) async fn take_back(
    fleet: &mut Fleet,
    found: &BTreeMap<String, Found>,
    how: &How,
    printer: &Printer,
) -> Result<Option<Back>, Failure> {
    let pending = |machine: &Machine| found.get(&machine.name).and_then(|found| found.pending);
    let mut back =
        Back { generations: vec![None; fleet.machines.len()], is_clean: true, is_complete: true };
    let waiting: Vec<(usize, u32)> = order(&fleet.machines, &fleet.site.cluster, found)
        .filter_map(|position| Some((position, pending(fleet.machines.get(position)?)?)))
        .collect();
    if waiting.is_empty() {
        return Ok(Some(back));
    }
    for (position, generation) in &waiting {
        let Some(machine) = fleet.machines.get(*position) else { continue };
        let name = &machine.name;
        // Whoever was cut off has left it locked as well, and nobody but people can tell.
        if let Some(who) = found.get(name).and_then(|found| found.lock.as_ref()) {
            let words = format!("{name} is locked by {who}, whose deployment may run still");
            let help =
                "when it does not run any more: `lvsha unlock INVENTORY`, then the same again";
            return Err(Problem::new(words).help(help).into());
        }
        printer.status(&format!("{name}: generation {generation} waits to be confirmed"));
    }
    if !how.yes && !agrees(printer)? {
        return Ok(None);
    }
    for (position, generation) in waiting {
        let (Some(machine), Some(host)) =
            (fleet.machines.get(position), fleet.hosts.get_mut(position))
        else {
            continue;
        };
        let name = &machine.name;
        match host.perform(&Act::Rollback { generation, run: None }).await {
            Ok(reply) => {
                // The old files may be back without the old state.
                let remarks = if let Reply::Done(remarks) = reply { remarks } else { Vec::new() };
                for remark in remarks {
                    printer.problem(&Problem::new(format!("{name}: {remark}")));
                    back.is_clean = false;
                }
                printer.status(&format!("{name}: generation {generation} was taken back"));
                if let Some(own) = back.generations.get_mut(position) {
                    *own = Some(generation);
                }
            }
            Err(fault) => {
                show_faults(&[(name.clone(), fault)], printer);
                (back.is_clean, back.is_complete) = (false, false);
            }
        }
    }
    Ok(Some(back))
}

/// The holder of the addresses was changed last, behind the other directors, and these behind most real servers.
fn order(
    machines: &[Machine],
    cluster: &Cluster,
    found: &BTreeMap<String, Found>,
) -> impl Iterator<Item = usize> {
    let holds = |machine: &Machine| {
        let mut addresses = cluster.routers.iter().flat_map(|router| &router.addresses);
        let facts = found.get(&machine.name);
        facts.is_some_and(|found| addresses.any(|address| found.holds(&address.value)))
    };
    let rank = |(_, machine): &(usize, &Machine)| match machine.role {
        Role::Director => u8::from(!holds(machine)),
        Role::RealServer => 2,
    };
    let mut all: Vec<(usize, &Machine)> = machines.iter().enumerate().collect();
    all.sort_by_key(rank);
    all.into_iter().map(|(position, _)| position)
}
