//! Two namespaces with a cable, a program in each, and the advertisements between them.

use std::cell::Cell;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::peers;
use crate::table::Trouble;

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Lvsha,
    Keepalived,
    /// Checks only.
    Ldirectord,
}

impl Program {
    /// For names, which are short in the kernel.
    pub(crate) fn letter(self) -> char {
        match self {
            Self::Lvsha => 'l',
            Self::Keepalived => 'k',
            Self::Ldirectord => 'd',
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lvsha => "lvsha",
            Self::Keepalived => "keepalived",
            Self::Ldirectord => "ldirectord",
        }
    }
}

/// Two directors' places, `a` and `b`, on one or more cables.
pub(crate) struct Pair {
    prefix: String,
    folder: tempfile::TempDir,
    /// Programs that stand in for a kernel with ip_vs, where checks are measured.
    stand_ins: Option<tempfile::TempDir>,
}

/// A program that runs; it and its children are killed when it goes out of scope.
pub(crate) struct Running(Child);

/// Advertisements as the kernel stamps them at `b`.
pub(crate) struct Capture {
    child: Child,
    adverts: Receiver<Advert>,
    /// When `a` was last heard.
    last_of_a: Cell<Option<f64>>,
}

#[derive(Clone, Copy, Debug)]
struct Advert {
    /// Seconds.
    at: f64,
    is_from_a: bool,
}

impl Pair {
    /// Needs root.
    pub(crate) fn new(name: &str, cables: u8) -> Result<Self, Trouble> {
        let prefix = format!("lvshab{}{name}", std::process::id());
        let folder = tempfile::tempdir().expect("a folder for configurations");
        let pair = Self { prefix, folder, stand_ins: None };
        let why = "no network namespaces with cables: run it as root, with iproute2";
        pair.connect(cables).ok_or_else(|| Trouble::Missing(why.to_owned()))?;
        Ok(pair)
    }

    fn connect(&self, cables: u8) -> Option<()> {
        let (a, b) = (self.space('a'), self.space('b'));
        ip(&["netns", "add", &a])?;
        ip(&["netns", "add", &b])?;
        for cable in 0..cables {
            let interface = format!("eth{cable}");
            let peer = ["peer", "name", &interface, "netns", &b];
            ip(&[&["-n", &a, "link", "add", &interface, "type", "veth"][..], &peer].concat())?;
            for (space, last) in [(&a, 1), (&b, 2)] {
                let address = format!("10.{}.0.{last}/24", 9 + cable);
                ip(&["-n", space, "addr", "add", &address, "dev", &interface])?;
                ip(&["-n", space, "link", "set", &interface, "up"])?;
            }
        }
        Some(())
    }

