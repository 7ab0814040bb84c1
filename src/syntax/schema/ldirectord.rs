//! Keywords of ldirectord.

use super::Keyword;

/// The rows.
pub const KEYWORDS: &[Keyword] = &[];
