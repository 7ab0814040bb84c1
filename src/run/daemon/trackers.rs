//! Scripts whose exit code is judged, again and again.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::plan::{ScriptPlan, ScriptPolicy, SourcePlan};
use super::report::Order;
use super::{Plan, script};
use crate::run::vrrp::Observation;

/// Starts a task for each script; dropping the set ends them.
pub(super) fn start(plan: &Plan, orders: &mpsc::UnboundedSender<Order>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for (source, planned) in (0..).zip(&plan.sources) {
        if let SourcePlan::Script(script) = planned {
            tasks.spawn(follow(source, script.clone(), plan.scripts.clone(), orders.clone()));
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

#[cfg(test)]
mod tests {
    use super::*;

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
