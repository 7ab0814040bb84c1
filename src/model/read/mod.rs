//! Tree to model: one file per format. A user's mistake is never a Rust error: readers fill what
//! they understand and report the rest.

use std::collections::BTreeSet;

use super::{Cluster, rules};
use crate::source::codes::keepalived as codes;
use crate::source::{Diagnostic, FileId, Findings, SourceFile, Sources};
use crate::syntax::schema::target::Targets;
use crate::syntax::{self, ConfigId, Format, Tree};

mod authkeys;
mod ha_cf;
mod haresources;
mod keepalived;
mod ldirectord;
mod prose;
#[cfg(test)]
pub(crate) mod test_values;

pub(crate) use keepalived::own_interface;
pub(in crate::model) use keepalived::whole_number;
pub use ldirectord::{dialogue_uses, port_of_service, service_of_port};
pub(crate) use prose::is_resource_word;

/// A loaded file and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// The file.
    pub file: FileId,
    /// Its format.
    pub format: Format,
}

/// What the files of one cluster (or of one of its nodes) say together.
#[derive(Debug)]
pub struct Reading {
    /// Their meaning.
    pub cluster: Cluster,
    /// Their trees, in the order of the inputs.
    pub trees: Vec<(Input, Tree)>,
    /// What is wrong with them.
    pub findings: Findings,
}

/// What is known besides the files.
#[derive(Clone, Debug)]
pub struct Options {
    /// The node that conditions in a keepalived.conf are judged for.
    pub config_id: ConfigId,
    /// The versions of the programs that will read the files.
    pub targets: Targets,
    /// Names of the scripts that heartbeat finds, where its directories are known.
    pub resource_scripts: Option<BTreeSet<String>>,
    /// Configurations of ldirectord that haresources names and that are known not to be there.
    pub missing_configurations: BTreeSet<String>,
}

impl Options {
    /// Debian's programs, on this node.
    pub fn on(config_id: ConfigId) -> Self {
        Self {
            config_id,
            targets: Targets::default(),
            resource_scripts: None,
            missing_configurations: BTreeSet::new(),
        }
    }
}

impl Default for Options {
    /// Debian's programs, on the first node that a file has lines for.
    fn default() -> Self {
        Self::on(ConfigId::default())
    }
}

/// Reads files that belong together, and judges them for Debian's programs.
pub fn read(sources: &mut Sources, inputs: &[Input]) -> Reading {
    read_with(sources, inputs, &Options::default())
}

/// Reads files that belong together, and judges them. The trees of a keepalived.conf are those of
/// its expanded text, which is a file of its own when anything was replaced.
pub fn read_with(sources: &mut Sources, inputs: &[Input], options: &Options) -> Reading {
    let mut cluster = Cluster::default();
    let mut findings = Findings::new();
    let mut trees = Vec::new();
    for input in inputs {
        let (input, tree) = parse(sources, *input, options, &mut findings);
        let file = sources.get(input.file);
        let (cluster, findings) = (&mut cluster, &mut findings);
        match input.format {
            Format::Authkeys => authkeys::read(file, &tree, cluster, findings),
            Format::HaCf => ha_cf::read(file, &tree, cluster, findings),
            Format::Haresources => haresources::read(file, &tree, cluster, findings),
            Format::Keepalived => {
                keepalived::read(file, &tree, &options.targets, cluster, findings);
            }
            Format::Ldirectord => ldirectord::read(file, &tree, cluster, findings),
        }
        trees.push((input, tree));
    }
    let view = rules::View { cluster: &cluster, sources, trees: &trees, options };
    rules::check(&view, &mut findings);
    findings.resolve(sources);
    for (written, (input, tree)) in inputs.iter().zip(&trees) {
        if input.format == Format::Keepalived {
            namespace(sources, written.file, tree, &mut findings);
        }
    }
    Reading { cluster, trees, findings }
}

/// Inside a network namespace that is not there, keepalived judges nothing.
fn namespace(sources: &Sources, written: FileId, tree: &Tree, findings: &mut Findings) {
    let mut top = tree.top(sources.get(tree.file()).text());
    let Some(node) = top.find(|node| node.name() == "net_namespace" && node.word(1).is_some())
    else {
        return;
    };
    findings.depend_on_machine(&sources.parts(written));
    let message =
        "`keepalived -t` judges the file inside this namespace, and not at all without it";
    findings.push(Diagnostic::new(codes::NET_NAMESPACE, sources.resolve(node.place()), message));
}

/// The tree to read, and what is odd about the characters that the user wrote.
fn parse(
    sources: &mut Sources,
    input: Input,
    options: &Options,
    findings: &mut Findings,
) -> (Input, Tree) {
    if input.format != Format::Keepalived {
        let tree = syntax::parse(sources, input.file, input.format);
        written(sources.get(input.file), &tree, input.format, findings);
        return (input, tree);
    }
    let expanded = syntax::preprocess(sources, input.file, &options.config_id, findings);
    let mut unchanged = None;
    for file in expanded.read {
        let tree = syntax::parse(sources, file, input.format);
        written(sources.get(file), &tree, input.format, findings);
        unchanged = Some(tree).filter(|_| file == expanded.text);
    }
    let input = Input { file: expanded.text, ..input };
    let tree = unchanged.unwrap_or_else(|| syntax::parse(sources, input.file, input.format));
    (input, tree)
}

/// What there is to say about a file as it was written, whatever becomes of its text.
fn written(file: &SourceFile, tree: &Tree, format: Format, findings: &mut Findings) {
    syntax::allowances(file, tree, findings);
    syntax::oddities(file, tree, format, findings);
}
