//! `lvsha check`: what is wrong with the files.

use std::path::PathBuf;

use clap::ValueEnum;

use super::args::FormatName;
use super::inputs::{self, Gathered, STANDARD_INPUT};
use super::printer::{Printer, Problem};
use super::{ExitCode, Failure, conditions};
use crate::model::read::Options;
use crate::site::{self, Secrets};
use crate::source::report::Unread;
use crate::source::words::counted;
use crate::source::{Diagnostic, Findings, Level, Policy, Selector, Severity, Sources, report};
use crate::syntax::ConfigId;
use crate::syntax::schema::target::Targets;

mod fix;
mod read;

/// Check configuration files: what is wrong, what their programs do with it, how to mend it
///
/// Files of one directory belong to one cluster and are judged together. A directory is searched
/// for ha.cf, haresources, authkeys, ldirectord's files and keepalived.conf; if it holds none, each
/// directory in it is read as one node. The nodes of a site are held against each other.
///
/// A comment `# lvsha: allow LV2310 why` silences a finding: behind a line, above a line or block,
/// or at the head of the file for the whole file.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files, directories such as /etc/ha.d and /etc/keepalived, one directory per node,
    /// inventories (*.toml); `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Format of the named files, where neither name nor text tells
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    format: Option<FormatName>,

    /// How the findings are shown
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM")]
    output: Output,

    /// Node that conditions (`@NAME`) in a keepalived.conf are judged for, as `keepalived -i`; by
    /// default the directory's or this host's name, whichever the file knows
    #[arg(long, value_name = "NAME")]
    config_id: Option<String>,

    /// Fetch the secrets of inventories, too; otherwise they are left out
    #[arg(long)]
    secrets: bool,

    /// Exit with 1 also for warnings
    #[arg(long)]
    strict: bool,

    /// Make the edits that are certain, in the files
    #[arg(long)]
    fix: bool,

    /// Show what --fix would change, and change nothing
    #[arg(long, requires = "fix", conflicts_with = "output")]
    dry_run: bool,

    /// Show the edits of --fix as a unified diff, and change nothing
    #[arg(long, conflicts_with = "output")]
    diff: bool,

    /// Program that will read the files: keepalived=2.2.7,no-regex,with-iptables or heartbeat=3.0.6
    #[arg(long, value_name = "PROGRAM=VERSION")]
    target: Vec<String>,

    /// Leave out a finding, by code or name, or all `infos` or `warnings`
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    allow: Vec<Selector>,

    /// Make a finding a warning
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    warn: Vec<Selector>,

    /// Make a finding an error; `--deny warnings` is for machines that build and test
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    deny: Vec<Selector>,
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
    let config_id = arguments.config_id.clone();
    let guess = || ConfigId::Guess(conditions::host_name());
    let config_id = config_id.map_or_else(guess, ConfigId::Exactly);
    let targets = targets(&arguments.target)?;
    let options = Options { config_id, targets, ..Options::default() };
    let mut sources = Sources::new();
    let forced = arguments.format.map(Into::into);
    let (inventories, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        arguments.paths.iter().cloned().partition(|path| inputs::is_inventory(path));
    let Gathered { groups, mut problems } = inputs::gather_as(&paths, forced, &mut sources);
    let mut would_change = false;
    if arguments.fix || arguments.diff {
        let how = fix::How {
            writes: arguments.fix && !arguments.dry_run && !arguments.diff,
            shows: arguments.diff || arguments.dry_run,
        };
        let is_stream = |path: &PathBuf| path.starts_with("-") || path.starts_with(STANDARD_INPUT);
        if how.writes && paths.iter().any(is_stream) {
            let problem = Problem::new("standard input cannot be mended in its place");
            return Err(problem.help("`--diff` shows the edits").into());
        }
        // What is left is judged below, in the text that the edits made.
        let changed = fix::run(&mut sources, &groups, &options, how, printer)?;
        would_change = !how.writes && changed > 0;
    }
    let mut files: usize = groups.iter().map(|group| group.inputs.len()).sum();
    let mut findings = Findings::new();
    // Who checks an inventory need not have its secrets.
    let secrets = if arguments.secrets { Secrets::Fetch } else { Secrets::Leave };
    for path in &inventories {
        match site::load(&mut sources, path, secrets) {
            Ok((site, mut found)) => {
                // What is wrong itself renders what nobody meant.
                if found.count(Severity::Error) == 0 {
                    let rendered = site::render::judge(&site, secrets, &found, &mut sources);
                    found.extend(rendered);
                }
                findings.append(found);
                files += 1;
            }
            Err(error) => problems.push(inputs::unusable(&error)),
        }
    }
    let judged = read::judge(&mut sources, &groups, &options, findings);
    let mut silenced = judged.silenced;
    let (diagnostics, by_option) = policy(arguments).apply(judged.diagnostics);
    silenced.extend(by_option);
    let shows_diff = arguments.diff || arguments.dry_run;
    if !shows_diff {
        let unread: Vec<Unread<'_>> = problems.iter().map(Problem::unread).collect();
        // A program that reads the report finds one even where there was nothing to check.
        printer.result(&match arguments.output {
            Output::Human => report::human(&sources, &diagnostics, printer.colour()),
            Output::Short => report::short(&sources, &diagnostics),
            Output::Json => report::json(&sources, &diagnostics, &silenced, &unread),
            Output::Sarif => report::sarif(&sources, &diagnostics, &silenced, &unread),
        })?;
    }
    if files > 0 {
        printer.status(&summary(files, &diagnostics, silenced.len()));
    }
    for problem in &problems {
        printer.problem(problem);
    }
    let errors = count(&diagnostics, Severity::Error);
    let warnings = count(&diagnostics, Severity::Warning);
    // A file that was not read is worse than any finding: nothing is known about it.
    Ok(match () {
        () if !problems.is_empty() => ExitCode::Usage,
        () if errors > 0 || would_change || (arguments.strict && warnings > 0) => {
            ExitCode::Findings
        }
        () => ExitCode::Success,
    })
}

fn targets(texts: &[String]) -> Result<Targets, Problem> {
    let mut targets = Targets::default();
    for text in texts {
        let wrong = |message| Problem::new(format!("cannot use `--target {text}`")).help(message);
        targets.set(text).map_err(wrong)?;
    }
    Ok(targets)
}

fn policy(arguments: &Arguments) -> Policy {
    let mut policy = Policy::default();
    policy.set(&arguments.allow, Level::Allow);
    policy.set(&arguments.warn, Level::Warn);
    policy.set(&arguments.deny, Level::Deny);
    policy
}

fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics.iter().filter(|d| d.severity() == severity).count()
}

fn summary(files: usize, diagnostics: &[Diagnostic], silenced: usize) -> String {
    let severities =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "info")];
    let found: Vec<String> = severities
        .into_iter()
        .map(|(severity, word)| (count(diagnostics, severity), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(count, word))
        .collect();
    let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
    let silenced = if silenced > 0 { format!(" ({silenced} silenced)") } else { String::new() };
    format!("{} checked: {found}{silenced}", counted(files, "file"))
}
