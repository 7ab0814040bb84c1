//! Objects that the kernel refused, and when they are tried again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::super::{DaemonRole, DestinationKey, ServiceKey, Step, Table};

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Object {
    Daemon(DaemonRole),
    Destination(ServiceKey, DestinationKey),
    Service(ServiceKey),
    Timeouts,
}

impl Object {
    pub(super) fn of(step: &Step) -> Self {
        match *step {
            Step::AddDestination(service, key, _)
            | Step::DeleteDestination(service, key)
            | Step::EditDestination(service, key, _) => Self::Destination(service, key),
            Step::AddService(key, _) | Step::DeleteService(key) | Step::EditService(key, _) => {
                Self::Service(key)
            }
            Step::SetTimeouts(_) => Self::Timeouts,
            Step::StartDaemon(role, _) | Step::StopDaemon(role) => Self::Daemon(role),
        }
    }

    /// Whether two tables say the same about it.
    pub(super) fn is_equal_in(&self, one: &Table, other: &Table) -> bool {
        let settings = |table: &Table, key| table.services.get(key).map(|s| s.settings.clone());
        let destination = |table: &Table, service, key| {
            table.services.get(service).and_then(|s| s.destinations.get(key).copied())
        };
        match self {
            Self::Daemon(role) => one.daemons.get(role) == other.daemons.get(role),
            Self::Destination(service, key) => {
                destination(one, service, key) == destination(other, service, key)
            }
            Self::Service(key) => settings(one, key) == settings(other, key),
            Self::Timeouts => one.timeouts == other.timeouts,
        }
    }
}

/// The refused objects.
#[derive(Debug, Default)]
pub(super) struct Holds {
    by_object: BTreeMap<Object, Hold>,
}

#[derive(Debug)]
struct Hold {
    until: Instant,
    /// Refusals in a row.
    count: u32,
}

impl Holds {
    /// Holds an object back; returns for how long. Each refusal in a row doubles the time.
    pub(super) fn hold(&mut self, object: Object, now: Instant) -> Duration {
        let count = self.by_object.get(&object).map_or(0, |hold| hold.count);
        let wait = back_off(count);
        self.by_object.insert(object, Hold { until: now + wait, count: count.saturating_add(1) });
        wait
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_object.is_empty()
    }

    /// Forgets an object; whether it was held.
    pub(super) fn release(&mut self, object: &Object) -> bool {
        self.by_object.remove(object).is_some()
    }

    /// Forgets all objects that `keep` does not want to keep.
    pub(super) fn retain(&mut self, keep: impl Fn(&Object) -> bool) {
        self.by_object.retain(|object, _| keep(object));
    }

    /// Whether a step has to wait: for itself, or for a service that `known` lacks. One that is there has
    /// only kept other settings than wanted, and its dead servers must not stay with them.
    pub(super) fn is_held(&self, step: &Step, known: &Table, now: Instant) -> bool {
        let waits =
            |object: &Object| self.by_object.get(object).is_some_and(|hold| hold.until > now);
        let missing = step.service().filter(|key| !known.services.contains_key(key));
        waits(&Object::of(step)) || missing.is_some_and(|key| waits(&Object::Service(key)))
    }

    pub(super) fn next_deadline(&self, known: Option<&Table>) -> Option<Instant> {
        let is_known = |key| known.is_some_and(|table| table.services.contains_key(key));
        let due = self.by_object.iter().map(|(object, hold)| match object {
            // Before its service there is nothing to try, and a deadline that has passed never rests.
            Object::Destination(service, _) if !is_known(service) => {
                let service = self.by_object.get(&Object::Service(*service));
                service.map_or(hold.until, |service| hold.until.max(service.until))
            }
            Object::Daemon(_) | Object::Destination(..) | Object::Service(_) | Object::Timeouts => {
                hold.until
            }
        });
        due.min()
    }
}

/// 1 s, doubled with each failure in a row, at most a minute.
pub(super) fn back_off(failures: u32) -> Duration {
    Duration::from_secs(1_u64.checked_shl(failures).unwrap_or(u64::MAX).clamp(1, LONGEST))
}

/// Seconds.
const LONGEST: u64 = 60;
