//! `vrrp_instance`.

use super::text::{Text, with_user, word};
use super::tracker::tracks;
use super::{View, address};
use crate::emit::Feature;
use crate::model::{
    Authentication, Digest, Hook, HookEvent, Role, Router, Sourced, VrrpVersion, show_exact_seconds,
};

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
        let exact = view.is_exact();
        match router.version.map(|version| version.value) {
            Some(VrrpVersion::Three) => text.line("version 3"),
            Some(VrrpVersion::Two) if exact => text.line("version 2"),
            _ => {}
        }
        text.maybe("advert_int", router.interval.map(|time| show_exact_seconds(time.value)));
        if exact || view.target.has(Feature::DownTimerAdverts) {
            let count = router.down_count.filter(|count| exact || count.value != STANDARD_COUNT);
            text.maybe("down_timer_adverts", count.map(|count| count.value));
        }
        match router.preempt.map(|preempt| preempt.value) {
            Some(false) => text.line("nopreempt"),
            Some(true) if exact => text.line("preempt"),
            _ => {}
        }
        text.maybe(
            "preempt_delay",
            router.preempt_delay.map(|time| show_exact_seconds(time.value)),
        );
        if let Some(accept) = router.accept {
            text.line(if accept.value { "accept" } else { "no_accept" });
        }
        transport(router, view, text);
        if let Some(own) = &router.own_interface {
            let knows_notice = exact || view.target.has(Feature::VirtualMacNotice);
            let words = own.value.words(knows_notice);
            let words: Vec<_> = words.into_iter().map(word).collect();
            text.line(words.join(" "));
        }
        text.settings("", &router.delivery);
        text.settings("", &router.conduct);
        text.settings("", &router.announcements);
        if let Some(authentication) = &router.authentication {
            keys(authentication, text);
        }
        address::list("virtual_ipaddress", &router.addresses, !exact, text);
        address::list("virtual_ipaddress_excluded", &router.excluded, !exact, text);
        address::words("virtual_routes", &router.routes, text);
        address::words("virtual_rules", &router.rules, text);
        tracks(&router.tracks, text);
        hooks(&router.hooks, text);
        match router.alert.map(|alert| alert.value) {
            Some(true) => text.line("smtp_alert"),
            Some(false) if exact => text.line("smtp_alert false"),
            _ => {}
        }
        text.carried(&router.carried);
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
    // A cluster that comes from elsewhere states the source without a keyword.
    let stated = transport.unicast_source || !view.is_exact() && !transport.peers.is_empty();
    let source = if stated { "unicast_src_ip" } else { "mcast_src_ip" };
    text.maybe(source, transport.source.map(|source| source.value));
    text.block_of_any("unicast_peer", |text| {
        for peer in transport.peers.iter().map(|peer| peer.value) {
            let limit = |word: &str, ttl: Option<u8>| {
                ttl.map(|ttl| format!(" {word} {ttl}")).unwrap_or_default()
            };
            let least = limit("min_ttl", peer.least_ttl);
            let largest = limit("max_ttl", peer.largest_ttl);
            text.line(format_args!("{}{least}{largest}", peer.address));
        }
    });
}

fn keys(authentication: &Authentication, text: &mut Text<'_>) {
    let hmac = authentication.keys.iter().any(|key| key.digest == Digest::HmacSha256);
    if hmac {
        text.block("auth_hmac", |text| {
            for key in &authentication.keys {
                text.line(format_args!("key {} {}", key.number, word(&key.secret)));
            }
            text.maybe("active_key", authentication.active.map(|number| number.value));
            text.settings("", &authentication.hmac);
        });
        return;
    }
    let Some(key) = authentication.keys.first() else { return };
    text.block("authentication", |text| {
        text.line(if key.digest == Digest::Header { "auth_type AH" } else { "auth_type PASS" });
        text.line(format_args!("auth_pass {}", word(&key.secret)));
    });
}

/// Hooks of every owner; the event tells the keyword.
pub(super) fn hooks(hooks: &[Sourced<Hook>], text: &mut Text<'_>) {
    for Sourced { value: hook, .. } in hooks {
        let keyword = hook.event.keyword();
        if hook.command.is_empty() && hook.event == HookEvent::Deleted {
            text.line(keyword);
            continue;
        }
        let run = with_user(&hook.command, hook.user.as_deref());
        text.line(format_args!("{keyword} {run}"));
    }
}

/// Advertisements that may be missed when nothing is written (RFC 9568 section 6.1).
const STANDARD_COUNT: u8 = 3;
