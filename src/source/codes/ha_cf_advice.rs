//! Codes: ha_cf_advice.

use super::codes;

codes! {}
