//! VRRP beside keepalived: take-over against the protocol's formula, the rhythm of advertisements, and
//! what many routers cost.

use std::fmt::Write as _;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Bench;
use crate::pair::{Load, Pair, Program, Running};
use crate::peers::needed_tree;
use crate::table::{Budget, Row, Sample, Trouble, Unit, sample};

pub(crate) fn rows(_: &Bench) -> Vec<Row> {
    let mut rows = take_overs();
    rows.extend(rhythm());
    rows
}

/// How a pair advertises, and how its master goes.
#[derive(Clone, Copy)]
struct Timing {
    work: &'static str,
    version: u8,
    /// Seconds.
    interval: f64,
    addresses: u16,
    end: End,
    /// Virtual services in the file of the one who takes over, which reads it anew meanwhile.
    services: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Crash,
    Stop,
}

const PROGRAMS: [Program; 2] = [Program::Lvsha, Program::Keepalived];
const PLAIN: Timing =
    Timing { work: "", version: 3, interval: 0.1, addresses: 1, end: End::Crash, services: 0 };
/// Of those that wait for seconds there are six pairs, which share the work.
const SLOW: [Timing; 3] = [
    Timing { work: "crash: version 2, 1 s", version: 2, interval: 1.0, ..PLAIN },
    Timing { work: "crash: version 3, 1 s", interval: 1.0, ..PLAIN },
    Timing {
        work: "orderly stop: version 2, 1 s",
        version: 2,
        interval: 1.0,
        end: End::Stop,
        ..PLAIN
    },
];
const QUICK: [Timing; 3] = [
    Timing { work: "crash: version 3, 100 ms", ..PLAIN },
    Timing { work: "crash: version 3, 10 ms", interval: 0.01, ..PLAIN },
    Timing { work: "orderly stop: version 3, 100 ms", end: End::Stop, ..PLAIN },
];
const LOADED: [Timing; 1] =
    [Timing { work: "crash: version 3, 100 ms, 1,000 addresses", addresses: 1000, ..PLAIN }];
const RELOADED: [Timing; 1] = [Timing {
    work: "crash: version 3, 100 ms, while 10,000 services are read anew",
    services: 10_000,
    ..PLAIN
}];
const BUSY: [Timing; 1] =
    [Timing { work: "crash: version 3, 100 ms, all processors busy", ..PLAIN }];
const BUSY_AND_LOADED: [Timing; 1] = [Timing {
    work: "crash: version 3, 100 ms, 1,000 addresses, all processors busy",
    addresses: 1000,
    ..PLAIN
}];

/// How much later than the formula says the other one speaks, over so many ends of the master.
fn take_overs() -> Vec<Row> {
    let mut rows = one_after_the_other(&SLOW, 6);
    rows.extend(one_after_the_other(&QUICK, 1));
    rows.extend(one_after_the_other(&LOADED, 1));
    rows.extend(one_after_the_other(&RELOADED, 1));
    let load = Load::on_every_processor();
    rows.extend(one_after_the_other(&BUSY, 1));
    rows.extend(one_after_the_other(&BUSY_AND_LOADED, 1));
    drop(load);
    rows
}

/// Rows of pairs that wait most of the time, so that those of one program wait together. keepalived is a real-time
/// process as a whole: while it reads its file, nobody else is on time.
fn one_after_the_other(timings: &[Timing], pairs: usize) -> Vec<Row> {
    let [ours, theirs] = PROGRAMS.map(|program| measured(timings, program, pairs));
    beside(timings, ours, theirs)
}

fn measured(timings: &[Timing], program: Program, pairs: usize) -> Vec<Result<Sample, Trouble>> {
    let begin = |(number, timing): (usize, &Timing)| -> Vec<_> {
        let begin = |pair| {
            let (name, timing) = (format!("{number}{pair}{}", program.letter()), *timing);
            thread::spawn(move || ends(&name, timing, program, TIMES / pairs))
        };
        (0..pairs).map(begin).collect()
    };
    let begun: Vec<Vec<Measuring>> = timings.iter().enumerate().map(begin).collect();
    let joined = begun.into_iter().map(|pairs| {
        // All are waited for, also behind one that failed.
        let ended: Vec<_> = pairs.into_iter().map(JoinHandle::join).collect();
        let panicked = |_| Err(Trouble::Failed("the measurement panicked".to_owned()));
        let values: Result<Vec<Vec<f64>>, Trouble> =
            ended.into_iter().map(|end| end.unwrap_or_else(panicked)).collect();
        Ok(Sample::new(Unit::Seconds, values?.concat()))
    });
    joined.collect()
}

/// One pair's thread: seconds beyond the formula.
type Measuring = JoinHandle<Result<Vec<f64>, Trouble>>;

