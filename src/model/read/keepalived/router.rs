//! `vrrp_instance`.

use super::{add_hook, address, carry, put, value};
use crate::model::{
    Authentication, Carried, Cluster, Digest, HookEvent, Inert, Key, Member, Role, Router, Sourced,
    Track, VirtualAddress, VrrpVersion,
};
use crate::syntax::NodeRef;

/// Adds a router. Its only member is the node that the file belongs to.
pub(super) fn read(block: NodeRef<'_>, cluster: &mut Cluster) {
    let Some(name) = value::text(block).filter(|_| block.has_body()) else {
        cluster.carried.push(carry(block));
        return;
    };
    let mut router = Router::new(name);
    router.at = Some(block.place());
    let mut member = Member { node: None, priority: None, role: None };
    for node in block.directives() {
        let known = !value::is_unexpanded(node)
            && directive(node, &mut router, &mut member, &mut cluster.inert);
        if !known {
            router.carried.push(carry(node));
        }
    }
    // Without peers keepalived complains about the address, though it uses it.
    if router.transport.peers.is_empty() {
        let source = block.directives().find(|node| node.name() == "unicast_src_ip");
        router.carried.extend(source.map(carry));
    }
    router.members.push(member);
    cluster.routers.push(router);
}

/// The event of a notify keyword that the model knows.
pub(super) fn hook_event(keyword: &str) -> Option<HookEvent> {
    Some(match keyword {
        "notify" => HookEvent::Any,
        "notify_backup" => HookEvent::Backup,
        "notify_fault" => HookEvent::Fault,
        "notify_master" => HookEvent::Master,
        "notify_stop" => HookEvent::Stop,
        _ => return None,
    })
}

/// Whether the model has a field for the line.
fn directive(
    node: NodeRef<'_>,
    router: &mut Router,
    member: &mut Member,
    inert: &mut Vec<Inert>,
) -> bool {
    let transport = &mut router.transport;
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
        "mcast_src_ip" | "unicast_src_ip" => {
            put(&mut transport.source, value::address(node), inert)
        }
        "mcast_dst_ip" => put(&mut transport.group, value::address(node), inert),
        "unicast_peer" => peers(node, router),
        "virtual_ipaddress" => addresses(node, &mut router.addresses, &mut router.carried),
        "virtual_ipaddress_excluded" => addresses(node, &mut router.excluded, &mut router.carried),
        "authentication" => authentication(node, router, inert),
        "track_interface" => tracks(node, router, |name, weight| Track::Interface { name, weight }),
        "track_script" => tracks(node, router, |name, weight| Track::Script { name, weight }),
        "smtp_alert" => put(&mut router.alert, value::boolean(node), inert),
        name => {
            let hook = hook_event(name).and_then(|event| value::hook(node, event));
            add_hook(&mut router.hooks, hook, node, inert)
        }
    }
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

/// Peers with limits on the time to live are carried as well: the limits have no field.
fn peers(block: NodeRef<'_>, router: &mut Router) -> bool {
    for line in block.directives() {
        let first = line.word(0).filter(|_| !value::is_unexpanded(line));
        let peer = first.and_then(|word| {
            value::parse_address(&word.value()).map(|peer| Sourced::new(peer, word.place()))
        });
        if peer.is_none() || line.arguments().len() > 0 {
            router.carried.push(carry(line));
        }
        router.transport.peers.extend(peer);
    }
    block.directives().next().is_some()
}

fn addresses(
    block: NodeRef<'_>,
    list: &mut Vec<Sourced<VirtualAddress>>,
    carried: &mut Vec<Carried>,
) -> bool {
    let before = carried.len();
    for line in block.directives() {
        match address::read(line).filter(|_| !value::is_unexpanded(line)) {
            Some(address) => list.push(address),
            None => carried.push(carry(line)),
        }
    }
    // When a line was not understood, the list is not known to be whole.
    block.directives().next().is_some() && carried.len() == before
}

/// `auth_type` and `auth_pass`, in whatever order.
fn authentication(block: NodeRef<'_>, router: &mut Router, inert: &mut Vec<Inert>) -> bool {
    let mut digest = None;
    let mut secret: Option<Sourced<String>> = None;
    for node in block.directives() {
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
            router.carried.push(carry(node));
        }
    }
    let (Some(digest), Some(secret)) = (digest, secret) else { return false };
    let at = secret.at.unwrap_or_else(|| block.place());
    let key = Key { number: 1, digest: digest.value, secret: secret.value, at };
    let active = Some(Sourced { value: 1, at: digest.at });
    router.authentication = Some(Authentication { active, keys: vec![key] });
    true
}

/// Lines `NAME [weight N]`; `reverse` has no field, so such a line is carried.
fn tracks(
    block: NodeRef<'_>,
    router: &mut Router,
    track: fn(String, Option<i16>) -> Track,
) -> bool {
    for line in block.directives() {
        let mut words = line.words();
        let name = words.next().map(|word| word.value().into_owned());
        let rest: Vec<_> = words.collect();
        let weight = match rest.as_slice() {
            [] => Some(None),
            [keyword, weight] if keyword.value() == "weight" => {
                value::number_of(*weight).map(|weight| Some(weight.value))
            }
            _ => None,
        };
        match (name, weight) {
            (Some(name), Some(weight)) if !value::is_unexpanded(line) => {
                router.tracks.push(Sourced::new(track(name, weight), line.place()));
            }
            _ => router.carried.push(carry(line)),
        }
    }
    block.directives().next().is_some()
}
