//! What has to be looked at again and again: scripts, files, processes, ping targets.

use std::fs;
use std::future::ready;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use super::plan::{ScriptPlan, ScriptPolicy, SourcePlan};
use super::processes::Processes;
use super::report::Order;
use super::{Plan, script};
use crate::run::health::probe;
use crate::run::tracked_file::number;
use crate::run::vrrp::Observation;

/// A task for each of them; dropping it ends them.
#[derive(Debug)]
pub(super) struct Trackers {
    running: Vec<Tracker>,
    orders: mpsc::UnboundedSender<Order>,
    processes: Processes,
}

impl Trackers {
    /// Needs a tokio runtime.
    pub(super) fn start(plan: &Plan, orders: &mpsc::UnboundedSender<Order>) -> Self {
        let mut trackers =
            Self { running: Vec::new(), orders: orders.clone(), processes: Processes::default() };
        trackers.configure(plan);
        trackers
    }

    /// Keeps what is observed until [`Self::configure`]: the plan in which sources have their numbers
    /// is about to change.
    pub(super) fn pause(&self) {
        self.running.iter().for_each(|tracker| tracker.view.number(None));
    }

    /// Another plan. What is equal in both is not disturbed, and not counted from the start.
    pub(super) fn configure(&mut self, plan: &Plan) {
        let mut old = std::mem::take(&mut self.running);
        for (source, planned) in (0..).zip(&plan.sources) {
            let is_same = |old: &Tracker| old.plan == *planned && old.policy == plan.scripts;
            let tracker = match old.iter().position(is_same) {
                Some(place) => Some(old.swap_remove(place)),
                None => {
                    // The same command with other limits has said what it says.
                    let before = old.iter().find(|old| is_same_script(&old.plan, planned));
                    let last = before.map_or(Observation::Unknown, |old| old.view.last());
                    let view = View::new(last, self.orders.clone());
                    Tracker::start(planned, &plan.scripts, view, &self.processes)
                }
            };
            if let Some(tracker) = tracker {
                tracker.view.number(Some(source));
                self.running.push(tracker);
            }
        }
    }
}

fn is_same_script(old: &SourcePlan, new: &SourcePlan) -> bool {
    match (old, new) {
        (SourcePlan::Script(old), SourcePlan::Script(new)) => {
            old.name == new.name && old.command == new.command
        }
        _ => false,
    }
}

#[derive(Debug)]
struct Tracker {
    plan: SourcePlan,
    policy: ScriptPolicy,
    view: View,
    task: JoinHandle<()>,
}

impl Tracker {
    /// `None` for what others observe: the kernel, who checks the servers, who runs resources.
    fn start(
        plan: &SourcePlan,
        policy: &ScriptPolicy,
        view: View,
        processes: &Processes,
    ) -> Option<Self> {
        let told = view.clone();
        let task = match plan.clone() {
            SourcePlan::File { path, .. } => tokio::spawn(look(told, move || ready(file(&path)))),
            SourcePlan::Pings { targets, dead_time } => {
                tokio::spawn(reach(targets, dead_time, told))
            }
            SourcePlan::Process(process) => {
                let (processes, process) = (processes.clone(), Arc::new(process));
                tokio::spawn(look(told, move || {
                    let (processes, process) = (processes.clone(), process.clone());
                    async move { processes.observe(&process).await }
                }))
            }
            SourcePlan::Script(script) => tokio::spawn(follow(script, policy.clone(), told)),
            SourcePlan::Interface { .. }
            | SourcePlan::Paths { .. }
            | SourcePlan::Resources { .. }
            | SourcePlan::Service { .. } => return None,
        };
        Some(Self { plan: plan.clone(), policy: policy.clone(), view, task })
    }
}

impl Drop for Tracker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a task has observed last, and under which number it is told.
#[derive(Clone, Debug)]
struct View {
    state: Arc<Mutex<(Observation, Option<usize>)>>,
    orders: mpsc::UnboundedSender<Order>,
}

impl View {
    fn new(last: Observation, orders: mpsc::UnboundedSender<Order>) -> Self {
        Self { state: Arc::new(Mutex::new((last, None))), orders }
    }

