//! Programs of the user, as the daemon starts them.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use super::net::descriptors;
use super::trust::{Way, way_to};
use crate::source::text::os_string;

/// Why a program may not be started.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("cannot be started: {0}")]
    Start(#[from] io::Error),
    #[error("`{}` could be written by others than root", .0.display())]
    Insecure(PathBuf),
}

/// The program and arguments in `words`, with an environment of `PATH` alone, as `identity` (user and group;
/// nothing is the daemon's own), in a process group of its own, so that its children end with it.
/// With `is_secure` root runs only what nobody else could have written.
///
/// # Errors
/// When there are no words, or such a program cannot be found or trusted.
pub(super) fn command(
    words: &[String],
    identity: Option<(u32, u32)>,
    is_secure: bool,
) -> Result<Command, Refused> {
    let (program, arguments) =
        words.split_first().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let program = os_string(program);
    let is_root = identity.is_none_or(|(user, _)| user == 0);
    let mut path = PathBuf::from(&program);
    if is_secure && is_root {
        path = match way_to(&path)? {
            Way::Root(real) => real,
            Way::Others(part) => return Err(Refused::Insecure(part)),
        };
    }
    let mut command = Command::new(path);
    command
        // One program behind several links goes by the name that it is called by.
        .arg0(program)
        .args(arguments.iter().map(|argument| os_string(argument)))
        .env_clear()
        .env("PATH", SEARCH_PATH)
        .current_dir("/")
        .stdin(Stdio::null())
        // What it writes could fill a pipe that nobody empties.
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    if let Some((user, group)) = identity {
        // Setting the user as root drops all supplementary groups, too.
        command.uid(user).gid(group);
    }
    descriptors::restore(&mut command);
    Ok(command)
}

/// That of root in Debian; administrators keep their scripts below `/usr/local`.
const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
