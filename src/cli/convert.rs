//! `lvsha convert`: read, translate, write, account.

mod to_heartbeat;

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::output_directory::{OutputDirectory, OutputError, Written};
use super::printer::{Printer, Problem};
use super::{ExitCode, Failure, inputs, node_name, to_inventory};
use crate::emit::translate::Options;
use crate::emit::{Account, Conversion, Mark, Target, report, scripts};
use crate::model::Node;
use crate::model::read::Input;
use crate::source::codes::conversion::{CONFIGURATION_NOT_READ, NOT_UNDERSTOOD};
use crate::source::words::counted;
use crate::source::{self, Diagnostic, Findings, Place, Severity, Sources, text};
use crate::syntax::Format;
use crate::syntax::schema::Version;

/// Convert between formats, with an account of every directive
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// From what to what
    #[command(subcommand)]
    direction: Direction,
}

/// From what to what.
#[derive(Debug, Subcommand)]
enum Direction {
    /// heartbeat and ldirectord to one keepalived.conf per director
    ///
    /// The result goes to stdout (one node) or to a directory (all nodes, with --out); the account
    /// of every directive goes to stderr.
    HeartbeatToKeepalived(HeartbeatToKeepalived),
    /// keepalived to heartbeat and ldirectord: the whole /etc/ha.d of each director
    ///
    /// Name one keepalived.conf, or a directory with one directory per director. heartbeat names
    /// every director, so those that no file is of are named with --peer. The account of every
    /// directive goes to stderr.
    KeepalivedToHeartbeat(to_heartbeat::Arguments),
    /// heartbeat and ldirectord to an inventory: the whole cluster in one TOML file
    HeartbeatToInventory(to_inventory::Arguments),
    /// keepalived.conf of one or more directors to an inventory
    ///
    /// What the files say alike is said once; what differs becomes a setting of the node.
    KeepalivedToInventory(to_inventory::KeepalivedArguments),
}

/// Arguments of `heartbeat-to-keepalived`.
#[derive(Args, Debug)]
struct HeartbeatToKeepalived {
    /// ha.cf, haresources, authkeys and ldirectord's configurations of one cluster
    #[arg(value_name = "FILE", conflicts_with_all = ["from", "example"])]
    files: Vec<PathBuf>,
    /// Directory with the files [default: /etc/ha.d]
    #[arg(long, value_name = "DIR", conflicts_with = "example")]
    from: Option<PathBuf>,
    /// Convert the example cluster that is built into lvsha
    #[arg(long)]
    example: bool,
    /// Write DIR/NODE/keepalived.conf, and what it needs beside it, for every node
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The only node to write for [default: the first in ha.cf, and with --out all of them]; without
    /// ha.cf its name
    #[arg(long, value_name = "NAME")]
    node: Option<String>,
    /// The keepalived that will read the result
    #[arg(long, value_name = "VERSION", default_value_t = Target::DEFAULT.version, value_parser = version)]
    keepalived_version: Version,
    /// Address of a director on the heartbeat path, for unicast_peer; repeat it for each
    #[arg(long, value_name = "NODE=IP", value_parser = node_name::node_address)]
    address: Vec<(String, IpAddr)>,
    /// Write nothing when anything is lost or not understood
    #[arg(long)]
    strict: bool,
    /// Overwrite files in --out that have other content
    #[arg(long, requires = "out")]
    force: bool,
    /// Form of the account on stderr
    #[arg(long, value_name = "FORM", default_value = "human")]
    report: ReportForm,
}

