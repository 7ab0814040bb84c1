//! `global_defs`.

use super::View;
use super::text::{Text, word};
use crate::model::{SyncDaemon, show_exact_seconds};

pub(super) fn write(view: &View<'_>, text: &mut Text<'_>) {
    let cluster = view.cluster;
    let globals = &cluster.globals;
    let alerts = &cluster.alerts;
    text.gap();
    text.block_of_any("global_defs", |text| {
        let own = globals.router_id.as_ref().map(|name| name.value.as_str());
        let own = own.or_else(|| view.or_complete(view.node));
        text.maybe("router_id", own.map(word));
        text.block_of_any("notification_email", |text| {
            alerts.recipients.iter().for_each(|recipient| text.line(word(&recipient.value)));
        });
        let sender = alerts.sender.as_ref().map(|sender| word(&sender.value));
        text.maybe("notification_email_from", sender);
        // Without one keepalived sends nothing at all.
        let needs_server = !view.is_exact() && !alerts.recipients.is_empty();
        let server = alerts.server.as_ref().map(|server| server.value.as_str());
        let server = server.or(needs_server.then_some("127.0.0.1"));
        // A port behind the host is a word of its own.
        let server = server.map(|server| server.split_whitespace().map(word));
        text.maybe("smtp_server", server.map(|words| words.collect::<Vec<_>>().join(" ")));
        text.maybe(
            "smtp_connect_timeout",
            alerts.timeout.map(|time| show_exact_seconds(time.value)),
        );
        text.maybe(
            "vrrp_startup_delay",
            globals.startup_delay.map(|time| show_exact_seconds(time.value)),
        );
        match globals.strict.map(|strict| strict.value) {
            Some(true) => text.line("vrrp_strict"),
            Some(false) if view.is_exact() => text.line("vrrp_strict false"),
            _ => {}
        }
        if let Some(daemon) = &cluster.sync_daemon {
            sync_daemon(&daemon.value, text);
        }
        text.maybe("script_user", globals.script_user.as_ref().map(|user| &user.value));
        if globals.script_security.is_some_and(|security| security.value) {
            text.line("enable_script_security");
        }
        for (prefix, settings) in globals.groups() {
            text.settings(prefix, settings);
        }
        text.carried(&globals.carried);
    });
}

fn sync_daemon(daemon: &SyncDaemon, text: &mut Text<'_>) {
    let mut line = format!("lvs_sync_daemon {}", daemon.interface.as_deref().unwrap_or("eth0"));
    if let Some(router) = &daemon.router {
        // Alone, a name that looks like an option would be taken for one.
        let plain = !matches!(router.as_str(), "id" | "inst" | "maxlen" | "port" | "ttl" | "group");
        line.push_str(&format!(" {}{}", if plain { "" } else { "inst " }, word(router)));
    }
    let options = [
        ("id", daemon.identifier.map(|number| number.to_string())),
        ("maxlen", daemon.longest.map(|number| number.to_string())),
        ("port", daemon.port.map(|number| number.to_string())),
        ("ttl", daemon.ttl.map(|number| number.to_string())),
        ("group", daemon.group.map(|address| address.to_string())),
    ];
    for (keyword, value) in options {
        line.extend(value.map(|value| format!(" {keyword} {value}")));
    }
    text.line(line);
}
