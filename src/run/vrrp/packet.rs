//! Advertisements on the wire.
//!
//! Version 2 (RFC 3768 section 5.1):
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! |Version| Type  | Virtual Rtr ID|   Priority    | Count IP Addrs|
//! |   Auth Type   |   Adver Int   |          Checksum             |
//! |                        IP Addresses ...                       |
//! |                  Authentication Data (8 bytes)                |
//! ```
//!
//! Version 3 (RFC 9568 section 5.1), addresses of 4 or 16 bytes:
//!
//! ```text
//! |Version| Type  | Virtual Rtr ID|   Priority    |IPvX Addr Count|
//! |Reserve|  Max Advertise Interval (cs)  |       Checksum        |
//! |                       IPvX Addresses ...                      |
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::{Authentication, Family, Password};

mod checksum;
mod reason;
#[cfg(test)]
mod tests;

pub use checksum::ChecksumCustom;
pub use reason::{Malformed, Reason};

/// IP protocol number of VRRP (A06, A12).
pub const PROTOCOL: u8 = 112;

/// TTL and hop limit that every advertisement leaves with, and must still have (A04, A05, B02).
pub const HOP_LIMIT: u8 = 255;

/// The group that IPv4 advertisements go to (A02).
pub const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 18);

/// The group that IPv6 advertisements go to (A08).
pub const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x12);

/// Longest interval of version 3: 12 bits of centiseconds (A21).
pub const MAX_CENTISECONDS: u16 = 4095;

/// The protocol's versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// RFC 3768: IPv4, whole seconds, with RFC 2338's authentication.
    Two,
    /// RFC 9568: both families, centiseconds.
    Three,
}

impl Version {
    /// The number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

/// As many addresses as an advertisement holds where packets are not longer than `mtu` bytes (C02). keepalived
/// counts so, with the frame's header in it, and drops what comes in fragments.
pub fn most_addresses(version: Version, family: Family, mtu: u32) -> usize {
    let (header, address) = match family {
        Family::V4 => (IPV4_HEADER, 4),
        Family::V6 => (IPV6_HEADER, 16),
    };
    let password = if version == Version::Two { Password::LENGTH } else { 0 };
    let bytes = usize::try_from(mtu).unwrap_or(usize::MAX);
    let room = bytes.saturating_sub(FRAME_HEADER + header + FIXED + password);
    (room / address).clamp(1, usize::from(u8::MAX))
}

/// One advertisement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advertisement {
    /// Protocol version.
    pub version: Version,
    /// VRID, 1 to 255.
    pub virtual_router_id: u8,
    /// 0 gives up, 255 owns the addresses.
    pub priority: u8,
    /// Interval that the sender advertises with; whole seconds in version 2.
    pub interval: Duration,
    /// The virtual addresses, all of the sender's family.
    pub addresses: Vec<IpAddr>,
    /// Version 2 only; [`Authentication::None`] otherwise.
    pub authentication: Authentication,
}

/// What the IP header of a packet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Who sent it.
    pub source: IpAddr,
    /// Whom it was sent to: a group, or this director.
    pub destination: IpAddr,
    /// TTL or hop limit on arrival.
    pub hop_limit: u8,
}

