//! keepalived.conf: text to tree.
//!
//! Three steps, so that neither size nor depth of a file matters: the text is cut into pieces at
//! line ends, pest turns each piece into a flat list of tokens, and braces become nesting by the
//! tree builder's own stack.

use super::{Format, Parsed};
use crate::source::SourceFile;

mod nesting;
mod pieces;
mod plain;
mod tokens;

/// Parses the whole text.
pub(super) fn parse(source: &SourceFile) -> Parsed {
    let mut nesting = nesting::Nesting::new(source.id(), source.text());
    pieces::tokenize(source.text(), |tokens| nesting.add(tokens));
    Parsed::new(nesting.finish(), source, Format::Keepalived)
}

/// Whether a word opens a block at the top of a file and nowhere else. When one begins a line inside a
/// block, closing braces were forgotten before it. Each line asks, and this is quicker than a list.
fn is_top_level_block(word: &str) -> bool {
    matches!(
        word,
        "SSL"
            | "bfd_instance"
            | "garp_group"
            | "global_defs"
            | "interface_up_down_delays"
            | "linkbeat_interfaces"
            | "static_ipaddress"
            | "static_routes"
            | "static_rules"
            | "virtual_server"
            | "virtual_server_group"
            | "vrrp_instance"
            | "vrrp_script"
            | "vrrp_sync_group"
            | "vrrp_track_file"
            | "vrrp_track_process"
    )
}

#[cfg(test)]
mod tests;