/// Form of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportForm {
    /// For people
    Human,
    /// One JSON object
    Json,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let arguments = match &arguments.direction {
        Direction::HeartbeatToKeepalived(arguments) => arguments,
        Direction::HeartbeatToInventory(arguments) => {
            return to_inventory::run(arguments, None, printer);
        }
        Direction::KeepalivedToInventory(arguments) => {
            let to_inventory::KeepalivedArguments { common, conditions } = arguments;
            return to_inventory::run(common, Some(conditions), printer);
        }
        Direction::KeepalivedToHeartbeat(arguments) => {
            return to_heartbeat::run(arguments, printer);
        }
    };
    let mut sources = Sources::new();
    let inputs = load(arguments, &mut sources, printer)?;
    let options = Options {
        target: Target { version: arguments.keepalived_version },
        addresses: arguments.address.iter().cloned().collect::<HashMap<_, _>>(),
    };
    let conversion = Conversion::heartbeat_to_keepalived(&mut sources, &inputs, options);
    let mut nodes: Vec<String> = conversion.nodes().map(str::to_owned).collect();
    // Services are the same on every director; only routers need to know all of them.
    if nodes.is_empty() && conversion.cluster.routers.is_empty() {
        nodes.extend(arguments.node.iter().map(|name| name.to_lowercase()));
    }
    let told = Told {
        account: &conversion.account,
        findings: &conversion.findings,
        form: arguments.report,
        is_strict: arguments.strict,
    };
    if !told.may_be_written(check(&conversion, &nodes, arguments), &sources, printer)? {
        return Ok(ExitCode::Findings);
    }
    match &arguments.out {
        Some(folder) => {
            let is_wanted = |name: &String| {
                arguments.node.as_ref().is_none_or(|node| node.eq_ignore_ascii_case(name))
            };
            nodes.retain(is_wanted);
            write_all(&conversion, &nodes, folder, arguments, printer)?;
        }
        None => write_one(&conversion, &nodes, arguments, printer)?,
    }
    Ok(exit_code(&conversion.account))
}

/// What is said of a conversion before anything is written.
struct Told<'a> {
    account: &'a Account,
    findings: &'a Findings,
    form: ReportForm,
    is_strict: bool,
}

impl Told<'_> {
    /// Says it, and whether the result may be written. What makes the conversion pointless comes behind the mistakes
    /// that may be its cause.
    fn may_be_written(
        &self,
        possible: Result<(), Problem>,
        sources: &Sources,
        printer: &Printer,
    ) -> Result<bool, Failure> {
        if self.form == ReportForm::Human || possible.is_err() {
            print_errors(self.account, self.findings, sources, printer);
        }
        possible?;
        match self.form {
            ReportForm::Human => printer.account(&report::human(self.account, sources)),
            ReportForm::Json => {
                let mut text = Vec::new();
                report::json(self.account, sources, &mut text)?;
                // Also with `--quiet`: who asks for it in a form for programs wants it.
                printer.problems(&String::from_utf8_lossy(&text));
            }
        }
        if self.is_strict && !self.is_flawless() {
            say(self.form, printer, STRICT);
            return Ok(false);
        }
        Ok(true)
    }

    /// What `--strict` asks for: nothing lost, no error.
    fn is_flawless(&self) -> bool {
        self.account.count(Mark::Lossy) + self.account.count(Mark::Impossible) == 0
            && self.findings.count(Severity::Error) == 0
    }
}

fn exit_code(account: &Account) -> ExitCode {
    let missing = [Some(NOT_UNDERSTOOD), Some(CONFIGURATION_NOT_READ)];
    let any = account.entries().any(|(_, outcome)| missing.contains(&outcome.code));
    if any { ExitCode::Findings } else { ExitCode::Success }
}

