//! What operators order: drain, disable, another weight; maintenance files.

use serde::{Deserialize, Serialize};

use super::{BTreeSet, DestinationKey, Instant, Monitor, Order};

/// An order with its reason and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// The order.
    pub order: Order,
    /// Why, in the operator's words.
    pub reason: String,
    /// When it ends by itself.
    pub expires: Option<Instant>,
}

/// Whom an order is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The service's id; `None` means every service that the server is in.
    pub service: Option<String>,
    /// The server: `10.0.0.29:80`, or `10.0.0.29` for every port.
    pub server: String,
}

impl Target {
    fn means(&self, service: &str, server: &DestinationKey) -> bool {
        self.service.as_ref().is_none_or(|wanted| wanted == service)
            && (self.server == server.to_string() || self.server == server.address.to_string())
    }
}

impl Monitor {
    /// Gives an order, or takes it back with `None`; returns the servers that it is about.
    pub fn order(
        &mut self,
        target: &Target,
        order: Option<&Ordered>,
        now: Instant,
    ) -> Vec<DestinationKey> {
        self.change(now, |id, key, state| {
            let is_meant = target.means(id, key);
            if is_meant {
                state.order = order.cloned();
            }
            is_meant
        })
    }

    /// Gives an order that stands to the servers that the present configuration has added. The others
    /// have what was ordered for them since.
    pub fn order_added(&mut self, target: &Target, order: &Ordered, now: Instant) {
        self.change(now, |id, key, state| {
            let is_meant = state.is_added && target.means(id, key);
            if is_meant {
                state.order = Some(order.clone());
            }
            is_meant
        });
    }

    /// The names of the files in the maintenance directory: `10.0.0.29` or `10.0.0.29:80`.
    pub fn set_maintenance(&mut self, names: BTreeSet<String>, now: Instant) {
        if names == self.maintenance {
            return;
        }
        self.change(now, |_, key, state| {
            let is_listed =
                names.contains(&key.to_string()) || names.contains(&key.address.to_string());
            let is_changed = is_listed != state.in_maintenance;
            state.in_maintenance = is_listed;
            is_changed
        });
        self.maintenance = names;
    }

    pub(super) fn expire_orders(&mut self, now: Instant) {
        self.change(now, |_, _, state| {
            let is_over =
                state.order.as_ref().and_then(|order| order.expires).is_some_and(|at| at <= now);
            if is_over {
                state.order = None;
            }
            is_over
        });
    }

    /// Notes when the next order ends.
    pub(super) fn count_down(&mut self) {
        let states = self.services.iter().flat_map(|service| &service.members);
        self.expiry = states.filter_map(|state| state.order.as_ref()?.expires).min();
    }

    /// Lets `edit` change servers; services in which it did are judged anew.
    fn change(
        &mut self,
        now: Instant,
        mut edit: impl FnMut(&str, &DestinationKey, &mut super::State) -> bool,
    ) -> Vec<DestinationKey> {
        let mut changed = Vec::new();
        let mut services = BTreeSet::new();
        for (place, watched) in self.services.iter_mut().enumerate() {
            let port = watched.plan.port();
            for (plan, state) in watched.plan.members.iter().zip(&mut watched.members) {
                let key = plan.key(port);
                if edit(&watched.plan.id, &key, state) {
                    changed.push(key);
                    services.insert(place);
                }
            }
        }
        self.is_changed |= !changed.is_empty();
        for service in services {
            self.settle(service, now);
        }
        self.count_down();
        changed
    }
}
