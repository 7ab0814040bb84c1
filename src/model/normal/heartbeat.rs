//! What only heartbeat's own files say about a cluster.

use super::{Object, View, carried, router, seconds, yes_no};
use crate::model::{
    Cluster, Failback, Located, Membership, Password, Path, Resource, ResourceKind, Router, Sourced,
};
use crate::source::Place;

/// Says what all directors share.
pub(super) fn whole(cluster: &Cluster, view: &View<'_>, object: &mut Object) {
    let membership = &cluster.membership;
    for node in &cluster.nodes {
        object.say_privately(&format!("node {}", node.name.value), "member", node.name.at);
    }
    let initial = membership.effective_initial_dead_time();
    let at = membership.initial_dead_time.place();
    object.say_privately("initial dead time", seconds(initial), at);
    if let Some(time) = membership.warn_time {
        object.say("late warning", seconds(time.value), time.at);
    }
    for place in &membership.fencing {
        object.say("fencing", "configured", Some(*place));
    }
    if let Some(manager) = membership.manager.filter(|manager| manager.value) {
        object.say("another manager", "on", manager.at);
    }
    if !view.foreign {
        own(cluster, view, object);
    }
}

/// Who gets the mail of MailTo, and which resource says so.
pub(super) fn mailed(cluster: &Cluster) -> Vec<(&str, Option<Place>)> {
    let resources = cluster.routers.iter().flat_map(|router| &router.resources);
    let mails = resources.filter(|resource| resource.kind == ResourceKind::Mail);
    mails
        .filter_map(|resource| Some((resource, resource.arguments.first()?)))
        .flat_map(|(resource, list)| list.value.split(',').map(|name| (name, Some(resource.at))))
        .map(|(name, at)| (name.trim(), at))
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

/// What the other program has no word for.
fn own(cluster: &Cluster, view: &View<'_>, object: &mut Object) {
    let Membership {
        // What all routers share is said with each of them, also what is pinged: without a client
        // that acts on it that is nothing.
        interval: _,
        dead_time: _,
        ping_targets: _,
        failback,
        // Said for both programs.
        warn_time: _,
        initial_dead_time: _,
        manager: _,
        ping_dead_time,
        paths,
        port,
        arbitrator,
        fencing,
        log_facility,
    } = &cluster.membership;
    let name = cluster.name.as_ref();
    object.say_or("cluster name", name, "linux-ha".to_owned(), Clone::clone);
    let dead = cluster.membership.effective_dead_time();
    object.say_or("dead time of pings", ping_dead_time.as_ref(), dead, |time| seconds(*time));
    object.say_or("UDP port", port.as_ref(), 694, ToString::to_string);
    object.say_stated("log facility", log_facility.as_ref(), Clone::clone);
    if router::is_arbitrated(cluster) {
        object.say_stated("acts on pings", arbitrator.as_ref(), Clone::clone);
    }
    // Beside the two answers there is heartbeat 1's, which is the default.
    let legacy = Failback::Legacy;
    object.say_or("goes home as", failback.as_ref(), legacy, |failback| {
        let word = if *failback == Failback::Legacy { "heartbeat 1 did" } else { "it says" };
        word.to_owned()
    });
    for path in paths {
        let value = match &path.value {
            Path::Multicast { ttl, loopback, .. } => {
                format!("time to live {ttl}, heard by the sender: {}", yes_no(loopback))
            }
            Path::Unicast { interface, .. } => format!("on {interface}"),
            Path::Broadcast { .. } | Path::Serial { .. } => continue,
        };
        object.say(&format!("{} is", router::path_name(&path.value)), value, path.at);
    }
    for place in fencing {
        carried::say_hidden("fencing device", &Password::in_place(*place), view, object);
    }
    // Without haresources there is no router that could say it.
    if cluster.routers.is_empty() && cluster.membership != Membership::default() {
        let router = Router::new(Sourced::implied(String::new()));
        router::shared(&router, cluster, view, object);
        router::follows(&router, cluster, view, object);
    }
}

/// Says every resource with the one before it: they start from left to right.
pub(super) fn resources(resources: &[Resource], object: &mut Object) {
    let mut before = "first".to_owned();
    for resource in resources {
        let name = match &resource.kind {
            ResourceKind::Address { address, .. } => address.address.to_string(),
            _ => name(resource),
        };
        match &resource.kind {
            // Addresses are parts of their own; that services come behind them is said there.
            ResourceKind::Address { .. } => {}
            // Addresses are announced by their own scripts.
            ResourceKind::Announcement => continue,
            // Who is told does not depend on the order.
            ResourceKind::Mail => {
                object.say_next(&format!("resource {name}"), "", Some(resource.at));
                continue;
            }
            _ => {
                object.say_next(&format!("resource {name}"), &before, Some(resource.at));
            }
        }
        before = format!("behind {name}");
    }
}

/// A script with its arguments.
pub(super) fn name(resource: &Resource) -> String {
    let arguments = resource.arguments.iter().map(|argument| argument.value.as_str());
    arguments.fold(resource.name.clone(), |name, argument| format!("{name}::{argument}"))
}
