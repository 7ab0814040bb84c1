//! The keys that say what the cluster does: the same at the top of an inventory and in a
//! director's `override`.

use super::router::{read_authentication, write_authentication};
use super::{
    Key, Keys, Reader, Slot, blocks, custom, inner, named, service, settings, value, write_list,
};
use crate::model::{Alerts, Cluster, Globals, Sourced};
use crate::site::document::{Item, Literal};

/// A row for blocks that hold settings with keepalived's own keywords.
macro_rules! blocks {
    ($word:literal, $field:ident) => {
        custom!(
            $word,
            |cluster, item, reader| blocks::read_settings(&mut cluster.$field, item, reader),
            |cluster, names| blocks::write_settings(&cluster.$field, names)
        )
    };
}

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
            blocks!("tracked_files", tracked_files),
            blocks!("tracked_processes", tracked_processes),
            blocks!("bfd_sessions", bfd_sessions),
            named!("routers", routers),
            named!("sync_groups", sync_groups),
            custom!(
                "track_groups",
                |cluster, item, reader| blocks::read_track_groups(
                    &mut cluster.track_groups,
                    item,
                    reader
                ),
                |cluster, _| blocks::write_track_groups(&cluster.track_groups)
            ),
            inner!("static", fixed),
            custom!(
                "service_groups",
                |cluster, item, reader| blocks::read_service_groups(
                    &mut cluster.service_groups,
                    item,
                    reader
                ),
                |cluster, _| blocks::write_service_groups(&cluster.service_groups)
            ),
            custom!(
                "tls_client",
                |cluster, item, reader| settings::read(
                    &mut [("", &mut cluster.tls_client)],
                    item,
                    reader
                ),
                |cluster, names| settings::write(&[("", &cluster.tls_client)], names)
            ),
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
            custom!(
                "keepalived",
                |globals, item, reader| settings::read(&mut globals.groups_mut(), item, reader),
                |globals, names| settings::write(&globals.groups(), names)
            ),
            // Words that stand outside all blocks of a keepalived.conf.
            custom!(
                "outside",
                |globals, item, reader| settings::read(
                    &mut [("", &mut globals.outside)],
                    item,
                    reader
                ),
                |globals, names| settings::write(&[("", &globals.outside)], names)
            ),
        ];
        KEYS
    }
}

impl Keys for Alerts {
    const TABLE: &'static str = "mail";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Alerts>] = &[
            custom!(
                "recipients",
                |alerts, item, reader| read_recipients(&mut alerts.recipients, item, reader),
                |alerts, _| Slot::show(&alerts.recipients)
            ),
            value!("sender", sender),
            value!("server", server),
            value!("timeout", timeout),
        ];
        KEYS
    }
}

/// Mail addresses, each perhaps with a name in front of it. A blank would make two of one.
fn read_recipients(into: &mut Vec<Sourced<String>>, item: &Item, reader: &mut Reader<'_>) {
    into.clear();
    for item in &reader.list(item) {
        match &item.value {
            Literal::Text(text) if Alerts::bare_address(text).is_none() => {
                reader.wrong(item, "an address such as \"ops@example.com\"");
            }
            _ => {
                let address = reader.plain(item);
                let at = reader.place(item.span);
                into.extend(address.map(|address| Sourced::new(address, at)));
            }
        }
    }
}
