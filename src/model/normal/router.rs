//! Routers in normal form: vrrp_instance and lines of haresources.

use super::routing::Line;
use super::{Object, View, World, carried, heartbeat, objects, seconds, yes_no};
use crate::model::setting::Settings;
use crate::model::{
    Authentication, Broadcast, Cluster, Digest, Failback, Family, Hook, HookEvent, Located,
    OwnInterface, Path, PingTarget, ResourceKind, Role, Router, SharedMac, Sourced, SyncGroup,
    Track, TrackKind, VirtualAddress, VirtualMac, VrrpVersion, show_seconds,
};
use crate::source::Place;

/// Every router, or every set of routers that move together.
pub(super) fn all(cluster: &Cluster, view: &View<'_>) -> Vec<Object> {
    let mut objects = Vec::new();
    let mut done: Vec<usize> = Vec::new();
    for (number, router) in cluster.routers.iter().enumerate() {
        if done.contains(&number) {
            continue;
        }
        let mut object = one(router, cluster, view);
        if view.foreign {
            let (group, companions) = companions(router, cluster);
            for (other, companion) in companions {
                let other_one = one(companion, cluster, view);
                let place = group.and_then(|group| group.name.at);
                join(&mut object, other_one, &companion.name.value, place);
                done.push(other);
            }
            for hook in group.iter().flat_map(|group| &group.hooks) {
                let field = format!("{} of the sync group", hook.value.event.keyword());
                object.say(&field, hook.value.command.clone(), hook.at);
            }
        }
        objects.push(object);
    }
    objects
}

