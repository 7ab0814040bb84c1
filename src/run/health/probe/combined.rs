//! Plain connections between two negotiations (ldirectord's checktype with a number).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::super::Question;
use super::connect::Connect;
use super::{Asking, Probe, run};

pub(super) struct Combined {
    connects: u32,
    /// Connections until the next negotiation.
    left: AtomicU32,
    /// For one connection.
    limit: Duration,
    connect: Connect,
    negotiate: Arc<dyn Probe>,
}

impl Combined {
    pub(super) fn new(
        connects: u32,
        limit: Duration,
        question: &Question,
        negotiate: Arc<dyn Probe>,
    ) -> Self {
        let (left, connect) = (AtomicU32::new(0), Connect::new(question));
        Self { connects, left, limit, connect, negotiate }
    }
}

impl Probe for Combined {
    fn ask(&self) -> Asking<'_> {
        Box::pin(async {
            // A question is never asked twice at once, so that load and store need not be one step. It
            // starts from 0, so that an answer that does not come in time counts as a failure.
            let left = self.left.swap(0, Ordering::Relaxed);
            let (answer, next) = match left.checked_sub(1) {
                Some(less) => (run(&self.connect, self.limit).await, less),
                None => (self.negotiate.ask().await, self.connects),
            };
            if answer.is_ok() {
                self.left.store(next, Ordering::Relaxed);
            }
            answer
        })
    }
}
