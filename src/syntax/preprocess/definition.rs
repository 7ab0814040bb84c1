//! `$NAME=value`, for one line or several.

use std::rc::Rc;

use super::{Preprocessor, line};
use crate::source::codes::preprocessor as codes;
use crate::source::{Composition, Diagnostic, Place, Verdict};

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    /// The name where it is defined; for the variable of a sequence, the sequence.
    pub(super) at: Option<Place>,
    /// Its lines, joined by line feeds. Uses inside are replaced when it is used.
    pub(super) value: Rc<Composition>,
}

impl Preprocessor<'_> {
    /// Keeps the definition that `line` begins, and reads on while it goes on. A backslash in the
    /// comment that stood behind `line` counts, too.
    pub(super) fn define(&mut self, name: String, line: &Composition, comment_goes_on: bool) {
        let text = line.text();
        let head = name.len() + 2;
        let from = text.len() - line::trimmed(text.get(head..).unwrap_or_default()).len();
        let at = self.place(line, 0..head);
        let mut value = Composition::new();
        let mut goes_on = add(&mut value, line, from) || comment_goes_on;
        while goes_on {
            let Some(next) = self.continuation() else { break };
            goes_on = line::comment_goes_on(next.text());
            match line::without_comment(&next) {
                Some(code) => goes_on |= add(&mut value, &code, 0),
                None if goes_on => {}
                // The first process of 2.2.7 skips a comment and writes an empty line for the others, where
                // the definition ends: the first one misses the next line (tried).
                None => {
                    let is_empty = next.text().trim().is_empty();
                    let (what, verdict, help) = match is_empty {
                        true => ("an empty line", Verdict::Accepts, EMPTY),
                        false => ("a comment", Verdict::Depends, COMMENT),
                    };
                    self.report(line, 0..head, |at| {
                        let message = format!("{what} ends the definition of `${name}`");
                        Diagnostic::new(codes::EMPTY_LINE_IN_DEFINITION, at, message)
                            .verdict(verdict)
                            .label("the line before ends in a backslash")
                            .help(help)
                    });
                }
            }
        }
        self.definitions.insert(name, Definition { at, value: Rc::new(value) });
    }
}

/// Adds a line from byte `from` on; says whether a backslash joins the next one.
fn add(value: &mut Composition, line: &Composition, from: usize) -> bool {
    let text = line.text();
    let goes_on = text.get(from..).is_some_and(|text| text.ends_with('\\'));
    let code = if goes_on { text.get(..text.len() - 1).unwrap_or_default() } else { text };
    let end = code.trim_end().len();
    if end > from {
        if !value.text().is_empty() {
            let at = line.written_at(from..end);
            at.into_iter().for_each(|at| value.push_made(at, "\n"));
        }
        value.push(line, from..end, None);
    }
    goes_on
}

const EMPTY: &str = "remove the backslash of the last line, or the empty line";
const COMMENT: &str = "end the comment in a backslash, too, or put it above the definition";
