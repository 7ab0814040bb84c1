//! One line per finding, for editors and for `grep`.

use std::fmt::Write as _;

use super::legible;
use crate::source::{Diagnostic, Sources};

/// `file:line:column: severity[code] message`, one line each.
pub fn short(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        if let Some(at) = diagnostic.at {
            // Writing to a string cannot fail.
            let _ = write!(out, "{}: ", legible(&sources.describe(at)));
        }
        let message = legible(&diagnostic.message);
        let _ = write!(out, "{}[{}] {message}", diagnostic.severity(), diagnostic.code);
        if diagnostic.occurrences > 1 {
            let _ = write!(out, " ({} times)", diagnostic.occurrences);
        }
        out.push('\n');
    }
    out
}
