//! How long a large table takes into the kernel, and how many writes it takes to keep it. Nothing is checked, every
//! server has the weight 1.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::thread;
use std::time::Duration;

use crate::inventory::LW1;
use crate::world::{Lab, Look, Machine, Program, Writes, now, pass, until};

/// One table after the other on one director, each by lvsha's daemon and by keepalived.
pub(super) fn by_lvsha_and_keepalived(lab: &Lab) {
    for services in SIZES {
        let work = format!("fill {services}");
        let node = lab.node(LW1);
        node.write(CONFIGURATION, &configuration(services), "644");
        empty(node);

        let daemon = Program::start(node, "lvsha", &DAEMON);
        let filled = whole(node, services, &daemon);
        told(lab, &work, "lvsha", &filled);
        if filled.is_ok() && services == LARGEST {
            kept(lab, services, daemon);
        } else {
            daemon.kill();
        }

        empty(node);
        let keepalived = Program::start(node, "keepalived", &KEEPALIVED);
        told(lab, &work, "keepalived", &whole(node, services, &keepalived));
        keepalived.kill();
    }
}

/// The same tables by `ipvsadm --restore`. It takes as long as both of the others, so that two machines of the lab
/// measure side by side: their clocks count instructions, whatever else runs.
pub(super) fn by_ipvsadm(lab: &Lab) {
    let node = lab.node(LW1);
    for services in SIZES {
        node.write(TABLE, &rules(services), "644");
        empty(node);
        let restore = format!("exec ipvsadm --restore <{TABLE}");
        let mut ipvsadm = Program::start(node, "ipvsadm", &["sh", "-c", &restore]);
        let restored = ipvsadm.ends(LIMIT).and_then(|ended| {
            is_whole(node, services)?;
            Ok(Filled { all: ended - ipvsadm.started, first: None, threads: String::new() })
        });
        told(lab, &format!("fill {services}"), "ipvsadm", &restored);
    }
}

/// Reloads and a restart over the table that is there.
fn kept(lab: &Lab, services: u16, daemon: Program) {
    let node = lab.node(LW1);
    let report = |work: &str, writes: &Result<u64, String>| {
        let writes = writes.clone().map(|count| u32::try_from(count).map_or(f64::MAX, f64::from));
        lab.measured(work, "lvsha", writes);
    };
    let unchanged = written(|| {
        daemon.signal("HUP");
        says(&daemon, "nothing has changed")
    });
    report("writes of a reload without a change", &unchanged);

    let changed = configuration(services).replacen("weight 1", "weight 2", 1);
    node.write(CONFIGURATION, &changed, "644");
    let one = written(|| {
        daemon.signal("HUP");
        says(&daemon, "to weight 2")
    });
    report("writes of a reload with another weight", &one);

    daemon.kill();
    let mut restarted = None;
    let again = written(|| {
        let daemon = restarted.insert(Program::start(node, "lvsha", &DAEMON));
        says(daemon, "services found")?;
        lab.note(format!(
            "the table is taken over {:.2} s after the start",
            (now() - daemon.started).as_secs_f64()
        ));
        is_whole(node, services)
    });
    report("writes of a start over the whole table", &again);
}

/// Writes during `act` and the time after it in which the daemon looks at the table by itself.
fn written(act: impl FnOnce() -> Result<(), String>) -> Result<u64, String> {
    let writes = Writes::begin()?;
    act()?;
    pass(LOOK);
    Ok(writes.count())
}

fn says(daemon: &Program, words: &str) -> Result<(), String> {
    let told = until(60.0, || daemon.log().contains(words).then_some(()));
    told.ok_or_else(|| format!("the daemon never says `{words}`:\n{}", daemon.log()))
}

/// From the program's start.
struct Filled {
    /// To the last server of the last service.
    all: Duration,
    /// To the first server.
    first: Option<Duration>,
    /// Who worked how long for it.
    threads: String,
}

