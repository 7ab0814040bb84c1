//! Virtual addresses, made exact.

use std::net::{IpAddr, Ipv4Addr};

use super::PlannedAddress;
use crate::model::{AddressOptions, Broadcast, VirtualAddress};
use crate::run::net::addresses::Details;
use crate::run::net::routes::Prefix;

/// An address as the kernel is to have it.
pub(super) fn planned(address: &VirtualAddress) -> PlannedAddress {
    let whole = if address.address.is_ipv4() { 32 } else { 128 };
    let options = &address.options;
    let peer = options.peer.as_ref().and_then(|peer| Prefix::parse(&peer.value));
    // With another end the length is that of its network.
    let prefix = peer.map_or(address.prefix.unwrap_or(whole), |peer| peer.length).min(whole);
    let broadcast = match (address.address, address.broadcast) {
        (IpAddr::V4(_), Some(Broadcast::Address(given))) => Some(given),
        (IpAddr::V4(ip), Some(Broadcast::AllOnes)) => Some(with_host_bits(ip, prefix, true)),
        (IpAddr::V4(ip), Some(Broadcast::AllZeros)) => Some(with_host_bits(ip, prefix, false)),
        (_, None) | (IpAddr::V6(_), _) => None,
    };
    let details = Details {
        label: address.label.clone(),
        broadcast,
        scope: address.scope.as_deref().map_or(0, scope),
        flags: flags(options),
        preferred: options.preferred_lifetime.as_ref().and_then(|time| time.value.parse().ok()),
    };
    PlannedAddress {
        address: address.address,
        prefix,
        // The kernel tells of no other end that is the address itself.
        peer: peer.map(|peer| peer.address).filter(|peer| *peer != address.address),
        interface: address.interface.clone(),
        details,
    }
}

/// `IFA_F_*` (linux/if_addr.h) of the words that are there.
fn flags(options: &AddressOptions) -> u32 {
    let rows = [
        (&options.home, 0x10),
        (&options.manage_temporary, 0x100),
        (&options.no_prefix_route, 0x200),
        (&options.autojoin, 0x400),
    ];
    let set = rows.into_iter().filter(|(word, _)| word.as_ref().is_some_and(|word| word.value));
    set.fold(0, |all, (_, flag)| all | flag)
}

fn with_host_bits(address: Ipv4Addr, prefix: u8, set: bool) -> Ipv4Addr {
    // A shift by all 32 bits has no host bits left.
    let host = u32::MAX.checked_shr(prefix.into()).unwrap_or(0);
    let bits = address.to_bits();
    Ipv4Addr::from_bits(if set { bits | host } else { bits & !host })
}

/// Names and numbers of `/etc/iproute2/rt_scopes`; what is unknown is global.
fn scope(name: &str) -> u8 {
    match name {
        "site" => 200,
        "link" => 253,
        "host" => 254,
        "nowhere" => 255,
        _ => name.parse().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcast_addresses_follow_from_the_prefix() {
        let address = VirtualAddress {
            prefix: Some(24),
            broadcast: Some(Broadcast::AllOnes),
            scope: Some("link".to_owned()),
            ..VirtualAddress::new("10.0.0.31".parse().unwrap())
        };
        let planned = planned(&address);
        assert_eq!(planned.details.broadcast, Some(Ipv4Addr::new(10, 0, 0, 255)));
        assert_eq!(planned.details.scope, 253);
        assert_eq!(with_host_bits(Ipv4Addr::new(10, 0, 0, 31), 24, false).octets(), [10, 0, 0, 0]);
        assert_eq!(with_host_bits(Ipv4Addr::new(10, 0, 0, 31), 32, true).octets(), [10, 0, 0, 31]);
    }

    #[test]
    fn without_a_prefix_it_is_one_host() {
        let v4 = planned(&VirtualAddress::new("10.0.0.31".parse().unwrap()));
        let v6 = planned(&VirtualAddress::new("2001:db8::1".parse().unwrap()));
        assert_eq!((v4.prefix, v6.prefix), (32, 128));
    }
}
