//! ldirectord: text to tree.

use super::{Builder, Format, Parsed};
use crate::source::SourceFile;

/// Parses the whole text.
pub(super) fn parse(source: &SourceFile) -> Parsed {
    let length = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
    Parsed::new(Builder::new(source.id()).finish(length), source, Format::Ldirectord)
}
