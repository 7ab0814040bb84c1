//! Changes that are told when what belongs to them is there, or gone: scripts and resources want the addresses.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::run::daemon::report::Report;

/// Reports in the order of what happened, each with the time of it.
#[derive(Debug, Default)]
pub(super) struct Untold {
    reports: VecDeque<(Instant, Report)>,
}

impl Untold {
    pub(super) fn push(&mut self, report: Report, now: Instant) {
        self.reports.push_back((now, report));
    }

    /// The next one that is to be told: any, when the kernel has what it should have, and otherwise one that has
    /// waited for long enough.
    pub(super) fn next(&mut self, is_settled: bool, now: Instant) -> Option<Report> {
        let (since, _) = self.reports.front()?;
        if !is_settled && *since + PATIENCE > now {
            return None;
        }
        self.reports.pop_front().map(|(_, report)| report)
    }

    /// When the first one has waited for long enough.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.reports.front().map(|(since, _)| *since + PATIENCE)
    }
}

/// What a kernel that does not answer may cost a service that starts or stops with its address.
const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::vrrp::State;

    fn changed(group: &str) -> Report {
        Report::GroupChanged { group: group.to_owned(), state: State::Master }
    }

    fn told(untold: &mut Untold, is_settled: bool, now: Instant) -> Vec<String> {
        std::iter::from_fn(|| untold.next(is_settled, now))
            .map(|report| match report {
                Report::GroupChanged { group, .. } => group,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn changes_wait_for_what_belongs_to_them_and_not_for_ever() {
        let now = Instant::now();
        let mut untold = Untold::default();
        assert_eq!(untold.next_deadline(), None);
        untold.push(changed("first"), now);
        untold.push(changed("second"), now + PATIENCE / 2);
        assert_eq!(told(&mut untold, false, now), [""; 0]);
        assert_eq!(untold.next_deadline(), Some(now + PATIENCE));
        assert_eq!(told(&mut untold, false, now + PATIENCE), ["first"]);
        untold.push(changed("third"), now + PATIENCE);
        assert_eq!(told(&mut untold, true, now + PATIENCE), ["second", "third"]);
        assert_eq!(untold.next_deadline(), None);
    }
}
