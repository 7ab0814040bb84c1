//! Files that are made from the keyword tables, for whoever has a property to hold.

use proptest::prelude::*;

use lvsha::syntax::Format;

pub(crate) mod heartbeat;
pub(crate) mod keepalived;

/// `part` of `whole` of the usual number of cases, for a property that takes long. The usual number
/// is 256, or PROPTEST_CASES.
pub(crate) fn share(part: u32, whole: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.saturating_mul(part) / whole, ..usual }
}

/// A file of `format` that its tables allow.
pub(crate) fn file(format: Format) -> BoxedStrategy<String> {
    match format {
        Format::Authkeys => heartbeat::authkeys(),
        Format::HaCf => heartbeat::ha_cf(),
        Format::Haresources => heartbeat::haresources(),
        Format::Keepalived => keepalived::block(""),
        Format::Ldirectord => heartbeat::ldirectord(),
    }
}
