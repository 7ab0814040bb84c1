//! `lvsha fmt`: one layout for every file.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::args::FormatName;
use super::inputs::{self, Gathered};
use super::output_directory::replace;
use super::printer::{Printer, Problem};
use super::{ExitCode, Failure};
use crate::emit::fmt::{self, Formatted, Refusal};
use crate::model::read::Input;
use crate::source::words::counted;
use crate::source::{SourceFile, Sources, text};
use crate::syntax::{Format, detect};

/// Lay out configuration files: indents, blanks, empty lines
///
/// Only the layout changes: order, comments and meaning stay, and a file that another layout would
/// change is left alone. Includes, definitions and lines for one node stay as they are. Files are
/// replaced at once and keep their mode.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files, and directories such as /etc/ha.d; `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Format of the named files, where neither name nor text tells
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    format: Option<FormatName>,

    /// Write nothing; name the files that would change, and exit with 1 if there are any
    #[arg(long)]
    check: bool,

    /// Write nothing; show what would change, and exit with 1 if anything does
    #[arg(long)]
    diff: bool,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut sources = Sources::new();
    let forced = arguments.format.map(Into::into);
    let (standard, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        arguments.paths.iter().cloned().partition(|path| path == Path::new("-"));
    let Gathered { groups, problems } = inputs::gather_as(&paths, forced, &mut sources);
    let inputs: Vec<Input> = groups.into_iter().flat_map(|group| group.inputs).collect();
    let mut work = Work { arguments, printer, inputs: &inputs, changed: 0, refused: 0 };
    for input in &inputs {
        work.file(&sources, *input)?;
    }
    if !standard.is_empty() {
        let input = standard_input(forced, &mut sources)?;
        work.stream(&sources, input)?;
    }
    problems.iter().for_each(|problem| printer.problem(problem));
    if !inputs.is_empty() {
        printer.status(&work.summary(inputs.len()));
    }
    let would_change = work.writes_nothing() && work.changed > 0;
    Ok(match () {
        () if !problems.is_empty() => ExitCode::Usage,
        () if work.refused > 0 || would_change => ExitCode::Findings,
        () => ExitCode::Success,
    })
}

/// One run over all files.
struct Work<'a> {
    arguments: &'a Arguments,
    printer: &'a Printer,
    /// The files that were named.
    inputs: &'a [Input],
    changed: usize,
    refused: usize,
}

impl Work<'_> {
    /// Lays out a file in its place.
    fn file(&mut self, sources: &Sources, input: Input) -> Result<(), Failure> {
        let file = sources.get(input.file);
        let Some(new) = self.laid_out(file, input.format) else { return Ok(()) };
        if new == file.text() {
            return Ok(());
        }
        self.changed += 1;
        if self.writes_nothing() {
            return self.show(sources, input, &new);
        }
        let (old, new) = (text::encode(file.text()), text::encode(&new));
        let path = file.path().unwrap_or(Path::new(file.name()));
        replace(path, &old, &new).map_err(|error| {
            if self.changed == 1 {
                return error.into();
            }
            let help = "the files before it are laid out already: mend what it says, run it again";
            Failure::Input(Problem::new(error.to_string()).help(help))
        })
    }

    /// Lays out standard input on standard output; what cannot be laid out comes out as it is.
    fn stream(&mut self, sources: &Sources, input: Input) -> Result<(), Failure> {
        let file = sources.get(input.file);
        let new = self.laid_out(file, input.format).unwrap_or_else(|| file.text().to_owned());
        self.changed += usize::from(new != file.text());
        if self.writes_nothing() {
            return if new == file.text() { Ok(()) } else { self.show(sources, input, &new) };
        }
        self.printer.results(|out| out.write_all(&text::encode(&new)))?;
        Ok(())
    }

    /// The new text, and a word about what stays as it is.
    fn laid_out(&mut self, file: &SourceFile, format: Format) -> Option<String> {
        match fmt::format(file, format) {
            Ok(Formatted { text, kept }) => {
                for line in kept {
                    let name = file.name();
                    self.printer.status(&format!(
                        "{name}:{line}: left as it is from here to the next block: the braces do not match"
                    ));
                }
                Some(text)
            }
            Err(refusal) => {
                self.refused += 1;
                let problem = Problem::new(format!("`{}`: {refusal}", file.name()));
                self.printer.problem(&match refusal {
                    Refusal::Findings(code) => {
                        problem.help(format!("`lvsha explain {code}` says what it is about"))
                    }
                    Refusal::Comments | Refusal::Meaning | Refusal::Unsettled => problem,
                });
                None
            }
        }
    }

    /// What would change: the name, or the lines.
    fn show(&self, sources: &Sources, input: Input, new: &str) -> Result<(), Failure> {
        let file = sources.get(input.file);
        if !self.arguments.diff {
            self.printer.result(&format!("{}\n", file.name()))?;
            return Ok(());
        }
        let masked = |content: &str| fmt::masked(sources, self.inputs, input, content);
        let (old, new) = (masked(file.text()), masked(new));
        let diff = similar::TextDiff::from_lines(&old, &new);
        let diff = diff.unified_diff().header(file.name(), file.name()).to_string();
        self.printer.result(&diff)?;
        Ok(())
    }

    fn summary(&self, files: usize) -> String {
        let would = if self.writes_nothing() { "would change" } else { "changed" };
        let refused = match self.refused {
            0 => String::new(),
            refused => format!(", {refused} left alone"),
        };
        let files = counted(files, "file");
        format!("{files}: {} {would}{refused}", self.changed)
    }

    fn writes_nothing(&self) -> bool {
        self.arguments.check || self.arguments.diff
    }
}

/// Reads standard input to its end.
fn standard_input(forced: Option<Format>, sources: &mut Sources) -> Result<Input, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|error| {
        Failure::Input(Problem::new(format!("cannot read standard input: {error}")))
    })?;
    let file = sources.add("standard input", &bytes);
    let format = forced.or_else(|| detect(sources.get(file)));
    let format = format.ok_or_else(|| {
        Problem::new("cannot tell the format of standard input")
            .help("name it with `--as keepalived`, `--as ha.cf` and so on")
    })?;
    Ok(Input { file, format })
}
