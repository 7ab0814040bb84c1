//! An external program. It runs in a process group of its own, with a clean environment, and the whole
//! group is killed when its time is over.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use tokio::process::Command;

use super::super::{Answer, Failure, Reply, ScriptAsk, WeightChange};
use super::{Asking, Probe, failure_of};
use crate::run::group::Group;
use crate::run::net::descriptors;
use crate::run::trust::{Way, way_to};
use crate::source::text::os_string;

pub(super) struct Script {
    ask: ScriptAsk,
}

impl Script {
    pub(super) fn new(ask: &ScriptAsk) -> Self {
        Self { ask: ask.clone() }
    }

    async fn run(&self) -> Answer {
        let (program, arguments) =
            self.ask.command.split_first().ok_or_else(|| Failure::new("no program"))?;
        let is_root = self.ask.user.is_none_or(|user| user.user == 0);
        let failed = |error: std::io::Error| failure_of(program, &error);
        let mut path = PathBuf::from(os_string(program));
        if self.ask.is_secure && is_root {
            path = match way_to(&path).map_err(failed)? {
                Way::Root(real) => real,
                Way::Others(part) => {
                    let part = part.display();
                    let cause = format!("`{part}` could be written by others than root");
                    return Err(Failure::new(cause));
                }
            };
        }
        let mut command = Command::new(path);
        command
            // One program behind several links goes by the name that it is called by.
            .arg0(os_string(program))
            .args(arguments.iter().map(|argument| os_string(argument)))
            .env_clear()
            .env("PATH", PATH)
            .envs(&self.ask.environment)
            .current_dir("/")
            .stdin(Stdio::null())
            // What it writes could fill a pipe that nobody empties.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(user) = self.ask.user {
            command.gid(user.group).uid(user.user);
        }
        descriptors::restore(&mut command);
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

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
