//! Checks across fields, files and nodes: one row per rule.

use super::Cluster;
use super::read::{Input, Options};
use crate::source::{Code, Findings, Sources};
use crate::syntax::Tree;

mod directives;
mod ha_cf;
mod haresources;
mod keepalived;
mod ldirectord;
pub mod nodes;
mod target;

/// What a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The meaning of all files.
    pub cluster: &'a Cluster,
    /// The files.
    pub sources: &'a Sources,
    /// Their trees.
    pub trees: &'a [(Input, Tree)],
    /// What is known besides.
    pub options: &'a Options,
}

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The codes that it may report.
    pub codes: &'static [Code],
    /// Looks for them.
    pub check: fn(&View<'_>, &mut Findings),
}

/// Runs every rule.
pub fn check(view: &View<'_>, findings: &mut Findings) {
    let lines = view.trees.iter().map(|(_, tree)| tree.len()).sum();
    let run = |tables: &[&[Rule]], findings: &mut Findings| {
        for rule in tables.iter().flat_map(|rules| rules.iter()) {
            (rule.check)(view, findings);
        }
    };
    findings.beside(lines, |f| run(&[directives::RULES], f), |f| run(TABLES, f));
}

/// All but those that walk over the text.
const TABLES: &[&[Rule]] =
    &[ha_cf::RULES, haresources::RULES, ldirectord::RULES, keepalived::RULES, target::RULES];
