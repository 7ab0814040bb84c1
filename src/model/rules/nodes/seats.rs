//! Which routers of the nodes are parts of one virtual router.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::{Node, Site, codes};
use crate::model::{Family, Located, Router, VirtualAddress, prefix};
use crate::source::{Diagnostic, Findings};

/// One node's part in a virtual router.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat<'a> {
    /// Index of the node in its site.
    pub(super) node: usize,
    /// The node's name.
    pub(super) name: &'a str,
    /// What the node's file says.
    pub(super) router: &'a Router,
}

/// The seats of a site.
pub(super) struct Seats<'a> {
    all: Vec<Seat<'a>>,
    /// Virtual routers: indices into `all`, at most one of each node, in the order of the files.
    routers: Vec<Vec<usize>>,
    /// One address, two VRIDs: indices of the earlier and the later seat, and the address.
    disputed: Vec<(usize, usize, IpAddr)>,
}

impl<'a> Seats<'a> {
    /// Two routers are parts of one when they have the same VRID and share an address.
    pub(super) fn of(nodes: &[Node<'a>]) -> Self {
        let mut all = Vec::new();
        for (node, Node { name, cluster, .. }) in nodes.iter().enumerate() {
            let vrrp = cluster.routers.iter().filter(|r| r.virtual_router_id.is_some());
            all.extend(vrrp.map(|router| Seat { node, name, router }));
        }
        // For each seat the virtual router it was put to, and for each address its first holder.
        let mut of_seat: Vec<usize> = Vec::with_capacity(all.len());
        let mut routers: Vec<Vec<usize>> = Vec::new();
        let mut holders: HashMap<IpAddr, usize> = HashMap::new();
        let mut disputed = Vec::new();
        let mut told = HashSet::new();
        for (index, seat) in all.iter().enumerate() {
            let mut found = None;
            for address in addresses(seat.router) {
                let holder = *holders.entry(address.address).or_insert(index);
                let Some(other) = all.get(holder).filter(|other| other.node != seat.node) else {
                    continue;
                };
                if number(other.router) == number(seat.router) {
                    found = found.or_else(|| of_seat.get(holder).copied());
                } else if told.insert((holder, index)) {
                    disputed.push((holder, index, address.address));
                }
            }
            let router = found.unwrap_or_else(|| {
                routers.push(Vec::new());
                routers.len() - 1
            });
            of_seat.push(router);
            let Some(members) = routers.get_mut(router) else { continue };
            let same_node = |member: &usize| all.get(*member).is_some_and(|m| m.node == seat.node);
            if !members.iter().any(same_node) {
                members.push(index);
            }
        }
        Self { all, routers, disputed }
    }

    /// The virtual routers, each with the seats of its nodes.
    pub(super) fn routers(&self) -> impl Iterator<Item = Vec<Seat<'a>>> {
        self.routers.iter().map(|members| {
            members.iter().filter_map(|index| self.all.get(*index).copied()).collect()
        })
    }

    /// Each further seat of a virtual router beside the first one of it.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (Seat<'a>, Seat<'a>)> {
        self.routers().flat_map(|seats| {
            let first = seats.first().copied();
            let rest = seats.into_iter().skip(1);
            rest.filter_map(move |seat| Some((first?, seat)))
                .filter(|(first, seat)| is_whole(first.router) && is_whole(seat.router))
        })
    }
}

/// The addresses that move with a router.
pub(super) fn addresses(router: &Router) -> impl Iterator<Item = &VirtualAddress> {
    router.addresses.iter().chain(&router.excluded).map(|address| &address.value)
}

/// Whether nothing in a router's block depends on text that is not expanded.
pub(super) fn is_whole(router: &Router) -> bool {
    let hides = |word: &str| word.starts_with(['@', '$', '~']) || word.starts_with("include");
    !router.carried.iter().any(|carried| hides(&carried.keyword))
}

fn number(router: &Router) -> Option<u8> {
    router.virtual_router_id.as_ref().map(|number| number.value)
}

