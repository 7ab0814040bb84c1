//! News of the kernel: what of it matters here, and what is done about it.

use super::*;
use crate::run::daemon::plan::SourcePlan;
use crate::run::net::netlink::Event;

/// What a plan depends on. A director that also runs containers has links and addresses that come and go all
/// the time, and each reading takes the kernel a lock that its drivers may hold for long.
#[derive(Debug, Default)]
pub(super) struct Followed {
    links: HashSet<String>,
    addresses: HashSet<IpAddr>,
    /// Whether a route leads over a link that only the kernel knows.
    is_everything: bool,
}

impl Followed {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut followed = Self::default();
        for router in &plan.routers {
            followed.links.insert(router.interface.clone());
            followed.links.extend(router.virtual_link.clone());
            followed.links.extend(router.paths.iter().map(|path| path.interface.clone()));
            followed.addresses.extend(router.source);
            followed.take_addresses(&router.addresses);
            followed.take_routes(&router.routes);
        }
        followed.take_addresses(&plan.fixed.addresses);
        followed.take_routes(&plan.fixed.routes);
        for source in &plan.sources {
            match source {
                SourcePlan::Interface { name, .. } => followed.links.extend([name.clone()]),
                SourcePlan::Paths { interfaces, .. } => {
                    followed.links.extend(interfaces.iter().cloned());
                }
                SourcePlan::File { .. }
                | SourcePlan::Pings { .. }
                | SourcePlan::Process(_)
                | SourcePlan::Resources { .. }
                | SourcePlan::Script(_)
                | SourcePlan::Service { .. } => {}
            }
        }
        followed
    }

    fn take_addresses(&mut self, planned: &[PlannedAddress]) {
        self.addresses.extend(planned.iter().map(|planned| planned.address));
        self.links.extend(planned.iter().filter_map(|planned| planned.interface.clone()));
    }

    /// The kernel takes a route away with its link and with its source address, and says nothing.
    fn take_routes(&mut self, routes: &[Route]) {
        for route in routes {
            self.links.extend(route.links().map(ToOwned::to_owned));
            self.addresses.extend(route.source);
            self.is_everything |= route.hops.iter().any(|hop| hop.link.is_none());
        }
    }

    /// Whether an event is about something of it. `before` is what is known of its link.
    fn concerns(&self, event: &Event, before: Option<&Link>) -> bool {
        let is_known = |name: &str| self.links.contains(name);
        let was_known = || before.is_some_and(|link| is_known(&link.name));
        match event {
            Event::Address(address) | Event::AddressGone(address) => {
                self.is_everything || self.addresses.contains(&address.address) || was_known()
            }
            Event::Link(link) | Event::LinkGone(link) => {
                self.is_everything || is_known(&link.name) || was_known()
            }
            // They are few, or asked for.
            Event::Overrun
            | Event::Route(_)
            | Event::RouteGone(_)
            | Event::Rule(_)
            | Event::RuleGone(_) => true,
        }
    }
}

impl Worker {
    /// Notes what the kernel tells, so much in a turn; true if there is more. Adverts do not wait for it.
    pub(super) fn read_events(&mut self) -> bool {
        let mut is_quiet = true;
        let mut has_more = true;
        for _ in 0..MOST_EVENTS {
            let events = match self.events.socket_mut().receive() {
                Ok(events) => events,
                Err(error) => {
                    has_more = false;
                    if error.kind() != io::ErrorKind::WouldBlock {
                        self.check_reading("news of the kernel", Err(error));
                    }
                    break;
                }
            };
            for event in events {
                is_quiet = false;
                let is_concerned = self.is_concerned(&event);
                let one = self.kernel.follow(event);
                self.news.reread |= one.reread;
                if is_concerned {
                    self.news.links |= one.links;
                    self.news.objects |= one.objects;
                }
            }
        }
        if !is_quiet {
            self.rereading.disturbed(Instant::now());
        }
        has_more
    }

    /// Looks at what the kernel told, and at what is to be tried again.
    pub(super) fn follow_news(&mut self) {
        let now = Instant::now();
        let news = std::mem::take(&mut self.news);
        let is_due = self.rereading.is_due(now);
        if news.reread || news.objects || is_due {
            self.reread();
        }
        if news.links || news.reread || is_due || self.unopened.is_due(now) {
            self.refresh_links();
            self.carry_out();
        }
    }

    fn is_concerned(&self, event: &Event) -> bool {
        let link = match event {
            Event::Address(address) | Event::AddressGone(address) => address.link,
            Event::Link(link) | Event::LinkGone(link) => link.index,
            Event::Overrun
            | Event::Route(_)
            | Event::RouteGone(_)
            | Event::Rule(_)
            | Event::RuleGone(_) => return true,
        };
        // Also under a name that no plan knows a link may hold what was put there.
        self.followed.concerns(event, self.kernel.by_index(link))
            || self.owned.all_put().any(|address| address.link == link)
    }
}

/// Datagrams of news in a turn, each of a few changes.
const MOST_EVENTS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::daemon::succession::tests::plan;
    use crate::run::net::routes::{Hop, Prefix};

    fn link(index: u32, name: &str) -> Link {
        Link {
            index,
            name: name.to_owned(),
            mac: None,
            is_running: true,
            has_neighbours: true,
            mtu: 1500,
            parent: None,
        }
    }

    #[test]
    fn links_and_addresses_of_others_are_nobodys_business() {
        let mut plan = plan(&[("VI_1", 51)]);
        let address = |link, text: &str| LinkAddress {
            link,
            address: text.parse().unwrap(),
            prefix: 24,
            peer: None,
        };
        let (own, other) = (link(2, "eth1"), link(7, "veth3"));
        let rows = [
            (Event::Link(own.clone()), &own, true),
            (Event::LinkGone(own.clone()), &own, true),
            // A rename, seen from both sides.
            (Event::Link(link(2, "old1")), &own, true),
            (Event::Link(link(7, "eth1")), &other, true),
            (Event::Link(other.clone()), &other, false),
            (Event::LinkGone(other.clone()), &other, false),
            (Event::AddressGone(address(2, "10.0.0.1")), &own, true),
            (Event::AddressGone(address(7, "172.17.0.1")), &other, false),
            (Event::AddressGone(address(7, "10.0.0.51")), &other, true),
        ];
        let followed = Followed::of(&plan);
        for (event, before, expected) in &rows {
            assert_eq!(followed.concerns(event, Some(before)), *expected, "{event:?}");
        }
        // A gateway without a link may be behind any of them.
        let hop = Hop { gateway: Some(IpAddr::from([172, 17, 0, 9])), ..Hop::default() };
        let route = Route { hops: vec![hop], ..Route::to(Prefix::all(Family::V4)) };
        plan.routers[0].routes.push(route);
        let followed = Followed::of(&plan);
        assert!(rows.iter().all(|(event, before, _)| followed.concerns(event, Some(before))));
    }
}
