//! How long a machine has had its addresses: out of `ip address save`, which writes the kernel's
//! own answer (RTM_NEWADDR messages, rtnetlink(7)) behind a word of magic.
//!
//! The kernel notes when it got each address, whoever gave it: keepalived, heartbeat's scripts or
//! lvsha. The machine may count its bytes in the other order than this one.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

/// The age of each address in `dump`, on a machine that is up for `uptime`. What is no such dump has
/// none; neither has an address that seems older than the machine, as in a container that shows a
/// time of its own.
pub(super) fn ages(dump: &[u8], uptime: Duration) -> BTreeMap<IpAddr, Duration> {
    let Some((order, mut rest)) = order(dump) else { return BTreeMap::new() };
    let mut ages = BTreeMap::new();
    while let Some((kind, body, behind)) = message(rest, order) {
        rest = behind;
        if kind == RTM_NEWADDR
            && let Some((address, created)) = address(body, order)
        {
            // Both count from the boot; the kernel's counter starts anew after 497 days.
            let hundredths = (uptime.as_millis() / 10) & u128::from(u32::MAX);
            let now = u32::try_from(hundredths).unwrap_or_default();
            let age = Duration::from_millis(u64::from(now.wrapping_sub(created)) * 10);
            if age <= uptime {
                ages.insert(address, age);
            }
        }
    }
    ages
}

/// In which order a machine writes the bytes of a number.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn half(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        })
    }

    fn word(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        })
    }
}

fn order(dump: &[u8]) -> Option<(Order, &[u8])> {
    let (magic, rest) = dump.split_at_checked(4)?;
    let found = [Order::Little, Order::Big]
        .into_iter()
        .find(|order| order.word(magic, 0) == Some(MAGIC))?;
    Some((found, rest))
}

/// A message's type and body, and what follows it (struct nlmsghdr, netlink(7)).
fn message(bytes: &[u8], order: Order) -> Option<(u16, &[u8], &[u8])> {
    let length = usize::try_from(order.word(bytes, 0)?).ok()?;
    let body = bytes.get(HEADER..length)?;
    Some((order.half(bytes, 4)?, body, bytes.get(aligned(length)..).unwrap_or_default()))
}

/// An address and when it was created, in hundredths of a second since the boot (struct ifaddrmsg,
/// then attributes; struct ifa_cacheinfo).
fn address(body: &[u8], order: Order) -> Option<(IpAddr, u32)> {
    let family = *body.first()?;
    let mut rest = body.get(8..)?;
    let (mut local, mut other, mut created) = (None, None, None);
    while let Some(length) = order.half(rest, 0).map(usize::from) {
        let Some(value) = rest.get(4..length) else { break };
        match order.half(rest, 2)? {
            // On a link between two machines IFA_ADDRESS is the other one's.
            IFA_LOCAL => local = ip(family, value),
            IFA_ADDRESS => other = ip(family, value),
            IFA_CACHEINFO => created = order.word(value, 8),
            _ => {}
        }
        rest = rest.get(aligned(length)..).unwrap_or_default();
    }
    Some((local.or(other)?, created?))
}

/// Addresses are in the order of the network everywhere.
fn ip(family: u8, value: &[u8]) -> Option<IpAddr> {
    match family {
        AF_INET => Some(IpAddr::from(<[u8; 4]>::try_from(value).ok()?)),
        AF_INET6 => Some(IpAddr::from(<[u8; 16]>::try_from(value).ok()?)),
        _ => None,
    }
}

/// Messages and attributes begin at multiples of four bytes.
fn aligned(length: usize) -> usize {
    length.div_ceil(4) * 4
}

/// What `ip` writes first, in the order of its machine.
const MAGIC: u32 = 0x4736_1222;
/// Bytes of struct nlmsghdr.
const HEADER: usize = 16;
const RTM_NEWADDR: u16 = 20;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_CACHEINFO: u16 = 6;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

#[cfg(test)]
mod tests;
