//! The daemon's end of the socket.

use std::future::Future;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, PermissionsExt as _};
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
    /// `AddrInUse` when another daemon answers at the path, `AlreadyExists` when no socket stands there,
    /// or what the file system says.
    pub fn bind(path: &Path) -> io::Result<Self> {
        if let Some(directory) = path.parent().filter(|directory| !directory.exists()) {
            std::fs::DirBuilder::new().recursive(true).mode(0o755).create(directory)?;
        }
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if let Some(what) = other_than_socket(path)? {
                    let why = format!("{what} stands there, and only a socket is replaced");
                    return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
                }
                match std::os::unix::net::UnixStream::connect(path) {
                    Ok(_) => return Err(error),
                    // Any other error is an answer of somebody.
                    Err(error) if error.kind() != io::ErrorKind::ConnectionRefused => {
                        return Err(error);
                    }
                    Err(_) => std::fs::remove_file(path)?,
                }
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
        // Somebody may have put something else there.
        if other_than_socket(&self.path).is_ok_and(|other| other.is_none()) {
            // Nobody is there any more to be told that it could not be removed.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// What stands at a path, unless it is a socket. A link is not followed: it would be the one that is
/// replaced.
fn other_than_socket(path: &Path) -> io::Result<Option<&'static str>> {
    let kind = std::fs::symlink_metadata(path)?.file_type();
    Ok(match kind {
        _ if kind.is_socket() => None,
        _ if kind.is_dir() => Some("a folder"),
        _ if kind.is_file() => Some("a file"),
        _ if kind.is_symlink() => Some("a symbolic link"),
        _ => Some("a device or pipe"),
    })
}

/// Reads one request, answers it and closes. Whoever is slow is left alone.
pub async fn serve<F>(stream: UnixStream, answer: impl FnOnce(Request) -> F)
where
    F: Future<Output = Answer>,
{
    let (reader, mut writer) = stream.into_split();
    let mut line = Vec::new();
    let mut reader = BufReader::new(reader.take(LONGEST_REQUEST));
    let asked = tokio::time::timeout(PATIENCE, reader.read_until(b'\n', &mut line)).await;
    let Ok(Ok(_)) = asked else { return };
    // What the daemon takes for it, a reload of large files for example, is not the fault of who asks.
    let answer = match serde_json::from_slice::<Request>(&line) {
        Ok(request) => match tokio::time::timeout(LONGEST_ANSWER, answer(request)).await {
            Ok(answer) => answer,
            Err(_) => return,
        },
        Err(error) => Answer::Refused(format!("{NOT_A_REQUEST}: {error}")),
    };
    let text = match answer {
        Answer::Json(text) => text,
        Answer::Refused(why) => serde_json::json!({ "error": why }).to_string(),
    };
    let telling = async {
        writer.write_all(text.as_bytes()).await?;
        writer.write_all(b"\n").await?;
        writer.shutdown().await?;
        // A socket that is closed over unread bytes tells the other end of a reset connection.
        tokio::io::copy(&mut reader, &mut tokio::io::sink()).await
    };
    // Who went away does not want the answer.
    let _ = tokio::time::timeout(PATIENCE, telling).await;
}

/// How the answer begins to what the daemon does not know.
pub const NOT_A_REQUEST: &str = "not a request";

/// In bytes.
const LONGEST_REQUEST: u64 = 64 * 1024;

const PATIENCE: Duration = Duration::from_secs(5);

/// Of the daemon. Nobody waits longer.
pub(super) const LONGEST_ANSWER: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net;

    use super::*;

    #[tokio::test]
    async fn only_a_socket_that_nobody_answers_at_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "precious").unwrap();
        fs::create_dir(path("folder")).unwrap();
        symlink(path("file"), path("link")).unwrap();
        for name in ["file", "folder", "link"] {
            let error = Server::bind(&path(name)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{name}: {error}");
            assert!(
                fs::symlink_metadata(path(name)).is_ok_and(|kind| !kind.file_type().is_socket())
            );
        }
        assert_eq!(fs::read_to_string(path("file")).unwrap(), "precious");

        // A socket of another kind is somebody's, although it takes no connection.
        let _datagrams = net::UnixDatagram::bind(path("datagrams")).unwrap();
        assert!(Server::bind(&path("datagrams")).is_err());
        assert!(path("datagrams").exists());

        drop(net::UnixListener::bind(path("left")).unwrap());
        let server = Server::bind(&path("left")).unwrap();
        let error = Server::bind(&path("left")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        drop(server);
        assert!(!path("left").exists());
    }

    #[tokio::test]
    async fn whatever_is_sent_is_answered_without_a_reset() {
        use std::io::{Read as _, Write as _};

        // More than is read at once.
        let behind = "x".repeat(20_000);
        let sent: [(&[u8], &str, &str); 4] = [
            (b"{\"command\":\"status\"}\n", &behind, "{}\n"),
            (b"\xff\n", &behind, "not a request: "),
            (b"\"\xff", "", "not a request: "),
            (b"", "", "not a request: "),
        ];
        for (line, behind, wanted) in sent {
            let (mut near, far) = net::UnixStream::pair().unwrap();
            near.write_all(&[line, behind.as_bytes()].concat()).unwrap();
            near.shutdown(std::net::Shutdown::Write).unwrap();
            far.set_nonblocking(true).unwrap();
            let far = UnixStream::from_std(far).unwrap();
            serve(far, |_| async { Answer::Json("{}".to_owned()) }).await;
            let mut answer = String::new();
            near.read_to_string(&mut answer).unwrap();
            assert!(answer.contains(wanted), "{line:?}: {answer}");
            assert_eq!(answer.lines().count(), 1);
        }
    }

    #[tokio::test]
    async fn what_somebody_put_in_the_place_of_the_socket_is_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let server = Server::bind(&path).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "precious").unwrap();
        drop(server);
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }
}
