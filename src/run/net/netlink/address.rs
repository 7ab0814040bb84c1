//! Address messages (rtnetlink(7), RTM_NEWADDR).

use std::io::{self, Cursor};

use neli::FromBytesWithInput as _;
use neli::consts::rtnl::{Ifa, RtAddrFamily, RtScope};
use neli::rtnl::{Ifaddrmsg, IfaddrmsgBuilder};
use neli::types::RtBuffer;

use super::message::Message;
use super::{address_from, route};
use crate::run::net::addresses::{Details, LinkAddress};
use crate::run::vrrp::Family;

/// Asks for all addresses.
pub(super) fn request() -> io::Result<Ifaddrmsg> {
    IfaddrmsgBuilder::default()
        .ifa_family(RtAddrFamily::Unspecified)
        .ifa_prefixlen(0)
        .ifa_scope(RtScope::Universe)
        .ifa_index(0)
        .rtattrs(RtBuffer::new())
        .build()
        .map_err(io::Error::other)
}

/// Adds or removes an address.
pub(super) fn message(address: &LinkAddress, details: &Details) -> Message {
    // The old master may still have it: duplicate address detection would refuse it then (A94).
    let is_undetected = address.address.is_ipv6() && !details.detects_duplicates;
    let own = if is_undetected { NO_DETECTION } else { 0 };
    let family = route::family(Family::of(address.address));
    // struct ifaddrmsg has room for the lower flags only; the attribute says all of them.
    let mut message = Message::new([family, address.prefix, 0, details.scope]);
    message.extend(&address.link.to_ne_bytes());
    message.put_address(LOCAL, address.address);
    message.put_address(ADDRESS, address.peer.unwrap_or(address.address));
    message.put_number(FLAGS, own | details.flags);
    if let Some(broadcast) = details.broadcast {
        message.put_address(BROADCAST, broadcast.into());
    }
    // A NUL inside a label is no label.
    if let Some(label) = details.label.as_ref().filter(|label| !label.contains('\0')) {
        message.put_text(LABEL, label);
    }
    if let Some(preferred) = details.preferred {
        // struct ifa_cacheinfo: preferred and valid seconds, two times that the kernel fills in.
        let times = [preferred, u32::MAX, 0, 0].map(u32::to_ne_bytes);
        message.put(TIMES, &times.concat());
    }
    message
}

/// An address that the kernel tells about.
pub(super) fn read(bytes: &[u8]) -> Option<LinkAddress> {
    let message = Ifaddrmsg::from_bytes_with_input(&mut Cursor::new(bytes), bytes.len()).ok()?;
    let find = |kind: Ifa| {
        let found = message.rtattrs().iter().find(|attribute| *attribute.rta_type() == kind);
        found.and_then(|attribute| address_from(attribute.rta_payload().as_ref()))
    };
    // On point-to-point links `Address` is the other end.
    let end = find(Ifa::Address);
    let address = find(Ifa::Local).or(end)?;
    let peer = end.filter(|end| *end != address);
    let (link, prefix) = (*message.ifa_index(), *message.ifa_prefixlen());
    Some(LinkAddress { link, address, prefix, peer })
}

// IFA_* and IFA_F_NODAD (linux/if_addr.h).
const ADDRESS: u16 = 1;
const LOCAL: u16 = 2;
const LABEL: u16 = 3;
const BROADCAST: u16 = 4;
const TIMES: u16 = 6;
const FLAGS: u16 = 8;
const NO_DETECTION: u32 = 0x02;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for text in ["10.0.0.31", "2001:db8::31"] {
            let address =
                LinkAddress { link: 7, address: text.parse().unwrap(), prefix: 24, peer: None };
            let details = Details { label: Some("eth0:0".to_owned()), ..Details::default() };
            assert_eq!(read(message(&address, &details).bytes()), Some(address));
        }
    }

    #[test]
    fn nobody_looks_for_duplicates_unless_it_is_asked_for() {
        let [plain, asked] = [false, true].map(|detects_duplicates| {
            let address = "2001:db8::31".parse().unwrap();
            let address = LinkAddress { link: 7, address, prefix: 64, peer: None };
            let details = Details { detects_duplicates, ..Details::default() };
            message(&address, &details).bytes().to_vec()
        });
        // The last attribute says the flags.
        assert_eq!(plain.last_chunk(), Some(&NO_DETECTION.to_ne_bytes()));
        assert_eq!(asked.last_chunk(), Some(&0_u32.to_ne_bytes()));
    }

    #[test]
    fn the_own_address_is_the_near_end_of_a_link() {
        let [address, peer] = ["10.0.0.1", "10.0.0.2"].map(|text| text.parse().unwrap());
        let near = LinkAddress { link: 7, address, prefix: 32, peer: Some(peer) };
        assert_eq!(read(message(&near, &Details::default()).bytes()), Some(near));
    }
}
