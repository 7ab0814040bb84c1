//! Keywords of keepalived.conf.

use super::Keyword;

/// The rows, by part of the file.
pub const KEYWORDS: &[&[Keyword]] = &[];
