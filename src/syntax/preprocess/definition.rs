//! `$NAME=value`, for one line or several.

use std::rc::Rc;

use super::{Preprocessor, line};
use crate::source::codes::preprocessor as codes;
use crate::source::{Composition, Diagnostic, Place};

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    /// The name where it is defined; for the variable of a sequence, the sequence.
    pub(super) at: Option<Place>,
    /// Its lines, joined by line feeds. Uses inside are replaced when it is used.
    pub(super) value: Rc<Composition>,
}

impl Preprocessor<'_> {
    /// Keeps the definition that `line` begins, and reads on while it goes on.
    pub(super) fn define(&mut self, name: String, line: &Composition) {
        let text = line.text();
        let head = name.len() + 2;
        let from = text.len() - line::trimmed(text.get(head..).unwrap_or_default()).len();
        let at = self.place(line, 0..head);
        let mut value = Composition::new();
        let mut goes_on = add(&mut value, line, from);
        while goes_on {
            let Some(next) = self.continuation() else { break };
            match line::without_comment(&next) {
                Some(next) => goes_on = add(&mut value, &next, 0),
                // A comment does not interrupt a definition; an empty line does, in 2.2.7.
                None if next.text().trim().is_empty() => {
                    self.report(line, 0..head, |at| {
                        let message = format!("an empty line ends the definition of `${name}`");
                        Diagnostic::new(codes::EMPTY_LINE_IN_DEFINITION, at, message)
                            .label("its last line ends in a backslash")
                            .help("remove the backslash of the last line, or the empty line")
                    });
                    break;
                }
                None => {}
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