/// The files that were asked for.
fn load(
    arguments: &HeartbeatToKeepalived,
    sources: &mut Sources,
    printer: &Printer,
) -> Result<Vec<Input>, Failure> {
    if arguments.example {
        let add = |(format, text): &(Format, &str)| {
            let name = format!("example/{}", format.file_name());
            Input { file: sources.add(name, text.as_bytes()), format: *format }
        };
        return Ok(EXAMPLE.iter().map(add).collect());
    }
    let help =
        "name the files, or their directory with `--from DIR`; `--example` shows a conversion";
    let paths = paths(arguments.from.as_ref(), &arguments.files, STANDARD, help)?;
    if arguments.from.is_none() && arguments.files.is_empty() {
        say(arguments.report, printer, &format!("reading {STANDARD}"));
    }
    let gathered = inputs::gather(&paths, sources);
    if let Some(problem) = gathered.problems.into_iter().next() {
        return Err(problem.into());
    }
    let mut inputs: Vec<Input> =
        gathered.groups.into_iter().flat_map(|group| group.inputs).collect();
    let is_named = |input: &&Input| {
        let path = sources.get(input.file).path();
        input.format == Format::Keepalived
            && path.is_some_and(|path| paths.iter().any(|p| p == path))
    };
    if let Some(input) = inputs.iter().find(is_named) {
        let message = format!("`{}` is of keepalived already", sources.get(input.file).name());
        let help = "`lvsha convert keepalived-to-heartbeat` is the way back";
        return Err(Problem::new(message).help(help).into());
    }
    // A directory may hold the new keepalived.conf already; it is no input of this direction.
    inputs.retain(|input| input.format != Format::Keepalived);
    for format in [Format::HaCf, Format::Haresources, Format::Authkeys] {
        let mut same = inputs.iter().filter(|input| input.format == format);
        if let (Some(first), Some(second)) = (same.next(), same.next()) {
            let name = |input: &Input| sources.get(input.file).name().to_owned();
            let message = format!(
                "`{}` and `{}` are of two nodes or two clusters",
                name(first),
                name(second)
            );
            let help = "heartbeat's files are the same on every node: name those of one";
            return Err(Problem::new(message).help(help).into());
        }
    }
    Ok(inputs)
}

/// What was named, or the place where the program's own files are.
fn paths(
    from: Option<&PathBuf>,
    files: &[PathBuf],
    standard: &str,
    help: &'static str,
) -> Result<Vec<PathBuf>, Problem> {
    match (from, files) {
        (Some(folder), _) => Ok(vec![folder.clone()]),
        (None, []) if Path::new(standard).is_dir() => Ok(vec![PathBuf::from(standard)]),
        (None, []) => {
            let problem = Problem::new(format!("there is no {standard} on this machine"));
            Err(problem.help(help))
        }
        (None, files) => Ok(files.to_vec()),
    }
}

/// What makes a conversion pointless, and what to type instead.
fn check(
    conversion: &Conversion,
    nodes: &[String],
    arguments: &HeartbeatToKeepalived,
) -> Result<(), Problem> {
    if nodes.is_empty() {
        let message = "no `node` line was read, so there is nobody to write a file for";
        return Err(Problem::new(message).help(match conversion.cluster.routers.is_empty() {
            true => "name ha.cf, too; for services alone the director is enough: `--node lw1`",
            false => "name ha.cf, too",
        }));
    }
    if conversion.cluster.routers.is_empty() && conversion.cluster.services.is_empty() {
        let message = "neither an address that moves nor a virtual service was read";
        return Err(Problem::new(message).help("name haresources or ldirectord.cf, too"));
    }
    let known = |name: &str| nodes.iter().any(|node| node == &name.to_lowercase());
    let named = arguments.node.iter().chain(arguments.address.iter().map(|(name, _)| name));
    if let Some(stranger) = named.into_iter().find(|name| !known(name)) {
        let message = format!("`{stranger}` is not a node of this cluster");
        return Err(Problem::new(message).help(format!("its nodes are {}", nodes.join(", "))));
    }
    match nodes.iter().find(|name| !Node::is_name(name)) {
        Some(name) => {
            let message = format!("the node name `{name}` cannot name a directory");
            Err(Problem::new(message).help("correct the `node` line in ha.cf"))
        }
        None => Ok(()),
    }
}

