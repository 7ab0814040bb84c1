//! What all directions say, and how.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::cli::output_directory::{OutputDirectory, OutputError};
use crate::cli::printer::{Printer, Problem};
use crate::cli::{ExitCode, Failure};
use crate::emit::{Account, Mark, report};
use crate::model::Node;
use crate::model::read::Input;
use crate::site::Stack;
use crate::source::codes::conversion::{CONFIGURATION_NOT_READ, NOT_UNDERSTOOD};
use crate::source::codes::preprocessor::CONFIG_ID_GUESSED;
use crate::source::text::encode;
use crate::source::words::counted;
use crate::source::{self, Diagnostic, Findings, Place, Severity, Sources, Span};
use crate::syntax::{self, Format};

/// Form of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportForm {
    /// For people
    Human,
    /// One JSON object
    Json,
}

impl ReportForm {
    /// A line about the work; standard error holds nothing but the account when it is JSON.
    pub(super) fn say(self, printer: &Printer, line: &str) {
        if self == Self::Human {
            printer.status(line);
        }
    }

    /// The account of a conversion.
    pub(super) fn show(
        self,
        account: &Account,
        sources: &Sources,
        printer: &Printer,
    ) -> Result<(), Failure> {
        match self {
            Self::Human => printer.account(&report::human(account, sources)),
            Self::Json => {
                let mut text = Vec::new();
                report::json(account, sources, &mut text)?;
                // Also with `--quiet`: who asks for it in a form for programs wants it.
                printer.problems(&String::from_utf8_lossy(&text));
            }
        }
        Ok(())
    }
}

/// What becomes of the result, in every direction.
#[derive(clap::Args, Debug)]
pub(super) struct Manner {
    /// Write nothing when anything is lost or not understood
    #[arg(long)]
    strict: bool,
    /// Overwrite files in --out that have other content
    #[arg(long, requires = "out")]
    force: bool,
    /// Form of the account on stderr
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub(super) report: ReportForm,
}

impl Manner {
    /// Says what a conversion comes to, and whether the result may be written. What makes it pointless comes
    /// behind the mistakes that may be its cause.
    pub(super) fn may_be_written(
        &self,
        (account, findings): (&Account, &Findings),
        possible: Result<(), Problem>,
        sources: &Sources,
        printer: &Printer,
    ) -> Result<bool, Failure> {
        if self.report == ReportForm::Human || possible.is_err() {
            print_errors(account, findings, self.strict, sources, printer);
        }
        possible?;
        self.report.show(account, sources, printer)?;
        if self.strict && !is_flawless(account, findings) {
            self.report.say(printer, STRICT);
            return Ok(false);
        }
        Ok(true)
    }

    /// Writes what was staged, all or nothing, and says where it is.
    pub(super) fn write(
        &self,
        place: &Path,
        nodes: &[String],
        output: OutputDirectory,
        staged: Result<(), OutputError>,
        printer: &Printer,
    ) -> Result<(), Failure> {
        let written = staged.and_then(|()| output.commit(self.force))?;
        self.report
            .say(printer, &format!("{} for {}: {written}", place.display(), nodes.join(", ")));
        Ok(())
    }
}

/// A file of the result as standard output gets it. Sent to a file it is whole, as it has to be for the
/// program that reads it; on a terminal its secrets are asterisks, and `is_masked` becomes true.
pub(super) fn shown(name: &str, text: &[u8], is_masked: &mut bool, printer: &Printer) -> Vec<u8> {
    if !printer.shows_results() {
        return text.to_vec();
    }
    let (masked, has_secrets) = masked(name, text);
    *is_masked |= has_secrets;
    masked
}

/// `text` with asterisks for its secrets, and whether it has any.
fn masked(name: &str, text: &[u8]) -> (Vec<u8>, bool) {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    // The parser marks what must not be shown; programs that were made hold none.
    if let Some(format) = syntax::detect(sources.get(file)) {
        drop(syntax::parse(&mut sources, file, format));
    }
    let file = sources.get(file);
    let shown = file.shown_whole();
    (encode(&shown).into_owned(), file.is_secret(Span::new(0, u32::MAX)))
}

/// What `--strict` asks for: nothing lost, no error.
fn is_flawless(account: &Account, findings: &Findings) -> bool {
    account.count(Mark::Lossy) + account.count(Mark::Impossible) == 0
        && findings.count(Severity::Error) == 0
}

/// What was not understood is a finding, whatever was written.
pub(super) fn exit_code(account: &Account) -> ExitCode {
    let missing = [Some(NOT_UNDERSTOOD), Some(CONFIGURATION_NOT_READ)];
    let any = account.entries().any(|(_, outcome)| missing.contains(&outcome.code));
    if any { ExitCode::Findings } else { ExitCode::Success }
}

/// What was named, or the place where the program's own files are.
pub(super) fn paths(
    from: Option<&PathBuf>,
    files: &[PathBuf],
    standard: &Standard,
    form: ReportForm,
    printer: &Printer,
) -> Result<Vec<PathBuf>, Problem> {
    match (from, files) {
        (Some(folder), _) => Ok(vec![folder.clone()]),
        (None, []) => Ok(vec![standard.path(form, printer)?]),
        (None, files) => Ok(files.to_vec()),
    }
}

/// Where a program has its files.
pub(super) struct Standard {
    directory: &'static str,
    /// What to name where it is not there.
    help: &'static str,
}

impl Standard {
    /// The directory, with a word about it: nobody has typed it.
    pub(super) fn path(&self, form: ReportForm, printer: &Printer) -> Result<PathBuf, Problem> {
        let Self { directory, help } = self;
        if !Path::new(directory).is_dir() {
            let problem = Problem::new(format!("there is no {directory} on this machine"));
            return Err(problem.help(*help));
        }
        form.say(printer, &format!("reading {directory}"));
        Ok(PathBuf::from(directory))
    }
}

