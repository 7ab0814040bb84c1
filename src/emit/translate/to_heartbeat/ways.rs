//! How the directors hear each other: adverts per instance become paths of one conversation.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use super::directors::{Director, peers_of};
use super::groups::{Group, Places, Seat, same};
use super::{NodeFile, codes};
use crate::emit::Account;
use crate::model::{Family, Located, Path, Router, Sourced};

/// The paths of every file's director: one for each interface that carries adverts, by its name on
/// that director.
pub(super) fn of_each(
    files: &[NodeFile],
    groups: &[Group<'_>],
    directors: &[Director],
    account: &mut Account,
) -> Vec<Vec<Sourced<Path>>> {
    let ends = Ends::of(files, directors);
    let of_file = |file| {
        let mut paths = Vec::new();
        // In the order of the groups, which is the same everywhere: the first decides what several
        // instances on one interface share.
        for group in groups {
            add(group, file, &ends, &mut paths);
        }
        // heartbeat does not start where an interface is missing, so another director's names are
        // taken only where the two would have no way to each other else.
        for other in files {
            let is_shared =
                |group: &Group<'_>| [file, other].iter().all(|file| has_way(group, file));
            if !groups.iter().any(is_shared) {
                for group in groups {
                    add(group, other, &ends, &mut paths);
                }
            }
        }
        for group in groups {
            for router in group.routers(file) {
                speak(router, ends.of_router(router).is_some(), &paths, account);
                watched(router, &paths, account);
            }
        }
        paths.into_iter().map(Sourced::implied).collect()
    };
    files.iter().map(of_file).collect()
}

/// Whether the file says where the adverts of `group` go.
fn has_way(group: &Group<'_>, file: &NodeFile) -> bool {
    group.routers(file).any(|router| router.interface.is_some())
}

/// Adds what `group` needs on the interfaces that `file` names for it.
fn add(group: &Group<'_>, file: &NodeFile, ends: &Ends, paths: &mut Vec<Path>) {
    for router in group.routers(file) {
        let Some(interface) = &router.interface else { continue };
        let addresses = ends.of_router(router);
        let wanted = match addresses {
            Some(addresses) => one_by_one(&interface.value, addresses),
            None => vec![to_a_group(&interface.value, group.first)],
        };
        for path in wanted {
            let is_known = paths.iter().any(|known| {
                let is_shared = addresses.is_none()
                    && known.interface() == path.interface()
                    && matches!(known, Path::Multicast { .. });
                *known == path || is_shared
            });
            if !is_known {
                paths.push(path);
            }
        }
    }
}

/// Where the directors are on the way of each virtual router: two of them may be told on different
/// networks.
struct Ends {
    /// The addresses of each; none where all are told at once.
    addresses: Vec<Option<Vec<IpAddr>>>,
    places: Places,
}

impl Ends {
    fn of(files: &[NodeFile], directors: &[Director]) -> Self {
        let stated = |router: &Router| -> Vec<IpAddr> {
            let source = router.transport.source.map(|source| source.value);
            source.into_iter().chain(peers_of(router)).collect()
        };
        let sets = same(files);
        let named: HashSet<IpAddr> =
            sets.iter().flatten().flat_map(|seat| stated(seat.router)).collect();
        let ends = |seats: &Vec<Seat<'_>>| {
            // If any director tells the others one by one, all of them have to.
            if seats.iter().all(|seat| peers_of(seat.router).next().is_none()) {
                return None;
            }
            let own: BTreeSet<IpAddr> = seats.iter().flat_map(|seat| stated(seat.router)).collect();
            // The address of a director may be one on the way of another router.
            let is_here = |address: &IpAddr| {
                own.contains(address) || !named.contains(address) || own.len() < directors.len()
            };
            let known = directors.iter().filter_map(|director| director.address).filter(is_here);
            let mut ends: Vec<IpAddr> = known.collect();
            ends.extend(
                own.iter().filter(|address| !ends.contains(address)).copied().collect::<Vec<_>>(),
            );
            Some(ends)
        };
        let places = Places::among(sets.iter().map(|seats| seats.iter().map(|seat| seat.router)));
        Self { addresses: sets.iter().map(ends).collect(), places }
    }

    /// The addresses of an instance's virtual router, if its adverts go to one director each.
    fn of_router(&self, router: &Router) -> Option<&[IpAddr]> {
        self.addresses.get(self.places.find(router)?)?.as_deref()
    }
}

