//! What the two threads tell each other.

use std::io;
use std::net::IpAddr;

use tokio::sync::{mpsc, oneshot};

use super::Plan;
use crate::run::control::Status;
use crate::run::net::objects::Object;
use crate::run::vrrp::{Notice, Observation, Reason, Stance, State, Transition};

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
    /// Do something else from now on.
    Reload {
        /// What.
        plan: Box<Plan>,
        /// Told when it is done.
        done: oneshot::Sender<()>,
    },
    /// An operator wants something of routers.
    Stance {
        /// What.
        stance: Stance,
        /// Their numbers.
        routers: Vec<usize>,
    },
    /// Tell how things stand.
    Status(oneshot::Sender<Status>),
    /// Give up all addresses and end.
    Stop,
}

/// The worker's end of the channel of reports.
#[derive(Debug)]
pub(super) struct Reporter {
    sender: mpsc::Sender<Report>,
    lost: u64,
}

impl Reporter {
    pub(super) fn new(sender: mpsc::Sender<Report>) -> Self {
        Self { sender, lost: 0 }
    }

    /// Never waits: who does not keep up with the reports loses some.
    pub(super) fn tell(&mut self, report: Report) {
        if self.sender.try_send(report).is_err() {
            self.lost += 1;
        }
    }

    /// Tells that something failed, if it did.
    pub(super) fn check(&mut self, what: &str, result: io::Result<()>) {
        if let Err(error) = result {
            self.tell(Report::Failed { what: what.to_owned(), why: error.to_string() });
        }
    }
}

/// Reports that wait for the supervisor: a thousand routers that change at once, and some.
pub(super) const REPORTS: usize = 8192;