/// A router's sync group, and its other members with their numbers.
fn companions<'a>(
    router: &Router,
    cluster: &'a Cluster,
) -> (Option<&'a SyncGroup>, Vec<(usize, &'a Router)>) {
    let is_own = |name: &Sourced<String>| name.value == router.name.value;
    let group = cluster.sync_groups.iter().find(|group| group.members.iter().any(is_own));
    let Some(group) = group else { return (None, Vec::new()) };
    let is_member =
        |other: &Router| group.members.iter().any(|name| name.value == other.name.value);
    let others = cluster.routers.iter().enumerate();
    let others = others.filter(|(_, other)| is_member(other) && other.name != router.name);
    (Some(group), others.collect())
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

fn one(router: &Router, cluster: &Cluster, view: &View<'_>) -> Object {
    let addresses = || router.addresses.iter().chain(&router.excluded);
    let family = addresses().next().map_or(Family::V4, |a| Family::of(a.value.address));
    let number = router.virtual_router_id.map(|id| format!("{} {family:?}", id.value));
    let keys: Vec<String> =
        number.into_iter().chain(addresses().map(|a| a.value.address.to_string())).collect();
    let first = addresses().next().map(|address| address.value.address.to_string());
    let title = format!("router {}", first.unwrap_or_else(|| router.name.value.clone()));
    let keys = if keys.is_empty() { vec![router.name.value.clone()] } else { keys };
    let mut object = Object::new(title, keys, router.at);
    let interface = router.interface.as_ref().map(|interface| interface.value.as_str());
    let own = |from| address(from, interface, "virtual_ipaddress", view);
    object.parts = router.addresses.iter().map(own).collect();
    object.parts.extend(router.excluded.iter().map(|from| {
        let mut part = own(from);
        part.say_privately("in adverts", "no", from.at);
        part
    }));
    shared(router, cluster, view, &mut object);
    follows(router, cluster, view, &mut object);
    hooks(&router.hooks, view, &mut object);
    if view.foreign {
        for resource in router.resources.iter().filter(|resource| !is_elsewhere(&resource.kind)) {
            let name = heartbeat::name(resource);
            object.say(&format!("resource {name}"), "in order", Some(resource.at));
        }
    } else {
        heartbeat::resources(&router.resources, &mut object);
    }
    if view.world == World::Keepalived {
        let events = &cluster.globals.events;
        let has_pipe = events.pipe.is_some() || events.router_pipe.is_some();
        let told = router.hooks.iter().any(|hook| hook.value.event == HookEvent::Any);
        if told || has_pipe {
            object.say_privately("name that is told", router.name.value.clone(), router.name.at);
        }
        own_words(router, view, &mut object);
        carried::say(&router.carried, "vrrp_instance", view, &mut object);
    } else if let Some(member) = router.members.first().and_then(|member| member.node.as_ref()) {
        object.say_privately("preferred node", member.value.clone(), member.at);
    }
    object
}

/// What all lines of haresources have in common.
pub(super) fn shared(router: &Router, cluster: &Cluster, view: &View<'_>, object: &mut Object) {
    timing(router, cluster, (view.world, view.foreign), object);
    ways(router, cluster, view, object);
    match view.world {
        World::Heartbeat => keys_of(cluster.authentication.as_ref(), object),
        World::Keepalived => keys_of(router.authentication.as_ref(), object),
    }
}

/// Says the commands at events.
pub(super) fn hooks(hooks: &[Sourced<Hook>], view: &View<'_>, object: &mut Object) {
    for hook in hooks {
        let Hook { event, command, user } = &hook.value;
        let user = user.as_ref().filter(|user| !view.foreign && Some(*user) != view.script_user);
        let user = user.map_or(String::new(), |user| format!(" (as {user})"));
        object.say(event.keyword(), format!("{command}{user}"), hook.at);
    }
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
        let at = membership.interval.place();
        object.say("interval", seconds(membership.effective_interval()), at);
        let at = membership.dead_time.place();
        object.say("take-over after", seconds(membership.effective_dead_time()), at);
        let failback = membership.failback;
        let home = failback.is_none_or(|failback| failback.value != Failback::Off);
        object.say("goes home", yes_no(&home), failback.place());
        return;
    }
    let globals = &cluster.globals.routers;
    let interval = router.effective_interval(globals);
    object.say("interval", seconds(interval), router.interval.place());
    let own_count = router.down_count.map(|count| count.at);
    let count_at = own_count.or(globals.down_count.map(|count| count.at)).flatten();
    // The file's own priority is what is known.
    let total = router.takeover(router.effective_priority(), &cluster.globals);
    let version = router.effective_version(globals);
    // Whichever line decides is the one to look at.
    let at = count_at.or(router.interval.place()).or(router.at);
    if foreign {
        // heartbeat counts milliseconds.
        object.say("take-over after", format!("{} s", show_seconds(total)), at);
    }
    let home = !router.stays(&cluster.globals);
    // A word that another one cancels says nothing.
    let preempt = router.preempt.filter(|preempt| preempt.value == home);
    object.say("goes home", yes_no(&home), preempt.place());
    let own = router.members.first();
    if let Some(delay) = router.effective_preempt_delay(own, &cluster.globals) {
        object.say("goes home after", seconds(delay.value), delay.at);
    }
    let count = router.effective_down_count(&cluster.globals);
    object.say_privately("missed adverts", count.to_string(), count_at);
    let word = if version == VrrpVersion::Two { "2" } else { "3" };
    object.say_privately("version", word, router.version.place());
}

