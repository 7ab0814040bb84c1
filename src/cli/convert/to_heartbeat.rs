//! `lvsha convert keepalived-to-heartbeat`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Read as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use super::told::{ReportForm, Told, exit_code, paths, strangers, unfit_names};
use crate::cli::conditions::Conditions;
use crate::cli::output_directory::OutputDirectory;
use crate::cli::printer::{Printer, Problem};
use crate::cli::{ExitCode, Failure, inputs, node_name};
use crate::emit::scripts::File;
use crate::emit::translate::to_heartbeat::{Options, Unknown};
use crate::emit::{NodeInput, ToHeartbeat};
use crate::model::read::Input;
use crate::source::Sources;
use crate::source::text::encode;
use crate::source::words::hex;
use crate::syntax::{ConfigId, Format};

/// Arguments of `keepalived-to-heartbeat`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// keepalived.conf of one director, or of several in directories named after them
    #[arg(value_name = "FILE", conflicts_with_all = ["from", "example"])]
    files: Vec<PathBuf>,
    /// Directory with the file, or with one directory per director [default: /etc/keepalived]
    #[arg(long, value_name = "DIR", conflicts_with = "example")]
    from: Option<PathBuf>,
    /// Convert the example director that is built into lvsha
    #[arg(long)]
    example: bool,
    /// Write DIR/NODE/ha.d for every director
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The director that a single file is of; of several, the one whose files go to stdout
    #[arg(long, value_name = "NAME", value_parser = node_name::node)]
    node: Option<String>,
    /// A director that no file is of, as `uname -n` names it; with its address where adverts are
    /// unicast
    #[arg(long, value_name = "NAME[=IP]", value_parser = node_name::node_or_address)]
    peer: Vec<(String, Option<IpAddr>)>,
    /// Address of a director on the path between them, where its file does not tell
    #[arg(long, value_name = "NODE=IP", value_parser = node_name::node_address)]
    address: Vec<(String, IpAddr)>,
    #[command(flatten)]
    conditions: Conditions,
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

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut sources = Sources::new();
    let nodes = load(arguments, &mut sources, printer)?;
    let mut peers = arguments.peer.clone();
    if arguments.example && peers.is_empty() {
        peers.push(("lw2".to_owned(), None));
    }
    let options =
        Options { peers, addresses: arguments.address.iter().cloned().collect::<HashMap<_, _>>() };
    let conversion = ToHeartbeat::new(&mut sources, &nodes, &options).map_err(ask)?;
    let names: Vec<String> = conversion.nodes().map(str::to_owned).collect();
    let told = Told {
        account: &conversion.account,
        findings: &conversion.findings,
        form: arguments.report,
        is_strict: arguments.strict,
    };
    if !told.may_be_written(check(&conversion, &names, arguments), &sources, printer)? {
        return Ok(ExitCode::Findings);
    }
    match &arguments.out {
        Some(folder) => write_all(&conversion, &names, folder, arguments, printer)?,
        None => write_one(&conversion, &names, arguments, printer)?,
    }
    Ok(exit_code(&conversion.account))
}

/// The directors' files. The name of a directory is a director's where there are several.
fn load(
    arguments: &Arguments,
    sources: &mut Sources,
    printer: &Printer,
) -> Result<Vec<NodeInput>, Failure> {
    if arguments.example {
        let file = sources.add("example/keepalived.conf", EXAMPLE.as_bytes());
        let inputs = vec![Input { file, format: Format::Keepalived }];
        let (name, config_id) = (arguments.node.clone(), ConfigId::default());
        return Ok(vec![NodeInput { name, inputs, config_id }]);
    }
    let help = "name the file, or its directory with `--from DIR`; `--example` shows a conversion";
    let paths = paths(arguments.from.as_ref(), &arguments.files, STANDARD, help)?;
    if arguments.from.is_none() && arguments.files.is_empty() {
        arguments.report.say(printer, &format!("reading {STANDARD}"));
    }
    let gathered = inputs::gather(&paths, sources);
    if let Some(problem) = gathered.problems.into_iter().next() {
        return Err(problem.into());
    }
    // A directory may hold heartbeat's files too; they are no input of this direction.
    let mut groups = gathered.groups;
    groups.retain(|group| group.inputs.iter().all(|input| input.format == Format::Keepalived));
    let has_others = groups.len() > 1;
    let mut nodes: Vec<NodeInput> = groups
        .into_iter()
        .map(|group| NodeInput {
            name: group.node().map(|(_, name)| name.to_owned()),
            config_id: arguments.conditions.of_group(&group, has_others),
            inputs: group.inputs,
        })
        .collect();
    if nodes.is_empty() {
        let problem = Problem::new("no keepalived.conf was named");
        return Err(problem.help("name the file, or its directory with `--from DIR`").into());
    }
    if let [only] = nodes.as_mut_slice() {
        only.name.clone_from(&arguments.node);
        if let Some(name) = &arguments.node {
            only.config_id = arguments.conditions.of_node(name);
        }
    }
    Ok(nodes)
}