/// Waits until the kernel has the whole table.
fn whole(node: Machine, services: u16, program: &Program) -> Result<Filled, String> {
    let seen = thread::spawn(move || {
        let mut look = Look::enter(node);
        let deadline = now() + Duration::from_secs_f64(LIMIT);
        let mut first = None;
        // All three write from the first service to the last: this is checked below.
        while now() < deadline {
            if first.is_none() && !look.weights(virtual_address(0), PORT).is_empty() {
                first = Some(now());
            }
            let servers = look.weights(virtual_address(services - 1), PORT);
            if servers.len() == usize::from(SERVERS) {
                return Some((first, now()));
            }
            thread::sleep(PAUSE);
        }
        None
    });
    let seen = seen.join().expect("a look at the kernel's table does not panic");
    let (first, all) = seen.ok_or_else(|| {
        format!("not all is there after {LIMIT} s: {}", last_lines(&program.log()))
    })?;
    is_whole(node, services)?;
    let started = program.started;
    let threads = program.threads();
    Ok(Filled { all: all - started, threads, first: first.map(|first| first - started) })
}

/// Counts what the kernel lists.
fn is_whole(node: Machine, services: u16) -> Result<(), String> {
    let text = node.kernel_list().ok_or("the director does not run")?;
    let of = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
    // The title has an arrow, too.
    let (found, servers) = (of("TCP "), of("  -> ") - 1);
    let wanted = usize::from(services);
    if (found, servers) == (wanted, wanted * usize::from(SERVERS)) {
        return Ok(());
    }
    Err(format!("{found} services with {servers} servers instead of {wanted}"))
}

fn told(lab: &Lab, work: &str, by: &str, filled: &Result<Filled, String>) {
    if let Ok(Filled { all, first: Some(first), threads }) = filled {
        lab.note(format!(
            "{work}: {by}: the first service after {:.3} s, all of them {:.3} s later; {threads}",
            first.as_secs_f64(),
            (*all - *first).as_secs_f64()
        ));
    }
    let seconds = filled.as_ref().map(|filled| filled.all.as_secs_f64());
    lab.measured(work, by, seconds.map_err(String::clone));
}

/// No table, and no memory of one: neither the daemon's nor the kernel's, which looks for each server that is added
/// among those that were removed in the last minutes. Fifty thousand of them make the next table take twice the time.
fn empty(node: Machine) {
    node.run(&["sh", "-c", "ipvsadm --clear; rm -rf /run/lvsha; mkdir /run/lvsha"]);
    pass(TRASH);
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().rev().take(3).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("; ")
}

fn configuration(services: u16) -> String {
    let mut text = String::new();
    for number in 0..services {
        let _ = writeln!(
            text,
            "virtual_server {} {PORT} {{\n    lvs_sched rr\n    lvs_method DR\n    protocol TCP",
            virtual_address(number)
        );
        for server in servers(number) {
            let _ = writeln!(text, "    real_server {server} {PORT} {{\n        weight 1\n    }}");
        }
        text.push_str("}\n");
    }
    text
}

/// The same table, as `ipvsadm --save --numeric` writes it.
fn rules(services: u16) -> String {
    let mut text = String::new();
    for number in 0..services {
        let service = virtual_address(number);
        let _ = writeln!(text, "-A -t {service}:{PORT} -s rr");
        for server in servers(number) {
            let _ = writeln!(text, "-a -t {service}:{PORT} -r {server}:{PORT} -g -w 1");
        }
    }
    text
}

fn servers(number: u16) -> impl Iterator<Item = Ipv4Addr> {
    let [high, low] = number.to_be_bytes();
    (0..SERVERS).map(move |server| Ipv4Addr::new(10, 20 + server, high, low))
}

fn virtual_address(number: u16) -> IpAddr {
    let [high, low] = number.to_be_bytes();
    Ipv4Addr::new(10, 9, high, low).into()
}

const DAEMON: [&str; 5] = ["lvsha", "daemon", "--log", "terminal", CONFIGURATION];
/// It logs every service; without a system log it is faster.
const KEEPALIVED: [&str; 5] =
    ["keepalived", "--dont-fork", "--no-syslog", "--use-file", CONFIGURATION];
const CONFIGURATION: &str = "/tmp/fill.conf";
const TABLE: &str = "/tmp/fill.table";
const LARGEST: u16 = 5000;
const SIZES: [u16; 3] = [50, 500, LARGEST];
/// Of every service.
const SERVERS: u8 = 10;
const PORT: u16 = 80;
/// Seconds that any program may take.
const LIMIT: f64 = 200.0;
/// Seconds; IP_VS_DEST_TRASH_PERIOD of the kernel is 120, and half of that lies between two looks at it.
const TRASH: f64 = 200.0;
/// Seconds; longer than between two looks of the daemon at the table (docs/compatibility.md).
const LOOK: f64 = 35.0;
/// Between two looks of ours: what the numbers are exact to.
const PAUSE: Duration = Duration::from_millis(5);
