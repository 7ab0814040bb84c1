//! Keywords of ha_cf.

use super::Keyword;

/// The rows.
pub const KEYWORDS: &[Keyword] = &[];
