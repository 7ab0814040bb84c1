//! An external program. It runs in a process group of its own, with a clean environment, and the whole
//! group is killed when its time is over.

use std::process::ExitStatus;

use super::super::{Answer, Failure, Reply, ScriptAsk, WeightChange};
use super::{Asking, Probe, failure_of};
use crate::run::command::{Refused, command};
use crate::run::group::Group;

pub(super) struct Script {
    ask: ScriptAsk,
}

impl Script {
    pub(super) fn new(ask: &ScriptAsk) -> Self {
        Self { ask: ask.clone() }
    }

    async fn run(&self) -> Answer {
        let program = self.ask.command.first().map_or("", String::as_str);
        let failed = |error: std::io::Error| failure_of(program, &error);
        let identity = self.ask.user.map(|user| (user.user, user.group));
        let mut command =
            command(&self.ask.command, identity, self.ask.is_secure).map_err(|refused| {
                match refused {
                    Refused::Start(error) => failed(error),
                    Refused::Insecure(_) => Failure::new(refused.to_string()),
                }
            })?;
        command.envs(&self.ask.environment);
        let mut child = command.spawn().map_err(|error| not_started(program, &error))?;
        let mut group = Group::of(&child);
        let status = child.wait().await.map_err(failed)?;
        group.release();
        self.judge(status)
    }

    fn judge(&self, status: ExitStatus) -> Answer {
        let code = status.code().and_then(|code| u32::try_from(code).ok());
        match code {
            Some(0) => Ok(Reply::new("exit code 0")),
            Some(code @ 2..=255) if self.ask.sets_weight => Ok(Reply {
                text: format!("exit code {code}").into(),
                weight: Some(WeightChange::Set(code - 2)),
            }),
            Some(code) => Err(Failure::new(format!("exit code {code}"))),
            None => Err(Failure::new(format!("{status}"))),
        }
    }
}

/// Where nothing could be forked, the director has too many processes, or the user has: that says nothing of a server.
fn not_started(program: &str, error: &std::io::Error) -> Failure {
    let failure = failure_of(program, error);
    let has_too_many = error.raw_os_error() == Some(libc::EAGAIN);
    Failure { is_local: failure.is_local || has_too_many, ..failure }
}

impl Probe for Script {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.run())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Error;

    use super::*;

    #[test]
    fn too_many_processes_are_no_verdict() {
        for (number, is_local) in
            [(libc::EAGAIN, true), (libc::ENOMEM, true), (libc::ENOENT, false)]
        {
            let failure = not_started("ask", &Error::from_raw_os_error(number));
            assert_eq!(failure.is_local, is_local, "{failure:?}");
        }
    }
}
