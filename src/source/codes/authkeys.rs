//! Codes: authkeys.

use super::codes;

codes! {}
