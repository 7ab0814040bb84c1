//! Advice about haresources.

use super::Rule;

/// The rules.
pub(super) const RULES: &[Rule] = &[];
