//! `lvsha simulate`: what would happen if.

mod drills;
mod numbers;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use drills::{Drills, Planned};

use super::conditions::Conditions;
use super::inputs::Group as Files;
use super::printer::{Printer, Problem};
use super::{ExitCode, Failure, inputs};
use crate::model::read::{Options, read};
use crate::run::daemon::{self, Loaded, Plan};
use crate::run::vrrp::{ChecksumCustom, Group};
use crate::sim::{Action, NodeSpec, Outcome, Scenario};
use crate::site::{self, Secrets};
use crate::source::{Findings, Severity, Sources, report};

/// Try failures on paper: who holds which address, when, and for how long nobody does
///
/// The directors of a configuration run under a virtual clock, with the machines of
/// `lvsha daemon`. Failures come one after the other as they are typed, 20 seconds apart or as long as
/// a takeover lasts, unless a time is given: `--kill lw1@30`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// An inventory, heartbeat's directory, or one directory with a keepalived.conf per director
    #[arg(value_name = "CONFIG", required = true)]
    configuration: Vec<PathBuf>,

    #[command(flatten)]
    drills: Drills,

    #[command(flatten)]
    conditions: Conditions,

    /// Packets lost in a hundred
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    loss: u8,

    /// For delays and losses: the same number gives the same history
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut sources = Sources::new();
    let plans = plans(arguments, &mut sources, printer)?;
    let names: Vec<String> = plans.iter().map(|(name, _)| name.clone()).collect();
    let nodes: Vec<NodeSpec> = plans.into_iter().map(spec).collect();
    let mut actions: Vec<(Duration, Action)> =
        (0..nodes.len()).map(|node| (Duration::ZERO, Action::Start(node))).collect();
    let noise = Action::Noise { loss: arguments.loss, duplication: 0 };
    actions.push((Duration::ZERO, noise));
    let step = step(&nodes);
    let planned = arguments.drills.plan(&names, step)?;
    let last = planned.iter().map(|drill| drill.at).max().unwrap_or_default();
    for drill in &planned {
        actions.extend(drill.actions.iter().map(|action| (drill.at, action.clone())));
    }
    let scenario = Scenario { nodes, actions, end: last + step * 2, seed: arguments.seed };
    let (_, outcome) = scenario.play().map_err(|failure| {
        Problem::new(failure.to_string()).help("this is a mistake in lvsha: please report it")
    })?;
    printer.result(&shown(&outcome, &planned))?;
    Ok(ExitCode::Success)
}

/// A director, and how its daemon is asked about the same configuration.
struct Planning {
    node: String,
    loaded: Loaded,
    files: Vec<PathBuf>,
}

/// The plan of each director, by its name. Services have no say in who holds which address, so that
/// checks which the daemon cannot make stop nothing here.
fn plans(
    arguments: &Arguments,
    sources: &mut Sources,
    printer: &Printer,
) -> Result<Vec<(String, Plan)>, Failure> {
    let paths = arguments.configuration.as_slice();
    let plannings = match paths {
        [path] if inputs::is_inventory(path) => of_inventory(path, sources, printer)?,
        _ => of_files(arguments, sources)?,
    };
    let mut plans = Vec::new();
    for Planning { node, loaded: Loaded { plan, findings, .. }, files } in plannings {
        if show_errors(findings, sources, printer) {
            let files = files.iter().map(|file| file.display().to_string());
            let words = ["lvsha", "daemon", "--check", "--node", &node].map(str::to_owned);
            let words = words.into_iter().chain(arguments.conditions.as_typed()).chain(files);
            let help = format!("see `{}`", shell_words::join(words));
            let message = format!("`{node}` cannot run this configuration");
            printer.problem(&Problem::new(message).help(help));
            return Err(Failure::Findings);
        }
        plans.push((node, plan));
    }
    numbers::tell_apart(&mut plans);
    for line in numbers::name_alike(&mut plans) {
        printer.status(&line);
    }
    if plans.len() < 2 {
        return Err(Problem::new("fewer than two directors: there is nothing to try")
            .help("name the directories of all directors, or an inventory")
            .into());
    }
    Ok(plans)
}

fn of_inventory(
    path: &Path,
    sources: &mut Sources,
    printer: &Printer,
) -> Result<Vec<Planning>, Failure> {
    let (site, found) =
        site::load(sources, path, Secrets::Leave).map_err(|error| inputs::unusable(&error))?;
    if show_errors(found, sources, printer) {
        return Err(Failure::Findings);
    }
    let of_director = |node: &str| {
        let loaded = daemon::routers_of_site(&site, sources, node)?;
        Some(Planning { node: node.to_owned(), loaded, files: vec![path.to_owned()] })
    };
    Ok(site.machines("directors").into_iter().filter_map(of_director).collect())
}

