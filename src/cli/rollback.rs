//! `lvsha rollback`: the files of an older generation again, with the same checks and gates.

use super::deploy::{How, deploy};
use super::fleet::{Fleet, FleetArguments, block_on, show_faults};
use super::printer::{Printer, Problem};
use super::{ExitCode, Failure};
use crate::deploy::{Act, Entry, Reply};
use crate::plan::Tree;
use crate::site::render::{Effect, File, Machine};

/// Bring back what an earlier deployment had put on the machines
///
/// A deployment that still waits for its confirmation is taken back first.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    fleet: FleetArguments,

    #[command(flatten)]
    how: How,

    /// The generation, as `lvsha history` shows it [default: the one before the current]
    #[arg(long, value_name = "N")]
    to: Option<u32>,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut fleet = arguments.fleet.fleet(printer)?;
    block_on(async {
        let done = roll_back(&mut fleet, arguments, printer).await;
        fleet.close().await;
        done
    })?
}

async fn roll_back(
    fleet: &mut Fleet,
    arguments: &Arguments,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let (found, faults) = fleet.facts().await;
    show_faults(&faults, printer);
    if !faults.is_empty() {
        return Ok(ExitCode::Remote);
    }
    let mut taken_back = false;
    for (machine, host) in fleet.machines.iter().zip(&mut fleet.hosts) {
        let Some(generation) = found.get(&machine.name).and_then(|found| found.pending) else {
            continue;
        };
        if let Err(fault) = host.perform(&Act::Rollback { generation }).await {
            show_faults(&[(machine.name.clone(), fault)], printer);
            return Ok(ExitCode::Remote);
        }
        printer.status(&format!("{}: generation {generation} was taken back", machine.name));
        taken_back = true;
    }
    if taken_back && arguments.to.is_none() {
        return Ok(ExitCode::Success);
    }
    let histories = fleet.ask(vec![Act::History; fleet.machines.len()]).await;
    let mut acts = Vec::new();
    for (machine, reply) in fleet.machines.iter().zip(histories) {
        let entries = match reply {
            Ok(Reply::History(entries)) => entries,
            Ok(_) => Vec::new(),
            Err(fault) => {
                show_faults(&[(machine.name.clone(), fault)], printer);
                return Ok(ExitCode::Remote);
            }
        };
        let Some(generation) = target(&entries, arguments.to) else {
            let problem = Problem::new(format!("{} has no such generation", machine.name));
            return Err(problem.help("`lvsha history INVENTORY` shows what there is").into());
        };
        acts.push(Act::Again { generation });
    }
    let files = fleet.ask(acts).await;
    for (machine, reply) in fleet.machines.iter_mut().zip(files) {
        match reply {
            Ok(Reply::Files(tree)) => replace(machine, &tree),
            Ok(_) => {}
            Err(fault) => {
                show_faults(&[(machine.name.clone(), fault)], printer);
                return Ok(ExitCode::Remote);
            }
        }
    }
    let what = match arguments.to {
        Some(generation) => format!("rollback to {generation}"),
        None => "rollback".to_owned(),
    };
    deploy(fleet, &arguments.how, None, &what, printer).await
}

/// The generation that was asked for, or the last good one before the current.
fn target(entries: &[Entry], to: Option<u32>) -> Option<u32> {
    match to {
        Some(number) => entries.iter().find(|entry| entry.generation == number),
        None => entries
            .iter()
            .rev()
            .skip_while(|entry| entry.state != "current")
            .skip(1)
            .find(|entry| entry.state == "confirmed"),
    }
    .map(|entry| entry.generation)
}

/// The files of a generation, with the effects and checks that their namesakes have today.
fn replace(machine: &mut Machine, tree: &Tree) {
    let file = |(path, old): (&String, &crate::plan::TreeFile)| {
        let today = machine.files.iter().find(|file| file.path == *path);
        File {
            path: path.clone(),
            mode: old.mode,
            text: String::from_utf8_lossy(&old.content).into_owned(),
            secret: old.mode & 0o077 == 0,
            effect: today.map_or(Effect::None, |file| file.effect),
            check: today.and_then(|file| file.check),
        }
    };
    let mut files: Vec<File> = tree.iter().map(file).collect();
    // The order of today's files is the safe one.
    let order = |file: &File| machine.files.iter().position(|today| today.path == file.path);
    files.sort_by_key(|file| order(file).unwrap_or(usize::MAX));
    machine.files = files;
}
