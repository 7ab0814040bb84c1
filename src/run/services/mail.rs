//! Mail about changes: bursts become one message, and a mail server that does not answer delays nothing.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::warn;

use crate::model::Cluster;
use crate::run::tasks::finish_all;

#[cfg(test)]
mod tests;

/// Who is told, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailPlan {
    /// Host of the mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Sender.
    pub from: String,
    /// Recipients.
    pub to: Vec<String>,
    /// For one message.
    pub limit: Duration,
    /// Name given to the server.
    pub hello: Option<String>,
    /// What the subject begins with: router_id.
    pub origin: String,
}

/// The plan of a cluster that names recipients; none when mail about servers is switched off.
pub(super) fn plan(cluster: &Cluster) -> Option<MailPlan> {
    let mail = &cluster.globals.mail;
    let wanted = mail.server_alert.or(mail.alert).is_none_or(|flag| flag.value);
    router_plan(cluster).filter(|_| wanted)
}

/// The plan of a cluster that names recipients, for mail about routers: which of them want some is said
/// elsewhere.
pub fn router_plan(cluster: &Cluster) -> Option<MailPlan> {
    let (alerts, mail) = (&cluster.alerts, &cluster.globals.mail);
    if alerts.recipients.is_empty() {
        return None;
    }
    // Without a server both programs mean the one on the director itself.
    let server = alerts.server.as_ref().map_or("127.0.0.1", |server| server.value.as_str());
    let (host, port) = host_and_port(server);
    let origin = cluster.globals.router_id.as_ref().map(|id| id.value.clone());
    let to: Vec<_> = alerts.recipients.iter().map(|address| address.value.clone()).collect();
    Some(MailPlan {
        host,
        port,
        from: alerts.sender.as_ref().map_or("root@localhost".to_owned(), |from| from.value.clone()),
        to,
        limit: alerts.timeout.map_or(LIMIT, |limit| limit.value),
        hello: mail.helo_name.as_ref().map(|name| name.value.clone()),
        origin: origin.unwrap_or_else(|| "lvsha".to_owned()),
    })
}

/// Takes lines for mails. A task sends them, also when this is dropped, while the runtime lives.
#[derive(Debug)]
pub(in crate::run) struct Mailer {
    lines: mpsc::Sender<String>,
    task: JoinHandle<()>,
}

impl Mailer {
    /// Needs a tokio runtime.
    pub(in crate::run) fn start(plan: MailPlan) -> Self {
        let (lines, queue) = mpsc::channel(WAITING);
        Self { lines, task: tokio::spawn(send_all(plan, queue)) }
    }

    /// Waits until what was told is sent, but not for ever.
    pub(in crate::run) async fn finish(self) {
        drop(self.lines);
        finish_all(vec![self.task], AT_THE_END).await;
    }

    /// Queues a line; returns at once.
    pub(in crate::run) fn tell(&self, line: String) {
        // The log has it, too.
        let _ = self.lines.try_send(line);
    }
}

async fn send_all(plan: MailPlan, mut queue: mpsc::Receiver<String>) {
    while let Some(first) = queue.recv().await {
        let mut lines = vec![first];
        // What happens within a second belongs together.
        let end = Instant::now() + BURST;
        while lines.len() < WAITING
            && let Ok(Some(line)) = timeout_at(end, queue.recv()).await
        {
            lines.push(line);
        }
        if let Err(cause) = send(&plan, &lines).await {
            warn!("mail to {} failed: {cause}", plan.to.join(", "));
        }
    }
}

async fn send(plan: &MailPlan, lines: &[String]) -> Result<(), String> {
    let more = match lines.len() {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    let subject = format!("[{}] {}{more}", plan.origin, lines.first().map_or("", String::as_str));
    let mailbox =
        |address: &String| address.parse::<Mailbox>().map_err(|e| format!("{address}: {e}"));
    let mut message = Message::builder().from(mailbox(&plan.from)?).subject(subject);
    for address in &plan.to {
        message = message.to(mailbox(address)?);
    }
    let message = message.body(lines.join("\r\n") + "\r\n").map_err(|error| error.to_string())?;
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&plan.host)
        .port(plan.port)
        .timeout(Some(plan.limit));
    if let Some(name) = &plan.hello {
        transport = transport.hello_name(ClientId::Domain(name.clone()));
    }
    let sent = timeout(plan.limit, transport.build().send(message)).await;
    sent.map_err(|_| "no answer in time".to_owned())?.map(|_| ()).map_err(|e| e.to_string())
}

/// `mail.example`, `mail.example:2525`, keepalived's `192.0.2.1 2525`, `[2001:db8::1]:25`.
fn host_and_port(said: &str) -> (String, u16) {
    let split = said.split_once(' ').or_else(|| {
        // More than one colon without brackets is an IPv6 address.
        said.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']'))
    });
    let (host, port) = match split {
        Some((host, port)) => (host, port.trim().parse().ok()),
        None => (said, None),
    };
    (host.trim_matches(['[', ']']).to_owned(), port.unwrap_or(25))
}

const LIMIT: Duration = Duration::from_secs(30);
const BURST: Duration = Duration::from_secs(1);
/// How long the end of the daemon waits for the last mail.
const AT_THE_END: Duration = Duration::from_secs(5);
/// Lines that may wait for a slow server.
const WAITING: usize = 1000;
