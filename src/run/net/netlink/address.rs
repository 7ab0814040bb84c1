//! Address messages (rtnetlink(7), RTM_NEWADDR).

use std::ffi::CString;
use std::io::{self, Cursor};
use std::net::IpAddr;

use neli::FromBytesWithInput as _;
use neli::consts::rtnl::{Ifa, IfaF, RtAddrFamily, RtScope};
use neli::rtnl::{Ifaddrmsg, IfaddrmsgBuilder, Rtattr, RtattrBuilder};
use neli::types::{Buffer, RtBuffer};

use super::address_from;
use crate::run::net::addresses::{Details, LinkAddress};

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
pub(super) fn message(address: &LinkAddress, details: &Details) -> io::Result<Ifaddrmsg> {
    let mut attributes = RtBuffer::new();
    let family = match address.address {
        IpAddr::V4(ip) => {
            attributes.push(attribute(Ifa::Local, ip.octets().as_slice())?);
            attributes.push(attribute(Ifa::Address, ip.octets().as_slice())?);
            if let Some(broadcast) = details.broadcast {
                attributes.push(attribute(Ifa::Broadcast, broadcast.octets().as_slice())?);
            }
            // A NUL inside a label is no label.
            if let Some(label) = details.label.clone().and_then(|label| CString::new(label).ok()) {
                attributes.push(attribute(Ifa::Label, label.as_bytes_with_nul())?);
            }
            RtAddrFamily::Inet
        }
        IpAddr::V6(ip) => {
            attributes.push(attribute(Ifa::Local, ip.octets().as_slice())?);
            attributes.push(attribute(Ifa::Address, ip.octets().as_slice())?);
            RtAddrFamily::Inet6
        }
    };
    // The old master may still have it: duplicate address detection would refuse it then (A94).
    let flags = if address.address.is_ipv6() { IfaF::NODAD } else { IfaF::empty() };
    IfaddrmsgBuilder::default()
        .ifa_family(family)
        .ifa_prefixlen(address.prefix)
        .ifa_flags(flags)
        .ifa_scope(RtScope::from(details.scope))
        .ifa_index(address.link)
        .rtattrs(attributes)
        .build()
        .map_err(io::Error::other)
}

/// An address that the kernel tells about.
pub(super) fn read(bytes: &[u8]) -> Option<LinkAddress> {
    let message = Ifaddrmsg::from_bytes_with_input(&mut Cursor::new(bytes), bytes.len()).ok()?;
    let find = |kind: Ifa| {
        let found = message.rtattrs().iter().find(|attribute| *attribute.rta_type() == kind);
        found.and_then(|attribute| address_from(attribute.rta_payload().as_ref()))
    };
    // On point-to-point links `Address` is the other end.
    let address = find(Ifa::Local).or_else(|| find(Ifa::Address))?;
    Some(LinkAddress { link: *message.ifa_index(), address, prefix: *message.ifa_prefixlen() })
}

fn attribute(kind: Ifa, bytes: &[u8]) -> io::Result<Rtattr<Ifa, Buffer>> {
    RtattrBuilder::default()
        .rta_type(kind)
        .rta_payload(Buffer::from(bytes))
        .build()
        .map_err(io::Error::other)
}
