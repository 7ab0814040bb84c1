//! The only place that writes to standard output and standard error.
//!
//! Results go to standard output, everything else to standard error, so that a result can be
//! piped. Whether colours are used is decided here: by option, terminal and NO_COLOR.

use std::borrow::Cow;
use std::fmt;
use std::io::{IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use clap::ValueEnum;
use tracing::Level;

use super::args::Color;
use super::log;
use crate::source::report::Unread;

/// Writes what a command has to say.
#[derive(Debug)]
pub(super) struct Printer {
    choice: ColorChoice,
    quiet: bool,
}

/// A mistake in what was typed or named, and what to type next.
#[derive(Debug)]
pub(super) struct Problem {
    message: String,
    help: Option<Cow<'static, str>>,
}

/// For the log of the daemon.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Where the log of the daemon goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogForm {
    /// The journal if systemd has started it, the terminal otherwise
    Auto,
    /// Standard error, for journald: priority and text, journald knows the time
    Journal,
    /// The system log, /dev/log
    Syslog,
    /// Standard error, with time
    Terminal,
}

/// Standard output did not take a result.
#[derive(Debug)]
pub(super) struct Unwritten(pub(super) std::io::Error);

impl Problem {
    /// A problem; one sentence without a full stop.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// As a report of findings has it.
    pub(super) fn unread(&self) -> Unread<'_> {
        Unread { message: &self.message, help: self.help.as_deref() }
    }

    /// Adds what to type next.
    pub(super) fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Printer {
    pub(super) fn new(color: Color, quiet: bool) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { choice, quiet }
    }

    /// Whether results are shown in colour.
    pub(super) fn colour(&self) -> bool {
        let stdout = AutoStream::new(std::io::stdout(), self.choice);
        stdout.current_choice() != ColorChoice::Never
    }

    /// Writes a result to standard output.
    ///
    /// # Errors
    /// When it cannot be written, above all because the disk is full.
    pub(super) fn result(&self, text: &str) -> Result<(), Unwritten> {
        let mut stdout = AutoStream::new(std::io::stdout().lock(), self.choice);
        unless_unread(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    /// Whether results are shown to whoever stands behind the screen, and kept by nobody.
    pub(super) fn shows_results(&self) -> bool {
        std::io::stdout().is_terminal()
    }

    /// Whether standard error is shown in colour.
    pub(super) fn colour_of_notes(&self) -> bool {
        let stderr = AutoStream::new(std::io::stderr(), self.choice);
        stderr.current_choice() != ColorChoice::Never
    }

    /// Lets `write` put a large result on standard output as it is made.
    ///
    /// # Errors
    /// Those of `write` and of standard output.
    pub(super) fn results(
        &self,
        write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>,
    ) -> Result<(), Unwritten> {
        let mut stdout = std::io::BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
        let written = write(&mut stdout).and_then(|()| stdout.flush());
        // What is still in the buffer would be tried once more when it goes.
        drop(stdout.into_parts());
        unless_unread(written)
    }

    /// Writes the account of some work to standard error, unless `--quiet`.
    pub(super) fn account(&self, text: &str) {
        if !self.quiet {
            self.stderr(text);
        }
    }

    /// Writes a line about the work to standard error, unless `--quiet`.
    pub(super) fn status(&self, line: &str) {
        if !self.quiet {
            self.stderr(&format!("{line}\n"));
        }
    }

    /// Sends the log of the daemon to where it belongs, from now on.
    ///
    /// # Errors
    /// When the system log cannot be reached.
    pub(super) fn start_log(&self, form: LogForm) -> std::io::Result<()> {
        let form = match form {
            LogForm::Auto if std::env::var_os("JOURNAL_STREAM").is_some() => LogForm::Journal,
            LogForm::Auto => LogForm::Terminal,
            other => other,
        };
        let level = if self.quiet { Level::WARN } else { Level::INFO };
        let is_coloured = self.colour_of_notes();
        let builder = tracing_subscriber::fmt().with_max_level(level).with_target(false);
        match form {
            LogForm::Auto | LogForm::Terminal => {
                builder.with_ansi(is_coloured).with_writer(std::io::stderr).init();
            }
            LogForm::Journal => {
                builder.event_format(log::Prefixed).with_writer(std::io::stderr).init();
            }
            LogForm::Syslog => {
                let syslog = log::Syslog::open()?;
                builder.event_format(log::Prefixed).with_writer(syslog).init();
            }
        }
        Ok(())
    }

    /// Writes a problem to standard error.
    pub(super) fn problem(&self, problem: &Problem) {
        let error = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let mut text = format!("{error}error{error:#}: {}\n", problem.message);
        if let Some(help) = &problem.help {
            let style = Style::new().bold().fg_color(Some(AnsiColor::Cyan.into()));
            text.push_str(&format!("{style}help{style:#}: {help}\n"));
        }
        self.stderr(&text);
    }

    /// Writes what is wrong with the input to standard error.
    pub(super) fn problems(&self, frames: &str) {
        self.stderr(frames);
    }

    /// Puts a question on standard error, also with `--quiet`.
    pub(super) fn ask(&self, question: &str) {
        self.stderr(question);
    }

    /// Draws on a terminal, unless `--quiet`.
    pub(super) fn draw(&self, picture: &str) {
        if !self.quiet {
            let _ = std::io::stderr().lock().write_all(picture.as_bytes());
        }
    }

    /// Whether standard error is a terminal.
    pub(super) fn is_terminal(&self) -> bool {
        std::io::IsTerminal::is_terminal(&std::io::stderr())
    }

    /// Writes clap's words about a mistake in the arguments to standard error.
    pub(super) fn usage(&self, text: &str) {
        self.stderr(text);
    }

    fn stderr(&self, text: &str) {
        let mut stderr = AutoStream::new(std::io::stderr().lock(), self.choice);
        // There is nowhere left to say that standard error is closed.
        let _ = stderr.write_all(text.as_bytes());
    }
}

/// A reader who has seen enough (`| head`) changes neither what is done nor the exit code.
fn unless_unread(written: std::io::Result<()>) -> Result<(), Unwritten> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Unwritten),
    }
}
