//! What the two threads tell each other.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::Plan;
use crate::run::control::Status;
use crate::run::net::objects::Object;
use crate::run::vrrp::{Cause, Notice, Observation, Reason, Stance, State, Transition};

/// What the worker tells: for the log, for hooks, for whoever follows a role.
#[derive(Clone, Debug)]
pub enum Report {
    /// The announcement of a router's addresses began.
    Announced {
        /// Name of the router.
        router: String,
        /// How many addresses.
        count: usize,
    },
    /// A packet for no router here was discarded.
    Discarded {
        /// Who sent it.
        source: IpAddr,
        /// Why.
        reason: Reason,
        /// Packets discarded for this reason since the last report of one.
        omitted: u64,
    },
    /// A sync group changed as a whole.
    GroupChanged {
        /// Its name.
        group: String,
        /// Its new state.
        state: State,
    },
    /// Something else went wrong.
    Failed {
        /// What was tried.
        what: String,
        /// Why it failed.
        why: String,
    },
    /// A router is about to give up: its resources are to be stopped first.
    Leaving {
        /// Name of the router.
        router: String,
        /// Why.
        cause: Cause,
    },
    /// Reports that nobody acts on were dropped: the log did not keep up.
    Lost {
        /// How many.
        count: u64,
    },
    /// Something worth knowing about a router.
    Noticed {
        /// Name of the router.
        router: String,
        /// What.
        notice: Notice,
    },
    /// The kernel refused to add or to remove something.
    ObjectRefused {
        /// What.
        object: Object,
        /// Why, in the kernel's words.
        why: String,
    },
    /// Something was no longer there although it should, and was put back.
    ObjectRepaired {
        /// What.
        object: Object,
    },
    /// Nothing is heard on a path, while something is on another.
    PathLost {
        /// Its interface.
        interface: String,
        /// Why.
        why: String,
    },
    /// A path that was lost works again.
    PathFound {
        /// Its interface.
        interface: String,
    },
    /// A router's priority changed.
    PriorityChanged {
        /// Name of the router.
        router: String,
        /// Before.
        from: u8,
        /// Now.
        to: u8,
    },
    /// What was told before is of the old plan, what comes of the new one.
    Reloaded,
    /// An advertisement came by unicast from somebody whom a router does not know, and counts.
    Stranger {
        /// Name of the router.
        router: String,
        /// Who sent it.
        source: IpAddr,
    },
    /// A router's state changed.
    Transition {
        /// Name of the router.
        router: String,
        /// How, and why.
        transition: Transition,
    },
    /// Addresses that an earlier life of the daemon left are removed: another director is master.
    Withdrawn {
        /// Name of the router.
        router: String,
        /// Its priority, for hooks.
        priority: u8,
    },
}

/// What the worker is told.
#[derive(Debug)]
pub enum Order {
    /// Something was observed.
    Observe {
        /// Number of the source in the plan.
        source: usize,
        /// What.
        observation: Observation,
    },
    /// Give routers up that the next plan does not have, as soon as none of their resources runs.
    Leave {
        /// Their names.
        routers: Vec<String>,
        /// Told when they have; gone when somebody else is to be told.
        done: oneshot::Sender<()>,
    },
    /// Do something else from now on.
    Reload {
        /// What.
        plan: Box<Plan>,
        /// Told when it is done.
        done: oneshot::Sender<()>,
    },
    /// Something became of a router's resources.
    Resources {
        /// Name of the router. Numbers are others after a reload, and who runs resources may be busy then.
        router: String,
        /// What.
        news: ResourceNews,
    },
    /// An operator wants something of routers.
    Stance {
        /// What.
        stance: Stance,
        /// Their names. Numbers would be another's after a reload.
        routers: Vec<String>,
        /// Told which of them there are.
        done: oneshot::Sender<Vec<String>>,
    },
    /// Tell how things stand.
    Status(oneshot::Sender<Status>),
    /// Give up all addresses, where resources run when they are stopped, and end. The second time at once.
    Stop,
}

/// What became of a router's resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceNews {
    /// They can be started, as far as is known.
    Able,
    /// One of them does not start.
    Failed,
    /// None runs any more.
    Stopped,
}

