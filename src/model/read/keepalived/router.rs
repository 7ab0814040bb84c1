//! `vrrp_instance`.

use super::list::{EMPTY_LIST, is_empty_list, lines, peer, track, words};
use super::{add_hook, address, carry, carry_lines, interface, put, setting, value};
use crate::model::{
    Authentication, Carried, Cluster, Digest, HookEvent, Inert, Key, Located, Member, Role, Router,
    Sourced, Track, TrackKind, VrrpVersion,
};
use crate::syntax::NodeRef;

/// Adds a router; false without a name. Its only member is the node that the file belongs to.
pub(super) fn read(block: NodeRef<'_>, cluster: &mut Cluster) -> bool {
    let Some(name) = value::text(block).filter(|_| block.has_body()) else { return false };
    let mut router = Router::new(name);
    router.at = Some(block.place());
    let mut member = Member { node: None, priority: None, role: None };
    for node in value::lines(block) {
        let known = !value::is_unexpanded(node)
            && directive(node, &mut router, &mut member, &mut cluster.inert);
        if !known {
            router.carried.push(carry(node));
        }
    }
    router.members.push(member);
    cluster.routers.push(router);
    true
}

/// The event of a notify keyword of routers.
pub(super) fn hook_event(keyword: &str) -> Option<HookEvent> {
    HookEvent::ROUTER.iter().find(|(_, known)| *known == keyword).map(|(event, _)| *event)
}

/// The kind of what a list of followed things holds.
pub(super) fn track_kind(keyword: &str) -> Option<TrackKind> {
    TrackKind::LISTS.iter().find(|(_, known)| *known == keyword).map(|(kind, _)| *kind)
}

/// Whether the model has a field for the line.
fn directive(
    node: NodeRef<'_>,
    router: &mut Router,
    member: &mut Member,
    inert: &mut Vec<Inert>,
) -> bool {
    let Router { transport, carried, .. } = router;
    match &*node.name() {
        "state" => put(&mut member.role, role(node), inert),
        "priority" => put(&mut member.priority, value::number(node), inert),
        "interface" => put(&mut router.interface, value::text(node), inert),
        "virtual_router_id" => put(&mut router.virtual_router_id, value::number(node), inert),
        "version" => put(&mut router.version, version(node), inert),
        "advert_int" => put(&mut router.interval, value::seconds(node), inert),
        "down_timer_adverts" => put(&mut router.down_count, value::number(node), inert),
        "preempt" => put(&mut router.preempt, value::flag(node, true), inert),
        "nopreempt" => put(&mut router.preempt, value::flag(node, false), inert),
        "preempt_delay" => put(&mut router.preempt_delay, value::seconds(node), inert),
        "accept" => put(&mut router.accept, value::flag(node, true), inert),
        "no_accept" => put(&mut router.accept, value::flag(node, false), inert),
        keyword @ ("mcast_src_ip" | "unicast_src_ip") => {
            transport.unicast_source = keyword == "unicast_src_ip";
            put(&mut transport.source, value::address(node), inert)
        }
        "mcast_dst_ip" => put(&mut transport.group, value::address(node), inert),
        "unicast_peer" => lines(node, &mut transport.peers, carried, peer),
        "virtual_ipaddress" | "virtual_ipaddress_excluded" if is_empty_list(node) => {
            inert.push(Inert { at: node.place(), why: EMPTY_LIST });
            true
        }
        "virtual_ipaddress" => lines(node, &mut router.addresses, carried, address::read),
        "virtual_ipaddress_excluded" => lines(node, &mut router.excluded, carried, address::read),
        "virtual_routes" => lines(node, &mut router.routes, carried, words),
        "virtual_rules" => lines(node, &mut router.rules, carried, words),
        "use_vmac" | "use_ipvlan" => own_interface(node, router, inert),
        "authentication" => authentication(node, router, inert),
        "auth_hmac" => hmac(node, router, inert),
        "smtp_alert" => put(&mut router.alert, value::boolean(node), inert),
        name => match (track_kind(name), hook_event(name)) {
            (Some(kind), _) => tracks(node, kind, &mut router.tracks, carried),
            (None, Some(event)) => {
                add_hook(&mut router.hooks, value::hook(node, event), node, inert)
            }
            (None, None) => {
                let Router { announcements, conduct, delivery, .. } = router;
                setting::fill(
                    node,
                    &mut [("", delivery), ("", conduct), ("", announcements)],
                    inert,
                )
            }
        },
    }
}

