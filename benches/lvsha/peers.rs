//! The programs that lvsha is measured beside, from the tree that `make peers` builds.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::table::Trouble;

/// The tree with the real programs; `None` when it was not built.
pub(crate) fn tree() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/root");
    let root = root.canonicalize().ok()?;
    root.join("etc/lvsha-peers").exists().then_some(root)
}

/// The tree, where nothing can be measured without it.
pub(crate) fn needed_tree() -> Result<PathBuf, Trouble> {
    let why = "no peers: `make peers` builds them, as root";
    tree().ok_or_else(|| Trouble::Missing(why.to_owned()))
}

pub(crate) fn versions() -> Vec<String> {
    let mut versions = vec![format!("lvsha {}", env!("CARGO_PKG_VERSION"))];
    versions.extend(tree().and_then(|root| {
        let output = Command::new("chroot").arg(root).args(["keepalived", "--version"]).output();
        let text = String::from_utf8_lossy(&output.ok()?.stderr).into_owned();
        // "Keepalived v2.2.7 (01/16,2022)".
        let version = text.split_whitespace().nth(1)?.trim_start_matches('v').to_owned();
        Some(format!("keepalived {version}"))
    }));
    versions
}

/// A network namespace with interfaces eth0 up to eth`last`, for keepalived to find; it is gone with
/// the value.
pub(crate) struct Namespace(String);

impl Namespace {
    pub(crate) fn new(last: u32) -> Result<Self, Trouble> {
        let name = format!("lvsha-bench-{}-{last}", std::process::id());
        let namespace = Self(name.clone());
        let made = Command::new("ip").args(["netns", "add", &name]).status();
        let made = made.is_ok_and(|status| status.success());
        let script = "for i in $(seq 0 \"$1\"); do echo link add eth$i type bridge; done | \
                      ip -n \"$0\" -batch -";
        let filled = Command::new("sh").args(["-c", script, &name, &last.to_string()]).status();
        let is_there = made && filled.is_ok_and(|status| status.success());
        let why = "no network namespace: run it as root, with iproute2";
        is_there.then_some(namespace).ok_or_else(|| Trouble::Missing(why.to_owned()))
    }

    /// `keepalived -t` of a file that is copied into the tree.
    pub(crate) fn keepalived(&self, configuration: &Path) -> Result<Command, Trouble> {
        let root = needed_tree()?;
        std::fs::copy(configuration, root.join("tmp/bench.conf"))
            .map_err(|error| Trouble::Missing(format!("the peers' /tmp: {error}")))?;
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.0, "chroot"]).arg(root);
        command.args(["keepalived", "-t", "-f", "/tmp/bench.conf"]);
        Ok(command)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = Command::new("ip").args(["netns", "del", &self.0]).status();
        if let Some(root) = tree() {
            let _ = std::fs::remove_file(root.join("tmp/bench.conf"));
        }
    }
}
