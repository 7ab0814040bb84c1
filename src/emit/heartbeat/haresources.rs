//! haresources: one line for each group of resources.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv6Addr};

use super::View;
use crate::model::{Broadcast, Resource, VirtualAddress};

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
/// IPv6 is written out in full, because heartbeat splits its words at `::` everywhere. The
/// interface needs the prefix in front of it, so it is left out together with that.
pub fn address(address: &VirtualAddress) -> String {
    let mut text = match address.address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => in_full(address),
    };
    let Some(prefix) = address.prefix else { return text };
    let _ = write!(text, "/{prefix}");
    if let Some(interface) = &address.interface {
        let label = address.label.as_deref().filter(|label| label.contains(':'));
        let _ = write!(text, "/{}", label.unwrap_or(interface));
    }
    if let Some(Broadcast::Address(broadcast)) = address.broadcast {
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
