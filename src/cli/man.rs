//! `lvsha man`: manual pages, written at installation.

use std::path::PathBuf;

use clap::CommandFactory as _;

use super::printer::{Printer, Problem};
use super::{ExitCode, Failure, args};

/// Write the manual pages of all commands
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The directory to write to; it is made when it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let command = args::Arguments::command();
    std::fs::create_dir_all(&arguments.out)
        .and_then(|()| clap_mangen::generate_to(command, &arguments.out))
        .map_err(|error| {
            Problem::new(format!("cannot write to `{}`: {error}", arguments.out.display()))
                .help("name a directory that you may write to with `--out`")
        })?;
    printer.status(&format!("manual pages written to {}", arguments.out.display()));
    Ok(ExitCode::Success)
}
