//! What can be typed.

use std::borrow::Cow;
use std::ffi::OsString;

use clap::{Parser, Subcommand, ValueEnum};

use super::{
    check, completions, convert, ctl, daemon, deploy, diff, exit, explain, fmt, graph, history,
    man, plan, render, rollback, simulate, status, verify,
};
use crate::syntax::Format;

/// Checks, converts and deploys the configuration of Linux Virtual Server directors (heartbeat,
/// ldirectord, keepalived), and is a director itself.
#[derive(Debug, Parser)]
#[command(name = "lvsha", version, propagate_version = true, arg_required_else_help = true)]
#[command(max_term_width = 100, after_help = format!("{INSTALLATION}\n{}", exit::table()))]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// When to use colours; NO_COLOR in the environment is respected
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,

    /// Say nothing on standard error but errors
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
}

/// One subcommand per file of `src/cli`.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    #[command(after_help = exit::of("check"))]
    Check(check::Arguments),
    #[command(hide = true)]
    Completions(completions::Arguments),
    #[command(after_help = exit::of("convert"))]
    Convert(convert::Arguments),
    #[command(after_help = exit::of("ctl"))]
    Ctl(ctl::Arguments),
    #[command(after_help = exit::of("daemon"))]
    Daemon(daemon::Arguments),
    Deploy(deploy::Arguments),
    #[command(after_help = exit::of("diff"))]
    Diff(diff::Arguments),
    Explain(explain::Arguments),
    #[command(after_help = exit::of("fmt"))]
    Fmt(fmt::Arguments),
    Graph(graph::Arguments),
    History(history::Arguments),
    #[command(hide = true)]
    Man(man::Arguments),
    #[command(after_help = exit::of("plan"))]
    Plan(plan::Arguments),
    Render(render::Arguments),
    Rollback(rollback::Arguments),
    Simulate(simulate::Arguments),
    #[command(after_help = exit::of("status"))]
    Status(status::Arguments),
    Unlock(history::UnlockArguments),
    #[command(after_help = exit::of("verify"))]
    Verify(verify::Arguments),
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal
    Auto,
    /// Also in files and pipes
    Always,
    /// Nowhere
    Never,
}

impl Color {
    /// What the option says among `words` that could not be parsed as a whole.
    pub(super) fn among(words: &[OsString]) -> Self {
        // Behind `--` nothing is an option.
        let words: Vec<Cow<'_, str>> = words
            .iter()
            .map(|word| word.to_string_lossy())
            .take_while(|word| word != "--")
            .collect();
        let behind = words.windows(2).filter_map(|pair| match pair {
            [option, value] if option == "--color" => Some(value.as_ref()),
            _ => None,
        });
        let joined = words.iter().filter_map(|word| word.strip_prefix("--color="));
        let said = joined.chain(behind).find_map(|value| Self::from_str(value, false).ok());
        said.unwrap_or(Self::Auto)
    }
}

/// The formats under the names of their files, which is how people speak of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatName {
    /// heartbeat's keys
    Authkeys,
    /// heartbeat's main file
    #[value(name = "ha.cf")]
    HaCf,
    /// heartbeat's resources
    Haresources,
    /// keepalived.conf and what it includes
    Keepalived,
    /// ldirectord.cf
    Ldirectord,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Authkeys => Self::Authkeys,
            FormatName::HaCf => Self::HaCf,
            FormatName::Haresources => Self::Haresources,
            FormatName::Keepalived => Self::Keepalived,
            FormatName::Ldirectord => Self::Ldirectord,
        }
    }
}

/// The commands that are left out of the list, because nobody types them twice.
const INSTALLATION: &str = "\
For the installation:
  lvsha man --out DIR      writes the manual pages
  lvsha completions SHELL  prints the completion script for bash, fish or zsh
";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }
}
