//! What can wait a little: addresses in the kernel, and telling the neighbours.

use super::*;
use crate::run::net::frames::announcement;

impl Worker {
    /// Changes a slice of the addresses; true if some are left.
    pub(super) fn change_addresses(&mut self) -> bool {
        if std::mem::take(&mut self.is_dirty) {
            self.plan_addresses();
        }
        if self.pending.is_empty() {
            return false;
        }
        let count = self.pending.len().min(BATCH);
        let steps: Vec<Step> = self.pending.drain(..count).collect();
        let details = |wanted: &LinkAddress| {
            let planned = self.plan.routers.iter().flat_map(|router| &router.addresses);
            planned
                .filter(|planned| planned.address == wanted.address)
                .map(|planned| planned.details.clone())
                .next()
                .unwrap_or_default()
        };
        let refused = match self.netlink.change_addresses(&steps, details) {
            Ok(refused) => refused,
            Err(error) => {
                self.reporter.check("addresses", Err(error));
                return !self.pending.is_empty();
            }
        };
        for (place, step) in (0..).zip(steps) {
            let why = refused.iter().find(|(refused, _)| *refused == place);
            let (Step::Add(address) | Step::Remove(address)) = &step;
            if let Some((_, error)) = why {
                let report =
                    Report::AddressRefused { address: address.clone(), why: error.to_string() };
                self.reporter.tell(report);
                continue;
            }
            match step {
                Step::Add(address) => {
                    self.kernel.insert(address);
                }
                Step::Remove(address) => self.kernel.remove(&address),
            }
        }
        !self.pending.is_empty()
    }

    /// From what is on the links to what is to be there.
    fn plan_addresses(&mut self) {
        let mut movable = BTreeSet::new();
        let mut desired = BTreeSet::new();
        for (router, machine) in self.plan.routers.iter().zip(self.director.machines()) {
            let holds = machine.state() == State::Master || machine.is_adopting();
            for planned in &router.addresses {
                let Some(place) = self.place(router, planned) else { continue };
                if holds {
                    desired.insert(place.clone());
                }
                movable.insert(place);
            }
        }
        let actual = self.kernel.present(&movable);
        self.pending = diff(&actual, &desired).into();
    }

    /// Reads the kernel's addresses anew: events told that some are gone, or were lost.
    pub(super) fn reread(&mut self) {
        let before = std::mem::take(&mut self.kernel);
        match Kernel::read(&mut self.netlink) {
            Ok(kernel) => self.kernel = kernel,
            Err(error) => {
                self.kernel = before;
                self.reporter.check("reading links and addresses", Err(error));
                return;
            }
        }
        let is_settled = self.pending.is_empty() && !self.is_dirty;
        self.plan_addresses();
        let lost: Vec<LinkAddress> = self
            .pending
            .iter()
            .filter_map(|step| match step {
                Step::Add(address) if is_settled => Some(address.clone()),
                Step::Add(_) | Step::Remove(_) => None,
            })
            .collect();
        let now = Instant::now();
        for address in lost {
            // Whoever took it away may have told the neighbours something else.
            let owner = self.plan.routers.iter().position(|router| {
                router.addresses.iter().any(|planned| planned.address == address.address)
            });
            if let Some((index, announcer)) =
                owner.and_then(|index| Some((index, self.announcers.get_mut(index)?)))
            {
                announcer.announce(crate::run::vrrp::Gratuitous::LinkUp, now);
                self.announcing.insert(index);
            }
            self.reporter.tell(Report::AddressRepaired { address });
        }
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
            let what = format!("announcement of {} on {}", planned.address, link.name);
            self.reporter.check(&what, Err(error));
        }
    }
}

/// Announcements in one turn: at 2.5 us each, 0.2 ms.
const MOST_FRAMES: usize = 64;