/// What is missing, as a question with the option that answers it.
fn ask(unknown: Unknown) -> Problem {
    let help = match &unknown {
        Unknown::Address(name) => format!("give it with `--address {name}=IP`"),
        Unknown::Interface => {
            "write `interface` into the instances; `lvsha check` shows why one was not read"
                .to_owned()
        }
        Unknown::NameTwice(_) => {
            "every director has a name of its own, in its directory's name or in `--peer`"
                .to_owned()
        }
        Unknown::OwnName => "name it with `--node NAME`, as `uname -n` prints it there".to_owned(),
        Unknown::Peer(_) => {
            "name it with `--peer NAME`, or give the files of all directors, each in a directory \
             of its name"
                .to_owned()
        }
    };
    Problem::new(unknown.to_string()).help(help)
}

/// What makes a conversion pointless, and what to type instead.
fn check(conversion: &ToHeartbeat, names: &[String], arguments: &Arguments) -> Result<(), Problem> {
    let translation = &conversion.translation;
    let services = translation.nodes.iter().any(|node| !node.services.is_empty());
    if translation.shared.routers.is_empty() && !services {
        let message = "neither a vrrp_instance nor a virtual_server was read";
        return Err(Problem::new(message).help("`lvsha check` shows what is wrong with the file"));
    }
    strangers(names, arguments.node.as_ref(), &arguments.address)?;
    unfit_names(names, "name the director with `--node NAME`")
}

/// Everything of one director, one file after the other. The key stays inside: it is a secret.
fn write_one(
    conversion: &ToHeartbeat,
    names: &[String],
    arguments: &Arguments,
    printer: &Printer,
) -> Result<(), Failure> {
    let wanted = arguments.node.as_ref().map(|name| name.to_lowercase());
    let node = wanted.as_ref().or(names.first()).map_or("", String::as_str);
    let files = conversion.files(node, "").map_err(io::Error::other)?;
    let mut text = String::new();
    for file in &files {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "==> {} <==", file.name);
        let shown = if file.mode & 0o077 == 0 { HIDDEN } else { &file.text };
        let _ = writeln!(text, "{shown}");
    }
    printer.results(|out| out.write_all(&encode(&text)))?;
    arguments.report.say(printer, "--out DIR writes the files of every director, with a key");
    Ok(())
}

fn write_all(
    conversion: &ToHeartbeat,
    names: &[String],
    folder: &Path,
    arguments: &Arguments,
    printer: &Printer,
) -> Result<(), Failure> {
    // The first run makes the key, later ones keep it: the directors must agree all the time.
    let old = names.iter().find_map(|name| old_key(&folder.join(name).join("ha.d/authkeys")));
    let key = match old {
        Some(key) => key,
        None if conversion.needs_key() => new_key()?,
        None => String::new(),
    };
    let mut output = OutputDirectory::new(folder);
    let mut stage = |name: &str, file: &File| {
        let path = Path::new(name).join(&file.name);
        output.stage(&path, file.mode, |out| out.write_all(&encode(&file.text)))
    };
    let mut staged = Ok(());
    for name in names {
        for file in conversion.files(name, &key).map_err(io::Error::other)? {
            staged = staged.and_then(|()| stage(name, &file));
        }
    }
    let written = staged.and_then(|()| output.commit(arguments.force));
    let line = format!("{} for {}: {}", folder.display(), names.join(", "), written?);
    arguments.report.say(printer, &line);
    Ok(())
}

/// The key of an earlier run: the third word of `1 sha1 KEY`.
fn old_key(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("1 sha1 "))?;
    Some(line.trim().to_owned()).filter(|key| !key.is_empty())
}

/// 160 random bits, as many as SHA-1 has, from the kernel.
fn new_key() -> Result<String, Failure> {
    let mut bytes = [0_u8; 20];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex(&bytes))
}

const STANDARD: &str = "/etc/keepalived";
const HIDDEN: &str = "(holds a key; --out DIR writes it)\n";

/// The director of `--example`, so that the first command works on any machine.
const EXAMPLE: &str = include_str!("../example/keepalived.conf");
