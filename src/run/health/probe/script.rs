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
        let mut child = command.spawn().map_err(failed)?;
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

impl Probe for Script {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.run())
    }
}
