//! Golden bytes (made by a second implementation), every refusal, and the round trip.

use proptest::prelude::*;

use super::*;

const SOURCE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
const SOURCE_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1));

const V2: &str = "213364020001668a0a00001f0a0000200000000000000000";
const V2_PASS: &str = "2133ff01010272470a00001f3131313100000000";
const V3_MESSAGE: &str = "31336401006460480a00001f";
const V3_PSEUDO_HEADER: &str = "31336401006475b80a00001f";
const V6: &str = "3107c8020fffcc2bfe80000000000000000000000000003120010db8000000000000000000000031";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().collect();
    let pairs = digits.chunks(2).map(|pair| pair.iter().collect::<String>());
    pairs.map(|pair| u8::from_str_radix(&pair, 16).unwrap()).collect()
}

fn envelope(source: IpAddr) -> Envelope {
    let destination = match source {
        IpAddr::V4(_) => GROUP_V4.into(),
        IpAddr::V6(_) => GROUP_V6.into(),
    };
    Envelope { source, destination, hop_limit: HOP_LIMIT }
}

fn decode(bytes: &[u8], source: IpAddr) -> Result<(Advertisement, ChecksumCustom), Malformed> {
    Advertisement::decode(bytes, &envelope(source), HOP_LIMIT)
}

fn refused(bytes: &[u8], source: IpAddr) -> Reason {
    decode(bytes, source).expect_err("this packet is to be refused").reason
}

/// The packet with another byte at `offset` and a checksum that fits again.
fn mended(hex: &str, offset: usize, byte: u8, source: IpAddr) -> Vec<u8> {
    let mut changed = bytes(hex);
    changed[offset] = byte;
    changed[CHECKSUM_OFFSET..FIXED].fill(0);
    let custom = match source {
        IpAddr::V4(_) => ChecksumCustom::Message,
        IpAddr::V6(_) => ChecksumCustom::PseudoHeader,
    };
    let sum = checksum::checksum(&changed, source, envelope(source).destination, custom);
    changed[CHECKSUM_OFFSET..FIXED].copy_from_slice(&sum.to_be_bytes());
    changed
}

fn samples() -> [(&'static str, IpAddr, ChecksumCustom, Advertisement); 5] {
    let v2 = Advertisement {
        version: Version::Two,
        virtual_router_id: 51,
        priority: 100,
        interval: Duration::from_secs(1),
        addresses: vec!["10.0.0.31".parse().unwrap(), "10.0.0.32".parse().unwrap()],
        authentication: Authentication::None,
    };
    let v2_pass = Advertisement {
        priority: 255,
        interval: Duration::from_secs(2),
        addresses: vec!["10.0.0.31".parse().unwrap()],
        authentication: Authentication::Password(Password::new("1111")),
        ..v2.clone()
    };
    let v3 = Advertisement {
        version: Version::Three,
        addresses: vec!["10.0.0.31".parse().unwrap()],
        ..v2.clone()
    };
    let v6 = Advertisement {
        version: Version::Three,
        virtual_router_id: 7,
        priority: 200,
        interval: Duration::from_millis(40_950),
        addresses: vec!["fe80::31".parse().unwrap(), "2001:db8::31".parse().unwrap()],
        authentication: Authentication::None,
    };
    [
        (V2, SOURCE, ChecksumCustom::Message, v2),
        (V2_PASS, SOURCE, ChecksumCustom::Message, v2_pass),
        (V3_MESSAGE, SOURCE, ChecksumCustom::Message, v3.clone()),
        (V3_PSEUDO_HEADER, SOURCE, ChecksumCustom::PseudoHeader, v3),
        (V6, SOURCE_V6, ChecksumCustom::PseudoHeader, v6),
    ]
}

#[test]
fn golden_bytes_are_read_and_written() {
    for (hex, source, custom, advertisement) in samples() {
        let written = advertisement.encode(source, envelope(source).destination, custom);
        assert_eq!(written, bytes(hex), "{hex}");
        assert_eq!(decode(&bytes(hex), source), Ok((advertisement, custom)), "{hex}");
    }
}

#[test]
fn a_packet_that_ends_early_is_truncated_everywhere() {
    for (hex, source, ..) in samples() {
        let whole = bytes(hex);
        for end in 0..whole.len() {
            let error = decode(&whole[..end], source).unwrap_err();
            assert_eq!(error.reason, Reason::Truncated, "{hex} up to {end}");
            assert_eq!(error.virtual_router_id.is_some(), end >= 2, "what was learnt is kept");
        }
    }
}

#[test]
fn a_packet_that_goes_on_is_refused() {
    for (hex, source, ..) in samples() {
        let mut longer = bytes(hex);
        longer.push(0);
        assert_eq!(refused(&longer, source), Reason::TrailingBytes, "{hex}");
    }
}

#[test]
fn every_single_flipped_bit_is_noticed() {
    for (hex, source, ..) in samples() {
        let whole = bytes(hex);
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let is_noticed = decode(&flipped, source).is_err();
            assert!(is_noticed, "{hex}: bit {bit}");
        }
    }
}

#[test]
fn only_the_full_hop_limit_is_accepted() {
    for hop_limit in [0, 1, 254] {
        let far = Envelope { hop_limit, ..envelope(SOURCE) };
        let error = Advertisement::decode(&bytes(V2), &far, HOP_LIMIT).unwrap_err();
        assert_eq!(error.reason, Reason::HopLimit(hop_limit));
        assert_eq!(error.virtual_router_id, Some(51), "the right counter can move");
        // Unicast peers may agree on less (`min_ttl`).
        assert!(Advertisement::decode(&bytes(V2), &far, 0).is_ok());
    }
}

