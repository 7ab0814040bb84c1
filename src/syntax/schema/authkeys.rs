//! Keywords of authkeys.

use super::Keyword;

/// The rows.
pub const KEYWORDS: &[Keyword] = &[];
