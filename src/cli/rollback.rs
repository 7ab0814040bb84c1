//! `lvsha rollback`: the files of an older generation again, with the same checks and gates.

use super::deploy::{How, deploy};
use super::fleet::{Fleet, FleetArguments, block_on, show_faults};
use super::printer::{Printer, Problem};
use super::{ExitCode, Failure};
use crate::deploy::{Act, Entry, EntryState, Reply};
use crate::model::{Cluster, Member, Router, Service, Sourced};
use crate::plan::{Tree, meaning};
use crate::site::render::{Machine, Role};
use crate::source::text;

mod pending;

/// Bring back what an earlier deployment had put on the machines
///
/// A deployment that still waits for its confirmation is taken back first.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    fleet: FleetArguments,

    #[command(flatten)]
    how: How,

    /// The generation of every machine, as `lvsha history` shows it [default: those before the
    /// last deployment, on the machines that it changed]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    to: Option<u32>,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut fleet = arguments.fleet.fleet_without_secrets(printer)?;
    block_on(async {
        let done = roll_back(&mut fleet, arguments.to, &arguments.how, printer).await;
        fleet.close().await;
        done
    })?
}

async fn roll_back(
    fleet: &mut Fleet,
    to: Option<u32>,
    how: &How,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let (found, faults) = fleet.facts().await;
    show_faults(&faults, printer);
    if !faults.is_empty() {
        return Ok(ExitCode::Remote);
    }
    let Some(back) = pending::take_back(fleet, &found, how, printer).await? else {
        printer.status("nothing was changed");
        return Ok(ExitCode::Success);
    };
    if !back.is_complete {
        return Ok(ExitCode::Remote);
    }
    let ended = go_back(fleet, to, how, &back.generations, printer).await?;
    // What a machine has remarked is no success, whatever came behind it.
    Ok(if back.is_clean { ended } else { ended.max(ExitCode::Remote) })
}

/// Goes back to an earlier deployment, behind what was `taken_back` already.
async fn go_back(
    fleet: &mut Fleet,
    to: Option<u32>,
    how: &How,
    taken_back: &[Option<u32>],
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let replies = fleet.ask(vec![Act::History; fleet.machines.len()]).await;
    let mut histories = Vec::new();
    for (machine, reply) in fleet.machines.iter().zip(replies) {
        match reply {
            Ok(Reply::History(entries)) => histories.push(entries),
            Ok(_) => histories.push(Vec::new()),
            Err(fault) => {
                show_faults(&[(machine.name.clone(), fault)], printer);
                return Ok(ExitCode::Remote);
            }
        }
    }
    // It was cut off: where it was confirmed already, it is taken back as well.
    let mut run = last_run(&histories);
    if to.is_none() && taken_back.iter().any(Option::is_some) {
        run = run_of(&histories, taken_back);
        let names = fleet.machines.iter().map(|machine| machine.name.as_str()).zip(&histories);
        let kept = names.filter(|(_, entries)| {
            current(entries).is_some_and(|own| run == Some(own.run.as_str()))
        });
        let kept: Vec<&str> = kept.map(|(name, _)| name).collect();
        if kept.is_empty() {
            return Ok(ExitCode::Success);
        }
        printer.status(&format!("the same deployment was confirmed on {}", kept.join(", ")));
    }
    let mut acts = Vec::new();
    for (machine, entries) in fleet.machines.iter().zip(&histories) {
        let Some(generation) = target(entries, run, to) else {
            let words = match to {
                Some(number) => format!("{} has no generation {number}", machine.name),
                None => format!("nothing is kept from before on {}", machine.name),
            };
            let help =
                "`lvsha history INVENTORY` shows what there is; `--limit` leaves machines out";
            return Err(Problem::new(words).help(help).into());
        };
        acts.push(Act::Again { generation });
    }
    let files = fleet.ask(acts).await;
    let mut clusters = Vec::new();
    for (machine, reply) in fleet.machines.iter_mut().zip(files) {
        match reply {
            Ok(Reply::Files(tree)) => {
                *machine = restored(machine, &tree);
                if machine.role == Role::Director {
                    clusters.push((machine.name.clone(), meaning(&machine.name, &tree)));
                }
            }
            Ok(_) => {}
            Err(fault) => {
                show_faults(&[(machine.name.clone(), fault)], printer);
                return Ok(ExitCode::Remote);
            }
        }
    }
    if !clusters.is_empty() {
        judge_by(clusters, &mut fleet.site.cluster);
    }
    let what = match to {
        Some(generation) => format!("rollback to {generation}"),
        None => "rollback".to_owned(),
    };
    deploy(fleet, how, None, &what, printer).await
}

/// The deployment that somebody made last, on whichever machines.
fn last_run(histories: &[Vec<Entry>]) -> Option<&str> {
    histories.iter().filter_map(|entries| current(entries)).map(|entry| entry.run.as_str()).max()
}

/// The deployment of the generations that were just taken back, one of each machine.
fn run_of<'a>(histories: &'a [Vec<Entry>], taken_back: &[Option<u32>]) -> Option<&'a str> {
    let own = histories.iter().zip(taken_back).filter_map(|(entries, generation)| {
        entries.iter().find(|entry| Some(entry.generation) == *generation)
    });
    own.map(|entry| entry.run.as_str()).max()
}

/// What a machine has.
fn current(entries: &[Entry]) -> Option<&Entry> {
    entries.iter().find(|entry| entry.state == EntryState::Current)
}

/// The generation that was asked for; otherwise the last good one before that of the last `run`,
/// and the current one of a machine that this run did not touch.
fn target(entries: &[Entry], run: Option<&str>, to: Option<u32>) -> Option<u32> {
    let current = current(entries);
    match to {
        Some(number) => entries.iter().find(|entry| entry.generation == number),
        None if current.is_some_and(|current| Some(current.run.as_str()) != run) => current,
        None => entries
            .iter()
            .rev()
            .skip_while(|entry| entry.state != EntryState::Current)
            .skip(1)
            .find(|entry| entry.state == EntryState::Confirmed),
    }
    .map(|entry| entry.generation)
}

/// The machine as a generation had it.
fn restored(machine: &Machine, tree: &Tree) -> Machine {
    let files = tree.iter();
    machine
        .with_files(files.map(|(path, old)| (path.clone(), old.mode, text::decode(&old.content))))
}

/// What stands in the directors' files is what gates ask for, and whose rank is the highest: today's inventory may have
/// addresses, services and ranks that there were none of.
fn judge_by(found: Vec<(String, Cluster)>, cluster: &mut Cluster) {
    let mut routers: Vec<Router> = Vec::new();
    let mut services: Vec<Service> = Vec::new();
    for (name, old) in found {
        for mut router in old.routers {
            // A file of one node does not say whose it is.
            for member in &mut router.members {
                member.node.get_or_insert_with(|| Sourced::implied(name.clone()));
            }
            match routers.iter_mut().find(|known| known.addresses == router.addresses) {
                Some(known) => {
                    let is_new = |member: &Member| {
                        !known.members.iter().any(|other| other.node == member.node)
                    };
                    let new: Vec<Member> = router.members.into_iter().filter(is_new).collect();
                    known.members.extend(new);
                }
                None => routers.push(router),
            }
        }
        let is_new = |service: &Service| {
            !services.iter().any(|known| known.target.value == service.target.value)
        };
        let new: Vec<Service> = old.services.into_iter().filter(is_new).collect();
        services.extend(new);
    }
    (cluster.routers, cluster.services) = (routers, services);
}

#[cfg(test)]
mod tests;
