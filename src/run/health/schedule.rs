//! When to ask: thousands of questions, spread, with a cap on how many are open at once. No clock.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

#[cfg(test)]
mod tests;

/// What is to be asked, by time.
#[derive(Debug)]
pub struct Schedule<K> {
    /// Questions that wait, first one first.
    queue: BTreeSet<(Instant, K)>,
    due: BTreeMap<K, Instant>,
    running: BTreeSet<K>,
    most: usize,
    random: Random,
}

impl<K: Copy + Ord> Schedule<K> {
    /// At most `most` questions are open at once.
    pub fn new(most: usize, seed: u64) -> Self {
        let random = Random(seed);
        Self {
            queue: BTreeSet::new(),
            due: BTreeMap::new(),
            running: BTreeSet::new(),
            most,
            random,
        }
    }

    /// Asks `key` for the first time at a random moment within `spread` from now.
    pub fn add(&mut self, key: K, now: Instant, spread: Duration) {
        let at = now + self.random.within(spread);
        self.put(key, at);
    }

    /// Forgets `key`, also when it is being asked.
    pub fn remove(&mut self, key: K) {
        if let Some(at) = self.due.remove(&key) {
            self.queue.remove(&(at, key));
        }
        self.running.remove(&key);
    }

    /// Asks `key` next at `at` or sooner.
    pub fn hurry(&mut self, key: K, at: Instant) {
        if self.due.get(&key).is_some_and(|due| *due > at) {
            self.put(key, at);
        }
    }

    /// The next question whose time has come, when the cap allows one more.
    pub fn poll_start(&mut self, now: Instant) -> Option<K> {
        if self.running.len() >= self.most {
            return None;
        }
        let (_, key) = self.queue.first().copied().filter(|(at, _)| *at <= now)?;
        self.queue.pop_first();
        self.due.remove(&key);
        self.running.insert(key);
        Some(key)
    }

    /// `key` was answered and is asked again after `pause`, give or take a tenth so that questions that
    /// started together drift apart. A key that was removed meanwhile stays removed.
    pub fn finished(&mut self, key: K, now: Instant, pause: Duration) {
        if self.running.remove(&key) {
            let tenth = pause / 10;
            let at = now + pause - tenth / 2 + self.random.within(tenth);
            self.put(key, at);
        }
    }

    /// When [`Schedule::poll_start`] is of use; `None` while the cap is reached.
    pub fn next_deadline(&self) -> Option<Instant> {
        if self.running.len() >= self.most {
            return None;
        }
        self.queue.first().map(|(at, _)| *at)
    }

    /// Questions that are open.
    pub fn running(&self) -> usize {
        self.running.len()
    }

    fn put(&mut self, key: K, at: Instant) {
        if let Some(before) = self.due.insert(key, at) {
            self.queue.remove(&(before, key));
        }
        self.queue.insert((at, key));
    }
}

/// SplitMix64: good enough to spread, and the same for the same seed.
#[derive(Debug)]
struct Random(u64);

impl Random {
    /// A time from 0 to `span`.
    fn within(&mut self, span: Duration) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // 24 bits are finer than a microsecond of any interval, and cannot overflow below 292 years.
        let part = u32::try_from((mixed ^ (mixed >> 31)) >> 40).unwrap_or(0);
        span.mul_f64(f64::from(part) / f64::from(1_u32 << 24))
    }
}
