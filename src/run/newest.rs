//! A channel between two threads that holds one value: the newest. Whoever is slow to take it keeps nothing waiting, and
//! no memory.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Both ends.
pub(super) fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let slot = Slot { newest: None, has_sender: true, has_receiver: true };
    let shared = Arc::new(Shared { slot: Mutex::new(slot), changed: Condvar::new() });
    (Sender { shared: shared.clone() }, Receiver { shared })
}

#[derive(Debug)]
pub(super) struct Sender<T> {
    shared: Arc<Shared<T>>,
}

#[derive(Debug)]
pub(super) struct Receiver<T> {
    shared: Arc<Shared<T>>,
}

/// What somebody who waited got.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received<T> {
    /// The sender is gone, and everything was taken.
    Closed,
    /// Nothing came in time.
    Timeout,
    /// The newest value.
    Value(T),
}

#[derive(Debug)]
struct Shared<T> {
    slot: Mutex<Slot<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Slot<T> {
    newest: Option<T>,
    has_sender: bool,
    has_receiver: bool,
}

impl<T> Shared<T> {
    /// No code that holds it can panic halfway.
    fn slot(&self) -> MutexGuard<'_, Slot<T>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Sender<T> {
    /// Replaces what was not taken yet. Whether there is somebody to take it.
    pub(super) fn send(&self, value: T) -> bool {
        let mut slot = self.shared.slot();
        if !slot.has_receiver {
            return false;
        }
        let old = slot.newest.replace(value);
        self.shared.changed.notify_one();
        drop(slot);
        // A large one takes a while to go, and the other end need not wait for that.
        drop(old);
        true
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.slot().has_sender = false;
        self.shared.changed.notify_one();
    }
}

impl<T> Receiver<T> {
    /// Waits for a value; without a deadline for as long as there is a sender.
    pub(super) fn receive(&self, deadline: Option<Instant>) -> Received<T> {
        let mut slot = self.shared.slot();
        loop {
            if let Some(value) = slot.newest.take() {
                return Received::Value(value);
            }
            if !slot.has_sender {
                return Received::Closed;
            }
            let changed = &self.shared.changed;
            slot = match deadline.map(|at| at.saturating_duration_since(Instant::now())) {
                None => changed.wait(slot).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() => return Received::Timeout,
                Some(left) => {
                    changed.wait_timeout(slot, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut slot = self.shared.slot();
        slot.has_receiver = false;
        slot.newest = None;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_the_newest_value_waits() {
        let (sender, receiver) = channel();
        let values: Vec<Arc<u32>> = (0..3).map(Arc::new).collect();
        for value in &values {
            assert!(sender.send(value.clone()));
        }
        let counts: Vec<usize> = values.iter().map(Arc::strong_count).collect();
        assert_eq!(counts, [1, 1, 2], "the others are gone");
        assert_eq!(receiver.receive(None), Received::Value(values[2].clone()));
        assert_eq!(receiver.receive(Some(Instant::now())), Received::Timeout);
    }

    #[test]
    fn what_was_sent_last_is_taken_before_the_end() {
        let (sender, receiver) = channel();
        sender.send(1);
        drop(sender);
        assert_eq!(receiver.receive(None), Received::Value(1));
        assert_eq!(receiver.receive(None), Received::Closed);
        let (sender, receiver) = channel();
        drop(receiver);
        assert!(!sender.send(1));
    }

    #[test]
    fn whoever_waits_is_woken() {
        let (sender, receiver) = channel();
        let waiting = std::thread::spawn(move || {
            let late = Some(Instant::now() + Duration::from_secs(60));
            (receiver.receive(late), receiver.receive(late))
        });
        sender.send(7);
        while sender.shared.slot().newest.is_some() {
            std::thread::yield_now();
        }
        drop(sender);
        assert_eq!(waiting.join().unwrap(), (Received::Value(7), Received::Closed));
    }
}
