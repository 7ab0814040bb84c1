//! What the exit code says.

use std::fmt::Write as _;

/// The exit codes of every command; the lowest number that is true and worst wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitCode {
    /// Done, nothing to report.
    Success,
    /// Something is wrong with the input, or was lost in a conversion with `--strict`.
    Findings,
    /// Wrong options, input that is missing, unreadable or empty, or a result that could not be
    /// written.
    Usage,
    /// A remote machine failed.
    Remote,
    /// A mistake in lvsha itself.
    Internal,
}

impl ExitCode {
    /// All of them, in order.
    pub const ALL: [Self; 5] =
        [Self::Success, Self::Findings, Self::Usage, Self::Remote, Self::Internal];

    /// The number that the shell sees.
    pub fn number(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Remote => 3,
            Self::Internal => 4,
        }
    }

    /// One line for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Success => "done, nothing to report",
            Self::Findings => "something is wrong with the input, or was lost under --strict",
            Self::Usage => "wrong options, or input that is missing, unreadable or empty",
            Self::Remote => "a remote machine failed",
            Self::Internal => "a mistake in lvsha itself",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

/// The table that help, man page and README show.
pub(super) fn table() -> String {
    let mut out = String::from("Exit codes:\n");
    for code in ExitCode::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {}  {}", code.number(), code.meaning());
    }
    out
}
