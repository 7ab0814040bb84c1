//! `lvsha convert heartbeat-to-keepalived`.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use super::example;
use super::told::{
    HEARTBEAT, MASKED, Manner, exit_code, of_another_program, paths, shown, strangers, unfit_names,
};
use crate::cli::output_directory::OutputDirectory;
use crate::cli::printer::{Printer, Problem};
use crate::cli::{ExitCode, Failure, inputs, node_name};
use crate::emit::translate::Options;
use crate::emit::{Conversion, Target, scripts};
use crate::model::read::Input;
use crate::site::Stack;
use crate::source::{Sources, text};
use crate::syntax::Format;
use crate::syntax::schema::Version;

/// Arguments of `heartbeat-to-keepalived`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
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
    #[arg(long, value_name = "NAME", value_parser = node_name::node)]
    node: Option<String>,
    /// The keepalived that will read the result
    #[arg(long, value_name = "VERSION", default_value_t = Target::DEFAULT.version, value_parser = version)]
    keepalived_version: Version,
    /// Address of a director on the heartbeat path, for unicast_peer; repeat it for each
    #[arg(long, value_name = "NODE=IP", value_parser = node_name::node_address)]
    address: Vec<(String, IpAddr)>,
    #[command(flatten)]
    manner: Manner,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
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
    let told = (&conversion.account, &conversion.findings);
    if !arguments.manner.may_be_written(
        told,
        check(&conversion, &nodes, arguments),
        &sources,
        printer,
    )? {
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

/// The files that were asked for.
fn load(
    arguments: &Arguments,
    sources: &mut Sources,
    printer: &Printer,
) -> Result<Vec<Input>, Failure> {
    if arguments.example {
        return Ok(example::heartbeat(sources));
    }
    let (from, files) = (arguments.from.as_ref(), &arguments.files);
    let paths = paths(from, files, &HEARTBEAT, arguments.manner.report, printer)?;
    let gathered = inputs::gather(&paths, sources);
    if let Some(problem) = gathered.problems.into_iter().next() {
        return Err(problem.into());
    }
    let mut inputs: Vec<Input> =
        gathered.groups.into_iter().flat_map(|group| group.inputs).collect();
    of_another_program(&inputs, Stack::Heartbeat, &paths, sources, "keepalived-to-heartbeat")?;
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

/// What makes a conversion pointless, and what to type instead.
fn check(conversion: &Conversion, nodes: &[String], arguments: &Arguments) -> Result<(), Problem> {
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
    strangers(nodes, arguments.node.as_ref(), &arguments.address)?;
    unfit_names(nodes, "correct the `node` line in ha.cf")
}

fn write_one(
    conversion: &Conversion,
    nodes: &[String],
    arguments: &Arguments,
    printer: &Printer,
) -> Result<(), Failure> {
    let wanted = arguments.node.as_ref().map(|name| name.to_lowercase());
    let node = wanted.as_ref().or(nodes.first()).map_or("", String::as_str);
    if printer.shows_results() {
        let mut text = Vec::new();
        conversion.write(node, &mut text)?;
        let mut is_masked = false;
        let text = shown("keepalived.conf", &text, &mut is_masked, printer);
        printer.results(|out| out.write_all(&text))?;
        if is_masked {
            arguments.manner.report.say(printer, MASKED);
        }
    } else {
        printer.results(|out| conversion.write(node, out))?;
    }
    let files = scripts::files(&conversion.extras).map_err(std::io::Error::other)?;
    let beside: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    if !beside.is_empty() {
        let line =
            format!("{node} needs {} as well: --out DIR writes everything", beside.join(", "));
        arguments.manner.report.say(printer, &line);
    }
    if nodes.len() > 1 && arguments.node.is_none() {
        let line =
            format!("this is the file of {node}: --out DIR writes those of {}", nodes.join(", "));
        arguments.manner.report.say(printer, &line);
    }
    Ok(())
}

fn write_all(
    conversion: &Conversion,
    nodes: &[String],
    folder: &Path,
    arguments: &Arguments,
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
    arguments.manner.write(folder, nodes, output, staged, printer)
}

fn version(text: &str) -> Result<Version, String> {
    Version::parse(text)
        .ok_or_else(|| "a version looks like 2.2.7 (`keepalived -v` prints it)".to_owned())
}
