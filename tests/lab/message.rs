//! What the inside tells the outside: one JSON object a line, over a serial port or a file.

use serde::{Deserialize, Serialize};

/// One event of a run. Times are seconds of the inside's own clock.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Message {
    /// Every node answers on its ssh port.
    Up { seconds: f64 },
    /// The cluster could not be made; nothing more will come.
    Broken { reason: String },
    /// A scenario begins.
    Started { name: String },
    /// What a scenario measured, in one line.
    Note { text: String },
    /// A number for `make bench-lab`, or why there is none: seconds, or a count.
    Measured { work: String, by: String, result: Result<f64, String> },
    /// A scenario's end; `failure` is what its panic said.
    Ended { name: String, seconds: f64, failure: Option<String> },
    /// All that was asked for has run.
    Finished,
}

impl Message {
    /// The line that says it, with its end.
    pub(crate) fn to_line(&self) -> String {
        // These variants hold nothing that JSON cannot say.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }

    /// `None` for a line that is something else, such as a kernel's complaint.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        serde_json::from_str(line.trim()).ok()
    }
}
