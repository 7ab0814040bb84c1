//! `lvsha convert ...-to-inventory`: files of a cluster's nodes to one inventory.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::told::{ReportForm, exit_code};
use crate::cli::conditions::{self, Conditions};
use crate::cli::output_directory::OutputDirectory;
use crate::cli::printer::{Printer, Problem};
use crate::cli::{ExitCode, Failure, inputs, node_name};
use crate::model::read::Input;
use crate::site::{Director, FromFiles, NodeFiles, Stack, from_files};
use crate::source::text;
use crate::source::words::counted;
use crate::source::{Severity, Sources};
use crate::syntax::{ConfigId, Format};

/// Arguments of both directions.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files, or a directory for each node; its name is the node's unless NODE= stands in front
    #[arg(required_unless_present = "from", value_name = "[NODE=]PATH")]
    paths: Vec<String>,
    /// The same, spelled as in the other directions; repeat it for each
    #[arg(long, value_name = "[NODE=]PATH")]
    from: Vec<String>,
    /// A director, and perhaps its address; repeat it for each. One without a file follows the
    /// others
    #[arg(long, value_name = "NODE[=IP]", value_parser = node_name::node_or_address)]
    director: Vec<(String, Option<IpAddr>)>,
    /// Write the inventory to this file, and its secrets to `secrets/` beside it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite files that have other content
    #[arg(long, requires = "out")]
    force: bool,
    /// Form of the account on stderr
    #[arg(long, value_name = "FORM", default_value = "human")]
    report: ReportForm,
}

/// Arguments of `keepalived-to-inventory`.
#[derive(Debug, clap::Args)]
pub(super) struct KeepalivedArguments {
    #[command(flatten)]
    pub(super) common: Arguments,

    #[command(flatten)]
    pub(super) conditions: Conditions,
}

/// Files without `conditions` are heartbeat's.
pub(super) fn run(
    arguments: &Arguments,
    conditions: Option<&Conditions>,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let mut sources = Sources::new();
    let stack = if conditions.is_some() { Stack::Keepalived } else { Stack::Heartbeat };
    let nodes = load(arguments, stack, conditions, &mut sources)?;
    let directors = arguments.director.iter().map(|(name, address)| Director::new(name, *address));
    let result = from_files(&mut sources, stack, nodes, directors.collect());
    arguments.report.show(&result.account, &sources, printer)?;
    if arguments.report == ReportForm::Human {
        conditions::tell_guess(&result.findings, &sources, printer);
    }
    write(arguments, &result, printer)?;
    let errors = result.findings.count(Severity::Error);
    if errors > 0 {
        let errors = counted(errors, "error");
        arguments.report.say(printer, &format!("{errors} in the input; `lvsha check` shows them"));
    }
    Ok(exit_code(&result.account))
}

/// The files of each node, with the node's name.
fn load(
    arguments: &Arguments,
    stack: Stack,
    conditions: Option<&Conditions>,
    sources: &mut Sources,
) -> Result<Vec<NodeFiles>, Failure> {
    let mut nodes: Vec<NodeFiles> = Vec::new();
    // Files without a node's name belong to the directors in the order of the options.
    let mut unnamed = arguments.director.iter().map(|(name, _)| name.clone());
    for argument in arguments.paths.iter().chain(&arguments.from) {
        let (node, path) = match argument.split_once('=') {
            Some((node, path)) => (Some(node), Path::new(path)),
            None => (None, Path::new(argument)),
        };
        let gathered = inputs::gather(&[path.to_owned()], sources);
        if let Some(problem) = gathered.problems.into_iter().next() {
            return Err(problem.into());
        }
        let is_wanted =
            |input: &Input| (input.format == Format::Keepalived) == (stack == Stack::Keepalived);
        let has_others =
            gathered.groups.len() > 1 || arguments.paths.len() + arguments.from.len() > 1;
        for group in gathered.groups {
            let wanted: Vec<Input> = group.inputs.iter().copied().filter(is_wanted).collect();
            if wanted.is_empty() {
                continue;
            }
            let of_folder = || group.node().map(|(_, name)| name.to_owned());
            let given = node.map(str::to_owned).or_else(|| unnamed.next());
            let config_id = match (conditions, &given) {
                (None, _) => ConfigId::default(),
                (Some(conditions), Some(name)) => conditions.of_node(name),
                (Some(conditions), None) => conditions.of_group(&group, has_others),
            };
            let name = given.or_else(of_folder);
            let name = name.unwrap_or_else(|| format!("node{}", nodes.len() + 1)).to_lowercase();
            match nodes.iter_mut().find(|known| known.name == name) {
                Some(known) if stack == Stack::Heartbeat => known.inputs.extend(wanted),
                Some(_) => return Err(two_files(&name).into()),
                None => nodes.push(NodeFiles { name, inputs: wanted, config_id }),
            }
        }
    }
    if nodes.is_empty() {
        let problem = Problem::new("none of the files is of the program to convert from");
        let other = match stack {
            Stack::Keepalived => "heartbeat-to-inventory",
            Stack::Heartbeat | Stack::Lvsha => "keepalived-to-inventory",
        };
        let help = format!("`lvsha convert {other}` reads the files of the other one");
        return Err(problem.help(help).into());
    }
    // heartbeat's files are the same on every node and name all of them.
    if stack == Stack::Heartbeat
        && nodes.len() > 1
        && arguments.paths.iter().all(|p| !p.contains('='))
    {
        let inputs: Vec<Input> = nodes.iter().flat_map(|node| node.inputs.clone()).collect();
        let twice = |format| inputs.iter().filter(|input| input.format == format).count() > 1;
        if !twice(Format::HaCf) && !twice(Format::Haresources) {
            let first = nodes.remove(0);
            return Ok(vec![NodeFiles { inputs, ..first }]);
        }
    }
    Ok(nodes)
}

fn two_files(name: &str) -> Problem {
    Problem::new(format!("two files belong to the node `{name}`"))
        .help("say whose each is: lw1=first.conf lw2=second.conf")
}

fn write(arguments: &Arguments, result: &FromFiles, printer: &Printer) -> Result<(), Failure> {
    let united = &result.united;
    let names: Vec<&str> = united.secrets.iter().map(|(name, _)| name.as_str()).collect();
    let Some(out) = &arguments.out else {
        printer.result(&united.text)?;
        if !names.is_empty() {
            let files: Vec<String> = names.iter().map(|name| format!("secrets/{name}")).collect();
            let line = format!("it needs {}: --out FILE writes them", files.join(", "));
            arguments.report.say(printer, &line);
        }
        return Ok(());
    };
    let folder = out.parent().unwrap_or(Path::new(""));
    let name = PathBuf::from(out.file_name().unwrap_or_default());
    let mut output = OutputDirectory::new(folder);
    let mut staged = output.stage(&name, 0o644, |file| file.write_all(&text::encode(&united.text)));
    for (name, secret) in &united.secrets {
        staged = staged.and_then(|()| {
            output.stage(&Path::new("secrets").join(name), 0o600, |file| {
                file.write_all(secret.reveal().as_bytes())
            })
        });
    }
    let written = staged.and_then(|()| output.commit(arguments.force))?;
    let line = format!("{} for {}: {written}", out.display(), result.nodes.join(", "));
    arguments.report.say(printer, &line);
    Ok(())
}
