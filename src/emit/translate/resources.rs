//! Ordered resources to what VRRP has instead: addresses, hooks, alerts, a sync daemon.

use super::configurations::Configurations;
use super::{Extras, GeneratedScript, Purpose, SCRIPT_DIRECTORY};
use crate::emit::Account;
use crate::model::{
    Cluster, Family, Hook, HookEvent, Located, Resource, ResourceKind, Router, Sourced, SyncDaemon,
    Track, TrackKind, VirtualAddress,
};
use crate::source::codes::conversion;

/// Translates every group's resources, in order.
pub(super) fn apply(
    cluster: &mut Cluster,
    configurations: &Configurations,
    extras: &mut Extras,
    account: &mut Account,
) {
    let mut routers = std::mem::take(&mut cluster.routers);
    // The reader's daemon follows a group by its first resource, and knows no interface.
    cluster.sync_daemon = None;
    for router in &mut routers {
        addresses(router, account);
        // A group without an address is not written, and nobody would call its script.
        if !router.addresses.is_empty() {
            services(router, extras, account);
        }
        for resource in &router.resources {
            match resource.kind {
                ResourceKind::Director { .. } => configurations.director(resource, account),
                _ => others(resource, router, cluster, account),
            }
        }
        if router.resources.iter().any(|resource| resource.kind == ResourceKind::Mail) {
            router.alert = Some(Sourced::implied(true));
        }
    }
    // `keepalived -t` refuses an instance without an address.
    let (with, without): (Vec<Router>, Vec<Router>) =
        routers.into_iter().partition(|router| !router.addresses.is_empty());
    for router in &without {
        let preferred = router.members.first().and_then(|member| member.node.as_ref());
        let places = router.resources.iter().map(|resource| Some(resource.at));
        for place in places.chain([preferred.place()]) {
            let note =
                "keepalived needs an address in every group: let the service run on every director";
            account.lossy(place, conversion::SERVICE_ASYNCHRONOUS, "", &[note]);
        }
    }
    cluster.routers = with;
}

/// Addresses of one family go into the advertisements, up to twenty; the rest moves along.
fn addresses(router: &mut Router, account: &mut Account) {
    let interface = router.interface.as_ref().map(|interface| interface.value.as_str());
    let mut found = Vec::new();
    let mut service_before = false;
    for resource in &router.resources {
        let ResourceKind::Address { address, lvs_support } = &resource.kind else {
            service_before |= is_script(&resource.kind);
            continue;
        };
        let place = Some(resource.at);
        account.exact(place, "virtual_ipaddress");
        if address.prefix.is_none() {
            let note = "without a prefix heartbeat takes the route's, keepalived a host address: write the prefix";
            account.changed(place, conversion::ADDRESS_DETAIL, "virtual_ipaddress", note);
        }
        if *lvs_support {
            let note = "IPaddr2 also moved a copy of the address on lo out of the way; keepalived does not";
            account.changed(place, conversion::ADDRESS_DETAIL, "virtual_ipaddress", note);
        }
        if service_before {
            let note = "keepalived takes addresses first; what stood left of it starts later";
            account.lossy(place, conversion::ORDER_LOST, "virtual_ipaddress", &[note]);
        }
        let value = on_interface(address, interface, account, resource);
        found.push(Sourced { value, at: place });
    }
    let mut tracked: Vec<String> = Vec::new();
    for address in &found {
        // A VIP elsewhere than the advertisements must fail with its own link.
        let elsewhere = address.value.interface.as_deref();
        let Some(name) = elsewhere.filter(|name| Some(*name) != interface) else { continue };
        let note = format!("the group is given up while {name} is down; heartbeat follows no link");
        account.changed(address.at, conversion::ADDRESS_DETAIL, "virtual_ipaddress", &note);
        if !tracked.iter().any(|known| known == name) {
            tracked.push(name.to_owned());
        }
    }
    for name in tracked {
        router.tracks.push(Sourced::implied(Track::new(TrackKind::Interface, name)));
    }
    let main = family(router);
    let (inside, outside): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|address| Family::of(address.value.address) == main);
    let (advertised, surplus) = inside.split_at(inside.len().min(ADVERTISED));
    for address in surplus.iter().chain(&outside) {
        let note = "moves along without being named in the advertisements";
        account.changed(address.at, conversion::ADDRESS_DETAIL, "virtual_ipaddress_excluded", note);
    }
    router.addresses = advertised.to_vec();
    router.excluded = surplus.iter().chain(&outside).cloned().collect();
}

