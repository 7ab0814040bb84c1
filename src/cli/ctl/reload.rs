//! `lvsha ctl reload`.

use std::path::Path;

use super::super::printer::{Printer, Problem};
use super::super::{ExitCode, Failure};
use super::unreachable;
use crate::run::control::{ReloadAnswer, Request, ask};

pub(super) fn order(control: &Path, printer: &Printer) -> Result<ExitCode, Failure> {
    let asked = ask::<ReloadAnswer>(control, &Request::Reload);
    let (answer, _) = asked.map_err(|error| unreachable(&error))?;
    match answer {
        ReloadAnswer::Done => printer.status("reloaded"),
        ReloadAnswer::Unchanged => printer.status("nothing has changed"),
        ReloadAnswer::Waiting { routers } => printer.status(&format!(
            "the rest follows when the resources of {} are stopped",
            routers.join(", ")
        )),
        ReloadAnswer::Refused { why } => {
            let problem = Problem::new(format!("reload refused, nothing has changed: {why}"));
            printer.problem(
                &problem.help("`lvsha daemon --check CONFIG` shows all that is wrong with it"),
            );
            return Ok(ExitCode::Findings);
        }
    }
    Ok(ExitCode::Success)
}
