//! Physical lines: where heartbeat's two readers cut them, and what was meant.

use super::{Reader, Text};
use crate::source::{Diagnostic, Place, SourceFile, Span, Verdict, codes};
use crate::syntax::{NodeRef, Word};

/// Reports a comment that ends in a backslash: the check at start skips the next line.
pub(super) fn comment(reader: &mut Reader<'_>, node: NodeRef<'_>) {
    let (text, comment) = (reader.file.text(), node.comment());
    // The comment of a continued line is another matter, and so is the end of the file.
    let is_last = comment.end.saturating_add(1) == node.span().end;
    if is_last && comment.of(text).ends_with('\\') {
        let span = Span::new(comment.end - 1, comment.end);
        let at = reader.file.id().at(span);
        let message = "heartbeat's check at start skips the line below this comment";
        let diagnostic = Diagnostic::new(codes::haresources::COMMENT_BACKSLASH, at, message);
        reader.report(diagnostic.fix(at, "", "delete the backslash"));
    }
}

/// The words of a group without the comments on its continued lines.
pub(super) fn words(reader: &mut Reader<'_>, node: NodeRef<'_>) -> Vec<Text> {
    joints(reader, node);
    glued_backslash(reader, node);
    glued_comment(reader, node);
    let text = reader.file.text();
    let mut words = Vec::new();
    // End of the comment that is being skipped: the end of its physical line.
    let mut skip = 0;
    for (index, word) in node.words().enumerate() {
        let span = word.place().span;
        if span.start < skip {
            continue;
        }
        // The first word stands on the first line, where `#` ends the words.
        let sign = word.raw().find(['#', '＃']).filter(|_| index > 0);
        let Some(sign) = sign else {
            words.push(Text::new(word));
            continue;
        };
        let from = word.part(sign, word.raw().len()).span.start;
        skip = end_of_line(text, from);
        continued_comment(reader, Span::new(from, skip));
        if sign > 0 {
            words.push(before_sign(word, sign));
        }
    }
    words
}

fn before_sign(word: Word<'_>, sign: usize) -> Text {
    let value = word.raw().get(..sign).unwrap_or_default();
    let value = crate::syntax::characters::plain(value).into_owned();
    Text { value, at: word.part(0, sign) }
}

fn continued_comment(reader: &mut Reader<'_>, line: Span) {
    let text = line.of(reader.file.text());
    let shown = text.trim_end_matches(|c: char| c == '\\' || c.is_whitespace());
    let length = u32::try_from(shown.len()).unwrap_or(u32::MAX);
    let at = reader.file.id().at(Span::new(line.start, line.start.saturating_add(length)));
    let message = "on a continued line a comment becomes resources";
    reader.report(
        Diagnostic::new(codes::haresources_advice::CONTINUED_COMMENT, at, message)
            .note("heartbeat removes comments before it joins lines")
            .help("move the comment to a line of its own above the group"),
    );
}

/// Checks what stands behind each backslash that continues a line.
fn joints(reader: &mut Reader<'_>, node: NodeRef<'_>) {
    let text = reader.file.text();
    let mut words = node.words().map(|word| word.place().span).peekable();
    let mut start = node.span().start;
    for line in node.span().of(text).split_inclusive('\n') {
        let end = start.saturating_add(u32::try_from(line.len()).unwrap_or(u32::MAX));
        // The backslash stands behind the last word of its line.
        let mut after = start;
        while let Some(word) = words.next_if(|word| word.end <= end) {
            after = word.end;
        }
        start = end;
        if end >= node.span().end {
            continue;
        }
        let gap = Span::new(after, end).of(text);
        let Some((front, tail)) = gap.split_once('\\') else { continue };
        let tail = tail.trim_end_matches('\n');
        if !tail.is_empty() {
            let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
            let from = after.saturating_add(length(front));
            let to = from.saturating_add(length(tail)).saturating_add(1);
            broken_joint(reader, Span::new(from, to), tail, end);
        }
    }
}

fn broken_joint(reader: &mut Reader<'_>, span: Span, tail: &str, next_line: u32) {
    let at = reader.file.id().at(span);
    let what = match tail.trim_start_matches([' ', '\t']) {
        "" => "a blank",
        "\r" => "a carriage return",
        comment if comment.contains('#') => "a comment",
        _ => "an invisible character",
    };
    let diagnostic = Diagnostic::new(
        codes::haresources::BLANK_AFTER_BACKSLASH,
        at,
        format!("{what} behind the backslash: heartbeat does not continue the line"),
    );
    // At start the next line counts as a group of its own.
    let text = reader.file.text();
    let next = Span::new(next_line, end_of_line(text, next_line));
    let name = next.of(text).split_ascii_whitespace().next().unwrap_or("#");
    let is_node =
        reader.cluster.nodes.iter().any(|node| node.name.value.eq_ignore_ascii_case(name));
    let refused = !name.starts_with('#') && !is_node;
    let verdict = if refused { Verdict::Refuses } else { Verdict::Accepts };
    reader.findings.push_once_per_file(diagnostic.verdict(verdict).fix(
        at,
        "\\",
        "end the line with the backslash",
    ));
}

/// A backslash directly behind the node: the check at start reads single lines and takes it for a
/// part of the name.
fn glued_backslash(reader: &mut Reader<'_>, node: NodeRef<'_>) {
    let Some(name) = node.words().next().map(|word| word.place()) else { return };
    let end = name.span.end;
    if !Span::new(end, node.span().end).of(reader.file.text()).starts_with("\\\n") {
        return;
    }
    let at = Place { span: Span::new(name.span.start, end.saturating_add(1)), ..name };
    let message = "the backslash becomes a part of the node's name";
    let diagnostic = Diagnostic::new(codes::haresources::GLUED_BACKSLASH, at, message);
    let gap = Place { span: Span::new(end, end), ..at };
    reader.report(diagnostic.fix(gap, " ", "put a blank in front of the backslash"));
}

/// A `#` directly behind the node: the check at start takes it for a part of the name.
fn glued_comment(reader: &mut Reader<'_>, node: NodeRef<'_>) {
    let Some(name) = node.words().next().filter(|_| node.words().len() == 1) else { return };
    let end = name.place().span.end;
    if node.comment().is_empty() || node.comment().start != end {
        return;
    }
    let at = Place { span: Span::new(name.place().span.start, end + 1), ..name.place() };
    let message = "the comment becomes a part of the node's name";
    let diagnostic = Diagnostic::new(codes::haresources::GLUED_COMMENT, at, message);
    let gap = Place { span: Span::new(end, end), ..at };
    reader.report(diagnostic.fix(gap, " ", "put a blank in front of `#`"));
}

/// Where a backslash at the end of the last line with text above `span` would stand.
pub(super) fn end_of_line_above(file: &SourceFile, span: Span) -> Option<Place> {
    let above = Span::new(0, span.start).of(file.text());
    // A comment or an empty line in between cannot be continued over.
    let line = above.strip_suffix('\n')?.rsplit('\n').next()?;
    if line.trim().is_empty() || line.contains('#') {
        return None;
    }
    let end = u32::try_from(above.trim_end().len()).ok()?;
    Some(file.id().at(Span::new(end, end)))
}

fn end_of_line(text: &str, from: u32) -> u32 {
    let rest = Span::new(from, u32::try_from(text.len()).unwrap_or(u32::MAX)).of(text);
    let length = rest.find('\n').unwrap_or(rest.len());
    from.saturating_add(u32::try_from(length).unwrap_or(u32::MAX))
}