fn speak(router: &Router, unicast: bool, paths: &[Path], account: &mut Account) {
    let interface = router.interface.as_ref();
    let transport = &router.transport;
    let number = router.virtual_router_id.place();
    if unicast {
        account.exact(interface.place(), "ucast");
        for peer in &transport.peers {
            account.exact(peer.at, "ucast");
        }
        account.exact(transport.source.place(), "ucast");
        let note = "heartbeat has no number for a group; messages go to the named directors only, \
                    and their key tells clusters apart";
        account.changed(number, codes::CONVERSATION, "", note);
        return;
    }
    let name = interface.map(|interface| interface.value.as_str());
    let is_own = |path: &&Path| path.interface() == name && matches!(path, Path::Multicast { .. });
    let Some(Path::Multicast { group, .. }) = paths.iter().find(is_own) else { return };
    let note = format!(
        "VRRP multicast (IP protocol 112) becomes UDP to {group}, port {PORT}, which a firewall has to let pass"
    );
    account.changed(interface.place(), codes::CONVERSATION, "mcast", &note);
    let note = format!("heartbeat has no number for a group; {group} tells clusters apart");
    account.changed(number, codes::CONVERSATION, "mcast", &note);
    account.needless(transport.source.place(), "heartbeat sends from the interface's own address");
    let note = format!("UDP goes to {group}");
    account.changed(transport.group.place(), codes::CONVERSATION, "mcast", &note);
}

/// keepalived gives up when an interface fails that carries adverts or addresses; heartbeat notices no
/// more than that it hears nobody.
fn watched(router: &Router, paths: &[Path], account: &mut Account) {
    let made = router.own_interface_name();
    let primary = router.interface.as_ref().map(|interface| interface.value.as_str());
    let is_ignored = router.delivery.ignore_own_interface.is_some();
    let mut names: Vec<&str> = primary.filter(|_| !is_ignored).into_iter().collect();
    for address in router.addresses.iter().chain(&router.excluded).map(|one| &one.value) {
        let own = address.interface.as_deref().filter(|_| address.options.untracked.is_none());
        let elsewhere = own
            .filter(|own| *own != "lo" && Some(*own) != made.as_deref() && Some(*own) != primary);
        names.extend(elsewhere.filter(|own| !names.contains(own)).into_iter().collect::<Vec<_>>());
    }
    let at = router.interface.place();
    for name in names {
        match paths.iter().find_map(|path| path.interface().filter(|other| *other != name)) {
            Some(other) => {
                let note = format!(
                    "keepalived gives up when {name} fails; heartbeat hears the other director on \
                     {other} all the same, and does nothing"
                );
                let instead = "ping an address behind each interface and start ipfail";
                account.lossy(at, codes::NOT_FOLLOWED, "", &[&note, instead]);
            }
            None => {
                let note = format!(
                    "when {name} fails the other director takes over as before, but this one keeps \
                     its addresses until they hear each other again"
                );
                account.changed(at, codes::NOT_FOLLOWED, "", &note);
            }
        }
    }
}

/// One line for every director. The line about itself does nothing on a node.
fn one_by_one(interface: &str, addresses: &[IpAddr]) -> Vec<Path> {
    let path = |address: &IpAddr| Path::Unicast {
        interface: interface.to_owned(),
        peer: address.to_string(),
    };
    addresses.iter().map(path).collect()
}

/// A group of the site's own range (RFC 2365 section 6.1), or a link's own for IPv6: VRRP's group
/// belongs to VRRP.
fn to_a_group(interface: &str, router: &Router) -> Path {
    let number = router.virtual_router_id.map_or(0, |id| id.value);
    let first = router.addresses.first().or(router.excluded.first());
    let family = first.map_or(Family::V4, |address| Family::of(address.value.address));
    let group: IpAddr = match family {
        Family::V4 => [239, 255, 112, number].into(),
        Family::V6 => [0xff12, 0, 0, 0, 0, 0, 0x112, u16::from(number)].into(),
    };
    Path::Multicast { interface: interface.to_owned(), group, port: PORT, ttl: 1, loopback: false }
}

/// `ha-cluster` in /etc/services.
const PORT: u16 = 694;
