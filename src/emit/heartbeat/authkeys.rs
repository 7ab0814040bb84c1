//! authkeys.

use std::fmt::Write as _;

use super::View;
use crate::model::Digest;

/// The keys, the active one named first: heartbeat looks for it only below its `auth` line.
///
/// Keys of VRRP have no word here and are left out; a translation replaces them before.
pub fn authkeys(view: &View<'_>) -> String {
    let mut out = view.head();
    let Some(authentication) = &view.cluster.authentication else { return out };
    if let Some(active) = authentication.active {
        let _ = writeln!(out, "auth {}", active.value);
    }
    for key in &authentication.keys {
        let method = match key.digest {
            Digest::Crc => "crc",
            Digest::Md5 => "md5",
            Digest::Sha1 => "sha1",
            Digest::Header | Digest::HmacSha256 | Digest::Password => continue,
        };
        let line = format!("{} {method} {}", key.number, key.secret);
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}
