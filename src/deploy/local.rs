//! This machine, or a directory that stands for one.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::{Act, Fault, FaultKind, Reply, facts, script};

/// Performs acts with this machine's own shell.
#[derive(Clone, Debug, Default)]
pub struct Local {
    root: Option<PathBuf>,
    path: Option<String>,
}

impl Local {
    /// This machine itself; needs root.
    pub fn new() -> Self {
        Self::default()
    }

    /// A directory in the place of a machine; its programs are searched in `path` first.
    pub fn below(root: impl Into<PathBuf>, path: Option<String>) -> Self {
        Self { root: Some(root.into()), path }
    }

    pub(super) async fn perform(&mut self, act: &Act) -> Result<Reply, Fault> {
        let script = script::script(act);
        let mut command = Command::new("sh");
        command.arg("-c").arg(script.text).arg("lvsha").args(&script.arguments);
        if let Some(root) = &self.root {
            command.env("LVSHA_ROOT", root);
        }
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        // Ctrl-C goes to every process of the terminal's group, but what was begun is to come to its end.
        command.process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let fail = |error: std::io::Error| {
            Fault::new(FaultKind::Connection, format!("cannot run a shell: {error}"))
        };
        let mut child = command.spawn().map_err(fail)?;
        if let Some(mut input) = child.stdin.take() {
            // A script that refuses does not read on; its words say why.
            let _ = input.write_all(&script.input).await;
        }
        let output = child.wait_with_output().await.map_err(fail)?;
        facts::reply(act, &String::from_utf8_lossy(&output.stdout))
    }
}