/// The family of a group's advertisements: IPv4 unless it has nothing else than IPv6.
pub(super) fn family(router: &Router) -> Family {
    let mut addresses = router.resources.iter().filter_map(|resource| match &resource.kind {
        ResourceKind::Address { address, .. } => Some(address.address),
        _ => None,
    });
    let six = addresses.next().is_some_and(|first| first.is_ipv6());
    if six && addresses.all(|address| address.is_ipv6()) { Family::V6 } else { Family::V4 }
}

/// The address as keepalived wants it: a label the kernel takes, a device where it is not the
/// instance's own.
fn on_interface(
    address: &VirtualAddress,
    interface: Option<&str>,
    account: &mut Account,
    resource: &Resource,
) -> VirtualAddress {
    let mut address = address.clone();
    if let Some(label) = address.label.take_if(|label| label.len() > LABEL_LENGTH) {
        let note = format!("the label {label} is longer than the kernel's 15 characters");
        account.changed(Some(resource.at), conversion::ADDRESS_DETAIL, "virtual_ipaddress", &note);
    }
    if address.interface.is_none()
        && let Some(interface) = interface
    {
        let note = format!(
            "heartbeat takes the interface of the route; keepalived takes the instance's, {interface}"
        );
        account.changed(Some(resource.at), conversion::ADDRESS_DETAIL, "virtual_ipaddress", &note);
    }
    address
}

/// Start/stop scripts become hooks, through a script that keeps heartbeat's order and its look-up: the
/// name of a resource need not be that of a unit.
fn services(router: &mut Router, extras: &mut Extras, account: &mut Account) {
    // heartbeat starts nothing behind a mount that fails; here the mount itself is gone.
    let before = router.resources.iter().position(|r| r.kind == ResourceKind::Storage);
    let (before, behind) = router.resources.split_at(before.unwrap_or(router.resources.len()));
    for resource in behind.iter().filter(|resource| is_script(&resource.kind)) {
        account.impossible(Some(resource.at), conversion::STORAGE_UNSAFE, &[BEHIND_STORAGE]);
    }
    let scripts: Vec<&Resource> = before.iter().filter(|r| is_script(&r.kind)).collect();
    if scripts.is_empty() {
        return;
    }
    let words = |resource: &&Resource| {
        let arguments = resource.arguments.iter().map(|argument| argument.value.clone());
        std::iter::once(resource.name.clone()).chain(arguments).collect::<Vec<String>>()
    };
    let list = scripts.iter().map(words).collect();
    let name = format!("resources-{}", router.name.value);
    let path = format!("{SCRIPT_DIRECTORY}/{name}");
    let (start, stop) = (format!("{path} start"), format!("{path} stop"));
    extras.scripts.push(GeneratedScript { name, purpose: Purpose::Resources(list) });
    for resource in &scripts {
        let becomes = "notify_master, notify_backup, notify_fault, notify_stop";
        let note =
            "started after the address is up, nobody waits for it and its exit status is ignored";
        account.lossy(Some(resource.at), conversion::SERVICE_ASYNCHRONOUS, becomes, &[note]);
    }
    let events = [
        (HookEvent::Master, &start),
        (HookEvent::Backup, &stop),
        (HookEvent::Fault, &stop),
        (HookEvent::Stop, &stop),
    ];
    router.hooks = events
        .into_iter()
        .map(|(event, command)| {
            Sourced::implied(Hook { event, command: command.clone(), user: None })
        })
        .collect();
}

