//! Characters that are not what they seem: one finding per kind and file.

use super::{Format, Tree};
use crate::source::{Findings, SourceFile};

/// Reports the odd characters of `file` outside comments.
pub fn oddities(_file: &SourceFile, _tree: &Tree, _format: Format, _findings: &mut Findings) {}
