//! When which address is announced to the neighbours: gratuitous ARP, unsolicited neighbour
//! advertisement.
//!
//! An announcement is one packet for one address. They come in batches (all addresses, each
//! some times), and are handed out a few at a time, so that a thousand addresses cannot delay an
//! advertisement (C08, C09).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::timing::later;

/// Why addresses are announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gratuitous {
    /// A worse router believed to be master, and neighbours may have believed it (C07).
    Conflict,
    /// This router became master.
    TakeOver,
}

/// How often addresses are announced (`garp_master_*`, `garp_lower_prio_*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Packets for each address at once.
    pub repeat: u32,
    /// Time until the second batch; zero means none.
    pub delay: Duration,
    /// Packets for each address after a conflict.
    pub conflict_repeat: u32,
    /// Time until the second batch after a conflict.
    pub conflict_delay: Duration,
    /// Time between batches for ever; zero means never.
    pub refresh: Duration,
    /// Packets for each address in such a batch.
    pub refresh_repeat: u32,
    /// Least time between two packets.
    pub pace: Duration,
}

impl Default for Schedule {
    /// keepalived's defaults.
    fn default() -> Self {
        Self {
            repeat: 5,
            delay: Duration::from_secs(5),
            conflict_repeat: 5,
            conflict_delay: Duration::from_secs(5),
            refresh: Duration::ZERO,
            refresh_repeat: 1,
            pace: Duration::ZERO,
        }
    }
}

/// The announcements of one virtual router.
#[derive(Clone, Debug)]
pub struct Announcer {
    schedule: Schedule,
    /// How many addresses there are.
    count: usize,
    /// What is being sent.
    batch: Option<Batch>,
    /// Batches to come, soonest first.
    planned: VecDeque<(Instant, Batch)>,
    /// When the last conflict was announced, or is being announced since.
    conflict: Option<Instant>,
    /// No packet before.
    free_at: Option<Instant>,
    refresh_at: Option<Instant>,
}

/// Addresses, some times over.
#[derive(Clone, Debug)]
struct Batch {
    /// Numbers of the addresses; `None` is all of them.
    only: Option<Vec<usize>>,
    next: usize,
    rounds: u32,
    /// Whether a conflict is the reason.
    is_conflict: bool,
}

impl Batch {
    fn all(rounds: u32) -> Self {
        Self { only: None, next: 0, rounds, is_conflict: false }
    }
}

impl Announcer {
    /// Announces nothing yet; addresses are numbers below `count`.
    pub fn new(schedule: Schedule, count: usize) -> Self {
        Self {
            schedule,
            count,
            batch: None,
            planned: VecDeque::new(),
            conflict: None,
            free_at: None,
            refresh_at: None,
        }
    }

    /// Plans announcements.
    pub fn announce(&mut self, why: Gratuitous, now: Instant) {
        match why {
            Gratuitous::Conflict => self.announce_conflict(now),
            Gratuitous::TakeOver => {
                let Schedule { repeat, delay, .. } = self.schedule;
                if self.count == 0 || repeat == 0 {
                    return;
                }
                self.batch = Some(Batch::all(repeat));
                self.planned.clear();
                self.conflict = None;
                if !delay.is_zero() {
                    self.planned.push_back((later(now, delay), Batch::all(repeat)));
                }
                self.refresh_from(now);
            }
        }
    }

    /// At once, whatever a take-over still has to announce: neighbours may believe the loser. It repeats with
    /// each advertisement of that one, but not more often than once a second.
    fn announce_conflict(&mut self, now: Instant) {
        let Schedule { conflict_repeat: repeat, conflict_delay: delay, .. } = self.schedule;
        let is_recent = |at: Instant| now.duration_since(at) < CONFLICT_PAUSE;
        let is_under_way = self.batch.as_ref().is_some_and(|batch| batch.is_conflict)
            || self.planned.iter().any(|(at, batch)| batch.is_conflict && *at <= now);
        let is_told = is_under_way || self.conflict.is_some_and(is_recent);
        if self.count == 0 || repeat == 0 || is_told {
            return;
        }
        self.conflict = Some(now);
        // The second batch of the conflict before is overtaken by this one.
        self.planned.retain(|(_, batch)| !batch.is_conflict);
        let batch = Batch { is_conflict: true, ..Batch::all(repeat) };
        let moments = [Some(now), (!delay.is_zero()).then(|| later(now, delay))];
        for at in moments.into_iter().flatten() {
            self.plan(at, batch.clone());
        }
        self.refresh_from(now);
    }

