//! ha.cf, haresources, authkeys and ldirectord.cf: one statement a line, one blank between words.

use super::Formatted;
use super::page::Page;
use crate::source::Span;
use crate::syntax::schema::{self, Argument};
use crate::syntax::{Format, Kind, NodeRef, Tree};

/// Lays out a whole file.
pub(super) fn format(tree: &Tree, text: &str, format: Format) -> Formatted {
    let mut page = Page::like(text);
    for node in tree.top(text) {
        line(node, 0, text, format, &mut page);
        // Only ldirectord.cf has lines that belong to another.
        for child in node.children() {
            line(child, 1, text, format, &mut page);
        }
    }
    Formatted { text: page.finish(), kept: Vec::new() }
}

fn line(node: NodeRef<'_>, depth: usize, text: &str, format: Format, page: &mut Page<'_>) {
    let head = node.head().of(text);
    let comment = node.comment().of(text).trim_end();
    let bare = head.trim_end_matches(['\r', '\n']);
    if bare.is_empty() {
        return page.gap();
    }
    let unindented = bare.trim_start_matches([' ', '\t']);
    let indent = bare.get(..bare.len() - unindented.len()).unwrap_or_default();
    let depth = match format {
        Format::Ldirectord => match depth_of(indent).filter(|found| *found <= depth) {
            Some(found) => found,
            None => return page.verbatim(head, false),
        },
        _ => 0,
    };
    let said = match node.kind() {
        Kind::Blank if unindented.is_empty() && format != Format::Ldirectord => return page.gap(),
        Kind::Blank if unindented.starts_with('#') => Some(String::new()),
        // ldirectord takes blanks behind a value for a part of it.
        Kind::Directive if format == Format::Ldirectord && bare.ends_with([' ', '\t']) => None,
        Kind::Directive if node.place().span.start == start_of(node, indent) => {
            words(node, text, format)
        }
        _ => None,
    };
    let Some(mut said) = said else { return page.verbatim(head, false) };
    if !comment.is_empty() && !said.is_empty() {
        said.push_str(super::before_comment(node, text));
    }
    said.push_str(comment);
    page.line("\t", depth, &said, false);
}

/// ldirectord ends a section at a line in the first column, and takes four blanks or a tab for an
/// indent: these two are never exchanged, and nothing else is touched.
fn depth_of(indent: &str) -> Option<usize> {
    match indent {
        "" => Some(0),
        _ if indent.starts_with('\t') || indent.starts_with("    ") => Some(1),
        _ => None,
    }
}

/// Where a word begins that has only `indent` before it.
fn start_of(node: NodeRef<'_>, indent: &str) -> u32 {
    node.head().start + u32::try_from(indent.len()).unwrap_or(0)
}

/// The words of a line; `None` when its blanks may mean something.
fn words(node: NodeRef<'_>, text: &str, format: Format) -> Option<String> {
    let place = node.place().span;
    let behind = Span::new(place.end, node.head().end).of(text);
    let (end, _) = behind.split_once('#').unwrap_or((behind, ""));
    let odd = |c: char| !matches!(c, ' ' | '\t' | '\r' | '\n');
    if place.of(text).contains('\n') || end.contains(odd) {
        return None;
    }
    let joined = joined(node, format);
    let mut line = String::new();
    let mut from = place.start;
    for (number, word) in node.words().enumerate() {
        let span = word.place().span;
        if number > joined {
            // What follows is one value, whose blanks are its own.
            line.push_str(Span::new(from, place.end).of(text));
            return Some(line);
        }
        match Span::new(from, span.start).of(text) {
            "" => {}
            gap if gap.chars().all(|c| matches!(c, ' ' | '\t')) => line.push(' '),
            gap if number == 1 && gap.trim_matches([' ', '\t']) == "=" => line.push('='),
            _ => return None,
        }
        line.push_str(word.raw());
        from = span.end;
    }
    Some(line)
}

/// Number of the last word before which blanks are no part of a value.
fn joined(node: NodeRef<'_>, format: Format) -> usize {
    match format {
        // The number, the method; a key may hold blanks.
        Format::Authkeys => 1,
        Format::Ldirectord => 1,
        Format::HaCf => {
            let row = schema::find(format, "", &node.name());
            let has_rest = row.is_none_or(|row| {
                let free = |kind: &Argument| matches!(kind, Argument::Rest | Argument::Command);
                row.arguments.iter().any(free)
            });
            if has_rest { 1 } else { usize::MAX }
        }
        Format::Haresources | Format::Keepalived => usize::MAX,
    }
}