impl Advertisement {
    /// The bytes behind the IP header. `custom` is looked at in version 3 over IPv4 only.
    pub fn encode(&self, source: IpAddr, destination: IpAddr, custom: ChecksumCustom) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FIXED + self.addresses.len() * 16 + Password::LENGTH);
        bytes.push(self.version.number() << 4 | ADVERTISEMENT);
        bytes.push(self.virtual_router_id);
        bytes.push(self.priority);
        // A machine advertises at most 255 addresses (C02).
        bytes.push(u8::try_from(self.addresses.len()).unwrap_or(u8::MAX));
        match self.version {
            Version::Two => {
                bytes.push(self.authentication.kind());
                bytes.push(u8::try_from(self.interval.as_secs()).unwrap_or(u8::MAX));
            }
            // The upper four bits are reserved and zero (A20).
            Version::Three => bytes.extend(centiseconds(self.interval).to_be_bytes()),
        }
        bytes.extend([0, 0]);
        for address in self.addresses.iter().take(usize::from(u8::MAX)) {
            match address {
                IpAddr::V4(address) => bytes.extend(address.octets()),
                IpAddr::V6(address) => bytes.extend(address.octets()),
            }
        }
        if self.version == Version::Two {
            bytes.extend(self.authentication.data());
        }
        let custom = checksum::custom_for(self.version, source, custom);
        let sum = checksum::checksum(&bytes, source, destination, custom);
        if let Some(field) = bytes.get_mut(CHECKSUM_OFFSET..FIXED) {
            field.copy_from_slice(&sum.to_be_bytes());
        }
        bytes
    }

    /// Reads a packet: everything RFC 9568 section 7.1 asks for that needs no configuration.
    ///
    /// `bytes` end where the IP header says, not where the frame does: short frames are padded
    /// (C03). `minimum_hop_limit` is 255 for multicast and what unicast peers agreed on otherwise.
    ///
    /// # Errors
    /// Why the packet is to be discarded, with what was learnt until then.
    pub fn decode(
        bytes: &[u8],
        envelope: &Envelope,
        minimum_hop_limit: u8,
    ) -> Result<(Self, ChecksumCustom), Malformed> {
        let mut learnt = Malformed::new(Reason::HopLimit(envelope.hop_limit));
        let mut reader = Reader { bytes };
        let first = reader.byte().ok_or_else(|| learnt.because(Reason::Truncated))?;
        let version_number = first >> 4;
        learnt.version = Some(version_number);
        let virtual_router_id = reader.byte().ok_or_else(|| learnt.because(Reason::Truncated))?;
        learnt.virtual_router_id = Some(virtual_router_id);

        if envelope.hop_limit < minimum_hop_limit {
            return Err(learnt); // A05, A11, B02
        }
        let version = match version_number {
            2 if envelope.source.is_ipv4() => Version::Two,
            3 => Version::Three,
            other => return Err(learnt.because(Reason::Version(other))), // A62
        };
        let kind = first & 0x0f;
        if kind != ADVERTISEMENT {
            return Err(learnt.because(Reason::Kind(kind))); // A14, A63, B04
        }
        let body = reader.advertisement(version, virtual_router_id, envelope.source.is_ipv6());
        let (advertisement, rest) = body.map_err(|reason| learnt.because(reason))?;
        if !rest.is_empty() {
            return Err(learnt.because(Reason::TrailingBytes)); // D07
        }
        let custom = checksum::verify(bytes, version, envelope)
            .ok_or_else(|| learnt.because(Reason::Checksum))?; // A65, B11
        if advertisement.interval.is_zero() {
            return Err(learnt.because(Reason::ZeroInterval)); // A23
        }
        Ok((advertisement, custom))
    }
}

/// Type of the only message there is.
const ADVERTISEMENT: u8 = 1;

/// Bytes of an Ethernet header.
const FRAME_HEADER: usize = 14;

/// Bytes of an IPv4 header without options.
const IPV4_HEADER: usize = 20;

/// Bytes of an IPv6 header (RFC 8200 section 3).
const IPV6_HEADER: usize = 40;

/// Bytes before the addresses.
const FIXED: usize = 8;

/// Where the checksum stands in them.
const CHECKSUM_OFFSET: usize = 6;

/// Rounded to the nearest centisecond, 1 to 4095 (A22).
fn centiseconds(interval: Duration) -> u16 {
    let nearest = (interval.as_millis() + 5) / 10;
    u16::try_from(nearest).unwrap_or(MAX_CENTISECONDS).clamp(1, MAX_CENTISECONDS)
}

/// Takes fields from the front and cannot overrun.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (front, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*front)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    /// Everything after version, type and VRID; also what follows the message.
    fn advertisement(
        mut self,
        version: Version,
        virtual_router_id: u8,
        is_ipv6: bool,
    ) -> Result<(Advertisement, &'a [u8]), Reason> {
        let [priority, count] = self.take().ok_or(Reason::Truncated)?;
        let field = self.take::<2>().ok_or(Reason::Truncated)?;
        let _checksum = self.take::<2>().ok_or(Reason::Truncated)?;
        if virtual_router_id == 0 {
            return Err(Reason::UnknownRouter);
        }
        if count == 0 && version == Version::Three {
            return Err(Reason::NoAddress); // A19
        }
        let mut addresses = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            addresses.push(match is_ipv6 {
                false => Ipv4Addr::from(self.take::<4>().ok_or(Reason::Truncated)?).into(),
                true => Ipv6Addr::from(self.take::<16>().ok_or(Reason::Truncated)?).into(),
            });
        }
        let (authentication, interval) = match version {
            Version::Two => {
                let [kind, seconds] = field;
                let data = self.take().ok_or(Reason::Truncated)?; // B26
                let authentication = match kind {
                    0 => Authentication::None,
                    1 => Authentication::Password(Password::from_wire(data)),
                    other => Authentication::Unknown(other),
                };
                (authentication, Duration::from_secs(seconds.into()))
            }
            Version::Three => {
                // The reserved bits are ignored (A20).
                let centiseconds = u16::from_be_bytes(field) & MAX_CENTISECONDS;
                (Authentication::None, Duration::from_millis(u64::from(centiseconds) * 10))
            }
        };
        let read = Advertisement {
            version,
            virtual_router_id,
            priority,
            interval,
            addresses,
            authentication,
        };
        Ok((read, self.bytes))
    }
}