impl Report {
    /// Whether others act on it: scripts, resources, services. They are as few as the routers' changes.
    fn is_acted_on(&self) -> bool {
        match self {
            Self::GroupChanged { .. }
            | Self::Leaving { .. }
            | Self::PriorityChanged { .. }
            | Self::Reloaded
            | Self::Transition { .. }
            | Self::Withdrawn { .. } => true,
            Self::Announced { .. }
            | Self::Discarded { .. }
            | Self::Failed { .. }
            | Self::Lost { .. }
            | Self::Noticed { .. }
            | Self::ObjectRefused { .. }
            | Self::ObjectRepaired { .. }
            | Self::PathFound { .. }
            | Self::PathLost { .. }
            | Self::Stranger { .. } => false,
        }
    }
}

/// Both ends of the channel of reports.
pub(super) fn channel() -> (Reporter, Reports) {
    let (changes, changes_received) = mpsc::unbounded_channel();
    let (others, others_received) = mpsc::channel(REPORTS);
    let discards = [Omitted::default(); Reason::NAMES.len()];
    let reporter = Reporter { changes, others, lost: 0, discards, unsent: HashMap::new() };
    (reporter, Reports { changes: changes_received, others: others_received })
}

/// The supervisor's end.
#[derive(Debug)]
pub(super) struct Reports {
    changes: mpsc::UnboundedReceiver<Report>,
    others: mpsc::Receiver<Report>,
}

impl Reports {
    /// The next one; `None` when the worker is gone and everything was taken.
    pub(super) async fn next(&mut self) -> Option<Report> {
        tokio::select! {
            biased;
            Some(report) = self.changes.recv() => Some(report),
            Some(report) = self.others.recv() => Some(report),
            else => None,
        }
    }

    /// The next change of the plan before a reload that the worker has made already; takes the mark
    /// behind the last one, too.
    pub(super) fn next_of_old_plan(&mut self) -> Option<Report> {
        self.changes.try_recv().ok().filter(|report| !matches!(report, Report::Reloaded))
    }
}

/// The worker's end.
#[derive(Debug)]
pub(super) struct Reporter {
    /// Without a limit: a script or a service that misses one is wrong for good.
    changes: mpsc::UnboundedSender<Report>,
    others: mpsc::Sender<Report>,
    /// Since there was room last.
    lost: u64,
    /// By reason.
    discards: [Omitted; Reason::NAMES.len()],
    /// By what could not be sent, and why.
    unsent: HashMap<(String, String), Omitted>,
}

/// When something was told, and how often it happened since.
#[derive(Clone, Copy, Debug, Default)]
struct Omitted {
    told: Option<Instant>,
    omitted: u64,
}

impl Omitted {
    /// How often it happened in silence, when it is time to tell it again.
    fn news(&mut self, now: Instant) -> Option<u64> {
        if self.told.is_some_and(|told| now.duration_since(told) < QUIET) {
            self.omitted += 1;
            return None;
        }
        let omitted = self.omitted;
        *self = Self { told: Some(now), omitted: 0 };
        Some(omitted)
    }
}

impl Reporter {
    /// Never waits: who does not keep up loses reports that nobody acts on.
    pub(super) fn tell(&mut self, report: Report) {
        if report.is_acted_on() {
            // The supervisor ends after the worker.
            let _ = self.changes.send(report);
            return;
        }
        let count = self.lost;
        if count > 0 && self.others.try_send(Report::Lost { count }).is_ok() {
            self.lost = 0;
        }
        if self.others.try_send(report).is_err() {
            self.lost += 1;
        }
    }

    /// Tells of a packet for no router here: anybody on the link can send as many as he likes (A69).
    pub(super) fn discarded(&mut self, source: IpAddr, reason: Reason, now: Instant) {
        let Some(discards) = self.discards.get_mut(reason.index()) else { return };
        let Some(omitted) = discards.news(now) else { return };
        self.tell(Report::Discarded { source, reason, omitted });
    }

    /// Tells of a packet that could not be sent: what hinders one hinders all, up to a hundred a second of
    /// each router.
    pub(super) fn unsent(&mut self, what: String, why: &io::Error, now: Instant) {
        // Routers and interfaces that a reload brought under other names, for days.
        if self.unsent.len() >= MOST_UNSENT {
            self.unsent.clear();
        }
        let key = (what, why.to_string());
        let Some(omitted) = self.unsent.entry(key.clone()).or_default().news(now) else { return };
        let (what, why) = key;
        let why = match omitted {
            0 => why,
            _ => format!("{why} ({omitted} more since the last line)"),
        };
        self.tell(Report::Failed { what, why });
    }

