//! `lvsha check --fix`: the certain edits, in the files or as a diff.

use std::io::Write as _;
use std::path::Path;

use super::super::Failure;
use super::super::inputs::Group;
use super::super::output_directory::{OutputDirectory, OutputError};
use super::super::printer::Printer;
use super::read::NamedSites;
use crate::model::mend::{Made, mend};
use crate::model::read::{Options, read_with};
use crate::source::words::counted;
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
    let named = NamedSites::of(groups, sources);
    for group in groups {
        let options = named.options_for(group, sources, options);
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
fn write(sources: &Sources, changed: &[Before]) -> Result<(), OutputError> {
    let mut directory = OutputDirectory::new(Path::new(""));
    for old in changed {
        let file = sources.get(old.file);
        let path = file.path().unwrap_or(Path::new(file.name()));
        directory.stage_replacement(path, &text::encode(&old.text), &text::encode(file.text()))?;
    }
    // They differ from what is there: that is what they are written for.
    directory.commit(true).map(|_| ())
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
