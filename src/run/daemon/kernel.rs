//! The kernel's links and addresses, as far as they are known.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::net::IpAddr;

use crate::run::net::addresses::LinkAddress;
use crate::run::net::netlink::{Event, Link, Netlink};
use crate::run::vrrp::Family;

/// Links by index, addresses in the order of the kernel.
#[derive(Debug, Default)]
pub(super) struct Kernel {
    links: BTreeMap<u32, Link>,
    addresses: Vec<LinkAddress>,
}

/// What a change means for those who look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Consequences {
    /// Links or source addresses may be others.
    pub(super) links: bool,
    /// An address is gone.
    pub(super) addresses: bool,
    /// Everything has to be read again.
    pub(super) reread: bool,
}

impl Kernel {
    /// Reads everything.
    pub(super) fn read(netlink: &mut Netlink) -> io::Result<Self> {
        let links = netlink.links()?.into_iter().map(|link| (link.index, link)).collect();
        Ok(Self { links, addresses: netlink.addresses()? })
    }

    /// Follows an event.
    pub(super) fn follow(&mut self, event: Event) -> Consequences {
        let mut consequences = Consequences::default();
        match event {
            Event::Address(address) => {
                consequences.links = self.insert(address);
            }
            Event::AddressGone(address) => {
                self.remove(&address);
                consequences = Consequences { links: true, addresses: true, reread: false };
            }
            Event::Link(link) => {
                consequences.links = self.links.get(&link.index) != Some(&link);
                self.links.insert(link.index, link);
            }
            Event::LinkGone(link) => {
                self.links.remove(&link.index);
                self.addresses.retain(|address| address.link != link.index);
                consequences = Consequences { links: true, addresses: true, reread: false };
            }
            Event::Overrun => consequences.reread = true,
        }
        consequences
    }

    /// Notes an address; false if it was known.
    pub(super) fn insert(&mut self, address: LinkAddress) -> bool {
        let is_new = !self.addresses.contains(&address);
        if is_new {
            self.addresses.push(address);
        }
        is_new
    }

    pub(super) fn remove(&mut self, address: &LinkAddress) {
        self.addresses.retain(|known| known != address);
    }

    pub(super) fn link(&self, name: &str) -> Option<&Link> {
        self.links.values().find(|link| link.name == name)
    }

    pub(super) fn by_index(&self, index: u32) -> Option<&Link> {
        self.links.get(&index)
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

    /// The addresses that are on their link and in `interesting`.
    pub(super) fn present(&self, interesting: &BTreeSet<LinkAddress>) -> BTreeSet<LinkAddress> {
        self.addresses.iter().filter(|known| interesting.contains(known)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> LinkAddress {
        LinkAddress { link: 3, address: text.parse().unwrap(), prefix: 24 }
    }

    #[test]
    fn the_source_is_the_first_address_that_does_not_move() {
        let mut kernel = Kernel::default();
        for text in ["10.0.0.31", "2001:db8::1", "10.0.0.1", "10.0.0.2", "fe80::1"] {
            kernel.insert(address(text));
        }
        let moving = HashSet::from(["10.0.0.31".parse().unwrap()]);
        let primary = |family| kernel.primary(3, family, &moving).map(|ip| ip.to_string());
        assert_eq!(primary(Family::V4).as_deref(), Some("10.0.0.1"));
        assert_eq!(primary(Family::V6).as_deref(), Some("fe80::1"));
        assert_eq!(kernel.primary(4, Family::V4, &moving), None);
    }

    #[test]
    fn an_address_that_goes_is_noticed_and_one_that_stays_is_not() {
        let mut kernel = Kernel::default();
        assert!(kernel.follow(Event::Address(address("10.0.0.1"))).links);
        assert_eq!(kernel.follow(Event::Address(address("10.0.0.1"))), Consequences::default());
        let gone = kernel.follow(Event::AddressGone(address("10.0.0.1")));
        assert!(gone.addresses);
        assert!(kernel.follow(Event::Overrun).reread);
    }
}
