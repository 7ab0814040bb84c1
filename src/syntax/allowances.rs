//! Comments for lvsha, in any format: `# lvsha: allow LV2310, many-addresses why`.

use super::{Kind, NodeRef, Tree};
use crate::source::codes::comments;
use crate::source::{Allowance, Code, Diagnostic, Findings, SourceFile, Span};

/// Puts what the comments of a file silence into `findings`, and reports those that are not
/// understood.
pub fn allowances(file: &SourceFile, tree: &Tree, findings: &mut Findings) {
    // Most files have none, and a scan for a word costs less than a walk.
    if !file.text().contains(SIGN) {
        return;
    }
    let text = file.text();
    let head = tree.walk(text).find(|node| node.kind() != Kind::Blank);
    let head = head.map_or(file.end(), |node| node.span().start);
    // Comments on lines of their own wait for the line that they stand above.
    let mut waiting = Vec::new();
    for node in tree.walk(text) {
        let request = request(file, node.comment(), findings);
        if node.kind() == Kind::Blank {
            if node.comment().start < head {
                let whole = Span::new(0, file.end().saturating_add(1));
                findings.allow(request.into_iter().flat_map(|request| request.over(whole)));
            } else {
                waiting.extend(request);
            }
            continue;
        }
        let above = waiting.drain(..).flat_map(|request| request.over(node.span()));
        findings.allow(above);
        let line = line_of(file, node);
        findings.allow(request.into_iter().flat_map(|request| request.over(line)));
    }
    // Nothing follows: these can silence nothing, which is reported in the end.
    findings.allow(waiting.into_iter().flat_map(|request| request.over(Span::new(0, 0))));
}

/// `allow` with its codes and its reason.
struct Request {
    codes: Vec<(Code, crate::source::Place)>,
    reason: String,
}

impl Request {
    fn over(self, holds: Span) -> impl Iterator<Item = Allowance> {
        let reason = self.reason;
        let allowance = move |(code, at)| Allowance { at, code, holds, reason: reason.clone() };
        self.codes.into_iter().map(allowance)
    }
}

/// What a comment asks for; `None` for an ordinary comment.
fn request(file: &SourceFile, comment: Span, findings: &mut Findings) -> Option<Request> {
    let text = comment.of(file.text());
    let start = text.find(SIGN)?;
    // Only a comment that begins with the sign is meant for lvsha, not one that speaks of it.
    if !text.get(..start)?.chars().all(|c| matches!(c, '#' | '!' | ' ' | '\t')) {
        return None;
    }
    let words = words(text, start + SIGN.len());
    let place = |from: usize, to: usize| file.id().at(part(comment, from, to));
    let mut not_understood = |from: usize, to: usize, message: String| {
        findings.push(
            Diagnostic::new(comments::UNKNOWN_REQUEST, place(from, to), message)
                .help("write `lvsha: allow`, a code or its name, and why"),
        );
    };
    let mut words = words.into_iter();
    match words.next() {
        Some((_, "allow")) => {}
        Some((at, word)) => {
            let message = format!("lvsha has no request `{word}`");
            not_understood(at, at + word.len(), message);
            return None;
        }
        None => {
            not_understood(start, start + SIGN.len(), "nothing stands behind `lvsha:`".to_owned());
            return None;
        }
    }
    let mut request = Request { codes: Vec::new(), reason: String::new() };
    let mut is_expected = true;
    for (at, word) in words {
        let name = word.trim_end_matches([',', ':']);
        match Code::find(name).filter(|_| is_expected) {
            Some(code) => request.codes.push((code, place(at, at + name.len()))),
            None if is_expected => {
                not_understood(at, at + name.len(), format!("there is no finding `{name}`"));
            }
            None => {
                request.reason = text.get(at..).unwrap_or_default().trim_end().to_owned();
                break;
            }
        }
        // A comma says that another code follows, blanks alone that the reason does.
        is_expected = word.ends_with(',');
    }
    if is_expected && request.codes.is_empty() {
        not_understood(start, start + SIGN.len(), "no code stands behind `allow`".to_owned());
    }
    Some(request).filter(|request| !request.codes.is_empty())
}

/// The words of `text` from byte `from` on, with their offsets.
fn words(text: &str, from: usize) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut at = from;
    for piece in text.get(from..).unwrap_or_default().split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        if !word.is_empty() {
            words.push((at, word));
        }
        at += piece.len();
    }
    words
}

/// The line of a node's words, without what its braces hold on other lines.
fn line_of(file: &SourceFile, node: NodeRef<'_>) -> Span {
    let at = node.place().span.start;
    let line = file.lines().line_of(at);
    Span::new(file.lines().start_of(line), file.lines().end_of(line, file.end()))
}

/// A part of a comment, by byte offsets from its start.
fn part(comment: Span, from: usize, to: usize) -> Span {
    let offset = |at: usize| comment.start + u32::try_from(at).unwrap_or(0).min(comment.len());
    Span::new(offset(from), offset(to))
}

/// How a comment for lvsha begins.
const SIGN: &str = "lvsha:";

#[cfg(test)]
mod tests;
