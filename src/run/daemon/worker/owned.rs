//! Addresses of an owner (RFC 9568 section 5.2.4): those of the interface itself do not move.

use super::*;

/// Whose the addresses are.
#[derive(Debug, Default)]
pub(super) struct Owned {
    /// Link and address of what owners had before this daemon did anything.
    given: HashSet<(u32, IpAddr)>,
    /// What this daemon put there, or took over from one that was killed.
    put: HashSet<LinkAddress>,
}

impl Owned {
    /// Notes what this daemon put there. What was given is only given back.
    pub(super) fn put(&mut self, address: LinkAddress) {
        if !self.is_given(&address) {
            self.put.insert(address);
        }
    }

    /// What it put there and may take away, by the numbers of its links: their names may have changed.
    pub(super) fn all_put(&self) -> impl Iterator<Item = &LinkAddress> {
        self.put.iter().filter(|address| !self.is_given(address))
    }

    /// Forgets what is gone: if it comes again, somebody else brought it.
    pub(super) fn forget_gone(&mut self, kernel: &Kernel) {
        let known: HashSet<&LinkAddress> = kernel.addresses().iter().collect();
        self.put.retain(|address| known.contains(address));
    }

    pub(super) fn is_given(&self, address: &LinkAddress) -> bool {
        self.given.contains(&address.place())
    }

    /// Once given is given for as long as the router is an owner, also while it is away.
    fn is_own(&self, kernel: &Kernel, link: u32, address: IpAddr) -> bool {
        let mut known = kernel.on(link, address);
        self.given.contains(&(link, address)) || known.any(|known| !self.put.contains(known))
    }
}

impl Worker {
    /// Looks for what owners have, and so for what moves.
    pub(super) fn look_at_owned(&mut self) {
        let mut given = HashSet::new();
        for router in self.plan.routers.iter().filter(|router| router.settings.is_owner()) {
            // With a virtual MAC the interface below keeps its address, which is the source then.
            let base = self.kernel.link(&router.interface).map(|link| link.index);
            for planned in &router.addresses {
                let place = self.place(router, planned).map(|place| place.link);
                let links = [place, base].into_iter().flatten();
                let own = links.map(|link| (link, planned.address));
                given.extend(own.filter(|(link, ip)| self.owned.is_own(&self.kernel, *link, *ip)));
            }
        }
        self.owned.given = given;
        let own: HashSet<IpAddr> = self.owned.given.iter().map(|(_, address)| *address).collect();
        let planned = self.plan.routers.iter().flat_map(|router| &router.addresses);
        let moving = planned.map(|planned| planned.address).filter(|ip| !own.contains(ip));
        self.moving = moving.collect();
    }

    /// Whether an object was there before and stays whatever happens.
    pub(super) fn is_given(&self, object: &Object) -> bool {
        matches!(object, Object::Address(address) if self.owned.is_given(address))
    }

    /// Whether it is there, perhaps with the length that the interface has.
    pub(super) fn is_given_and_there(&self, object: &Object) -> bool {
        let Object::Address(wanted) = object else { return false };
        self.owned.is_given(wanted) && self.kernel.on(wanted.link, wanted.address).next().is_some()
    }

    /// What is there of these. Addresses count whatever their length and their other end: a process with
    /// another configuration may have left them, and nobody else removes them.
    pub(super) fn found(&self, wanted: &BTreeSet<Object>) -> BTreeSet<Object> {
        let mut found = self.kernel.present(wanted);
        let places: HashSet<(u32, IpAddr)> = wanted.iter().filter_map(place_of).collect();
        let known = self.kernel.addresses().iter();
        let others = known.filter(|known| places.contains(&known.place()));
        let others: Vec<Object> = others
            .filter(|known| !wanted.contains(&Object::Address((*known).clone())))
            .filter(|known| self.is_spare(known))
            .cloned()
            .map(Object::Address)
            .collect();
        found.extend(others);
        found
    }

    /// Whether its link has another address, or is a virtual one. The only one of an interface is its own,
    /// in a configuration that should say so; without it nobody reaches the machine.
    fn is_spare(&self, address: &LinkAddress) -> bool {
        let family = Family::of(address.address);
        let name = self.kernel.by_index(address.link).map(|link| link.name.as_str());
        let is_virtual = |name: &str| {
            let mut links =
                self.plan.routers.iter().filter_map(|router| router.virtual_link.as_deref());
            links.any(|link| link == name)
        };
        self.kernel.primary(address.link, family, &self.moving).is_some()
            || name.is_some_and(is_virtual)
    }
}

/// Where an address is, or is to be.
pub(super) fn place_of(object: &Object) -> Option<(u32, IpAddr)> {
    match object {
        Object::Address(address) => Some(address.place()),
        Object::Route(_) | Object::Rule(_) => None,
    }
}
