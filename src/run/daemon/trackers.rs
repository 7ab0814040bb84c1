//! What has to be looked at again and again: scripts, files, processes.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::plan::{ProcessPlan, ScriptPlan, ScriptPolicy, SourcePlan};
use super::report::Order;
use super::{Plan, script};
use crate::run::net::ping::ping;
use crate::run::vrrp::Observation;

/// Starts a task for each script; dropping the set ends them.
pub(super) fn start(plan: &Plan, orders: &mpsc::UnboundedSender<Order>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for (source, planned) in (0..).zip(&plan.sources) {
        match planned.clone() {
            SourcePlan::File { path, .. } => {
                tasks.spawn(look(source, orders.clone(), move || file(&path)));
            }
            // The worker is told by the kernel.
            SourcePlan::Interface { .. } | SourcePlan::Paths { .. } => {}
            SourcePlan::Pings { targets, dead_time } => {
                tasks.spawn(reach(source, targets, dead_time, orders.clone()));
            }
            // Told by who checks the servers.
            SourcePlan::Service { .. } => {}
            // What runs them tells of failures; until then they can be started.
            SourcePlan::Resources { .. } => {
                let _ = orders.send(Order::Observe { source, observation: Observation::Up });
            }
            SourcePlan::Process(process) => {
                tasks.spawn(look(source, orders.clone(), move || processes(&process)));
            }
            SourcePlan::Script(script) => {
                tasks.spawn(follow(source, script, plan.scripts.clone(), orders.clone()));
            }
        }
    }
    tasks
}

async fn follow(
    source: usize,
    plan: ScriptPlan,
    policy: ScriptPolicy,
    orders: mpsc::UnboundedSender<Order>,
) {
    let mut judge = Judge::new(plan.rise, plan.fall);
    let mut ticks = interval(plan.interval.max(SHORTEST_INTERVAL));
    // A run that takes longer than the interval delays the next one.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let result =
            script::execute(&plan.command, plan.user.as_deref(), &policy, plan.timeout).await;
        if let Some(observation) = judge.judge(result.is_ok()) {
            match (&result, observation) {
                (Err(error), _) => tracing::warn!("script {}: {error}", plan.name),
                (Ok(()), _) => tracing::info!("script {} succeeds", plan.name),
            }
            if orders.send(Order::Observe { source, observation }).is_err() {
                return;
            }
        }
    }
}

/// Counts the ping targets that answered within the dead time.
async fn reach(
    source: usize,
    targets: Vec<Vec<IpAddr>>,
    dead_time: Duration,
    orders: mpsc::UnboundedSender<Order>,
) {
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard: Vec<Option<Instant>> = targets.iter().map(|_| None).collect();
    let mut last = None;
    loop {
        ticks.tick().await;
        for (number, (hosts, heard)) in (0..).zip(targets.iter().zip(&mut heard)) {
            for host in hosts {
                // A host without a route is as silent as one that is down.
                if ping(*host, number, Duration::from_millis(500)).await.unwrap_or(false) {
                    *heard = Some(Instant::now());
                    break;
                }
            }
        }
        let reached = heard.iter().flatten().filter(|heard| heard.elapsed() < dead_time).count();
        if last == Some(reached) {
            continue;
        }
        last = Some(reached);
        tracing::info!("{reached} of {} ping targets answer", targets.len());
        let observation = Observation::Value(i32::try_from(reached).unwrap_or(i32::MAX));
        if orders.send(Order::Observe { source, observation }).is_err() {
            return;
        }
    }
}

/// Looks at something that is quick to look at.
async fn look(
    source: usize,
    orders: mpsc::UnboundedSender<Order>,
    mut observe: impl FnMut() -> Observation,
) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = Observation::Unknown;
    loop {
        ticks.tick().await;
        let observation = observe();
        if observation == last {
            continue;
        }
        last = observation;
        if orders.send(Order::Observe { source, observation }).is_err() {
            return;
        }
    }
}

