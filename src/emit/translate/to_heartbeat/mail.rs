//! Mail: keepalived's own becomes ldirectord's about servers, and MailTo's about groups.

use super::groups::Group;
use super::{NodeFile, codes};
use crate::emit::Account;
use crate::model::{Alerts, Sourced, SyncGroup};

/// The recipients of a group whose changes are mailed, as MailTo takes them.
pub(super) fn recipients(file: &NodeFile, group: &Group) -> Option<String> {
    let default = default(file).is_some_and(|alert| alert.value);
    let mut alerts = group.routers(file).map(|router| router.alert).chain(of_sync(file, group));
    if !alerts.any(|own| own.map_or(default, |own| own.value)) {
        return None;
    }
    let all = file.cluster.alerts.recipients.iter();
    let plain: Vec<&str> = all.filter_map(|one| address(&one.value)).collect();
    (!plain.is_empty()).then(|| plain.join(","))
}

/// Whom ldirectord tells. keepalived tells about servers unless it is told not to.
pub(super) fn alerts(file: &NodeFile) -> Alerts {
    let mut alerts = file.cluster.alerts.clone();
    // Without a service ldirectord does not run, and nobody is told.
    if !tells_of_servers(file) {
        return Alerts::default();
    }
    if let Some(server) = &mut alerts.server {
        let host = server.value.split_whitespace().next().unwrap_or_default();
        server.value = host.to_owned();
    }
    alerts.timeout = None;
    alerts
}

/// Speaks for every word of one file that is about mail.
pub(super) fn speak(file: &NodeFile, groups: &[Group], account: &mut Account) {
    let has_services = tells_of_servers(file);
    let has_mail = groups.iter().any(|group| recipients(file, group).is_some());
    let alerts = &file.cluster.alerts;
    for recipient in &alerts.recipients {
        if has_services {
            let note =
                "ldirectord's own mails: one for each server that changes, none for a director";
            account.changed(recipient.at, codes::MAIL, "emailalert", note);
        }
        match address(&recipient.value) {
            Some(_) if has_mail => account.changed(recipient.at, codes::MAIL, "MailTo", SENT),
            None if has_mail => {
                let note = "a blank would end the word of haresources: MailTo goes without it";
                account.lossy(recipient.at, codes::MAIL, "", &[note]);
            }
            _ if !has_services => account.lossy(recipient.at, codes::MAIL, "", &[NOBODY]),
            _ => {}
        }
    }
    let lost = if has_mail { BY_COMMAND } else { NOBODY };
    let server = alerts.server.as_ref();
    let port = server.and_then(|server| server.value.split_whitespace().nth(1));
    for (at, word) in [
        (alerts.sender.as_ref().and_then(|sender| sender.at), "emailalertfrom"),
        (server.and_then(|server| server.at), "smtp"),
    ] {
        match port.filter(|port| *port != "25" && word == "smtp") {
            _ if !has_services => account.lossy(at, codes::MAIL, "", &[lost]),
            Some(port) => {
                let note = format!("ldirectord always uses port 25, not {port}");
                account.lossy(at, codes::MAIL, word, &[&note]);
            }
            None => account.exact(at, word),
        }
    }
    let limit = alerts.timeout.and_then(|limit| limit.at);
    let note = "ldirectord has no time limit for its mail server";
    account.lossy(limit, codes::MAIL, "", &[note]);
    for group in groups {
        of_group(file, group, account);
    }
    defaults(file, groups, account);
}

/// `smtp_alert` of instances and sync groups.
fn of_group(file: &NodeFile, group: &Group, account: &mut Account) {
    let is_written = recipients(file, group).is_some();
    let routers = group.routers(file).map(|router| router.alert);
    for alert in routers.chain(of_sync(file, group)).flatten() {
        match is_written {
            true => account.changed(alert.at, codes::MAIL, "MailTo", SENT),
            false if alert.value && !file.cluster.alerts.recipients.is_empty() => {
                account.lossy(alert.at, codes::MAIL, "", &["no recipient is left for MailTo"]);
            }
            false => account.needless(alert.at, "nobody is told about changes of this group"),
        }
    }
}

/// The words of `global_defs`, which hold where a block says nothing.
fn defaults(file: &NodeFile, groups: &[Group], account: &mut Account) {
    let mail = &file.cluster.globals.mail;
    let has_services = tells_of_servers(file);
    let follows = |group: &&Group| {
        let mut alerts = group.routers(file).map(|router| router.alert).chain(of_sync(file, group));
        alerts.any(|own| own.is_none())
    };
    let mut followers = groups.iter().filter(follows);
    let is_written = followers.any(|group| recipients(file, group).is_some());
    let of_routers = default(file).filter(|alert| alert.value && is_written);
    if let Some(alert) = of_routers {
        account.changed(alert.at, codes::MAIL, "MailTo", SENT);
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
    let no_faults = mail.no_faults.and_then(|no_faults| no_faults.at);
    account.needless(no_faults, "MailTo tells of starts and stops, and heartbeat knows no fault");
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
    group: &'a Group,
) -> impl Iterator<Item = Option<Sourced<bool>>> + 'a {
    let has = |sync: &&SyncGroup| {
        let mut routers = group.routers(file);
        routers.any(|router| sync.members.iter().any(|name| name.value == router.name.value))
    };
    let sync_groups: Vec<&SyncGroup> = file.cluster.sync_groups.iter().filter(has).collect();
    sync_groups.into_iter().map(|sync| sync.settings.alert)
}

/// `Ops Team <ops@example.com>` without what is for people; `None` when a blank is left, which
/// parts words in haresources.
fn address(recipient: &str) -> Option<&str> {
    let inside = recipient.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    let plain = inside.map_or(recipient, |(inside, _)| inside).trim();
    (!plain.is_empty() && !plain.contains(char::is_whitespace)).then_some(plain)
}

const SENT: &str = "sent by the mail command of the node, with a subject of its own";
const ALL_SERVERS: &str = "ldirectord tells about all servers of all services";
const BY_COMMAND: &str = "MailTo calls the mail command of the node, which has settings of its own";
const NOBODY: &str =
    "nobody is told: no instance mails its changes, and without a service ldirectord does not run";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_one_word() {
        assert_eq!(address("Ops Team <ops@example.com>"), Some("ops@example.com"));
        assert_eq!(address("<ops@example.com>"), Some("ops@example.com"));
        assert_eq!(address("root"), Some("root"));
        assert_eq!(address("Ops Team"), None);
        assert_eq!(address("Ops <>"), None);
    }
}
