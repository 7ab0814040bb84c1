//! Codes: ldirectord_advice.

use super::codes;

codes! {}
