//! Continuous observation from the client: who answers for the address, and what a visitor gets.

mod neighbour;
mod packets;
mod requests;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{network, until};
use crate::inventory::{CLIENT, Host};

/// The owner of the address is asked for this often.
pub(super) const PERIOD: Duration = Duration::from_millis(10);
/// An owner that has not answered for so long answers no more. Ten questions: emulation may hold one up.
const SILENCE: Duration = Duration::from_millis(100);
/// For the artefacts of a scenario whose watch is gone when it has failed.
static LAST: Mutex<String> = Mutex::new(String::new());

/// An answer to "who has this address".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) at: Duration,
    pub(crate) host: Host,
}

/// One visit: begun at `at`, and what came back, `None` for nothing or an error.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) at: Duration,
    pub(crate) page: Option<String>,
}

/// All that was seen so far, each list in the order of time.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) answers: Vec<Answer>,
    pub(crate) visits: Vec<Visit>,
}

/// Runs until it is dropped.
pub(crate) struct Watch {
    record: Arc<Mutex<Record>>,
    over: Arc<AtomicBool>,
    observers: Vec<JoinHandle<()>>,
}

/// Looks at an address every so often, and writes down what it sees until it is over.
type Observer = fn(IpAddr, Duration, &Mutex<Record>, &AtomicBool);

impl Watch {
    /// `period` is the time between two visits: they cost a loaded machine ten times what a question costs.
    pub(super) fn start(address: IpAddr, period: Duration) -> Self {
        let record = Arc::new(Mutex::new(Record::default()));
        let over = Arc::new(AtomicBool::new(false));
        let mut observers = Vec::new();
        for (task, period) in
            [(neighbour::observe as Observer, PERIOD), (requests::observe, period)]
        {
            let (record, over) = (Arc::clone(&record), Arc::clone(&over));
            observers.push(thread::spawn(move || {
                network::enter(CLIENT);
                task(address, period, &record, &over);
            }));
        }
        Self { record, over, observers }
    }

    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap()
    }

    /// Waits until `host` answers for the address. Its first answer after `since`; the scenario ends without one.
    pub(crate) fn answered_by(&self, host: Host, since: Duration, limit: f64) -> Duration {
        let answer = until(limit, || self.record().first_answer(host, since));
        self.expect(answer, &format!("{host} answers for the address"), limit)
    }

    /// Waits for the first page that a visit begun after `since` gets, of those that `wanted` names.
    pub(crate) fn page(&self, wanted: &[&str], since: Duration, limit: f64) -> Duration {
        let visit = until(limit, || self.record().first_page(wanted, since));
        self.expect(visit, &format!("a visitor gets {}", wanted.join(" or ")), limit)
    }

    fn expect<T>(&self, answer: Option<T>, what: &str, limit: f64) -> T {
        answer.unwrap_or_else(|| {
            let timeline = self.record().timeline();
            panic!("not within {limit} s: {what}\nwhat was seen:\n{timeline}");
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for observer in self.observers.drain(..) {
            let failed = observer.join().is_err();
            assert!(!failed || thread::panicking(), "an observer of the client stopped");
        }
        *LAST.lock().unwrap() =
            self.record.lock().map(|record| record.timeline()).unwrap_or_default();
    }
}

impl Record {
    pub(crate) fn first_answer(&self, host: Host, since: Duration) -> Option<Duration> {
        self.answers
            .iter()
            .find(|answer| answer.host == host && answer.at >= since)
            .map(|answer| answer.at)
    }

    pub(crate) fn first_page(&self, wanted: &[&str], since: Duration) -> Option<Duration> {
        let fits = |visit: &&Visit| {
            visit.at >= since && visit.page.as_deref().is_some_and(|page| wanted.contains(&page))
        };
        self.visits.iter().find(fits).map(|visit| visit.at)
    }

    /// Pages and how often each was got; visits without one are counted under an empty page.
    pub(crate) fn pages(&self, from: Duration, to: Duration) -> BTreeMap<String, usize> {
        let mut pages = BTreeMap::new();
        for visit in self.visits.iter().filter(|visit| visit.at >= from && visit.at < to) {
            *pages.entry(visit.page.clone().unwrap_or_default()).or_default() += 1;
        }
        pages
    }

    /// Longest time between two visits that got a page.
    pub(crate) fn longest_gap(&self, from: Duration, to: Duration) -> Duration {
        let served = self
            .visits
            .iter()
            .filter(|visit| visit.page.is_some() && visit.at >= from && visit.at < to);
        let mut moments: Vec<Duration> =
            std::iter::once(from).chain(served.map(|visit| visit.at)).collect();
        moments.push(to);
        moments.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
    }

    /// How long two machines answered for the address at the same time: from the newcomer's first answer to the
    /// last of the one before.
    pub(crate) fn overlap(&self, from: Duration, to: Duration) -> Duration {
        let within: Vec<&Answer> =
            self.answers.iter().filter(|answer| answer.at >= from && answer.at < to).collect();
        let mut longest = Duration::ZERO;
        for change in within.windows(2).filter(|pair| pair[0].host != pair[1].host) {
            let (old, new) = (change[0].host, change[1]);
            let again = within.iter().filter(|answer| answer.host == old && answer.at > new.at);
            // A later return of the old owner is no overlap.
            let last = again.map(|answer| answer.at).take_while(|at| *at < new.at + SILENCE).last();
            longest = longest.max(last.map_or(Duration::ZERO, |last| last - new.at));
        }
        longest
    }

    /// Changes only, one a line: what people read first when a scenario fails.
    pub(crate) fn timeline(&self) -> String {
        let mut lines: Vec<(Duration, String)> = Vec::new();
        let mut before: Option<Answer> = None;
        for answer in &self.answers {
            match before {
                Some(last) if last.host == answer.host && answer.at - last.at < SILENCE => {}
                Some(last) if answer.at - last.at >= SILENCE => {
                    lines.push((last.at, "nobody answers for the address".to_owned()));
                    lines.push((answer.at, format!("{} answers for the address", answer.host)));
                }
                _ => lines.push((answer.at, format!("{} answers for the address", answer.host))),
            }
            before = Some(*answer);
        }
        if let Some(last) = before {
            lines.push((last.at, "the last answer".to_owned()));
        }
        let mut set: Vec<&str> = Vec::new();
        for chunk in self.visits.chunks(10) {
            // Ten visits together, because real servers alternate.
            let mut pages: Vec<&str> =
                chunk.iter().map(|visit| visit.page.as_deref().unwrap_or("nothing")).collect();
            pages.sort_unstable();
            pages.dedup();
            if pages != set {
                lines.push((chunk[0].at, format!("visitors get {}", pages.join(", "))));
                set = pages;
            }
        }
        lines.sort();
        lines.iter().fold(String::new(), |mut text, (at, what)| {
            let _ = writeln!(text, "{:10.3}  {what}", at.as_secs_f64());
            text
        })
    }
}

/// The timeline of the watch that ended last.
pub(super) fn last_timeline() -> String {
    LAST.lock().unwrap().clone()
}
