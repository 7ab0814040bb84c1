//! Take-overs, a thousand routers, a thousand addresses: beside keepalived, in network namespaces.
//!
//! `cargo bench --bench vrrp` prints a table, and the same as JSON to `target/bench-vrrp.json`. It needs
//! root, `ip`, and the tree of `tests/peers/build`; a busy machine shows in both columns. Nothing here
//! can fail by being slow.

// Whoever measures has nothing better to do than to stop.
#![expect(clippy::unwrap_used, clippy::print_stdout)]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn main() {
    let keepalived = root().join("usr/sbin/keepalived");
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
    if !is_root || !keepalived.exists() {
        println!("skipped: root and the tree of tests/peers/build are needed");
        return;
    }
    let mut rows = Vec::new();
    for case in TAKE_OVERS {
        rows.push(take_over(case));
    }
    rows.extend(thousand_routers());
    rows.extend(thousand_addresses());
    show(&rows);
}

/// One line of the table.
struct Row {
    work: String,
    unit: &'static str,
    ours: f64,
    theirs: f64,
    budget: String,
    is_met: bool,
}

/// Name, lines of the configuration, interval in milliseconds, whether the skew scales with it.
type Case = (&'static str, &'static str, f64, bool);

const TAKE_OVERS: [Case; 4] = [
    ("v2, 1 s", "", 1000.0, false),
    ("v3, 1 s", "version 3", 1000.0, true),
    ("v3, 100 ms", "version 3\n advert_int 0.1", 100.0, true),
    ("v3, 10 ms", "version 3\n advert_int 0.01", 10.0, true),
];

/// Routers that are taken over in one crash, and crashes.
const ROUTERS: u8 = 10;
const CRASHES: usize = 3;
const BACKUP_PRIORITY: f64 = 100.0;

/// How much later than the formula a backup advertises after the last advertisement of a master that was
/// killed: the 99th percentile of thirty, in milliseconds.
fn take_over((name, lines, interval, scales): Case) -> Row {
    let formula = |count: f64| {
        let skew = (256.0 - BACKUP_PRIORITY) / 256.0 * if scales { interval } else { 1000.0 };
        count * interval + skew
    };
    let late = |program| {
        let network = Network::new(1);
        let mut all = Vec::new();
        let backup = network.start(program, "b", &routers(1, ROUTERS, 100, lines));
        for _ in 0..CRASHES {
            let tap = network.tap();
            let master = network.start(Program::Lvsha, "a", &routers(1, ROUTERS, 200, lines));
            wait(|| network.count("a") == usize::from(ROUTERS));
            // Every router was heard by then, and is heard for the last time now.
            std::thread::sleep(Duration::from_millis(interval as u64 * 2));
            master.kill();
            network.flush("a");
            wait(|| network.count("b") == usize::from(ROUTERS));
            let adverts = tap.end();
            for router in 1..=ROUTERS {
                let of = |from: &str| {
                    let own = adverts.iter().filter(|advert| advert.router == router);
                    own.filter(|advert| advert.from == from).map(|a| a.at).collect::<Vec<_>>()
                };
                let last = of("10.9.0.1").last().copied().unwrap();
                let first = of("10.9.0.2").into_iter().find(|at| *at > last).unwrap();
                all.push((first - last) * 1000.0 - formula(3.0));
            }
        }
        drop(backup);
        all.sort_by(f64::total_cmp);
        all.get(all.len() * 99 / 100).or(all.last()).copied().unwrap()
    };
    let (ours, theirs) = (late(Program::Lvsha), late(Program::Keepalived));
    Row {
        work: format!("take-over after a crash, {name}: later than {:.1} ms, p99", formula(3.0)),
        unit: "ms",
        ours,
        theirs,
        budget: "5 ms".to_owned(),
        is_met: ours <= 5.0,
    }
}

/// Four links with 250 masters each, that advertise every second.
fn thousand_routers() -> Vec<Row> {
    let used = |program| {
        let network = Network::new(4);
        let director = network.start(program, "a", &routers(4, 250, 200, "version 3"));
        wait(|| network.count("a") == 1000);
        // The announcements of the take-over have ended after two batches.
        std::thread::sleep(Duration::from_secs(7));
        let (before, start) = (director.cpu(), Instant::now());
        std::thread::sleep(Duration::from_secs(10));
        let share = (director.cpu() - before) / start.elapsed().as_secs_f64() * 100.0;
        (share, director.memory())
    };
    let (ours, theirs) = (used(Program::Lvsha), used(Program::Keepalived));
    vec![
        Row {
            work: "1,000 routers at 1 s, CPU".to_owned(),
            unit: "% of a core",
            ours: ours.0,
            theirs: theirs.0,
            budget: "keepalived's".to_owned(),
            is_met: ours.0 <= theirs.0,
        },
        Row {
            work: "1,000 routers, memory".to_owned(),
            unit: "MB",
            ours: ours.1,
            theirs: theirs.1,
            budget: "-".to_owned(),
            is_met: true,
        },
    ]
}

