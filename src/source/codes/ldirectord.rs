//! Codes: ldirectord.

use super::codes;

codes! {}
