//! Link messages (rtnetlink(7), RTM_NEWLINK).

use std::ffi::CStr;
use std::io::{self, Cursor};

use neli::FromBytesWithInput as _;
use neli::consts::rtnl::{Iff, Ifla, IflaInfo, RtAddrFamily, RtaType};
use neli::rtnl::{Ifinfomsg, IfinfomsgBuilder, Rtattr, RtattrBuilder};
use neli::types::{Buffer, RtBuffer};

use crate::run::net::frames::MacAddress;

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The kernel's number for it.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Its address; `None` for links that are no Ethernet.
    pub mac: Option<MacAddress>,
    /// Whether it is up and the other end is there.
    pub is_running: bool,
    /// Whether neighbours are asked for on it.
    pub has_neighbours: bool,
    /// Largest packet, in bytes.
    pub mtu: u32,
    /// The link below, for a virtual one.
    pub parent: Option<u32>,
}

/// A link with the MAC of a virtual router, on top of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualLink {
    /// Its name.
    pub name: String,
    /// Index of the link below.
    pub parent: u32,
    /// Its address.
    pub mac: MacAddress,
}

/// Asks for all links.
pub(super) fn request() -> io::Result<Ifinfomsg> {
    by_index(0)
}

/// Names one link.
pub(super) fn by_index(index: u32) -> io::Result<Ifinfomsg> {
    builder(index)?.rtattrs(RtBuffer::new()).build().map_err(io::Error::other)
}

/// Sets it up.
pub(super) fn up(index: u32) -> io::Result<Ifinfomsg> {
    builder(index)?.up().rtattrs(RtBuffer::new()).build().map_err(io::Error::other)
}

/// A private macvlan: its packets leave, but never turn to a neighbour on the same link (C14).
pub(super) fn macvlan(wanted: &VirtualLink) -> io::Result<Ifinfomsg> {
    let mode = attribute(Macvlan::Mode, MACVLAN_PRIVATE)?;
    let data = attribute(IflaInfo::Data, Buffer::new())?.nest(&mode).map_err(io::Error::other)?;
    let info = attribute(Ifla::Linkinfo, Buffer::new())?
        .nest(&attribute(IflaInfo::Kind, "macvlan")?)
        .and_then(|info| info.nest(&data))
        .map_err(io::Error::other)?;
    let mut attributes = RtBuffer::new();
    attributes.push(attribute(Ifla::Ifname, wanted.name.as_str())?);
    attributes.push(attribute(Ifla::Link, wanted.parent)?);
    attributes.push(attribute(Ifla::Address, Buffer::from(wanted.mac.0.as_slice()))?);
    attributes.push(info);
    builder(0)?.rtattrs(attributes).build().map_err(io::Error::other)
}

/// A link that the kernel tells about.
pub(super) fn read(bytes: &[u8]) -> Option<Link> {
    let message = Ifinfomsg::from_bytes_with_input(&mut Cursor::new(bytes), bytes.len()).ok()?;
    // A bridge tells of its ports in its own family, and a port that leaves it is no link that goes.
    if *message.ifi_family() != RtAddrFamily::Unspecified {
        return None;
    }
    let find = |kind: Ifla| {
        let found = message.rtattrs().iter().find(|attribute| *attribute.rta_type() == kind);
        found.map(|attribute| attribute.rta_payload().as_ref())
    };
    let number = |kind| {
        find(kind).and_then(|bytes| bytes.first_chunk::<4>()).map(|b| u32::from_ne_bytes(*b))
    };
    let name = CStr::from_bytes_until_nul(find(Ifla::Ifname)?).ok()?;
    let flags = *message.ifi_flags();
    Some(Link {
        index: u32::try_from(*message.ifi_index()).ok()?,
        name: name.to_string_lossy().into_owned(),
        // Other hardware has addresses of other lengths.
        mac: find(Ifla::Address).and_then(|bytes| bytes.try_into().ok()).map(MacAddress),
        is_running: flags.contains(Iff::UP | Iff::RUNNING),
        has_neighbours: !flags.contains(Iff::NOARP),
        mtu: number(Ifla::Mtu).unwrap_or(0),
        parent: number(Ifla::Link),
    })
}

fn builder(index: u32) -> io::Result<IfinfomsgBuilder> {
    let index = i32::try_from(index).map_err(io::Error::other)?;
    Ok(IfinfomsgBuilder::default().ifi_family(RtAddrFamily::Unspecified).ifi_index(index))
}

fn attribute<T, P>(kind: T, payload: P) -> io::Result<Rtattr<T, Buffer>>
where
    T: RtaType + neli::Size,
    P: neli::ToBytes + neli::Size,
{
    RtattrBuilder::default().rta_type(kind).rta_payload(payload).build().map_err(io::Error::other)
}

/// Attributes of a macvlan (`linux/if_link.h`), which neli does not name.
#[neli::neli_enum(serialized_type = "u16")]
enum Macvlan {
    Mode = 1,
}

impl RtaType for Macvlan {}

/// `MACVLAN_MODE_PRIVATE`.
const MACVLAN_PRIVATE: u32 = 1;

#[cfg(test)]
mod tests {
    use neli::ToBytes as _;
    use neli::types::{Buffer, RtBuffer};

    use super::*;

    #[test]
    fn what_a_bridge_tells_of_a_port_is_no_link() {
        let told = |family| {
            let name = attribute(Ifla::Ifname, Buffer::from(&b"eth0\0"[..])).unwrap();
            let attributes: RtBuffer<Ifla, Buffer> = std::iter::once(name).collect();
            let message = builder(2).unwrap().ifi_family(family).rtattrs(attributes);
            let mut bytes = Cursor::new(Vec::new());
            message.build().unwrap().to_bytes(&mut bytes).unwrap();
            read(&bytes.into_inner()).map(|link| link.name)
        };
        assert_eq!(told(RtAddrFamily::Unspecified).as_deref(), Some("eth0"));
        // AF_BRIDGE of linux/socket.h, which neli does not name.
        assert_eq!(told(RtAddrFamily::UnrecognizedConst(7)), None);
    }
}
