//! Virtual router ids: heartbeat has none, so they are derived.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use crate::emit::Account;
use crate::model::{Cluster, Located, Sourced};
use crate::source::codes::conversion;

/// Numbers the routers by a stable hash of cluster name and group, without collisions.
pub(super) fn apply(cluster: &mut Cluster, account: &mut Account) {
    let name = cluster.name.as_ref().map_or("linux-ha", |name| &name.value);
    let mut taken: BTreeSet<u8> = BTreeSet::new();
    for router in &mut cluster.routers {
        let key = router.resources.first().map_or_else(String::new, |resource| {
            let arguments = resource.arguments.iter().map(|a| a.value.as_str());
            arguments.fold(resource.name.clone(), |key, argument| format!("{key}::{argument}"))
        });
        let mut number = hash(name, &key);
        // 255 groups at most can differ on one segment; beyond that the last number repeats and
        // `check` reports the clash.
        for _ in 0..254 {
            if taken.insert(number) {
                break;
            }
            number = number % 255 + 1;
        }
        taken.insert(number);
        router.virtual_router_id = Some(Sourced::implied(number));
        let note = format!("virtual_router_id {number} was chosen for this group");
        // A group's place begins with the name of its preferred node.
        account.changed(
            router.at,
            conversion::ROUTER_ID_INVENTED,
            "priority, virtual_router_id",
            &note,
        );
    }
    let place = cluster.name.place();
    account.changed(
        place,
        conversion::ROUTER_ID_INVENTED,
        "virtual_router_id",
        "the name is a part of what the virtual router ids are derived from",
    );
}

/// 1 to 255.
fn hash(cluster: &str, key: &str) -> u8 {
    let digest = Sha256::digest(format!("lvsha virtual_router_id\0{cluster}\0{key}"));
    let bytes = digest.first_chunk::<8>().copied().unwrap_or_default();
    // The remainder is below 255, so the sum fits.
    u8::try_from(u64::from_be_bytes(bytes) % 255 + 1).unwrap_or(u8::MAX)
}
