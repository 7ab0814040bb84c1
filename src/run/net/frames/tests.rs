//! Bytes as the standards draw them.

use super::*;

const MAC: MacAddress = MacAddress([0, 0, 0x5e, 0, 1, 51]);

#[test]
fn virtual_routers_have_addresses_of_their_own() {
    assert_eq!(MacAddress::virtual_router(51, false), MAC);
    assert_eq!(MacAddress::virtual_router(255, true).0, [0, 0, 0x5e, 0, 2, 255]);
}

#[test]
fn a_gratuitous_arp_asks_for_its_own_address() {
    let frame = announcement("10.0.0.31".parse().unwrap(), MAC);
    let expected = [
        [0xff; 6].as_slice(),
        &MAC.0,
        &[0x08, 0x06, 0, 1, 0x08, 0x00, 6, 4, 0, 1],
        &MAC.0,
        &[10, 0, 0, 31],
        &[0; 6],
        &[10, 0, 0, 31],
        &[0; 18],
    ];
    assert_eq!(frame, expected.concat());
}

#[test]
fn a_neighbour_advertisement_overrides() {
    let frame = announcement("2001:db8::31".parse().unwrap(), MAC);
    assert_eq!(frame[..14], [[0x33, 0x33, 0, 0, 0, 1].as_slice(), &MAC.0, &[0x86, 0xdd]].concat());
    let (header, message) = frame[14..].split_at(40);
    assert_eq!(header[4..8], [0, 32, 58, 255], "length, next header, hop limit");
    assert_eq!(message[0], 136);
    assert_eq!(message[4], 0xa0, "router and override, not solicited");
    assert_eq!(message[8..24], header[8..24], "the target is the sender");
    assert_eq!(message[24..], [[2, 1].as_slice(), &MAC.0].concat());
    // Over its own checksum the sum is zero.
    let address = Ipv6Addr::from(<[u8; 16]>::try_from(&header[8..24]).unwrap());
    assert_eq!(icmp_checksum(address, ALL_NODES, message), 0);
}
