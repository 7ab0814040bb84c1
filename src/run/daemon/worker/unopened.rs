//! Sockets that could not be opened: told once, and tried again until they can.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

/// What was tried in vain the last time.
#[derive(Debug, Default)]
pub(super) struct Unopened {
    /// Each with the reason that was told.
    told: BTreeMap<String, String>,
    again: Option<Instant>,
}

impl Unopened {
    /// Takes all that was tried in vain just now; gives back what is news.
    pub(super) fn take(
        &mut self,
        failed: Vec<(String, io::Error)>,
        now: Instant,
    ) -> Vec<(String, io::Error)> {
        // No event tells that there are descriptors or memory again.
        self.again = (!failed.is_empty()).then(|| now + PAUSE);
        let before = std::mem::take(&mut self.told);
        let whys = failed.iter().map(|(what, error)| (what.clone(), error.to_string()));
        self.told = whys.collect();
        let is_news = |what: &str| before.get(what) != self.told.get(what);
        failed.into_iter().filter(|(what, _)| is_news(what)).collect()
    }

    /// Whether it is time to try again.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.again.is_some_and(|again| again <= now)
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.again
    }
}

/// Between two tries. Until then a router that is kept from its work is at fault.
const PAUSE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(code: i32) -> Vec<(String, io::Error)> {
        vec![("listening on eth0".to_owned(), io::Error::from_raw_os_error(code))]
    }

    #[test]
    fn what_fails_is_told_once_and_tried_again() {
        let mut unopened = Unopened::default();
        let now = Instant::now();
        assert_eq!(unopened.take(failed(libc::EMFILE), now).len(), 1);
        assert!(!unopened.is_due(now));
        assert_eq!(unopened.next_deadline(), Some(now + PAUSE));
        assert!(unopened.is_due(now + PAUSE));
        assert_eq!(unopened.take(failed(libc::EMFILE), now + PAUSE).len(), 0);
        assert!(!unopened.is_due(now + PAUSE));
        assert_eq!(unopened.take(failed(libc::EINVAL), now).len(), 1, "another reason is news");
        // What worked in between is told anew.
        assert_eq!(unopened.take(Vec::new(), now).len(), 0);
        assert_eq!(unopened.next_deadline(), None);
        assert_eq!(unopened.take(failed(libc::EINVAL), now).len(), 1);
    }
}
