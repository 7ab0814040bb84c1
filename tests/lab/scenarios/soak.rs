//! Half an hour of what machines and people do to a pair, at random, under a client's loop. After each deed everything is
//! as it was, and every request that failed lies in a time in which it may.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use lvsha::sim::Random;

use super::daemon::{LOOK, main_process, serve_both};
use super::keepalived::experiment_2;
use super::pair::{self, ADVERTS, INTERVAL, PRIORITIES};
use crate::formula::{ALLOWANCE, detection, vrrp_takeover};
use crate::inventory::{DIRECTORS, Host, LW1, LW2, REAL_SERVERS, VIP};
use crate::world::{Lab, Stack, Table, now, pass, until};

const LENGTH: Duration = Duration::from_secs(30 * 60);
/// Visits give up after this; one that was under way when something happened may fail, too.
const VISIT: Duration = Duration::from_millis(600);
/// More descriptors, or kilobytes of memory, than a process had at first are a leak.
const DESCRIPTORS: u64 = 4;
const KILOBYTES: u64 = 2048;

pub(super) fn half_an_hour_of_random_drills(lab: &Lab) {
    let seed = fs::read_to_string("/lab/seed").expect("the outside writes it");
    lab.note(format!("LVSHA_SEED={} plays this again", seed.trim()));
    let mut random = Random::new(seed.trim().parse().expect("a number"));
    let stack = experiment_2().on_lvsha();
    drop(pair::started(lab, &stack));
    DIRECTORS.iter().for_each(|host| serve_both(lab.node(*host)));
    let mut audit = Audit { lab, table: lab.node(LW1).table(), first: BTreeMap::new() };
    audit.usage();

    let begin = now();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut visits = 0;
    while now() - begin < LENGTH {
        let (name, drill) = *random.pick(&DEEDS).expect("there are some");
        let host = if random.percent(50) { LW1 } else { LW2 };
        let watch = lab.watch_patiently(VIP);
        pass(1.0);
        let from = now();
        let length = 1.0 + 9.0 * share(&mut random);
        let deed = Deed { lab, stack: &stack, name, host, length };
        let excuses = drill(&deed);
        audit.is_whole(name, host);
        pass(1.0);
        let record = watch.record();
        let to = now() - VISIT;
        for visit in record.visits.iter().filter(|visit| visit.at >= from && visit.at < to) {
            visits += 1;
            let served = visit.page.as_deref().is_some_and(|page| ["lw3", "lw4"].contains(&page));
            let excused =
                excuses.iter().any(|(start, end)| visit.at + VISIT >= *start && visit.at <= *end);
            assert!(
                served || excused,
                "{name}, {host}: a visit at {:?} got {:?}, which nothing explains; excuses are {excuses:?}\n{}",
                visit.at,
                visit.page,
                record.timeline()
            );
        }
        // What becomes of the backup is nothing to those who visit.
        if deed.is_about_the_backup() && !deed.makes_another_master() {
            let answer = record.first_answer(LW2, from);
            assert_eq!(answer, None, "{name}: LW2 answers:\n{}", record.timeline());
        }
        *counts.entry(name).or_default() += 1;
    }
    let told: Vec<String> =
        counts.iter().map(|(name, count)| format!("{count} x {name}")).collect();
    lab.note(format!("{visits} visits; {}", told.join(", ")));
}

/// Between 0 and 1.
fn share(random: &mut Random) -> f64 {
    f64::from(u32::try_from(random.below(1000)).expect("less than 1000")) / 1000.0
}

/// One drill: on which director, and for how many seconds, if it lasts.
struct Deed<'a> {
    lab: &'a Lab,
    stack: &'a Stack,
    name: &'static str,
    host: Host,
    length: f64,
}

impl Deed<'_> {
    fn is_about_the_backup(&self) -> bool {
        self.host == LW2
    }

    /// Behind a cut whose ends do not see it, a backup hears nobody and is master, for itself.
    fn makes_another_master(&self) -> bool {
        self.name == CUT
    }
}

/// Times in which a visit may fail.
type Excuses = Vec<(Duration, Duration)>;

type Drill = fn(&Deed<'_>) -> Excuses;

const DEEDS: [(&str, Drill); 8] = [
    ("the daemon is killed", killed),
    (CUT, |deed| away(deed, |deed| deed.lab.node(deed.host).cut())),
    ("the cable is pulled", |deed| away(deed, |deed| deed.lab.node(deed.host).unplug())),
    ("the machine stands still", stands_still),
    ("the power goes", power_goes),
    ("a reload of the same files", reloaded),
    ("a real server dies", server_dies),
    ("the table is cleared", cleared),
];

const CUT: &str = "the link is cut";

/// The kernel goes on balancing, so nobody may notice.
fn killed(deed: &Deed<'_>) -> Excuses {
    let node = deed.lab.node(deed.host);
    let process = main_process(node, "lvsha");
    node.run(&["kill", "-KILL", &process]);
    let back = until(20.0, || {
        let answers = node.try_run(&["lvsha", "ctl", "status"]).is_ok();
        (answers && main_process(node, "lvsha") != process).then_some(())
    });
    back.expect("systemd starts it again");
    Vec::new()
}

fn reloaded(deed: &Deed<'_>) -> Excuses {
    deed.stack.reload(deed.lab);
    Vec::new()
}

/// The other one takes over, and later it returns: by its next advertisement, or when it has listened for its dead time.
fn away(deed: &Deed<'_>, go: impl Fn(&Deed<'_>) -> Duration) -> Excuses {
    let gone = go(deed);
    pass(deed.length);
    let healed = deed.lab.node(deed.host).heal();
    moves(deed, gone, healed)
}