    /// Lets keepalived and ldirectord check servers, whatever the kernel knows of IPVS: what they write into its table
    /// goes nowhere. Needs a C compiler.
    pub(crate) fn with_checks(mut self) -> Result<Self, Trouble> {
        let folder = tempfile::tempdir().expect("a folder for programs");
        let ipvsadm = folder.path().join("ipvsadm");
        fs::write(&ipvsadm, "#!/bin/sh\n").expect("the folder is ours");
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&ipvsadm, mode).expect("the file is ours");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/lvsha/without_ip_vs.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O", "-o"]).arg(folder.path().join(LIBRARY));
        if !compiler.arg(source).status().is_ok_and(|status| status.success()) {
            let why = "no C compiler for a kernel's stand-in: apt-get install gcc libc6-dev";
            return Err(Trouble::Missing(why.to_owned()));
        }
        self.stand_ins = Some(folder);
        Ok(self)
    }

    /// Starts a program at `a` or `b`; the one that was there has to be gone.
    pub(crate) fn start(&self, program: Program, place: char, configuration: &str) -> Running {
        let path = self.folder.path().join(format!("{place}.conf"));
        fs::write(&path, configuration).expect("the folder is ours");
        let file = |suffix: &str| self.folder.path().join(format!("{place}.{suffix}"));
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.space(place)]);
        match program {
            Program::Lvsha => {
                command.arg(env!("CARGO_BIN_EXE_lvsha")).arg("daemon").arg(&path);
                command.args(["--node", &place.to_string(), "--control"]).arg(file("sock"));
            }
            Program::Keepalived => {
                let root = peers::tree().expect("asked before");
                command.env("LD_LIBRARY_PATH", root.join("usr/lib/x86_64-linux-gnu"));
                command.arg(root.join("usr/sbin/keepalived")).args(["-n", "-l", "-f"]).arg(&path);
                // It does not start when the number of one that crashed is another process's by now.
                for (option, name) in [("-p", "pid"), ("-r", "vrrp.pid"), ("-c", "checkers.pid")] {
                    let _ = fs::remove_file(file(name));
                    command.arg(option).arg(file(name));
                }
                match &self.stand_ins {
                    Some(stand_ins) => command.env("LD_PRELOAD", stand_ins.path().join(LIBRARY)),
                    None => command.arg("-P"),
                };
            }
            Program::Ldirectord => {
                let root = peers::tree().expect("asked before");
                let stand_ins = self.stand_ins.as_ref().expect("it does nothing but checks");
                command.args(["unshare", "--mount", "sh", "-c", LDIRECTORD]);
                command.arg(stand_ins.path()).arg(root).arg(path);
            }
        }
        let log = fs::File::create(file("log")).expect("the folder is ours");
        let errors = log.try_clone().expect("a second handle of a file");
        command.stdin(Stdio::null()).stdout(log).stderr(errors).process_group(0);
        Running(command.spawn().expect("the program starts"))
    }

    pub(crate) fn capture(&self) -> Result<Capture, Trouble> {
        let root = peers::needed_tree()?;
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.space('b')]);
        command.env("LD_LIBRARY_PATH", root.join("usr/lib/x86_64-linux-gnu"));
        command.arg(root.join("usr/bin/tcpdump"));
        // The user that Debian's tcpdump would become may not exist outside of the peers' tree.
        command.args(["-Z", "root", "-i", "eth0", "-l", "-n", "-tt", "--immediate-mode"]);
        command.args(["ip", "proto", "112"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("ip was there a moment ago");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, adverts) = channel();
        std::thread::spawn(move || {
            // "1700000000.123456 IP 10.9.0.1 > 224.0.0.18: VRRPv3, Advertisement, ..."
            for line in output.lines().map_while(Result::ok) {
                let mut words = line.split_whitespace();
                let at = words.next().and_then(|word| word.parse().ok());
                let is_from_a = words.nth(1) == Some("10.9.0.1");
                let Some(at) = at else { continue };
                if sender.send(Advert { at, is_from_a }).is_err() {
                    return;
                }
            }
        });
        Ok(Capture { child, adverts, last_of_a: Cell::new(None) })
    }

    /// Packets that `b` got from `a` on each of so many cables, by the kernel's count: a look at it costs the programs
    /// nothing, unlike a capture of all.
    pub(crate) fn received(&self, cables: u8) -> Result<Vec<u64>, Trouble> {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.space('b'), "cat", "/proc/net/dev"]);
        let text = command.output().expect("ip was there a moment ago").stdout;
        let text = String::from_utf8_lossy(&text);
        let count = |cable| {
            let head = format!("eth{cable}:");
            // Bytes, then packets.
            let mut fields = text.lines().find_map(|line| line.trim().strip_prefix(&head));
            fields.as_mut()?.split_whitespace().nth(1)?.parse().ok()
        };
        let counts: Option<Vec<u64>> = (0..cables).map(count).collect();
        counts.ok_or_else(|| Trouble::Missing(format!("no count of packets in `{text}`")))
    }

    /// What the program at `a` or `b` has logged.
    pub(crate) fn log(&self, place: char) -> String {
        let path = self.folder.path().join(format!("{place}.log"));
        fs::read_to_string(path).unwrap_or_default()
    }

    /// The name of a place's namespace.
    pub(crate) fn space(&self, place: char) -> String {
        format!("{}{place}", self.prefix)
    }
}

impl Capture {
    /// The next advertisement; somebody has to send within a minute.
    fn next(&self) -> Result<Advert, Trouble> {
        match self.adverts.recv_timeout(Duration::from_secs(60)) {
            Ok(advert) => {
                if advert.is_from_a {
                    self.last_of_a.set(Some(advert.at));
                }
                Ok(advert)
            }
            Err(RecvTimeoutError::Timeout) => {
                Err(Trouble::Failed("nobody has advertised for a minute".to_owned()))
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(Trouble::Missing("tcpdump has ended: `make peers` brings it".to_owned()))
            }
        }
    }

    fn last_of_a(&self) -> Result<f64, Trouble> {
        self.last_of_a.get().ok_or_else(|| Trouble::Failed("`a` has never advertised".to_owned()))
    }

    /// From the last advertisement of `a` to the first one of `b`, in seconds.
    pub(crate) fn gap(&self) -> Result<f64, Trouble> {
        loop {
            let advert = self.next()?;
            if !advert.is_from_a {
                return Ok(advert.at - self.last_of_a()?);
            }
        }
    }