/// One router with a thousand addresses: how soon all are there, and whether advertisements wait for them.
fn thousand_addresses() -> Vec<Row> {
    let mut excluded = String::new();
    for number in 0..999 {
        let _ = writeln!(excluded, "10.8.{}.{}/32", number / 250, number % 250 + 1);
    }
    let lines = format!("version 3\n advert_int 0.1\n virtual_ipaddress_excluded {{\n{excluded}}}");
    let measure = |program| {
        let network = Network::new(1);
        let tap = network.tap();
        let director = network.start(program, "a", &routers(1, 1, 200, &lines));
        wait(|| network.count("a") >= 1000);
        let complete = since_1970();
        std::thread::sleep(Duration::from_secs(2));
        let adverts = tap.end();
        drop(director);
        let first = adverts.first().unwrap().at;
        let gaps = adverts.iter().zip(adverts.iter().skip(1)).map(|(one, next)| next.at - one.at);
        ((complete - first) * 1000.0, gaps.fold(0.0, f64::max) * 1000.0)
    };
    let (ours, theirs) = (measure(Program::Lvsha), measure(Program::Keepalived));
    vec![
        Row {
            work: "1,000 addresses after the first advertisement".to_owned(),
            unit: "ms",
            ours: ours.0,
            theirs: theirs.0,
            budget: "-".to_owned(),
            is_met: true,
        },
        Row {
            work: "longest gap of 100 ms advertisements meanwhile".to_owned(),
            unit: "ms",
            ours: ours.1,
            theirs: theirs.1,
            budget: "105 ms".to_owned(),
            is_met: ours.1 <= 105.0,
        },
    ]
}