#[test]
fn the_only_type_is_advertisement() {
    for kind in (0..16).filter(|kind| *kind != ADVERTISEMENT) {
        let packet = mended(V3_MESSAGE, 0, 0x30 | kind, SOURCE);
        assert_eq!(refused(&packet, SOURCE), Reason::Kind(kind));
    }
}

#[test]
fn versions_other_than_2_and_3_are_refused() {
    for version in (0..16).filter(|version| ![2, 3].contains(version)) {
        let packet = mended(V3_MESSAGE, 0, version << 4 | ADVERTISEMENT, SOURCE);
        assert_eq!(refused(&packet, SOURCE), Reason::Version(version));
    }
    let v2_over_ipv6 = mended(V6, 0, 0x21, SOURCE_V6);
    assert_eq!(refused(&v2_over_ipv6, SOURCE_V6), Reason::Version(2));
}

#[test]
fn fields_that_no_router_may_send_are_refused() {
    let no_router = mended(V3_MESSAGE, 1, 0, SOURCE);
    assert_eq!(refused(&no_router, SOURCE), Reason::UnknownRouter);
    let no_address = mended("31336401006400000a00001f", 3, 0, SOURCE);
    assert_eq!(refused(&no_address, SOURCE), Reason::NoAddress);
    let no_interval = mended(V3_MESSAGE, 5, 0, SOURCE);
    assert_eq!(refused(&no_interval, SOURCE), Reason::ZeroInterval);
    // One address announced, none of the other family's length there.
    let of_other_family = mended(V6, 3, 1, SOURCE_V6);
    assert_eq!(refused(&of_other_family, SOURCE_V6), Reason::TrailingBytes);
}

#[test]
fn reserved_bits_are_ignored() {
    let packet = mended(V3_MESSAGE, 4, 0xf0, SOURCE);
    let (read, _) = decode(&packet, SOURCE).unwrap();
    assert_eq!(read.interval, Duration::from_secs(1));
}

#[test]
fn authentication_data_without_type_is_ignored() {
    let packet = mended(V2, 20, 7, SOURCE);
    let (read, _) = decode(&packet, SOURCE).unwrap();
    assert_eq!(read.authentication, Authentication::None);
}

#[test]
fn an_unknown_authentication_is_kept_for_the_router_to_refuse() {
    let packet = mended(V2, 4, 2, SOURCE);
    let (read, _) = decode(&packet, SOURCE).unwrap();
    assert_eq!(read.authentication, Authentication::Unknown(2));
}

fn advertisements() -> impl Strategy<Value = (Advertisement, IpAddr)> {
    let authentication = prop_oneof![
        Just(Authentication::None),
        any::<[u8; 8]>().prop_map(|data| Authentication::Password(Password::from_wire(data))),
    ];
    let v4 = prop::collection::vec(any::<Ipv4Addr>().prop_map(IpAddr::V4), 1..40);
    let v6 = prop::collection::vec(any::<Ipv6Addr>().prop_map(IpAddr::V6), 1..40);
    let numbers = (1..=255_u8, any::<u8>());
    let two = (numbers.clone(), 1..=255_u64, v4.clone(), authentication).prop_map(
        |((virtual_router_id, priority), seconds, addresses, authentication)| Advertisement {
            version: Version::Two,
            virtual_router_id,
            priority,
            interval: Duration::from_secs(seconds),
            addresses,
            authentication,
        },
    );
    let three = (numbers, 1..=4095_u64, prop_oneof![v4, v6]).prop_map(
        |((virtual_router_id, priority), centiseconds, addresses)| Advertisement {
            version: Version::Three,
            virtual_router_id,
            priority,
            interval: Duration::from_millis(centiseconds * 10),
            addresses,
            authentication: Authentication::None,
        },
    );
    prop_oneof![two, three].prop_map(|advertisement| {
        let source = if advertisement.addresses[0].is_ipv4() { SOURCE } else { SOURCE_V6 };
        (advertisement, source)
    })
}

#[test]
fn an_advertisement_holds_as_many_addresses_as_a_packet() {
    use Family::{V4, V6};
    // What keepalived 2.2.7 moves to the excluded ones beyond.
    let rows = [
        (Version::Three, V4, 1500, 255),
        (Version::Three, V4, 701, 164),
        (Version::Three, V4, 702, 165),
        (Version::Two, V4, 701, 162),
        (Version::Two, V4, 702, 163),
        (Version::Three, V6, 1404, 83),
        (Version::Three, V6, 1408, 84),
        (Version::Three, V6, 1500, 89),
        (Version::Three, V6, 0, 1),
        (Version::Three, V6, u32::MAX, 255),
    ];
    for (version, family, mtu, expected) in rows {
        assert_eq!(most_addresses(version, family, mtu), expected, "{version:?} {family:?} {mtu}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        (advertisement, source) in advertisements(),
        is_message in any::<bool>(),
    ) {
        let chosen =
            if is_message { ChecksumCustom::Message } else { ChecksumCustom::PseudoHeader };
        let written = advertisement.encode(source, envelope(source).destination, chosen);
        let (read, custom) = decode(&written, source).unwrap();
        prop_assert_eq!(custom, checksum::custom_for(advertisement.version, source, chosen));
        prop_assert_eq!(read, advertisement);
    }

    #[test]
    fn no_bytes_are_read_into_something_else(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        // What is accepted is written again as the same bytes, but for the reserved bits.
        for source in [SOURCE, SOURCE_V6] {
            if let Ok((read, custom)) = decode(&bytes, source) {
                let written = read.encode(source, envelope(source).destination, custom);
                prop_assert_eq!(written.len(), bytes.len());
            }
        }
    }
}
