//! The kernel's addresses, routes and rules: from what is there to what is to be there, slice by slice.

use super::*;

impl Worker {
    /// Changes a slice of the kernel's objects; true if some are left.
    pub(super) fn change_objects(&mut self) -> bool {
        if std::mem::take(&mut self.is_dirty) {
            self.plan_objects();
        }
        let steps = self.changes.next_slice(BATCH);
        if steps.is_empty() {
            return false;
        }
        let refused = match self.apply(&steps) {
            Ok(refused) => refused,
            Err(error) => {
                self.check_reading("addresses and routes", Err(error));
                self.changes.put_back(steps);
                return false;
            }
        };
        let mut added = HashSet::new();
        for (place, step) in (0..).zip(steps) {
            self.changes.answered(&step);
            let why = refused.iter().find(|(refused, _)| *refused == place);
            if let Some((_, error)) = why {
                let object = step.object().clone();
                self.reporter.tell(Report::ObjectRefused { object, why: error.to_string() });
                continue;
            }
            match step {
                Step::Add(object) => {
                    if let Object::Address(address) = &object {
                        added.insert(address.clone());
                        self.owned.put(address.clone());
                    }
                    self.kernel.insert(object);
                }
                Step::Remove(object) => self.kernel.remove(&object),
            }
        }
        self.announce_added(&added);
        self.changes.is_ready()
    }

    /// Sends steps to the kernel, with what the plan says about each address.
    pub(super) fn apply(&mut self, steps: &[Step]) -> io::Result<Vec<(usize, io::Error)>> {
        let details = |wanted: &LinkAddress| {
            let planned = self.plan.routers.iter().flat_map(|router| &router.addresses);
            planned
                .chain(&self.plan.fixed.addresses)
                .find(|planned| planned.address == wanted.address)
                .map(|planned| planned.details.clone())
                .unwrap_or_default()
        };
        let link = |name: &str| self.kernel.link(name).map(|link| link.index);
        let is_replaced = |route: &Route| self.kernel.is_outdated(route);
        self.netlink.change_objects(steps, details, link, is_replaced)
    }

    /// From what is in the kernel to what is to be there.
    fn plan_objects(&mut self) {
        let mut moving = BTreeSet::new();
        let mut desired = BTreeSet::new();
        let is_possible = |object: &Object| self.is_possible(object);
        for (router, machine) in self.plan.routers.iter().zip(self.director.machines()) {
            let holds = machine.state() == State::Master || machine.is_adopting();
            for object in self.objects_of(router) {
                if holds && is_possible(&object) && !self.is_given_and_there(&object) {
                    desired.insert(object.clone());
                }
                // It comes back when it is gone, but is never taken away.
                if !self.is_given(&object) {
                    moving.insert(object);
                }
            }
        }
        let put = self.owned.all_put().cloned().map(Object::Address);
        let mut others: BTreeSet<Object> = put.collect();
        for object in self.fixed_objects() {
            if !self.is_ending && is_possible(&object) {
                desired.insert(object.clone());
            }
            others.insert(object);
        }
        let mut actual = self.found(&moving);
        actual.extend(self.kernel.present(&others));
        // One that an older plan wanted otherwise is not yet what is desired, but goes with its router.
        let is_outdated = |object: &&Object| match object {
            Object::Route(route) => self.kernel.is_outdated(route),
            Object::Address(_) | Object::Rule(_) => false,
        };
        let known = moving.iter().chain(&others).filter(|object| !desired.contains(*object));
        actual.extend(known.filter(is_outdated).cloned());
        self.changes.plan(actual, &desired);
    }

    /// The kernel makes no route over a link that is down. When the link is back it is tried again.
    fn is_possible(&self, object: &Object) -> bool {
        let Object::Route(route) = object else { return true };
        route.links().all(|name| self.kernel.link(name).is_some_and(|link| link.is_running))
    }

    /// Reads the kernel's objects anew: events told that some are gone, or were lost.
    pub(super) fn reread(&mut self) {
        let result = self.kernel.refresh(&mut self.netlink);
        let is_read = result.is_ok();
        self.check_reading("reading links, addresses and routes", result);
        if !is_read {
            return;
        }
        self.rereading.succeeded();
        self.owned.forget_gone(&self.kernel);
        let is_settled = self.changes.is_empty() && !self.is_dirty;
        self.plan_objects();
        let lost: Vec<Object> = self
            .changes
            .left()
            .filter_map(|step| match step {
                Step::Add(object) if is_settled => Some(object.clone()),
                Step::Add(_) | Step::Remove(_) => None,
            })
            .collect();
        for object in lost {
            self.reporter.tell(Report::ObjectRepaired { object });
        }
    }
}
