//! A running lab: the emulated computer, or the host's own kernel behind namespaces.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::images::Images;
use super::leftovers;
use super::report::Report;
use crate::inventory;
use crate::message::Message;

/// What the nodes run on. Scenarios do not know.
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

/// Memory of one machine in MiB: two of them stay below 2 GiB together.
const MEMORY: u32 = 832;
/// No run takes longer, whatever hangs. `LAB_LIMIT` (minutes) changes it.
const LIMIT: u64 = 40;
const QEMU: &str = "qemu-system-x86_64";

impl BackEnd {
    /// `LAB` in the environment: nothing, `kvm` or `host`.
    pub(super) fn from_environment() -> Result<Self, String> {
        match env::var("LAB").as_deref() {
            Err(_) | Ok("" | "emulated") => Ok(Self::Emulated),
            Ok("kvm") => Ok(Self::Kvm),
            Ok("host") => Ok(Self::Host),
            Ok(other) => Err(format!("LAB={other} is no back end: emulated, kvm, host or off")),
        }
    }

    /// Why it cannot work here, in a sentence.
    pub(super) fn possible(self) -> Result<(), String> {
        match self {
            Self::Emulated | Self::Kvm if which(QEMU).is_none() => {
                Err(format!("{QEMU} is not installed; run: make lab-images"))
            }
            Self::Kvm if !Path::new("/dev/kvm").exists() => {
                Err("LAB=kvm needs /dev/kvm, which this machine has not; leave LAB out".to_owned())
            }
            Self::Host if !rustix::process::geteuid().is_root() => {
                Err("LAB=host makes namespaces and needs root; run it with sudo".to_owned())
            }
            Self::Host if !host_has_ip_vs() => Err(format!(
                "LAB=host needs ip_vs, which the kernel {} of this machine neither has nor can load; leave LAB out",
                fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim()
            )),
            _ => Ok(()),
        }
    }

    /// How many run side by side. An emulated one takes one processor; the host's kernel is one only.
    /// `LAB_MACHINES` changes it.
    pub(super) fn machines(self) -> usize {
        let wish = env::var("LAB_MACHINES").ok().and_then(|number| number.parse().ok());
        if let (Self::Emulated, Some(number)) = (self, wish) {
            return number;
        }
        let processors = thread::available_parallelism().map_or(1, |number| number.get());
        match self {
            Self::Emulated => processors.min(2),
            Self::Kvm | Self::Host => 1,
        }
    }

    /// QEMU's options for processor and clock.
    fn processor(self, interactive: bool) -> &'static [&'static str] {
        match self {
            // Two nanoseconds an instruction, and an idle machine jumps to its next timer at once.
            Self::Emulated if !interactive => {
                &["-accel", "tcg,thread=single", "-smp", "1", "-icount", "shift=1,sleep=off"]
            }
            Self::Emulated | Self::Host => &["-accel", "tcg,thread=multi", "-smp", "2"],
            Self::Kvm => &["-accel", "kvm", "-cpu", "host", "-smp", "2"],
        }
    }
}

/// The modules are there, or can be loaded.
fn host_has_ip_vs() -> bool {
    let load =
        || Command::new("modprobe").args(["-q", "-a", "ip_vs", "ip_vs_rr", "ip_vs_wrr"]).status();
    Path::new("/proc/net/ip_vs").exists() || load().is_ok_and(|status| status.success())
}