fn of_files(arguments: &Arguments, sources: &mut Sources) -> Result<Vec<Planning>, Failure> {
    let gathered = inputs::gather(&arguments.configuration, sources);
    if let Some(problem) = gathered.problems.into_iter().next() {
        return Err(problem.into());
    }
    let has_others = gathered.groups.len() > 1;
    let mut plannings = Vec::new();
    for group in &gathered.groups {
        let options = Options::on(arguments.conditions.of_group(group, has_others));
        let inputs = &group.inputs;
        // The files themselves: their directory may hold those of another program.
        let files = inputs.iter().filter_map(|input| sources.get(input.file).path());
        let files: Vec<PathBuf> = files.map(Path::to_owned).collect();
        for node in nodes_of(group, sources) {
            let loaded =
                daemon::load_routers(sources, inputs, &options, &node, &Default::default());
            plannings.push(Planning { node, loaded, files: files.clone() });
        }
    }
    Ok(plannings)
}

/// Shows the errors among `findings`, and says whether there are any.
fn show_errors(findings: Findings, sources: &Sources, printer: &Printer) -> bool {
    let mut errors = findings.sorted();
    errors.retain(|finding| finding.severity() == Severity::Error);
    if !errors.is_empty() {
        printer.problems(&report::human(sources, &errors, printer.colour_of_notes()));
    }
    !errors.is_empty()
}

/// The directors of a group of files: those that heartbeat names, or the one whose directory
/// holds the file.
fn nodes_of(group: &Files, sources: &mut Sources) -> Vec<String> {
    let cluster = read(sources, &group.inputs).cluster;
    if !cluster.nodes.is_empty() {
        return cluster.nodes.iter().map(|node| node.name.value.clone()).collect();
    }
    vec![group.node().map_or("node", |(_, name)| name).to_owned()]
}

fn spec((name, plan): (String, Plan)) -> NodeSpec {
    let groups = plan
        .groups
        .iter()
        .map(|group| Group { name: group.name.clone(), members: group.members.clone() });
    NodeSpec {
        name,
        groups: groups.collect(),
        routers: plan.routers.into_iter().map(|router| router.settings).collect(),
        custom: ChecksumCustom::PseudoHeader,
        script_weight: 0,
    }
}

/// Between two failures that say no time. Whatever one of them leads to is over before the next: the
/// longest time that a director waits for a master that is silent, and some seconds more.
fn step(nodes: &[NodeSpec]) -> Duration {
    let routers = nodes.iter().flat_map(|node| &node.routers);
    let waits = routers.map(|router| {
        let silence = router.timing(router.priority, router.interval).down_interval();
        silence + router.preempt_delay + router.startup_delay
    });
    let longest = waits.max().unwrap_or_default();
    let tens = (longest.as_secs() + 5) / 10 + 1;
    STEP.max(Duration::from_secs(tens.saturating_mul(10)))
}

/// A table for each router, then what happened.
fn shown(outcome: &Outcome, planned: &[Planned]) -> String {
    let mut out = String::new();
    for (router, holdings) in &outcome.holdings {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{router}");
        for holding in holdings {
            let holders = match holding.nodes.as_slice() {
                [] => "nobody".to_owned(),
                [one] => one.clone(),
                several => format!("{}: CONFLICT", several.join(" and ")),
            };
            let length = seconds(holding.to - holding.from);
            let _ = writeln!(out, "  {:>8}  {holders} for {length} s", seconds(holding.from));
        }
    }
    let _ = writeln!(out, "\nwhat happened");
    // What was done stands before what it led to at the same moment.
    let mut events: Vec<(Duration, String)> =
        planned.iter().map(|drill| (drill.at, drill.words.clone())).collect();
    let change = |(at, node, router, words): &(Duration, String, String, String)| {
        (*at, format!("{node} ({router}) {words}"))
    };
    events.extend(outcome.changes.iter().map(change));
    events.sort_by_key(|(at, _)| *at);
    for (at, words) in &events {
        let _ = writeln!(out, "  {:>8}  {words}", seconds(*at));
    }
    out
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// Between two failures, at least.
const STEP: Duration = Duration::from_secs(20);
