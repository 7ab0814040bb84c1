//! Why a packet is discarded.

use std::fmt;

/// The check that failed. One counter each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The authentication is of another type, or the password another one.
    Authentication,
    /// The checksum is wrong by either custom.
    Checksum,
    /// TTL or hop limit on arrival.
    HopLimit(u8),
    /// Version 2: the sender has another interval.
    IntervalMismatch,
    /// A message type other than advertisement.
    Kind(u8),
    /// Version 3 without any address.
    NoAddress,
    /// Strict only: the first IPv6 address is not link-local.
    NotLinkLocal,
    /// This director owns the addresses and speaks version 2.
    Owner,
    /// More bytes than the message has.
    TrailingBytes,
    /// Fewer bytes than the message needs.
    Truncated,
    /// A unicast sender that is not among the peers.
    UnknownPeer,
    /// No such virtual router on the interface.
    UnknownRouter,
    /// Another version than the router's.
    Version(u8),
    /// Version 3 with an interval of zero.
    ZeroInterval,
}

impl Reason {
    /// Every reason in the order of the counters.
    pub const NAMES: [&'static str; 14] = [
        "authentication",
        "checksum",
        "hop_limit",
        "interval_mismatch",
        "type",
        "no_address",
        "not_link_local",
        "owner",
        "trailing_bytes",
        "truncated",
        "unknown_peer",
        "unknown_router",
        "version",
        "zero_interval",
    ];

    /// Place in [`Self::NAMES`].
    pub fn index(self) -> usize {
        match self {
            Self::Authentication => 0,
            Self::Checksum => 1,
            Self::HopLimit(_) => 2,
            Self::IntervalMismatch => 3,
            Self::Kind(_) => 4,
            Self::NoAddress => 5,
            Self::NotLinkLocal => 6,
            Self::Owner => 7,
            Self::TrailingBytes => 8,
            Self::Truncated => 9,
            Self::UnknownPeer => 10,
            Self::UnknownRouter => 11,
            Self::Version(_) => 12,
            Self::ZeroInterval => 13,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authentication => f.write_str("authentication type or password differs"),
            Self::Checksum => f.write_str("checksum is wrong"),
            Self::HopLimit(found) => write!(f, "TTL is {found}: it has passed a router"),
            Self::IntervalMismatch => f.write_str("advertisement interval differs (version 2)"),
            Self::Kind(found) => write!(f, "message type {found} is unknown"),
            Self::NoAddress => f.write_str("no address in it"),
            Self::NotLinkLocal => f.write_str("first address is not link-local"),
            Self::Owner => f.write_str("this director owns the addresses (version 2)"),
            Self::TrailingBytes => f.write_str("bytes follow the message"),
            Self::Truncated => f.write_str("message is cut off"),
            Self::UnknownPeer => f.write_str("sender is no peer"),
            Self::UnknownRouter => f.write_str("no such virtual router here"),
            Self::Version(found) => write!(f, "version {found} is not spoken here"),
            Self::ZeroInterval => f.write_str("interval is zero"),
        }
    }
}

/// A packet that cannot be used. What was learnt finds the counter that has to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The check that failed first.
    pub reason: Reason,
    /// Version as sent, if the packet was long enough to hold it.
    pub version: Option<u8>,
    /// VRID as sent, if the packet was long enough to hold it.
    pub virtual_router_id: Option<u8>,
}

impl Malformed {
    /// Nothing was learnt yet.
    pub(super) fn new(reason: Reason) -> Self {
        Self { reason, version: None, virtual_router_id: None }
    }

    /// The same for another reason.
    pub(super) fn because(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }
}
