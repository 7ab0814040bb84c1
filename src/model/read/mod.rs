//! Tree to model: one file per format. A user's mistake is never a Rust error: readers fill what
//! they understand and report the rest.

use std::collections::BTreeSet;

use super::{Cluster, rules};
use crate::source::{FileId, Findings, Sources};
use crate::syntax::schema::target::Targets;
use crate::syntax::{self, Format, Tree};

mod authkeys;
mod ha_cf;
mod haresources;
mod keepalived;
mod ldirectord;
mod prose;

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
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The versions of the programs that will read the files.
    pub targets: Targets,
    /// Names of the scripts that heartbeat finds, where its directories are known.
    pub resource_scripts: Option<BTreeSet<String>>,
}

/// Reads files that belong together, and judges them for Debian's programs.
pub fn read(sources: &mut Sources, inputs: &[Input]) -> Reading {
    read_with(sources, inputs, &Options::default())
}

/// Reads files that belong together, and judges them.
pub fn read_with(sources: &mut Sources, inputs: &[Input], options: &Options) -> Reading {
    let mut cluster = Cluster::default();
    let mut findings = Findings::new();
    let mut trees = Vec::new();
    for input in inputs {
        let tree = syntax::parse(sources, input.file, input.format);
        let file = sources.get(input.file);
        syntax::allowances(file, &tree, &mut findings);
        syntax::oddities(file, &tree, input.format, &mut findings);
        let reader = match input.format {
            Format::Authkeys => authkeys::read,
            Format::HaCf => ha_cf::read,
            Format::Haresources => haresources::read,
            Format::Keepalived => keepalived::read,
            Format::Ldirectord => ldirectord::read,
        };
        reader(file, &tree, &mut cluster, &mut findings);
        trees.push((*input, tree));
    }
    let view = rules::View { cluster: &cluster, sources, trees: &trees, options };
    rules::check(&view, &mut findings);
    Reading { cluster, trees, findings }
}
