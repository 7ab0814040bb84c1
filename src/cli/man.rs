//! `lvsha man`: manual pages, written at installation.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::printer::{Printer, Problem};
use super::{ExitCode, Failure, args, exit};

/// Write the manual pages of all commands
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The directory to write to; it is made when it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut command = args::Arguments::command().disable_help_subcommand(true);
    command.build();
    std::fs::create_dir_all(&arguments.out)
        .and_then(|()| write(&command, &[], &arguments.out))
        .map_err(|error| {
            Problem::new(format!("cannot write to `{}`: {error}", arguments.out.display()))
                .help("name a directory that you may write to with `--out`")
        })?;
    printer.status(&format!("manual pages written to {}", arguments.out.display()));
    Ok(ExitCode::Success)
}

/// Writes the page of a command and those of its subcommands; `above` are the commands that it is
/// one of, the outermost first.
fn write(command: &Command, above: &[&Command], folder: &Path) -> io::Result<()> {
    let within: Vec<&Command> = above.iter().copied().chain([command]).collect();
    for inner in shown(command) {
        write(inner, &within, folder)?;
    }
    let name = page_name(command);
    std::fs::write(folder.join(format!("{name}.1")), page(command, above)?)
}

fn page(command: &Command, above: &[&Command]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let man = Man::new(command.clone().override_usage(synopsis(command)));
    // A page of a subcommand is the program's, too.
    let man = man.source(concat!("lvsha ", env!("CARGO_PKG_VERSION")));
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    if shown(command).next().is_some() {
        man.render_subcommands_section(&mut out)?;
    }
    let mut roff = Roff::default();
    roff.control("SH", ["EXIT STATUS"]);
    // A command has the codes of the one that it belongs to, `ctl` for `ctl drain`.
    let of = above.iter().copied().chain([command]).nth(1).map_or("", Command::get_name);
    for (code, meaning) in exit::rows(of) {
        roff.control("TP", []);
        roff.text([bold(code.to_string())]);
        roff.text([roman(meaning)]);
    }
    roff.control("SH", ["SEE ALSO"]);
    let near = above.iter().copied().chain(shown(command));
    let near: Vec<String> = near.map(|other| format!("{}(1)", page_name(other))).collect();
    roff.text([roman(near.join(", "))]);
    roff.to_writer(&mut out)?;
    man.render_version_section(&mut out)?;
    Ok(out)
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|inner| !inner.is_hide_set())
}

fn page_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// One line with all options and the names of their values.
fn synopsis(command: &Command) -> String {
    let mut words = vec![command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned()];
    let shown = || command.get_arguments().filter(|argument| !argument.is_hide_set());
    words.extend(shown().filter(|argument| !argument.is_positional()).map(option));
    words.extend(shown().filter(|argument| argument.is_positional()).map(positional));
    if command.has_subcommands() {
        words.push("COMMAND".to_owned());
    }
    words.join(" ")
}

fn option(argument: &Arg) -> String {
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    let mut text = short.into_iter().chain(long).collect::<Vec<_>>().join("|");
    if argument.get_action().takes_values() {
        text.push(' ');
        text.push_str(&values(argument));
    }
    if argument.is_required_set() { text } else { format!("[{text}]") }
}

fn positional(argument: &Arg) -> String {
    let many = argument.get_num_args().is_some_and(|count| count.max_values() > 1);
    let text = format!("{}{}", values(argument), if many { "..." } else { "" });
    if argument.is_required_set() { text } else { format!("[{text}]") }
}

fn values(argument: &Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default();
    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    names.join(" ")
}
