//! Static objects and how interfaces are watched: the small blocks at the top of a file.

use super::list::{lines, names, words};
use super::{address, put, value};
use crate::model::{Cluster, Inert, LinkDelay, Pacing};
use crate::syntax::NodeRef;

/// Adds what a block of this kind says; returns whether it is one.
pub(super) fn read(block: NodeRef<'_>, cluster: &mut Cluster) -> bool {
    let Cluster { fixed, carried, inert, .. } = cluster;
    match &*block.name() {
        "static_ipaddress" => lines(block, &mut fixed.addresses, carried, address::read),
        "static_routes" => lines(block, &mut fixed.routes, carried, words),
        "static_rules" => lines(block, &mut fixed.rules, carried, words),
        "linkbeat_interfaces" => lines(block, &mut fixed.link_methods, carried, link_method),
        "interface_up_down_delays" => lines(block, &mut fixed.link_delays, carried, link_delay),
        "garp_group" => pacing(block, inert).is_some_and(|pacing| {
            fixed.pacing.push(pacing);
            true
        }),
        _ => false,
    }
}

/// `IF [MII|ETHTOOL|IOCTL]`.
fn link_method(line: NodeRef<'_>) -> Option<(String, Option<String>)> {
    let mut words = words(line)?.into_iter();
    let (interface, method) = (words.next()?, words.next());
    let known = method.as_ref().is_none_or(|m| matches!(m.as_str(), "MII" | "ETHTOOL" | "IOCTL"));
    (known && words.next().is_none()).then_some((interface, method))
}

/// `IF DOWN [UP]`.
fn link_delay(line: NodeRef<'_>) -> Option<LinkDelay> {
    let mut words = line.words();
    let interface = words.next()?.value().into_owned();
    let down = value::number_of(words.next()?)?.value;
    let up = match words.next() {
        Some(word) => Some(value::number_of(word)?.value),
        None => None,
    };
    words.next().is_none().then_some(LinkDelay { interface, down, up })
}

/// A group whose every line is understood; others are carried whole.
fn pacing(block: NodeRef<'_>, inert: &mut Vec<Inert>) -> Option<Pacing> {
    let mut pacing = Pacing::default();
    for node in value::lines(block) {
        let known = !value::is_unexpanded(node)
            && match &*node.name() {
                "garp_interval" => put(&mut pacing.garp_interval, value::seconds(node), inert),
                "gna_interval" => put(&mut pacing.gna_interval, value::seconds(node), inert),
                "interface" | "interfaces" => names(node).is_some_and(|names| {
                    pacing.interfaces.extend(names);
                    true
                }),
                _ => false,
            };
        if !known {
            return None;
        }
    }
    block.has_body().then_some(pacing)
}
