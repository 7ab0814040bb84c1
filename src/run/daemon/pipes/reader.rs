//! The program that reads a pipe: started again when it ends, ended with its pipe.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tracing::warn;

use super::super::plan::{ReaderPlan, ScriptPolicy};
use super::super::script;
use crate::run::group::Group;

/// A reader and the task that waits for it. Who is dropped is ended, without grace.
#[derive(Debug)]
pub(super) struct Reader {
    /// Told how long the program may take to end by itself.
    end: oneshot::Sender<Duration>,
    task: JoinHandle<()>,
}

impl Reader {
    /// Starts a reader once `before` has ended: two readers of one pipe would share its lines. Needs a
    /// tokio runtime.
    pub(super) fn start(
        plan: &ReaderPlan,
        pipe: &Path,
        policy: &ScriptPolicy,
        before: Option<Self>,
    ) -> Self {
        let mut command = plan.command.clone();
        command.push(pipe.to_string_lossy().into_owned());
        let (user, policy) = (plan.user.clone(), policy.clone());
        let task = Task { pipe: pipe.to_owned(), command, user, policy };
        let (end, told) = oneshot::channel();
        let task = tokio::spawn(async move {
            if let Some(before) = before {
                before.end(Duration::ZERO).await;
            }
            task.run(told).await;
        });
        Self { end, task }
    }

    /// Ends it, and returns when it has ended.
    pub(super) async fn end(self, grace: Duration) {
        // A task that is gone has nothing left to end, here and below.
        let _ = self.end.send(grace);
        let _ = self.task.await;
    }
}

struct Task {
    pipe: PathBuf,
    command: Vec<String>,
    user: Option<String>,
    policy: ScriptPolicy,
}

impl Task {
    async fn run(self, mut end: oneshot::Receiver<Duration>) {
        let mut pauses = Pauses::default();
        // Told before it came to a first start, while it waited for another reader.
        if end.try_recv() != Err(TryRecvError::Empty) {
            return;
        }
        loop {
            let started = Instant::now();
            let why = match script::start(&self.command, self.user.as_deref(), &self.policy) {
                Ok(mut child) => {
                    let mut group = Group::of(&child);
                    tokio::select! {
                        ended = child.wait() => {
                            group.release();
                            match ended {
                                Ok(status) => format!("has ended ({status})"),
                                Err(error) => error.to_string(),
                            }
                        }
                        grace = &mut end => {
                            let grace = grace.unwrap_or_default();
                            if timeout(grace, child.wait()).await.is_ok() {
                                group.release();
                            } else {
                                group.end(script::GRACE).await;
                                // Only then may another one read the pipe.
                                let _ = timeout(script::GRACE, child.wait()).await;
                            }
                            return;
                        }
                    }
                }
                Err(error) => error.to_string(),
            };
            let pause = pauses.next(started.elapsed());
            let pipe = self.pipe.display();
            warn!("pipe {pipe}: its reader {why}; it is started again in {} s", pause.as_secs());
            tokio::select! {
                () = sleep(pause) => {}
                _ = &mut end => return,
            }
        }
    }
}

/// Times between the end of a reader and its next start: longer each time, so that one that cannot run
/// costs nothing.
#[derive(Debug)]
struct Pauses(Duration);

impl Default for Pauses {
    fn default() -> Self {
        Self(SHORTEST)
    }
}

impl Pauses {
    fn next(&mut self, lived: Duration) -> Duration {
        if lived >= LONGEST {
            *self = Self::default();
        }
        let pause = self.0;
        self.0 = (pause * 2).min(LONGEST);
        pause
    }
}

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_ends_again_and_again_is_started_less_and_less_often() {
        let mut pauses = Pauses::default();
        let lives = [0, 0, 59, 0, 0, 0, 0, 0, 60, 0];
        let told = lives.map(|lived| pauses.next(Duration::from_secs(lived)).as_secs());
        assert_eq!(told, [1, 2, 4, 8, 16, 32, 60, 60, 1, 2]);
    }
}
