//! `use_vmac` and `use_ipvlan`.

use super::value;
use crate::model::{OwnInterface, SharedMac, Sourced, VirtualMac};
use crate::syntax::NodeRef;

/// `use_vmac [[name] NAME] [MAC] [netlink_notify_msg] [group GROUP]`.
pub(super) fn virtual_mac(node: NodeRef<'_>) -> Option<Sourced<OwnInterface>> {
    let mut own = VirtualMac::default();
    let mut words = node.arguments().map(|word| word.value().into_owned());
    while let Some(word) = words.next() {
        match word.as_str() {
            "netlink_notify_msg" => own.notify = true,
            "group" => own.group = Some(words.next()?),
            "name" => own.name = Some(words.next()?),
            _ if is_mac(&word) => own.address = Some(word),
            _ if own.name.is_none() => own.name = Some(word),
            _ => return None,
        }
    }
    Some(Sourced::new(OwnInterface::VirtualMac(own), node.place()))
}

/// `use_ipvlan [[name] NAME] [ADDRESS] [bridge|private|vepa] [group GROUP]`.
pub(super) fn shared_mac(node: NodeRef<'_>) -> Option<Sourced<OwnInterface>> {
    let mut own = SharedMac::default();
    let mut words = node.arguments().map(|word| word.value().into_owned());
    while let Some(word) = words.next() {
        let address = word.split_once('/').map_or(word.as_str(), |(address, _)| address);
        match word.as_str() {
            "bridge" | "private" | "vepa" => own.mode = Some(word),
            "group" => own.group = Some(words.next()?),
            "name" => own.name = Some(words.next()?),
            _ if value::parse_address(address).is_some() => own.address = Some(word),
            _ if own.name.is_none() => own.name = Some(word),
            _ => return None,
        }
    }
    Some(Sourced::new(OwnInterface::SharedMac(own), node.place()))
}

/// Five or six octets in hexadecimal with colons between.
fn is_mac(word: &str) -> bool {
    let octets = word.split(':');
    let octet = |part: &str| (1..=2).contains(&part.len()) && u8::from_str_radix(part, 16).is_ok();
    matches!(octets.clone().count(), 5 | 6) && octets.into_iter().all(octet)
}
