//! Mail: keepalived's own becomes ldirectord's about servers, and MailTo's about groups.

use super::groups::{Group, MAIL};
use super::{NodeFile, codes};
use crate::emit::Account;
use crate::model::{Alerts, Located, Sourced, SyncGroup};

/// The recipients of a group whose changes are mailed, as MailTo takes them.
pub(super) fn recipients(file: &NodeFile, group: &Group<'_>) -> Option<String> {
    let all = file.cluster.alerts.recipients.iter();
    let plain: Vec<&str> = all.filter_map(|one| Alerts::bare_address(&one.value)).collect();
    if plain.is_empty() {
        return None;
    }
    let default = default(file).is_some_and(|alert| alert.value);
    let mut alerts = group.routers(file).map(|router| router.alert).chain(of_sync(file, group));
    alerts.any(|own| own.map_or(default, |own| own.value)).then(|| plain.join(","))
}

/// Whom ldirectord tells. keepalived tells about servers unless it is told not to.
pub(super) fn alerts(file: &NodeFile) -> Alerts {
    let mut alerts = file.cluster.alerts.clone();
    // Without a service ldirectord does not run, and nobody is told.
    if !tells_of_servers(file) {
        return Alerts::default();
    }
    for recipient in &mut alerts.recipients {
        if let Some(plain) = Alerts::bare_address(&recipient.value) {
            recipient.value = plain.to_owned();
        }
    }
    if let Some(server) = &mut alerts.server {
        let host = server.value.split_whitespace().next().unwrap_or_default();
        server.value = host.to_owned();
        // It is handed all of them as one address, and refuses that.
        alerts.recipients.truncate(1);
    }
    alerts.timeout = None;
    alerts
}

