//! Checks that go to port 0.

use super::super::View;
use super::codes;
use crate::model::{Server, Service, Target};
use crate::source::{Diagnostic, Edit, Findings, Fix, Place, Span};
use crate::syntax::Format;
use crate::syntax::schema::Version;

/// Servers without a port, whose checks do not state one either.
pub(super) fn zero(view: &View<'_>, findings: &mut Findings) {
    // Whether a later release asks the port of the service is not known.
    let is_tried = view.options.targets.keepalived.version <= Version::new(2, 2, 7);
    if !is_tried || view.trees.iter().all(|(input, _)| input.format != Format::Keepalived) {
        return;
    }
    for service in &view.cluster.services {
        let lacks_port = |server: &&Server| server.portless_probes().next().is_some();
        let servers: Vec<&Server> = service.servers.iter().filter(lacks_port).collect();
        let Some((first, at)) = servers.first().and_then(|first| Some((first, first.at?))) else {
            continue;
        };
        let message = match servers.len() {
            1 => format!("the check of {} goes to port 0", first.address),
            number => format!("the checks of {number} servers of this service go to port 0"),
        };
        let finding = Diagnostic::new(codes::CHECK_OF_PORT_ZERO, at, message).note(
            "keepalived takes the server's address before it fills in the port of the service",
        );
        findings.push(with_port(finding, &servers, service, view));
    }
}

/// Adds what to write: the service's port where it has one.
fn with_port(
    finding: Diagnostic,
    servers: &[&Server],
    service: &Service,
    view: &View<'_>,
) -> Diagnostic {
    let Some(port) = view.cluster.port_of(&service.target.value) else {
        return finding.help(match service.target.value {
            Target::Mark { .. } => {
                "a firewall mark has no port: add `connect_port PORT` to the check"
            }
            _ => "add `connect_port PORT` to the check",
        });
    };
    let edits = servers.iter().filter_map(|server| {
        let at = address(server.at?, view)?;
        Some(Edit { at, text: format!("{} {port}", server.address) })
    });
    let fix = Fix::new(format!("write the port of the service, {port}"), edits.collect());
    Diagnostic { fix: Some(fix), ..finding }
}

/// Where the address of a server stands in its line, with a port 0 behind it.
fn address(at: Place, view: &View<'_>) -> Option<Place> {
    let text = at.span.of(view.sources.get(at.file).text());
    let behind = text.strip_prefix("real_server")?;
    let from = text.len() - behind.trim_start().len();
    let length = behind.trim().len();
    let offset = |inside: usize| Some(at.span.start + u32::try_from(inside).ok()?);
    Some(at.file.at(Span::new(offset(from)?, offset(from + length)?)))
}