/// Frames of what was not understood; one line about the rest.
fn print_errors(account: &Account, findings: &Findings, sources: &Sources, printer: &Printer) {
    let entries = account.entries();
    let lost: Vec<Place> = entries
        .filter(|(_, outcome)| outcome.code == Some(NOT_UNDERSTOOD))
        .map(|(at, _)| at)
        .collect();
    let about_lost = |diagnostic: &&Diagnostic| {
        let inside = |unit: &Place, at: Place| {
            unit.file == at.file
                && unit.span.start <= at.span.start
                && at.span.start <= unit.span.end
        };
        diagnostic.severity() == Severity::Error
            && diagnostic.at.is_some_and(|at| lost.iter().any(|unit| inside(unit, at)))
    };
    let frames: Vec<Diagnostic> = findings.iter().filter(about_lost).cloned().collect();
    if !frames.is_empty() {
        printer.account(&source::report::human(sources, &frames, printer.colour_of_notes()));
    }
    let others = findings.iter().count() - frames.len();
    if others > 0 {
        // The example is nowhere on the disk.
        let is_on_disk = sources.iter().any(|file| file.path().is_some());
        let advice = if is_on_disk { "; `lvsha check` shows them" } else { "" };
        let others = counted(others, "other finding");
        printer.status(&format!("{others} about the input{advice}\n"));
    }
}

fn write_one(
    conversion: &Conversion,
    nodes: &[String],
    arguments: &HeartbeatToKeepalived,
    printer: &Printer,
) -> Result<(), Failure> {
    let wanted = arguments.node.as_ref().map(|name| name.to_lowercase());
    let node = wanted.as_ref().or(nodes.first()).map_or("", String::as_str);
    printer.results(|out| conversion.write(node, out))?;
    let files = scripts::files(&conversion.extras).map_err(std::io::Error::other)?;
    let beside: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    if !beside.is_empty() {
        let line =
            format!("{node} needs {} as well: --out DIR writes everything", beside.join(", "));
        say(arguments.report, printer, &line);
    }
    if nodes.len() > 1 && arguments.node.is_none() {
        let line =
            format!("this is the file of {node}: --out DIR writes those of {}", nodes.join(", "));
        say(arguments.report, printer, &line);
    }
    Ok(())
}

fn write_all(
    conversion: &Conversion,
    nodes: &[String],
    folder: &Path,
    arguments: &HeartbeatToKeepalived,
    printer: &Printer,
) -> Result<(), Failure> {
    let files = scripts::files(&conversion.extras).map_err(std::io::Error::other)?;
    let mut output = OutputDirectory::new(folder);
    let staged = nodes.iter().try_for_each(|node| {
        let below = Path::new(node);
        // Derived keys stand in it, so only its owner may read it.
        output.stage(&below.join("keepalived.conf"), 0o600, |out| conversion.write(node, out))?;
        files.iter().try_for_each(|file| {
            output.stage(&below.join(&file.name), file.mode, |out| {
                out.write_all(&text::encode(&file.text))
            })
        })
    });
    let written = staged.and_then(|()| output.commit(arguments.force));
    tell_written(written, folder, nodes, arguments.report, printer)
}

/// Says where everything is, or why it is not.
fn tell_written(
    written: Result<Written, OutputError>,
    folder: &Path,
    nodes: &[String],
    form: ReportForm,
    printer: &Printer,
) -> Result<(), Failure> {
    let written = written?;
    say(form, printer, &format!("{} for {}: {written}", folder.display(), nodes.join(", ")));
    Ok(())
}

/// A line about the work; standard error holds nothing but the account when it is JSON.
fn say(form: ReportForm, printer: &Printer, line: &str) {
    if form == ReportForm::Human {
        printer.status(line);
    }
}

fn version(text: &str) -> Result<Version, String> {
    Version::parse(text)
        .ok_or_else(|| "a version looks like 2.2.7 (`keepalived -v` prints it)".to_owned())
}

const STANDARD: &str = "/etc/ha.d";
const STRICT: &str = "nothing was written: --strict allows no loss and no error";

/// The cluster of `--example`, so that the first command works on any machine.
const EXAMPLE: &[(Format, &str)] = &[
    (Format::HaCf, include_str!("example/ha.cf")),
    (Format::Haresources, include_str!("example/haresources")),
    (Format::Authkeys, include_str!("example/authkeys")),
    (Format::Ldirectord, include_str!("example/ldirectord.cf")),
];