fn show(rows: &[Row]) {
    println!(
        "{:<62} {:>9} {:>10} {:>6}  {:<14} met",
        "work", "lvsha", "keepalived", "ratio", "budget"
    );
    let mut json = Vec::new();
    for row in rows {
        let Row { work, unit, ours, theirs, budget, is_met } = row;
        let ratio = ours / theirs;
        let label = format!("{work} ({unit})");
        let met = if *is_met { "yes" } else { "NO" };
        println!("{label:<62} {ours:>9.2} {theirs:>10.2} {ratio:>6.2}  {budget:<14} {met}");
        json.push(serde_json::json!({
            "work": work, "unit": unit, "lvsha": ours, "keepalived": theirs, "ratio": ratio,
            "budget": budget, "met": is_met,
        }));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-vrrp.json");
    fs::write(&path, serde_json::to_string_pretty(&json).unwrap()).unwrap();
    println!("also in {}", path.display());
}

/// So many routers on each of so many links. Real-time in both, so that neighbours starve neither.
fn routers(links: u8, each: u8, priority: u8, lines: &str) -> String {
    let mut text =
        "global_defs {\n vrrp_rt_priority 10\n vrrp_rlimit_rttime 10000000\n}\n".to_owned();
    for link in 0..links {
        for router in 1..=each {
            let _ = write!(
                text,
                "vrrp_instance VI_{link}_{router} {{\n interface eth{link}\n \
                 virtual_router_id {router}\n priority {priority}\n virtual_ipaddress {{\n \
                 10.7.{link}.{router}/32\n }}\n {lines}\n}}\n"
            );
        }
    }
    text
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Program {
    Keepalived,
    Lvsha,
}

/// Two namespaces, joined by links.
struct Network {
    prefix: String,
    folder: tempfile::TempDir,
}

impl Network {
    fn new(links: u8) -> Self {
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let prefix = format!("lvshabench{}x{number}", std::process::id());
        let network = Self { prefix, folder: tempfile::tempdir().unwrap() };
        for name in ["a", "b"] {
            ip(&["netns", "add", &network.space(name)]);
        }
        let (a, b) = (network.space("a"), network.space("b"));
        for link in 0..links {
            let port = format!("eth{link}");
            ip(&[
                "-n", &a, "link", "add", &port, "type", "veth", "peer", "name", &port, "netns", &b,
            ]);
            for (space, last) in [(&a, 1), (&b, 2)] {
                ip(&["-n", space, "link", "set", &port, "up"]);
                let address = format!("10.{}.0.{last}/24", 9 + link * 10);
                ip(&["-n", space, "addr", "add", &address, "dev", &port]);
            }
        }
        network
    }

    fn start(&self, program: Program, name: &str, configuration: &str) -> Director {
        let at = |suffix: &str| self.folder.path().join(format!("{name}.{suffix}"));
        let path = at("keepalived.conf");
        fs::write(&path, configuration).unwrap();
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.space(name)]);
        match program {
            Program::Lvsha => {
                command.arg(env!("CARGO_BIN_EXE_lvsha")).arg("daemon").arg(&path);
                command.arg("--control").arg(at("sock"));
            }
            Program::Keepalived => {
                command.env("LD_LIBRARY_PATH", root().join("usr/lib/x86_64-linux-gnu"));
                command.arg(root().join("usr/sbin/keepalived")).args(["-n", "-l", "-P", "-f"]);
                command.arg(&path).arg("-p").arg(at("pid")).arg("-r").arg(at("vrrp.pid"));
            }
        }
        let log = fs::File::create(at("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        // A group of its own, so that all of it can be killed in one moment.
        Director { child: command.process_group(0).spawn().unwrap() }
    }

    /// Virtual addresses in a namespace.
    fn count(&self, name: &str) -> usize {
        let output =
            Command::new("ip").args(["-n", &self.space(name), "-o", "-4", "addr"]).output();
        let text = String::from_utf8_lossy(&output.unwrap().stdout).into_owned();
        text.lines().filter(|line| line.contains(" 10.7.") || line.contains(" 10.8.")).count()
    }

    /// Takes away what a killed process left.
    fn flush(&self, name: &str) {
        ip(&["-n", &self.space(name), "addr", "flush", "to", "10.7.0.0/16"]);
    }

    fn tap(&self) -> Tap {
        let mut child = Command::new("ip")
            .args(["netns", "exec", &self.space("b")])
            .arg(root().join("usr/bin/tcpdump"))
            .args(["-n", "-tt", "-l", "--immediate-mode", "-i", "eth0", "-Z", "root", "proto 112"])
            .env("LD_LIBRARY_PATH", root().join("usr/lib/x86_64-linux-gnu"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening on") {
            line.clear();
            assert!(errors.read_line(&mut line).unwrap() > 0, "tcpdump does not start");
        }
        // What it says must be read, or it waits.
        let output = BufReader::new(child.stdout.take().unwrap());
        let lines = std::thread::spawn(move || output.lines().map_while(Result::ok).collect());
        Tap { child, lines }
    }

    fn space(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for name in ["a", "b"] {
            let _ = Command::new("ip").args(["netns", "del", &self.space(name)]).output();
        }
    }
}

struct Director {
    child: Child,
}

impl Director {
    fn kill(mut self) {
        self.signal("KILL");
        self.child.wait().unwrap();
    }

    fn signal(&self, signal: &str) {
        let group = format!("-{}", self.child.id());
        Command::new("kill").args(["-s", signal, "--", &group]).output().unwrap();
    }

    /// Its processes: all of its group.
    fn processes(&self) -> Vec<String> {
        let group = self.child.id().to_string();
        let output = Command::new("ps").args(["-e", "-o", "pid=,pgid="]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mine = text.lines().filter_map(|line| {
            let mut words = line.split_whitespace();
            let process = words.next()?;
            (words.next()? == group).then(|| process.to_owned())
        });
        mine.collect()
    }

    /// Seconds of processor time.
    fn cpu(&self) -> f64 {
        let of = |process: &String| {
            let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            // The name may hold blanks; user and system time are the 12th and 13th behind it.
            let (_, rest) = text.rsplit_once(')').unwrap_or_default();
            let words: Vec<f64> =
                rest.split_whitespace().skip(1).filter_map(|word| word.parse().ok()).collect();
            words.get(10..12).map_or(0.0, |times| times.iter().sum())
        };
        // In hundredths of a second (USER_HZ).
        self.processes().iter().map(of).sum::<f64>() / 100.0
    }

    /// Resident memory in MB.
    fn memory(&self) -> f64 {
        let of = |process: &String| {
            let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0)
        };
        self.processes().iter().map(of).sum::<f64>() / 1024.0
    }
}

impl Drop for Director {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("KILL");
            let _ = self.child.wait();
        }
    }
}

/// An advertisement that tcpdump saw.
struct Advert {
    /// Seconds since 1970.
    at: f64,
    from: String,
    router: u8,
}

struct Tap {
    child: Child,
    lines: std::thread::JoinHandle<Vec<String>>,
}

impl Tap {
    fn end(mut self) -> Vec<Advert> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let lines = self.lines.join().unwrap();
        lines.iter().filter_map(|line| advert(line)).collect()
    }
}

/// `1764100000.123456 IP 10.9.0.1 > 224.0.0.18: VRRPv3, Advertisement, vrid 7, prio 200, ...`
fn advert(line: &str) -> Option<Advert> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let place = words.iter().position(|word| *word == "vrid")?;
    let router = words.get(place + 1)?.trim_end_matches(',').parse().ok()?;
    Some(Advert { at: words.first()?.parse().ok()?, from: (*words.get(2)?).to_owned(), router })
}

fn wait(is_it: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(120);
    while !is_it() {
        assert!(Instant::now() < end, "what was waited for did not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn since_1970() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64()
}

fn ip(arguments: &[&str]) {
    let output = Command::new("ip").args(arguments).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "ip {arguments:?}: {words}");
}

/// The tree of `tests/peers/build`.
fn root() -> PathBuf {
    std::env::var_os("LVSHA_PEERS_ROOT").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/root"),
        PathBuf::from,
    )
}
