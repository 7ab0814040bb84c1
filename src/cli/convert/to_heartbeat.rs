//! `lvsha convert keepalived-to-heartbeat`.

use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use super::example;
use super::told::{
    KEEPALIVED, MASKED, Manner, exit_code, of_another_program, paths, shown, strangers, unfit_names,
};
use crate::cli::conditions::Conditions;
use crate::cli::inputs::Group;
use crate::cli::output_directory::OutputDirectory;
use crate::cli::printer::{Printer, Problem};
use crate::cli::{ExitCode, Failure, inputs, node_name};
use crate::emit::scripts::File;
use crate::emit::translate::to_heartbeat::{Options, Unknown};
use crate::emit::{NodeInput, ToHeartbeat};
use crate::model::Node;
use crate::model::read::Input;
use crate::site::Stack;
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
    /// The director that a single file is of [default: its router_id, or its directory's name]; of
    /// several, the one whose files go to stdout
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
    #[command(flatten)]
    manner: Manner,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut sources = Sources::new();
    let (mut nodes, likely) = load(arguments, &mut sources, printer)?;
    let mut peers = arguments.peer.clone();
    if arguments.example && peers.is_empty() {
        let [_, other] = example::DIRECTORS;
        peers.push((other.to_owned(), None));
    }
    let options =
        Options { peers, addresses: arguments.address.iter().cloned().collect::<HashMap<_, _>>() };
    let conversion = converted(&mut sources, &mut nodes, likely, &options, arguments, printer);
    let conversion = conversion.map_err(ask)?;
    let names: Vec<String> = conversion.nodes().map(str::to_owned).collect();
    let told = (&conversion.account, &conversion.findings);
    if !arguments.manner.may_be_written(
        told,
        check(&conversion, &names, arguments),
        &sources,
        printer,
    )? {
        return Ok(ExitCode::Findings);
    }
    match &arguments.out {
        Some(folder) => write_all(&conversion, &names, folder, arguments, printer)?,
        None => write_one(&conversion, &names, arguments, printer)?,
    }
    Ok(exit_code(&conversion.account))
}

/// The directors' files, and what the first is likely called. The name of a directory is a director's
/// where there are several.
fn load(
    arguments: &Arguments,
    sources: &mut Sources,
    printer: &Printer,
) -> Result<(Vec<NodeInput>, Option<String>), Failure> {
    if arguments.example {
        let (name, config_id) = (arguments.node.clone(), ConfigId::default());
        let inputs = example::keepalived(sources);
        return Ok((vec![NodeInput { name, inputs, config_id }], None));
    }
    let (from, files) = (arguments.from.as_ref(), &arguments.files);
    let paths = paths(from, files, &KEEPALIVED, arguments.manner.report, printer)?;
    let gathered = inputs::gather(&paths, sources);
    if let Some(problem) = gathered.problems.into_iter().next() {
        return Err(problem.into());
    }
    let mut groups = gathered.groups;
    let inputs = groups.iter().flat_map(|group| &group.inputs);
    of_another_program(inputs, Stack::Keepalived, &paths, sources, "heartbeat-to-keepalived")?;
    // A directory may hold heartbeat's files too; they are no input of this direction.
    groups.retain(|group| group.inputs.iter().all(|input| input.format == Format::Keepalived));
    let has_others = groups.len() > 1;
    let likely = groups.first().and_then(|only| likely_name(only, sources));
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
    Ok((nodes, likely))
}

/// The director that the directory of a file is called after. One of several files in a directory, or
/// right below the root (`/tmp`, `/srv`), stands where nobody thought of a director.
fn likely_name(group: &Group, sources: &Sources) -> Option<String> {
    let (site, name) = group.node()?;
    let is_usual =
        |input: &Input| sources.get(input.file).base_name() == Format::Keepalived.file_name();
    let is_sure =
        group.inputs.iter().all(is_usual) && site != Path::new("/") && Node::is_name(name);
    is_sure.then(|| name.to_lowercase())
}

/// The conversion. A single file is of the director that it or an option names, or else of the one that
/// its directory is called after.
fn converted(
    sources: &mut Sources,
    nodes: &mut [NodeInput],
    likely: Option<String>,
    options: &Options,
    arguments: &Arguments,
    printer: &Printer,
) -> Result<ToHeartbeat, Unknown> {
    let first = ToHeartbeat::new(sources, nodes, options);
    // Services alone are translated without a name, but their file belongs to a director, too.
    let is_nameless = match &first {
        Err(Unknown::OwnName) => true,
        Err(_) => false,
        Ok(found) => found.translation.nodes.iter().any(|node| node.name.is_empty()),
    };
    let (true, [only], Some(name)) = (is_nameless, &mut *nodes, likely) else {
        return first;
    };
    let line = format!("the file is of {name}, after its directory; `--node NAME` says another");
    arguments.manner.report.say(printer, &line);
    only.config_id = arguments.conditions.of_node(&name);
    only.name = Some(name);
    ToHeartbeat::new(sources, nodes, options)
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

/// Everything of one director, one file after the other. A key that has to be made is none of them: it
/// would be another one for each director.
fn write_one(
    conversion: &ToHeartbeat,
    names: &[String],
    arguments: &Arguments,
    printer: &Printer,
) -> Result<(), Failure> {
    let wanted = arguments.node.as_ref().map(|name| name.to_lowercase());
    let node = wanted.as_ref().or(names.first()).map_or("", String::as_str);
    let files = conversion.files(node, "").map_err(io::Error::other)?;
    let mut text: Vec<u8> = Vec::new();
    let mut is_masked = false;
    for file in &files {
        // Writing to memory cannot fail.
        let _ = writeln!(text, "==> {} <==", file.name);
        if conversion.needs_key() && file.mode & 0o077 == 0 {
            let _ = writeln!(text, "{NEW_KEY}");
        } else {
            text.extend(shown(&file.name, &encode(&file.text), &mut is_masked, printer));
        }
        text.push(b'\n');
    }
    printer.results(|out| out.write_all(&text))?;
    if is_masked {
        arguments.manner.report.say(printer, MASKED);
    }
    arguments
        .manner
        .report
        .say(printer, "--out DIR writes the files of every director, with a key");
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
    arguments.manner.write(folder, names, output, staged, printer)
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

const NEW_KEY: &str = "(a new key: --out DIR makes one for all directors)";
