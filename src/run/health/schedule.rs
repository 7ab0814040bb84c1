//! When to ask: thousands of questions, spread, with a cap on how many are open at once. No clock.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::time::{Duration, Instant};

use crate::run::random::Random;

#[cfg(test)]
mod tests;

/// What is to be asked, by time.
#[derive(Debug)]
pub struct Schedule<K> {
    /// Questions that wait, first one first.
    queue: BTreeSet<(Instant, K)>,
    /// Each question: when it is due, or nothing while it is being asked.
    due: HashMap<K, Option<Instant>>,
    running: usize,
    most: usize,
    random: Random,
}

impl<K: Copy + Hash + Ord> Schedule<K> {
    /// At most `most` questions are open at once.
    pub fn new(most: usize, seed: u64) -> Self {
        let random = Random::new(seed);
        Self { queue: BTreeSet::new(), due: HashMap::new(), running: 0, most, random }
    }

    /// Asks `key` for the first time at a random moment within `spread` from now.
    pub fn add(&mut self, key: K, now: Instant, spread: Duration) {
        self.remove(key);
        let at = later(now, self.random.time(spread));
        self.due.insert(key, Some(at));
        self.queue.insert((at, key));
    }

    /// Forgets `key`, also when it is being asked.
    pub fn remove(&mut self, key: K) {
        match self.due.remove(&key) {
            Some(Some(at)) => {
                self.queue.remove(&(at, key));
            }
            Some(None) => self.running -= 1,
            None => {}
        }
    }

    /// Asks `key` next at `at` or sooner.
    pub fn hurry(&mut self, key: K, at: Instant) {
        if let Some(Some(due)) = self.due.get_mut(&key)
            && *due > at
        {
            self.queue.remove(&(*due, key));
            *due = at;
            self.queue.insert((at, key));
        }
    }

    /// The next question whose time has come, when the cap allows one more.
    pub fn poll_start(&mut self, now: Instant) -> Option<K> {
        if self.running >= self.most {
            return None;
        }
        let (_, key) = self.queue.first().copied().filter(|(at, _)| *at <= now)?;
        self.queue.pop_first();
        self.due.insert(key, None);
        self.running += 1;
        Some(key)
    }

    /// `key` was answered and is asked again after `pause`, give or take a tenth so that questions that
    /// started together drift apart. A key that was removed meanwhile stays removed.
    pub fn finished(&mut self, key: K, now: Instant, pause: Duration) {
        if let Some(due @ None) = self.due.get_mut(&key) {
            let tenth = pause / 10;
            let pause = pause.saturating_sub(tenth / 2).saturating_add(self.random.time(tenth));
            let at = later(now, pause);
            *due = Some(at);
            self.running -= 1;
            self.queue.insert((at, key));
        }
    }

    /// When [`Schedule::poll_start`] is of use; `None` while the cap is reached.
    pub fn next_deadline(&self) -> Option<Instant> {
        if self.running >= self.most {
            return None;
        }
        self.queue.first().map(|(at, _)| *at)
    }

    /// Questions that are open.
    pub fn running(&self) -> usize {
        self.running
    }
}

/// The clock has an end, and a pause can be longer than what is left of it.
fn later(now: Instant, pause: Duration) -> Instant {
    now.checked_add(pause).unwrap_or_else(|| now + FAR)
}

/// Longer than any daemon runs: 30 years.
const FAR: Duration = Duration::from_secs(30 * 365 * 86_400);
