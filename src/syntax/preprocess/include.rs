//! The include family.

use super::{Frame, Preprocessor};
use crate::source::codes::preprocessor as codes;
use crate::source::{Composition, Diagnostic, IncludeLine, Verdict};

/// What makes keepalived refuse the whole configuration (measured with 2.2.7; exit 6).
#[derive(Debug)]
struct Strictness {
    word: &'static str,
    /// A file that cannot be read.
    unreadable: bool,
    /// A name without wildcards that names no file.
    missing: bool,
    /// A pattern that matches no file.
    unmatched: bool,
    /// One of several alternatives in braces that names no file.
    alternative: bool,
}

impl Preprocessor<'_> {
    /// Reads the files that an include line names before the next line.
    pub(super) fn include(&mut self, word: &str, line: Composition) {
        let Some(line) = self.replaced(line) else { return };
        let text = line.text();
        let behind = text.get(word.len()..).unwrap_or_default();
        // Blanks inside belong to the name; quotes are not removed.
        let pattern = behind.trim();
        let from = text.len() - behind.trim_start().len();
        let at = from..from + pattern.len();
        let strictness = STRICTNESS.iter().find(|row| row.word == word);
        let is_strict = |of: fn(&Strictness) -> bool| match strictness.is_some_and(of) {
            true => Verdict::Refuses,
            false => Verdict::Accepts,
        };
        let file = self.frames.iter().rev().find_map(Frame::file_id).unwrap_or(self.file);
        let found = self.sources.include(file, pattern, self.file, DIRECTORY);
        let is_read = !found.files.is_empty() && found.missing.is_empty();
        let written = self.place(&line, 0..at.end);
        self.include_lines.extend(written.map(|at| IncludeLine { at, is_read }));
        for refused in &found.refused {
            self.report(&line, at.clone(), |at| {
                let message = format!("`{}` is not read: {}", refused.name, refused.reason);
                Diagnostic::new(codes::INCLUDE_UNREADABLE, at, message)
                    .verdict(is_strict(|row| row.unreadable))
            });
        }
        // Of several alternatives the pattern as a whole is never missing.
        let of_missing: fn(&Strictness) -> bool = match found.has_braces {
            true => |row| row.alternative,
            false => |row| row.missing,
        };
        for name in &found.missing {
            self.report(&line, at.clone(), |at| {
                let message = format!("there is no file `{name}`");
                let quoted = name.starts_with('"');
                let help = if quoted { "leave out the quotes" } else { "correct the name" };
                Diagnostic::new(codes::INCLUDE_MISSING, at, message)
                    .verdict(is_strict(of_missing))
                    .help(help)
            });
        }
        let unmatched = is_strict(|row| row.unmatched);
        // A folder of parts that is still empty is what a plain `include` is for; with quotation marks
        // it is empty for ever.
        let is_quoted = |name: &str| name.starts_with('"');
        for name in &found.unmatched {
            let is_tolerated = unmatched != Verdict::Refuses && !is_quoted(name);
            self.report(&line, at.clone(), |at| {
                let message = format!("no file matches `{name}`");
                if is_tolerated {
                    return Diagnostic::new(codes::INCLUDE_EMPTY, at, message)
                        .help("in a copy of a director's files, copy what it includes as well");
                }
                let finding =
                    Diagnostic::new(codes::INCLUDE_MISSING, at, message).verdict(unmatched);
                if is_quoted(name) { finding.help("leave out the quotes") } else { finding }
            });
        }
        for file in &found.executable {
            let name = self.sources.get(*file).name().to_owned();
            self.report(&line, at.clone(), |at| {
                let message = format!("`{name}` has an execute bit");
                Diagnostic::new(codes::INCLUDE_EXECUTABLE, at, message)
                    .help(format!("chmod a-x {name}"))
            });
        }
        // The first file is to be read first, so it goes on top.
        for file in found.files.into_iter().rev() {
            if self.frames.iter().any(|frame| frame.file_id() == Some(file)) {
                // Routers and scripts that are there twice are errors, the rest is merged (tried).
                let repeats = self.sources.get(file).text().contains("vrrp_");
                let strict = is_strict(|row| row.unreadable);
                let verdict = if repeats { Verdict::Refuses } else { strict };
                self.report(&line, at.clone(), |at| {
                    let message = "the file includes itself, directly or through others";
                    Diagnostic::new(codes::INCLUDE_CYCLE, at, message)
                        .verdict(verdict)
                        .help("remove one of the include lines")
                });
                continue;
            }
            if !self.read.contains(&file) {
                self.read.push(file);
            }
            self.steps += 1;
            self.frames.push(Frame::file(file));
        }
    }
}

/// In the order of the fields.
const fn row(
    word: &'static str,
    [unreadable, missing, unmatched, alternative]: [bool; 4],
) -> Strictness {
    Strictness { word, unreadable, missing, unmatched, alternative }
}

const STRICTNESS: &[Strictness] = &[
    row("include", [false, false, false, false]),
    row("includer", [true, false, false, false]),
    row("includem", [true, true, false, false]),
    row("includew", [true, true, true, false]),
    row("includeb", [true, false, false, true]),
    row("includea", [true, true, true, true]),
];

/// Where keepalived.conf and its parts stand.
const DIRECTORY: &str = "/etc/keepalived";
