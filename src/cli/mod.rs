//! The command line: one small file per subcommand, each of which reads, calls and prints.

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind;

mod args;
mod check;
mod completions;
mod conditions;
mod convert;
mod ctl;
mod daemon;
mod deploy;
mod diff;
mod duration;
mod exit;
mod explain;
mod fleet;
mod fmt;
mod graph;
mod history;
mod inputs;
mod log;
mod man;
mod node_name;
mod output_directory;
mod panic;
mod plan;
mod printer;
mod progress;
mod render;
mod rollback;
mod simulate;
mod site_input;
mod status;
mod verify;

pub use exit::ExitCode;
use printer::{Printer, Problem, Unwritten};

/// Runs the program; nothing but this function decides about the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    panic::guard(|| match args::Arguments::try_parse_from(&arguments) {
        Ok(arguments) => {
            let printer = Printer::new(arguments.color, arguments.quiet);
            let done = dispatch(arguments.command, &printer);
            done.unwrap_or_else(|failure| failed(&failure, &printer))
        }
        Err(error) => explain_usage(&error, &arguments),
    })
}

/// Why a command ended early.
#[derive(Debug)]
enum Failure {
    /// The input cannot be used.
    Input(Problem),
    /// The input is wrong, and its findings are shown already.
    Findings,
    /// The result could not be written.
    Output(Unwritten),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Input(problem)
    }
}

/// For what `convert` makes in memory: files from templates, a key from the kernel's random numbers.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Input(Problem::new(format!("cannot make the files: {error}")))
    }
}

impl From<Unwritten> for Failure {
    fn from(error: Unwritten) -> Self {
        Self::Output(error)
    }
}

fn dispatch(command: args::Command, printer: &Printer) -> Result<ExitCode, Failure> {
    match command {
        args::Command::Check(arguments) => check::run(&arguments, printer),
        args::Command::Completions(arguments) => completions::run(&arguments, printer),
        args::Command::Convert(arguments) => convert::run(&arguments, printer),
        args::Command::Ctl(arguments) => ctl::run(&arguments, printer),
        args::Command::Daemon(arguments) => daemon::run(&arguments, printer),
        args::Command::Deploy(arguments) => deploy::run(&arguments, printer),
        args::Command::Diff(arguments) => diff::run(&arguments, printer),
        args::Command::Explain(arguments) => explain::run(&arguments, printer),
        args::Command::Fmt(arguments) => fmt::run(&arguments, printer),
        args::Command::Graph(arguments) => graph::run(&arguments, printer),
        args::Command::History(arguments) => history::run(&arguments, printer),
        args::Command::Man(arguments) => man::run(&arguments, printer),
        args::Command::Plan(arguments) => plan::run(&arguments, printer),
        args::Command::Render(arguments) => render::run(&arguments, printer),
        args::Command::Rollback(arguments) => rollback::run(&arguments, printer),
        args::Command::Simulate(arguments) => simulate::run(&arguments, printer),
        args::Command::Status(arguments) => status::run(&arguments, printer),
        args::Command::Unlock(arguments) => history::unlock(&arguments, printer),
        args::Command::Verify(arguments) => verify::run(&arguments, printer),
    }
}

fn failed(failure: &Failure, printer: &Printer) -> ExitCode {
    match failure {
        Failure::Input(problem) => {
            printer.problem(problem);
            ExitCode::Usage
        }
        Failure::Findings => ExitCode::Findings,
        Failure::Output(Unwritten(error)) => {
            printer.problem(&Problem::new(format!("cannot write the result: {error}")));
            ExitCode::Usage
        }
    }
}

/// Help and version are results; everything else that clap says is about a mistake, also the help
/// that it prints for a call without any argument.
fn explain_usage(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    // Nothing was parsed, so the option is looked for among the words.
    let printer = Printer::new(args::Color::among(arguments), false);
    let text = error.render().ansi().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match printer.result(&text) {
            Ok(()) => ExitCode::Success,
            Err(error) => failed(&Failure::Output(error), &printer),
        },
        ErrorKind::InvalidUtf8 => failed(&not_utf8(arguments).into(), &printer),
        _ => {
            printer.usage(&text);
            ExitCode::Usage
        }
    }
}

/// clap does not say which argument it means. Those that may be any bytes are among them.
fn not_utf8(arguments: &[OsString]) -> Problem {
    let odd = arguments.iter().filter(|argument| argument.to_str().is_none());
    let odd: Vec<String> = odd.map(|argument| format!("`{}`", argument.display())).collect();
    Problem::new(format!("not in UTF-8: {}", odd.join(", ")))
        .help("only paths may hold other bytes; names, numbers and addresses are plain text")
}
