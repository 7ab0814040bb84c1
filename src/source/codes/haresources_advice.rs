//! Codes: haresources_advice.

use super::codes;

codes! {}
