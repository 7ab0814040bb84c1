//! `vrrp_script`, `vrrp_sync_group`, `vrrp_instance`.

use super::View;
use super::text::{Text, command, word};
use crate::emit::Feature;
use crate::model::{
    Authentication, Broadcast, Digest, Family, Hook, HookEvent, Role, Router, Sourced, SyncGroup,
    Track, Tracker, VirtualAddress, VrrpVersion, show_seconds,
};

pub(super) fn tracker(tracker: &Tracker, text: &mut Text<'_>) {
    text.block(format_args!("vrrp_script {}", word(&tracker.name.value)), |text| {
        text.maybe("script", tracker.command.as_ref().map(|script| command(&script.value)));
        text.maybe("interval", tracker.interval.map(|time| show_seconds(time.value)));
        text.maybe("timeout", tracker.timeout.map(|time| show_seconds(time.value)));
        text.maybe("weight", tracker.weight.map(|weight| weight.value));
        text.maybe("fall", tracker.fall.map(|count| count.value));
        text.maybe("rise", tracker.rise.map(|count| count.value));
        text.maybe("user", tracker.user.as_ref().map(|user| &user.value));
    });
}

pub(super) fn sync_group(group: &SyncGroup, text: &mut Text<'_>) {
    text.block(format_args!("vrrp_sync_group {}", word(&group.name.value)), |text| {
        text.block("group", |text| {
            group.members.iter().for_each(|member| text.line(word(&member.value)));
        });
        hooks(&group.hooks, text);
    });
}

pub(super) fn write(router: &Router, view: &View<'_>, text: &mut Text<'_>) {
    let member = router
        .members
        .iter()
        .find(|member| member.node.as_ref().is_none_or(|node| node.value == view.node));
    text.block(format_args!("vrrp_instance {}", word(&router.name.value)), |text| {
        let role = member.and_then(|member| member.role).map(|role| role.value);
        text.maybe(
            "state",
            role.map(|role| if role == Role::Master { "MASTER" } else { "BACKUP" }),
        );
        text.maybe("interface", router.interface.as_ref().map(|name| &name.value));
        text.maybe("virtual_router_id", router.virtual_router_id.map(|id| id.value));
        text.maybe("priority", member.and_then(|member| member.priority).map(|p| p.value));
        if router.version.is_some_and(|version| version.value == VrrpVersion::Three) {
            text.line("version 3");
        }
        text.maybe("advert_int", router.interval.map(|time| show_seconds(time.value)));
        if view.target.has(Feature::DownTimerAdverts) {
            let count = router.down_count.filter(|count| count.value != STANDARD_COUNT);
            text.maybe("down_timer_adverts", count.map(|count| count.value));
        }
        if router.preempt.is_some_and(|preempt| !preempt.value) {
            text.line("nopreempt");
        }
        text.maybe("preempt_delay", router.preempt_delay.map(|time| show_seconds(time.value)));
        transport(router, view, text);
        if let Some(authentication) = &router.authentication {
            keys(authentication, text);
        }
        addresses("virtual_ipaddress", &router.addresses, text);
        addresses("virtual_ipaddress_excluded", &router.excluded, text);
        tracks(&router.tracks, text);
        hooks(&router.hooks, text);
        if router.alert.is_some_and(|alert| alert.value) {
            text.line("smtp_alert");
        }
    });
}

/// Multicast needs no line; unicast needs this node's address and all others.
fn transport(router: &Router, view: &View<'_>, text: &mut Text<'_>) {
    let transport = &router.transport;
    text.maybe("mcast_dst_ip", transport.group.map(|group| group.value));
    if router.unicast {
        let address_of = |own: bool| {
            let nodes =
                view.cluster.nodes.iter().filter(move |node| (node.name.value == view.node) == own);
            nodes.filter_map(|node| node.address.map(|address| address.value))
        };
        text.maybe("unicast_src_ip", address_of(true).next());
        text.block("unicast_peer", |text| address_of(false).for_each(|peer| text.line(peer)));
        return;
    }
    let source = if transport.peers.is_empty() { "mcast_src_ip" } else { "unicast_src_ip" };
    text.maybe(source, transport.source.map(|source| source.value));
    if !transport.peers.is_empty() {
        text.block("unicast_peer", |text| {
            transport.peers.iter().for_each(|peer| text.line(peer.value))
        });
    }
}