/// The paths of heartbeats and adverts.
fn ways(router: &Router, cluster: &Cluster, view: &View<'_>, object: &mut Object) {
    if view.world == World::Heartbeat {
        for path in &cluster.membership.paths {
            object.say(&format!("path {}", path_name(&path.value)), "used", path.at);
        }
        return;
    }
    let id = router.virtual_router_id;
    object.say_stated("virtual_router_id", id.as_ref(), ToString::to_string);
    let transport = &router.transport;
    let unicast = !transport.peers.is_empty();
    let group = transport.group.filter(|group| {
        let value = group.value.to_string();
        // The same word stands for the group of either family.
        let six = view.standards.global("vrrp_mcast_group6");
        !view.standards.is_default("vrrp_instance", "mcast_dst_ip", &value) && six != Some(value)
    });
    if let Some(interface) = &router.interface {
        if unicast {
            object.say_privately("interface", interface.value.clone(), interface.at);
        } else {
            let group = group.map_or_else(String::new, |group| format!(" to {}", group.value));
            let path = format!("path VRRP on {}{group}", interface.value);
            object.say(&path, "used", interface.at);
        }
    }
    for peer in &transport.peers {
        let path = format!("path to {}", peer.value.address);
        object.say(&path, "used", peer.at);
        for (word, limit, standard) in
            [("min_ttl", peer.value.least_ttl, 0), ("max_ttl", peer.value.largest_ttl, u8::MAX)]
        {
            if let Some(limit) = limit.filter(|limit| *limit != standard) {
                object.say_privately(&format!("{path} {word}"), limit.to_string(), peer.at);
            }
        }
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

pub(super) fn path_name(path: &Path) -> String {
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
        let Some(method) = method(key.digest) else { continue };
        let field = format!("key {}", key.number);
        object.say(&field, method, Some(key.at));
        object.hide(&field, &key.secret);
    }
    let Some(active) = authentication.active else { return };
    let keys = &authentication.keys;
    let signing = keys.iter().find(|key| key.number == active.value);
    // A single key has no choice, and a checksum is no key.
    let is_said = signing.is_none_or(|key| keys.len() > 1 && method(key.digest).is_some());
    if is_said {
        // The line of the key is the one that a conversion loses.
        let at = signing.map(|key| key.at).or(active.at);
        object.say_privately("key that signs", active.value.to_string(), at);
    }
}

/// A method in words; a checksum is no protection.
fn method(digest: Digest) -> Option<&'static str> {
    Some(match digest {
        Digest::Crc => return None,
        Digest::Header => "authentication header",
        Digest::HmacSha256 => "HMAC-SHA256",
        Digest::Md5 => "HMAC-MD5",
        Digest::Password => "password in clear",
        Digest::Sha1 => "HMAC-SHA1",
    })
}

/// Whether heartbeat's ping targets decide anything: with `auto_failback legacy`, which is the default, ipfail
/// does nothing.
pub(super) fn is_arbitrated(cluster: &Cluster) -> bool {
    let membership = &cluster.membership;
    membership.failback.is_some_and(|failback| failback.value != Failback::Legacy)
        && membership.arbitrator.is_some()
}

/// What decides about the role beside the other directors.
pub(super) fn follows(router: &Router, cluster: &Cluster, view: &View<'_>, object: &mut Object) {
    if view.world == World::Heartbeat {
        if is_arbitrated(cluster) {
            // One that stands there twice is one.
            let targets = &cluster.membership.ping_targets;
            let is_first = |(index, target): &(usize, &Sourced<PingTarget>)| {
                !targets.iter().take(*index).any(|before| before.value == target.value)
            };
            for (_, target) in targets.iter().enumerate().filter(is_first) {
                object.say(&format!("pings {}", target.value.hosts.join(" or ")), "yes", target.at);
            }
        }
        return;
    }
    // What keepalived ignores has no counterpart and needs none.
    let is_ignored = view.foreign && router.ignores_weights(cluster);
    let counts = |track: &&Sourced<Track>| {
        let weight = track.value.weight_of_script(&cluster.trackers);
        !is_ignored || weight.is_none_or(|weight| weight == 0)
    };
    tracks(router.tracks.iter().filter(counts), cluster, object);
}

/// Says what is followed, with the weight that holds.
pub(super) fn tracks<'a>(
    tracks: impl IntoIterator<Item = &'a Sourced<Track>>,
    cluster: &Cluster,
    object: &mut Object,
) {
    for track in tracks {
        let Track { kind, name, weight, reverse } = &track.value;
        let word = match kind {
            TrackKind::Bfd => "BFD session",
            TrackKind::File => "file",
            TrackKind::Interface => "interface",
            TrackKind::Process => "process",
            TrackKind::Script => "script",
            TrackKind::Service => "service",
        };
        let of_script = || cluster.trackers.iter().find(|script| script.name.value == *name);
        let standard = match kind {
            TrackKind::Interface => Some(0),
            TrackKind::Script => {
                of_script().map(|script| script.weight.map_or(0, |weight| weight.value))
            }
            _ => None,
        };
        let weight = weight.or(standard).map_or("its weight".to_owned(), |w| w.to_string());
        // Stated or not: without a word, the object decides.
        let reverse = match reverse {
            Some(true) => " reverse",
            Some(false) => " noreverse",
            None => "",
        };
        object.say(&format!("follows {word} {name}"), format!("{weight}{reverse}"), track.at);
    }
}

