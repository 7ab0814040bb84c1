//! How the directors hear each other: adverts per instance become paths of one conversation.

use std::net::IpAddr;

use super::directors::{Director, peers_of};
use super::groups::Group;
use super::{NodeFile, codes};
use crate::emit::Account;
use crate::model::{Family, Membership, Path, Router, Sourced};

/// Adds a path for every interface that carries adverts.
pub(super) fn apply(
    files: &[NodeFile],
    groups: &[Group],
    directors: &[Director],
    membership: &mut Membership,
    account: &mut Account,
) {
    for file in files {
        for router in &file.cluster.routers {
            let Some(interface) = &router.interface else { continue };
            let unicast = peers_of(router).next().is_some();
            let paths = if unicast {
                one_by_one(&interface.value, directors)
            } else {
                let group = groups.iter().find(|group| group.holds(router));
                vec![to_a_group(&interface.value, group.map_or(router, |group| &group.first))]
            };
            // Several instances on one interface share its path.
            let is_new = |path: &Path| {
                !membership.paths.iter().any(|known| {
                    known.value == *path
                        || (!unicast
                            && known.value.interface() == path.interface()
                            && matches!(known.value, Path::Multicast { .. }))
                })
            };
            let new: Vec<Path> = paths.into_iter().filter(is_new).collect();
            membership.paths.extend(new.into_iter().map(Sourced::implied));
            speak(router, unicast, membership, account);
        }
    }
}

fn speak(router: &Router, unicast: bool, membership: &Membership, account: &mut Account) {
    let interface = router.interface.as_ref();
    let transport = &router.transport;
    let number = router.virtual_router_id.and_then(|id| id.at);
    if unicast {
        account.exact(interface.and_then(|interface| interface.at), "ucast");
        for peer in &transport.peers {
            account.exact(peer.at, "ucast");
        }
        account.exact(transport.source.and_then(|source| source.at), "ucast");
        let note = "heartbeat has no number for a group; messages go to the named directors only, \
                    and their key tells clusters apart";
        account.lossy(number, codes::CONVERSATION, "", &[note]);
        return;
    }
    let name = interface.map(|interface| interface.value.as_str());
    let path = membership.paths.iter().find(|path| path.value.interface() == name);
    let Some(Path::Multicast { group, .. }) = path.map(|path| &path.value) else { return };
    let note = format!(
        "VRRP multicast (IP protocol 112) becomes UDP to {group}, port {PORT}, which a firewall has to let pass"
    );
    account.changed(interface.and_then(|i| i.at), codes::CONVERSATION, "mcast", &note);
    let note = format!("heartbeat has no number for a group; {group} tells clusters apart");
    account.lossy(number, codes::CONVERSATION, "mcast", &[&note]);
    account.needless(
        transport.source.and_then(|source| source.at),
        "heartbeat sends from the interface's own address",
    );
    let note = format!("UDP goes to {group}");
    account.changed(transport.group.and_then(|g| g.at), codes::CONVERSATION, "mcast", &note);
}

/// One line for every director. The line about itself does nothing on a node, so the file can be
/// the same on all of them.
fn one_by_one(interface: &str, directors: &[Director]) -> Vec<Path> {
    let addresses = directors.iter().filter_map(|director| director.address);
    let path = |address: IpAddr| Path::Unicast {
        interface: interface.to_owned(),
        peer: address.to_string(),
    };
    addresses.map(path).collect()
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
