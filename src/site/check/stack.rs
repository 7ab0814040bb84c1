//! What an inventory says in heartbeat's way, and the stack that runs it does not carry out.

use super::own;
use crate::model::{
    Cluster, Digest, Failback, Family, GroupMember, HookEvent, ResourceKind, Router, Service,
    ServiceGroup, TrackKind,
};
use crate::site::keys::{Reader, Words as _};
use crate::site::{Site, Stack};
use crate::source::codes::inventory;
use crate::source::{Diagnostic, Place};

/// Says of every key of heartbeat that `site`'s stack of VRRP leaves out that it does.
pub(super) fn check(site: &Site, cluster: &Cluster, reader: &mut Reader<'_>) {
    let stack = site.stack();
    for row in ROWS {
        if let Some(at) = own((row.lost)(cluster), reader) {
            let message = format!("{} does not read `{}`", stack.word(), row.key);
            let finding = Diagnostic::new(inventory::NOT_IN_STACK, at, message);
            reader.report(finding.help(row.help));
        }
    }
    for router in &cluster.routers {
        resources(router, stack, reader);
        families(router, reader);
    }
    for service in &cluster.services {
        fallback_command(service, stack, reader);
    }
    // keepalived has limits of its own, which the judgement of its file tells.
    if stack == Stack::Lvsha {
        cluster.service_groups.iter().for_each(|group| long_lines(group, reader));
    }
}

/// No machine is given more addresses than that, and some without a service are worse than none.
fn long_lines(group: &ServiceGroup, reader: &mut Reader<'_>) {
    for member in &group.members {
        if let (Some(length), Some(at)) = (member.value.too_many(), own(member.at, reader)) {
            let most = GroupMember::MOST;
            let message = format!("{length} addresses stand in one entry, and {most} may");
            let finding = Diagnostic::new(inventory::WRONG_VALUE, at, message);
            reader.report(
                finding
                    .help("mark the packets with the packet filter, and write `fwmark 7` instead"),
            );
        }
    }
}

/// Only heartbeat starts what stands in `resources`.
fn resources(router: &Router, stack: Stack, reader: &mut Reader<'_>) {
    let Some(at) = own(router.name.at, reader) else { return };
    let named = |kinds: fn(&ResourceKind) -> bool| -> Vec<&str> {
        let wanted = router.resources.iter().filter(|resource| kinds(&resource.kind));
        wanted.map(|resource| resource.name.as_str()).collect()
    };
    let has_address = !router.addresses.is_empty() || !router.excluded.is_empty();
    let addresses = named(|kind| matches!(kind, ResourceKind::Address { .. }));
    if !has_address && !addresses.is_empty() {
        let message = format!("{} reads no addresses from `resources`", stack.word());
        let finding = Diagnostic::new(inventory::NOT_STARTED, at, message);
        reader.report(finding.help("write them into `addresses`, too"));
    }
    let scripts = named(|kind| {
        use ResourceKind::{Mail, Service, SourceAddress, Storage};
        matches!(kind, Mail | Service | SourceAddress | Storage)
    });
    // Who wrote hooks has said in VRRP's way what is to be started.
    if scripts.is_empty() || !router.hooks.is_empty() {
        return;
    }
    let only_mail = named(|kind| *kind == ResourceKind::Mail).len() == scripts.len();
    // The daemon runs resources when it reads the inventory itself, so for it this is no error.
    let code = match stack {
        Stack::Keepalived if !only_mail => inventory::NOT_STARTED,
        _ => inventory::NOT_IN_STACK,
    };
    let message = match stack {
        Stack::Lvsha => format!("a rendered file does not start {}", scripts.join(", ")),
        _ => format!("{} does not start {}", stack.word(), scripts.join(", ")),
    };
    reader.report(Diagnostic::new(code, at, message).help(HOOKS));
}

/// VRRP has addresses of one family in an advert, and keepalived refuses both in one block.
fn families(router: &Router, reader: &mut Reader<'_>) {
    let mut addresses = router.addresses.iter();
    let Some(first) = addresses.next() else { return };
    let family = Family::of(first.value.address);
    let other = addresses.find(|address| Family::of(address.value.address) != family);
    if let Some(at) = other.and_then(|other| own(other.at, reader)) {
        let message = "IPv4 and IPv6 addresses stand in one `addresses`";
        let finding = Diagnostic::new(inventory::WRONG_VALUE, at, message);
        reader.report(finding.help("move those of one family to `excluded_addresses`"));
    }
}

