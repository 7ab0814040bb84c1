//! What only keepalived has: things that routers follow, groups, and what does not move.

use super::routing::Line;
use super::{Object, View, carried, router, seconds, yes_no};
use crate::model::setting::Settings;
use crate::model::{
    Cluster, Fixed, Located, Named, Pacing, Sourced, SyncGroup, TrackGroup, Tracker,
};

/// Every object beside routers and services.
pub(super) fn all(cluster: &Cluster, view: &View<'_>) -> Vec<Object> {
    let mut objects: Vec<Object> = Vec::new();
    objects.extend(cluster.trackers.iter().map(|script| self::script(script, view)));
    objects.extend(named("file", "track_file", &cluster.tracked_files, view));
    objects.extend(named("process", "vrrp_track_process", &cluster.tracked_processes, view));
    objects.extend(named("BFD session", "bfd_instance", &cluster.bfd_sessions, view));
    objects.extend(cluster.track_groups.iter().map(|group| track_group(group, view)));
    objects.extend(cluster.sync_groups.iter().map(|group| sync_group(group, cluster, view)));
    objects.extend(cluster.fixed.pacing.iter().map(pacing));
    objects
}

fn script(script: &Tracker, view: &View<'_>) -> Object {
    let Tracker {
        name,
        command,
        interval,
        timeout,
        weight,
        reverse,
        rise,
        fall,
        user,
        starts_down,
        carried,
    } = script;
    let mut object = object("script", name);
    object.say_stated("command", command.as_ref(), Clone::clone);
    let standard = std::time::Duration::from_secs(1);
    object.say_or("interval", interval.as_ref(), standard, |time| seconds(*time));
    let interval = interval.map_or(standard, |interval| interval.value);
    object.say_or("time limit", timeout.as_ref(), interval, |time| seconds(*time));
    let sign = if *reverse == Some(true) { " reverse" } else { "" };
    object.say_or("weight", weight.as_ref(), 0, |weight| format!("{weight}{sign}"));
    object.say_or("successes until up", rise.as_ref(), 1, ToString::to_string);
    object.say_or("failures until down", fall.as_ref(), 1, ToString::to_string);
    let user = user.as_ref().filter(|user| Some(&user.value) != view.script_user);
    object.say_stated("user", user, Clone::clone);
    object.say_or("starts down", starts_down.as_ref(), false, yes_no);
    carried::say(carried, "vrrp_script", view, &mut object);
    object
}

fn named<T: Settings>(kind: &str, within: &str, all: &[Named<T>], view: &View<'_>) -> Vec<Object> {
    let one = |named: &Named<T>| {
        let Named { name, settings, carried, at: _ } = named;
        let mut object = object(kind, name);
        object.say_settings("", settings, within, view);
        carried::say(carried, within, view, &mut object);
        object
    };
    all.iter().map(one).collect()
}

fn track_group(group: &Named<TrackGroup>, view: &View<'_>) -> Object {
    let Named { name, settings: TrackGroup { members }, carried, at: _ } = group;
    let mut object = object("track group", name);
    for member in members {
        object.say(&format!("follows {}", member.value), "yes", member.at);
    }
    carried::say(carried, "track_group", view, &mut object);
    object
}

fn sync_group(group: &SyncGroup, cluster: &Cluster, view: &View<'_>) -> Object {
    let SyncGroup { name, members, tracks, hooks, settings, carried } = group;
    let mut object = object("sync group", name);
    for member in members {
        object.say(&format!("member {}", member.value), "yes", member.at);
    }
    router::tracks(tracks, cluster, &mut object);
    router::hooks(hooks, view, &mut object);
    object.say_settings("", settings, "vrrp_sync_group", view);
    carried::say(carried, "vrrp_sync_group", view, &mut object);
    object
}

/// Says what does not move.
pub(super) fn fixed(fixed: &Fixed, view: &View<'_>, object: &mut Object) {
    let Fixed { addresses, routes, rules, link_methods, link_delays, pacing: _ } = fixed;
    let interface = view.standards.global("default_interface");
    let one = |from| router::address(from, interface.as_deref(), "static_ipaddress", view);
    object.parts.extend(addresses.iter().map(one));
    lines(Line::Route, routes, object);
    lines(Line::Rule, rules, object);
    for link in link_methods {
        let (interface, method) = &link.value;
        let method = method.clone().unwrap_or_else(|| "any way".to_owned());
        object.say_next(&format!("link of {interface} is read by"), &method, link.at);
    }
    for delay in link_delays {
        let (down, up) = (delay.value.down, delay.value.up.unwrap_or_default());
        let value = format!("{} down, {} up", seconds(down), seconds(up));
        object.say_next(&format!("link delay of {}", delay.value.interface), &value, delay.at);
    }
}

fn pacing(pacing: &Pacing) -> Object {
    let Pacing { garp_interval, gna_interval, interfaces } = pacing;
    let mut names: Vec<&str> = interfaces.iter().map(|name| name.value.as_str()).collect();
    names.sort_unstable();
    let at = interfaces.first().place();
    let at = at.or(garp_interval.place());
    let keys = names.iter().map(|name| format!("pacing {name}")).collect();
    let mut object = Object::new(format!("garp_group of {}", names.join(", ")), keys, at);
    for interface in interfaces {
        object.say(&format!("interface {}", interface.value), "yes", interface.at);
    }
    object.say_stated("garp_interval", garp_interval.as_ref(), |time| seconds(*time));
    object.say_stated("gna_interval", gna_interval.as_ref(), |time| seconds(*time));
    object
}

/// Says every line of routes or rules: packets take their ways whichever program sets them.
pub(super) fn lines(line: Line, all: &[Sourced<Vec<String>>], object: &mut Object) {
    for stated in all {
        let (about, options) = line.canonical(&stated.value);
        let (field, value) = match line {
            Line::Route => (format!("route {about}"), options),
            Line::Rule => (format!("{} {options}", line.name()), "yes".to_owned()),
        };
        object.put_next(&field, &value, false, stated.at);
    }
}

fn object(kind: &str, name: &Sourced<String>) -> Object {
    let title = format!("{kind} {}", name.value);
    Object::new(title.clone(), vec![title], name.at)
}
