//! Codes: inputs.

use super::codes;

codes! {}
