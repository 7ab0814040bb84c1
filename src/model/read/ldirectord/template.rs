//! Placeholders of template languages: a file that nobody has rendered yet.

use crate::source::codes::ldirectord as codes;
use crate::source::{Diagnostic, Place, Verdict};

use super::Reader;

/// Whether `text` holds a placeholder.
pub(super) fn is_template(text: &str) -> bool {
    // Nearly all lines hold neither sign.
    if !text.contains(['{', '<', '@']) {
        return false;
    }
    MARKS.iter().any(|(open, close)| has_pair(text, open, close)) || has_autoconf_name(text)
}

/// Whether a mark opens and its counterpart closes: a request with `{%22` in it is an address, and `^${`
/// an expression.
fn has_pair(text: &str, open: &str, close: &str) -> bool {
    let behind = text.split_once(open).map(|(_, behind)| behind);
    behind.is_some_and(|behind| behind.contains(close))
}

/// Reports it, once for a file.
pub(super) fn report(reader: &mut Reader<'_>, at: Place, verdict: Verdict) {
    let finding = Diagnostic::new(codes::TEMPLATE, at, "this is a template that was not rendered")
        .label("a placeholder")
        .verdict(verdict)
        .help("check the file that Ansible, Puppet, Chef or autoconf makes of it");
    reader.findings.push_once_per_file(finding);
}

/// `@NAME@`, but not a mail address.
fn has_autoconf_name(text: &str) -> bool {
    let mut parts = text.split('@');
    // What is before the first sign is never a name.
    parts.next();
    let is_name = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if is_name(part) && parts.peek().is_some() {
            return true;
        }
    }
    false
}

const MARKS: &[(&str, &str)] = &[("{{", "}}"), ("{%", "%}"), ("<%", "%>"), ("${", "}")];
