//! Ordered resources: started left to right after the addresses, stopped right to left, each waited for. A
//! machine like the others. When they are stopped is others' business: where the router gives up of its own will
//! it waits for the end of them, see [`Director::cleared`](super::Director::cleared).
//!
//! A resource that is running already is not started. One that cannot be started stops the
//! others, and the whole router gives up, so that another director can try; heartbeat left such
//! a group with nobody.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceInput {
    /// None is to run, also none that an earlier life of this process started.
    Clear,
    /// From now on there are so many; what runs beyond them is stopped.
    Resize(usize),
    /// The resources are to run, or not to.
    Want(bool),
    /// The command that was asked for has ended.
    Finished {
        /// For a status: whether it runs.
        success: bool,
    },
}

/// What is to be done, or told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceOutput {
    /// Run a command; its end is to be told.
    Run {
        /// Number of the resource.
        resource: usize,
        /// What to do with it.
        verb: Verb,
    },
    /// A resource cannot be started: the router is to give up.
    Failed {
        /// Number of the resource.
        resource: usize,
    },
    /// A resource cannot be stopped; the others are, nevertheless.
    StopFailed {
        /// Number of the resource.
        resource: usize,
    },
    /// The router may try again.
    Recovered,
}

/// What is done with a resource; the last argument of its script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Ask whether it runs.
    Status,
    /// Start it.
    Start,
    /// Stop it.
    Stop,
}

/// The resources of one router.
#[derive(Clone, Debug)]
pub struct Resources {
    count: usize,
    is_wanted: bool,
    /// How many run, from the left.
    running: usize,
    /// The command that was not finished yet.
    busy: Option<Verb>,
    /// Failures in a row.
    failures: u32,
    /// Whether the last start failed.
    is_failed: bool,
    retry: Option<Instant>,
    outputs: VecDeque<ResourceOutput>,
}

impl Resources {
    /// So many resources, none of which is known to run.
    pub fn new(count: usize) -> Self {
        Self {
            count,
            is_wanted: false,
            running: 0,
            busy: None,
            failures: 0,
            is_failed: false,
            retry: None,
            outputs: VecDeque::new(),
        }
    }

    /// Takes what happened.
    pub fn handle(&mut self, input: ResourceInput, now: Instant) {
        match input {
            ResourceInput::Clear => {
                self.is_wanted = false;
                // A stop of what does not run does no harm (LSB 5.0, section 22.2).
                self.running = self.count;
            }
            ResourceInput::Resize(count) => self.count = count,
            ResourceInput::Want(wanted) => self.is_wanted = wanted,
            ResourceInput::Finished { success } => match self.busy.take() {
                None => {}
                Some(Verb::Status) if success => self.running += 1,
                Some(Verb::Status) if self.goes_up() => self.run(self.running, Verb::Start),
                // What is no longer wanted is not started any more.
                Some(Verb::Status) => {}
                Some(Verb::Start) if success => self.running += 1,
                Some(Verb::Start) => self.fail(),
                Some(Verb::Stop) => {
                    self.running = self.running.saturating_sub(1);
                    if !success {
                        let resource = self.running;
                        self.outputs.push_back(ResourceOutput::StopFailed { resource });
                    }
                }
            },
        }
        self.advance(now);
    }

    /// Does what is due at `now`; nothing if nothing is.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.retry.is_some_and(|retry| retry <= now) {
            self.retry = None;
            self.is_failed = false;
            self.outputs.push_back(ResourceOutput::Recovered);
            self.advance(now);
        }
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<ResourceOutput> {
        self.outputs.pop_front()
    }

    /// When [`Self::handle_timeout`] is to be called at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.retry
    }

    /// Whether nothing runs and nothing is being done.
    pub fn is_idle(&self) -> bool {
        self.running == 0 && self.busy.is_none()
    }

    /// Whether nothing runs beyond the count and nothing is being done.
    pub fn is_within(&self) -> bool {
        self.running <= self.count && self.busy.is_none()
    }

    /// Whether the last start failed, and it is not time to try again.
    pub fn has_failed(&self) -> bool {
        self.is_failed
    }

    fn goes_up(&self) -> bool {
        self.is_wanted && !self.is_failed
    }

    fn advance(&mut self, now: Instant) {
        if self.busy.is_some() {
            return;
        }
        if self.goes_up() && self.running < self.count {
            self.run(self.running, Verb::Status);
        } else if self.goes_up() && self.running == self.count {
            self.failures = 0;
        } else if self.running > 0 {
            self.run(self.running - 1, Verb::Stop);
        } else if self.is_failed && self.retry.is_none() {
            // Twice as long each time: 30 s, 1 min, ... 8 min.
            let factor = 1 << self.failures.saturating_sub(1).min(4);
            self.retry = Some(now + FIRST_RETRY * factor);
        }
    }

    fn fail(&mut self) {
        self.failures += 1;
        self.is_failed = true;
        self.outputs.push_back(ResourceOutput::Failed { resource: self.running });
        // A start that failed may have left something behind.
        self.running += 1;
    }

    fn run(&mut self, resource: usize, verb: Verb) {
        self.busy = Some(verb);
        self.outputs.push_back(ResourceOutput::Run { resource, verb });
    }
}