fn beside(
    timings: &[Timing],
    ours: Vec<Result<Sample, Trouble>>,
    theirs: Vec<Result<Sample, Trouble>>,
) -> Vec<Row> {
    let rows = timings.iter().zip(ours).zip(theirs).map(|((timing, ours), theirs)| {
        let work = format!("take-over beyond the formula, {}", timing.work);
        Row::of(work, ours, Budget::OnTime { early: EARLY, late: 0.005 })
            .on_top_of(timing.wait())
            .beside("keepalived", theirs)
            .note(format!("{TIMES} times"))
    });
    rows.collect()
}

/// One pair; `a` ends again and again. The time from its last advertisement to the first one of `b`, less
/// what RFC 9568 section 6.1 (RFC 3768 section 6.1 for version 2) makes `b` wait.
fn ends(name: &str, timing: Timing, program: Program, times: usize) -> Result<Vec<f64>, Trouble> {
    needed_tree()?;
    let pair = Pair::new(name, 1)?;
    let capture = pair.capture()?;
    let b = pair.start(program, 'b', &timing.configuration(WORSE));
    // It is there, and has nothing to do with the first start any more.
    capture.settle_on('b', 3)?;
    let mut late = Vec::new();
    for _ in 0..times {
        let a = pair.start(program, 'a', &timing.configuration(BETTER));
        capture.settle_on('a', 2)?;
        if timing.services > 0 {
            b.signal(rustix::process::Signal::HUP);
        }
        match timing.end {
            End::Crash => a.crash(),
            End::Stop => a.stop(),
        }
        late.push(capture.gap()? - timing.wait());
    }
    // Both programs say so at every reading. A signal during one leads to one more, whatever comes meanwhile.
    let read = pair.log('b').lines().filter(|line| line.to_lowercase().contains("reload")).count();
    if timing.services > 0 && 2 * read < times {
        return Err(Trouble::Failed(format!("the file was read anew {read} times, not {times}")));
    }
    Ok(late)
}

/// How far the time between two advertisements of a master is from its interval.
fn rhythm() -> Vec<Row> {
    let work = "advertisements at 100 ms: off the interval";
    let jitter = |program: Program| {
        needed_tree()?;
        let pair = Pair::new(&format!("j{}", program.letter()), 1)?;
        let capture = pair.capture()?;
        let _a = pair.start(program, 'a', &PLAIN.configuration(BETTER));
        capture.settle_on('a', 5)?;
        let off = |gap: f64| (gap - PLAIN.interval).abs();
        let gaps: Result<Vec<f64>, Trouble> =
            (0..ADVERTISEMENTS).map(|_| capture.pause().map(off)).collect();
        Ok(Sample::new(Unit::Seconds, gaps?))
    };
    let row = Row::of(work, jitter(Program::Lvsha), Budget::Open)
        .on_top_of(PLAIN.interval)
        .beside("keepalived", jitter(Program::Keepalived))
        .note(format!("{ADVERTISEMENTS} advertisements"));
    vec![row]
}

impl Timing {
    /// Until `b` takes over from a master that says farewell.
    fn skew(self) -> f64 {
        let part = (256.0 - f64::from(WORSE)) / 256.0;
        if self.version == 2 { part } else { part * self.interval }
    }

    /// How long the protocol lets `b` wait.
    fn wait(self) -> f64 {
        match self.end {
            // Until it knows that the master fell silent.
            End::Crash => 3.0 * self.interval + self.skew(),
            End::Stop => self.skew(),
        }
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
        // Only `b` has services: the time of `a` until it is ready is not what is measured.
        let services = if priority == WORSE { self.services } else { 0 };
        for number in 0..services {
            let [high, low] = number.to_be_bytes();
            let _ = write!(
                text,
                "virtual_server 10.7.{high}.{low} 80 {{\n    lvs_sched rr\n    lvs_method DR\n    \
                 real_server 10.6.{high}.{low} 80 {{\n        weight 1\n    }}\n}}\n"
            );
        }
        text
    }
}

/// Masters on four interfaces, alone on the wire: processor time and memory once they are settled.
pub(crate) fn many_routers(_: &Bench) -> Vec<Row> {
    let mut rows = Vec::new();
    for (number, count, budget) in
        [("100", 25, Budget::Open), ("1,000", 250, Budget::TimesFaster(1.0))]
    {
        let works =
            [format!("{number} routers at 1 s: processor"), format!("{number} routers: memory")];
        let (ours, theirs) = settled(count);
        let [processor, memory] = works;
        let mean = |unit, costs: &Vec<Cost>, value: fn(&Cost) -> f64| {
            // A handful is far below what a float holds exactly.
            Sample::new(unit, vec![costs.iter().map(value).sum::<f64>() / costs.len() as f64])
        };
        let busy = |costs: &Vec<Cost>| mean(Unit::Percent, costs, |cost| cost.busy);
        let bytes = |costs: &Vec<Cost>| mean(Unit::Bytes, costs, |cost| cost.bytes);
        rows.push(
            Row::of(processor, sample(&ours, busy), budget)
                .beside("keepalived", sample(&theirs, busy))
                .note(format!("mean of {COPIES}")),
        );
        rows.push(
            Row::of(memory, sample(&ours, bytes), Budget::Open)
                .beside("keepalived", sample(&theirs, bytes)),
        );
    }
    rows
}

