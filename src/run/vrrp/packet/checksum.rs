//! The Internet checksum over an advertisement, and the two customs of version 3 over IPv4.

use std::net::IpAddr;

use super::{Envelope, PROTOCOL, Version};

/// What the checksum of version 3 over IPv4 covers. RFC 5798 could be read both ways (C01).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChecksumCustom {
    /// The message alone: RFC 9568 section 5.2.8, and most vendors.
    Message,
    /// A pseudo-header too, as over IPv6: keepalived and FRR.
    #[default]
    PseudoHeader,
}

/// The custom that applies: only version 3 over IPv4 leaves a choice (A24, B11).
pub(super) fn custom_for(
    version: Version,
    source: IpAddr,
    chosen: ChecksumCustom,
) -> ChecksumCustom {
    match (version, source) {
        (_, IpAddr::V6(_)) => ChecksumCustom::PseudoHeader,
        (Version::Two, IpAddr::V4(_)) => ChecksumCustom::Message,
        (Version::Three, IpAddr::V4(_)) => chosen,
    }
}

/// The custom by which a received message is whole; `None` when it is by neither.
pub(super) fn verify(
    bytes: &[u8],
    version: Version,
    envelope: &Envelope,
) -> Option<ChecksumCustom> {
    let first = custom_for(version, envelope.source, ChecksumCustom::PseudoHeader);
    let second = custom_for(version, envelope.source, ChecksumCustom::Message);
    [first, second].into_iter().find(|custom| {
        // A message that contains its own right checksum sums up to zero.
        checksum(bytes, envelope.source, envelope.destination, *custom) == 0
    })
}

/// The one's complement of the one's complement sum (RFC 1071).
pub(super) fn checksum(
    message: &[u8],
    source: IpAddr,
    destination: IpAddr,
    custom: ChecksumCustom,
) -> u16 {
    let mut total = sum(message);
    if custom == ChecksumCustom::PseudoHeader {
        total += sum_of_address(source) + sum_of_address(destination) + u64::from(PROTOCOL);
        // Messages are shorter than 64 KiB, so that both families' length fields add up alike.
        total += u64::try_from(message.len()).unwrap_or(0);
    }
    while total > u64::from(u16::MAX) {
        total = (total & 0xffff) + (total >> 16);
    }
    // Folded to 16 bits above.
    !u16::try_from(total).unwrap_or(u16::MAX)
}

fn sum_of_address(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => sum(&address.octets()),
        IpAddr::V6(address) => sum(&address.octets()),
    }
}

/// Of 16-bit words; an odd byte at the end counts as if a zero followed.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<2>();
    let odd = rest.first().map_or(0, |byte| u64::from(*byte) << 8);
    words.iter().map(|word| u64::from(u16::from_be_bytes(*word))).sum::<u64>() + odd
}
