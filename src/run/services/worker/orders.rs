//! Orders of operators outlive the daemon: they stand in a file beside the memory of its services.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::run::health::monitor::{Ordered, Target};
use crate::run::health::pool::Order;

/// The orders that hold, the older first: a later one may be about a part of an earlier one's servers.
#[derive(Debug, Default)]
pub(super) struct Orders {
    orders: Vec<(Target, Ordered)>,
    file: Option<PathBuf>,
}

/// An order in the file. Its end is a time of the calendar, since the clock of the process ends with it.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    target: Target,
    order: Order,
    reason: String,
    /// Seconds since 1970.
    expires: Option<u64>,
}

impl Orders {
    /// The orders of an earlier life that did not end meanwhile. `memory` is the file beside which theirs is.
    pub(super) fn recall(memory: Option<&Path>, now: Instant) -> Self {
        let Some(file) = memory.map(|memory| memory.with_extension("orders")) else {
            return Self::default();
        };
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    warn!("{}: orders of operators are forgotten: {error}", file.display());
                }
                return Self { orders: Vec::new(), file: Some(file) };
            }
        };
        let remembered: Vec<Remembered> = serde_json::from_str(&text).unwrap_or_else(|error| {
            warn!("{}: orders of operators are forgotten: {error}", file.display());
            Vec::new()
        });
        let today = since_1970();
        let orders =
            remembered.into_iter().filter_map(|Remembered { target, order, reason, expires }| {
                let expires = match expires.map(Duration::from_secs) {
                    None => None,
                    Some(end) => Some(now.checked_add(end.checked_sub(today)?)?),
                };
                Some((target, Ordered { order, reason, expires }))
            });
        Self { orders: orders.collect(), file: Some(file) }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Target, Ordered)> {
        self.orders.iter()
    }

    /// Those that have not ended.
    pub(super) fn standing(&self, now: Instant) -> impl Iterator<Item = &(Target, Ordered)> {
        self.iter().filter(move |(_, order)| order.expires.is_none_or(|end| end > now))
    }

    /// Notes a new order, or that those about the same servers are taken back.
    pub(super) fn note(&mut self, target: Target, order: Option<Ordered>, now: Instant) {
        self.orders.retain(|(known, ordered)| {
            !covers(&target, known) && ordered.expires.is_none_or(|end| end > now)
        });
        self.orders.extend(order.map(|order| (target, order)));
        if let Some(file) = &self.file
            && let Err(error) = self.write(file, now)
        {
            warn!("{}: orders end with the daemon: {error}", file.display());
        }
    }

    fn write(&self, file: &Path, now: Instant) -> io::Result<()> {
        let today = since_1970();
        let remembered: Vec<Remembered> = self
            .orders
            .iter()
            .map(|(target, order)| Remembered {
                target: target.clone(),
                order: order.order,
                reason: order.reason.clone(),
                expires: order
                    .expires
                    .map(|end| (today + end.saturating_duration_since(now)).as_secs()),
            })
            .collect();
        let beside = file.with_extension("new-orders");
        fs::write(&beside, serde_json::to_string(&remembered)?)?;
        fs::rename(beside, file)
    }
}

/// Whether an order for `one` replaces what was ordered for `other`.
fn covers(one: &Target, other: &Target) -> bool {
    let is_of_service = one.service.is_none() || one.service == other.service;
    // `10.0.0.29` is about every port of that server.
    let is_host = one.server.parse::<std::net::IpAddr>().is_ok();
    let other_host = other.server.parse::<std::net::SocketAddr>().map(|at| at.ip().to_string());
    let is_part = is_host && other_host.is_ok_and(|host| host == one.server);
    is_of_service && (one.server == other.server || is_part)
}

fn since_1970() -> Duration {
    // A clock before 1970 makes every end a time to come.
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(server: &str) -> Target {
        Target { service: None, server: server.to_owned() }
    }

    fn ordered(order: Order, expires: Option<Instant>) -> Option<Ordered> {
        Some(Ordered { order, reason: "work on it".to_owned(), expires })
    }

    #[test]
    fn orders_are_remembered_until_they_end_or_are_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let memory = folder.path().join("ipvs.services");
        let now = Instant::now();
        let mut orders = Orders::recall(Some(&memory), now);
        let hour = now + Duration::from_secs(3600);
        orders.note(target("10.0.0.29:80"), ordered(Order::Drain, Some(hour)), now);
        orders.note(target("10.0.0.29:81"), ordered(Order::Disable, Some(now)), now);
        orders.note(target("10.0.0.30:80"), ordered(Order::Weight(7), None), now);

        let recalled = Orders::recall(Some(&memory), now);
        let all: Vec<_> =
            recalled.iter().map(|(to, order)| (to.server.as_str(), order.order)).collect();
        assert_eq!(all, [("10.0.0.29:80", Order::Drain), ("10.0.0.30:80", Order::Weight(7))]);
        let left = recalled.orders[0].1.expires.unwrap().duration_since(now);
        assert!((3590..=3600).contains(&left.as_secs()), "{left:?}");

        orders.note(target("10.0.0.29"), None, now);
        let recalled = Orders::recall(Some(&memory), now);
        assert_eq!(recalled.orders.len(), 1, "an address is every port of it");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let memory = folder.path().join("ipvs.services");
        fs::write(folder.path().join("ipvs.orders"), "[{]").unwrap();
        assert_eq!(Orders::recall(Some(&memory), Instant::now()).iter().count(), 0);
    }
}
