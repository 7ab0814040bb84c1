//! Health checks beside keepalived's and ldirectord's: what a check costs, and whether advertisements stay on time.
//!
//! The servers are addresses of one listener behind a cable, which also counts. No program here has a kernel with
//! ip_vs: ours tells so and goes on; for the others it is as if every write was carried out.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::Bench;
use crate::pair::{Pair, Program, ip};
use crate::peers::needed_tree;
use crate::table::{Budget, Row, Sample, Trouble, Unit, sample};

pub(crate) fn rows(_: &Bench) -> Vec<Row> {
    let ldirectord = [measured(Program::Ldirectord, FEW)].into_iter().collect();
    let (ours, keepalived) = at_once(FEW);
    let (our_many, their_many) = in_turn(MANY);
    vec![
        processor(FEW, &ours, Program::Keepalived, &keepalived, Budget::Open),
        processor(FEW, &ours, Program::Ldirectord, &ldirectord, Budget::Open),
        processor(MANY, &our_many, Program::Keepalived, &their_many, Budget::TimesFaster(1.0)),
        memory([&ours, &our_many], [&keepalived, &their_many]),
        punctuality(&our_many, &their_many),
    ]
}

/// Ours and keepalived's at the same time, so that every moment of the machine meets both: together they leave most of
/// it free.
fn at_once(checks: u16) -> (Rounds, Rounds) {
    let round = |_| {
        thread::scope(|scope| {
            let ours = scope.spawn(|| measured(Program::Lvsha, checks));
            let theirs = measured(Program::Keepalived, checks);
            let panicked = |_| Err(Trouble::Failed("the measurement panicked".to_owned()));
            (ours.join().unwrap_or_else(panicked), theirs)
        })
    };
    let (ours, theirs): (Vec<_>, Vec<_>) = (0..ROUNDS).map(round).unzip();
    (ours.into_iter().collect(), theirs.into_iter().collect())
}

/// Ours and keepalived's in turn, where both would take all of the machine.
fn in_turn(checks: u16) -> (Rounds, Rounds) {
    let round = |_| (measured(Program::Lvsha, checks), measured(Program::Keepalived, checks));
    let (ours, theirs): (Vec<_>, Vec<_>) = (0..ROUNDS).map(round).unzip();
    (ours.into_iter().collect(), theirs.into_iter().collect())
}

/// All rounds of a program, or why one is missing.
type Rounds = Result<Vec<Seen>, Trouble>;

/// What a program did while it was watched.
struct Seen {
    /// Per second.
    checks: f64,
    /// Of one processor, in percent.
    busy: f64,
    /// Resident, in bytes.
    memory: f64,
    /// How far advertisements were off their interval, in seconds.
    off: Vec<f64>,
}

fn values(unit: Unit, rounds: &[Seen], value: impl Fn(&Seen) -> f64) -> Sample {
    Sample::new(unit, rounds.iter().map(value).collect())
}

fn processor(checks: u16, ours: &Rounds, peer: Program, theirs: &Rounds, budget: Budget) -> Row {
    let work = format!("{},000 TCP checks each second: processor", checks / 1000);
    // A program may make fewer than it was asked for.
    let percent = |rounds: &Vec<Seen>| {
        values(Unit::Percent, rounds, |seen| seen.busy / seen.checks * f64::from(checks))
    };
    let made = |rounds: &Rounds| {
        let count = |rounds: &Vec<Seen>| values(Unit::Count, rounds, |seen| seen.checks);
        sample(rounds, count).map_or_else(|_| "none".to_owned(), |count| count.to_string())
    };
    Row::of(work, sample(ours, percent), budget)
        .in_turns_with(peer.name(), sample(theirs, percent))
        .note(format!("made each second: {}, theirs {}", made(ours), made(theirs)))
}

/// What one more check needs, from what few and many need.
fn memory(ours: [&Rounds; 2], theirs: [&Rounds; 2]) -> Row {
    let each = |rounds: [&Rounds; 2]| {
        let all = |rounds: &Vec<Seen>| values(Unit::Bytes, rounds, |seen| seen.memory);
        let [few, many] = rounds.map(|rounds| Ok::<_, Trouble>(sample(rounds, all)?.median()));
        let more = f64::from(MANY) - f64::from(FEW);
        Ok(Sample::new(Unit::Bytes, vec![(many? - few?) / more]))
    };
    let (work, budget) = ("memory of a TCP check and its server", Budget::AtMost(4096.0));
    Row::of(work, each(ours), budget).beside("keepalived", each(theirs))
}

fn punctuality(ours: &Rounds, theirs: &Rounds) -> Row {
    let work = "advertisements at 100 ms beside 10,000 checks each second: off the interval";
    // Distances have no sign.
    let budget = Budget::OnTime { early: 0.0, late: 0.005 };
    let off = |rounds: &Vec<Seen>| {
        Sample::new(Unit::Seconds, rounds.iter().flat_map(|seen| seen.off.clone()).collect())
    };
    Row::of(work, sample(ours, off), budget)
        .on_top_of(INTERVAL)
        .beside("keepalived", sample(theirs, off))
}

