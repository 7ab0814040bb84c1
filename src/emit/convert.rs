//! A whole conversion: files in, one cluster and its account out.

mod to_heartbeat;

pub use to_heartbeat::{NodeInput, ToHeartbeat};

use std::io::{self, Write};

use super::translate::{self, Extras, Options};
use super::{Account, keepalived};
use crate::model::Cluster;
use crate::model::read::{Input, Reading, read};
use crate::source::codes::conversion;
use crate::source::{Findings, Place, Sources};
use crate::syntax::Format;

/// The result of a conversion.
#[derive(Debug)]
pub struct Conversion {
    /// The cluster in the target's terms.
    pub cluster: Cluster,
    /// Scripts and options beside the configuration.
    pub extras: Extras,
    /// What became of every directive.
    pub account: Account,
    /// What is wrong with the input.
    pub findings: Findings,
    options: Options,
    header: Vec<String>,
}

impl Conversion {
    /// Reads heartbeat's and ldirectord's files and turns them into a cluster of keepalived.
    pub fn heartbeat_to_keepalived(
        sources: &mut Sources,
        inputs: &[Input],
        options: Options,
    ) -> Self {
        let Reading { mut cluster, mut trees, findings } = read(sources, inputs);
        // The trees are as large as the text several times over, and the account needs only places:
        // those of words in haresources, those of lines in all other files.
        let of_lines = trees.iter_mut().filter(|(input, _)| input.format != Format::Haresources);
        of_lines.for_each(|(_, tree)| tree.join_words());
        let mut account = Account::new(sources, &trees);
        drop(trees);
        let extras = translate::heartbeat_to_keepalived(
            &mut cluster,
            sources,
            inputs,
            &options,
            &mut account,
        );
        let errors = places_of_errors(&findings);
        account.close(conversion::NOT_UNDERSTOOD, |place| touches(&errors, place));
        let names: Vec<&str> =
            inputs.iter().map(|input| sources.get(input.file).base_name()).collect();
        let header = vec![
            format!("Written by lvsha {} from {}.", env!("CARGO_PKG_VERSION"), names.join(", ")),
            format!("For keepalived {} and later.", options.target.version),
        ];
        Self { cluster, extras, account, findings, options, header }
    }

    /// Names of the directors, in the order of the file.
    pub fn nodes(&self) -> impl Iterator<Item = &str> {
        self.cluster.nodes.iter().map(|node| node.name.value.as_str())
    }

    /// Writes the keepalived.conf of `node`.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write(&self, node: &str, out: &mut dyn Write) -> io::Result<()> {
        let target = self.options.target;
        let manner = keepalived::Manner::Complete;
        let view = keepalived::View { cluster: &self.cluster, node, target, manner };
        keepalived::write(&view, &self.header, out)
    }
}

/// Places of all errors, sorted for [`touches`].
fn places_of_errors(findings: &Findings) -> Vec<Place> {
    let mut places: Vec<Place> = findings.places_of_errors().collect();
    places.sort_unstable();
    places
}

/// Whether an error begins inside `unit`.
fn touches(errors: &[Place], unit: Place) -> bool {
    let first = errors
        .partition_point(|error| (error.file, error.span.start) < (unit.file, unit.span.start));
    errors
        .get(first)
        .is_some_and(|error| error.file == unit.file && error.span.start <= unit.span.end)
}
