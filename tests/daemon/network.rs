//! Namespaces, programs in them, and an observer.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::data::{is_missing, peers_root};

/// Three namespaces on a bridge: two directors, and the bridge itself, where the observer sits.
pub(crate) struct Network {
    prefix: String,
    folder: tempfile::TempDir,
}

/// What runs as a director.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Keepalived,
    Lvsha,
}

/// A running director; killed when it goes out of scope.
pub(crate) struct Director {
    child: Child,
    log: PathBuf,
    pub(crate) control: PathBuf,
}

impl Network {
    /// `None`, with a word about it, where it cannot be made.
    pub(crate) fn new(needed: &[Program]) -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        if let Some(missing) = missing(needed) {
            is_missing(&missing);
            return None;
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("lvsha{}x{number}", std::process::id());
        let network = Self { prefix, folder: tempfile::tempdir().unwrap() };
        for name in ["a", "b", "s"] {
            network.ip(&["netns", "add", &network.space(name)]);
            network.ip(&["-n", &network.space(name), "link", "set", "lo", "up"]);
        }
        let switch = network.space("s");
        network.ip(&["-n", &switch, "link", "add", "br0", "type", "bridge"]);
        network.ip(&["-n", &switch, "link", "set", "br0", "up"]);
        network.ip(&["-n", &switch, "addr", "add", "10.9.0.9/24", "dev", "br0"]);
        for (name, address) in [("a", "10.9.0.1/24"), ("b", "10.9.0.2/24")] {
            let (space, port) = (network.space(name), format!("port{name}"));
            network.ip(&[
                "-n", &switch, "link", "add", &port, "type", "veth", "peer", "name", "eth0",
                "netns", &space,
            ]);
            network.ip(&["-n", &switch, "link", "set", &port, "master", "br0", "up"]);
            network.ip(&["-n", &space, "link", "set", "eth0", "up"]);
            network.ip(&["-n", &space, "addr", "add", address, "dev", "eth0"]);
            // Without duplicate address detection, which takes a second or two.
            let six = address.replace("10.9.0.", "fe80::").replace("/24", "/64");
            network.ip(&["-n", &space, "addr", "add", &six, "dev", "eth0", "nodad"]);
        }
        Some(network)
    }

    /// Starts lvsha with an inventory.
    pub(crate) fn start_inventory(&self, name: &str, text: &str) -> Director {
        self.start_file(Program::Lvsha, name, &format!("{name}.toml"), text, [&[], &[]])
    }

    /// Starts a director in a namespace; the older one there is to be stopped before.
    pub(crate) fn start(&self, program: Program, name: &str, configuration: &str) -> Director {
        self.start_file(program, name, &format!("{name}.conf"), configuration, [&[], &[]])
    }

    /// Starts lvsha with further options.
    pub(crate) fn start_with(&self, options: &[&str], name: &str, text: &str) -> Director {
        self.start_file(Program::Lvsha, name, &format!("{name}.conf"), text, [&[], options])
    }

    /// Starts lvsha without a capability, as setpriv(1) calls it.
    pub(crate) fn start_without(&self, capability: &str, name: &str, text: &str) -> Director {
        let (bounds, inherited) =
            (format!("--bounding-set=-{capability}"), format!("--inh-caps=-{capability}"));
        let before = ["setpriv", &bounds, &inherited];
        self.start_file(Program::Lvsha, name, &format!("{name}.conf"), text, [&before, &[]])
    }

