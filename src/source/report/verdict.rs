//! What the real program does with a file, as far as the findings tell.

use crate::source::{Diagnostic, FileId, Sources, Verdict};

/// [`Verdict::Refuses`] when any finding in `file`, or in what it includes, makes its program
/// refuse it.
pub fn verdict(sources: &Sources, file: FileId, diagnostics: &[Diagnostic]) -> Verdict {
    let parts = sources.parts(file);
    let refused = diagnostics
        .iter()
        .any(|d| d.verdict == Verdict::Refuses && d.at.is_some_and(|at| parts.contains(&at.file)));
    if refused { Verdict::Refuses } else { Verdict::Accepts }
}
