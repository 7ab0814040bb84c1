//! The process group of a program that was started: what the program starts belongs to it, and ends with it.

use std::future::poll_fn;
use std::io;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use tokio::process::Child;
use tokio::time::{sleep, timeout};

use crate::run::net::readiness::Watched;

/// A group, killed when this is dropped and was not released. Its number is its leader's, and nobody else's
/// as long as the leader was not waited for: this has to be dropped before the leader is.
#[derive(Debug)]
pub(super) struct Group(Option<Pid>);

impl Group {
    /// The group that a child leads; it has to be started in one of its own.
    pub(super) fn of(leader: &Child) -> Self {
        Self(leader.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// The leader ended by itself, and its number may belong to somebody else soon. What it has left
    /// behind was meant to stay.
    pub(super) fn release(&mut self) {
        self.0 = None;
    }

    /// Asks all of them to end. When the leader has ended, or after a grace, the rest is killed.
    pub(super) async fn end(self, grace: Duration) {
        let Some(leader) = self.0 else { return };
        signal(leader, Signal::TERM);
        // Kernels before 5.3 do not tell of an end without giving the number away.
        if let Ok(Err(_)) = timeout(grace, ended(leader)).await {
            sleep(grace).await;
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            signal(group, Signal::KILL);
        }
    }
}

fn signal(group: Pid, signal: Signal) {
    // An error means that it is gone already.
    let _ = kill_process_group(group, signal);
}

/// Waits for the end of a child, which keeps its number.
async fn ended(child: Pid) -> io::Result<()> {
    let descriptor = pidfd_open(child, PidfdFlags::empty())?;
    let watched = Watched::new(descriptor)?;
    poll_fn(|context| watched.poll_news(context)).await;
    Ok(())
}