/// What masters cost.
struct Cost {
    /// Percent of a processor.
    busy: f64,
    /// Resident.
    bytes: f64,
}

/// Several of ours and of keepalived at the same time, each on cables of its own, so that a slow moment of the machine
/// meets all. How many advertisements fall together is decided at the start, and one keepalived needs twice the time of
/// another for it. So many routers on each of four interfaces.
fn settled(routers: u8) -> (Costs, Costs) {
    let begin = |program| -> Result<Vec<Masters>, Trouble> {
        (0..COPIES).map(|copy| Masters::new(program, routers, copy)).collect()
    };
    let [ours, theirs] = PROGRAMS.map(begin);
    // Elections, addresses and announcements are over by then.
    thread::sleep(Duration::from_secs(20));
    let spent = |masters: &Result<Vec<Masters>, Trouble>| -> Result<Vec<Spent>, Trouble> {
        masters.as_ref().map_err(Trouble::clone)?.iter().map(Masters::spent).collect()
    };
    let before = [spent(&ours), spent(&theirs)];
    thread::sleep(Duration::from_secs(20));
    let after = [spent(&ours), spent(&theirs)];
    let costs = |(before, after): (Result<Vec<Spent>, _>, Result<Vec<Spent>, Trouble>)| {
        before?.iter().zip(after?).map(|(before, after)| after.since(before, routers)).collect()
    };
    let mut costs = before.into_iter().zip(after).map(costs);
    let mut next = || costs.next().expect("two programs");
    (next(), next())
}

/// Of every copy, or why one is missing.
type Costs = Result<Vec<Cost>, Trouble>;

/// Up to a moment.
struct Spent {
    at: Instant,
    /// Seconds of a processor.
    processor: f64,
    /// Resident.
    bytes: f64,
    /// Packets that left on each cable.
    sent: Vec<u64>,
}

impl Spent {
    /// What it cost to be master of so many routers on each cable. Backups cost less, and send nothing.
    fn since(&self, before: &Self, routers: u8) -> Result<Cost, Trouble> {
        let time = (self.at - before.at).as_secs_f64();
        let due = f64::from(routers) * time;
        for (after, before) in self.sent.iter().zip(&before.sent) {
            // A count of some seconds is far below what a float holds exactly.
            let sent = (after - before) as f64;
            if !(0.9 * due..1.1 * due).contains(&sent) {
                let why = format!("{sent:.0} advertisements of {routers} masters in {time:.0} s");
                return Err(Trouble::Failed(why));
            }
        }
        let busy = (self.processor - before.processor) / time * 100.0;
        Ok(Cost { busy, bytes: self.bytes })
    }
}

/// A program that is master of many routers.
struct Masters {
    running: Running,
    pair: Pair,
}

impl Masters {
    fn new(program: Program, routers: u8, copy: u8) -> Result<Self, Trouble> {
        if program == Program::Keepalived {
            needed_tree()?;
        }
        let pair = Pair::new(&format!("t{}{routers}n{copy}", program.letter()), CABLES)?;
        let mut text = String::from("global_defs {\n    vrrp_rlimit_rttime 10000000\n}\n");
        let places = (0..CABLES).flat_map(|cable| (1..=routers).map(move |number| (cable, number)));
        for (cable, number) in places {
            let _ = write!(
                text,
                "vrrp_instance V{cable}_{number} {{\n    interface eth{cable}\n    \
                 virtual_router_id {number}\n    priority 100\n    advert_int 1\n    \
                 virtual_ipaddress {{\n        10.{}.1.{number}/24\n    }}\n}}\n",
                9 + cable
            );
        }
        let running = pair.start(program, 'a', &text);
        Ok(Self { running, pair })
    }

    fn spent(&self) -> Result<Spent, Trouble> {
        let sent = self.pair.received(CABLES)?;
        let (processor, bytes) = self.running.usage()?;
        Ok(Spent { at: Instant::now(), processor, bytes, sent })
    }
}

/// Ends of a master for each row.
const TIMES: usize = 30;
const ADVERTISEMENTS: usize = 200;
/// Of each program with many routers.
const COPIES: u8 = 14;
/// Of each of them.
const CABLES: u8 = 4;
/// Seconds. A clock that is waited for is never early: this is for stamps of whole microseconds, and their order.
const EARLY: f64 = 0.0001;
const BETTER: u8 = 150;
const WORSE: u8 = 100;
