//! `lvsha completions`: scripts for shells, written at installation.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Command, CommandFactory as _, ValueEnum};
use clap_complete::aot;

use super::printer::Printer;
use super::{ExitCode, Failure, args, explain};
use crate::source::Code;

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
    aot::generate(shell, &mut offered(&args::Arguments::command()), "lvsha", &mut script);
    let script = String::from_utf8_lossy(&script);
    printer.result(&match arguments.shell {
        Shell::Bash => with_files(&script),
        Shell::Fish | Shell::Zsh => script.into_owned(),
    })?;
    Ok(ExitCode::Success)
}

/// What a user types: without the commands of the installation, with every code and keyword.
fn offered(full: &Command) -> Command {
    let values = |name: &str| {
        let words = if name == EXPLAINED { explain::keywords() } else { Vec::new() };
        let codes = Code::all().map(|code| code.id());
        PossibleValuesParser::new(codes.chain(words).map(PossibleValue::new))
    };
    let mut shown = Command::new("lvsha").args(full.get_arguments().cloned());
    shown = shown.version(env!("CARGO_PKG_VERSION"));
    for command in full.get_subcommands().filter(|command| !command.is_hide_set()) {
        shown = shown.subcommand(TAKES_CODES.iter().fold(command.clone(), |command, name| {
            let takes = command.get_arguments().any(|argument| argument.get_id() == name);
            if takes {
                command.mut_arg(name, |argument| argument.value_parser(values(name)))
            } else {
                command
            }
        }));
    }
    shown
}

/// clap's script for bash offers options where nothing is typed yet, which keeps bash from offering
/// files; a command that takes no word from a list gets them.
fn with_files(script: &str) -> String {
    let mut takes_files = false;
    let lines = script.lines().map(|line| {
        let text = line.trim_start();
        if let Some(words) = text.strip_prefix("opts=\"") {
            let mut words = words.trim_end_matches('"').split_whitespace();
            takes_files = words.all(|word| word.starts_with('-'));
        }
        match text {
            _ if !takes_files => line.to_owned(),
            "COMPREPLY=( $(compgen -W \"${opts}\" -- \"${cur}\") )"
                if indent(line) == BEHIND_CASE =>
            {
                line.replace(text, "COMPREPLY=()")
            }
            _ => match text.split_once(" || ${COMP_CWORD} -eq ") {
                Some((before, _)) => format!("{}{before} ]] ; then", &" ".repeat(indent(line))),
                None => line.to_owned(),
            },
        }
    });
    lines.map(|line| line + "\n").collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Arguments whose values are codes, by clap's name of each.
const TAKES_CODES: [&str; 4] = ["allow", "deny", EXPLAINED, "warn"];
/// The one that takes keywords as well.
const EXPLAINED: &str = "subjects";
/// Blanks in front of what bash offers when no option wants a value.
const BEHIND_CASE: usize = 12;