    fn start_file(
        &self,
        program: Program,
        name: &str,
        file: &str,
        configuration: &str,
        [before, options]: [&[&str]; 2],
    ) -> Director {
        let path = self.folder.path().join(file);
        let patient = if program == Program::Keepalived { PATIENT } else { "" };
        fs::write(&path, format!("{patient}{configuration}")).unwrap();
        let log = self.folder.path().join(format!("{name}.log"));
        let control = self.folder.path().join(format!("{name}.sock"));
        let out = fs::OpenOptions::new().append(true).create(true).open(&log).unwrap();
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.space(name)]);
        // Both programs before the other work of the machine: a late timer is no finding here.
        command.args(["nice", "-n", "-10"]).args(before);
        match program {
            Program::Lvsha => {
                command.arg(env!("CARGO_BIN_EXE_lvsha")).arg("daemon").arg(&path);
                command.args(["--node", name, "--control"]).arg(&control).args(options);
                // Whoever wants to hear when it is ready listens there.
                command.env("NOTIFY_SOCKET", self.folder.path().join(format!("{name}.notify")));
            }
            Program::Keepalived => {
                let root = peers_root();
                command.env("LD_LIBRARY_PATH", root.join("usr/lib/x86_64-linux-gnu"));
                command.arg(root.join("usr/sbin/keepalived")).args(["-n", "-l", "-D", "-P"]);
                command.arg("-f").arg(&path);
                for (option, suffix) in [("-p", "pid"), ("-r", "vrrp.pid")] {
                    command.arg(option).arg(self.folder.path().join(format!("{name}.{suffix}")));
                }
            }
        }
        command.stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(out);
        Director { child: command.spawn().unwrap(), log, control }
    }

    /// Starts lvsha with a folder of heartbeat's files, and with `scripts` as the system's own.
    pub(crate) fn start_heartbeat(&self, name: &str, folder: &str, scripts: &str) -> Director {
        let log = self.folder.path().join(format!("{name}.log"));
        let control = self.folder.path().join(format!("{name}.sock"));
        let out = fs::OpenOptions::new().append(true).create(true).open(&log).unwrap();
        // `ip netns exec` gives a mount namespace, so that nobody else sees the scripts.
        let start = format!(
            "mount --bind {} /etc/init.d && exec nice -n -10 {} daemon {} --node {name} --control {}",
            self.path(scripts).display(),
            env!("CARGO_BIN_EXE_lvsha"),
            self.path(folder).display(),
            control.display()
        );
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.space(name), "sh", "-c", &start]);
        command.stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(out);
        Director { child: command.spawn().unwrap(), log, control }
    }

    /// Who has the address on an interface, by name.
    pub(crate) fn owners(&self, address: &str) -> Vec<&'static str> {
        let has = |name: &&str| {
            let output = Command::new("ip")
                .args(["-n", &self.space(name), "-o", "addr", "show"])
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.split_whitespace().any(|word| word.split('/').next() == Some(address))
        };
        ["a", "b"].into_iter().filter(has).collect()
    }

    /// Waits until exactly these own the address. Meanwhile never more than one may own it for
    /// longer than `overlap`.
    pub(crate) fn expect_owners(&self, address: &str, wanted: &[&str], overlap: Duration) {
        let start = Instant::now();
        let mut both_since: Option<Instant> = None;
        loop {
            let owners = self.owners(address);
            if owners == wanted {
                return;
            }
            if owners.len() > 1 {
                let since = *both_since.get_or_insert_with(Instant::now);
                assert!(since.elapsed() < overlap, "{owners:?} own {address}\n{}", self.logs());
            } else {
                both_since = None;
            }
            // Generous: the machine has other work.
            let is_late = start.elapsed() > Duration::from_secs(25);
            assert!(!is_late, "{owners:?} own {address}, not {wanted:?}\n{}", self.logs());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Watches for a while that these, and only these, own the address.
    pub(crate) fn expect_stable(&self, address: &str, wanted: &[&str], time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            let owners = self.owners(address);
            assert!(owners == wanted, "{owners:?} own {address}\n{}", self.logs());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until these, and only these, have owned the address for a while. One that does not hear the other
    /// takes it again and again; one that a busy machine left without time takes it once.
    pub(crate) fn expect_settled(&self, address: &str, wanted: &[&str], time: Duration) {
        let start = Instant::now();
        let mut since: Option<Instant> = None;
        while since.is_none_or(|since| since.elapsed() < time) {
            let owners = self.owners(address);
            if owners == wanted {
                since.get_or_insert_with(Instant::now);
            } else {
                since = None;
            }
            let is_late = start.elapsed() > Duration::from_secs(25);
            assert!(!is_late, "{owners:?} own {address}, not {wanted:?}\n{}", self.logs());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs `ip` with a namespace in front.
    pub(crate) fn ip_in(&self, name: &str, arguments: &[&str]) {
        let space = self.space(name);
        self.ip(&[&["-n", space.as_str()], arguments].concat());
    }

    /// Runs a program in a namespace.
    pub(crate) fn run_in(&self, name: &str, program: &str, arguments: &[&str]) -> Output {
        let space = self.space(name);
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &space, program]).args(arguments).output().unwrap()
    }

    pub(crate) fn logs(&self) -> String {
        let read = |name: &str| {
            let path = self.folder.path().join(format!("{name}.log"));
            format!("--- {name}\n{}", fs::read_to_string(path).unwrap_or_default())
        };
        [read("a"), read("b")].concat()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn space(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn ip(&self, arguments: &[&str]) {
        let output = Command::new("ip").args(arguments).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "ip {arguments:?}: {words}");
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for name in ["a", "b", "s"] {
            let _ = Command::new("ip").args(["netns", "del", &self.space(name)]).output();
        }
    }
}

impl Director {
    /// Ends it without a word.
    pub(crate) fn kill(mut self) {
        self.signal("KILL");
        self.child.wait().unwrap();
    }

    /// Asks it to end, and returns its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        self.child.wait().unwrap().code()
    }

    /// As [`Self::signal`], without the milliseconds that a program takes.
    pub(crate) fn signal_at_once(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).unwrap();
        kill_process(id, signal).unwrap();
    }

    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-s", signal, &id]).output().unwrap();
    }

    /// Waits for a line of its log.
    pub(crate) fn expect_log(&self, words: &str) {
        eventually(|| {
            let text = fs::read_to_string(&self.log).unwrap_or_default();
            if text.contains(words) { Ok(()) } else { Err(format!("no `{words}` in\n{text}")) }
        });
    }

    /// What `lvsha ctl status --json` says.
    pub(crate) fn status(&self) -> serde_json::Value {
        serde_json::from_str(&self.ctl(&["status", "--json"])).unwrap()
    }

    /// What `lvsha ctl` prints.
    pub(crate) fn ctl(&self, words: &[&str]) -> String {
        let output = self.ask(words);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// How `lvsha ctl` ends, and what it says beside its result.
    pub(crate) fn ctl_ends(&self, words: &[&str]) -> (Option<i32>, String) {
        let output = self.ask(words);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn ask(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lvsha"));
        command.arg("ctl").args(words).arg("--control").arg(&self.control);
        command.output().unwrap()
    }
}

impl Drop for Director {
    fn drop(&mut self) {
        // Who has ended may have given its number to another process already.
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        // keepalived's children end with their parent only when it can tell them.
        self.signal("TERM");
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks until there is an answer, for as long as a machine with other work may need; what was found instead
/// is told then.
pub(crate) fn eventually<T>(mut ask: impl FnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(found) => assert!(start.elapsed() < Duration::from_secs(25), "{found}"),
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Why a network with these programs cannot be made.
fn missing(needed: &[Program]) -> Option<String> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
    if !is_root {
        return Some("network namespaces need root".to_owned());
    }
    if Command::new("ip").arg("-V").output().is_err() {
        return Some("`ip` (iproute2) is not installed".to_owned());
    }
    let keepalived = peers_root().join("usr/sbin/keepalived");
    let is_missing = needed.contains(&Program::Keepalived) && !keepalived.exists();
    is_missing.then(|| "no tree with keepalived: run tests/peers/build".to_owned())
}

/// A keepalived whose timers are late makes itself a real-time process, which the kernel then kills
/// when it computes for 10 ms (RLIMIT_RTTIME, in microseconds): a busy machine is no finding here.
const PATIENT: &str = "global_defs {\n vrrp_rlimit_rttime 10000000\n}\n";
