//! What the observers of an address wrote down, and what can be read from it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::inventory::Host;

/// An owner that has not answered for so long answers no more. Ten questions: emulation may hold one up.
const SILENCE: Duration = Duration::from_millis(100);

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

impl Record {
    pub(crate) fn first_answer(&self, host: Host, since: Duration) -> Option<Duration> {
        // Asked for fifty times a second, with minutes of answers behind it.
        let later = self.answers.partition_point(|answer| answer.at < since);
        let mut later = self.answers.iter().skip(later);
        later.find(|answer| answer.host == host).map(|answer| answer.at)
    }

    pub(crate) fn first_page(&self, wanted: &[&str], since: Duration) -> Option<Duration> {
        let later = self.visits.partition_point(|visit| visit.at < since);
        let fits =
            |visit: &&Visit| visit.page.as_deref().is_some_and(|page| wanted.contains(&page));
        self.visits.iter().skip(later).find(fits).map(|visit| visit.at)
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
