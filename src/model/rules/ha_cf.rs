//! Advice about ha_cf.

use super::Rule;

/// The rules.
pub(super) const RULES: &[Rule] = &[];