/// The number in a file; a file that is missing or holds none says 0, as with keepalived.
fn file(path: &Path) -> Observation {
    let text = fs::read_to_string(path).unwrap_or_default();
    let number = text.split_whitespace().next().and_then(|word| word.parse().ok());
    Observation::Value(number.unwrap_or(0))
}

/// Whether enough processes run, and not too many.
fn processes(plan: &ProcessPlan) -> Observation {
    let Ok(listing) = fs::read_dir("/proc") else { return Observation::Down };
    let is_it = |entry: &fs::DirEntry| {
        let is_process =
            entry.file_name().to_string_lossy().starts_with(|c: char| c.is_ascii_digit());
        // One that ends meanwhile has no command line any more.
        is_process
            && fs::read(entry.path().join("cmdline"))
                .is_ok_and(|line| is_command(&line, &plan.command))
    };
    let count = listing.filter_map(Result::ok).filter(is_it).count();
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let is_enough = count >= plan.least && plan.most.is_none_or(|most| count <= most);
    if is_enough { Observation::Up } else { Observation::Down }
}

/// Compares a command line of /proc with the words that are wanted: the program's name without its
/// path, and as many arguments as are given.
fn is_command(line: &[u8], wanted: &[String]) -> bool {
    let mut words = line.split(|byte| *byte == 0);
    wanted.iter().enumerate().all(|(number, wanted)| {
        let Some(word) = words.next() else { return false };
        let name = if number == 0 { word.rsplit(|byte| *byte == b'/').next() } else { Some(word) };
        let wanted_name =
            if number == 0 { wanted.rsplit('/').next() } else { Some(wanted.as_str()) };
        name == wanted_name.map(str::as_bytes)
    })
}

/// Counts successes and failures in a row.
#[derive(Clone, Debug)]
struct Judge {
    rise: u32,
    fall: u32,
    state: Observation,
    /// Results in a row that contradict the state.
    against: u32,
}

impl Judge {
    fn new(rise: u32, fall: u32) -> Self {
        Self { rise, fall, state: Observation::Unknown, against: 0 }
    }

    /// The new state, if it changed. The first result decides alone.
    fn judge(&mut self, success: bool) -> Option<Observation> {
        let (result, needed) = match success {
            true => (Observation::Up, self.rise),
            false => (Observation::Down, self.fall),
        };
        if result == self.state {
            self.against = 0;
            return None;
        }
        self.against += 1;
        if self.state != Observation::Unknown && self.against < needed {
            return None;
        }
        self.state = result;
        self.against = 0;
        Some(result)
    }
}

/// A script without an interval would occupy a core.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_a_number_or_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("number");
        assert_eq!(file(&path), Observation::Value(0));
        for (text, number) in [("-7\n", -7), ("12 and more", 12), ("none", 0)] {
            fs::write(&path, text).unwrap();
            assert_eq!(file(&path), Observation::Value(number), "{text}");
        }
    }

    #[test]
    fn processes_are_found_by_name_and_first_arguments() {
        let line = b"/usr/sbin/nginx\0-g\0daemon off;\0";
        let wanted = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert!(is_command(line, &wanted(&["nginx"])));
        assert!(is_command(line, &wanted(&["/usr/bin/nginx", "-g"])));
        assert!(!is_command(line, &wanted(&["nginx", "-t"])));
        assert!(!is_command(line, &wanted(&["ngin"])));
    }

    #[test]
    fn results_count_in_a_row() {
        let mut judge = Judge::new(2, 3);
        let up = Some(Observation::Up);
        let down = Some(Observation::Down);
        let results = [true, false, false, true, false, false, false, true, false, true, true];
        let expected = [up, None, None, None, None, None, down, None, None, None, up];
        for (result, expected) in results.into_iter().zip(expected) {
            assert_eq!(judge.judge(result), expected);
        }
    }

    #[test]
    fn the_first_result_decides_alone() {
        assert_eq!(Judge::new(5, 5).judge(true), Some(Observation::Up));
        assert_eq!(Judge::new(5, 5).judge(false), Some(Observation::Down));
    }
}
