//! heartbeat's three files: ha.cf, haresources, authkeys.
//!
//! Texts are returned as [`crate::source::text::decode`] gives them: bytes that were no UTF-8 are
//! still escaped, and turn back into themselves when the file is written.

mod authkeys;
mod ha_cf;
mod haresources;
mod scripts;

pub use authkeys::authkeys;
pub use ha_cf::ha_cf;
pub use haresources::{address, haresources, in_words};
pub use scripts::scripts;

use super::Origin;
use crate::model::Cluster;

/// What surrounds the model when it is written.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// Where its further directives stand; without it they are left out.
    pub origin: Option<Origin<'a>>,
    /// Lines that come first, as comments.
    pub header: &'a [String],
}

impl View<'_> {
    /// The header as comment lines.
    pub(in crate::emit) fn head(&self) -> String {
        self.header.iter().map(|line| format!("# {line}\n")).collect()
    }
}

#[cfg(test)]
mod tests;
