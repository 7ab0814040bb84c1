//! A running lab: the emulated computer, or the host's own kernel behind namespaces.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::back_end::BackEnd;
use super::images::Images;
use super::report::Report;
use super::{qemu, stage};
use crate::message::Message;

/// A child process that does not outlive this value, nor this process.
pub(super) struct Machine {
    number: usize,
    back_end: BackEnd,
    child: Child,
    lines: Receiver<String>,
    /// What it was started from, and what it writes besides: its console, artefacts.
    folder: tempfile::TempDir,
    limit: Duration,
    deadline: Instant,
}

impl Machine {
    pub(super) fn boot(
        back_end: BackEnd,
        images: &Images,
        number: usize,
        names: &[&str],
        limit: Duration,
    ) -> Result<Self, String> {
        if back_end == BackEnd::Kvm {
            qemu::probe(images)?;
        }
        let folder =
            stage::stage(names).map_err(|error| format!("cannot prepare a machine: {error}"))?;
        let mut command = match back_end {
            BackEnd::Host => on_the_host(images, folder.path()),
            BackEnd::Emulated | BackEnd::Kvm => {
                stage::pack(images, folder.path())?;
                let mut command = qemu::emulated(back_end, images, folder.path(), false);
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
        // A limit beyond the clock's end is none.
        let now = Instant::now();
        let deadline = now.checked_add(limit).unwrap_or(now + Duration::from_secs(86_400));
        Ok(Self { number, back_end, child, lines, folder, limit, deadline })
    }

    /// Hands its messages to `report` until it ends or its time is over.
    pub(super) fn follow(mut self, names: &[&str], report: &Mutex<Report>) {
        let mut open: Vec<&str> = names.to_vec();
        let mut failed = false;
        let mut noise = Vec::new();
        let mut spent = Duration::ZERO;
        let problem = loop {
            let rest = self.deadline.saturating_duration_since(Instant::now());
            let line = match self.lines.recv_timeout(rest) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => {
                    // Whatever hangs has had its time.
                    let _ = self.child.kill();
                    break format!(
                        "the time limit of {} min is over; LAB_LIMIT=MINUTES sets another",
                        self.limit.as_secs() / 60
                    );
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
            let before = spent;
            spent = processor_time(self.child.id());
            report.lock().unwrap().take(self.number, &message, spent.saturating_sub(before));
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
        self.ends_within(Duration::from_secs(20));
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

    /// Waits until it ends by itself, but not longer than that.
    fn ends_within(&mut self, patience: Duration) {
        let over = Instant::now() + patience;
        while Instant::now() < over && self.child.try_wait().is_ok_and(|status| status.is_none()) {
            thread::sleep(Duration::from_millis(50));
        }
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
        // On the host's kernel it removes its control groups when it ends by itself.
        if self.back_end == BackEnd::Host {
            self.ends_within(Duration::from_secs(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process has used of processors, all of its threads together; proc_pid_stat(5), fields 14 and 15.
fn processor_time(process: u32) -> Duration {
    const TICK: Duration = Duration::from_millis(10);
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The program's name, in parentheses, is the only field that may have blanks.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks = fields.skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    TICK.saturating_mul(ticks)
}

/// Namespaces of their own for the whole world, and a root over the tree.
fn on_the_host(images: &Images, folder: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private"]);
    command.arg(folder.join("stage/lab/inside/on-host"));
    command.args([&images.tree, &folder.join("stage/lab"), folder]);
    command
}
