//! Mail: ldirectord has recipients and a mail server for each service, keepalived one list.

use crate::emit::Account;
use crate::model::{Alerts, Carried, Cluster, Sourced};
use crate::source::Sources;
use crate::source::codes::conversion;

/// Adds what services have of their own to what holds for all, and speaks for both.
pub(super) fn apply(cluster: &mut Cluster, sources: &Sources, account: &mut Account) {
    let alerts = &cluster.alerts;
    let senders = alerts.sender.iter().map(|sender| (sender.at, "notification_email_from"));
    let servers = alerts.server.iter().map(|server| (server.at, "smtp_server"));
    let recipients = alerts.recipients.iter().map(|recipient| (recipient.at, "notification_email"));
    for (place, becomes) in recipients.chain(senders).chain(servers) {
        let note = "one list of recipients, one sender and one mail server for all services";
        account.changed(place, conversion::FOR_ALL, becomes, note);
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
