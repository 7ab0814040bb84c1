//! The node that the conditions (`@NAME`) in a keepalived.conf are judged for.

use super::inputs::Group;
use super::printer::Printer;
use crate::source::codes::preprocessor::CONFIG_ID_GUESSED;
use crate::source::{Findings, Sources, report};
use crate::syntax::ConfigId;

/// Arguments of commands that read the keepalived.conf of directors.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Conditions {
    /// Node that conditions (`@NAME`) in a keepalived.conf are judged for, as `keepalived -i`; by
    /// default the director that the file is of, by its directory's or its own name
    #[arg(long, value_name = "NAME")]
    config_id: Option<String>,
}

impl Conditions {
    /// For the files of a director whose name is known.
    pub(super) fn of_node(&self, name: &str) -> ConfigId {
        match &self.config_id {
            Some(id) => ConfigId::Exactly(id.clone()),
            None => ConfigId::Node(name.to_owned()),
        }
    }

    /// The words that say the same to another command.
    pub(super) fn as_typed(&self) -> impl Iterator<Item = String> {
        self.config_id.iter().flat_map(|id| ["--config-id".to_owned(), id.clone()])
    }

    /// For the files of one directory. Beside other directories it has the name of its director; one
    /// alone may have any name.
    pub(super) fn of_group(&self, group: &Group, has_others: bool) -> ConfigId {
        let name = group.node().map(|(_, name)| name.to_owned());
        match (&self.config_id, name) {
            (Some(id), _) => ConfigId::Exactly(id.clone()),
            (None, Some(name)) if has_others => ConfigId::Node(name),
            (None, name) => ConfigId::Guess(name.into_iter().chain(host_name()).collect()),
        }
    }
}

/// This host's name up to its first dot, which keepalived takes when it is given no id.
pub(super) fn host_name() -> Vec<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().split('.').next().map(ToOwned::to_owned).into_iter().collect()
}

/// Says which node was taken where nothing told: the lines of the others are not in the result.
pub(super) fn tell_guess(findings: &Findings, sources: &Sources, printer: &Printer) {
    let guesses = findings.iter().filter(|finding| finding.code == CONFIG_ID_GUESSED);
    let guesses: Vec<_> = guesses.cloned().collect();
    if !guesses.is_empty() {
        printer.account(&report::human(sources, &guesses, printer.colour_of_notes()));
    }
}
