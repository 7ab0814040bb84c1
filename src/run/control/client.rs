//! The other end of the socket, for `lvsha ctl`.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Request;
use super::server::LONGEST_ANSWER;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// No daemon listens there, or it is not for this user.
    #[error("cannot reach the daemon at `{}`: {error}", path.display())]
    Connect {
        /// Where.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The conversation broke off.
    #[error("the daemon does not answer: {0}")]
    Exchange(#[from] io::Error),
    /// The daemon refused.
    #[error("the daemon refuses: {0}")]
    Refused(String),
    /// The answer is of another version.
    #[error("the daemon's answer cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

/// Asks the daemon at `path`; returns the answer and its text.
///
/// # Errors
/// When there is no daemon, or it does not answer in time.
pub fn ask<T: DeserializeOwned>(path: &Path, request: &Request) -> Result<(T, String), AskError> {
    let mut stream = UnixStream::connect(path)
        .map_err(|error| AskError::Connect { path: path.to_owned(), error })?;
    stream.set_read_timeout(Some(patience(request)))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_string(request)?;
    line.push('\n');
    stream.write_all(line.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    if let Ok(Refusal { error }) = serde_json::from_str::<Refusal>(&text) {
        return Err(AskError::Refused(error));
    }
    Ok((serde_json::from_str(&text)?, text))
}

/// How long an answer may take.
fn patience(request: &Request) -> Duration {
    match request {
        // Large files are read and planned before it.
        Request::Reload => LONGEST_ANSWER,
        Request::Order(_) | Request::Services | Request::Stance(_) | Request::Status => PATIENCE,
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::control::{OrderAnswer, ReloadAnswer, Status};

    #[test]
    fn no_answer_is_taken_for_a_refusal() {
        let is_refusal = |text: &str| serde_json::from_str::<Refusal>(text).is_ok();
        let order = OrderAnswer { servers: vec!["10.0.0.30:80".to_owned()] };
        assert!(!is_refusal(&serde_json::to_string(&order).unwrap()));
        assert!(!is_refusal(&serde_json::to_string(&Status::default()).unwrap()));
        let reload = ReloadAnswer::Refused { why: "a brace is missing".to_owned() };
        assert!(!is_refusal(&serde_json::to_string(&reload).unwrap()));
        assert!(is_refusal(r#"{"error":"the daemon is stopping"}"#));
    }
}
