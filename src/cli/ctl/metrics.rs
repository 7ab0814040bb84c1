//! `lvsha ctl metrics`.

use std::path::Path;

use super::super::printer::Printer;
use super::super::{ExitCode, Failure};
use super::unreachable;
use crate::run::control::{AskError, Request, Status, ask};
use crate::run::metrics::Reading;
use crate::run::services::Snapshot;

/// Writes what node_exporter's collector `textfile` reads.
pub(super) fn show(control: &Path, printer: &Printer) -> Result<ExitCode, Failure> {
    let asked = ask::<Status>(control, &Request::Status);
    let (status, _) = asked.map_err(|error| unreachable(&error))?;
    let services = match ask::<Snapshot>(control, &Request::Services) {
        Ok((snapshot, _)) => Some(snapshot),
        // A director may have routers only.
        Err(AskError::Refused(_)) => None,
        Err(error) => return Err(unreachable(&error).into()),
    };
    printer.result(&Reading { status, services }.text())?;
    Ok(ExitCode::Success)
}
