//! Addresses of a group: what the files say of one address becomes one resource.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::groups::{Group, resource};
use super::{NodeFile, codes};
use crate::emit::Account;
use crate::emit::heartbeat::address;
use crate::model::setting::{Rare, Settings as _};
use crate::model::{Broadcast, Family, Resource, ResourceKind, Sourced, VirtualAddress};

/// An address as one file has it.
#[derive(Clone, Copy)]
struct Said<'a> {
    /// Number of the file.
    file: usize,
    from: &'a Sourced<VirtualAddress>,
    /// Where it goes: its own interface, else that of the adverts.
    interface: Option<&'a str>,
    /// Whether it stood on an interface that only keepalived makes.
    is_moved: bool,
}

/// The resources of all addresses that any file has, in the order in which they are said.
pub(super) fn resources(
    files: &[NodeFile],
    group: &Group<'_>,
    account: &mut Account,
) -> Vec<Resource> {
    let mut all: Vec<Said<'_>> = Vec::new();
    for (file, node) in files.iter().enumerate() {
        for router in group.routers(node) {
            let of_router = router.interface.as_ref().map(|interface| interface.value.as_str());
            let made = router.own_interface_name();
            for from in router.addresses.iter().chain(&router.excluded) {
                let own = from.value.interface.as_deref();
                let is_moved = own.is_some() && own == made.as_deref();
                let interface = own.filter(|_| !is_moved).or(of_router);
                all.push(Said { file, from, interface, is_moved });
            }
        }
    }
    let mut by_address: HashMap<IpAddr, Vec<Said<'_>>> = HashMap::new();
    for said in &all {
        by_address.entry(said.from.value.address).or_default().push(*said);
    }
    let has_group = |file: &&NodeFile| group.routers(file).next().is_some();
    let with_group = files.iter().filter(has_group).count();
    let mut resources: Vec<Resource> = Vec::new();
    for said in &all {
        let alike = by_address.get(&said.from.value.address).map_or(&[][..], Vec::as_slice);
        resources.extend(one(said, alike, account));
        let having: HashSet<usize> = alike.iter().map(|other| other.file).collect();
        if having.len() < with_group {
            let note = "only one director's file has it; now all of them do";
            account.changed(said.from.at, codes::FILES_DIFFER, "IPaddr2", note);
        }
    }
    resources
}

/// Speaks for an address. `alike` are all that are said of it; the first of them becomes the
/// resource.
fn one(said: &Said<'_>, alike: &[Said<'_>], account: &mut Account) -> Option<Resource> {
    let at = said.from.at;
    // Two interfaces of one director can both have a link-local address; two directors may name
    // the same network differently.
    let is_double = alike.iter().any(|one| {
        alike.iter().any(|other| one.file == other.file && one.interface != other.interface)
    });
    let is_same = |other: &&Said<'_>| !is_double || other.interface == said.interface;
    let first = alike.iter().find(is_same)?;
    let mut new = made(first);
    let name = if new.address.is_ipv4() { "IPaddr2" } else { "IPv6addr" };
    match lost_options(&said.from.value) {
        options if options.is_empty() => account.exact(at, name),
        options => {
            let note = format!("the script of heartbeat has no {}", options.join(", no "));
            account.lossy(at, codes::ADDRESS_OPTION, name, &[&note]);
        }
    }
    if !is_double && alike.iter().any(|other| other.interface != said.interface) {
        // An interface that a node does not have would keep its group from starting.
        new.interface = None;
        let note = "the directors name its interface differently, so the script takes that of the \
                    route to the address; each director needs an address of that network there";
        account.changed(at, codes::FILES_DIFFER, name, note);
    }
    if said.is_moved {
        let note = "keepalived made that interface, and no heartbeat does: the address goes to the one \
                    below it";
        account.changed(at, codes::ADDRESS_OPTION, name, note);
    }
    let own = made(said);
    if (own.prefix, own.broadcast) != (new.prefix, new.broadcast) {
        let note = format!("another director's file says {}, which is taken", address(&new));
        account.changed(at, codes::FILES_DIFFER, name, &note);
    }
    let is_first = first.file == said.file && std::ptr::eq(first.from, said.from);
    let kind = ResourceKind::Address { address: new.clone(), lvs_support: name == "IPaddr2" };
    is_first.then(|| resource(name, &[&address(&new)], kind, at)).flatten()
}

/// The address with what keepalived adds to it, and without what heartbeat has no word for.
fn made(said: &Said<'_>) -> VirtualAddress {
    let mut new = said.from.value.clone();
    new.interface = said.interface.map(str::to_owned);
    // Without a prefix keepalived takes a host address, heartbeat the route's mask.
    let prefix = *new.prefix.get_or_insert(Family::of(new.address).bits());
    let broadcast = new.broadcast.and_then(|broadcast| broadcast.resolve(new.address, prefix));
    new.broadcast = broadcast.map(Broadcast::Address);
    (new.scope, new.options, new.further) = (None, Rare::default(), Vec::new());
    new
}

/// Options of an address that its script has no word for.
fn lost_options(address: &VirtualAddress) -> Vec<String> {
    let scope = address.scope.as_ref().filter(|scope| *scope != "global");
    let label = address.label.as_ref().filter(|label| !label.contains(':'));
    let mut stated = Vec::new();
    address.options.each(&mut |keyword, _| stated.push(keyword.to_owned()));
    scope
        .map(|scope| format!("scope {scope}"))
        .into_iter()
        .chain(label.map(|label| format!("label {label} without a colon")))
        .chain(stated)
        .chain(address.further.iter().cloned())
        .collect()
}
