//! When everything is read again, because what is believed of the kernel may be wrong.

use std::time::{Duration, Instant};

/// The next reading after one that failed. What was missed is not told a second time.
#[derive(Debug, Default)]
pub(super) struct Rereading {
    at: Option<Instant>,
    /// The time that no change puts it beyond.
    latest: Option<Instant>,
    /// Since when one stands behind deadlines.
    waits: Option<Instant>,
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

    /// Whether a reading, for whatever cause, has to let `deadline` go first: a thousand addresses take milliseconds, in
    /// which a take-over would be late. Where one deadline follows the other it does not wait for all of them.
    pub(super) fn gives_way(&mut self, deadline: Option<Instant>, now: Instant) -> bool {
        let is_near = deadline.is_some_and(|deadline| now < deadline && deadline <= now + READING);
        let is_patient = |since: Instant| now < since + PATIENCE;
        let waits = is_near && is_patient(*self.waits.get_or_insert(now));
        if !waits {
            self.waits = None;
        }
        waits
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

/// What a reading may take; less than the shortest interval of advertisements, 10 ms, so that there is room for it
/// between two of them.
const READING: Duration = Duration::from_millis(6);

/// How long a reading lets deadlines go first.
const PATIENCE: Duration = Duration::from_millis(50);

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
    fn a_reading_is_made_behind_a_deadline_that_is_near() {
        let mut rereading = Rereading::default();
        let now = Instant::now();
        let ms = Duration::from_millis;
        assert!(!rereading.gives_way(None, now));
        assert!(!rereading.gives_way(Some(now + ms(9)), now), "an interval of 10 ms has room");
        assert!(rereading.gives_way(Some(now + ms(6)), now));
        // It has passed.
        assert!(!rereading.gives_way(Some(now + ms(6)), now + ms(6)));
        // Of a thousand routers there is always one.
        let turns = (0..60_u32).map(|turn| now + ms(1) * turn);
        let waited = turns.map(|now| rereading.gives_way(Some(now + ms(1)), now));
        assert_eq!(waited.filter(|waits| !waits).count(), 1);
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