/// ldirectord says behind a command what happened; two hooks with one command do not.
fn fallback_command(service: &Service, stack: Stack, reader: &mut Reader<'_>) {
    let hook = |event| service.hooks.iter().find(|hook| hook.value.event == event);
    let (Some(down), Some(up)) = (hook(HookEvent::QuorumDown), hook(HookEvent::QuorumUp)) else {
        return;
    };
    if let (true, Some(at)) = (down.value.command == up.value.command, own(down.at, reader)) {
        let message = format!("{} does not say behind a command which hook it is", stack.word());
        let finding = Diagnostic::new(inventory::NOT_IN_STACK, at, message);
        reader.report(finding.help("end `quorum-down` in ` start` and `quorum-up` in ` stop`"));
    }
}

/// A key of heartbeat.
struct Row {
    key: &'static str,
    /// Where it is said and the routers do not say the same in VRRP's way.
    lost: fn(&Cluster) -> Option<Place>,
    help: &'static str,
}

const ROWS: &[Row] = &[
    Row {
        key: "authentication",
        lost: |cluster| {
            // A checksum is no protection that could be lost.
            let keys = &cluster.authentication.as_ref()?.keys;
            let key = keys.iter().find(|key| key.digest != Digest::Crc)?;
            unless_all(cluster, |router| router.authentication.is_some(), Some(key.at))
        },
        help: "write an `authentication` into each router",
    },
    Row {
        key: "heartbeat.arbitrator",
        lost: |cluster| unwatched(cluster, cluster.membership.arbitrator.as_ref()?.at),
        help: FOLLOWS,
    },
    Row {
        key: "heartbeat.dead_time",
        lost: |cluster| unless_all(cluster, has_rhythm, cluster.membership.dead_time?.at),
        help: "`interval` times `down_count` of a router is about the same",
    },
    Row {
        key: "heartbeat.failback",
        lost: |cluster| {
            let failback = cluster.membership.failback?;
            // The other words mean what VRRP does when nothing is said.
            let off = failback.at.filter(|_| failback.value == Failback::Off);
            unless_all(cluster, |router| router.preempt.is_some(), off)
        },
        help: "write `preempt = false` into each router",
    },
    Row {
        key: "heartbeat.initial_dead_time",
        lost: |cluster| {
            let time = cluster.membership.initial_dead_time?;
            let at = time.at.filter(|_| cluster.globals.startup_delay.is_none());
            unless_all(cluster, has_rhythm, at)
        },
        help: "`settings.startup_delay` is about the same",
    },
    Row {
        key: "heartbeat.interval",
        lost: |cluster| unless_all(cluster, has_rhythm, cluster.membership.interval?.at),
        help: "write an `interval` into each router",
    },
    Row {
        key: "heartbeat.ping",
        lost: |cluster| {
            let target = cluster.membership.ping_targets.first()?;
            unwatched(cluster, target.at.filter(|_| cluster.membership.arbitrator.is_some()))
        },
        help: FOLLOWS,
    },
];

/// `at`, unless every router says something in its own way.
fn unless_all(cluster: &Cluster, says: fn(&Router) -> bool, at: Option<Place>) -> Option<Place> {
    at.filter(|_| !cluster.routers.iter().all(says))
}

pub(super) fn has_rhythm(router: &Router) -> bool {
    router.interval.is_some() || router.down_count.is_some()
}

/// `at`, when somebody would act on pings and no router follows a script instead.
fn unwatched(cluster: &Cluster, at: Option<Place>) -> Option<Place> {
    let tracks = cluster.routers.iter().flat_map(|router| &router.tracks);
    let groups = cluster.sync_groups.iter().flat_map(|group| &group.tracks);
    let is_followed = tracks.chain(groups).any(|track| track.value.kind == TrackKind::Script);
    let is_pinged = !cluster.membership.ping_targets.is_empty();
    at.filter(|_| is_pinged && !is_followed)
}

const FOLLOWS: &str = "let the routers follow a script of `scripts` that pings";
const HOOKS: &str = "write `hooks` that start and stop them, or `import` heartbeat's files, which are \
                     converted";
