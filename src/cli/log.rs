//! The log as journald and syslog want it.

use std::fmt;
use std::io::{self, Write};
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

/// `<6>text`: the priority of syslog(3), without time (sd-daemon(3)).
pub(super) struct Prefixed;

impl<S, N> FormatEvent<S, N> for Prefixed
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        write!(writer, "<{}>", priority(*event.metadata().level()))?;
        context.field_format().format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}

fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        // DEBUG and TRACE.
        _ => 7,
    }
}

/// The socket of the system log.
#[derive(Clone, Debug)]
pub(super) struct Syslog(Arc<UnixDatagram>);

impl Syslog {
    /// Connects to /dev/log.
    ///
    /// # Errors
    /// When nobody listens there.
    pub(super) fn open() -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.connect("/dev/log")?;
        // A log that is stuck must not hold anything up.
        socket.set_nonblocking(true)?;
        Ok(Self(Arc::new(socket)))
    }
}

impl<'a> MakeWriter<'a> for Syslog {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { syslog: self.0.clone(), text: Vec::new() }
    }
}

/// One message, sent when it is complete.
pub(super) struct Line {
    syslog: Arc<UnixDatagram>,
    text: Vec<u8>,
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // A lost line of the log has nowhere to be reported.
        let _ = self.syslog.send(&message(&self.text, std::process::id()));
    }
}

/// `<30>lvsha[123]: text`: facility "daemon" beside the priority (RFC 3164 section 4.1).
fn message(text: &[u8], process: u32) -> Vec<u8> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let mut out = Vec::with_capacity(text.len() + 24);
    match text {
        [b'<', level @ b'0'..=b'7', b'>', rest @ ..] => {
            let facility = u32::from(level - b'0') + DAEMON;
            out.extend(format!("<{facility}>lvsha[{process}]: ").into_bytes());
            out.extend(rest);
        }
        _ => out.extend(text),
    }
    out
}

/// Facility 3, times eight.
const DAEMON: u32 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syslog_wants_the_facility_and_the_name() {
        assert_eq!(message(b"<6>(VI_1) entering\n", 7), b"<30>lvsha[7]: (VI_1) entering");
    }
}