fn own_interface(node: NodeRef<'_>, router: &mut Router, inert: &mut Vec<Inert>) -> bool {
    let words = node.arguments().map(|word| word.value().into_owned());
    let Some(own) = interface::own_interface(&node.name(), words) else { return false };
    let own = Box::new(Sourced::new(own, node.place()));
    if let Some(at) = router.own_interface.replace(own).place() {
        inert.push(Inert { at, why: "a later line says it again" });
    }
    true
}

/// What a list of followed things says.
pub(super) fn tracks(
    block: NodeRef<'_>,
    kind: TrackKind,
    tracks: &mut Vec<Sourced<Track>>,
    carried: &mut Vec<Carried>,
) -> bool {
    lines(block, tracks, carried, |line| track(line, kind))
}

fn role(node: NodeRef<'_>) -> Option<Sourced<Role>> {
    let word = node.word(1)?;
    let role = match &*word.value() {
        "MASTER" => Role::Master,
        "BACKUP" => Role::Backup,
        _ => return None,
    };
    Some(Sourced::new(role, word.place()))
}

fn version(node: NodeRef<'_>) -> Option<Sourced<VrrpVersion>> {
    let number = value::number::<u8>(node)?;
    let version = match number.value {
        2 => VrrpVersion::Two,
        3 => VrrpVersion::Three,
        _ => return None,
    };
    Some(number.map(|_| version))
}

/// `auth_type` and `auth_pass`, in whatever order.
fn authentication(block: NodeRef<'_>, router: &mut Router, inert: &mut Vec<Inert>) -> bool {
    let mut digest = None;
    let mut secret: Option<Sourced<String>> = None;
    let mut unknown = Vec::new();
    for node in value::lines(block) {
        let known = !value::is_unexpanded(node)
            && match &*node.name() {
                "auth_type" => {
                    let read = value::text(node).and_then(|kind| match kind.value.as_str() {
                        "PASS" => Some(kind.map(|_| Digest::Password)),
                        "AH" => Some(kind.map(|_| Digest::Header)),
                        _ => None,
                    });
                    put(&mut digest, read, inert)
                }
                "auth_pass" => put(&mut secret, value::text(node), inert),
                _ => false,
            };
        if !known {
            unknown.push(node);
        }
    }
    let (Some(digest), Some(secret)) = (digest, secret) else { return false };
    if !unknown.is_empty() {
        router.carried.push(carry_lines(block, &unknown));
    }
    let at = secret.at.unwrap_or_else(|| block.place());
    let key = Key { number: 1, digest: digest.value, secret: secret.value, at };
    let active = Some(Sourced { value: 1, at: digest.at });
    let keys = vec![key];
    router.authentication = Some(Authentication { active, keys, ..Authentication::default() });
    true
}

/// Numbered keys and how they are used.
fn hmac(block: NodeRef<'_>, router: &mut Router, inert: &mut Vec<Inert>) -> bool {
    let mut read = Authentication::default();
    let mut unknown = Vec::new();
    for node in value::lines(block) {
        let known = !value::is_unexpanded(node)
            && match &*node.name() {
                "key" => key(node).is_some_and(|key| {
                    read.keys.push(key);
                    true
                }),
                "active_key" => put(&mut read.active, value::number(node), inert),
                _ => setting::fill(node, &mut [("", &mut read.hmac)], inert),
            };
        if !known {
            unknown.push(node);
        }
    }
    // Without a key there is nothing to say; both kinds of authentication exclude each other.
    if read.keys.is_empty() || router.authentication.is_some() {
        return false;
    }
    if !unknown.is_empty() {
        router.carried.push(carry_lines(block, &unknown));
    }
    router.authentication = Some(read);
    true
}

/// `key ID VALUE`.
fn key(node: NodeRef<'_>) -> Option<Key> {
    let (number, secret) = (value::number(node)?.value, node.word(2)?);
    let (secret, at) = (secret.value().into_owned(), secret.place());
    Some(Key { number, digest: Digest::HmacSha256, secret, at })
}
