//! `lvsha convert ...-to-inventory`: files of a cluster's nodes to one inventory.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser as _};

use super::example;
use super::told::{HEARTBEAT, KEEPALIVED, Manner, ReportForm, exit_code, of_another_program};
use crate::cli::conditions::{self, Conditions};
use crate::cli::inputs::{self, Group};
use crate::cli::output_directory::OutputDirectory;
use crate::cli::printer::{Printer, Problem};
use crate::cli::{ExitCode, Failure, node_name};
use crate::model::Node;
use crate::model::read::Input;
use crate::site::{self, Director, FromFiles, NodeFiles, Secrets, Stack, from_files};
use crate::source::{Severity, Sources, report, text};
use crate::syntax::{ConfigId, Format};

/// Arguments of both directions.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files, or a directory for each node; its name is the node's unless NODE= stands in front
    /// [default: the program's own directory, /etc/ha.d or /etc/keepalived]
    #[arg(value_name = "[NODE=]PATH", value_parser = OsStringValueParser::new().map(Named::of))]
    #[arg(conflicts_with = "example")]
    paths: Vec<Named>,
    /// The same, spelled as in the other directions; repeat it for each
    #[arg(long, value_name = "[NODE=]PATH", value_parser = OsStringValueParser::new().map(Named::of))]
    #[arg(conflicts_with = "example")]
    from: Vec<Named>,
    /// Convert the example that is built into lvsha
    #[arg(long)]
    example: bool,
    /// A director, and perhaps its address; repeat it for each. One without a file follows the
    /// others
    #[arg(long, value_name = "NODE[=IP]", value_parser = node_name::node_or_address)]
    director: Vec<(String, Option<IpAddr>)>,
    /// Write the inventory to this file, and its secrets to `secrets/` beside it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    manner: Manner,
}

/// Arguments of `keepalived-to-inventory`.
#[derive(Debug, clap::Args)]
pub(super) struct KeepalivedArguments {
    #[command(flatten)]
    pub(super) common: Arguments,

    #[command(flatten)]
    pub(super) conditions: Conditions,
}

/// A file or directory, and the node that it is of where that is said.
#[derive(Clone, Debug)]
struct Named {
    node: Option<String>,
    path: PathBuf,
}

impl Named {
    /// Reads `NODE=PATH` or `PATH`. A path may be any bytes; what no host can be called is a part of it.
    fn of(text: OsString) -> Self {
        let mut parts = text.as_bytes().splitn(2, |byte| *byte == b'=');
        let (node, path) = (parts.next(), parts.next());
        let node = node.and_then(|node| str::from_utf8(node).ok()).filter(|n| Node::is_name(n));
        match (node, path) {
            (Some(node), Some(path)) => {
                let path = PathBuf::from(OsStr::from_bytes(path));
                Self { node: Some(node.to_owned()), path }
            }
            _ => Self { node: None, path: PathBuf::from(text) },
        }
    }
}

/// Files without `conditions` are heartbeat's.
pub(super) fn run(
    arguments: &Arguments,
    conditions: Option<&Conditions>,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let mut sources = Sources::new();
    let stack = if conditions.is_some() { Stack::Keepalived } else { Stack::Heartbeat };
    let nodes = match arguments.example {
        true => vec![of_example(arguments, stack, &mut sources)],
        false => load(arguments, stack, conditions, &mut sources, printer)?,
    };
    let named = arguments.director.iter().map(|(name, address)| Director::new(name, *address));
    let mut directors: Vec<Director> = named.collect();
    // keepalived.conf does not say who the others are, and the example is of two.
    if arguments.example && directors.is_empty() {
        directors.extend(example::DIRECTORS.map(|name| Director::new(name, None)));
    }
    let result = from_files(&mut sources, stack, nodes, directors);
    let told = (&result.account, &result.findings);
    if !arguments.manner.may_be_written(told, Ok(()), &sources, printer)? {
        return Ok(ExitCode::Findings);
    }
    write(arguments, &result, printer)?;
    if arguments.manner.report == ReportForm::Human {
        forewarn(arguments, &result, printer);
    }
    Ok(exit_code(&result.account))
}

/// Says what `lvsha render` refuses in the result, so that it does not have to be found out: a daemon
/// may have lived with what an inventory is not rendered with.
fn forewarn(arguments: &Arguments, result: &FromFiles, printer: &Printer) {
    let name = arguments.out.as_deref().unwrap_or(Path::new("inventory.toml"));
    let mut sources = Sources::new();
    let text = text::encode(&result.united.text);
    let file = sources.add(name.display().to_string(), &text);
    // It imports nothing, and its secrets may not be written.
    let folder = Path::new("");
    let (site, mut findings) = site::read(&mut sources, file, folder, Secrets::Leave);
    if findings.count(Severity::Error) == 0 {
        let rendered = site::render::judge(&site, Secrets::Leave, &findings, &mut sources);
        findings.extend(rendered);
    }
    let mut errors = findings.sorted();
    errors.retain(|finding| finding.severity() == Severity::Error);
    if !errors.is_empty() {
        printer.status("\n`lvsha render` refuses this inventory until it is mended:\n");
        // Without the lines themselves: a password in a wrong place is none by its key.
        for error in &errors {
            printer.account(&report::short(&sources, std::slice::from_ref(error)));
            if let Some(help) = &error.help {
                printer.account(&format!("    help: {help}\n"));
            }
        }
    }
}