/// Speaks for every word of one file that is about mail.
pub(super) fn speak(file: &NodeFile, groups: &[Group<'_>], account: &mut Account) {
    let has_services = tells_of_servers(file);
    let has_mail = groups.iter().any(|group| recipients(file, group).is_some());
    let alerts = &file.cluster.alerts;
    for (number, recipient) in alerts.recipients.iter().enumerate() {
        if has_services && number > 0 && alerts.server.is_some() {
            let note = "ldirectord hands several recipients to its mail server as one address, which \
                        servers refuse: the first one is told";
            let instead = "name a list that the mail server knows, or take `smtp` out";
            account.lossy(recipient.at, codes::MAIL, "", &[note, instead]);
        } else if has_services {
            let note =
                "ldirectord's own mails: one for each server that changes, none for a director";
            account.changed(recipient.at, codes::MAIL, "emailalert", note);
        }
        match Alerts::bare_address(&recipient.value) {
            Some(_) if has_mail => account.changed(recipient.at, codes::MAIL, MAIL, SENT),
            None if has_mail => {
                let note = "a blank would end the word of haresources: nobody is told there";
                account.lossy(recipient.at, codes::MAIL, "", &[note]);
            }
            _ if !has_services => account.lossy(recipient.at, codes::MAIL, "", &[NOBODY]),
            _ => {}
        }
    }
    let lost = if has_mail { BY_COMMAND } else { NOBODY };
    let server = alerts.server.as_ref();
    let port = server.and_then(|server| server.value.split_whitespace().nth(1));
    for (at, word) in [(alerts.sender.place(), "emailalertfrom"), (server.place(), "smtp")] {
        match port.filter(|port| *port != "25" && word == "smtp") {
            _ if !has_services => account.lossy(at, codes::MAIL, "", &[lost]),
            Some(port) => {
                let note = format!("ldirectord always uses port 25, not {port}");
                account.lossy(at, codes::MAIL, word, &[&note]);
            }
            None => account.exact(at, word),
        }
    }
    let limit = alerts.timeout.place();
    let note = "ldirectord has no time limit for its mail server";
    account.lossy(limit, codes::MAIL, "", &[note]);
    for group in groups {
        of_group(file, group, account);
    }
    defaults(file, groups, account);
}

/// `smtp_alert` of instances and sync groups.
fn of_group(file: &NodeFile, group: &Group<'_>, account: &mut Account) {
    let is_written = recipients(file, group).is_some();
    let routers = group.routers(file).map(|router| router.alert);
    for alert in routers.chain(of_sync(file, group)).flatten() {
        match is_written {
            true => account.changed(alert.at, codes::MAIL, MAIL, SENT),
            false if alert.value && !file.cluster.alerts.recipients.is_empty() => {
                account.lossy(alert.at, codes::MAIL, "", &["no recipient is left to be told"]);
            }
            false => account.needless(alert.at, "nobody is told about changes of this group"),
        }
    }
}

/// The words of `global_defs`, which hold where a block says nothing.
fn defaults(file: &NodeFile, groups: &[Group<'_>], account: &mut Account) {
    let mail = &file.cluster.globals.mail;
    let has_services = tells_of_servers(file);
    let follows = |group: &&Group<'_>| {
        let mut alerts = group.routers(file).map(|router| router.alert).chain(of_sync(file, group));
        alerts.any(|own| own.is_none())
    };
    let mut followers = groups.iter().filter(follows);
    let is_written = followers.any(|group| recipients(file, group).is_some());
    let of_routers = default(file).filter(|alert| alert.value && is_written);
    if let Some(alert) = of_routers {
        account.changed(alert.at, codes::MAIL, MAIL, SENT);
    }
    for alert in [mail.router_alert, mail.alert].into_iter().flatten() {
        if of_routers.is_none_or(|used| used.at != alert.at) {
            account.needless(alert.at, "nobody is told about changes of a group because of it");
        }
    }
    for alert in [mail.alert, mail.server_alert, mail.no_checkers].into_iter().flatten() {
        match has_services {
            true => account.changed(alert.at, codes::MAIL, "emailalert", ALL_SERVERS),
            false => account.needless(alert.at, "there is no service whose servers are told about"),
        }
    }
    let no_faults = mail.no_faults.place();
    account.needless(no_faults, "starts and stops are told, and heartbeat knows no fault");
}

/// Whether there are real servers whose changes are mailed: they are unless a word is against it.
fn tells_of_servers(file: &NodeFile) -> bool {
    let mail = &file.cluster.globals.mail;
    let default = mail.server_alert.or(mail.alert).is_none_or(|alert| alert.value);
    let mut servers = file.cluster.services.iter().flat_map(|service| &service.servers);
    servers.any(|server| {
        let own = server.own.as_ref().and_then(|own| own.settings.alert);
        own.map_or(default, |own| own.value)
    })
}

/// What holds for instances and sync groups that say nothing.
fn default(file: &NodeFile) -> Option<Sourced<bool>> {
    let mail = &file.cluster.globals.mail;
    mail.router_alert.or(mail.alert)
}

/// `smtp_alert` of the sync groups that an instance of `group` is in.
fn of_sync<'a>(
    file: &'a NodeFile,
    group: &Group<'_>,
) -> impl Iterator<Item = Option<Sourced<bool>>> + use<'a> {
    let has = |sync: &&SyncGroup| {
        let mut routers = group.routers(file);
        routers.any(|router| sync.members.iter().any(|name| name.value == router.name.value))
    };
    let sync_groups: Vec<&SyncGroup> = file.cluster.sync_groups.iter().filter(has).collect();
    sync_groups.into_iter().map(|sync| sync.settings.alert)
}

const SENT: &str = "a generated script, by the mail command of the node, with a subject of its own; \
                    where there is no such command, nobody is told";
const ALL_SERVERS: &str = "ldirectord tells about all servers of all services";
const BY_COMMAND: &str = "the mail command of the node sends it, which has settings of its own";
const NOBODY: &str =
    "nobody is told: no instance mails its changes, and without a service ldirectord does not run";
