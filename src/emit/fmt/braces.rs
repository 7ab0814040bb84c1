//! keepalived.conf: one statement a line, four blanks for each open block.

use std::iter::Peekable;

use super::Formatted;
use super::page::Page;
use crate::source::{SourceFile, Span};
use crate::syntax::{Children, Kind, NodeRef, Tree};

/// Lays out a whole file.
pub(super) fn format(tree: &Tree, file: &SourceFile) -> Formatted {
    let text = file.text();
    let mut page = Page::like(text);
    let mut kept = Vec::new();
    let whole = WholeLines::of(text);
    let mut nodes = tree.top(text).peekable();
    while let Some(node) = nodes.next() {
        if whole.hold(node, text) {
            page.verbatim(to_line_end(node, &mut nodes, text).of(text), false);
        } else if is_sound(node, tree, text) {
            statement(node, text, &whole, &mut page);
        } else {
            kept.push(usize::try_from(file.position(start(node)).line).unwrap_or(0));
            page.verbatim(node.span().of(text), false);
        }
    }
    Formatted { text: page.finish(), kept }
}

/// Lines that keepalived takes or leaves, or repeats, as a whole and that hold more than one opening
/// brace at their end: what is moved out of them is no longer for the same nodes or rounds.
struct WholeLines(Vec<Span>);

impl WholeLines {
    fn of(text: &str) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + u32::try_from(line.len()).unwrap_or(0);
            let opens = line.split_once('{').map(|(_, behind)| behind.trim_start());
            let goes_on =
                opens.is_some_and(|behind| !behind.is_empty() && !behind.starts_with(['#', '!']));
            if line.trim_start().starts_with(['@', '~']) && (goes_on || line.contains('}')) {
                lines.push(Span::new(start, end));
            }
            start = end;
        }
        Self(lines)
    }

    /// Whether a node begins or ends on one.
    fn hold(&self, node: NodeRef<'_>, text: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let inside = node.span().of(text).trim_end();
        let last = node.span().start + u32::try_from(inside.len()).unwrap_or(0).saturating_sub(1);
        [start(node), last].into_iter().any(|at| {
            let line = self.0.partition_point(|line| line.end <= at);
            self.0.get(line).is_some_and(|line| line.contains(at))
        })
    }
}

/// A node and those behind it that stand on its last line.
fn to_line_end(node: NodeRef<'_>, behind: &mut Peekable<Children<'_>>, text: &str) -> Span {
    let mut span = node.span();
    while !span.of(text).ends_with('\n')
        && let Some(next) = behind.next()
    {
        span = span.to(next.span());
    }
    span
}

/// Whether every brace of a top-level node has its partner.
fn is_sound(node: NodeRef<'_>, tree: &Tree, text: &str) -> bool {
    // Not by recursion, because blocks may be nested without end.
    let mut inside =
        tree.walk_from(text, node.index()).take_while(|inner| inner.index() < node.behind());
    inside.all(|inner| {
        let matched = !matches!(inner.kind(), Kind::Junk | Kind::Stray) && !inner.is_unclosed();
        matched && inner.word(0).is_none_or(|word| word.raw() != "{")
    })
}

/// A top-level node with everything inside, without recursion.
fn statement(top: NodeRef<'_>, text: &str, whole: &WholeLines, page: &mut Page<'_>) {
    let mut open = Vec::new();
    head(top, 0, text, page);
    if top.has_body() {
        open.push(top.children().peekable());
    }
    while let Some(children) = open.last_mut() {
        let Some(child) = children.next() else {
            open.pop();
            page.close(INDENT, open.len());
            continue;
        };
        if whole.hold(child, text) {
            page.verbatim(to_line_end(child, children, text).of(text), false);
            continue;
        }
        let depth = open.len();
        head(child, depth, text, page);
        if child.has_body() {
            open.push(child.children().peekable());
        }
    }
}

/// What stands before the children of a node.
fn head(node: NodeRef<'_>, depth: usize, text: &str, page: &mut Page<'_>) {
    let comment = node.comment().of(text).trim_end();
    if node.kind() == Kind::Blank {
        return blank(node, comment, depth, text, page);
    }
    let Some(mut line) = words(node, text) else {
        return as_it_is(node, depth, text, page);
    };
    if node.has_body() {
        line.push_str(" {");
    }
    if !comment.is_empty() {
        // Behind a brace nothing can touch a word.
        let gap = if node.has_body() { " " } else { super::before_comment(node, text) };
        line.push_str(gap);
        line.push_str(comment);
    }
    // keepalived cuts longer lines, so a longer indent must not make one, nor a shorter end it.
    let was = node.head().len() as usize;
    if was.max(line.len() + depth * INDENT.len()) > LONGEST {
        return as_it_is(node, depth, text, page);
    }
    page.line(INDENT, depth, &line, node.has_body());
}

/// A line without words: empty, a comment, or the brace of the block around it.
fn blank(node: NodeRef<'_>, comment: &str, depth: usize, text: &str, page: &mut Page<'_>) {
    if !comment.is_empty() {
        let behind_words = text
            .get(..node.span().start as usize)
            .is_some_and(|before| !before.is_empty() && !before.ends_with('\n'));
        if behind_words {
            page.behind(comment);
        } else {
            page.line(INDENT, depth, comment, false);
        }
    } else if node.span().of(text).trim().is_empty() {
        page.gap();
    }
}

/// The words of a line with one blank between them; `None` when its blanks may mean something.
fn words(node: NodeRef<'_>, text: &str) -> Option<String> {
    let first = node.word(0)?.raw();
    let shell_like = node.words().any(|word| word.raw().contains(['\\', '\'']));
    let special = first.starts_with(['@', '$', '~']) || first.starts_with("include");
    let place = node.place().span;
    let indent = Span::new(node.span().start, place.start).of(text);
    let behind = Span::new(place.end, node.head().end).of(text);
    let (end, _) = behind.split_once(['#', '!']).unwrap_or((behind, ""));
    let odd = |c: char| !matches!(c, ' ' | '\t' | '\r' | '\n' | '{');
    if special || indent.contains(odd) || end.contains(odd) || place.of(text).contains('\n') {
        return None;
    }
    if shell_like {
        return Some(place.of(text).to_owned());
    }
    let mut line = String::new();
    let mut from = place.start;
    for word in node.words() {
        let span = word.place().span;
        let gap = Span::new(from, span.start).of(text);
        if gap.contains(|c| c != ' ' && c != '\t') {
            return None;
        }
        // Words that touch stay together: `a"b"` is two words to keepalived.
        if !gap.is_empty() {
            line.push(' ');
        }
        line.push_str(word.raw());
        from = span.end;
    }
    Some(line)
}

/// The line as it stands, its indent included.
fn as_it_is(node: NodeRef<'_>, depth: usize, text: &str, page: &mut Page<'_>) {
    let head = node.head().of(text);
    page.verbatim(head, node.has_body());
    let before_comment = Span::new(node.head().start, node.place().span.end);
    let behind = head.get(before_comment.len() as usize..).unwrap_or_default();
    // The brace stands on a line of its own, which is not written again.
    let ends = behind.trim_start();
    if node.has_body() && (ends.is_empty() || ends.starts_with(['#', '!'])) {
        page.line(INDENT, depth, "{", true);
    }
}

/// Where the words of a node begin, or else the node.
fn start(node: NodeRef<'_>) -> u32 {
    node.word(0).map_or(node.span().start, |word| word.place().span.start)
}

const INDENT: &str = "    ";

/// Bytes of a line with its end that keepalived reads at once (measured with 2.2.7 and 2.4.3).
const LONGEST: usize = 1022;