fn which(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A child process that does not outlive this value, nor this process.
pub(super) struct Machine {
    number: usize,
    child: Child,
    lines: Receiver<String>,
    /// What it was started from, and what it writes besides: its console, artefacts.
    folder: tempfile::TempDir,
    deadline: Instant,
}

impl Machine {
    pub(super) fn boot(
        back_end: BackEnd,
        images: &Images,
        number: usize,
        names: &[&str],
    ) -> Result<Self, String> {
        if back_end == BackEnd::Kvm {
            probe(images)?;
        }
        let folder = stage(names).map_err(|error| format!("cannot prepare a machine: {error}"))?;
        let mut command = match back_end {
            BackEnd::Host => on_the_host(images, folder.path()),
            BackEnd::Emulated | BackEnd::Kvm => {
                pack(images, folder.path())?;
                let mut command = emulated(back_end, images, folder.path(), false);
                command.args(["-display", "none", "-monitor", "none"]);
                command
                    .arg("-serial")
                    .arg(format!("file:{}", folder.path().join("console").display()));
                command
            }
        };
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {:?}: {error}", command.get_program()))?;
        let (sender, lines) = channel();
        let streams: [Box<dyn std::io::Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            thread::spawn(move || {
                BufReader::new(stream)
                    .lines()
                    .map_while(Result::ok)
                    .try_for_each(|line| sender.send(line))
            });
        }
        Ok(Self { number, child, lines, folder, deadline: Instant::now() + limit() })
    }

    /// Hands its messages to `report` until it ends or its time is over.
    pub(super) fn follow(mut self, names: &[&str], report: &Mutex<Report>) {
        let mut open: Vec<&str> = names.to_vec();
        let mut failed = false;
        let mut noise = Vec::new();
        let problem = loop {
            let rest = self.deadline.saturating_duration_since(Instant::now());
            let line = match self.lines.recv_timeout(rest) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => {
                    break format!("the time limit of {} min is over", limit().as_secs() / 60);
                }
                Err(RecvTimeoutError::Disconnected) => {
                    break "the machine stopped by itself".to_owned();
                }
            };
            let Some(message) = Message::from_line(&line) else {
                noise.push(line);
                continue;
            };
            if let Message::Ended { name, failure, .. } = &message {
                open.retain(|other| other != name);
                failed |= failure.is_some();
            }
            report.lock().unwrap().take(self.number, &message);
            match message {
                Message::Broken { reason } => break reason,
                Message::Finished => break String::new(),
                _ => {}
            }
        };
        if open.is_empty() && !failed {
            return;
        }
        // Give the machine the time to write down what it knows.
        let patience = Instant::now() + Duration::from_secs(20);
        while Instant::now() < patience
            && self.child.try_wait().is_ok_and(|status| status.is_none())
        {
            thread::sleep(Duration::from_millis(100));
        }
        let kept = self.keep();
        let mut report = report.lock().unwrap();
        if !open.is_empty() {
            let console =
                fs::read_to_string(self.folder.path().join("console")).unwrap_or_default();
            let tail: Vec<&str> = console.lines().rev().take(15).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            let problem = format!("{problem}\n{}\n{}", noise.join("\n"), tail.join("\n"));
            report.broken(&open, problem.trim());
        }
        println!("lab {}: what the machine left is in {}", self.number, kept.display());
    }

    /// Moves console and artefacts to where people find them.
    fn keep(&self) -> PathBuf {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let kept =
            package.join(format!("target/lab-artefacts/{}-{}", std::process::id(), self.number));
        let _ = fs::create_dir_all(&kept);
        let _ = fs::copy(self.folder.path().join("console"), kept.join("console"));
        // One archive for each scenario that failed, one after the other.
        let unpacked = Command::new("tar")
            .args(["--extract", "--touch", "--ignore-zeros", "--file"])
            .arg(self.folder.path().join("artefacts"))
            .arg("--directory")
            .arg(&kept)
            .stderr(Stdio::null())
            .status();
        if !unpacked.is_ok_and(|status| status.success()) {
            let _ = fs::copy(self.folder.path().join("artefacts"), kept.join("artefacts.tar"));
        }
        kept
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn limit() -> Duration {
    let minutes = env::var("LAB_LIMIT").ok().and_then(|minutes| minutes.parse().ok());
    Duration::from_secs(60 * minutes.unwrap_or(LIMIT))
}

/// Everything that this run brings into the machine, as a folder.
pub(super) fn stage(names: &[&str]) -> std::io::Result<tempfile::TempDir> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    leftovers::remove(place);
    let prefix = leftovers::prefix(std::process::id());
    let folder = tempfile::Builder::new().prefix(&prefix).tempdir_in(place)?;
    let lab = folder.path().join("stage/lab");
    fs::create_dir_all(&lab)?;
    for part in ["inside", "data"] {
        copy(&sources.join(part), &lab.join(part))?;
    }
    strip(&env::current_exe()?, &lab.join("lab"))?;
    strip(Path::new(env!("CARGO_BIN_EXE_lvsha")), &lab.join("lvsha"))?;
    fs::write(lab.join("names"), names.join("\n"))?;
    let hosts = inventory::NODES.iter().chain([&inventory::CLIENT, &inventory::GATEWAY]);
    let lines = hosts.map(|host| {
        let name = host.hostname();
        format!("{} {name}\n{} {name}6\n", host.address(), host.address6())
    });
    fs::write(
        lab.join("hosts"),
        format!("127.0.0.1 localhost\n::1 localhost\n{}", lines.collect::<String>()),
    )?;
    // A key of its own for every run; without ssh-keygen only the scenarios that deploy miss it.
    let _ = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f"])
        .arg(lab.join("key"))
        .status();
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    fs::read_dir(from)?.try_for_each(|entry| {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))
    })
}

