//! `lvsha completions`: scripts for shells, written at installation.

use clap::{CommandFactory as _, ValueEnum};
use clap_complete::aot;

use super::printer::Printer;
use super::{ExitCode, Failure, args};

/// Print the completion script of a shell
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Fish,
    Zsh,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let shell = match arguments.shell {
        Shell::Bash => aot::Shell::Bash,
        Shell::Fish => aot::Shell::Fish,
        Shell::Zsh => aot::Shell::Zsh,
    };
    let mut script = Vec::new();
    aot::generate(shell, &mut args::Arguments::command(), "lvsha", &mut script);
    printer.result(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::Success)
}
