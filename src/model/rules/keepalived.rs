//! Advice about keepalived.

use super::Rule;

/// The rules.
pub(super) const RULES: &[Rule] = &[];
