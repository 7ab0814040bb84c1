//! Virtual services and real servers of a running daemon.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use super::super::duration::{rough, seconds};
use super::super::printer::Printer;
use super::super::{ExitCode, Failure};
use super::unreachable;
use crate::run::control::{Action, OrderAnswer, OrderRequest, Request, ask};
use crate::run::health::monitor::{ServerStatus, ServiceStatus};
use crate::run::services::Snapshot;

#[cfg(test)]
mod tests;

/// Which server.
#[derive(Debug, clap::Args)]
pub(super) struct Whom {
    /// The server: `10.0.0.29:80`, or `10.0.0.29` for every port
    #[arg(value_name = "SERVER")]
    server: String,

    /// Only in this service, as `lvsha ctl services` names it
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,
}

/// Which server, why, and for how long.
#[derive(Debug, clap::Args)]
pub(super) struct Order {
    #[command(flatten)]
    whom: Whom,

    /// Why; others see it in `lvsha ctl services`
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,

    /// End by itself after this time: `90`, `15m`, `2h`
    #[arg(long = "for", value_name = "TIME", value_parser = seconds)]
    seconds: Option<u64>,
}

/// Shows what `lvsha ctl services` asks for.
pub(super) fn show(control: &Path, json: bool, printer: &Printer) -> Result<ExitCode, Failure> {
    let asked = ask::<Snapshot>(control, &Request::Services);
    let (snapshot, text) = asked.map_err(|error| unreachable(&error))?;
    printer.result(&if json { text } else { human(&snapshot) })?;
    Ok(ExitCode::Success)
}

/// Gives an order.
pub(super) fn order(
    control: &Path,
    order: &Order,
    action: Action,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    give(control, request(&order.whom, action, &order.reason, order.seconds), printer)
}

/// Takes every order for a server back: nobody keeps a reason for it, and it has no end.
pub(super) fn enable(control: &Path, whom: &Whom, printer: &Printer) -> Result<ExitCode, Failure> {
    give(control, request(whom, Action::Enable, "", None), printer)
}

fn request(whom: &Whom, action: Action, reason: &str, seconds: Option<u64>) -> OrderRequest {
    let Whom { server, service } = whom;
    let (server, service) = (server.clone(), service.clone());
    OrderRequest { server, service, action, reason: reason.to_owned(), seconds }
}

fn give(control: &Path, request: OrderRequest, printer: &Printer) -> Result<ExitCode, Failure> {
    let what = request.describe();
    let asked = ask::<OrderAnswer>(control, &Request::Order(request));
    let (OrderAnswer { servers }, _) = asked.map_err(|error| unreachable(&error))?;
    printer.status(&format!("{what}: {}", servers.join(", ")));
    Ok(ExitCode::Success)
}

/// A line for each service and server, and below a server what its checks say when it is not up.
fn human(snapshot: &Snapshot) -> String {
    let mut out = String::new();
    for service in &snapshot.services {
        write_service(&mut out, service);
    }
    let kernel = &snapshot.kernel;
    // Writing to a string cannot fail, here and below.
    if let Some(cause) = &kernel.unreachable {
        let _ = writeln!(out, "kernel: {cause}");
    }
    for refused in &kernel.refused {
        let _ = writeln!(out, "kernel refuses to {refused}");
    }
    if kernel.repairs > 0 {
        let _ = writeln!(out, "kernel: {} changes of others undone", kernel.repairs);
    }
    out
}

fn write_service(out: &mut String, service: &ServiceStatus) {
    let fallback = if service.on_fallback { ", on its fallback" } else { "" };
    let _ = writeln!(
        out,
        "{}  {} for {}{fallback}  {}",
        service.service,
        service.state,
        rough(Duration::from_secs(service.since)),
        service.scheduler
    );
    for server in &service.servers {
        write_server(out, server);
    }
}

fn write_server(out: &mut String, server: &ServerStatus) {
    let weight = server.weight.map_or("not in the table".to_owned(), |w| format!("weight {w}"));
    let since = rough(Duration::from_secs(server.since));
    let _ = write!(out, "    {}  {} for {since}  {weight}", server.server, server.state);
    if let Some(reason) = server.reason.as_deref().filter(|reason| !reason.is_empty()) {
        let _ = write!(out, "  ({reason})");
    }
    if let Some(left) = server.expires {
        let _ = write!(out, "  for another {}", rough(Duration::from_secs(left)));
    }
    out.push('\n');
    for check in server.checks.iter().filter(|check| check.state != "up") {
        let reply = check.reply.as_deref().unwrap_or("no answer yet");
        let _ = writeln!(out, "        {} {}: {reply}", check.check, check.target);
    }
}