/// Directors that were named, but are none of `nodes`.
pub(super) fn strangers(
    nodes: &[String],
    node: Option<&String>,
    addresses: &[(String, IpAddr)],
) -> Result<(), Problem> {
    let known = |name: &str| nodes.iter().any(|node| node == &name.to_lowercase());
    let mut named = node.into_iter().chain(addresses.iter().map(|(name, _)| name));
    match named.find(|name| !known(name)) {
        Some(stranger) => {
            let problem = Problem::new(format!("`{stranger}` is not a director of this cluster"));
            Err(problem.help(format!("they are {}", nodes.join(", "))))
        }
        None => Ok(()),
    }
}

/// Refuses a file of the other program that was named itself: it would be nowhere in the account. One
/// that a directory holds is no input. `way_back` is the direction that reads it.
pub(super) fn of_another_program<'i>(
    inputs: impl IntoIterator<Item = &'i Input>,
    stack: Stack,
    paths: &[PathBuf],
    sources: &Sources,
    way_back: &str,
) -> Result<(), Problem> {
    let is_own =
        |input: &Input| (input.format == Format::Keepalived) == (stack == Stack::Keepalived);
    let is_named = |input: &Input| {
        sources.get(input.file).path().is_some_and(|path| paths.iter().any(|p| p == path))
    };
    match inputs.into_iter().find(|input| !is_own(input) && is_named(input)) {
        Some(input) => {
            let name = sources.get(input.file).name();
            let program = if stack == Stack::Keepalived { "keepalived" } else { "heartbeat" };
            let message = format!("`{name}` is none of {program}'s files");
            let help = format!("leave it out; `lvsha convert {way_back}` reads it");
            Err(Problem::new(message).help(help))
        }
        None => Ok(()),
    }
}

/// Names become directories, and words of configuration files.
pub(super) fn unfit_names(nodes: &[String], help: &'static str) -> Result<(), Problem> {
    match nodes.iter().find(|name| !Node::is_name(name)) {
        Some(name) if name.is_empty() => {
            Err(Problem::new("nothing tells the director's name").help(help))
        }
        Some(name) => {
            let message = format!("the name `{name}` is none that `uname -n` could print");
            Err(Problem::new(message).help(help))
        }
        None => Ok(()),
    }
}

/// Frames of what was not understood or guessed, and of what `--strict` does not allow; one line about
/// the rest.
fn print_errors(
    account: &Account,
    findings: &Findings,
    is_strict: bool,
    sources: &Sources,
    printer: &Printer,
) {
    let entries = account.entries();
    let lost: Vec<Place> = entries
        .filter(|(_, outcome)| outcome.code == Some(NOT_UNDERSTOOD))
        .map(|(at, _)| at)
        .collect();
    let about_lost = |diagnostic: &&Diagnostic| {
        let inside = |unit: &Place, at: Place| {
            unit.file == at.file
                && unit.span.start <= at.span.start
                && at.span.start <= unit.span.end
        };
        diagnostic.severity() == Severity::Error
            && diagnostic.at.is_some_and(|at| lost.iter().any(|unit| inside(unit, at)))
    };
    // Lines for other nodes than the one that was taken are not in the result.
    let is_shown = |found: &&Diagnostic| {
        about_lost(found)
            || found.code == CONFIG_ID_GUESSED
            || is_strict && found.severity() == Severity::Error
    };
    let frames: Vec<Diagnostic> = findings.iter().filter(is_shown).cloned().collect();
    if !frames.is_empty() {
        printer.account(&source::report::human(sources, &frames, printer.colour_of_notes()));
    }
    let others = findings.iter().count() - frames.len();
    if others > 0 {
        // The example is nowhere on the disk.
        let is_on_disk = sources.iter().any(|file| file.path().is_some());
        let advice = match (is_on_disk, others) {
            (false, _) => "",
            (true, 1) => "; `lvsha check` shows it",
            (true, _) => "; `lvsha check` shows them",
        };
        let others = counted(others, "other finding");
        printer.status(&format!("{others} about the input{advice}\n"));
    }
}

pub(super) const HEARTBEAT: Standard = Standard {
    directory: "/etc/ha.d",
    help: "name the files, or their directory with `--from DIR`; `--example` shows a conversion",
};
pub(super) const KEEPALIVED: Standard = Standard {
    directory: "/etc/keepalived",
    help: "name the file, or its directory with `--from DIR`; `--example` shows a conversion",
};
/// Behind a result whose secrets were not shown.
pub(super) const MASKED: &str =
    "a terminal shows no keys and passwords: `> FILE` or --out DIR writes them";
const STRICT: &str = "nothing was written: --strict allows no loss and no error";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_a_result_is_left() {
        let files = [
            ("authkeys", "auth 1\n1 sha1 s3cret\n"),
            ("keepalived.conf", "vrrp_instance A {\n auth_hmac {\n  key 1 s3cret\n }\n}\n"),
            ("ldirectord-A.cf", "virtual=10.0.0.1:80\n\tlogin = \"a\"\n\tpasswd = \"s3cret\"\n"),
        ];
        for (name, text) in files {
            let (shown, has_secrets) = masked(name, text.as_bytes());
            let shown = String::from_utf8_lossy(&shown).into_owned();
            assert!(has_secrets && !shown.contains("s3cret"), "{shown}");
            assert_eq!(shown.lines().count(), text.lines().count(), "{shown}");
        }
        let (shown, has_secrets) = masked("notify-A", b"#!/bin/sh\nexit 0\n");
        assert!(!has_secrets && shown == b"#!/bin/sh\nexit 0\n");
    }
}
