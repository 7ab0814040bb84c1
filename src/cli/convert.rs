//! `lvsha convert`: not wired yet.

use super::printer::{Printer, Problem};
use super::{ExitCode, Failure};

/// Convert between formats
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {}

pub(super) fn run(_arguments: &Arguments, _printer: &Printer) -> Result<ExitCode, Failure> {
    Err(Problem::new("this build cannot convert").help("see `lvsha --help`").into())
}