    fn last(&self) -> Observation {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn number(&self, number: Option<usize>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 = number;
        self.tell(*state);
    }

    fn observe(&self, observation: Observation) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = observation;
        self.tell(*state);
    }

    fn tell(&self, (observation, number): (Observation, Option<usize>)) {
        if let Some(source) = number.filter(|_| observation != Observation::Unknown) {
            // If the worker is gone, the supervisor ends the tasks.
            let _ = self.orders.send(Order::Observe { source, observation });
        }
    }
}

async fn follow(plan: ScriptPlan, policy: ScriptPolicy, view: View) {
    let mut judge = Judge { state: view.last(), ..Judge::new(plan.rise, plan.fall) };
    let mut ticks = interval(plan.interval.clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL));
    // A run that takes longer than the interval delays the next one.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let result =
            script::execute(&plan.command.value, plan.user.as_deref(), &policy, plan.timeout).await;
        if let Some(observation) = judge.judge(result.is_ok()) {
            match (&result, observation) {
                (Err(error), _) => tracing::warn!("script {}: {error}", plan.name),
                (Ok(()), _) => tracing::info!("script {} succeeds", plan.name),
            }
            view.observe(observation);
        }
    }
}

/// Counts the ping targets that answered within the dead time.
async fn reach(targets: Vec<Vec<IpAddr>>, dead_time: Duration, view: View) {
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let hosts = (0..)
        .zip(&targets)
        .flat_map(|(target, hosts)| hosts.iter().map(move |host| (target, host)));
    let hosts: Vec<(usize, Arc<_>)> =
        hosts.map(|(target, host)| (target, Arc::new(probe::ping(*host, ANSWER)))).collect();
    let mut heard: Vec<Option<Instant>> = vec![None; targets.len()];
    let mut last = None;
    loop {
        ticks.tick().await;
        // All at once: a silent one must not make an answer of another one old.
        let mut asked = JoinSet::new();
        for (target, host) in &hosts {
            let (target, host) = (*target, Arc::clone(host));
            asked.spawn(async move { (target, probe::run(&*host, ANSWER).await) });
        }
        while let Some(told) = asked.join_next().await {
            let Ok((target, answer)) = told else { continue };
            let Some(heard) = heard.get_mut(target) else { continue };
            match answer {
                Ok(_) => *heard = Some(Instant::now()),
                // Who cannot ask knows no more than before.
                Err(failure) if failure.is_local && heard.is_some() => {
                    *heard = Some(Instant::now())
                }
                // A host without a route is as silent as one that is down.
                Err(_) => {}
            }
        }
        let reached = heard.iter().flatten().filter(|heard| heard.elapsed() < dead_time).count();
        if last == Some(reached) {
            continue;
        }
        last = Some(reached);
        tracing::info!("{reached} of {} ping targets answer", targets.len());
        let observation = Observation::Value(i32::try_from(reached).unwrap_or(i32::MAX));
        view.observe(observation);
    }
}

/// Looks at something twice a second.
async fn look<Looking>(view: View, mut observe: impl FnMut() -> Looking)
where
    Looking: Future<Output = Observation>,
{
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = Observation::Unknown;
    loop {
        ticks.tick().await;
        let observation = observe().await;
        if observation == last {
            continue;
        }
        last = observation;
        view.observe(observation);
    }
}

