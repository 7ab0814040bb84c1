//! How many descriptors may be open: by the daemon, and by the programs that it starts.

use std::io;
use std::sync::OnceLock;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::process::Command;

/// Lets this process open as many as it may: each check takes one, and systemd gives 1024 where 524288 are
/// allowed.
///
/// # Errors
/// Those of setrlimit(2).
pub fn raise() -> io::Result<()> {
    let found = getrlimit(Resource::Nofile);
    if found.current == found.maximum {
        return Ok(());
    }
    let found = *FOUND.get_or_init(|| found);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: found.maximum, ..found })?)
}

/// How many may be open now.
pub fn most() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Gives a program the limit that the daemon was started with: select(2) takes no descriptor above 1023,
/// and some programs close all that there could be.
pub fn restore(command: &mut Command) {
    if let Some(found) = FOUND.get() {
        limit(command, *found);
    }
}

fn limit(command: &mut Command, limit: Rlimit) {
    // SAFETY: between fork and exec nothing is done but one system call, which takes no memory.
    unsafe { command.pre_exec(move || Ok(setrlimit(Resource::Nofile, limit)?)) };
}

/// What was found when it was raised.
static FOUND: OnceLock<Rlimit> = OnceLock::new();

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_has_the_limit_that_it_is_given() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "exit $(ulimit -Sn)"]);
        limit(&mut command, Rlimit { current: Some(99), ..getrlimit(Resource::Nofile) });
        assert_eq!(command.status().await.unwrap().code(), Some(99));
    }
}
