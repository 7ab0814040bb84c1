//! The kernel's links, addresses, routes and rules, as far as they are known.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::net::IpAddr;

use crate::run::net::addresses::LinkAddress;
use crate::run::net::netlink::{Event, Link, Netlink, RouteFilter};
use crate::run::net::objects::Object;
use crate::run::net::routes::{Route, RouteKey};
use crate::run::net::rules::Rule;
use crate::run::vrrp::Family;

/// Links by index, addresses in the order of the kernel, and the routes and rules that matter.
#[derive(Debug, Default)]
pub(super) struct Kernel {
    links: BTreeMap<u32, Link>,
    /// Indexes of links by their names: a thousand routers ask for theirs.
    names: HashMap<String, u32>,
    addresses: Vec<LinkAddress>,
    interest: Interest,
    routes: HashSet<RouteKey>,
    /// Own routes that are there as an older plan wanted them.
    outdated: HashSet<RouteKey>,
    rules: BTreeSet<Rule>,
}

/// Which routes and rules are looked at: those of this director. A table of the Internet has a million
/// others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Interest {
    routes: HashSet<RouteKey>,
    rules: BTreeSet<Rule>,
}

impl Interest {
    pub(super) fn in_objects<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let mut interest = Self::default();
        for object in objects {
            match object {
                Object::Address(_) => {}
                Object::Route(route) => {
                    interest.routes.insert(route.key());
                }
                Object::Rule(rule) => {
                    interest.rules.insert(rule.clone());
                }
            }
        }
        interest
    }

    pub(super) fn is_empty(&self) -> bool {
        self.routes.is_empty() && self.rules.is_empty()
    }

    fn filters(&self) -> BTreeSet<RouteFilter> {
        let filter = |key: &RouteKey| RouteFilter {
            family: key.destination.family(),
            table: key.table,
            protocol: key.protocol,
        };
        self.routes.iter().map(filter).collect()
    }
}

/// What a change means for those who look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Consequences {
    /// Links or source addresses may be others.
    pub(super) links: bool,
    /// An address, a route or a rule is gone.
    pub(super) objects: bool,
    /// Everything has to be read again.
    pub(super) reread: bool,
}

impl Kernel {
    /// Reads links and addresses.
    pub(super) fn read(netlink: &mut Netlink) -> io::Result<Self> {
        let mut kernel = Self::default();
        kernel.refresh(netlink)?;
        Ok(kernel)
    }

    /// Reads everything again.
    pub(super) fn refresh(&mut self, netlink: &mut Netlink) -> io::Result<()> {
        let links = netlink.links()?;
        self.names = links.iter().map(|link| (link.name.clone(), link.index)).collect();
        self.links = links.into_iter().map(|link| (link.index, link)).collect();
        self.addresses = netlink.addresses()?;
        self.look_at(self.interest.clone(), netlink)
    }

    /// Looks at these routes and rules from now on.
    pub(super) fn look_at(&mut self, interest: Interest, netlink: &mut Netlink) -> io::Result<()> {
        self.interest = interest;
        self.routes.clear();
        self.rules.clear();
        for filter in self.interest.filters() {
            let found = netlink.routes(&filter)?;
            self.routes.extend(found.into_iter().filter(|key| self.interest.routes.contains(key)));
        }
        self.outdated.retain(|key| self.routes.remove(key));
        for family in [Family::V4, Family::V6] {
            if self.interest.rules.iter().any(|rule| rule.family == family) {
                let found = netlink.rules(family)?;
                self.rules
                    .extend(found.into_iter().filter(|rule| self.interest.rules.contains(rule)));
            }
        }
        Ok(())
    }

    /// Follows an event.
    pub(super) fn follow(&mut self, event: Event) -> Consequences {
        let mut consequences = Consequences::default();
        match event {
            Event::Address(address) => consequences.links = self.insert_address(address),
            Event::AddressGone(address) => {
                self.remove(&Object::Address(address));
                consequences.links = true;
                consequences.objects = true;
            }
            Event::Link(link) => {
                consequences.links = self.links.get(&link.index) != Some(&link);
                // Routes go silently with a link that goes down.
                consequences.objects = consequences.links && !self.routes.is_empty();
                self.forget_name(link.index);
                self.names.insert(link.name.clone(), link.index);
                self.links.insert(link.index, link);
            }
            Event::LinkGone(link) => {
                self.forget_name(link.index);
                self.links.remove(&link.index);
                self.addresses.retain(|address| address.link != link.index);
                consequences.links = true;
                consequences.objects = true;
            }
            Event::Overrun => consequences.reread = true,
            Event::Route(key) => {
                if self.interest.routes.contains(&key) {
                    self.routes.insert(key);
                }
            }
            // Own removals are known already.
            Event::RouteGone(key) => {
                consequences.objects = self.routes.remove(&key) || self.outdated.remove(&key);
            }
            Event::Rule(rule) => {
                if self.interest.rules.contains(&rule) {
                    self.rules.insert(rule);
                }
            }
            Event::RuleGone(rule) => consequences.objects = self.rules.remove(&rule),
        }
        consequences
    }

    /// Notes what was added.
    pub(super) fn insert(&mut self, object: Object) {
        match object {
            Object::Address(address) => {
                self.insert_address(address);
            }
            Object::Route(route) => {
                self.outdated.remove(&route.key());
                self.routes.insert(route.key());
            }
            Object::Rule(rule) => {
                self.rules.insert(rule);
            }
        }
    }

    /// Notes that an own route is to be another one with the same key, if it is there.
    pub(super) fn outdate(&mut self, key: RouteKey) {
        if self.routes.remove(&key) {
            self.outdated.insert(key);
        }
    }

