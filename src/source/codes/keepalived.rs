//! Codes: keepalived.

use super::codes;

codes! {}
