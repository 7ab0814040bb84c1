//! Codes: keepalived_advice.

use super::codes;

codes! {}
