//! What can wait a little: addresses and routes in the kernel, and telling the neighbours.

use super::*;
use crate::run::net::frames::announcement;

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

    /// A master's neighbours may know other owners of addresses that a reload brought, or that somebody
    /// took away.
    fn announce_added(&mut self, added: &HashSet<LinkAddress>) {
        if added.is_empty() {
            return;
        }
        let now = Instant::now();
        // Of a thousand routers few have one of these: their links need not be looked for.
        let known: HashSet<IpAddr> = added.iter().map(|added| added.address).collect();
        for index in 0..self.plan.routers.len() {
            let state = self.director.machine(index).map(Machine::state);
            let router = self.plan.routers.get(index).filter(|_| state == Some(State::Master));
            let Some(router) = router else { continue };
            let is_added = |planned: &PlannedAddress| {
                known.contains(&planned.address)
                    && self.place(router, planned).is_some_and(|place| added.contains(&place))
            };
            let numbers = (0..).zip(&router.addresses).filter(|(_, planned)| is_added(planned));
            let numbers: Vec<usize> = numbers.map(|(number, _)| number).collect();
            if let Some(announcer) = self.announcers.get_mut(index).filter(|_| !numbers.is_empty())
            {
                announcer.announce_only(numbers, now);
                self.announcing.insert(index);
            }
        }
    }

    /// Announcers that a reload left as they were are asked when they have something to do.
    pub(super) fn resume_announcements(&mut self) {
        let now = Instant::now();
        let open = (0..).zip(&self.announcers).filter(|(_, a)| a.next_deadline(now).is_some());
        self.announcing = open.map(|(index, _)| index).collect();
    }

    /// Sends a slice of the announcements; true if some are left that are due.
    pub(super) fn announce(&mut self) -> bool {
        let now = Instant::now();
        let mut budget = MOST_FRAMES;
        let open: Vec<RouterIndex> = self.announcing.iter().copied().collect();
        for index in open {
            while budget > 0 {
                let due = self.announcers.get_mut(index).and_then(|a| a.poll(now));
                let Some(number) = due else { break };
                budget -= 1;
                self.announce_one(index, number);
            }
            if budget == 0 {
                return true;
            }
            let is_done = self.announcers.get(index).is_none_or(|a| a.next_deadline(now).is_none());
            if is_done {
                self.announcing.remove(&index);
            }
        }
        false
    }

    fn announce_one(&mut self, index: RouterIndex, number: usize) {
        let Some(router) = self.plan.routers.get(index) else { return };
        let Some(planned) = router.addresses.get(number) else { return };
        let Some(place) = self.place(router, planned) else { return };
        // One that is not there yet is announced when it is (A82, A91).
        if self.kernel.on(place.link, place.address).next().is_none() {
            return;
        }
        let link = self.kernel.by_index(place.link);
        let Some((link, mac)) = link.and_then(|link| Some((link, link.mac?))) else { return };
        if !link.has_neighbours {
            return;
        }
        if self.to_tell.remove(&index) {
            let (router, count) = (router.settings.name.clone(), router.addresses.len());
            self.reporter.tell(Report::Announced { router, count });
        }
        if let Err(error) = self.frames.send(place.link, &announcement(planned.address, mac)) {
            let what = format!("announcing addresses on {}", link.name);
            self.reporter.unsent(what, &error, Instant::now());
        }
    }
}

/// Announcements in one turn: at 2.5 us each, 0.2 ms.
const MOST_FRAMES: usize = 64;
