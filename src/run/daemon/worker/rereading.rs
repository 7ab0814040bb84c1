//! When everything is read again, because what is believed of the kernel may be wrong.

use std::time::{Duration, Instant};

/// The next reading after one that failed. What was missed is not told a second time.
#[derive(Debug, Default)]
pub(super) struct Rereading {
    at: Option<Instant>,
    /// The time that no change puts it beyond.
    latest: Option<Instant>,
}

impl Rereading {
    /// Something failed. Says whether that is news: an error that lasts puts nothing off, and is told once
    /// in each pause.
    pub(super) fn failed(&mut self, now: Instant) -> bool {
        let is_news = self.at.is_none_or(|at| at <= now);
        if is_news {
            self.at = Some(now + PAUSE);
            self.latest = Some(now + LONGEST);
        }
        is_news
    }

    /// The kernel has changed: a reading now would be interrupted again, and takes time that a master has not.
    pub(super) fn disturbed(&mut self, now: Instant) {
        let quiet = now + PAUSE;
        self.at = self.at.map(|_| self.latest.map_or(quiet, |latest| quiet.min(latest)));
    }

    /// Everything was read.
    pub(super) fn succeeded(&mut self) {
        self.at = None;
    }

    /// Whether it is time.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.at.is_some_and(|at| at <= now)
    }

    /// When it is, if at all.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.at
    }
}

/// A storm of changes interrupts readings: the next one comes so long after the last of them.
const PAUSE: Duration = Duration::from_secs(1);

/// Some machines are never quiet.
const LONGEST: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_that_failed_is_repeated_until_it_succeeds() {
        let mut rereading = Rereading::default();
        let now = Instant::now();
        assert_eq!(rereading.next_deadline(), None);
        assert!(rereading.failed(now));
        // What fails meanwhile neither puts it off nor is told.
        assert!(!rereading.failed(now + PAUSE / 2));
        assert_eq!(rereading.next_deadline(), Some(now + PAUSE));
        assert!(!rereading.is_due(now + PAUSE / 2));
        assert!(rereading.is_due(now + PAUSE));
        assert!(rereading.failed(now + PAUSE));
        assert_eq!(rereading.next_deadline(), Some(now + PAUSE * 2));
        rereading.succeeded();
        assert!(!rereading.is_due(now + PAUSE * 9));
    }

    #[test]
    fn it_waits_for_the_end_of_a_storm_but_not_for_ever() {
        let mut rereading = Rereading::default();
        let now = Instant::now();
        rereading.disturbed(now);
        assert_eq!(rereading.next_deadline(), None, "nothing has failed");
        rereading.failed(now);
        rereading.disturbed(now + PAUSE / 2);
        assert_eq!(rereading.next_deadline(), Some(now + PAUSE / 2 + PAUSE));
        rereading.disturbed(now + LONGEST);
        assert!(rereading.is_due(now + LONGEST));
    }
}
