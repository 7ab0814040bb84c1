//! haresources: one line for each group of resources.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv6Addr};

use super::View;
use crate::model::{Broadcast, Family, Resource, VirtualAddress};

/// The groups, each with its preferred node in front.
pub fn haresources(view: &View<'_>) -> String {
    let mut out = view.head();
    for router in &view.cluster.routers {
        let node = router.members.first().and_then(|member| member.node.as_ref());
        // Without a node heartbeat takes the first resource for one.
        let Some(node) = node else { continue };
        let title = &router.name.value;
        let resources: String =
            router.resources.iter().map(|resource| format!(" {}", word(resource, title))).collect();
        let _ = writeln!(out, "{}{resources}", node.value);
    }
    out
}

/// The argument of an address script: `address/prefix/interface:label/broadcast`.
///
/// IPv6 is written out in full, because heartbeat splits its words at `::` everywhere. What stands
/// behind the prefix needs one in front of it: that of a host, which keepalived takes without a word.
pub fn address(address: &VirtualAddress) -> String {
    let mut text = match address.address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => in_full(address),
    };
    let broadcast = match address.broadcast {
        Some(Broadcast::Address(broadcast)) => Some(broadcast),
        _ => None,
    };
    let label = address.label.as_deref().filter(|label| label.contains(':'));
    let interface = address.interface.as_deref().map(|interface| label.unwrap_or(interface));
    let has_more = interface.is_some() || broadcast.is_some();
    let host = Family::of(address.address).bits();
    let Some(prefix) = address.prefix.or(has_more.then_some(host)) else { return text };
    let _ = write!(text, "/{prefix}");
    if let Some(interface) = interface {
        let _ = write!(text, "/{interface}");
    }
    if let Some(broadcast) = broadcast {
        let _ = write!(text, "/{broadcast}");
    }
    text
}

/// `name::argument::argument`, or the bare address that names its group.
fn word(resource: &Resource, title: &str) -> String {
    if let [only] = resource.arguments.as_slice()
        && resource.name == "IPaddr"
        && only.value == title
    {
        return only.value.clone();
    }
    in_words(resource)
}

/// `name::argument::argument`.
pub fn in_words(resource: &Resource) -> String {
    let mut word = resource.name.clone();
    for argument in &resource.arguments {
        let text = argument.value.as_str();
        // What is written stays, unless heartbeat would take it apart.
        let (host, behind) = text.split_at(text.find('/').unwrap_or(text.len()));
        let host = match host.parse::<Ipv6Addr>() {
            Ok(address) if host.contains("::") => in_full(address),
            _ => host.to_owned(),
        };
        let _ = write!(word, "::{host}{behind}");
    }
    word
}

fn in_full(address: Ipv6Addr) -> String {
    address.segments().map(|segment| format!("{segment:x}")).join(":")
}