/// The example, as files of the director that is named first.
fn of_example(arguments: &Arguments, stack: Stack, sources: &mut Sources) -> NodeFiles {
    let [own, _] = example::DIRECTORS;
    let name = arguments.director.first().map_or(own, |(name, _)| name).to_owned();
    let inputs = match stack {
        Stack::Heartbeat => example::heartbeat(sources),
        Stack::Keepalived | Stack::Lvsha => example::keepalived(sources),
    };
    NodeFiles { name, inputs, config_id: ConfigId::default() }
}

/// What was named, or the program's own directory, whose files are of this machine.
fn named(arguments: &Arguments, stack: Stack, printer: &Printer) -> Result<Vec<Named>, Problem> {
    let named: Vec<Named> = arguments.paths.iter().chain(&arguments.from).cloned().collect();
    if !named.is_empty() {
        return Ok(named);
    }
    let standard = if stack == Stack::Heartbeat { &HEARTBEAT } else { &KEEPALIVED };
    let path = standard.path(arguments.manner.report, printer)?;
    let host = conditions::host_name().into_iter().find(|name| Node::is_name(name));
    let node = host.filter(|_| arguments.director.is_empty());
    Ok(vec![Named { node, path }])
}

/// The files of `stack` in everything that was named, each group with the node that it was given.
fn groups(
    all: &[Named],
    stack: Stack,
    sources: &mut Sources,
) -> Result<Vec<(Option<String>, Group)>, Failure> {
    let mut found = Vec::new();
    for Named { node, path } in all {
        let paths = std::slice::from_ref(path);
        let gathered = inputs::gather(paths, sources);
        if let Some(problem) = gathered.problems.into_iter().next() {
            return Err(problem.into());
        }
        let inputs = gathered.groups.iter().flat_map(|group| &group.inputs);
        of_another_program(inputs, stack, paths, sources, other_direction(stack))?;
        for mut group in gathered.groups {
            let is_keepalived = |input: &Input| input.format == Format::Keepalived;
            group.inputs.retain(|input| is_keepalived(input) == (stack == Stack::Keepalived));
            if !group.inputs.is_empty() {
                found.push((node.clone(), group));
            }
        }
    }
    Ok(found)
}

/// What reads the files that `stack` has not.
fn other_direction(stack: Stack) -> &'static str {
    match stack {
        Stack::Keepalived => "heartbeat-to-inventory",
        Stack::Heartbeat | Stack::Lvsha => "keepalived-to-inventory",
    }
}

/// The files of each node, with the node's name.
fn load(
    arguments: &Arguments,
    stack: Stack,
    conditions: Option<&Conditions>,
    sources: &mut Sources,
    printer: &Printer,
) -> Result<Vec<NodeFiles>, Failure> {
    let all = named(arguments, stack, printer)?;
    let groups = groups(&all, stack, sources)?;
    let has_others = groups.len() > 1 || all.len() > 1;
    // A folder that is called like a director is that one's, in whatever order the options stand.
    let directors = || arguments.director.iter().map(|(name, _)| name);
    let is_director = |name: &&str| directors().any(|known| known.eq_ignore_ascii_case(name));
    let own_name = |node: &Option<String>, group: &Group| {
        let of_folder = group.node().map(|(_, name)| name).filter(is_director);
        node.clone().or_else(|| of_folder.map(str::to_owned))
    };
    let named: HashSet<String> = groups
        .iter()
        .filter_map(|(node, group)| own_name(node, group))
        .map(|name| name.to_lowercase())
        .collect();
    // The others belong to the directors that are left, in the order of the options.
    let mut unnamed = directors().filter(|name| !named.contains(&name.to_lowercase())).cloned();
    let mut nodes: Vec<NodeFiles> = Vec::new();
    for (node, group) in groups {
        let given = own_name(&node, &group).or_else(|| unnamed.next());
        let config_id = match (conditions, &given) {
            (None, _) => ConfigId::default(),
            (Some(conditions), Some(name)) => conditions.of_node(name),
            (Some(conditions), None) => conditions.of_group(&group, has_others),
        };
        let name = given.or_else(|| group.node().map(|(_, name)| name.to_owned()));
        let name = name.unwrap_or_else(|| format!("node{}", nodes.len() + 1)).to_lowercase();
        match nodes.iter_mut().find(|known| known.name == name) {
            Some(known) if stack == Stack::Heartbeat => known.inputs.extend(group.inputs),
            Some(_) => return Err(two_files(&name).into()),
            None => nodes.push(NodeFiles { name, inputs: group.inputs, config_id }),
        }
    }
    if nodes.is_empty() {
        let problem = Problem::new("none of the files is of the program to convert from");
        let other = other_direction(stack);
        let help = format!("`lvsha convert {other}` reads the files of the other one");
        return Err(problem.help(help).into());
    }
    // heartbeat's files are the same on every node and name all of them.
    if stack == Stack::Heartbeat && nodes.len() > 1 && all.iter().all(|named| named.node.is_none())
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
            arguments.manner.report.say(printer, &line);
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
    arguments.manner.write(out, &result.nodes, output, staged, printer)
}
