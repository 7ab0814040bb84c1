//! `lvsha deploy`: makes the machines what the inventory says.

use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;

use super::duration::seconds;
use super::fleet::{Fleet, FleetArguments, block_on, show_faults, who};
use super::plan::Saved;
use super::printer::{Printer, Problem};
use super::progress::Progress;
use super::{ExitCode, Failure};
use crate::deploy::rollout::{Options, Rollout, State};
use crate::deploy::{Basis, Host, run as roll_out};
use crate::plan::{Found, Plan, batches, human};
use crate::site::Stack;
use crate::site::render::{Machine, Role};

mod deliveries;
mod obstacles;

/// Bring the machines to what the inventory says: standby first, the holder of the addresses last
///
/// Each change is checked on its machine, judged by a gate, and confirmed over a new connection;
/// what fails is taken back. A second run changes nothing.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) fleet: FleetArguments,

    #[command(flatten)]
    pub(super) how: How,

    /// Do what this saved plan says, or nothing when machines or inventory changed since; a plan can
    /// also stand in the inventory's place
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
}

/// How a rollout is done.
#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// Do not ask
    #[arg(long, short)]
    pub(super) yes: bool,

    /// Real servers that are changed at the same time; directors always go one by one
    #[arg(long, value_name = "N", default_value_t = 4)]
    parallel: usize,

    /// Change the first real server alone, and wait for its gate
    #[arg(long)]
    canary: bool,

    /// A machine takes its change back unless it is confirmed within this time
    /// (`90s`, `5m`); 0 switches it off [default: 60s, or 30s more than a gate may take]
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    confirm_within: Option<u64>,

    /// How long a machine may take until it works again
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = seconds)]
    gate_within: u64,

    /// How long a director must go on working before its gate opens: a reload is a signal, and what
    /// it does shows later
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = seconds)]
    settle: u64,

    /// Do not install missing packages
    #[arg(long)]
    no_install: bool,

    /// Form of the progress on stderr
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Auto)]
    progress: Form,
}

/// Form of the progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// Live on a terminal, plain otherwise
    Auto,
    /// One line for each step
    Plain,
    /// One JSON object for each step
    Json,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let saved = match Saved::recognise(arguments.fleet.site.path()) {
        Some(_) if !arguments.fleet.is_plain() || arguments.plan.is_some() => {
            let problem = Problem::new("a saved plan names its inventory and its machines itself");
            return Err(problem.help("leave the other options out, or make a new plan").into());
        }
        Some(saved) => Some(saved?),
        None => arguments.plan.as_deref().map(Saved::read).transpose()?,
    };
    // With `--plan` the inventory is the one that the operator names.
    let asked = match &saved {
        Some(saved) if arguments.plan.is_none() => &saved.fleet,
        _ => &arguments.fleet,
    };
    let mut fleet = asked.fleet(printer)?;
    let what = format!("deploy {}", asked.site.path().display());
    block_on(async {
        let done = deploy(&mut fleet, &arguments.how, saved, &what, printer).await;
        fleet.close().await;
        done
    })?
}

/// Plans, asks, rolls out.
pub(super) async fn deploy(
    fleet: &mut Fleet,
    how: &How,
    saved: Option<Saved>,
    what: &str,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let (found, faults) = fleet.facts().await;
    show_faults(&faults, printer);
    if !faults.is_empty() {
        printer.status("nothing was changed; `--limit` leaves machines out");
        return Ok(ExitCode::Remote);
    }
    let plan = Plan::new(&fleet.site.cluster, &fleet.machines, &found);
    if saved.is_some_and(|saved| saved.fingerprint != plan.fingerprint()) {
        let problem = Problem::new("the machines or the inventory changed since the plan was made");
        return Err(problem.help("look at a new plan: `lvsha plan INVENTORY --save FILE`").into());
    }
    printer.result(&human(&plan))?;
    // Also where there is nothing to do: what was cut off takes itself back, and there will be.
    if let Some(problem) = obstacles::impossible(&plan, &found, how) {
        return Err(problem.into());
    }
    if plan.is_empty() {
        return Ok(ExitCode::Success);
    }
    if let Some(problem) = obstacles::too_short(fleet, how) {
        return Err(problem.into());
    }
    if obstacles::concerns_others(&plan) {
        let left_out = fleet.look_aside(|machine| machine.role == Role::Director).await;
        if let Some(problem) = obstacles::misunderstood(&plan, &fleet.machines, &left_out) {
            return Err(problem.into());
        }
        for line in obstacles::unheard(&left_out) {
            printer.status(&line);
        }
    }
    for line in deliveries::lost(fleet, &plan).await {
        printer.status(&line);
    }
    if !how.yes && !agrees(printer)? {
        printer.status("nothing was changed");
        return Ok(ExitCode::Success);
    }
    roll(fleet, plan, &found, how, what, printer).await
}

