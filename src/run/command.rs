//! Programs of the user, as the daemon starts them.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use super::net::descriptors;
use super::trust::{SEARCH_PATH, Way, find, may_execute, way_to};
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
    let path = path_of(words, identity, is_secure)?;
    let (program, arguments) = words.split_first().ok_or_else(nothing)?;
    let mut command = Command::new(path);
    command
        // One program behind several links goes by the name that it is called by.
        .arg0(os_string(program))
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

/// Whether [`command`] would start something, for those who ask before there is need of it.
///
/// # Errors
/// Why not.
pub(super) fn examine(
    words: &[String],
    identity: Option<(u32, u32)>,
    is_secure: bool,
) -> Result<(), Refused> {
    let file = fs::metadata(path_of(words, identity, is_secure)?)?;
    // Without a user it is the daemon's own, who is root.
    match may_execute(&file, identity.unwrap_or((0, 0))) {
        true => Ok(()),
        false => Err(io::Error::from_raw_os_error(libc::EACCES).into()),
    }
}

/// The program that the words mean, behind all links where others could replace them.
fn path_of(
    words: &[String],
    identity: Option<(u32, u32)>,
    is_secure: bool,
) -> Result<PathBuf, Refused> {
    let program = PathBuf::from(os_string(words.first().ok_or_else(nothing)?));
    let is_root = identity.is_none_or(|(user, _)| user == 0);
    if !is_secure || !is_root {
        return Ok(find(&program)?);
    }
    match way_to(&program)? {
        Way::Root(real) => Ok(real),
        Way::Others(part) => Err(Refused::Insecure(part)),
    }
}

fn nothing() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidInput)
}
