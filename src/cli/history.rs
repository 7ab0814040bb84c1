//! `lvsha history` and `lvsha unlock`: what is kept on the machines about deployments.

use super::fleet::{FleetArguments, block_on, show_faults};
use super::printer::Printer;
use super::{ExitCode, Failure};
use crate::deploy::{Act, Reply};

/// Show the last deployments of every machine: number, time, state, who, what
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    fleet: FleetArguments,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    ask(&arguments.fleet, &Act::History, printer, |name, reply| {
        let Reply::History(entries) = reply else { return String::new() };
        if entries.is_empty() {
            return format!("{name}: no deployment yet\n");
        }
        let line = |entry: &crate::deploy::Entry| {
            let crate::deploy::Entry { generation, when, state, who, what, .. } = entry;
            format!("{name}  {generation:>3}  {when:<20}  {state:<11}  {who}  {what}\n")
        };
        entries.iter().map(line).collect()
    })
}

/// Take away the lock that a deployment left behind; be sure that it does not run any more
#[derive(Debug, clap::Args)]
pub(super) struct UnlockArguments {
    #[command(flatten)]
    fleet: FleetArguments,
}

pub(super) fn unlock(arguments: &UnlockArguments, printer: &Printer) -> Result<ExitCode, Failure> {
    ask(&arguments.fleet, &Act::Unlock { run: None }, printer, |name, _| {
        format!("{name}: unlocked\n")
    })
}

fn ask(
    arguments: &FleetArguments,
    act: &Act,
    printer: &Printer,
    show: impl Fn(&str, &Reply) -> String,
) -> Result<ExitCode, Failure> {
    let mut fleet = arguments.fleet_without_secrets(printer)?;
    let replies = block_on(async {
        let replies = fleet.ask(vec![act.clone(); fleet.machines.len()]).await;
        fleet.close().await;
        replies
    })?;
    let mut faults = Vec::new();
    for (machine, reply) in fleet.machines.iter().zip(replies) {
        match reply {
            Ok(reply) => printer.result(&show(&machine.name, &reply))?,
            Err(fault) => faults.push((machine.name.clone(), fault)),
        }
    }
    show_faults(&faults, printer);
    Ok(if faults.is_empty() { ExitCode::Success } else { ExitCode::Remote })
}
