//! Advertisements: the first byte chooses family and custom, the rest is the packet behind IP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lvsha::run::vrrp::packet::{GROUP_V4, GROUP_V6, HOP_LIMIT};
use lvsha::run::vrrp::{Advertisement, ChecksumCustom, Envelope};

pub fn run(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else { return };
    let (source, destination): (IpAddr, IpAddr) = match choice & 1 {
        0 => (Ipv4Addr::new(10, 0, 0, 1).into(), GROUP_V4.into()),
        _ => (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1).into(), GROUP_V6.into()),
    };
    let envelope = Envelope { source, destination, hop_limit: HOP_LIMIT };
    let decode = |bytes: &[u8]| Advertisement::decode(bytes, &envelope, HOP_LIMIT);
    // Hardly any input has a right checksum, so it is also tried with the one that it needs.
    let is_mended = choice & 2 != 0;
    for custom in [ChecksumCustom::Message, ChecksumCustom::PseudoHeader] {
        let mut packet = bytes.to_vec();
        if is_mended && !mend(&mut packet, &envelope, custom) {
            return;
        }
        let Ok((read, custom)) = decode(&packet) else { continue };
        let written = read.encode(source, destination, custom);
        let again = decode(&written).map(|(read, _)| read);
        assert_eq!(again.as_ref(), Ok(&read), "{packet:02x?} as {written:02x?}");
    }
}

/// Sets the checksum (RFC 1071), over a pseudo-header where there is one.
fn mend(packet: &mut [u8], envelope: &Envelope, custom: ChecksumCustom) -> bool {
    let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
    let Some(field) = packet.get_mut(6..8) else { return false };
    field.fill(0);
    let mut summed = Vec::new();
    let is_version_2 = packet[0] >> 4 == 2;
    match (envelope.source, envelope.destination) {
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            summed.extend([source.octets(), destination.octets()].concat());
            summed.extend(length.to_be_bytes());
            summed.extend([0, 0, 0, 112]);
        }
        (IpAddr::V4(source), IpAddr::V4(destination))
            if custom == ChecksumCustom::PseudoHeader && !is_version_2 =>
        {
            summed.extend([source.octets(), destination.octets()].concat());
            summed.extend([0, 112]);
            summed.extend(&length.to_be_bytes()[2..]);
        }
        _ => {}
    }
    summed.extend_from_slice(packet);
    let mut sum = 0_u32;
    for pair in summed.chunks(2) {
        sum += u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    packet[6..8].copy_from_slice(&(!u16::try_from(sum).unwrap_or(0)).to_be_bytes());
    true
}
