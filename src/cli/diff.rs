//! `lvsha diff`: two configurations compared by what they mean.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::conditions::{self, Conditions};
use super::inputs::{self, Gathered, Group};
use super::printer::{Printer, Problem};
use super::{ExitCode, Failure};
use crate::emit::differences;
use crate::model::normal::{self, Normal, World};
use crate::model::read::{Input, Options, read_with};
use crate::model::{Cluster, Fixed, Membership};
use crate::source::words::counted;
use crate::source::{Severity, Sources};
use crate::syntax::Format;

/// Compare two configurations by what they mean, across formats
///
/// Each side is a file, or a directory with the files of one director: an ldirectord.cf against a
/// keepalived.conf, /etc/ha.d against a keepalived.conf, the keepalived.conf of two directors.
/// Order, spelling and written defaults are no difference. Where one side has only services, only
/// services are compared.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The first configuration
    #[arg(value_name = "A")]
    left: PathBuf,

    /// The second configuration
    #[arg(value_name = "B")]
    right: PathBuf,

    #[command(flatten)]
    conditions: Conditions,

    /// How the differences are shown
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM")]
    output: Output,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Output {
    /// Grouped lines with signs and places
    Human,
    /// One object with everything
    Json,
}

/// One side, read.
struct Side {
    cluster: Cluster,
    world: World,
    /// Whether its format can say anything about routers.
    has_routers: bool,
    /// Whether its router_id is the one that keepalived takes where none is written: the host's name.
    has_own_name: bool,
    errors: usize,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut sources = Sources::new();
    let files = [&arguments.left, &arguments.right].map(|path| files(path, &mut sources));
    let [left, right] = files;
    let (left, right) = (left?, right?);
    // Directories side by side are those of two directors.
    let are_nodes = match (left.node(), right.node()) {
        (Some((site, name)), Some((other_site, other))) => site == other_site && name != other,
        _ => false,
    };
    let mut side = |group: &Group| {
        let options = Options::on(arguments.conditions.of_group(group, are_nodes));
        let node = group.node().map(|(_, name)| name);
        side(&group.inputs, node, &options, &mut sources, printer)
    };
    let (mut left, mut right) = (side(&left), side(&right));
    if left.has_own_name && right.has_own_name {
        for side in [&mut left, &mut right] {
            side.cluster.globals.router_id = None;
        }
    }
    // A file without a word for routers says nothing about them, nor about the directors.
    let is_unequal = left.has_routers != right.has_routers;
    if !(left.has_routers && right.has_routers) {
        for side in [&mut left, &mut right] {
            side.cluster.routers.clear();
            side.cluster.sync_daemon = None;
            if is_unequal {
                side.cluster.membership = Membership::default();
                side.cluster.nodes.clear();
                side.cluster.authentication = None;
                side.cluster.fixed = Fixed::default();
            }
        }
    }
    let foreign = left.world != right.world;
    let form = |side: &Side| Normal::of(&side.cluster, &sources, side.world, foreign);
    let found = normal::differences(&form(&left), &form(&right));
    printer.result(&match arguments.output {
        Output::Human => differences::human(&found, &sources, printer.colour()),
        Output::Json => differences::json(&found, &sources),
    })?;
    printer.status(&differences::summary(&found));
    for (side, path) in [(&left, &arguments.left), (&right, &arguments.right)] {
        if side.errors > 0 {
            let path = path.display();
            let errors = counted(side.errors, "error");
            printer.status(&format!(
                "`{path}` has {errors} and was compared as its author meant it; see `lvsha check`"
            ));
        }
    }
    Ok(if found.is_empty() { ExitCode::Success } else { ExitCode::Findings })
}

/// The files of one director.
fn files(path: &Path, sources: &mut Sources) -> Result<Group, Problem> {
    if inputs::is_inventory(path) {
        let path = path.display();
        let message = format!("`{path}` is an inventory, and files of one director are compared");
        return Err(Problem::new(message)
            .help(format!("`lvsha render {path} --out DIR` writes the files of each")));
    }
    let Gathered { mut groups, problems } = inputs::gather(&[path.to_owned()], sources);
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    match groups.as_slice() {
        [_] => Ok(groups.remove(0)),
        [] => {
            let message = format!("`{}` holds no configuration", path.display());
            Err(Problem::new(message).help("name a file, or a director's directory"))
        }
        several => {
            let message = format!(
                "`{}` holds {} configurations, and one is compared",
                path.display(),
                several.len()
            );
            let first = several.first().and_then(|group| group.inputs.first());
            let name = first.map_or("", |input| sources.get(input.file).name()).to_owned();
            Err(Problem::new(message).help(format!("name one of them, such as `{name}`")))
        }
    }
}

fn side(
    inputs: &[Input],
    node: Option<&str>,
    options: &Options,
    sources: &mut Sources,
    printer: &Printer,
) -> Side {
    let is_keepalived = |input: &Input| input.format == Format::Keepalived;
    let world = if inputs.iter().any(is_keepalived) { World::Keepalived } else { World::Heartbeat };
    let has_routers =
        inputs.iter().any(|input| matches!(input.format, Format::Keepalived | Format::Haresources));
    let reading = read_with(sources, inputs, options);
    conditions::tell_guess(&reading.findings, sources, printer);
    let errors = reading.findings.count(Severity::Error);
    let said = reading.cluster.globals.router_id.as_ref();
    let has_own_name = said.is_none_or(|said| Some(said.value.as_str()) == node);
    Side { cluster: reading.cluster, world, has_routers, has_own_name, errors }
}
