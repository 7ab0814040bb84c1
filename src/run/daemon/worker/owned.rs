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

    /// Whether this one is among them.
    pub(super) fn has_put(&self, address: &LinkAddress) -> bool {
        self.put.contains(address) && !self.is_given(address)
    }

    /// Forgets what is gone: if it comes again, somebody else brought it.
    pub(super) fn forget_gone(&mut self, kernel: &Kernel) {
        let known: HashSet<&LinkAddress> = kernel.addresses().iter().collect();
        self.put.retain(|address| known.contains(address));
    }

    pub(super) fn is_given(&self, address: &LinkAddress) -> bool {
        self.given.contains(&address.place())
    }

    /// Whether an address is the link's own, and neither put there nor left by a life before this one. Once given
    /// is given for as long as the router is an owner, also while it is away. `planned` are all virtual addresses.
    fn is_own(&self, kernel: &Kernel, place: (u32, IpAddr), planned: &HashSet<IpAddr>) -> bool {
        let (link, address) = place;
        let mut known = kernel.on(link, address);
        self.given.contains(&place)
            || (known.any(|known| !self.put.contains(known))
                && !has_another(kernel, link, address, planned))
    }
}

/// Whether a link has an address of its own beside this one. A link-local one of IPv6 reaches nobody elsewhere.
fn has_another(kernel: &Kernel, link: u32, address: IpAddr, planned: &HashSet<IpAddr>) -> bool {
    let reach = |address: &IpAddr| match address {
        IpAddr::V4(_) => (Family::V4, false),
        IpAddr::V6(address) => (Family::V6, address.is_unicast_link_local()),
    };
    let mut known = kernel.addresses().iter();
    known.any(|known| {
        known.link == link
            && !planned.contains(&known.address)
            && reach(&known.address) == reach(&address)
    })
}

impl Worker {
    /// Looks for what owners have, and so for what moves.
    pub(super) fn look_at_owned(&mut self) {
        let mut given = HashSet::new();
        let planned = self.plan.routers.iter().flat_map(|router| &router.addresses);
        let planned: HashSet<IpAddr> = planned.map(|planned| planned.address).collect();
        for router in self.plan.routers.iter().filter(|router| router.settings.is_owner()) {
            // With a virtual MAC the interface below keeps its address, which is the source then. What stands on
            // the virtual link stands there for this daemon.
            let base = self.kernel.link(&router.interface).map(|link| link.index);
            let virtual_link = self.virtual_links.own(router, &self.kernel).map(|link| link.index);
            for address in &router.addresses {
                let place = self.place(router, address).map(|place| place.link);
                let place = place.filter(|link| Some(*link) != virtual_link);
                let own = [place, base].into_iter().flatten().map(|link| (link, address.address));
                given.extend(own.filter(|own| self.owned.is_own(&self.kernel, *own, &planned)));
            }
        }
        self.owned.given = given;
        let own: HashSet<IpAddr> = self.owned.given.iter().map(|(_, address)| *address).collect();
        self.moving = planned.difference(&own).copied().collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_life_before_left_of_an_owner_is_not_its_own() {
        let address = |text: &str| LinkAddress {
            link: 2,
            address: text.parse().unwrap(),
            prefix: 24,
            peer: None,
        };
        // On the interface, virtual addresses: those that are the interface's own.
        let rows: [(&[&str], &[&str], &[&str]); 7] = [
            (&["10.0.0.1", "10.0.0.31"], &["10.0.0.31"], &[]),
            (&["10.0.0.31"], &["10.0.0.31"], &["10.0.0.31"]),
            (&["10.0.0.1", "10.0.0.2"], &["10.0.0.1", "10.0.0.2"], &["10.0.0.1", "10.0.0.2"]),
            // An address of the other family, or of this link alone, does not replace it.
            (&["fe80::1", "10.0.0.31"], &["10.0.0.31"], &["10.0.0.31"]),
            (&["fe80::1", "2001:db8::1"], &["2001:db8::1"], &["2001:db8::1"]),
            (&["fe80::1", "2001:db8::1", "2001:db8::31"], &["2001:db8::31"], &[]),
            (&["10.0.0.1"], &["10.0.0.31"], &[]),
        ];
        for (there, planned, expected) in rows {
            let mut kernel = Kernel::default();
            there.iter().for_each(|text| kernel.insert(Object::Address(address(text))));
            let all: HashSet<IpAddr> = planned.iter().map(|text| text.parse().unwrap()).collect();
            let owned = Owned::default();
            let is_own = |text: &&&str| owned.is_own(&kernel, address(text).place(), &all);
            let own: Vec<&str> = planned.iter().filter(is_own).copied().collect();
            assert_eq!(own, expected, "{there:?} {planned:?}");
        }
        // Once given is given; what this daemon put is not.
        let mut kernel = Kernel::default();
        for text in ["10.0.0.1", "10.0.0.31"] {
            kernel.insert(Object::Address(address(text)));
        }
        let planned = HashSet::from([address("10.0.0.31").address]);
        let given = HashSet::from([address("10.0.0.31").place()]);
        let mut owned = Owned { given, ..Owned::default() };
        assert!(owned.is_own(&kernel, address("10.0.0.31").place(), &planned));
        owned.given.clear();
        kernel.remove(&Object::Address(address("10.0.0.1")));
        owned.put(address("10.0.0.31"));
        assert!(!owned.is_own(&kernel, address("10.0.0.31").place(), &planned));
    }
}