/// What is neither an address nor a script nor ldirectord.
fn others(resource: &Resource, router: &Router, cluster: &mut Cluster, account: &mut Account) {
    let place = Some(resource.at);
    match &resource.kind {
        ResourceKind::Address { .. }
        | ResourceKind::Director { .. }
        | ResourceKind::Helper
        | ResourceKind::Service => {}
        ResourceKind::Announcement => {
            account.needless(place, "keepalived announces its addresses itself");
        }
        ResourceKind::Mail => {
            let mut arguments = resource.arguments.iter();
            for recipient in arguments.next().iter().flat_map(|list| list.value.split(',')) {
                let recipient = recipient.trim().to_owned();
                if !recipient.is_empty() && !cluster.alerts.recipients.iter().any(|r| r.value == recipient) {
                    cluster.alerts.recipients.push(Sourced { value: recipient, at: place });
                }
            }
            // Whom it is sent by is said where all mail is known.
            let note = "keepalived writes its own subject";
            account.changed(place, conversion::REPLACED, "notification_email, smtp_alert", note);
        }
        ResourceKind::SourceAddress => account.lossy(
            place,
            conversion::REPLACED,
            "",
            &["needs the gateway: add `virtual_routes { default via GATEWAY src ADDRESS }` to the instance"],
        ),
        ResourceKind::Storage => account.impossible(
            place,
            conversion::STORAGE_UNSAFE,
            &["VRRP has no fencing: the storage could be active on two nodes; move it to Pacemaker"],
        ),
        ResourceKind::SyncDaemon => sync_daemon(resource, router, cluster, account),
    }
}

/// keepalived has one sync daemon: it sends where the instance that it follows is master.
fn sync_daemon(resource: &Resource, router: &Router, cluster: &mut Cluster, account: &mut Account) {
    let place = Some(resource.at);
    let lost = |account: &mut Account, note: &str| {
        account.lossy(place, conversion::REPLACED, "", &[note]);
    };
    if resource.arguments.first().is_some_and(|role| role.value == "backup") {
        lost(account, "keepalived's sync daemon sends on the master and never receives there");
    } else if let Some(first) = cluster.sync_daemon.as_ref().and_then(|d| d.value.router.as_ref()) {
        lost(account, &format!("keepalived has one sync daemon, and it follows {first}"));
    } else if !router.addresses.is_empty() {
        let interface =
            router.interface.as_ref().map_or(IPVSADM_INTERFACE, |interface| &interface.value);
        let note = format!(
            "heartbeat's script names neither interface nor number: {interface} was guessed, and `id 0` is ipvsadm's default"
        );
        account.changed(place, conversion::REPLACED, "lvs_sync_daemon", &note);
        let daemon = SyncDaemon {
            interface: Some(interface.to_owned()),
            router: Some(router.name.value.clone()),
            // Without it keepalived takes the VRID, and directors with another number do not hear it.
            identifier: Some(IPVSADM_NUMBER),
            ..SyncDaemon::default()
        };
        cluster.sync_daemon = Some(Sourced::new(daemon, resource.at));
    }
}

fn is_script(kind: &ResourceKind) -> bool {
    matches!(kind, ResourceKind::Service | ResourceKind::Helper)
}

const BEHIND_STORAGE: &str =
    "not started: it stands behind storage that is not moved along, and would run without its data";
/// VRRPv2's address count fits more, but long adverts are refused by old peers; keepalived's own
/// manual recommends 20.
const ADVERTISED: usize = 20;
/// What `ipvsadm --start-daemon` takes when no interface is named.
const IPVSADM_INTERFACE: &str = "eth0";
/// Its number then.
const IPVSADM_NUMBER: u8 = 0;
/// IFNAMSIZ without its NUL.
const LABEL_LENGTH: usize = 15;
