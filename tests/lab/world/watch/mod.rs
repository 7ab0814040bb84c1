//! Continuous observation from the client: who answers for the address, and what a visitor gets.

mod neighbour;
mod packets;
mod record;
mod requests;

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{network, until};
use crate::inventory::{CLIENT, Host};
pub(crate) use record::{Answer, Record, Visit};

/// The owner of the address is asked for this often.
pub(super) const PERIOD: Duration = Duration::from_millis(10);
/// For the artefacts of a scenario whose watch is gone when it has failed.
static LAST: Mutex<String> = Mutex::new(String::new());

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

/// The timeline of the watch that ended last.
pub(super) fn last_timeline() -> String {
    LAST.lock().unwrap().clone()
}
