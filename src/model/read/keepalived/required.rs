//! Keywords that a block cannot do without.

use super::value::{hides_keywords, keyword};
use crate::source::codes::keepalived as codes;
use crate::source::{Diagnostic, Findings};
use crate::syntax::{NodeRef, Word};

/// Reports what `block`, of which the keyword table says `within`, lacks.
pub(super) fn check(block: NodeRef<'_>, within: &str, findings: &mut Findings) {
    for (_, keywords) in REQUIRED.iter().filter(|(path, _)| *path == within) {
        // An include or a definition may hold the keyword.
        let given = block.directives().any(|node| {
            let word = keyword(node);
            hides_keywords(&word, || node.word(1).map(Word::raw)) || keywords.contains(&&*word)
        });
        if let (false, Some(needed)) = (given, keywords.first()) {
            let message = format!("`{}` needs `{needed}`", block.name());
            findings.push(Diagnostic::new(codes::MISSING_KEYWORD, block.place(), message));
        }
    }
}

/// One of these words each; all tried with 2.2.7.
const REQUIRED: &[(&str, &[&str])] = &[
    ("bfd_instance", &["neighbor_ip", "neighbour_ip"]),
    ("garp_group", &["garp_interval", "gna_interval"]),
    ("track_file", &["file"]),
    ("virtual_server/real_server/BFD_CHECK", &["name"]),
    ("virtual_server/real_server/FILE_CHECK", &["track_file"]),
    ("virtual_server/real_server/HTTP_GET", &["url"]),
    ("virtual_server/real_server/HTTP_GET/url", &["path"]),
    ("virtual_server/real_server/MISC_CHECK", &["misc_path"]),
    ("virtual_server/real_server/SSL_GET", &["url"]),
    ("virtual_server/real_server/SSL_GET/url", &["path"]),
    ("vrrp_instance", &["virtual_router_id"]),
    ("vrrp_instance/authentication", &["auth_pass"]),
    ("vrrp_script", &["script"]),
    ("vrrp_track_file", &["file"]),
    ("vrrp_track_process", &["process"]),
];
