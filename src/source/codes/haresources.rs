//! Codes: haresources.

use super::codes;

codes! {}
