//! One line per finding, for editors and for `grep`.

use std::fmt::Write as _;

use crate::source::{Diagnostic, Sources};

/// `file:line:column: severity[code] message`, one line each.
pub fn short(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        if let Some(at) = diagnostic.at {
            // Writing to a string cannot fail.
            let _ = write!(out, "{}: ", sources.describe(at));
        }
        let _ =
            write!(out, "{}[{}] {}", diagnostic.severity(), diagnostic.code, diagnostic.message);
        if diagnostic.occurrences > 1 {
            let _ = write!(out, " ({} times)", diagnostic.occurrences);
        }
        out.push('\n');
    }
    out
}
