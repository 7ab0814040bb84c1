//! Telling the neighbours who has an address.

use super::*;
use crate::run::net::frames::announcement;

impl Worker {
    /// A master's neighbours may know other owners of addresses that a reload brought, or that somebody
    /// took away.
    pub(super) fn announce_added(&mut self, added: &HashSet<LinkAddress>) {
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
            self.announcements.announce_only(index, numbers, now);
        }
    }

    /// Sends a slice of the announcements; true if some are left that are due.
    pub(super) fn announce(&mut self) -> bool {
        let (due, has_more) = self.announcements.due(Instant::now(), MOST_FRAMES);
        for (index, number) in due {
            self.announce_one(index, number);
        }
        has_more
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
        if self.announcements.take_news(index) {
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