    fn plan(&mut self, at: Instant, batch: Batch) {
        let place = self.planned.partition_point(|(planned, _)| *planned <= at);
        self.planned.insert(place, (at, batch));
    }

    /// Plans announcements of single addresses that came after the others.
    pub fn announce_only(&mut self, numbers: Vec<usize>, now: Instant) {
        // Those of a take-over come before the first announcement of all.
        let is_coming = |batch: &Batch| batch.only.is_none() && batch.next == 0;
        let repeat = self.schedule.repeat;
        if numbers.is_empty() || repeat == 0 || self.batch.as_ref().is_some_and(is_coming) {
            return;
        }
        let batch = Batch { only: Some(numbers), ..Batch::all(repeat) };
        let delay = self.schedule.delay;
        let moments = [Some(now), (!delay.is_zero()).then(|| later(now, delay))];
        for at in moments.into_iter().flatten() {
            self.plan(at, batch.clone());
        }
        if self.refresh_at.is_none() {
            self.refresh_from(now);
        }
    }

    /// Takes another schedule and other addresses; what was planned is done with these.
    pub fn reconfigure(&mut self, schedule: Schedule, count: usize, is_master: bool, now: Instant) {
        let is_other_refresh = self.schedule.refresh != schedule.refresh;
        self.schedule = schedule;
        self.count = count;
        if !is_master || count == 0 {
            return self.stop();
        }
        // Numbers may mean other addresses than before.
        let planned = self.planned.iter_mut().map(|(_, batch)| batch);
        for batch in planned.chain(&mut self.batch) {
            *batch = Batch { is_conflict: batch.is_conflict, ..Batch::all(batch.rounds) };
        }
        if is_other_refresh || self.refresh_at.is_none() {
            self.refresh_from(now);
        }
    }

    /// Forgets all plans: the addresses are gone.
    pub fn stop(&mut self) {
        self.batch = None;
        self.planned.clear();
        self.conflict = None;
        self.refresh_at = None;
    }

    /// Number of the address to announce now; `None` when nothing is due.
    pub fn poll(&mut self, now: Instant) -> Option<usize> {
        if self.free_at.is_some_and(|free| free > now) {
            return None;
        }
        if self.batch.is_none() {
            self.batch = Some(self.due(now)?);
        }
        let batch = self.batch.as_mut()?;
        let (address, count) = match &batch.only {
            Some(only) => (*only.get(batch.next)?, only.len()),
            None => (batch.next, self.count),
        };
        batch.next += 1;
        if batch.next >= count {
            batch.next = 0;
            batch.rounds = batch.rounds.saturating_sub(1);
        }
        if batch.rounds == 0 {
            self.batch = None;
        }
        self.free_at = (!self.schedule.pace.is_zero()).then(|| later(now, self.schedule.pace));
        Some(address)
    }

    /// When [`Self::poll`] has something again; in the past if it has.
    pub fn next_deadline(&self, now: Instant) -> Option<Instant> {
        let next = match self.batch {
            Some(_) => Some(now),
            None => [self.planned.front().map(|(at, _)| *at), self.refresh_at]
                .into_iter()
                .flatten()
                .min(),
        };
        next.map(|next| self.free_at.map_or(next, |free| next.max(free)))
    }

