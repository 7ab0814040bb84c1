//! The keys that say what the cluster does: the same at the top of an inventory and in a
//! director's `override`.

use super::router::{read_authentication, write_authentication};
use super::{Key, Keys, Slot, custom, inner, named, service, value, write_list};
use crate::model::{Alerts, Cluster, Globals};

impl Keys for Cluster {
    const TABLE: &'static str = "an inventory";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Cluster>] = &[
            inner!("settings", globals),
            inner!("mail", alerts),
            value!("sync_daemon", sync_daemon),
            inner!("heartbeat", membership),
            custom!(
                "authentication",
                |cluster, item, reader| read_authentication(
                    &mut cluster.authentication,
                    item,
                    reader
                ),
                |cluster, names| write_authentication(cluster.authentication.as_ref(), names)
            ),
            named!("scripts", trackers),
            named!("routers", routers),
            named!("sync_groups", sync_groups),
            custom!(
                "services",
                |cluster, item, reader| service::read(&mut cluster.services, item, reader),
                |cluster, names| write_list(&cluster.services, names)
            ),
        ];
        KEYS
    }
}

impl Keys for Globals {
    const TABLE: &'static str = "settings";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Globals>] = &[
            value!("router_id", router_id),
            value!("startup_delay", startup_delay),
            value!("script_user", script_user),
            value!("script_security", script_security),
            value!("strict", strict),
        ];
        KEYS
    }
}

impl Keys for Alerts {
    const TABLE: &'static str = "mail";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Alerts>] = &[
            value!("recipients", recipients),
            value!("sender", sender),
            value!("server", server),
            value!("timeout", timeout),
        ];
        KEYS
    }
}
