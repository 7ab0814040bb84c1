//! Speed and memory of the text half, beside the peer where there is one: `make bench`.
//!
//! Prints one table: work, ours, the peer's, the budget, met or not. Times are medians of
//! interleaved runs; memory is the peak resident set, and processor time all of its threads', as the
//! kernel reports them for the process. Where other work runs beside it, the processor time is what
//! can be compared.

// A benchmark that cannot write its files or start a program has nothing better to do than stop,
// and its table is for standard output.
#![expect(clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn main() {
    // `cargo test` starts benches with --test; there is nothing to test here.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    let input = folder.join("ha.d");
    fs::create_dir_all(&input).expect("the target folder is writable");
    heartbeat(&input);
    let text = fs::metadata(input.join("ldirectord.cf")).expect("just written").len();

    println!(
        "{:<44} {:>10} {:>10} {:>8} {:>17} {:>11}  budget",
        "work", "ours", "peer", "ratio", "processor", "memory/text"
    );
    let convert = measure(|| lvsha(&["convert", "heartbeat-to-keepalived", "--from"], &input));
    row(
        "convert 10,000 x 10 ldirectord services",
        &convert,
        None,
        text,
        "under 1 s, memory at most 10 x",
        |run, memory| run.median() < Duration::from_secs(1) && memory <= 10.0,
    );

    let output = lvsha(&["convert", "heartbeat-to-keepalived", "--from"], &input)
        .stderr(Stdio::null())
        .output();
    let written = folder.join("keepalived.conf");
    fs::write(&written, output.expect("lvsha runs").stdout).expect("the target folder is writable");
    let text = fs::metadata(&written).expect("just written").len();
    let (ours, theirs) =
        beside(|| lvsha(&["check", "--output", "short"], &written), || keepalived(&written, 0));
    row(
        "check 10,000 x 10 virtual_servers",
        &ours,
        theirs.as_ref(),
        text,
        "3 x keepalived -t, memory at most 8 x",
        |run, memory| {
            theirs.as_ref().is_some_and(|theirs| theirs.median() >= run.median() * 3)
                && memory <= 8.0
        },
    );
    sequences(&folder);
    let _ = fs::remove_file(peers().join("tmp/bench.conf"));
    let start = measure(|| lvsha(&["--help"], Path::new("")));
    row("--help", &start, None, 0, "under 10 ms", |run, _| {
        run.median() < Duration::from_millis(10)
    });
}

/// Routers out of one sequence. keepalived needs time with the square of their number, so it is
/// asked about an eighth of them: at 65,000 it took 153 s where this was measured first.
fn sequences(folder: &Path) {
    let file = |interfaces: u32| {
        let path = folder.join(format!("sequence-{interfaces}.conf"));
        let text = format!("{ROUTER}~SEQ(j,1,{interfaces}) ~SEQ(i,1,250) $ROUTER\n");
        fs::write(&path, text).expect("the target folder is writable");
        path
    };
    let (small, large) = (file(32), file(260));
    let check = |path: &Path| lvsha(&["check", "--output", "short"], path);
    let (ours, theirs) = beside(|| check(&small), || keepalived(&small, 32));
    let ratio = |runs: &Runs| {
        let theirs = theirs.as_ref().map_or(0.0, |theirs| theirs.median().as_secs_f64());
        theirs / runs.median().as_secs_f64()
    };
    row("check 8,000 routers of one ~SEQ", &ours, theirs.as_ref(), 0, "-", |_, _| true);
    let many = measure(|| check(&large));
    row("check 65,000 routers of one ~SEQ", &many, None, 0, "linear; 30 x keepalived", |run, _| {
        let growth = run.median().as_secs_f64() / ours.median().as_secs_f64();
        // Eight times as many: 65 times the peer's time, if that grows with the square.
        growth <= 1.5 * 65.0 / 8.0 && ratio(run) * (65.0_f64 / 8.0).powi(2) >= 30.0
    });
}

/// Several runs of one command.
struct Runs {
    times: Vec<Duration>,
    /// Processor time of each run, user's and kernel's.
    processor: Vec<Duration>,
    /// Peak resident set of the largest run, in bytes.
    memory: u64,
}

impl Runs {
    fn new() -> Self {
        Self { times: Vec::new(), processor: Vec::new(), memory: 0 }
    }

    fn median(&self) -> Duration {
        median(&self.times)
    }