    /// A planned batch whose time has come.
    fn due(&mut self, now: Instant) -> Option<Batch> {
        let is_due = self.planned.front().is_some_and(|(at, _)| *at <= now);
        if let Some((_, batch)) = is_due.then(|| self.planned.pop_front()).flatten() {
            return Some(batch);
        }
        let refresh = self.refresh_at.filter(|at| *at <= now)?;
        let next = later(refresh, self.schedule.refresh);
        self.refresh_at = Some(if next > now { next } else { later(now, self.schedule.refresh) });
        Some(Batch::all(self.schedule.refresh_repeat.max(1)))
    }

    fn refresh_from(&mut self, now: Instant) {
        let refresh = self.schedule.refresh;
        self.refresh_at = (!refresh.is_zero()).then(|| later(now, refresh));
    }
}

/// Between two announcements of a conflict that lasts.
const CONFLICT_PAUSE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(announcer: &mut Announcer, now: Instant) -> Vec<usize> {
        std::iter::from_fn(|| announcer.poll(now)).collect()
    }

    #[test]
    fn all_addresses_are_announced_again_and_again() {
        let now = Instant::now();
        let schedule = Schedule { repeat: 2, ..Schedule::default() };
        let mut announcer = Announcer::new(schedule, 2);
        assert_eq!(announcer.next_deadline(now), None);
        announcer.announce(Gratuitous::TakeOver, now);
        assert_eq!(drain(&mut announcer, now), [0, 1, 0, 1]);

        let second = now + Duration::from_secs(5);
        assert_eq!(announcer.next_deadline(now), Some(second));
        assert_eq!(drain(&mut announcer, second - Duration::from_nanos(1)), [0; 0]);
        assert_eq!(drain(&mut announcer, second), [0, 1, 0, 1]);
        assert_eq!(announcer.next_deadline(second), None);
    }

    #[test]
    fn a_pace_keeps_packets_apart() {
        let now = Instant::now();
        let pace = Duration::from_millis(10);
        let schedule = Schedule { repeat: 1, pace, ..Schedule::default() };
        let mut announcer = Announcer::new(schedule, 2);
        announcer.announce(Gratuitous::TakeOver, now);
        assert_eq!(drain(&mut announcer, now), [0]);
        assert_eq!(announcer.next_deadline(now), Some(now + pace));
        assert_eq!(drain(&mut announcer, now + pace), [1]);
    }

    #[test]
    fn a_refresh_goes_on_until_the_stop() {
        let mut now = Instant::now();
        let refresh = Duration::from_secs(60);
        let schedule =
            Schedule { repeat: 1, delay: Duration::ZERO, refresh, ..Schedule::default() };
        let mut announcer = Announcer::new(schedule, 1);
        announcer.announce(Gratuitous::TakeOver, now);
        for _ in 0..10 {
            assert_eq!(drain(&mut announcer, now), [0]);
            now += refresh;
            assert_eq!(announcer.next_deadline(now - refresh), Some(now));
        }
        announcer.stop();
        assert_eq!(announcer.next_deadline(now), None);
        assert_eq!(drain(&mut announcer, now), [0; 0]);
    }

    #[test]
    fn an_address_that_comes_later_is_announced_alone() {
        let now = Instant::now();
        let schedule = Schedule { repeat: 2, ..Schedule::default() };
        let mut announcer = Announcer::new(schedule, 3);
        announcer.announce(Gratuitous::TakeOver, now);
        // Put there by the take-over itself.
        announcer.announce_only(vec![0, 1, 2], now);
        assert_eq!(drain(&mut announcer, now), [0, 1, 2, 0, 1, 2]);

        let later = now + Duration::from_secs(1);
        announcer.announce_only(vec![0, 2], later);
        assert_eq!(announcer.next_deadline(later), Some(later));
        assert_eq!(drain(&mut announcer, later), [0, 2, 0, 2]);
        let second = now + Duration::from_secs(5);
        assert_eq!(announcer.next_deadline(later), Some(second));
        assert_eq!(drain(&mut announcer, second), [0, 1, 2, 0, 1, 2]);
        let last = later + Duration::from_secs(5);
        assert_eq!(drain(&mut announcer, last), [0, 2, 0, 2]);
        assert_eq!(announcer.next_deadline(last), None);
    }

    #[test]
    fn a_reload_keeps_what_is_planned() {
        let now = Instant::now();
        let refresh = Duration::from_secs(60);
        let schedule = Schedule { repeat: 1, refresh, ..Schedule::default() };
        let mut announcer = Announcer::new(schedule.clone(), 1);
        announcer.announce(Gratuitous::TakeOver, now);
        assert_eq!(drain(&mut announcer, now), [0]);

        let reload = now + Duration::from_secs(1);
        announcer.reconfigure(schedule.clone(), 2, true, reload);
        assert_eq!(announcer.next_deadline(reload), Some(now + Duration::from_secs(5)));
        assert_eq!(drain(&mut announcer, now + Duration::from_secs(5)), [0, 1]);
        assert_eq!(announcer.next_deadline(reload), Some(now + refresh));
        let often = Schedule { refresh: refresh / 2, ..schedule };
        announcer.reconfigure(often.clone(), 2, true, reload);
        assert_eq!(announcer.next_deadline(reload), Some(reload + refresh / 2));
        announcer.reconfigure(often, 2, false, reload);
        assert_eq!(announcer.next_deadline(reload), None);
    }

    #[test]
    fn a_lasting_conflict_is_announced_once_a_second() {
        let now = Instant::now();
        let mut announcer = Announcer::new(Schedule::default(), 1);
        let count = |announcer: &mut Announcer, milliseconds| {
            let now = now + Duration::from_millis(milliseconds);
            announcer.announce(Gratuitous::Conflict, now);
            // One that is under way is enough.
            announcer.announce(Gratuitous::Conflict, now);
            drain(announcer, now).len()
        };
        let counts = [0, 999, 1000, 1999, 2000].map(|at| count(&mut announcer, at));
        assert_eq!(counts, [5, 0, 5, 0, 5]);
        let last = now + Duration::from_secs(7);
        assert_eq!(announcer.next_deadline(now), Some(last), "only the last is repeated");
        assert_eq!(drain(&mut announcer, last).len(), 5);
        assert_eq!(announcer.next_deadline(last), None);
    }

    #[test]
    fn a_conflict_does_not_wait_for_what_a_take_over_has_planned() {
        let now = Instant::now();
        let schedule = Schedule { repeat: 1, conflict_repeat: 2, ..Schedule::default() };
        let mut announcer = Announcer::new(schedule, 2);
        announcer.announce(Gratuitous::TakeOver, now);
        assert_eq!(announcer.poll(now), Some(0));
        let soon = now + Duration::from_millis(400);
        announcer.announce(Gratuitous::Conflict, soon);
        assert_eq!(drain(&mut announcer, soon), [1, 0, 1, 0, 1], "the rest of the first, and all");
        let second = now + Duration::from_secs(5);
        assert_eq!(drain(&mut announcer, second), [0, 1], "of the take-over");
        assert_eq!(announcer.next_deadline(second), Some(soon + Duration::from_secs(5)));
    }

    #[test]
    fn times_that_no_clock_can_count_never_come() {
        let now = Instant::now();
        let never = Duration::MAX;
        let schedule = Schedule { repeat: 1, conflict_repeat: 1, ..Schedule::default() };
        let schedule = Schedule { delay: never, conflict_delay: never, refresh: never, ..schedule };
        for why in [Gratuitous::TakeOver, Gratuitous::Conflict] {
            let mut announcer = Announcer::new(schedule.clone(), 1);
            announcer.announce(why, now);
            assert_eq!(drain(&mut announcer, now), [0]);
            announcer.announce_only(vec![0], now);
            announcer.reconfigure(schedule.clone(), 1, true, now);
            let year = Duration::from_secs(365 * 24 * 3600);
            assert_eq!(drain(&mut announcer, now + year), [0]);
            assert!(announcer.next_deadline(now) > Some(now + year));
        }
        let mut announcer = Announcer::new(Schedule { pace: never, ..schedule }, 2);
        announcer.announce(Gratuitous::TakeOver, now);
        assert_eq!(drain(&mut announcer, now), [0]);
    }
}
