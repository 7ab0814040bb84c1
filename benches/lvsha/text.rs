//! Reading, judging and converting, beside `keepalived -t`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::chart::{Series, svg};
use crate::measure::{Method, Runs};
use crate::peers::Namespace;
use crate::table::{Budget, Row, Sample, Trouble, Unit, sample};
use crate::{Bench, lvsha};

pub(crate) fn rows(bench: &Bench) -> Vec<Row> {
    let mut rows = services(bench);
    rows.extend(sequences(bench));
    rows.extend(conversion(bench));
    let help = bench.method.ours(|| lvsha(&["--help"]));
    rows.push(Row::of("lvsha --help", sample(&help, Runs::seconds), Budget::AtMost(0.010)));
    let size = fs::metadata(env!("CARGO_BIN_EXE_lvsha")).expect("it was just run").len();
    let size = Sample::new(Unit::Bytes, vec![size as f64]);
    rows.push(Row::new("size of the program", size, Budget::AtMost(20e6)));
    rows
}

/// Services of ten real servers each, from ten services to ten thousand.
fn services(bench: &Bench) -> Vec<Row> {
    let namespace = Namespace::new(0);
    let (mut own, mut theirs) = (named("lvsha"), named(PEER));
    let mut rows = Vec::new();
    for count in [10, 100, 1_000, LARGE] {
        let path = bench.inputs.join(format!("services-{count}.conf"));
        fs::write(&path, keepalived_services(count)).expect("the target folder is writable");
        let (ours, peer) = beside(bench.method, &path, &namespace);
        own.points.extend(point(count, &ours));
        theirs.points.extend(point(count, &peer));
        if count == LARGE {
            let text = fs::metadata(&path).expect("just written").len();
            let work = format!("check {count} x 10 services ({} MB)", text / 1_000_000);
            let compared = |work: &str, budget, of: &dyn Fn(&Runs) -> Sample| {
                Row::of(work, sample(&ours, of), budget).in_turns_with(PEER, sample(&peer, of))
            };
            rows.push(compared(&work, Budget::TimesFaster(3.0), &Runs::seconds));
            rows.push(compared("its processor time", Budget::Open, &Runs::processor));
            let memory = |runs: &Runs| runs.texts(text);
            rows.push(compared("its peak memory", Budget::AtMost(8.0), &memory));
        }
    }
    picture(
        bench,
        "check of virtual servers",
        "services of 10 real servers",
        "services",
        &[own, theirs],
    );
    rows
}

/// Routers out of one sequence. keepalived needs time with the square of their number.
fn sequences(bench: &Bench) -> Vec<Row> {
    let namespace = Namespace::new(MOST);
    let (mut own, mut theirs) = (named("lvsha"), named(PEER));
    let mut rows = Vec::new();
    for interfaces in [1, 4, 16, COMPARED] {
        let path = sequence(bench, interfaces);
        let is_slow = interfaces == COMPARED;
        // Ten of ours take half of the time of one of theirs.
        let method = match is_slow {
            true => Method { runs: 3, around: 10, ..bench.method },
            false => bench.method,
        };
        let (ours, peer) = beside(method, &path, &namespace);
        own.points.extend(point(interfaces * MOST, &ours));
        theirs.points.extend(point(interfaces * MOST, &peer));
        if is_slow {
            let work = "check 16,000 routers of one ~SEQ";
            // 30 x at 65,000: the peer's time grows with the square, and the ratio with the number.
            let row = Row::of(work, sample(&ours, Runs::seconds), Budget::TimesFaster(7.5));
            let row = row.in_turns_with(PEER, sample(&peer, Runs::seconds));
            rows.push(row.note("7.5 x here are 30 x at 65,000"));
        }
    }
    // The peer would need five minutes.
    let path = sequence(bench, MOST);
    let ours = bench.method.ours(|| checked(&path));
    own.points.extend(point(MOST * MOST, &ours));
    let work = "check 65,000 routers of one ~SEQ";
    rows.push(Row::of(work, sample(&ours, Runs::seconds), Budget::Open));
    picture(bench, "check of routers from one ~SEQ", "virtual routers", "routers", &[own, theirs]);
    rows
}

/// A file with one sequence of so many routers on each of so many interfaces.
fn sequence(bench: &Bench, interfaces: u32) -> PathBuf {
    let path = bench.inputs.join(format!("sequence-{interfaces}.conf"));
    let text = format!("{ROUTER}~SEQ(j,1,{interfaces}) ~SEQ(i,1,{MOST}) $ROUTER\n");
    fs::write(&path, text).expect("the target folder is writable");
    path
}

