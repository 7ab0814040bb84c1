//! VRRP beside keepalived: take-over after a crash against the protocol's formula, and what a
//! thousand routers cost.

mod pair;

use std::fmt::Write as _;
use std::thread;
use std::time::Duration;

use pair::{Load, Pair, Program};

use crate::Bench;
use crate::peers::{NO_TREE, tree};
use crate::table::{Budget, Row, Sample, Unit};

pub(crate) fn rows(_: &Bench) -> Vec<Row> {
    let mut rows = take_overs();
    rows.extend(thousand_routers());
    rows
}

/// How a pair advertises.
#[derive(Clone, Copy)]
struct Timing {
    work: &'static str,
    version: u8,
    /// Seconds.
    interval: f64,
    addresses: u16,
}

const IDLE: [Timing; 5] = [
    Timing { work: "version 2, 1 s", version: 2, interval: 1.0, addresses: 1 },
    Timing { work: "version 3, 1 s", version: 3, interval: 1.0, addresses: 1 },
    Timing { work: "version 3, 100 ms", version: 3, interval: 0.1, addresses: 1 },
    Timing { work: "version 3, 10 ms", version: 3, interval: 0.01, addresses: 1 },
    Timing {
        work: "version 3, 100 ms, 1,000 addresses",
        version: 3,
        interval: 0.1,
        addresses: 1000,
    },
];
const BUSY: [Timing; 1] = [Timing {
    work: "version 3, 100 ms, all processors busy",
    version: 3,
    interval: 0.1,
    addresses: 1,
}];

/// How much later than the formula says the other one speaks, over so many crashes.
fn take_overs() -> Vec<Row> {
    let mut rows = at_once(&IDLE);
    let load = Load::on_every_processor();
    rows.extend(at_once(&BUSY));
    drop(load);
    rows
}

/// Pairs wait most of the time, so all of them wait together.
fn at_once(timings: &[Timing]) -> Vec<Row> {
    let lateness = |timing: Timing, program: Program, number: usize| {
        let name = format!("{number}{}", if program == Program::Lvsha { 'l' } else { 'k' });
        thread::spawn(move || crashes(&name, timing, program))
    };
    let pairs: Vec<_> = timings
        .iter()
        .enumerate()
        .map(|(number, timing)| {
            let both = [Program::Lvsha, Program::Keepalived];
            (timing, both.map(|program| lateness(*timing, program, number)))
        })
        .collect();
    let rows = pairs.into_iter().map(|(timing, [ours, theirs])| {
        let work = format!("crash, beyond the formula: {}", timing.work);
        let budget = Budget::Percentile99(0.005);
        let sample = |values: Vec<f64>| Sample::new(Unit::Seconds, values);
        let ours = ours.join().ok().flatten();
        let theirs = theirs.join().ok().flatten().map(sample);
        match ours {
            Some(values) => {
                let count = values.len();
                Row::new(work, sample(values), budget)
                    .beside("keepalived", theirs)
                    .note(format!("{count} crashes"))
            }
            None => Row::unmeasured(work, budget, "needs root, ip, and `make peers` for tcpdump"),
        }
    });
    rows.collect()
}

/// One pair; `a` crashes again and again. The time from its last advertisement to the first one of
/// `b`, less the down interval of RFC 9568 section 6.1 (RFC 3768 section 6.1 for version 2).
fn crashes(name: &str, timing: Timing, program: Program) -> Option<Vec<f64>> {
    tree()?;
    let pair = Pair::new(name, 1)?;
    let capture = pair.capture()?;
    let configuration = |priority: u8| timing.configuration(priority);
    let _b = pair.start(program, 'b', &configuration(WORSE));
    let mut late = Vec::new();
    for _ in 0..CRASHES {
        let a = pair.start(program, 'a', &configuration(BETTER));
        capture.settle_on_a(3)?;
        a.crash();
        late.push(capture.gap()? - timing.down_interval());
    }
    Some(late)
}

impl Timing {
    fn down_interval(self) -> f64 {
        let part = (256.0 - f64::from(WORSE)) / 256.0;
        let skew = if self.version == 2 { part } else { part * self.interval };
        3.0 * self.interval + skew
    }

    fn configuration(self, priority: u8) -> String {
        let mut text = format!(
            "global_defs {{\n    vrrp_rt_priority 10\n    vrrp_rlimit_rttime 10000000\n}}\n\
             vrrp_instance VI_1 {{\n    interface eth0\n    virtual_router_id 51\n    \
             priority {priority}\n    version {}\n    advert_int {}\n    virtual_ipaddress {{\n",
            self.version, self.interval
        );
        text.push_str("        10.9.0.100/24\n    }\n");
        if self.addresses > 1 {
            text.push_str("    virtual_ipaddress_excluded {\n");
        }
        for number in 1..self.addresses {
            let [high, low] = number.to_be_bytes();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "        10.8.{high}.{low}/16");
        }
        text.push_str(if self.addresses > 1 { "    }\n}\n" } else { "}\n" });
        text
    }
}

/// Masters on four interfaces, alone on the wire: processor time and memory once they are settled.
fn thousand_routers() -> Vec<Row> {
    let works = ["1,000 routers at 1 s: processor", "its memory"];
    let (ours, theirs) =
        (settled(Program::Lvsha), tree().and_then(|_| settled(Program::Keepalived)));
    let Some((processor, memory)) = ours else {
        return works.map(|work| Row::unmeasured(work, Budget::Open, "needs root and ip")).into();
    };
    let note = if theirs.is_none() { NO_TREE } else { "" };
    let one = |unit, value| Sample::new(unit, vec![value]);
    let peer = |unit, value: Option<f64>| value.map(|value| one(unit, value));
    vec![
        Row::new(works[0], one(Unit::Percent, processor), Budget::TimesFaster(1.0))
            .beside("keepalived", peer(Unit::Percent, theirs.map(|t| t.0)))
            .note(note),
        Row::new(works[1], one(Unit::Bytes, memory), Budget::Open)
            .beside("keepalived", peer(Unit::Bytes, theirs.map(|t| t.1))),
    ]
}

/// Percent of a processor over ten seconds, and bytes.
fn settled(program: Program) -> Option<(f64, f64)> {
    let pair = Pair::new(if program == Program::Lvsha { "tl" } else { "tk" }, 4)?;
    let mut text = String::from("global_defs {\n    vrrp_rlimit_rttime 10000000\n}\n");
    for (cable, number) in (0..4).flat_map(|cable| (1..=250).map(move |number| (cable, number))) {
        let _ = write!(
            text,
            "vrrp_instance V{cable}_{number} {{\n    interface eth{cable}\n    \
             virtual_router_id {number}\n    priority 100\n    advert_int 1\n    \
             virtual_ipaddress {{\n        10.{}.1.{number}/24\n    }}\n}}\n",
            9 + cable
        );
    }
    let running = pair.start(program, 'a', &text);
    // Elections, addresses and announcements are over by then.
    thread::sleep(Duration::from_secs(25));
    let (before, _) = running.usage();
    let time = 10;
    thread::sleep(Duration::from_secs(time));
    let (after, memory) = running.usage();
    Some(((after - before) / time as f64 * 100.0, memory))
}

const CRASHES: usize = 30;
const BETTER: u8 = 150;
const WORSE: u8 = 100;
