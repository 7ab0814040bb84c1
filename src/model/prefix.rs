//! Networks: an address, and how many of its first bits count.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Broadcast, Family};

impl Family {
    /// Bits of an address: the length of a prefix for one host.
    pub fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }
}

impl Broadcast {
    /// The address that it stands for on `address` with a prefix of `length` bits; IPv6 has none.
    pub fn resolve(self, address: IpAddr, length: u8) -> Option<Ipv4Addr> {
        let IpAddr::V4(address) = address else { return None };
        let (first, last) = network_v4(address, length);
        Some(match self {
            Self::Address(given) => given,
            Self::AllOnes => last,
            Self::AllZeros => first,
        })
    }
}

/// First and last address of the network of `address`. A length beyond the family's is that of a host.
pub fn network(address: IpAddr, length: u8) -> (IpAddr, IpAddr) {
    match address {
        IpAddr::V4(address) => {
            let (first, last) = network_v4(address, length);
            (first.into(), last.into())
        }
        IpAddr::V6(address) => {
            let host = u128::MAX.checked_shr(length.into()).unwrap_or(0);
            let first = address.to_bits() & !host;
            (Ipv6Addr::from_bits(first).into(), Ipv6Addr::from_bits(first | host).into())
        }
    }
}

/// The same for IPv4 alone.
pub fn network_v4(address: Ipv4Addr, length: u8) -> (Ipv4Addr, Ipv4Addr) {
    // A shift by all bits leaves none for hosts.
    let host = u32::MAX.checked_shr(length.into()).unwrap_or(0);
    let first = address.to_bits() & !host;
    (Ipv4Addr::from_bits(first), Ipv4Addr::from_bits(first | host))
}

/// The dotted mask with `length` ones.
pub fn netmask(length: u8) -> Ipv4Addr {
    network_v4(Ipv4Addr::BROADCAST, length).0
}

/// The ones of a dotted mask; `None` where zeros stand among them.
pub fn mask_length(mask: Ipv4Addr) -> Option<u8> {
    let length = u8::try_from(mask.to_bits().leading_ones()).ok()?;
    (netmask(length) == mask).then_some(length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_mask_says_its_length(length in 0..=32_u8, bits: u32) {
            prop_assert_eq!(mask_length(netmask(length)), Some(length));
            let any = Ipv4Addr::from_bits(bits);
            prop_assert!(mask_length(any).is_none_or(|length| netmask(length) == any));
        }

        #[test]
        fn an_address_is_in_its_network(bits: u32, wide: u128, length in 0..=255_u8) {
            for address in [IpAddr::from(Ipv4Addr::from_bits(bits)), Ipv6Addr::from_bits(wide).into()] {
                let (first, last) = network(address, length);
                prop_assert!(first <= address && address <= last);
                prop_assert_eq!(network(last, length), (first, last));
                let is_host = length >= Family::of(address).bits();
                prop_assert_eq!(first == last, is_host);
            }
        }
    }

    #[test]
    fn signs_stand_for_the_edges_of_the_network() {
        let address: IpAddr = "10.0.0.31".parse().unwrap();
        let of =
            |broadcast: Broadcast, length| broadcast.resolve(address, length).unwrap().to_string();
        assert_eq!(of(Broadcast::AllOnes, 24), "10.0.0.255");
        assert_eq!(of(Broadcast::AllZeros, 24), "10.0.0.0");
        assert_eq!(of(Broadcast::AllOnes, 32), "10.0.0.31");
        assert_eq!(of(Broadcast::AllOnes, 0), "255.255.255.255");
        assert_eq!(Broadcast::AllOnes.resolve("2001:db8::1".parse().unwrap(), 64), None);
    }
}
