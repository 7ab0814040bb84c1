//! `lvsha ctl standby`, `takeover` and `normal`.

use std::path::Path;

use super::super::printer::Printer;
use super::super::{ExitCode, Failure};
use super::unreachable;
use crate::run::control::{Request, Routers, StanceAnswer, StanceRequest, StanceWord, ask};

/// Which routers are meant; without a word all of them.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Names of virtual routers [default: all]
    #[arg(value_name = "ROUTER")]
    routers: Vec<String>,

    /// Those for which another director is the preferred one
    #[arg(long, conflicts_with_all = ["routers", "local"])]
    foreign: bool,

    /// Those for which this director is the preferred one
    #[arg(long, conflicts_with = "routers")]
    local: bool,
}

pub(super) fn order(
    control: &Path,
    which: &Which,
    stance: StanceWord,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let routers = match which {
        Which { foreign: true, .. } => Routers::Foreign,
        Which { local: true, .. } => Routers::Local,
        Which { routers, .. } if routers.is_empty() => Routers::All,
        Which { routers, .. } => Routers::Named(routers.clone()),
    };
    let request = Request::Stance(StanceRequest { stance, routers });
    let (answer, _) =
        ask::<StanceAnswer>(control, &request).map_err(|error| unreachable(&error))?;
    printer.status(&answer.routers.join("\n"));
    Ok(ExitCode::Success)
}
