//! `lvsha plan`: what would change, and nothing changes.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::fleet::{FleetArguments, block_on, show_faults};
use super::output_directory::save;
use super::printer::{Printer, Problem};
use super::{ExitCode, Failure};
use crate::plan::{Plan, human};

/// Show what `deploy` would do: files, reloads, restarts, services, addresses that move
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    fleet: FleetArguments,

    /// Save the plan, so that `deploy FILE` does exactly this or nothing
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// Save it also where another file stands that is no saved plan
    #[arg(long, requires = "save")]
    force: bool,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    match plan(arguments, printer) {
        // 2 says that there is work, so everything that is in the way of an answer is 1.
        Err(failure) => {
            super::failed(&failure, printer);
            Ok(ExitCode::Findings)
        }
        done => done,
    }
}

fn plan(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
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
        let fleet = arguments.fleet.absolute().map_err(|error| {
            Problem::new(format!("cannot tell the directory that this is: {error}"))
                .help("name the inventory by its whole path, from `/` on")
        })?;
        Saved { version: Version::One, fingerprint: plan.fingerprint(), fleet }
            .write(path, arguments.force)?;
        printer.status(&format!("saved: {}", path.display()));
    }
    // 2 as `terraform plan -detailed-exitcode` has it: scripts ask whether there is work.
    let is_done = plan.is_empty() && !plan.is_pending();
    Ok(if is_done { ExitCode::Success } else { ExitCode::Usage })
}

/// A saved plan: what was asked for, and what was found and wanted as one fingerprint. No file and
/// no secret stands in it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Saved {
    version: Version,
    pub(super) fingerprint: String,
    pub(super) fleet: FleetArguments,
}

/// Plans of other versions are not understood.
#[derive(Debug, Serialize, Deserialize)]
enum Version {
    #[serde(rename = "1")]
    One,
}

impl Saved {
    fn write(&self, path: &Path, force: bool) -> Result<(), Failure> {
        let mut text = serde_json::to_string_pretty(self).map_err(std::io::Error::other)?;
        text.push('\n');
        save(path, 0o600, text.as_bytes(), (is_plan, "no saved plan"), force)?;
        Ok(())
    }

    pub(super) fn read(path: &Path) -> Result<Self, Problem> {
        let text = std::fs::read_to_string(path);
        let saved = text
            .map_err(|error| error.to_string())
            .and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        saved.map_err(|error| {
            Problem::new(format!("cannot read the plan `{}`: {error}", path.display()))
                .help("`lvsha plan INVENTORY --save FILE` makes one")
        })
    }

    /// The plan in a file that could be an inventory as well: no inventory begins with a brace.
    pub(super) fn recognise(path: &Path) -> Option<Result<Self, Problem>> {
        let text = std::fs::read_to_string(path).ok()?;
        text.trim_start().starts_with('{').then(|| Self::read(path))
    }
}

/// Whether a file is a saved plan, also one of another version.
fn is_plan(bytes: &[u8]) -> bool {
    let value = serde_json::from_slice::<serde_json::Value>(bytes).unwrap_or_default();
    ["version", "fingerprint", "fleet"].iter().all(|field| value.get(field).is_some())
}