/// What only VRRP has words for.
fn own_words(router: &Router, view: &View<'_>, object: &mut Object) {
    let member = router.members.first();
    let role = member.and_then(|member| member.role);
    let stated = member.and_then(|member| member.priority);
    // The owner's priority and the master's state stand for each other (2.2.7).
    let priority = router.effective_priority();
    let at = stated.place().or(router.at);
    object.say_privately("priority", priority.to_string(), at);
    let master = role.map_or(priority == 255, |role| role.value == Role::Master);
    let word = if master { "MASTER" } else { "BACKUP" };
    object.say_privately("state", word, role.place().or(router.at));
    let settings: [&dyn Settings; 3] = [&router.announcements, &router.conduct, &router.delivery];
    for settings in settings {
        object.say_settings("", settings, "vrrp_instance", view);
    }
    if let Some(accept) = router.accept.filter(|accept| !accept.value) {
        object.say("accepts packets", "no", accept.at);
    }
    let mails = view.standards.mails("smtp_alert_vrrp", false);
    if let Some(alert) = router.alert.filter(|alert| alert.value != mails) {
        object.say_privately("mail", yes_no(&alert.value), alert.at);
    }
    if let Some(authentication) = &router.authentication {
        let hmac = &authentication.hmac;
        object.say_settings("key's ", hmac, "vrrp_instance/auth_hmac", view);
    }
    if let Some(own) = &router.own_interface {
        object.say("own interface", own_interface(&own.value, router), own.at);
    }
    objects::lines(Line::Route, &router.routes, object);
    objects::lines(Line::Rule, &router.rules, object);
}

/// An interface of a router's own in words.
fn own_interface(own: &OwnInterface, router: &Router) -> String {
    let six = router.addresses.first().is_some_and(|a| a.value.address.is_ipv6());
    let id = router.virtual_router_id.map_or(String::new(), |id| id.value.to_string());
    let standard = || format!("vrrp{}.{id}", if six { "6" } else { "" });
    let option = |word: &str, value: &Option<String>| {
        value.as_ref().map_or(String::new(), |value| format!(", {word} {value}"))
    };
    match own {
        OwnInterface::SharedMac(SharedMac { name, address, mode, group }) => {
            let name = name.clone().unwrap_or_else(standard);
            let (address, mode) = (option("address", address), option("mode", mode));
            format!("ipvlan {name}{address}{mode}{}", option("group", group))
        }
        OwnInterface::VirtualMac(VirtualMac { name, address, notify, group }) => {
            let name = name.clone().unwrap_or_else(standard);
            let told = if *notify { ", told by netlink" } else { "" };
            let (address, group) = (option("address", address), option("group", group));
            format!("virtual MAC on {name}{address}{told}{group}")
        }
    }
}

/// An address on `interface` unless it names another.
pub(super) fn address(
    from: &Sourced<VirtualAddress>,
    interface: Option<&str>,
    within: &str,
    view: &View<'_>,
) -> Object {
    let value = &from.value;
    let name = value.address.to_string();
    let mut object = Object::new(format!("address {name}"), vec![name], from.at);
    let full = Family::of(value.address).bits();
    let prefix = match (value.prefix, view.world) {
        (Some(prefix), _) => prefix.to_string(),
        (None, World::Keepalived) => full.to_string(),
        (None, World::Heartbeat) => "as the route has it".to_owned(),
    };
    object.say("prefix", prefix, from.at);
    let interface = value.interface.as_deref().or(interface).unwrap_or("as the route has it");
    object.say("interface", interface, from.at);
    // The usual broadcast address is no difference to none: the kernel delivers either.
    if let Some(broadcast) = value.broadcast {
        let text = match broadcast {
            Broadcast::Address(address) => address.to_string(),
            Broadcast::AllOnes | Broadcast::AllZeros => {
                let length = value.prefix.unwrap_or(full);
                let edge = broadcast.resolve(value.address, length);
                edge.map_or_else(String::new, |edge| edge.to_string())
            }
        };
        object.say("broadcast", text, from.at);
    }
    if let Some(label) = &value.label {
        object.say("label", label.clone(), from.at);
    }
    if let Some(scope) = value.scope.as_ref().filter(|scope| *scope != "global") {
        object.say("scope", scope.clone(), from.at);
    }
    object.say_settings("", &value.options, within, view);
    if !value.further.is_empty() {
        object.say("further words", value.further.join(" "), from.at);
    }
    object
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
