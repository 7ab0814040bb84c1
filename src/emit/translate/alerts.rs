//! Mail: ldirectord has recipients and a mail server for each service, keepalived one list.

use crate::emit::{Account, Feature, Target};
use crate::model::{Alerts, Carried, Cluster, ResourceKind, Sourced};
use crate::source::codes::conversion;
use crate::source::{Place, Sources};

/// Adds what services have of their own to what holds for all, and speaks for both.
pub(super) fn apply(
    cluster: &mut Cluster,
    target: Target,
    sources: &Sources,
    account: &mut Account,
) {
    let of_groups = mail_resources(cluster);
    let is_of_group = |at: Option<Place>| at.is_some_and(|at| of_groups.contains(&at));
    let alerts = &cluster.alerts;
    let senders = alerts.sender.iter().map(|sender| (sender.at, "notification_email_from"));
    let servers = alerts.server.iter().map(|server| (server.at, "smtp_server"));
    let recipients = alerts.recipients.iter().map(|recipient| (recipient.at, "notification_email"));
    // Where lines ask for mail about real servers.
    let mut asking: Vec<Option<Place>> = Vec::new();
    for (place, becomes) in recipients.chain(senders).chain(servers) {
        let note = "one list of recipients, one sender and one mail server for all services";
        account.changed(place, conversion::FOR_ALL, becomes, note);
        if becomes == "notification_email" && !is_of_group(place) {
            asking.push(place);
        }
    }
    let alerts = &mut cluster.alerts;
    if let Some(sender) = &mut alerts.sender
        && let Some(bare) = Alerts::bare_address(&sender.value)
        && bare != sender.value
    {
        // Tried: it tells the mail server whatever stands there as the address, between angle brackets.
        let note = "keepalived takes an address alone: the name in front of it is left out";
        account.changed(sender.at, conversion::FOR_ALL, "notification_email_from", note);
        sender.value = bare.to_owned();
    }
    for directive in cluster.services.iter().flat_map(|service| &service.carried) {
        let place = Some(directive.at);
        match directive.keyword.to_ascii_lowercase().as_str() {
            "emailalert" => {
                for recipient in recipients_in(&value(directive, sources)) {
                    if !alerts.recipients.iter().any(|known| known.value == recipient) {
                        alerts.recipients.push(Sourced { value: recipient.to_owned(), at: place });
                    }
                }
                let note = "one list for all services: these addresses get the mail of all of them";
                account.changed(place, conversion::FOR_ALL, "notification_email", note);
                asking.push(place);
            }
            "smtp" => {
                let host = value(directive, sources);
                let server =
                    alerts.server.get_or_insert_with(|| Sourced { value: host.clone(), at: place });
                if server.value == host {
                    let note = "one mail server for all services";
                    account.changed(place, conversion::FOR_ALL, "smtp_server", note);
                } else {
                    let note =
                        format!("one mail server for all services: {} has the mail", server.value);
                    account.lossy(place, conversion::FOR_ALL, "", &[&note]);
                }
            }
            _ => {}
        }
    }
    if is_switched_off(cluster, sources) {
        for place in std::mem::take(&mut asking) {
            account.changed(
                place,
                conversion::FOR_ALL,
                "",
                "emailalertstatus=none: nothing is mailed about servers",
            );
        }
    }
    about_servers(cluster, target, (&asking, &of_groups), account);
    local_server(cluster, asking.into_iter().chain(of_groups.iter().copied().map(Some)), account);
}

/// ldirectord runs on one director, keepalived checks on all of them, and mails about real servers unless it
/// is told not to.
fn about_servers(
    cluster: &mut Cluster,
    target: Target,
    (asking, of_groups): (&[Option<Place>], &[Place]),
    account: &mut Account,
) {
    if cluster.alerts.recipients.is_empty() || cluster.services.is_empty() {
        return;
    }
    for place in asking {
        account.changed(*place, conversion::FOR_ALL, "notification_email", FROM_ALL);
    }
    if !asking.is_empty() {
        return;
    }
    let can_be_off = target.has(Feature::CheckerAlerts);
    if can_be_off {
        cluster.globals.mail.server_alert = Some(Sourced::implied(false));
    }
    let note = if can_be_off { GROUP_ONLY } else { ALL_OF_THEM };
    for place in of_groups {
        account.changed(Some(*place), conversion::REPLACED, "notification_email", note);
    }
}

/// Both ldirectord and MailTo hand their mail to the director's own mail program; keepalived speaks SMTP,
/// and without a server it opens no connection (tried with 2.2.7).
fn local_server(
    cluster: &mut Cluster,
    places: impl Iterator<Item = Option<Place>>,
    account: &mut Account,
) {
    let alerts = &mut cluster.alerts;
    if alerts.recipients.is_empty() || alerts.server.is_some() {
        return;
    }
    alerts.server = Some(Sourced::implied("127.0.0.1".to_owned()));
    for place in places {
        account.changed(place, conversion::REPLACED, "notification_email, smtp_server", LOCAL);
    }
}

/// Whether every line about it says that nothing is to be mailed about real servers.
fn is_switched_off(cluster: &Cluster, sources: &Sources) -> bool {
    let of_services = cluster.services.iter().flat_map(|service| &service.carried);
    let is_status = |line: &&Carried| line.keyword.eq_ignore_ascii_case("emailalertstatus");
    let mut all = cluster.carried.iter().filter(is_status);
    let is_none = |line: &Carried| value(line, sources).eq_ignore_ascii_case("none");
    // Without a line for all of them, services without one of their own mail.
    all.next().is_some_and(is_none)
        && all.all(is_none)
        && of_services.filter(is_status).all(is_none)
}

/// Where resources stand that mail.
fn mail_resources(cluster: &Cluster) -> Vec<Place> {
    let resources = cluster.routers.iter().flat_map(|router| &router.resources);
    let mails = resources.filter(|resource| resource.kind == ResourceKind::Mail);
    mails.map(|resource| resource.at).collect()
}

/// The value of a directive that the model holds no value of. Inside a service a number sign begins
/// a comment, wherever it stands.
fn value(directive: &Carried, sources: &Sources) -> String {
    let text = directive.at.span.of(sources.get(directive.at.file).text());
    let text = crate::syntax::characters::plain(text);
    let text = text.split('#').next().unwrap_or_default();
    let value = text.split_once('=').map_or("", |(_, value)| value);
    value.trim().trim_matches(['"', '\'']).to_owned()
}

/// The addresses of a list.
fn recipients_in(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', ' ', ';', '"']).filter(|address| !address.is_empty())
}

const ALL_OF_THEM: &str = "each change of a real server is mailed as well, by every director: this keepalived has no word against it";
const FROM_ALL: &str =
    "every director checks, so each change of a real server is mailed by all of them";
const GROUP_ONLY: &str =
    "smtp_alert_checker false: nothing is mailed about real servers, as before";
const LOCAL: &str = "smtp_server 127.0.0.1: keepalived speaks SMTP, so each director must take mail on port 25; the mail program was used before";