    /// Tells that something failed, if it did.
    pub(super) fn check(&mut self, what: &str, result: io::Result<()>) {
        if let Err(error) = result {
            self.tell(Report::Failed { what: what.to_owned(), why: error.to_string() });
        }
    }
}

/// Reports that wait for the supervisor: a thousand routers that change at once, and some.
const REPORTS: usize = 8192;

/// Reasons that are remembered with what could not be sent for them: more than there are routers.
const MOST_UNSENT: usize = 200_000;

/// Lines about packets that were discarded, or could not be sent, for one reason are at least this far apart.
const QUIET: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn changes_are_told_however_much_else_there_is_to_tell() {
        let (mut reporter, mut reports) = channel();
        for _ in 0..=REPORTS {
            reporter.tell(Report::Failed { what: "test".to_owned(), why: "test".to_owned() });
        }
        reporter.tell(Report::GroupChanged { group: "both".to_owned(), state: State::Master });
        drop(reporter);
        let mut changes = 0;
        while let Some(report) = reports.next().await {
            changes += u32::from(matches!(report, Report::GroupChanged { .. }));
        }
        assert_eq!(changes, 1);
    }

    #[tokio::test]
    async fn reports_that_were_lost_are_counted_and_told() {
        let (mut reporter, mut reports) = channel();
        let found = || Report::PathFound { interface: "eth1".to_owned() };
        for _ in 0..REPORTS + 3 {
            reporter.tell(found());
        }
        for _ in 0..REPORTS {
            assert!(matches!(reports.next().await, Some(Report::PathFound { .. })));
        }
        reporter.tell(found());
        assert!(matches!(reports.next().await, Some(Report::Lost { count: 3 })));
        assert!(matches!(reports.next().await, Some(Report::PathFound { .. })));
    }

    #[test]
    fn what_a_reload_brings_is_not_of_the_old_plan() {
        let (mut reporter, mut reports) = channel();
        let changed =
            |group: &str| Report::GroupChanged { group: group.to_owned(), state: State::Master };
        for report in [changed("old"), Report::Reloaded, changed("new")] {
            reporter.tell(report);
        }
        let mut group = || match reports.next_of_old_plan()? {
            Report::GroupChanged { group, .. } => Some(group),
            other => panic!("{other:?}"),
        };
        assert_eq!([group().as_deref(), group().as_deref()], [Some("old"), None]);
        assert_eq!(group().as_deref(), Some("new"), "for the loop that follows");
    }

    #[test]
    fn packets_that_are_discarded_are_told_once_a_minute_for_each_reason() {
        let (mut reporter, mut reports) = channel();
        let source = IpAddr::from([10, 0, 0, 9]);
        let now = Instant::now();
        for _ in 0..10 {
            reporter.discarded(source, Reason::Checksum, now);
        }
        reporter.discarded(source, Reason::Truncated, now);
        reporter.discarded(source, Reason::Checksum, now + QUIET);
        let told: Vec<(Reason, u64)> = std::iter::from_fn(|| reports.others.try_recv().ok())
            .filter_map(|report| match report {
                Report::Discarded { reason, omitted, .. } => Some((reason, omitted)),
                _ => None,
            })
            .collect();
        let expected = [(Reason::Checksum, 0), (Reason::Truncated, 0), (Reason::Checksum, 9)];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_cannot_be_sent_is_told_on_a_change_and_once_a_minute() {
        let (mut reporter, mut reports) = channel();
        let now = Instant::now();
        let mut fail = |what: &str, code, now| {
            reporter.unsent(what.to_owned(), &io::Error::from_raw_os_error(code), now);
        };
        for _ in 0..10 {
            fail("(VI_1) advertisement", libc::EPERM, now);
            fail("(VI_2) advertisement", libc::EPERM, now);
        }
        fail("(VI_1) advertisement", libc::ENOBUFS, now);
        fail("(VI_1) advertisement", libc::EPERM, now + QUIET);
        let told: Vec<String> = std::iter::from_fn(|| reports.others.try_recv().ok())
            .filter_map(|report| match report {
                Report::Failed { what, why } => Some(format!("{what}: {why}")),
                _ => None,
            })
            .collect();
        let [first, second, other, again] = told.as_slice() else { panic!("{told:?}") };
        assert!(first.starts_with("(VI_1)") && second.starts_with("(VI_2)"), "{told:?}");
        assert!(other.contains("buffer"), "{other}");
        assert!(again.ends_with("(9 more since the last line)"), "{again}");
    }
}