fn stands_still(deed: &Deed<'_>) -> Excuses {
    let node = deed.lab.node(deed.host);
    let still = now();
    node.pause();
    pass(deed.length);
    node.resume();
    moves(deed, still, now())
}

fn power_goes(deed: &Deed<'_>) -> Excuses {
    let node = deed.lab.node(deed.host);
    let off = node.power_off();
    pass(deed.length);
    node.power_on_again();
    let on = now();
    deed.stack.return_to(deed.lab, deed.host);
    moves(deed, off, on)
}

fn moves(deed: &Deed<'_>, gone: Duration, back: Duration) -> Excuses {
    let most = |priority| vrrp_takeover(INTERVAL, ADVERTS, priority).and(ALLOWANCE).most;
    // When it returns, both may have the address for one more interval.
    let interval = Duration::from_secs_f64(INTERVAL);
    if deed.is_about_the_backup() {
        let ends_as_a_master = deed.makes_another_master();
        return ends_as_a_master
            .then_some((back, back + interval + ALLOWANCE))
            .into_iter()
            .collect();
    }
    vec![(gone, gone + most(PRIORITIES[1])), (back, back + most(PRIORITIES[0]) + interval)]
}

/// Nobody knows before the checks do; the active director's kernel decides.
fn server_dies(deed: &Deed<'_>) -> Excuses {
    let dead = REAL_SERVERS[usize::from(deed.host == LW2)];
    let director = deed.lab.node(LW1);
    let died = deed.lab.node(dead).stop_serving();
    let most = detection(6.0, 3, 3.0).and(ALLOWANCE).most.as_secs_f64();
    let left = until(most, || (!director.balances_to(dead)).then(now));
    let left = left.unwrap_or_else(|| panic!("{dead} is still there: {}", director.table()));
    pass(deed.length);
    deed.lab.node(dead).serve();
    let most = detection(6.0, 0, 0.0).and(ALLOWANCE).most.as_secs_f64();
    let back = until(most, || director.balances_to(dead).then(now));
    let back = back.unwrap_or_else(|| panic!("{dead} does not return: {}", director.table()));
    // A TCP check lets it in as soon as its port is open, a moment before anybody is there to answer.
    vec![(died, left), (back, back + Duration::from_secs(1))]
}

fn cleared(deed: &Deed<'_>) -> Excuses {
    let director = deed.lab.node(deed.host);
    director.run(&["ipvsadm", "--clear"]);
    let from = now();
    let most = LOOK + ALLOWANCE.as_secs_f64();
    let whole =
        until(most, || REAL_SERVERS.iter().all(|server| director.balances_to(*server)).then(now));
    let whole = whole.unwrap_or_else(|| panic!("it stays cleared: {}", director.table()));
    // The backup's kernel has nothing to balance.
    if deed.is_about_the_backup() { Vec::new() } else { vec![(from, whole)] }
}

/// What must hold whenever a deed is over.
struct Audit<'a> {
    lab: &'a Lab,
    table: Table,
    /// Descriptors and memory of each process when it was first looked at.
    first: BTreeMap<(&'static str, String), [u64; 2]>,
}

impl Audit<'_> {
    fn is_whole(&mut self, deed: &str, host: Host) {
        let alone = || self.lab.node(LW1).has(VIP) && !self.lab.node(LW2).has(VIP);
        // Who missed advertisements before the deed was over may still take over, for one interval: it is over when
        // nobody has done so for as long as anybody waits.
        let patience = vrrp_takeover(INTERVAL, ADVERTS, PRIORITIES[1]).and(ALLOWANCE).most;
        let one = until(20.0, || {
            let since = now();
            while alone() && now() - since < patience {
                pass(0.2);
            }
            alone().then_some(())
        });
        assert!(one.is_some(), "{deed}, {host}: not exactly LW1 has the address");
        for director in *DIRECTORS {
            let node = self.lab.node(director);
            let equal = until(2.0 * LOOK, || {
                pass(0.2);
                (node.table() == self.table).then_some(())
            });
            assert!(equal.is_some(), "{deed}, {host}: {director} has {}", node.table());
        }
        assert!(alone(), "{deed}, {host}: the address did not stay with LW1");
        self.usage();
    }

    fn usage(&mut self) {
        for director in *DIRECTORS {
            let node = self.lab.node(director);
            let process = main_process(node, "lvsha");
            let script = "ls /proc/$0/fd | wc -l; awk '/^VmRSS/ { print $2 }' /proc/$0/status";
            let text = node.run(&["sh", "-c", script, &process]);
            let numbers: Vec<u64> =
                text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let [descriptors, memory] = numbers[..] else { panic!("{director}: {text}") };
            let first =
                *self.first.entry((director.name, process)).or_insert([descriptors, memory]);
            assert!(
                descriptors <= first[0] + DESCRIPTORS,
                "{director}: {descriptors} descriptors, {} at first",
                first[0]
            );
            assert!(
                memory <= first[1] + KILOBYTES,
                "{director}: {memory} kB, {} at first",
                first[1]
            );
        }
    }
}