/// Two virtual routers with one number in one network.
pub(super) fn clashes(site: &Site<'_>, findings: &mut Findings) {
    let mut numbers: HashMap<(u8, IpAddr), Seat<'_>> = HashMap::new();
    for seats in site.seats.routers() {
        let Some(seat) = seats.first().filter(|seat| is_whole(seat.router)) else { continue };
        let (Some(key), Some(number)) = (segment(seat.router), &seat.router.virtual_router_id)
        else {
            continue;
        };
        let Some(earlier) = numbers.get(&key).filter(|earlier| earlier.node != seat.node) else {
            numbers.entry(key).or_insert(*seat);
            continue;
        };
        let Some(at) = number.at else { continue };
        let message = format!(
            "VRID {} belongs to other addresses of this network on {}",
            number.value, earlier.name
        );
        let mut diagnostic = Diagnostic::new(codes::ROUTER_CLASH, at, message)
            .help("give each virtual router of a network a number of its own");
        if let Some(other) = earlier.router.virtual_router_id.place() {
            diagnostic = diagnostic.context(other, format!("{} uses it here", earlier.name));
        }
        findings.push(diagnostic);
    }
}

pub(super) fn addresses_of_two(site: &Site<'_>, findings: &mut Findings) {
    for (earlier, later, address) in &site.seats.disputed {
        let seat = |index: &usize| site.seats.all.get(*index);
        let (Some(earlier), Some(later)) = (seat(earlier), seat(later)) else { continue };
        let place = |router: &Router| {
            let mut all = router.addresses.iter().chain(&router.excluded);
            all.find(|known| known.value.address == *address).place()
        };
        let Some(at) = place(later.router) else { continue };
        let shown = |router: &Router| number(router).map_or(String::new(), |n| n.to_string());
        let message = format!(
            "{address} belongs to VRID {} here and to VRID {} on {}",
            shown(later.router),
            shown(earlier.router),
            earlier.name
        );
        let mut diagnostic = Diagnostic::new(codes::ADDRESS_OF_TWO_ROUTERS, at, message)
            .note("both nodes become master, and both hold the address")
            .help("write the same virtual_router_id on every node");
        if let Some(other) = place(earlier.router) {
            diagnostic = diagnostic.context(other, format!("{} has it here", earlier.name));
        }
        findings.push(diagnostic);
    }
}

/// A router that nobody takes over.
pub(super) fn alone(site: &Site<'_>, findings: &mut Findings) {
    let directors: HashSet<usize> = site.seats.all.iter().map(|seat| seat.node).collect();
    if directors.len() < 2 {
        return;
    }
    // A router in a dispute about its number is not alone, only misunderstood.
    let disputed = site.seats.disputed.iter().flat_map(|(a, b, _)| [*a, *b]);
    let disputed: HashSet<_> = disputed.filter_map(|index| site.seats.all.get(index)).collect();
    // The same holds for one whose number another router of the network uses.
    let mut segments: HashMap<_, u32> = HashMap::new();
    for seat in site.seats.routers().filter_map(|seats| seats.first().copied()) {
        *segments.entry(segment(seat.router)).or_default() += 1;
    }
    for seats in site.seats.routers() {
        let [seat] = seats.as_slice() else { continue };
        let has_address = addresses(seat.router).next().is_some();
        if !has_address || !is_whole(seat.router) || disputed.contains(seat) {
            continue;
        }
        let key = segment(seat.router);
        if key.is_some() && segments.get(&key).is_some_and(|count| *count > 1) {
            continue;
        }
        let message = format!("`{}` is on {} only", seat.router.name.value, seat.name);
        findings.extend(seat.router.name.at.map(|at| {
            Diagnostic::new(codes::ROUTER_ON_ONE_NODE, at, message)
                .help("write it on the other director, too, with another priority")
        }));
    }
}

/// Where a router is heard under which number; unicast adverts reach only those that are meant.
fn segment(router: &Router) -> Option<(u8, IpAddr)> {
    let address = router.addresses.first().filter(|_| router.transport.peers.is_empty())?;
    Some((number(router)?, network(&address.value)))
}

/// Two seats are the same when they are of the same block.
impl PartialEq for Seat<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node && std::ptr::eq(self.router, other.router)
    }
}

impl Eq for Seat<'_> {}

impl std::hash::Hash for Seat<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.node.hash(state);
        std::ptr::from_ref(self.router).hash(state);
    }
}

/// The network that an address is probably of: by its prefix, or the usual one for a host address.
fn network(address: &VirtualAddress) -> IpAddr {
    let family = Family::of(address.address);
    let usual = match family {
        Family::V4 => 24,
        Family::V6 => 64,
    };
    let length = address.prefix.filter(|length| *length < family.bits()).unwrap_or(usual);
    prefix::network(address.address, length).0
}
