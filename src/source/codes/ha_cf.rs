//! Codes: ha_cf.

use super::codes;

codes! {}
