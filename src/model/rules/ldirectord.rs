//! Advice about ldirectord.

use super::Rule;

/// The rules.
pub(super) const RULES: &[Rule] = &[];
