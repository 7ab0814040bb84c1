//! `lvsha check --fix`: the certain edits, in the files or as a diff.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::super::Failure;
use super::super::inputs::Group;
use super::super::output_directory::OutputDirectory;
use super::super::printer::{Printer, Problem};
use super::read::options_for;
use crate::model::mend::{Made, mend};
use crate::model::read::{Options, read_with};
use crate::source::text::counted;
use crate::source::{FileId, Sources, text};

/// What is done with the edits.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    /// Whether the files are changed.
    pub(super) writes: bool,
    /// Whether a unified diff is printed.
    pub(super) shows: bool,
}

/// Mends every group in `sources`, writes the files, and returns how many are different.
pub(super) fn run(
    sources: &mut Sources,
    groups: &[Group],
    options: &Options,
    how: How,
    printer: &Printer,
) -> Result<usize, Failure> {
    let mut changed = Vec::new();
    let mut made = Vec::new();
    for group in groups {
        let options = options_for(group, options);
        // Secrets are known, and can be hidden in the diff, when the text has been parsed.
        read_with(sources, &group.inputs, &options);
        let mut files: Vec<FileId> =
            group.inputs.iter().flat_map(|input| sources.parts(input.file)).collect();
        files.sort_unstable();
        files.dedup();
        let before: Vec<Before> = files
            .into_iter()
            .map(|file| Before {
                file,
                text: sources.get(file).text().to_owned(),
                shown: if how.shows { sources.get(file).shown_whole() } else { String::new() },
            })
            .collect();
        made.extend(mend(sources, &group.inputs, &options));
        changed.extend(before.into_iter().filter(|old| sources.get(old.file).text() != old.text));
    }
    for old in changed.iter().filter(|_| how.shows) {
        printer.result(&diff(sources, old))?;
    }
    if how.writes {
        write(sources, &changed)?;
    }
    report(&made, changed.len(), how, printer);
    Ok(changed.len())
}

/// A file as it was.
struct Before {
    file: FileId,
    text: String,
    shown: String,
}

/// All files are written beside their targets before the first one is renamed.
fn write(sources: &Sources, changed: &[Before]) -> Result<(), Failure> {
    let mut directory = OutputDirectory::new(Path::new(""));
    for old in changed {
        let file = sources.get(old.file);
        let fail = |error: std::io::Error| {
            let message = format!("cannot change `{}`: {error}", file.name());
            Problem::new(message).help("no file was changed; `--diff` shows the edits")
        };
        // A link stays a link: the file that it leads to is replaced.
        let path = file.path().unwrap_or(Path::new(file.name()));
        let target = std::fs::canonicalize(path).map_err(fail)?;
        let mode = std::fs::metadata(&target).map_err(fail)?.permissions().mode() & 0o7777;
        if std::fs::read(&target).map_err(fail)? != *text::encode(&old.text) {
            let message = format!("`{}` changed while it was checked", file.name());
            return Err(Problem::new(message).help("no file was changed; run lvsha again").into());
        }
        let bytes = text::encode(file.text());
        let staged = directory.stage(&target, mode, |out| out.write_all(&bytes));
        staged.map_err(|error| Problem::new(error.to_string()).help("no file was changed"))?;
    }
    // They differ from what is there: that is what they are written for.
    directory.commit(true).map_err(|error| Problem::new(error.to_string()))?;
    Ok(())
}

/// The edits of one file as `patch` reads them, with secrets as asterisks.
fn diff(sources: &Sources, old: &Before) -> String {
    let file = sources.get(old.file);
    let new = file.shown_whole();
    let diff = similar::TextDiff::from_lines(old.shown.as_str(), new.as_str());
    let (from, to) = (format!("a/{}", file.name()), format!("b/{}", file.name()));
    let mut out = Vec::new();
    // Writing to a vector cannot fail.
    let _ = write!(out, "{}", diff.unified_diff().context_radius(3).header(&from, &to));
    String::from_utf8_lossy(&out).into_owned()
}

fn report(made: &[Made], files: usize, how: How, printer: &Printer) {
    for Made { code, title, place, edits } in made {
        let times = if *edits > 1 { format!(" ({edits} places)") } else { String::new() };
        printer.status(&format!("{place}: {title}{times} [{code}]"));
    }
    let files = counted(files, "file");
    let edits = counted(made.iter().map(|made| made.edits).sum(), "edit");
    printer.status(&match (made.is_empty(), how.writes) {
        (true, _) => "nothing to be mended with certainty".to_owned(),
        (false, true) => format!("mended: {edits} in {files}"),
        (false, false) => format!("would be mended: {edits} in {files}"),
    });
}