    fn add(&mut self, mut command: Command) {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let child = command.spawn().expect("the command starts");
        let (processor, memory) = wait(child);
        self.times.push(start.elapsed());
        self.processor.push(processor);
        self.memory = self.memory.max(memory);
    }
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn measure(command: impl Fn() -> Command) -> Runs {
    let mut runs = Runs::new();
    (0..RUNS).for_each(|_| runs.add(command()));
    runs
}

/// Interleaved, so that a busy moment of the machine meets both.
fn beside(
    ours: impl Fn() -> Command,
    theirs: impl Fn() -> Option<Command>,
) -> (Runs, Option<Runs>) {
    let (mut left, mut right) = (Runs::new(), Runs::new());
    for _ in 0..RUNS {
        left.add(ours());
        if let Some(command) = theirs() {
            right.add(command);
        }
    }
    let peer = (!right.times.is_empty()).then_some(right);
    (left, peer)
}

fn row(
    work: &str,
    ours: &Runs,
    theirs: Option<&Runs>,
    text: u64,
    budget: &str,
    met: impl Fn(&Runs, f64) -> bool,
) {
    let seconds = |runs: &Runs| format!("{:.3} s", runs.median().as_secs_f64());
    let peer = theirs.map_or_else(|| "-".to_owned(), seconds);
    let ratio = theirs.map_or_else(
        || "-".to_owned(),
        |theirs| format!("{:.1}", theirs.median().as_secs_f64() / ours.median().as_secs_f64()),
    );
    let processor = |runs: &Runs| format!("{:.2}", median(&runs.processor).as_secs_f64());
    let processor = match theirs {
        Some(theirs) => format!("{} against {}", processor(ours), processor(theirs)),
        None => processor(ours),
    };
    let memory = if text == 0 { 0.0 } else { ours.memory as f64 / text as f64 };
    let verdict = if met(ours, memory) { "met" } else { "MISSED" };
    println!(
        "{work:<44} {:>10} {peer:>10} {ratio:>8} {processor:>17} {memory:>9.1} x  {verdict}: {budget}",
        seconds(ours)
    );
}

fn lvsha(arguments: &[&str], path: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lvsha"));
    command.args(arguments);
    if !path.as_os_str().is_empty() {
        command.arg(path);
    }
    command
}

/// `keepalived -t` in the peers' tree, with the interfaces eth0 up to the last; `None` without the
/// tree.
fn keepalived(configuration: &Path, interfaces: u32) -> Option<Command> {
    let root = peers();
    if !root.join("etc/lvsha-peers").exists() {
        eprintln!("no peer: run `make peers` first");
        return None;
    }
    fs::copy(configuration, root.join("tmp/bench.conf")).ok()?;
    let mut command = Command::new("unshare");
    let script = "for i in $(seq 0 \"$1\"); do ip link add eth$i type bridge; done; \
        exec chroot \"$0\" keepalived -t -f /tmp/bench.conf";
    command.args(["--net", "sh", "-c", script]).arg(root).arg(interfaces.to_string());
    Some(command)
}

/// The tree with the real programs.
fn peers() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/peers/root")
}

/// A cluster with one large ldirectord.cf.
fn heartbeat(folder: &Path) {
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).expect("the target folder is writable")
    };
    write("ha.cf", "keepalive 1\ndeadtime 10\nbcast eth0\nauto_failback on\nnode lw1 lw2\n");
    write("haresources", "lw1 10.0.0.31/24/eth0 ldirectord\n");
    write("authkeys", "auth 1\n1 crc\n");
    let mut text = String::from("checktimeout=3\ncheckinterval=5\nquiescent=yes\n\n");
    for service in 0..10_000 {
        let (high, low) = (service / 250, service % 250 + 1);
        let _ = writeln!(text, "virtual=10.1.{high}.{low}:80");
        for server in 1..=10 {
            let _ = writeln!(text, "    real=10.{}.{high}.{low}:80 gate {server}", server + 1);
        }
        text.push_str(
            "    fallback=127.0.0.1:80 gate\n    service=http\n    request=\"index.html\"\n",
        );
        text.push_str("    receive=\"Test Page\"\n    scheduler=wlc\n    protocol=tcp\n    checktype=negotiate\n\n");
    }
    write("ldirectord.cf", &text);
}

/// Waits for `child` and returns its processor time and its peak resident set in bytes.
// The only way to the kernel's own figure of a child's peak memory.
#[expect(unsafe_code)]
fn wait(child: std::process::Child) -> (Duration, u64) {
    let mut status = 0;
    // SAFETY: rusage is plain numbers, for which all zeros is a value; wait4 only writes to the two
    // locals, which outlive the call, and the child is ours and not waited for elsewhere.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::wait4(child.id().cast_signed(), &raw mut status, 0, &raw mut usage);
        usage
    };
    let time = |time: libc::timeval| {
        let micros = u64::try_from(time.tv_usec).unwrap_or(0);
        Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or(0)) + Duration::from_micros(micros)
    };
    let memory = u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024;
    (time(usage.ru_utime) + time(usage.ru_stime), memory)
}

const RUNS: usize = 5;

/// One router, of the sequences' variables.
const ROUTER: &str = "$ROUTER= \\
vrrp_instance VI_${j}_${i} { \\
    state BACKUP \\
    interface eth${j} \\
    virtual_router_id ${i} \\
    priority 100 \\
    virtual_ipaddress { \\
        10.${i}.0.1/24 \\
    } \\
}
";
