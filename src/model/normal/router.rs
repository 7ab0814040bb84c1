//! Routers in normal form: vrrp_instance and lines of haresources.

use std::time::Duration;

use super::{Object, World, seconds, yes_no};
use crate::model::{
    Authentication, Broadcast, Cluster, Digest, Failback, Family, Path, Resource, ResourceKind,
    Role, Router, Sourced, TrackKind, VirtualAddress, VrrpVersion, show_seconds,
};
use crate::source::Place;

/// Every router, or every set of routers that move together.
pub(super) fn all(cluster: &Cluster, world: World, foreign: bool) -> Vec<Object> {
    let mut objects = Vec::new();
    let mut done: Vec<usize> = Vec::new();
    for (number, router) in cluster.routers.iter().enumerate() {
        if done.contains(&number) {
            continue;
        }
        let mut object = one(router, cluster, world, foreign);
        if foreign {
            let (group, companions) = companions(router, cluster);
            for (other, companion) in companions {
                join(
                    &mut object,
                    one(companion, cluster, world, foreign),
                    &companion.name.value,
                    group,
                );
                done.push(other);
            }
        }
        objects.push(object);
    }
    objects
}

/// Where a router's sync group stands, and its other members with their numbers.
fn companions<'a>(
    router: &Router,
    cluster: &'a Cluster,
) -> (Option<Place>, Vec<(usize, &'a Router)>) {
    let is_own = |name: &Sourced<String>| name.value == router.name.value;
    let group = cluster.sync_groups.iter().find(|group| group.members.iter().any(is_own));
    let Some(group) = group else { return (None, Vec::new()) };
    let is_member =
        |other: &Router| group.members.iter().any(|name| name.value == other.name.value);
    let others = cluster.routers.iter().enumerate();
    let others = others.filter(|(_, other)| is_member(other) && other.name != router.name);
    (group.name.at, others.collect())
}

/// Adds a companion. That its addresses move along is what the group says; what it says otherwise
/// has its name behind it.
fn join(object: &mut Object, other: Object, name: &str, group: Option<Place>) {
    object.keys.extend(other.keys);
    object.parts.extend(other.parts.into_iter().map(|part| Object { at: group, ..part }));
    for (field, value) in other.fields {
        match object.fields.get(&field) {
            Some(own) if own.value == value.value => {}
            Some(_) => {
                object.fields.insert(format!("{field} of {name}"), value);
            }
            None => {
                object.fields.insert(field, value);
            }
        }
    }
}

fn one(router: &Router, cluster: &Cluster, world: World, foreign: bool) -> Object {
    let addresses = || router.addresses.iter().chain(&router.excluded);
    let family = addresses().next().map_or(Family::V4, |a| Family::of(a.value.address));
    let number = router.virtual_router_id.map(|id| format!("{} {family:?}", id.value));
    let keys: Vec<String> =
        number.into_iter().chain(addresses().map(|a| a.value.address.to_string())).collect();
    let first = addresses().next().map(|address| address.value.address.to_string());
    let title = format!("router {}", first.unwrap_or_else(|| router.name.value.clone()));
    let keys = if keys.is_empty() { vec![router.name.value.clone()] } else { keys };
    let mut object = Object::new(title, keys, router.at);
    object.parts = addresses().map(|a| address(a, router, world)).collect();
    timing(router, cluster, (world, foreign), &mut object);
    ways(router, cluster, world, &mut object);
    match world {
        World::Heartbeat => keys_of(cluster.authentication.as_ref(), &mut object),
        World::Keepalived => keys_of(router.authentication.as_ref(), &mut object),
    }
    follows(router, cluster, world, &mut object);
    for hook in &router.hooks {
        object.say(hook.value.event.keyword(), hook.value.command.clone(), hook.at);
    }
    for resource in router.resources.iter().filter(|resource| !is_elsewhere(&resource.kind)) {
        object.say(&format!("resource {}", name(resource)), "in order", Some(resource.at));
    }
    if world == World::Keepalived {
        own_words(router, &mut object);
    } else if let Some(member) = router.members.first().and_then(|member| member.node.as_ref()) {
        object.say_privately("preferred node", member.value.clone(), member.at);
    }
    object
}

/// When a backup takes over, and whether the group goes home.
fn timing(
    router: &Router,
    cluster: &Cluster,
    (world, foreign): (World, bool),
    object: &mut Object,
) {
    let membership = &cluster.membership;
    if world == World::Heartbeat {
        let at = membership.interval.and_then(|interval| interval.at);
        object.say("interval", seconds(membership.effective_interval()), at);
        let at = membership.dead_time.and_then(|time| time.at);
        object.say("take-over after", seconds(membership.effective_dead_time()), at);
        let failback = membership.failback;
        let home = failback.is_none_or(|failback| failback.value != Failback::Off);
        object.say("goes home", yes_no(&home), failback.and_then(|failback| failback.at));
        return;
    }
    let interval = router.interval.map_or(Duration::from_secs(1), |interval| interval.value);
    object.say("interval", seconds(interval), router.interval.and_then(|i| i.at));
    let globals = &cluster.globals.routers;
    let of_all = globals.down_count;
    let count = router.down_count.map(|count| (u32::from(count.value), count.at));
    let count = count.or(of_all.map(|count| (count.value, count.at)));
    let (count, count_at) = count.unwrap_or((STANDARD_COUNT, None));
    let priority = router.members.first().and_then(|member| member.priority);
    // An owner's priority leaves no skew worth naming; the file's own is what is known.
    let share = f64::from(256 - u16::from(priority.map_or(100, |p| p.value))) / 256.0;
    let three = globals.version.is_some_and(|version| version.value == 3);
    let six = router.addresses.first().is_some_and(|a| a.value.address.is_ipv6());
    let version = router
        .version
        .map_or(if three || six { VrrpVersion::Three } else { VrrpVersion::Two }, |version| {
            version.value
        });
    let skew = match version {
        VrrpVersion::Two => Duration::from_secs_f64(share),
        VrrpVersion::Three => interval.mul_f64(share),
    };
    let total = interval.saturating_mul(count).saturating_add(skew);
    // Whichever line decides is the one to look at.
    let at = count_at.or(router.interval.and_then(|i| i.at)).or(router.at);
    if foreign {
        // heartbeat counts milliseconds.
        object.say("take-over after", format!("{} s", show_seconds(total)), at);
    }
    let preempt = router.preempt;
    let home = preempt.is_none_or(|preempt| preempt.value);
    object.say("goes home", yes_no(&home), preempt.and_then(|preempt| preempt.at));
    if let Some(delay) = router.preempt_delay {
        object.say("goes home after", seconds(delay.value), delay.at);
    }
    object.say_privately("missed adverts", count.to_string(), count_at);
    let word = if version == VrrpVersion::Two { "2" } else { "3" };
    object.say_privately("version", word, router.version.and_then(|version| version.at));
}

/// The paths of heartbeats and adverts.
fn ways(router: &Router, cluster: &Cluster, world: World, object: &mut Object) {
    if world == World::Heartbeat {
        for path in &cluster.membership.paths {
            object.say(&format!("path {}", path_name(&path.value)), "used", path.at);
        }
        return;
    }
    let id = router.virtual_router_id;
    object.say_stated("virtual_router_id", id.as_ref(), ToString::to_string);
    let Some(interface) = &router.interface else { return };
    let transport = &router.transport;
    let unicast = !transport.peers.is_empty();
    if !unicast {
        let group =
            transport.group.map_or_else(String::new, |group| format!(" to {}", group.value));
        let path = format!("path VRRP on {}{group}", interface.value);
        object.say(&path, "used", interface.at);
    }
    for peer in &transport.peers {
        object.say(&format!("path to {}", peer.value.address), "used", peer.at);
    }
    if let Some(source) = transport.source {
        // heartbeat's file is the same everywhere, so it names this director as well.
        let field = if unicast { format!("path to {}", source.value) } else { "source".to_owned() };
        match unicast {
            true => object.say(&field, "used", source.at),
            false => object.say_privately(&field, source.value.to_string(), source.at),
        }
    }
}

fn path_name(path: &Path) -> String {
    match path {
        Path::Broadcast { interface } => format!("broadcast on {interface}"),
        Path::Multicast { interface, group, port, .. } => {
            format!("UDP on {interface} to {group} port {port}")
        }
        Path::Serial { device } => format!("serial {device}"),
        Path::Unicast { peer, .. } => format!("to {peer}"),
    }
}

/// How messages are authenticated, without any part of a secret.
fn keys_of(authentication: Option<&Authentication>, object: &mut Object) {
    let Some(authentication) = authentication else { return };
    for key in &authentication.keys {
        let method = match key.digest {
            // A checksum is no protection.
            Digest::Crc => continue,
            Digest::Header => "authentication header",
            Digest::HmacSha256 => "HMAC-SHA256",
            Digest::Md5 => "HMAC-MD5",
            Digest::Password => "password in clear",
            Digest::Sha1 => "HMAC-SHA1",
        };
        let field = format!("key {}", key.number);
        object.say(&field, method, Some(key.at));
        object.hide(&field, &key.secret);
    }
}

/// What decides about the role beside the other directors.
fn follows(router: &Router, cluster: &Cluster, world: World, object: &mut Object) {
    if world == World::Heartbeat {
        // With legacy, which is the default, ipfail does nothing.
        let decides = cluster.membership.failback.is_some_and(|f| f.value != Failback::Legacy);
        if decides && cluster.membership.arbitrator.is_some() {
            for target in &cluster.membership.ping_targets {
                object.say(&format!("pings {}", target.value.hosts.join(" or ")), "yes", target.at);
            }
        }
        return;
    }
    for track in &router.tracks {
        let kind = match track.value.kind {
            TrackKind::Bfd => "BFD session",
            TrackKind::File => "file",
            TrackKind::Interface => "interface",
            TrackKind::Process => "process",
            TrackKind::Script => "script",
            TrackKind::Service => "service",
        };
        let weight = track.value.weight.map_or_else(|| "its weight".to_owned(), |w| w.to_string());
        let reverse = if track.value.reverse == Some(true) { " reverse" } else { "" };
        object.say(
            &format!("follows {kind} {}", track.value.name),
            format!("{weight}{reverse}"),
            track.at,
        );
    }
}

/// What only VRRP has words for.
fn own_words(router: &Router, object: &mut Object) {
    if let Some(member) = router.members.first() {
        if let Some(priority) = member.priority {
            object.say_privately("priority", priority.value.to_string(), priority.at);
        }
        if let Some(role) = member.role {
            let word = if role.value == Role::Master { "MASTER" } else { "BACKUP" };
            object.say_privately("state", word, role.at);
        }
    }
    object.say_settings("", &router.announcements, false);
    object.say_settings("", &router.conduct, true);
    object.say_settings("", &router.delivery, true);
    if let Some(accept) = router.accept.filter(|accept| !accept.value) {
        object.say("accepts packets", "no", accept.at);
    }
    if let Some(alert) = router.alert {
        object.say_privately("mail", yes_no(&alert.value), alert.at);
    }
    if let Some(own) = &router.own_interface {
        object.say("own interface", format!("{:?}", own.value), own.at);
    }
    for (word, lines) in [("route", &router.routes), ("rule", &router.rules)] {
        for line in lines {
            object.say(&format!("{word} {}", line.value.join(" ")), "yes", line.at);
        }
    }
}

fn address(from: &Sourced<VirtualAddress>, router: &Router, world: World) -> Object {
    let value = &from.value;
    let name = value.address.to_string();
    let mut object = Object::new(format!("address {name}"), vec![name], from.at);
    let full = if value.address.is_ipv4() { 32 } else { 128 };
    let prefix = match (value.prefix, world) {
        (Some(prefix), _) => prefix.to_string(),
        (None, World::Keepalived) => full.to_string(),
        (None, World::Heartbeat) => "as the route has it".to_owned(),
    };
    object.say("prefix", prefix, from.at);
    let interface = value.interface.clone().or(router.interface.as_ref().map(|i| i.value.clone()));
    object.say("interface", interface.unwrap_or_else(|| "as the route has it".to_owned()), from.at);
    // The usual broadcast address is no difference to none: the kernel delivers either.
    if let Some(broadcast) = value.broadcast {
        let text = match broadcast {
            Broadcast::Address(address) => address.to_string(),
            Broadcast::AllOnes => edge(value, true),
            Broadcast::AllZeros => edge(value, false),
        };
        object.say("broadcast", text, from.at);
    }
    if let Some(label) = &value.label {
        object.say("label", label.clone(), from.at);
    }
    if let Some(scope) = value.scope.as_ref().filter(|scope| *scope != "global") {
        object.say("scope", scope.clone(), from.at);
    }
    object.say_settings("", &value.options, false);
    if !value.further.is_empty() {
        object.say("further words", value.further.join(" "), from.at);
    }
    object
}

/// The last or first address of the network.
fn edge(value: &VirtualAddress, ones: bool) -> String {
    let std::net::IpAddr::V4(address) = value.address else { return String::new() };
    let host = u32::MAX.checked_shr(u32::from(value.prefix.unwrap_or(32))).unwrap_or(0);
    let bits = if ones { address.to_bits() | host } else { address.to_bits() & !host };
    std::net::Ipv4Addr::from_bits(bits).to_string()
}

/// What other fields speak about.
fn is_elsewhere(kind: &ResourceKind) -> bool {
    matches!(
        kind,
        ResourceKind::Address { .. }
            | ResourceKind::Announcement
            | ResourceKind::Director { .. }
            | ResourceKind::Mail
            | ResourceKind::SyncDaemon
    )
}

fn name(resource: &Resource) -> String {
    let arguments = resource.arguments.iter().map(|argument| argument.value.as_str());
    arguments.fold(resource.name.clone(), |name, argument| format!("{name}::{argument}"))
}

/// Adverts that may be missed when nothing is written (RFC 9568 section 6.1).
const STANDARD_COUNT: u32 = 3;