/// After the first failure.
const FIRST_RETRY: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;
    use ResourceInput::{Clear, Finished, Want};
    use ResourceOutput::{Failed, Recovered, Run, StopFailed};

    fn outputs(resources: &mut Resources) -> Vec<ResourceOutput> {
        std::iter::from_fn(|| resources.poll_output()).collect()
    }

    /// Answers every command by the function until there are none, and returns them all.
    fn run(
        resources: &mut Resources,
        now: Instant,
        answer: impl Fn(usize, Verb) -> bool,
    ) -> Vec<ResourceOutput> {
        let mut all = Vec::new();
        loop {
            let some = outputs(resources);
            let Some(Run { resource, verb }) =
                some.iter().find(|output| matches!(output, Run { .. })).copied()
            else {
                all.extend(some);
                return all;
            };
            all.extend(some);
            resources.handle(Finished { success: answer(resource, verb) }, now);
        }
    }

    fn step(resource: usize, verb: Verb) -> ResourceOutput {
        Run { resource, verb }
    }

    use Verb::{Start, Status, Stop};

    #[test]
    fn up_from_the_left_and_down_from_the_right() {
        let now = Instant::now();
        let mut resources = Resources::new(2);
        resources.handle(Want(true), now);
        let up = run(&mut resources, now, |_, verb| verb != Status);
        assert_eq!(up, [step(0, Status), step(0, Start), step(1, Status), step(1, Start)]);
        resources.handle(Want(false), now);
        let down = run(&mut resources, now, |_, _| true);
        assert_eq!(down, [step(1, Stop), step(0, Stop)]);
        assert!(resources.is_idle());
    }

    #[test]
    fn what_runs_is_not_started() {
        let now = Instant::now();
        let mut resources = Resources::new(2);
        resources.handle(Want(true), now);
        assert_eq!(run(&mut resources, now, |_, _| true), [step(0, Status), step(1, Status)]);
    }

    #[test]
    fn a_start_that_fails_gives_up_and_is_tried_again_later() {
        let now = Instant::now();
        let mut resources = Resources::new(2);
        resources.handle(Want(true), now);
        let answer = |resource, verb| verb == Stop || (resource, verb) == (0, Start);
        let all = run(&mut resources, now, answer);
        let expected = [
            step(0, Status),
            step(0, Start),
            step(1, Status),
            step(1, Start),
            Failed { resource: 1 },
            step(1, Stop),
            step(0, Stop),
        ];
        assert_eq!(all, expected);
        assert_eq!(resources.next_deadline(), Some(now + FIRST_RETRY));
        resources.handle(Want(false), now);
        resources.handle_timeout(now + FIRST_RETRY - Duration::from_nanos(1));
        assert_eq!(outputs(&mut resources), []);
        resources.handle_timeout(now + FIRST_RETRY);
        assert_eq!(outputs(&mut resources), [Recovered]);

        let later = now + FIRST_RETRY;
        resources.handle(Want(true), later);
        run(&mut resources, later, answer);
        assert_eq!(resources.next_deadline(), Some(later + FIRST_RETRY * 2), "twice as long");
    }

    #[test]
    fn fewer_resources_stop_what_is_beyond_them() {
        let now = Instant::now();
        let mut resources = Resources::new(3);
        resources.handle(Want(true), now);
        run(&mut resources, now, |_, _| true);
        resources.handle(ResourceInput::Resize(1), now);
        assert!(!resources.is_within());
        assert_eq!(run(&mut resources, now, |_, _| true), [step(2, Stop), step(1, Stop)]);
        assert!(resources.is_within());
        resources.handle(ResourceInput::Resize(2), now);
        let started = run(&mut resources, now, |_, verb| verb != Status);
        assert_eq!(started, [step(1, Status), step(1, Start)]);
    }

    #[test]
    fn a_change_of_mind_waits_for_the_running_command() {
        let now = Instant::now();
        let mut resources = Resources::new(1);
        resources.handle(Want(true), now);
        assert_eq!(outputs(&mut resources), [step(0, Status)]);
        resources.handle(Want(false), now);
        assert_eq!(outputs(&mut resources), [], "never two commands at once");
        resources.handle(Finished { success: false }, now);
        assert_eq!(outputs(&mut resources), []);
        assert!(resources.is_idle());
    }

    #[test]
    fn what_an_earlier_life_started_is_stopped_on_demand() {
        let now = Instant::now();
        let mut resources = Resources::new(2);
        resources.handle(Want(false), now);
        assert_eq!(outputs(&mut resources), [], "it may serve, until it is clear who does");
        resources.handle(Clear, now);
        let down = run(&mut resources, now, |_, _| true);
        assert_eq!(down, [step(1, Stop), step(0, Stop)]);
        assert!(resources.is_idle());
    }

    #[test]
    fn a_stop_that_fails_does_not_keep_the_others_running() {
        let now = Instant::now();
        let mut resources = Resources::new(2);
        resources.handle(Want(true), now);
        run(&mut resources, now, |_, _| true);
        resources.handle(Want(false), now);
        let down = run(&mut resources, now, |_, _| false);
        let expected =
            [step(1, Stop), StopFailed { resource: 1 }, step(0, Stop), StopFailed { resource: 0 }];
        assert_eq!(down, expected);
    }
}
