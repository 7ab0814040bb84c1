//! `use_vmac` and `use_ipvlan`.

use super::value;
use crate::model::{OwnInterface, SharedMac, VirtualMac};

/// What the words behind `keyword` say; nothing when they say something else.
pub(crate) fn own_interface(
    keyword: &str,
    words: impl Iterator<Item = String>,
) -> Option<OwnInterface> {
    match keyword {
        "use_vmac" => virtual_mac(words).map(OwnInterface::VirtualMac),
        "use_ipvlan" => shared_mac(words).map(OwnInterface::SharedMac),
        _ => None,
    }
}

/// `use_vmac [[name] NAME] [MAC] [netlink_notify_msg] [group GROUP]`.
fn virtual_mac(mut words: impl Iterator<Item = String>) -> Option<VirtualMac> {
    let mut own = VirtualMac::default();
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
    Some(own)
}

/// `use_ipvlan [[name] NAME] [ADDRESS] [bridge|private|vepa] [group GROUP]`.
fn shared_mac(mut words: impl Iterator<Item = String>) -> Option<SharedMac> {
    let mut own = SharedMac::default();
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
    Some(own)
}

/// Five or six octets in hexadecimal with colons between.
fn is_mac(word: &str) -> bool {
    let octets = word.split(':');
    let octet = |part: &str| (1..=2).contains(&part.len()) && u8::from_str_radix(part, 16).is_ok();
    matches!(octets.clone().count(), 5 | 6) && octets.into_iter().all(octet)
}
