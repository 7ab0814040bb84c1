//! What the nodes run on, and what that needs.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(super) const QEMU: &str = "qemu-system-x86_64";

/// Scenarios do not know which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BackEnd {
    /// An emulated PC whose clock counts instructions: a loaded host makes it slower to watch, not slower to itself,
    /// and waiting costs nothing.
    Emulated,
    /// The same PC on the processor's own virtualisation, in real time.
    Kvm,
    /// Namespaces on this machine's kernel.
    Host,
}

/// What this machine has.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    pub(super) emulator: bool,
    /// /dev/kvm is there. Whether a machine boots on it is another question.
    pub(super) kvm: bool,
    pub(super) root: bool,
    /// The kernel's release, and whether it has ip_vs or can load it.
    pub(super) kernel: String,
    pub(super) ip_vs: bool,
    /// Why namespaces cannot be made; empty when they can.
    pub(super) namespaces: String,
}

impl BackEnd {
    /// Why it cannot work here, in a sentence, with the next thing to do.
    pub(super) fn possible(self, here: &Surroundings) -> Result<(), String> {
        match self {
            Self::Emulated | Self::Kvm if !here.emulator => {
                Err(format!("{QEMU} is not installed; run: make lab-images"))
            }
            Self::Kvm if !here.kvm => {
                Err("LAB=kvm needs /dev/kvm, which this machine has not; leave LAB out".to_owned())
            }
            Self::Host if !here.root => {
                Err("LAB=host makes namespaces and needs root; run it with sudo".to_owned())
            }
            Self::Host if !here.ip_vs => Err(format!(
                "LAB=host needs ip_vs, which the kernel {} of this machine neither has nor can load; leave LAB out",
                here.kernel
            )),
            Self::Host if !here.namespaces.is_empty() => Err(format!(
                "LAB=host makes namespaces, which is not allowed here ({}); leave LAB out",
                here.namespaces
            )),
            _ => Ok(()),
        }
    }
}

impl Surroundings {
    /// Looks; for [`BackEnd::Host`] it also tries, because only then does the kernel load anything.
    pub(super) fn look(back_end: BackEnd) -> Self {
        let host = back_end == BackEnd::Host;
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            emulator: which(QEMU, env::var_os("PATH").as_deref()).is_some(),
            kvm: Path::new("/dev/kvm").exists(),
            root: rustix::process::geteuid().is_root(),
            kernel: release.trim().to_owned(),
            ip_vs: host && has_ip_vs(),
            namespaces: if host { namespaces() } else { String::new() },
        }
    }
}

/// A program in one of the folders of a search path.
pub(super) fn which(program: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    env::split_paths(path?).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The modules are there, or can be loaded.
fn has_ip_vs() -> bool {
    let load = || {
        let modules = ["-q", "-a", "ip_vs", "ip_vs_rr", "ip_vs_wrr"];
        Command::new("modprobe").args(modules).stderr(Stdio::null()).status()
    };
    Path::new("/proc/net/ip_vs").exists() || load().is_ok_and(|status| status.success())
}

/// What `unshare` says against those that every node needs.
fn namespaces() -> String {
    let kinds = ["--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--fork", "true"];
    match Command::new("unshare").args(kinds).output() {
        Ok(output) if output.status.success() => String::new(),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => format!("unshare: {error}"),
    }
}