async fn roll(
    fleet: &mut Fleet,
    plan: Plan,
    found: &BTreeMap<String, Found>,
    how: &How,
    what: &str,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let who = who();
    // Those that are changed together are judged one behind the other before one of them is confirmed.
    let together = batches(&plan.nodes, 1, false).into_iter().filter(|batch| batch.together);
    let gates = together.map(|batch| batch.nodes.len()).max().unwrap_or(1);
    let gates = u64::try_from(gates).unwrap_or(1);
    let confirm_within = confirm_within(fleet, how, gates);
    let options = Options {
        parallel: how.parallel,
        canary: how.canary,
        confirm_within,
        gate_timeout: Duration::from_secs(gate_within(fleet, how, gates)),
        settle: settle(how, confirm_within),
        // Half of the time is left for the last try to arrive.
        patience: Duration::from_secs((confirm_within / 2).max(15)),
        pause: Duration::from_millis(500),
        install: !how.no_install,
        run: name_of_run(&who, found.values().filter_map(|found| found.run.as_deref())),
        who,
        what: what.to_owned(),
    };
    let generation = |found: Option<&Found>| {
        // Generations that were taken back keep their numbers.
        found.map_or(1, |found| {
            found.generation.max(found.pending.unwrap_or(0)).max(found.newest) + 1
        })
    };
    let generations: Vec<u32> =
        plan.nodes.iter().map(|node| generation(found.get(&node.name))).collect();
    order(fleet, &plan);
    let mut rollout = Rollout::new(plan.nodes, &fleet.machines, &generations, options);
    let mut progress = Progress::new(how.progress, printer);
    let hosts = std::mem::take(&mut fleet.hosts);
    let basis = Arc::new(Basis {
        machines: fleet.machines.clone(),
        cluster: fleet.site.cluster.clone(),
        before: found.clone(),
    });
    fleet.hosts = roll_out(&mut rollout, hosts, &basis, |event| progress.show(&event)).await;
    progress.end();
    Ok(conclude(&rollout, printer))
}

/// Names sort by their time: of all machines, the greatest is the last run. The time is the operator's, whose clock may
/// be behind that of whoever deployed before.
fn name_of_run<'a>(who: &str, known: impl Iterator<Item = &'a str>) -> String {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    let times = known.filter_map(|run| run.split(' ').next()?.parse::<u64>().ok());
    let next = times.max().map_or(0, |last| last.saturating_add(1));
    // Ten digits of seconds until the year 2286.
    format!("{:010} {who} {}", now.max(next).min(9_999_999_999), std::process::id())
}

/// heartbeat waits for its partner before it takes anything, at boot and at the first start.
/// `gates` are passed before a machine is confirmed.
fn gate_within(fleet: &Fleet, how: &How, gates: u64) -> u64 {
    let membership = &fleet.site.cluster.membership;
    match fleet.site.stack() {
        Stack::Heartbeat => {
            how.gate_within.max(membership.effective_initial_dead_time().as_secs() + 30)
        }
        Stack::Keepalived | Stack::Lvsha => match how.confirm_within {
            None | Some(0) => how.gate_within,
            // A gate that is still waited for must not be overtaken by the way back.
            Some(within) => how.gate_within.min((within / gates.max(1)).max(1)),
        },
    }
}

/// Behind the longest gates.
fn confirm_within(fleet: &Fleet, how: &How, gates: u64) -> u64 {
    how.confirm_within.unwrap_or_else(|| {
        let all = gate_within(fleet, how, gates).saturating_mul(gates);
        all.saturating_add(30).max(60)
    })
}

/// The dead-man switch does not wait for a gate that settles.
fn settle(how: &How, confirm_within: u64) -> Duration {
    let settle = Duration::from_secs(how.settle);
    match confirm_within {
        0 => settle,
        within => settle.min(Duration::from_secs(within) / 4),
    }
}

/// Machines and hosts in the order of the plan.
fn order(fleet: &mut Fleet, plan: &Plan) {
    let machines = std::mem::take(&mut fleet.machines);
    let hosts = std::mem::take(&mut fleet.hosts);
    let mut pairs: Vec<(Machine, Host)> = machines.into_iter().zip(hosts).collect();
    pairs.sort_by_key(|(machine, _)| plan.nodes.iter().position(|node| node.name == machine.name));
    (fleet.machines, fleet.hosts) = pairs.into_iter().unzip();
}

fn conclude(rollout: &Rollout, printer: &Printer) -> ExitCode {
    let in_state = |wanted: State| -> Vec<&str> {
        rollout.states().filter(|(_, state)| **state == wanted).map(|(name, _)| name).collect()
    };
    let Some((node, act, fault)) = rollout.failure() else {
        for remark in rollout.remarks() {
            printer.problem(&Problem::new(remark.clone()));
        }
        printer.status(&format!("deployed: {}", in_state(State::Deployed).join(", ")));
        return if rollout.remarks().is_empty() { ExitCode::Success } else { ExitCode::Remote };
    };
    let where_ = node.map(|node| format!("{node}, {act}: ")).unwrap_or_default();
    let problem = Problem::new(format!("{where_}{fault}"));
    printer.problem(&match &fault.help {
        Some(help) => problem.help(help.clone()),
        None => problem,
    });
    for remark in rollout.remarks() {
        printer.problem(&Problem::new(remark.clone()));
    }
    let words = [
        ("taken back", in_state(State::RolledBack)),
        ("untouched", in_state(State::Untouched)),
        ("unknown", in_state(State::Unknown)),
    ];
    for (word, nodes) in words.iter().filter(|(_, nodes)| !nodes.is_empty()) {
        printer.status(&format!("{word}: {}", nodes.join(", ")));
    }
    ExitCode::Remote
}

/// Asks on the terminal; a pipe cannot agree.
pub(super) fn agrees(printer: &Printer) -> Result<bool, Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        let problem = Problem::new("there is no terminal to ask on");
        return Err(problem.help("`--yes` does it without asking").into());
    }
    printer.ask("do it? [y/N] ");
    let mut line = String::new();
    stdin.lock().read_line(&mut line).map_err(|error| {
        Problem::new(format!("cannot read the answer: {error}"))
            .help("`--yes` does it without asking")
    })?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

#[cfg(test)]
pub(super) mod tests;
