//! Mail that nobody takes.

use super::super::View;
use super::codes;
use crate::model::Located;
use crate::source::{Diagnostic, Findings};
use crate::syntax::Format;

/// Recipients without a server: 2.2.7 has no default for it, and opens no connection (tried).
pub(super) fn server(view: &View<'_>, findings: &mut Findings) {
    let cluster = view.cluster;
    let alerts = &cluster.alerts;
    let may_be_hidden = || {
        let carried = &cluster.globals.carried;
        carried.iter().any(|line| line.keyword.starts_with(['@', '$', '~', 's']))
    };
    let Some(at) = alerts.recipients.first().place() else { return };
    let is_read = view.trees.iter().any(|(input, _)| input.format == Format::Keepalived);
    if !is_read || alerts.server.is_some() || may_be_hidden() {
        return;
    }
    findings.push(
        Diagnostic::new(codes::NO_MAIL_SERVER, at, "no mail is sent: there is no `smtp_server`")
            .help("add `smtp_server 127.0.0.1` to global_defs, or the server that takes mail"),
    );
}
