//! `lvsha plan`: what would change, and nothing changes.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::fleet::{FleetArguments, block_on, show_faults};
use super::printer::{Printer, Problem};
use super::{ExitCode, Failure};
use crate::plan::{Plan, human};

/// Show what `deploy` would do: files, reloads, restarts, services, addresses that move
///
/// Exit code 0: nothing to do; 2: there is something to do.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    fleet: FleetArguments,

    /// Save the plan, so that `deploy --plan FILE` does exactly this or nothing
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut fleet = arguments.fleet.fleet(printer)?;
    let (found, faults) = block_on(async {
        let asked = fleet.facts().await;
        fleet.close().await;
        asked
    })?;
    let plan = Plan::new(&fleet.site.cluster, &fleet.machines, &found);
    // Of machines that did not answer there is nothing to say.
    if !found.is_empty() || faults.is_empty() {
        printer.result(&human(&plan))?;
    }
    show_faults(&faults, printer);
    if !faults.is_empty() {
        return Ok(ExitCode::Remote);
    }
    if let Some(path) = &arguments.save {
        Saved { version: 1, fingerprint: plan.fingerprint() }.write(path)?;
        printer.status(&format!("saved: {}", path.display()));
    }
    // 2 as `terraform plan -detailed-exitcode` has it: scripts ask whether there is work.
    Ok(if plan.is_empty() { ExitCode::Success } else { ExitCode::Usage })
}

/// A saved plan: what was found and what was wanted, as one fingerprint. No file and no secret
/// stands in it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Saved {
    version: u32,
    pub(super) fingerprint: String,
}

impl Saved {
    fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self).map_err(std::io::Error::other)?;
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        writeln!(file, "{text}")?;
        Ok(())
    }

    pub(super) fn read(path: &Path) -> Result<Self, Problem> {
        let fail = |error: String| {
            Problem::new(format!("cannot read the plan `{}`: {error}", path.display()))
                .help("`lvsha plan INVENTORY --save FILE` makes one")
        };
        let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| fail(error.to_string()))
    }
}
