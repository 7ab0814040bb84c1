//! What the real program does with a file, as far as the findings tell.

use crate::source::{Diagnostic, FileId, Verdict};

/// [`Verdict::Refuses`] when any finding in `file` makes its program refuse it.
pub fn verdict(file: FileId, diagnostics: &[Diagnostic]) -> Verdict {
    let refused = diagnostics
        .iter()
        .any(|d| d.verdict == Verdict::Refuses && d.at.is_some_and(|at| at.file == file));
    if refused { Verdict::Refuses } else { Verdict::Accepts }
}
