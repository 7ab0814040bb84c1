//! `global_defs`.

use super::View;
use super::text::{Text, word};
use crate::model::show_seconds;

pub(super) fn write(view: &View<'_>, text: &mut Text<'_>) {
    let cluster = view.cluster;
    let globals = &cluster.globals;
    let alerts = &cluster.alerts;
    text.gap();
    text.block("global_defs", |text| {
        let own = globals.router_id.as_ref().map_or(view.node, |name| &name.value);
        text.line(format_args!("router_id {}", word(own)));
        if !alerts.recipients.is_empty() {
            text.block("notification_email", |text| {
                alerts.recipients.iter().for_each(|recipient| text.line(&recipient.value));
            });
        }
        text.maybe("notification_email_from", alerts.sender.as_ref().map(|sender| &sender.value));
        text.maybe("smtp_server", alerts.server.as_ref().map(|server| &server.value));
        text.maybe("smtp_connect_timeout", alerts.timeout.map(|time| show_seconds(time.value)));
        text.maybe(
            "vrrp_startup_delay",
            globals.startup_delay.map(|time| show_seconds(time.value)),
        );
        if globals.strict.is_some_and(|strict| strict.value) {
            text.line("vrrp_strict");
        }
        if let Some(daemon) = &cluster.sync_daemon {
            sync_daemon(&daemon.value, text);
        }
        text.maybe("script_user", globals.script_user.as_ref().map(|user| &user.value));
        if globals.script_security.is_some_and(|security| security.value) {
            text.line("enable_script_security");
        }
    });
}

fn sync_daemon(daemon: &crate::model::SyncDaemon, text: &mut Text<'_>) {
    let interface = daemon.interface.as_deref().unwrap_or("eth0");
    let router = daemon.router.as_deref().unwrap_or_default();
    let identifier = daemon.identifier.map(|number| format!(" id {number}")).unwrap_or_default();
    text.line(format_args!("lvs_sync_daemon {interface} {router}{identifier}"));
}
