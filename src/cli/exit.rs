//! What the exit code says.

use std::fmt::Write as _;

/// The exit codes of every command, from harmless to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitCode {
    /// Done, nothing to report.
    Success,
    /// Something is wrong with the input, or was lost in a conversion with `--strict`; for some
    /// commands, that the answer is no.
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
            Self::Usage => "wrong options, no usable input, or no place for the result",
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

/// What the codes of `command` (its name behind `lvsha`) say, in order.
pub(super) fn rows(command: &str) -> impl Iterator<Item = (u8, &'static str)> {
    ExitCode::ALL.into_iter().map(move |code| {
        let own = OF_COMMANDS.iter().find(|(name, of, _)| *name == command && *of == code);
        let text = own.map_or(code.meaning(), |(.., own)| own);
        (code.number(), text)
    })
}

/// The table that `lvsha --help` shows; README has the same.
pub(super) fn table() -> String {
    let mut out = String::from("Exit codes:\n");
    for (code, meaning) in rows("") {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(out, "  {code}  {meaning}");
    }
    out.push_str("\nWhat they say of some commands:\n");
    for (command, code, meaning) in OF_COMMANDS {
        let _ = writeln!(out, "  {command:<9}{}  {meaning}", code.number());
    }
    out
}

/// What the help of one command shows below its options.
pub(super) fn of(command: &str) -> String {
    let mut out = String::from("Exit codes:\n");
    for (code, meaning) in rows(command) {
        let _ = writeln!(out, "  {code}  {meaning}");
    }
    out
}

/// Where a code says more, or something else.
const OF_COMMANDS: &[(&str, ExitCode, &str)] = &[
    ("check", ExitCode::Findings, "an error, or a warning under --strict, or --diff shows edits"),
    ("convert", ExitCode::Findings, "something is not understood, or lost under --strict"),
    ("ctl", ExitCode::Findings, "a reload is refused"),
    ("ctl", ExitCode::Usage, "no daemon answers, or it refuses; or wrong options"),
    ("daemon", ExitCode::Findings, "the configuration is refused"),
    ("diff", ExitCode::Findings, "the two configurations differ"),
    ("fmt", ExitCode::Findings, "a file is left alone, or --check or --diff would change one"),
    ("plan", ExitCode::Findings, "the inventory cannot be used, or no plan can be made or saved"),
    ("plan", ExitCode::Usage, "there is something to do; or wrong options"),
    ("simulate", ExitCode::Findings, "a director cannot run the configuration"),
    ("status", ExitCode::Findings, "something is not as the inventory says"),
    ("verify", ExitCode::Findings, "a service does not answer as the inventory says"),
];