    /// Until the next advertisement of `a`, from the one before, in seconds.
    pub(crate) fn pause(&self) -> Result<f64, Trouble> {
        let before = self.last_of_a()?;
        if !self.next()?.is_from_a {
            return Err(Trouble::Failed("`b` advertises beside `a`".to_owned()));
        }
        Ok(self.last_of_a()? - before)
    }

    /// Waits until `a` or `b` alone has sent so often; it has a minute to get the better of the other.
    pub(crate) fn settle_on(&self, place: char, adverts: u32) -> Result<(), Trouble> {
        let over = Instant::now() + Duration::from_secs(60);
        let mut in_a_row = 0;
        while in_a_row < adverts {
            in_a_row = if self.next()?.is_from_a == (place == 'a') { in_a_row + 1 } else { 0 };
            if Instant::now() > over {
                return Err(Trouble::Failed(format!("`{place}` is not master after a minute")));
            }
        }
        Ok(())
    }
}

impl Running {
    /// Ends the program and its children at once.
    pub(crate) fn crash(mut self) {
        self.kill();
    }

    /// Asks the program to end, and waits for it.
    pub(crate) fn stop(mut self) {
        self.signal(Signal::TERM);
        let _ = self.0.wait();
    }

    /// Sends the program a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(process) = pid(self.0.id()) {
            // One that ended meanwhile does not answer, and is noticed by its silence.
            let _ = kill_process(process, signal);
        }
    }

    /// Processor time and resident memory of the program and its children: seconds, bytes. One that ended has neither.
    pub(crate) fn usage(&self) -> Result<(f64, f64), Trouble> {
        let (mut nanoseconds, mut bytes) = (0.0, 0.0);
        for process in self.family() {
            let read = |name: &str| {
                fs::read_to_string(format!("/proc/{process}/{name}")).unwrap_or_default()
            };
            // The first number of each thread is its time on a processor (proc(5)); the ticks of `stat` are too coarse
            // for programs that mostly wait.
            let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten();
            for thread in threads.flatten() {
                let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
                let spent = text.split_whitespace().next().and_then(|n| n.parse::<f64>().ok());
                nanoseconds += spent.unwrap_or(0.0);
            }
            let resident = read("status")
                .lines()
                .find_map(|line| line.strip_prefix("VmRSS:"))
                .and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
            bytes += resident.unwrap_or(0.0) * 1024.0;
        }
        if nanoseconds > 0.0 && bytes > 0.0 {
            return Ok((nanoseconds / 1e9, bytes));
        }
        Err(Trouble::Failed("the program has ended while it was watched".to_owned()))
    }

    /// keepalived's own groups would escape a signal to ours, so children are asked for.
    fn family(&self) -> Vec<u32> {
        let mut found = vec![self.0.id()];
        let mut next = 0;
        while let Some(process) = found.get(next).copied() {
            let path = format!("/proc/{process}/task/{process}/children");
            let children = fs::read_to_string(path).unwrap_or_default();
            found.extend(children.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
            next += 1;
        }
        found
    }

    fn kill(&mut self) {
        let family: Vec<_> = self.family().into_iter().filter_map(pid).collect();
        let signal = |process, signal| {
            // One that ended meanwhile is what we want.
            let _ = kill_process(process, signal);
        };
        // A crash is of all at once: keepalived's child that outlives its parent for a moment says farewell, and the
        // parent of a dead child starts another.
        family.iter().for_each(|process| signal(*process, Signal::STOP));
        family.iter().rev().for_each(|process| signal(*process, Signal::KILL));
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for place in ['a', 'b'] {
            let _ = ip(&["netns", "del", &self.space(place)]);
        }
    }
}

fn pid(process: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(process).ok()?)
}

/// What `ip` does with these words; `None` when it refuses.
pub(crate) fn ip(arguments: &[&str]) -> Option<()> {
    let output = Command::new("ip").args(arguments).output().ok()?;
    output.status.success().then_some(())
}

/// Work on every processor while the value lives.
pub(crate) struct Load(Vec<Child>);

impl Load {
    pub(crate) fn on_every_processor() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let busy = |_| Command::new("sh").args(["-c", "while :; do :; done"]).spawn();
        Self((0..processors).filter_map(|number| busy(number).ok()).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

const LIBRARY: &str = "without_ip_vs.so";
/// Folder with the stand-ins, tree, configuration. It reads no other ipvsadm than the system's.
const LDIRECTORD: &str = r#"
    mount --bind "$0/ipvsadm" "$1/usr/sbin/ipvsadm" && mount -t proc proc "$1/proc" &&
    mount -t tmpfs tmp "$1/tmp" && cp "$2" "$1/tmp/bench.cf" &&
    exec chroot "$1" ldirectord /tmp/bench.cf start
"#;
