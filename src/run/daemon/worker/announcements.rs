//! Which router has which address to announce, and when. What is sent is the worker's.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::run::vrrp::{Announcer, Gratuitous, RouterIndex};

/// The announcers of all routers.
#[derive(Debug, Default)]
pub(super) struct Announcements {
    /// One for each router.
    announcers: Vec<Announcer>,
    /// Those that have something to do, now or later.
    open: BTreeSet<RouterIndex>,
    /// Those whose next announcement is news: the first one of a take-over.
    news: BTreeSet<RouterIndex>,
}

impl Announcements {
    /// What announcers that a reload left as they were have to do goes on.
    pub(super) fn new(announcers: Vec<Announcer>, now: Instant) -> Self {
        let open = (0..).zip(&announcers).filter(|(_, one)| one.next_deadline(now).is_some());
        let open = open.map(|(index, _)| index).collect();
        Self { announcers, open, news: BTreeSet::new() }
    }

    /// The announcers, for whoever follows.
    pub(super) fn into_announcers(self) -> Vec<Announcer> {
        self.announcers
    }

    /// Everything that a router has is announced.
    pub(super) fn announce(&mut self, index: RouterIndex, why: Gratuitous, now: Instant) {
        if let Some(announcer) = self.announcers.get_mut(index) {
            announcer.announce(why, now);
            self.open.insert(index);
            if why == Gratuitous::TakeOver {
                self.news.insert(index);
            }
        }
    }

    /// Some of its addresses are, by their numbers.
    pub(super) fn announce_only(&mut self, index: RouterIndex, numbers: Vec<usize>, now: Instant) {
        if let Some(announcer) = self.announcers.get_mut(index).filter(|_| !numbers.is_empty()) {
            announcer.announce_only(numbers, now);
            self.open.insert(index);
        }
    }

    /// It is no master any more.
    pub(super) fn stop(&mut self, index: RouterIndex) {
        if let Some(announcer) = self.announcers.get_mut(index) {
            announcer.stop();
            self.open.remove(&index);
        }
    }

    /// The next addresses to announce, at most so many, by router and number; and whether more are due.
    pub(super) fn due(&mut self, now: Instant, most: usize) -> (Vec<(RouterIndex, usize)>, bool) {
        let mut due = Vec::new();
        let mut done = Vec::new();
        for index in &self.open {
            let Some(announcer) = self.announcers.get_mut(*index) else { continue };
            while due.len() < most
                && let Some(number) = announcer.poll(now)
            {
                due.push((*index, number));
            }
            if due.len() == most {
                break;
            }
            if announcer.next_deadline(now).is_none() {
                done.push(*index);
            }
        }
        for index in done {
            self.open.remove(&index);
        }
        let is_full = due.len() == most;
        (due, is_full)
    }

    /// Whether an announcement of this router is news; once.
    pub(super) fn take_news(&mut self, index: RouterIndex) -> bool {
        self.news.remove(&index)
    }

    /// When there is something to do next.
    pub(super) fn next_deadline(&self, now: Instant) -> Option<Instant> {
        let open = self.open.iter();
        open.filter_map(|index| self.announcers.get(*index)?.next_deadline(now)).min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::run::vrrp::Schedule;

    /// Two routers with three addresses each, announced once at a take-over.
    fn announcements(now: Instant) -> Announcements {
        let schedule = Schedule { repeat: 1, delay: Duration::ZERO, ..Schedule::default() };
        let announcer = || Announcer::new(schedule.clone(), 3);
        Announcements::new(vec![announcer(), announcer()], now)
    }

    #[test]
    fn a_slice_leaves_the_rest_for_the_next_one() {
        let now = Instant::now();
        let mut all = announcements(now);
        assert_eq!(all.next_deadline(now), None);
        for index in 0..2 {
            all.announce(index, Gratuitous::TakeOver, now);
        }
        let (first, has_more) = all.due(now, 4);
        assert_eq!((first, has_more), (vec![(0, 0), (0, 1), (0, 2), (1, 0)], true));
        let (second, has_more) = all.due(now, 4);
        assert_eq!((second, has_more), (vec![(1, 1), (1, 2)], false));
    }

    #[test]
    fn a_take_over_is_news_once_and_who_stops_has_nothing_to_do() {
        let now = Instant::now();
        let mut all = announcements(now);
        all.announce(0, Gratuitous::TakeOver, now);
        all.announce_only(1, vec![2], now);
        assert!(all.take_news(0) && !all.take_news(0) && !all.take_news(1));
        all.stop(0);
        assert_eq!(all.due(now, 4).0, [(1, 2)]);
        // A reload goes on with what is open.
        all.announce_only(1, vec![1], now);
        let mut after = Announcements::new(all.into_announcers(), now);
        assert_eq!(after.due(now, 4).0, [(1, 1)]);
        assert_eq!(after.next_deadline(now), None);
    }
}
