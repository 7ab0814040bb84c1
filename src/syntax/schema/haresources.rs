//! Keywords of haresources.

use super::Keyword;

/// The rows.
pub const KEYWORDS: &[Keyword] = &[];
