//! The daemon's end of the socket.

use std::future::Future;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::Request;

/// What a request is answered with.
#[derive(Clone, Debug)]
pub enum Answer {
    /// One line of JSON.
    Json(String),
    /// Why there is none.
    Refused(String),
}

/// A socket that is there as long as this value.
#[derive(Debug)]
pub struct Server {
    listener: UnixListener,
    path: PathBuf,
}

impl Server {
    /// Takes the path, also when a daemon that was killed has left it there.
    ///
    /// # Errors
    /// `AddrInUse` when another daemon answers at the path, or what the file system says.
    pub fn bind(path: &Path) -> io::Result<Self> {
        if let Some(directory) = path.parent().filter(|directory| !directory.exists()) {
            std::fs::DirBuilder::new().recursive(true).mode(0o755).create(directory)?;
        }
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if std::os::unix::net::UnixStream::connect(path).is_ok() {
                    return Err(error);
                }
                std::fs::remove_file(path)?;
                UnixListener::bind(path)?
            }
            other => other?,
        };
        // Who may ask may know every address and peer.
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// The next one who asks.
    ///
    /// # Errors
    /// Those of accept(2).
    pub async fn accept(&self) -> io::Result<UnixStream> {
        Ok(self.listener.accept().await?.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody is there any more to be told that it could not be removed.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Reads one request, answers it and closes. Whoever is slow is left alone.
pub async fn serve<F>(stream: UnixStream, answer: impl FnOnce(Request) -> F)
where
    F: Future<Output = Answer>,
{
    let exchange = async {
        let (reader, mut writer) = stream.into_split();
        let mut line = String::new();
        BufReader::new(reader.take(LONGEST_REQUEST)).read_line(&mut line).await?;
        let answer = match serde_json::from_str::<Request>(&line) {
            Ok(request) => answer(request).await,
            Err(error) => Answer::Refused(format!("not a request: {error}")),
        };
        let text = match answer {
            Answer::Json(text) => text,
            Answer::Refused(why) => serde_json::json!({ "error": why }).to_string(),
        };
        writer.write_all(text.as_bytes()).await?;
        writer.write_all(b"\n").await
    };
    // Who went away does not want the answer.
    let _ = tokio::time::timeout(PATIENCE, exchange).await;
}

/// In bytes.
const LONGEST_REQUEST: u64 = 64 * 1024;

const PATIENCE: Duration = Duration::from_secs(5);