/// The number in a file; a file that is missing or holds none says 0, as with keepalived.
fn file(path: &Path) -> Observation {
    let text = fs::read_to_string(path).unwrap_or_default();
    let number = number(&text).clamp(i32::MIN.into(), i32::MAX.into());
    // It was clamped.
    Observation::Value(i32::try_from(number).unwrap_or_default())
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

/// A day: the clock has an end, and one beyond it would end the task.
const LONGEST_INTERVAL: Duration = Duration::from_secs(86_400);

/// A script without an interval would occupy a core.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);

/// For one host, well within the second that all have.
const ANSWER: Duration = Duration::from_millis(500);

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sourced;
    use crate::run::daemon::plan::ProcessPlan;

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

    async fn next(told: &mut mpsc::UnboundedReceiver<Order>) -> (usize, Observation) {
        match told.recv().await {
            Some(Order::Observe { source, observation }) => (source, observation),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_tracked_file_is_read_again_and_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("number");
        // At once: between the two halves of a writing there is no number.
        let write = |text: &str| {
            let beside = folder.path().join("beside");
            fs::write(&beside, text).unwrap();
            fs::rename(beside, &path).unwrap();
        };
        write("3");
        let file = SourcePlan::File { name: "load".to_owned(), path: path.clone() };
        let plan = Plan { sources: vec![file], ..Plan::default() };
        let (orders, mut told) = mpsc::unbounded_channel();
        let _trackers = Trackers::start(&plan, &orders);
        assert_eq!(next(&mut told).await, (0, Observation::Value(3)));
        write("-2");
        assert_eq!(next(&mut told).await, (0, Observation::Value(-2)));
        fs::remove_file(&path).unwrap();
        assert_eq!(next(&mut told).await, (0, Observation::Value(0)));
    }

    #[tokio::test]
    async fn tracked_processes_are_counted_again_and_again() {
        // An argument that nobody else on this machine has.
        let time = format!("{}.25", 100_000 + std::process::id());
        let sleep =
            || tokio::process::Command::new("sleep").arg(&time).kill_on_drop(true).spawn().unwrap();
        let process = ProcessPlan {
            name: "sleep".to_owned(),
            command: vec!["/bin/sleep".to_owned(), time.clone()],
            least: 1,
            most: Some(1),
        };
        let plan = Plan { sources: vec![SourcePlan::Process(process)], ..Plan::default() };
        let (orders, mut told) = mpsc::unbounded_channel();
        let _trackers = Trackers::start(&plan, &orders);
        assert_eq!(next(&mut told).await, (0, Observation::Down));
        let _first = sleep();
        assert_eq!(next(&mut told).await, (0, Observation::Up));
        let mut second = sleep();
        assert_eq!(next(&mut told).await, (0, Observation::Down), "too many");
        second.kill().await.unwrap();
        assert_eq!(next(&mut told).await, (0, Observation::Up));
    }

    /// A script whose exit code is the test's.
    fn scripted(flag: &Path, interval: u64, first: SourcePlan) -> Plan {
        // A line for each failure.
        let flag = flag.display();
        let test = format!("test -e {flag} || {{ echo >> {flag}.failures; false; }}");
        let script = ScriptPlan {
            name: "flag".to_owned(),
            command: Sourced::implied(vec!["/bin/sh".to_owned(), "-c".to_owned(), test]),
            interval: Duration::from_millis(interval),
            timeout: Duration::from_secs(60),
            rise: 1,
            fall: 3,
            user: None,
        };
        Plan { sources: vec![first, SourcePlan::Script(script)], ..Plan::default() }
    }

    #[tokio::test]
    async fn a_reload_does_not_begin_to_count_anew() {
        let folder = tempfile::tempdir().unwrap();
        let flag = folder.path().join("flag");
        fs::write(&flag, "").unwrap();
        let first = || SourcePlan::Interface { name: "eth0".to_owned(), speaker: None };
        let (orders, mut told) = mpsc::unbounded_channel();
        let plan = scripted(&flag, 10, first());
        let mut trackers = Trackers::start(&plan, &orders);
        assert_eq!(next(&mut told).await, (1, Observation::Up));
        // The same script under another number: what it said holds, and nothing is asked anew.
        let mut moved = plan.clone();
        moved.sources.reverse();
        let id = trackers.running[0].task.id();
        trackers.pause();
        trackers.configure(&moved);
        assert_eq!(trackers.running[0].task.id(), id);
        assert_eq!(next(&mut told).await, (0, Observation::Up));
        // Other limits: one failure is not enough for a judge that begins with what was known.
        fs::remove_file(&flag).unwrap();
        trackers.pause();
        trackers.configure(&scripted(&flag, 20, first()));
        assert_eq!(next(&mut told).await, (1, Observation::Up));
        assert_eq!(next(&mut told).await, (1, Observation::Down));
        let failures = fs::read_to_string(folder.path().join("flag.failures")).unwrap();
        assert!(failures.lines().count() >= 3, "the first failure decided alone");
    }
}
