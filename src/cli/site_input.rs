//! The inventory that a command works on.

use std::io;
use std::path::{self, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::printer::{Printer, Problem};
use super::{Failure, inputs};
use crate::site::render::{Machine, TemplateError, Templates, judge, render};
use crate::site::{self, Secrets, Site, Stack};
use crate::source::codes::inventory;
use crate::source::words::counted;
use crate::source::{Diagnostic, Severity, Sources, report};

/// Arguments of all commands that take an inventory.
#[derive(Clone, Debug, Serialize, Deserialize, clap::Args)]
pub(super) struct InventoryArguments {
    /// The inventory
    #[arg(value_name = "INVENTORY")]
    inventory: PathBuf,

    /// Run the cluster with these programs, whatever the inventory says
    #[arg(long, value_enum, value_name = "STACK")]
    stack: Option<StackName>,
}

/// Arguments of those that make the machines' files from it.
#[derive(Clone, Debug, Serialize, Deserialize, clap::Args)]
pub(super) struct SiteArguments {
    // A saved plan has all of them side by side.
    #[command(flatten)]
    #[serde(flatten)]
    site: InventoryArguments,

    /// Directory with templates that replace the built-in ones of the same name
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
enum StackName {
    /// heartbeat and ldirectord
    Heartbeat,
    /// keepalived
    Keepalived,
    /// lvsha daemon
    Lvsha,
}

impl StackName {
    fn stack(self) -> Stack {
        match self {
            Self::Heartbeat => Stack::Heartbeat,
            Self::Keepalived => Stack::Keepalived,
            Self::Lvsha => Stack::Lvsha,
        }
    }
}

impl InventoryArguments {
    /// Reads the inventory and shows what is wrong with it.
    pub(super) fn load(&self, secrets: Secrets, printer: &Printer) -> Result<Site, Failure> {
        let mut sources = Sources::new();
        let stack = self.stack.map(StackName::stack);
        let (site, mut findings) = site::load_for(&mut sources, &self.inventory, secrets, stack)
            .map_err(|error| inputs::unusable(&error))?;
        if findings.count(Severity::Error) == 0 {
            let rendered = judge(&site, secrets, &findings, &mut sources);
            findings.extend(rendered);
        }
        let errors = findings.count(Severity::Error);
        let mut shown = findings.sorted();
        // Warnings are for `lvsha check`; here they would stand between the user and the plan. What
        // the stack does not do is no advice but a part of the result.
        let is_told = |finding: &Diagnostic| {
            finding.severity() == Severity::Error
                || [inventory::NOT_IN_STACK, inventory::NO_EFFECT].contains(&finding.code)
        };
        shown.retain(is_told);
        if !shown.is_empty() {
            let frames = report::human(&sources, &shown, printer.colour_of_notes());
            printer.problems(&frames);
        }
        if errors > 0 {
            let errors = counted(errors, "error");
            let line = format!("{errors} in {}: nothing is made of it", self.inventory.display());
            printer.status(&line);
            return Err(Failure::Findings);
        }
        Ok(site)
    }
}

impl SiteArguments {
    /// Reads the inventory and shows what is wrong with it.
    pub(super) fn load(&self, secrets: Secrets, printer: &Printer) -> Result<Site, Failure> {
        self.site.load(secrets, printer)
    }

    /// The files of all machines.
    pub(super) fn render(&self, site: &Site) -> Result<Vec<Machine>, Failure> {
        let rendered = Templates::new(self.templates.as_deref())
            .and_then(|templates| render(site, &templates));
        rendered.map_err(|error| {
            let help = match &error {
                TemplateError::Unknown(_) => {
                    let names: Vec<&str> = Templates::names().collect();
                    format!("the templates are {}", names.join(", "))
                }
                TemplateError::Unreadable(..) => {
                    "name a directory with templates, all readable, in UTF-8".to_owned()
                }
                TemplateError::Wrong(..) => {
                    "mend this line, or take the file out of the directory: then the built-in one counts"
                        .to_owned()
                }
            };
            Problem::new(error.to_string()).help(help).into()
        })
    }

    /// The inventory's path, as it was named.
    pub(super) fn path(&self) -> &Path {
        &self.site.inventory
    }

    /// Whether anything is said besides the inventory.
    pub(super) fn is_plain(&self) -> bool {
        self.site.stack.is_none() && self.templates.is_none()
    }

    /// The same for a reader who works in another directory.
    pub(super) fn absolute(&self) -> io::Result<Self> {
        let templates = self.templates.as_deref().map(path::absolute).transpose()?;
        let inventory = path::absolute(&self.site.inventory)?;
        Ok(Self { site: InventoryArguments { inventory, ..self.site }, templates })
    }
}