/// Checks have to begin in time, and to be made to the end.
fn measured(program: Program, checks: u16) -> Result<Seen, Trouble> {
    needed_tree()?;
    let pair = Pair::new(&format!("h{}", program.letter()), 1)?.with_checks()?;
    let servers = Servers::behind(&pair)?;
    let capture = pair.capture()?;
    let running = pair.start(program, 'a', &configuration(program, checks));
    // Each server is asked three times before anything counts.
    let begin = Instant::now();
    while servers.asked() < 3 * u64::from(checks) {
        if begin.elapsed() > PATIENCE {
            let (asked, seconds) = (servers.asked(), PATIENCE.as_secs());
            return Err(Trouble::Failed(format!("only {asked} checks in {seconds} s")));
        }
        thread::sleep(Duration::from_millis(50));
    }
    let advertises = program != Program::Ldirectord;
    if advertises {
        capture.settle_on('a', 5)?;
    }
    let (asked, (spent, _), start) = (servers.asked(), running.usage()?, Instant::now());
    let mut off = Vec::new();
    let time = if advertises { TIME } else { TIME_OF_ROUNDS };
    while start.elapsed() < time {
        if advertises {
            off.push((capture.pause()? - INTERVAL).abs());
        } else {
            thread::sleep(Duration::from_millis(50));
        }
    }
    let (seconds, (after, memory)) = (start.elapsed().as_secs_f64(), running.usage()?);
    // A count of some minutes is far below what a float holds exactly.
    let made = (servers.asked() - asked) as f64;
    // What is scaled up to all of them has to be a good part of them; ldirectord makes half of the few.
    if made < 0.25 * f64::from(checks) * seconds {
        let why = format!("only {:.0} of {checks} checks a second were made", made / seconds);
        return Err(Trouble::Failed(why));
    }
    Ok(Seen { checks: made / seconds, busy: (after - spent) / seconds * 100.0, memory, off })
}

/// Ten servers for each service; each is asked every second, if the program is quick enough.
fn configuration(program: Program, checks: u16) -> String {
    let mut text = match program {
        Program::Ldirectord => "checktimeout=1\ncheckinterval=1\nquiescent=no\nsupervised=yes\n\
                                logfile=\"/dev/null\"\n"
            .to_owned(),
        Program::Lvsha | Program::Keepalived => {
            "global_defs {\n    vrrp_rt_priority 10\n    vrrp_rlimit_rttime 10000000\n}\n\
             vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    \
             priority 150\n    version 3\n    advert_int 0.1\n    \
             virtual_ipaddress {\n        10.9.0.100/24\n    }\n}\n"
                .to_owned()
        }
    };
    for service in 0..checks / 10 {
        let [high, low] = service.to_be_bytes();
        // Writing to a string cannot fail.
        let _ = match program {
            Program::Ldirectord => writeln!(
                text,
                "virtual=10.7.{high}.{low}:80\n\tscheduler=rr\n\tprotocol=tcp\n\tchecktype=connect"
            ),
            Program::Lvsha | Program::Keepalived => writeln!(
                text,
                "virtual_server 10.7.{high}.{low} 80 {{\n    delay_loop 1\n    lvs_sched rr\n    \
                 lvs_method DR\n    protocol TCP"
            ),
        };
        for server in 0..10 {
            let [high, low] = (service * 10 + server).to_be_bytes();
            let _ = match program {
                Program::Ldirectord => writeln!(text, "\treal=10.128.{high}.{low}:80 gate"),
                Program::Lvsha | Program::Keepalived => writeln!(
                    text,
                    "    real_server 10.128.{high}.{low} 80 {{\n        weight 1\n        \
                     TCP_CHECK {{\n            connect_timeout 1\n        }}\n    }}"
                ),
            };
        }
        if program != Program::Ldirectord {
            text.push_str("}\n");
        }
    }
    text
}

/// A listener on every address of 10.128.0.0/16 at `b`.
struct Servers {
    asked: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Servers {
    fn behind(pair: &Pair) -> Result<Self, Trouble> {
        let (a, b) = (pair.space('a'), pair.space('b'));
        let routes: [&[&str]; 3] = [
            &["-n", &b, "link", "set", "lo", "up"],
            &["-n", &b, "route", "add", "local", "10.128.0.0/16", "dev", "lo"],
            &["-n", &a, "route", "add", "10.128.0.0/16", "via", "10.9.0.2"],
        ];
        if let Some(route) = routes.iter().find(|route| ip(route).is_none()) {
            return Err(Trouble::Missing(format!("refused: ip {}", route.join(" "))));
        }
        let path = format!("/run/netns/{b}");
        let space = std::fs::File::open(path).expect("ip keeps its namespaces there");
        let (asked, is_over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, over) = (Arc::clone(&asked), Arc::clone(&is_over));
        let thread = thread::spawn(move || {
            move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))
                .expect("the namespace is there, and we are root");
            let listener = TcpListener::bind("0.0.0.0:80").expect("nobody else is here");
            let limit = Duration::from_millis(100);
            set_socket_timeout(&listener, Timeout::Recv, Some(limit)).expect("a socket");
            while !over.load(Ordering::Relaxed) {
                if listener.accept().is_ok() {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Ok(Self { asked, is_over, thread: Some(thread) })
    }

    /// Connections so far.
    fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

const ROUNDS: usize = 3;
/// Checks, as many as servers.
const FEW: u16 = 1000;
const MANY: u16 = 10_000;
/// How long they are watched.
const TIME: Duration = Duration::from_secs(8);
/// The same for ldirectord, which asks all, rests, and begins again: several rounds of it.
const TIME_OF_ROUNDS: Duration = Duration::from_secs(20);
/// Seconds between two advertisements.
const INTERVAL: f64 = 0.1;
/// keepalived takes half a minute until it has begun all of the many, ldirectord for the few.
const PATIENCE: Duration = Duration::from_secs(120);
