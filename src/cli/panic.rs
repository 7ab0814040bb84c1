//! A panic is a mistake in lvsha: it says so in one line and has an exit code of its own.

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};

use super::args::Color;
use super::{ExitCode, Printer, printer::Problem};

/// Runs `work`; a panic in it is reported and becomes [`ExitCode::Internal`].
pub(super) fn guard(work: impl FnOnce() -> ExitCode) -> ExitCode {
    set_hook(Box::new(report));
    // Nothing that `work` touched is used after a panic.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(ExitCode::Internal)
}

fn report(info: &PanicHookInfo<'_>) {
    // The panic's own message may quote a configuration, and with it a secret: only its place is
    // shown.
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let problem = Problem::new(format!("internal error at {place}, please report")).help(concat!(
        "name the command and `lvsha ",
        env!("CARGO_PKG_VERSION"),
        "`"
    ));
    Printer::new(Color::Auto, false).problem(&problem);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_exit_code() {
        assert_eq!(guard(|| panic!("on purpose")), ExitCode::Internal);
        assert_eq!(guard(|| ExitCode::Findings), ExitCode::Findings);
        // Other tests of this process want the usual words.
        let _ = std::panic::take_hook();
    }
}
