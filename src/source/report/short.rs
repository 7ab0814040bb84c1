//! One line per finding, for editors and for `grep`.

use std::fmt::Write as _;

use super::legible;
use super::place::Locator;
use crate::source::{Diagnostic, Sources};

/// `file:line:column: severity[code] message`, one line each.
pub fn short(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    let mut locator = Locator::new(sources);
    for diagnostic in diagnostics {
        if let Some(at) = diagnostic.at {
            let start = locator.start(at);
            let name = legible(sources.get(sources.resolve(at).file).name());
            // Writing to a string cannot fail.
            let _ = write!(out, "{name}:{start}: ");
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
