//! Who is told of changes: pipes and mail.

use std::path::PathBuf;

use super::{Planner, finding};
use crate::model::Sourced;
use crate::model::setting::Command;
use crate::run::daemon::plan::{PipePlan, ReaderPlan};
use crate::source::codes::daemon;

impl Planner<'_> {
    /// Pipes in the order of their keywords: of everything, of routers, of servers.
    pub(super) fn pipes(&mut self) -> Vec<PipePlan> {
        let events = &self.cluster.globals.events;
        let rows = [
            (&events.pipe, &events.pipe_reader, true, true),
            (&events.router_pipe, &events.router_pipe_reader, true, false),
            (&events.server_pipe, &events.server_pipe_reader, false, true),
        ];
        let mut pipes = Vec::new();
        for (pipe, reader, hears_routers, hears_servers) in rows {
            let Some(stated) = pipe else { continue };
            let [path, owner @ ..] = stated.value.as_slice() else { continue };
            pipes.push(PipePlan {
                path: PathBuf::from(path),
                owner: (!owner.is_empty()).then(|| owner.join(" ")),
                reader: reader.as_ref().and_then(|reader| self.reader(reader)),
                hears_routers,
                hears_servers,
            });
        }
        pipes
    }

    fn reader(&mut self, reader: &Sourced<Command>) -> Option<ReaderPlan> {
        let command = self.split(&reader.value.line, reader.at)?;
        Some(ReaderPlan { command, user: reader.value.user.clone() })
    }

    /// The router's or group's word, then the global ones. Without recipients there is no mail.
    pub(super) fn mails(&mut self, own: Option<Sourced<bool>>) -> bool {
        let mail = &self.cluster.globals.mail;
        let wanted = own.or(mail.router_alert).or(mail.alert);
        if let Some(own) = own.filter(|own| own.value)
            && self.cluster.alerts.recipients.is_empty()
        {
            let message = "nobody is mailed: there is no `notification_email`".to_owned();
            self.findings.push(finding(daemon::NOT_EXECUTED, own.at, message));
        }
        wanted.is_some_and(|wanted| wanted.value)
    }
}
