//! `lvsha check`: what is wrong with the files.

use std::path::PathBuf;

use clap::ValueEnum;

use super::args::FormatName;
use super::inputs::{self, Gathered};
use super::printer::Printer;
use super::{ExitCode, Failure};
use crate::model::read::read;
use crate::site::{self, Secrets};
use crate::source::{Findings, Severity, Sources, report};

/// Check configuration files: what is wrong, what their programs do with it, how to mend it
///
/// Files of one directory belong to one cluster and are judged together. A directory is searched
/// for ha.cf, haresources, authkeys, ldirectord's files and keepalived.conf; if it holds none, each
/// of its own directories is read as one node.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files, directories such as /etc/ha.d and /etc/keepalived, inventories (*.toml)
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Format of the named files, where neither name nor text tell
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    format: Option<FormatName>,

    /// How the findings are shown
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM")]
    output: Output,

    /// Fetch the secrets of inventories, too; otherwise they are left out
    #[arg(long)]
    secrets: bool,

    /// Exit with 1 also for warnings
    #[arg(long)]
    strict: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Output {
    /// Frames with pointers, notes and fixes
    Human,
    /// One line each
    Short,
    /// One object with everything
    Json,
    /// SARIF 2.1.0, for code review sites
    Sarif,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut sources = Sources::new();
    let forced = arguments.format.map(Into::into);
    let (inventories, files): (Vec<PathBuf>, Vec<PathBuf>) =
        arguments.paths.iter().cloned().partition(|path| inputs::is_inventory(path));
    let Gathered { groups, mut problems } = inputs::gather(&files, forced, &mut sources);
    let mut findings = Findings::new();
    for group in &groups {
        findings.append(read(&mut sources, group).findings);
    }
    let mut files: usize = groups.iter().map(Vec::len).sum();
    // Who checks an inventory need not have its secrets.
    let secrets = if arguments.secrets { Secrets::Fetch } else { Secrets::Leave };
    for path in &inventories {
        match site::load(&mut sources, path, secrets) {
            Ok((_, found)) => {
                findings.append(found);
                files += 1;
            }
            Err(error) => problems.push(inputs::unusable(&error)),
        }
    }
    let errors = findings.count(Severity::Error);
    let warnings = findings.count(Severity::Warning);
    let summary = summary(files, errors, warnings, findings.count(Severity::Info));
    let diagnostics = findings.sorted();
    if files > 0 {
        printer.result(&match arguments.output {
            Output::Human => report::human(&sources, &diagnostics, printer.colour()),
            Output::Short => report::short(&sources, &diagnostics),
            Output::Json => report::json(&sources, &diagnostics),
            Output::Sarif => report::sarif(&sources, &diagnostics),
        })?;
        printer.status(&summary);
    }
    for problem in &problems {
        printer.problem(problem);
    }
    // A file that was not read is worse than any finding: nothing is known about it.
    Ok(match () {
        () if !problems.is_empty() => ExitCode::Usage,
        () if errors > 0 || (arguments.strict && warnings > 0) => ExitCode::Findings,
        () => ExitCode::Success,
    })
}

fn summary(files: usize, errors: usize, warnings: usize, infos: usize) -> String {
    let counted = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    let counts = [(errors, "error"), (warnings, "warning"), (infos, "info")];
    let found: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(*count, word))
        .collect();
    let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
    format!("{} checked: {found}", counted(files, "file"))
}