/// Without its symbols a program is a fifth as large, and the machine's memory is small.
fn strip(from: &Path, to: &Path) -> std::io::Result<()> {
    let stripped = Command::new("strip").arg("-o").arg(to).arg(from).status();
    if stripped.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        fs::copy(from, to).map(drop)
    }
}

/// The kernel unpacks archives that follow one another.
pub(super) fn pack(images: &Images, folder: &Path) -> Result<(), String> {
    let script = r#"set -e
        cp "$2" "$3/initrd"
        cd "$3/stage"
        "$1" find . | "$1" cpio -o -H newc 2>/dev/null >>"$3/initrd"
        rm -r "$3/stage""#;
    let status = Command::new("sh")
        .args(["-c", script, "sh"])
        .args([&images.file("busybox"), &images.file("initrd"), folder])
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!("cannot write {}/initrd: is the disk full?", folder.display())),
    }
}

/// The computer without its console, which is the caller's business.
pub(super) fn emulated(
    back_end: BackEnd,
    images: &Images,
    folder: &Path,
    interactive: bool,
) -> Command {
    // setpriv lets the kernel end it when this process dies in any way.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", QEMU, "-machine", "pc"]);
    command.args(back_end.processor(interactive));
    command.args([
        "-m",
        &format!("{MEMORY},slots=2,maxmem=4G"),
        "-nodefaults",
        "-nic",
        "none",
        "-no-reboot",
    ]);
    let root = images.file("root.img");
    let size = fs::metadata(&root).map_or(0, |data| data.len());
    command.arg("-object").arg(format!(
        "memory-backend-file,id=root,share=on,readonly=on,mem-path={},size={size}",
        root.display()
    ));
    command.args(["-device", "virtio-pmem-pci,memdev=root,id=disk", "-rtc", "clock=vm"]);
    command.args(["-device", "virtio-serial-pci"]);
    if !interactive {
        command.args([
            "-chardev",
            "file,id=lab,path=/dev/stdout",
            "-device",
            "virtserialport,chardev=lab,name=lab",
        ]);
    }
    command
        .arg("-chardev")
        .arg(format!("file,id=files,path={}", folder.join("artefacts").display()));
    command.args(["-device", "virtserialport,chardev=files,name=artefacts"]);
    command.arg("-kernel").arg(images.file("vmlinuz"));
    command.arg("-initrd").arg(folder.join("initrd"));
    // One steady clock; a panic ends the machine instead of waiting.
    command.args([
        "-append",
        "console=ttyS0 panic=-1 quiet loglevel=3 mitigations=off tsc=reliable clocksource=tsc",
    ]);
    command
}

/// /dev/kvm exists on machines where no guest ever starts: only a boot tells.
pub(super) fn probe(images: &Images) -> Result<(), String> {
    let output = Command::new("timeout")
        .args([
            "--signal=KILL",
            "15",
            QEMU,
            "-machine",
            "pc",
            "-m",
            "256",
            "-nodefaults",
            "-no-reboot",
        ])
        .args(BackEnd::Kvm.processor(false))
        .args(["-display", "none", "-serial", "stdio", "-nic", "none", "-kernel"])
        .arg(images.file("vmlinuz"))
        .arg("-initrd")
        .arg(images.file("initrd"))
        .args(["-append", "console=ttyS0 panic=-1 quiet lab=probe"])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot start {QEMU}: {error}"))?;
    if String::from_utf8_lossy(&output.stdout).contains("lab: probe") {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("it says nothing within 15 s");
    Err(format!("LAB=kvm: no machine boots on /dev/kvm here ({said}); leave LAB out"))
}

/// Namespaces of their own for the whole world, and a root over the tree.
fn on_the_host(images: &Images, folder: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private"]);
    command.arg(folder.join("stage/lab/inside/on-host"));
    command.args([&images.tree, &folder.join("stage/lab"), folder]);
    command
}