fn keys(authentication: &Authentication, text: &mut Text<'_>) {
    let hmac = authentication.keys.iter().any(|key| key.digest == Digest::HmacSha256);
    if hmac {
        text.block("auth_hmac", |text| {
            for key in &authentication.keys {
                text.line(format_args!("key {} {}", key.number, key.secret));
            }
            text.maybe("active_key", authentication.active.map(|number| number.value));
        });
        return;
    }
    let Some(key) = authentication.keys.first() else { return };
    text.block("authentication", |text| {
        text.line(if key.digest == Digest::Header { "auth_type AH" } else { "auth_type PASS" });
        text.line(format_args!("auth_pass {}", word(&key.secret)));
    });
}

fn addresses(keyword: &str, addresses: &[Sourced<VirtualAddress>], text: &mut Text<'_>) {
    if addresses.is_empty() {
        return;
    }
    text.block(keyword, |text| {
        addresses.iter().for_each(|address| text.line(line(&address.value)))
    });
}

/// One address with its prefix, always written.
fn line(address: &VirtualAddress) -> String {
    let full = if Family::of(address.address) == Family::V4 { 32 } else { 128 };
    let mut line = format!("{}/{}", address.address, address.prefix.unwrap_or(full));
    let mut add = |keyword: &str, value: &str| line.push_str(&format!(" {keyword} {value}"));
    match address.broadcast {
        Some(Broadcast::AllOnes) => add("brd", "+"),
        Some(Broadcast::AllZeros) => add("brd", "-"),
        Some(Broadcast::Address(broadcast)) => add("brd", &broadcast.to_string()),
        None => {}
    }
    if let Some(interface) = &address.interface {
        add("dev", interface);
    }
    if let Some(scope) = &address.scope {
        add("scope", scope);
    }
    if let Some(label) = &address.label {
        add("label", label);
    }
    for word in &address.further {
        line.push(' ');
        line.push_str(word);
    }
    line
}

fn tracks(tracks: &[Sourced<Track>], text: &mut Text<'_>) {
    let weighted = |name: &str, weight: Option<i16>| match weight {
        Some(weight) => format!("{name} weight {weight}"),
        None => name.to_owned(),
    };
    let interfaces: Vec<String> = tracks
        .iter()
        .filter_map(|track| match &track.value {
            Track::Interface { name, weight } => Some(weighted(name, *weight)),
            Track::Script { .. } => None,
        })
        .collect();
    let scripts: Vec<String> = tracks
        .iter()
        .filter_map(|track| match &track.value {
            Track::Script { name, weight } => Some(weighted(name, *weight)),
            Track::Interface { .. } => None,
        })
        .collect();
    for (keyword, lines) in [("track_interface", interfaces), ("track_script", scripts)] {
        if !lines.is_empty() {
            text.block(keyword, |text| lines.iter().for_each(|line| text.line(line)));
        }
    }
}

/// Hooks of every owner; the event tells the keyword.
pub(super) fn hooks(hooks: &[Sourced<Hook>], text: &mut Text<'_>) {
    for Sourced { value: hook, .. } in hooks {
        let keyword = match hook.event {
            HookEvent::Any => "notify",
            HookEvent::Backup => "notify_backup",
            HookEvent::Down => "notify_down",
            HookEvent::Fault => "notify_fault",
            HookEvent::Master => "notify_master",
            HookEvent::QuorumDown => "quorum_down",
            HookEvent::QuorumUp => "quorum_up",
            HookEvent::Stop => "notify_stop",
            HookEvent::Up => "notify_up",
        };
        let user = hook.user.as_ref().map(|user| format!(" {user}")).unwrap_or_default();
        text.line(format_args!("{keyword} {}{user}", command(&hook.command)));
    }
}

/// Advertisements that may be missed when nothing is written (RFC 9568 section 6.1).
const STANDARD_COUNT: u8 = 3;
