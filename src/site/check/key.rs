//! The key by which heartbeat's directors know each other.

use super::own;
use crate::model::{Cluster, Digest};
use crate::site::keys::Reader;
use crate::source::Diagnostic;
use crate::source::codes::inventory;

/// Warns where heartbeat's key comes from a password that VRRP sends in clear text: whoever heard it
/// can make the key as well.
pub(super) fn check(cluster: &Cluster, reader: &mut Reader<'_>) {
    if cluster.authentication.is_some() {
        return;
    }
    let mut of_routers = cluster.routers.iter().filter_map(|router| router.authentication.as_ref());
    let keys = of_routers.next().into_iter().flat_map(|authentication| &authentication.keys);
    let heard = keys.filter(|key| key.digest == Digest::Password);
    if let Some(at) = own(heard.map(|key| key.at).next(), reader) {
        let message = "heartbeat's key is made of a password that VRRP sends in clear text";
        let finding = Diagnostic::new(inventory::WEAK_KEY, at, message);
        reader.report(finding.help("authentication = { type = \"sha1\", secret = \"heartbeat\" }"));
    }
}