    /// Notes what was removed.
    pub(super) fn remove(&mut self, object: &Object) {
        match object {
            Object::Address(address) => self.addresses.retain(|known| known != address),
            Object::Route(route) => {
                self.routes.remove(&route.key());
                self.outdated.remove(&route.key());
            }
            Object::Rule(rule) => {
                self.rules.remove(rule);
            }
        }
    }

    /// Notes an address; false if it was known.
    fn insert_address(&mut self, address: LinkAddress) -> bool {
        let is_new = !self.addresses.contains(&address);
        if is_new {
            self.addresses.push(address);
        }
        is_new
    }

    /// Whoever got the name meanwhile keeps it.
    fn forget_name(&mut self, index: u32) {
        let Some(link) = self.links.get(&index) else { return };
        if self.names.get(&link.name) == Some(&index) {
            self.names.remove(&link.name);
        }
    }

    pub(super) fn link(&self, name: &str) -> Option<&Link> {
        self.by_index(*self.names.get(name)?)
    }

    pub(super) fn by_index(&self, index: u32) -> Option<&Link> {
        self.links.get(&index)
    }

    /// An address on a link, whatever its length and its other end.
    pub(super) fn on(&self, link: u32, address: IpAddr) -> impl Iterator<Item = &LinkAddress> {
        let known = self.addresses.iter();
        known.filter(move |known| known.link == link && known.address == address)
    }

    pub(super) fn addresses(&self) -> &[LinkAddress] {
        &self.addresses
    }

    /// The address that advertisements leave from: the first one that does not move.
    pub(super) fn primary(
        &self,
        link: u32,
        family: Family,
        moving: &HashSet<IpAddr>,
    ) -> Option<IpAddr> {
        let is_usable = |address: &&IpAddr| match (address, family) {
            (IpAddr::V4(_), Family::V4) => true,
            (IpAddr::V6(address), Family::V6) => address.is_unicast_link_local(), // A07
            (IpAddr::V4(_), Family::V6) | (IpAddr::V6(_), Family::V4) => false,
        };
        self.addresses
            .iter()
            .filter(|known| known.link == link && !moving.contains(&known.address))
            .map(|known| &known.address)
            .find(is_usable)
            .copied()
    }

    /// Whether an own route with this one's key is there as an older plan wanted it.
    pub(super) fn is_outdated(&self, route: &Route) -> bool {
        self.outdated.contains(&route.key())
    }

    /// Which of these are there.
    pub(super) fn present(&self, interesting: &BTreeSet<Object>) -> BTreeSet<Object> {
        let addresses = self.addresses.iter().cloned().map(Object::Address);
        let others = interesting.iter().filter(|object| match object {
            Object::Address(_) => false,
            Object::Route(route) => self.routes.contains(&route.key()),
            Object::Rule(rule) => self.rules.contains(rule),
        });
        addresses.filter(|address| interesting.contains(address)).chain(others.cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> LinkAddress {
        LinkAddress { link: 3, address: text.parse().unwrap(), prefix: 24, peer: None }
    }

    #[test]
    fn the_source_is_the_first_address_that_does_not_move() {
        let mut kernel = Kernel::default();
        for text in ["10.0.0.31", "2001:db8::1", "10.0.0.1", "10.0.0.2", "fe80::1"] {
            kernel.insert(Object::Address(address(text)));
        }
        let moving = HashSet::from(["10.0.0.31".parse().unwrap()]);
        let primary = |family| kernel.primary(3, family, &moving).map(|ip| ip.to_string());
        assert_eq!(primary(Family::V4).as_deref(), Some("10.0.0.1"));
        assert_eq!(primary(Family::V6).as_deref(), Some("fe80::1"));
        assert_eq!(kernel.primary(4, Family::V4, &moving), None);
    }

    #[test]
    fn links_are_found_by_the_name_that_they_have_now() {
        let link = |index, name: &str| Link {
            index,
            name: name.to_owned(),
            is_running: true,
            has_neighbours: true,
            mac: None,
            mtu: 1500,
            parent: None,
        };
        let mut kernel = Kernel::default();
        for event in [
            Event::Link(link(2, "eth0")),
            Event::Link(link(3, "eth1")),
            Event::Link(link(2, "old0")),
            Event::Link(link(3, "eth0")),
            Event::LinkGone(link(2, "old0")),
        ] {
            kernel.follow(event);
        }
        let index = |name| kernel.link(name).map(|link| link.index);
        assert_eq!([index("eth0"), index("eth1"), index("old0")], [Some(3), None, None]);
    }

    #[test]
    fn an_own_route_is_outdated_until_it_is_replaced_or_gone() {
        let route = Route::to(crate::run::net::routes::Prefix::all(Family::V4));
        let object = Object::Route(route.clone());
        let mut kernel = Kernel::default();
        kernel.outdate(route.key());
        assert!(!kernel.is_outdated(&route), "it is not there, or somebody else's");
        kernel.insert(object.clone());
        kernel.outdate(route.key());
        assert!(kernel.is_outdated(&route));
        assert!(kernel.present(&BTreeSet::from([object.clone()])).is_empty());
        kernel.insert(object);
        assert!(!kernel.is_outdated(&route));
        kernel.outdate(route.key());
        assert!(kernel.follow(Event::RouteGone(route.key())).objects);
        assert!(!kernel.is_outdated(&route));
    }

    #[test]
    fn an_address_that_goes_is_noticed_and_one_that_stays_is_not() {
        let mut kernel = Kernel::default();
        assert!(kernel.follow(Event::Address(address("10.0.0.1"))).links);
        assert_eq!(kernel.follow(Event::Address(address("10.0.0.1"))), Consequences::default());
        let gone = kernel.follow(Event::AddressGone(address("10.0.0.1")));
        assert!(gone.objects);
        assert!(kernel.follow(Event::Overrun).reread);
    }
}
