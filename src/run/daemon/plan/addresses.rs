//! Virtual addresses, made exact.

use super::PlannedAddress;
use crate::model::{AddressOptions, Family, VirtualAddress};
use crate::run::net::addresses::Details;
use crate::run::net::routes::Prefix;

/// An address as the kernel is to have it.
pub(super) fn planned(address: &VirtualAddress) -> PlannedAddress {
    let whole = Family::of(address.address).bits();
    let options = &address.options;
    let peer = options.peer.as_ref().and_then(|peer| Prefix::parse(&peer.value));
    // With another end the length is that of its network.
    let prefix = peer.map_or(address.prefix.unwrap_or(whole), |peer| peer.length).min(whole);
    let broadcast = address.broadcast.and_then(|sign| sign.resolve(address.address, prefix));
    let details = Details {
        label: address.label.clone(),
        broadcast,
        scope: address.scope.as_deref().map_or(0, scope),
        flags: flags(options),
        detects_duplicates: options.detects_duplicates.as_ref().is_some_and(|word| word.value),
        preferred: match &options.preferred_lifetime {
            Some(time) => time.value.parse().ok(),
            // As keepalived has it: the kernel would take the one with the longest prefix for its own packets,
            // and checks of real servers that have it, too, would be answered by themselves.
            None => (address.address.is_ipv6() && prefix == whole).then_some(0),
        },
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
    use crate::model::{Broadcast, Sourced};

    #[test]
    fn broadcast_addresses_follow_from_the_prefix() {
        let address = VirtualAddress {
            prefix: Some(24),
            broadcast: Some(Broadcast::AllOnes),
            scope: Some("link".to_owned()),
            ..VirtualAddress::new("10.0.0.31".parse().unwrap())
        };
        let planned = planned(&address);
        assert_eq!(planned.details.broadcast, Some([10, 0, 0, 255].into()));
        assert_eq!(planned.details.scope, 253);
    }

    #[test]
    fn one_host_of_ipv6_is_no_source_unless_it_is_said() {
        let rows = [
            ("2001:db8::1", None, None, Some(0)),
            ("2001:db8::1", Some(128), None, Some(0)),
            ("2001:db8::1", Some(64), None, None),
            ("2001:db8::1", None, Some("forever"), None),
            ("2001:db8::1", Some(64), Some("7"), Some(7)),
            ("10.0.0.31", None, None, None),
        ];
        for (address, prefix, lifetime, expected) in rows {
            let lifetime = lifetime.map(|time: &str| Sourced::implied(time.to_owned()));
            let options = AddressOptions { preferred_lifetime: lifetime, ..Default::default() };
            let stated = VirtualAddress {
                prefix,
                options: options.into(),
                ..VirtualAddress::new(address.parse().unwrap())
            };
            let found = planned(&stated).details.preferred;
            assert_eq!(found, expected, "{stated:?}");
        }
    }

    /// The word takes the flag away with which the program adds every address.
    #[test]
    fn duplicates_are_looked_for_where_a_word_asks_for_it() {
        for asked in [false, true] {
            let word = asked.then(|| Sourced::implied(true));
            let options = AddressOptions { detects_duplicates: word, ..Default::default() };
            let stated = VirtualAddress {
                options: options.into(),
                ..VirtualAddress::new("2001:db8::1".parse().unwrap())
            };
            assert_eq!(planned(&stated).details.detects_duplicates, asked);
        }
    }

    #[test]
    fn without_a_prefix_it_is_one_host() {
        let v4 = planned(&VirtualAddress::new("10.0.0.31".parse().unwrap()));
        let v6 = planned(&VirtualAddress::new("2001:db8::1".parse().unwrap()));
        assert_eq!((v4.prefix, v6.prefix), (32, 128));
    }
}