/// ldirectord's services to keepalived's.
fn conversion(bench: &Bench) -> [Row; 2] {
    let folder = bench.inputs.join("ha.d");
    heartbeat(&folder);
    let text = fs::metadata(folder.join("ldirectord.cf")).expect("just written").len();
    let runs = bench.method.ours(|| {
        let mut command = lvsha(&["convert", "heartbeat-to-keepalived", "--from"]);
        command.arg(&folder);
        command
    });
    let (seconds, memory) = (sample(&runs, Runs::seconds), sample(&runs, |runs| runs.texts(text)));
    [
        Row::of("convert 10,000 x 10 of ldirectord", seconds, Budget::AtMost(1.0)),
        Row::of("its peak memory", memory, Budget::AtMost(10.0)),
    ]
}

fn checked(path: &Path) -> Command {
    let mut command = lvsha(&["check", "--output", "short"]);
    command.arg(path);
    command
}

fn beside(
    method: Method,
    path: &Path,
    namespace: &Result<Namespace, Trouble>,
) -> (Result<Runs, Trouble>, Result<Runs, Trouble>) {
    let theirs = || match namespace {
        Ok(namespace) => namespace.keepalived(path),
        Err(trouble) => Err(trouble.clone()),
    };
    method.beside(|| checked(path), theirs)
}

/// What a chart shows of a size; nothing where nothing was measured.
fn point(size: u32, runs: &Result<Runs, Trouble>) -> Option<(f64, f64)> {
    Some((f64::from(size), runs.as_ref().ok()?.seconds().median()))
}

fn named(name: &str) -> Series {
    Series { name: name.to_owned(), points: Vec::new() }
}

fn picture(bench: &Bench, title: &str, unit: &str, name: &str, series: &[Series]) {
    let path: PathBuf = bench.folder.join(format!("check-{name}.svg"));
    fs::write(path, svg(title, unit, series)).expect("the target folder is writable");
}

fn keepalived_services(count: u32) -> String {
    let mut text = String::new();
    for service in 0..count {
        let (high, low) = (service / 250, service % 250 + 1);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "virtual_server 10.1.{high}.{low} 80 {{\n    delay_loop 5\n    lvs_sched wlc\n    \
             lvs_method DR\n    protocol TCP\n    sorry_server 127.0.0.1 80\n\n"
        );
        for server in 2..=11 {
            let _ = write!(
                text,
                "    real_server 10.{server}.{high}.{low} 80 {{\n        weight {server}\n        \
                 HTTP_GET {{\n            url {{\n                path /index.html\n                \
                 status_code 200\n            }}\n            connect_timeout 3\n            \
                 retry 2\n            delay_before_retry 1\n        }}\n    }}\n\n"
            );
        }
        text.push_str("}\n\n");
    }
    text
}

/// A cluster with one large ldirectord.cf.
fn heartbeat(folder: &Path) {
    fs::create_dir_all(folder).expect("the target folder is writable");
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).expect("the target folder is writable");
    };
    write("ha.cf", "keepalive 1\ndeadtime 10\nbcast eth0\nauto_failback on\nnode lw1 lw2\n");
    write("haresources", "lw1 10.0.0.31/24/eth0 ldirectord\n");
    write("authkeys", "auth 1\n1 crc\n");
    let mut text = String::from("checktimeout=3\ncheckinterval=5\nquiescent=yes\n\n");
    for service in 0..LARGE {
        let (high, low) = (service / 250, service % 250 + 1);
        let _ = writeln!(text, "virtual=10.1.{high}.{low}:80");
        for server in 1..=10 {
            let _ = writeln!(text, "    real=10.{}.{high}.{low}:80 gate {server}", server + 1);
        }
        text.push_str(
            "    fallback=127.0.0.1:80 gate\n    service=http\n    request=\"index.html\"\n    \
             receive=\"Test Page\"\n    scheduler=wlc\n    protocol=tcp\n    checktype=negotiate\n\n",
        );
    }
    write("ldirectord.cf", &text);
}

const PEER: &str = "keepalived -t";
const LARGE: u32 = 10_000;
/// Interfaces, and routers on each: VRIDs, and bytes of addresses, of which no two may be the same.
const MOST: u32 = 255;
/// Interfaces of the largest file that the peer reads in seconds.
const COMPARED: u32 = 64;

/// One router, of the sequences' variables.
const ROUTER: &str = "$ROUTER= \\
vrrp_instance VI_${j}_${i} { \\
    state BACKUP \\
    interface eth${j} \\
    virtual_router_id ${i} \\
    priority 100 \\
    virtual_ipaddress { \\
        10.${i}.${j}.1/24 \\
    } \\
}
";
