//! Where directives that the model has no field for can be read again.

use crate::model::read::Input;
use crate::source::{Place, Sources};
use crate::syntax::Format;
use crate::syntax::characters::plain;

/// The files that a cluster was read from.
///
/// A writer needs them for what only travels along by its place: directives without a field, and
/// passwords, which the model does not hold.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Their texts.
    pub sources: &'a Sources,
    /// Their formats.
    pub inputs: &'a [Input],
}

impl<'a> Origin<'a> {
    /// The format of the file that holds `at`.
    pub fn format(&self, at: Place) -> Option<Format> {
        let input = self.inputs.iter().find(|input| input.file == at.file);
        input.map(|input| input.format)
    }

    /// The text at `at` as it was meant, when it stands in a file of `format`.
    pub fn text(&self, at: Place, format: Format) -> Option<std::borrow::Cow<'a, str>> {
        if self.format(at) != Some(format) {
            return None;
        }
        Some(plain(at.span.of(self.sources.get(at.file).text())))
    }
}
