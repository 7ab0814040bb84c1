//! Raw IP sockets for advertisements.
//!
//! One socket hears a link in a family, another one sends. The sender writes the IPv4 header
//! itself: source address, TTL and type of service are then what the protocol wants, whatever
//! addresses come and go on the link.

use std::io;
use std::mem;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::{AsRawFd, RawFd};

use socket2::{Domain, InterfaceIndexOrAddress, Protocol, Socket, Type};

use crate::run::vrrp::packet::{GROUP_V4, GROUP_V6, HOP_LIMIT, PROTOCOL};
use crate::run::vrrp::{Envelope, Family};

/// Hears the advertisements that arrive on a link.
#[derive(Debug)]
pub struct Receiver {
    socket: Socket,
    family: Family,
}

impl Receiver {
    /// Listens on a link, to `group` if there is one; needs CAP_NET_RAW.
    ///
    /// # Errors
    /// Those of socket(2) and setsockopt(2).
    pub fn open(link: u32, name: &str, family: Family, group: Option<IpAddr>) -> io::Result<Self> {
        let domain = match family {
            Family::V4 => Domain::IPV4,
            Family::V6 => Domain::IPV6,
        };
        let socket = raw(domain, i32::from(PROTOCOL))?;
        socket.bind_device(Some(name.as_bytes()))?;
        // 1000 routers that all advertise in the same millisecond must find room.
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        match family {
            Family::V4 => {
                // Otherwise groups that other sockets joined are heard too.
                socket.set_multicast_all_v4(false)?;
            }
            Family::V6 => {
                socket.set_multicast_all_v6(false)?;
                socket.set_recv_hoplimit_v6(true)?; // A11
                receive_destination(&socket)?;
            }
        }
        match group {
            Some(IpAddr::V4(group)) => {
                socket.join_multicast_v4_n(&group, &InterfaceIndexOrAddress::Index(link))?;
            }
            Some(IpAddr::V6(group)) => socket.join_multicast_v6(&group, link)?,
            None => {}
        }
        Ok(Self { socket, family })
    }

    /// One packet: its envelope, and its payload at the front of `buffer`; `None` when there is
    /// none now, or one whose header makes no sense.
    ///
    /// # Errors
    /// Those of recvmsg(2).
    pub fn receive<'b>(&self, buffer: &'b mut [u8]) -> io::Result<Option<(Envelope, &'b [u8])>> {
        let mut control = [0_u64; CONTROL_WORDS];
        // SAFETY: all bytes zero is a valid sockaddr_in6, iovec and msghdr.
        let (mut name, mut message): (libc::sockaddr_in6, libc::msghdr) =
            unsafe { (mem::zeroed(), mem::zeroed()) };
        let mut part = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
        message.msg_name = (&raw mut name).cast();
        message.msg_namelen = u32::try_from(mem::size_of_val(&name)).unwrap_or(0);
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = mem::size_of_val(&control);
        // SAFETY: every pointer in `message` is to a live value of the length beside it.
        let length =
            unsafe { libc::recvmsg(self.socket.as_raw_fd(), &raw mut message, libc::MSG_DONTWAIT) };
        let Ok(length) = usize::try_from(length) else {
            return Err(io::Error::last_os_error());
        };
        let packet = buffer.get(..length).unwrap_or_default();
        match self.family {
            Family::V4 => Ok(open_ipv4(packet)),
            Family::V6 => {
                let source = Ipv6Addr::from(name.sin6_addr.s6_addr);
                let Some((destination, hop_limit)) = ancillary(&message) else { return Ok(None) };
                let envelope = Envelope { source: source.into(), destination, hop_limit };
                Ok(Some((envelope, packet)))
            }
        }
    }
}

impl AsRawFd for Receiver {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

/// Sends advertisements on a link.
#[derive(Debug)]
pub struct Sender {
    socket: Socket,
    link: u32,
}

impl Sender {
    /// Sends on the link of that index and name; needs CAP_NET_RAW. An IPv6 sender has to be
    /// opened again when `source` changes.
    ///
    /// # Errors
    /// Those of socket(2), setsockopt(2) and bind(2).
    pub fn open(link: u32, name: &str, source: IpAddr) -> io::Result<Self> {
        let socket = match source {
            // IPPROTO_RAW: the header is ours, and nothing is received (raw(7)).
            IpAddr::V4(_) => raw(Domain::IPV4, libc::IPPROTO_RAW)?,
            IpAddr::V6(_) => raw(Domain::IPV6, i32::from(PROTOCOL))?,
        };
        socket.bind_device(Some(name.as_bytes()))?;
        match source {
            IpAddr::V4(_) => {
                socket.set_multicast_loop_v4(false)?;
                rustix::net::sockopt::set_ip_multicast_if_with_ifindex(
                    &socket,
                    &Ipv4Addr::UNSPECIFIED,
                    &Ipv4Addr::UNSPECIFIED,
                    link,
                )?;
            }
            IpAddr::V6(source) => {
                socket.set_multicast_loop_v6(false)?;
                socket.set_multicast_if_v6(link)?;
                socket.set_multicast_hops_v6(u32::from(HOP_LIMIT))?; // A10
                socket.set_unicast_hops_v6(u32::from(HOP_LIMIT))?;
                socket.set_tclass_v6(u32::from(TYPE_OF_SERVICE))?;
                // It only sends; what arrives for the address needs no room.
                socket.set_recv_buffer_size(0)?;
                // From a link with a virtual MAC, too: the address is on the link below (A74).
                socket.set_freebind_v6(true)?;
                socket.bind(&SocketAddr::V6(SocketAddrV6::new(source, 0, 0, link)).into())?;
            }
        }
        Ok(Self { socket, link })
    }

    /// Sends a VRRP message.
    ///
    /// # Errors
    /// Those of sendto(2).
    pub fn send(&self, message: &[u8], source: IpAddr, destination: IpAddr) -> io::Result<()> {
        match (source, destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                let packet = wrap_ipv4(message, source, destination);
                let target = SocketAddr::new(destination.into(), 0);
                self.socket.send_to(&packet, &target.into())?;
            }
            (_, IpAddr::V6(destination)) => {
                let target = SocketAddrV6::new(destination, 0, 0, self.link);
                self.socket.send_to(message, &SocketAddr::V6(target).into())?;
            }
            (IpAddr::V6(_), IpAddr::V4(_)) => {
                return Err(io::Error::from(io::ErrorKind::InvalidInput));
            }
        }
        Ok(())
    }
}

/// The group of a family.
pub fn group_of(family: Family) -> IpAddr {
    match family {
        Family::V4 => GROUP_V4.into(),
        Family::V6 => GROUP_V6.into(),
    }
}

fn raw(domain: Domain, protocol: i32) -> io::Result<Socket> {
    let socket = Socket::new(domain, Type::RAW, Some(Protocol::from(protocol)))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Asks for the destination address of each packet (IPV6_RECVPKTINFO).
fn receive_destination(socket: &Socket) -> io::Result<()> {
    let on: libc::c_int = 1;
    // SAFETY: the pointer is to a live int of the length given, and is only read.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_IPV6,
            libc::IPV6_RECVPKTINFO,
            (&raw const on).cast(),
            u32::try_from(mem::size_of_val(&on)).unwrap_or(0),
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Destination and hop limit of an IPv6 packet.
fn ancillary(message: &libc::msghdr) -> Option<(IpAddr, u8)> {
    let (mut destination, mut hop_limit) = (None, None);
    // SAFETY: `message` was filled by recvmsg; its control buffer lives in the caller and is
    // aligned for cmsghdr. The kernel wrote whole headers, which CMSG_FIRSTHDR and CMSG_NXTHDR
    // check against the buffer's length; the data behind each has its level's and type's layout.
    unsafe {
        let mut header = libc::CMSG_FIRSTHDR(message);
        while let Some(found) = header.as_ref() {
            match (found.cmsg_level, found.cmsg_type) {
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    let data = libc::CMSG_DATA(header).cast::<libc::in6_pktinfo>();
                    destination = Some(Ipv6Addr::from(data.read_unaligned().ipi6_addr.s6_addr));
                }
                (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT) => {
                    let data = libc::CMSG_DATA(header).cast::<libc::c_int>();
                    hop_limit = u8::try_from(data.read_unaligned()).ok();
                }
                _ => {}
            }
            header = libc::CMSG_NXTHDR(message, header);
        }
    }
    Some((destination?.into(), hop_limit?))
}

/// Takes the header off. The kernel has cut the packet to the length in it (C03).
fn open_ipv4(packet: &[u8]) -> Option<(Envelope, &[u8])> {
    let header = packet.first_chunk::<IPV4_HEADER>()?;
    let [first, _, _, _, _, _, _, _, hop_limit, _, _, _, a, b, c, d, e, f, g, h] = *header;
    // In words of four bytes; options make it longer.
    let length = usize::from(first & 0x0f) * 4;
    let payload = packet.get(length.max(IPV4_HEADER)..)?;
    let source = IpAddr::V4(Ipv4Addr::new(a, b, c, d));
    let destination = IpAddr::V4(Ipv4Addr::new(e, f, g, h));
    Some((Envelope { source, destination, hop_limit }, payload))
}

/// Length, identification and checksum are filled in by the kernel (raw(7)).
fn wrap_ipv4(message: &[u8], source: Ipv4Addr, destination: Ipv4Addr) -> Vec<u8> {
    let mut packet = Vec::with_capacity(IPV4_HEADER + message.len());
    packet.extend([0x45, TYPE_OF_SERVICE, 0, 0, 0, 0, 0, 0, HOP_LIMIT, PROTOCOL, 0, 0]);
    packet.extend(source.octets());
    packet.extend(destination.octets());
    packet.extend(message);
    packet
}

/// Room for a destination and a hop limit, in words so that the headers are aligned.
const CONTROL_WORDS: usize = 16;

/// Without options.
const IPV4_HEADER: usize = 20;

const RECEIVE_BUFFER: usize = 1 << 20;

/// Precedence "internetwork control", as routing protocols use it.
const TYPE_OF_SERVICE: u8 = 0xc0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv4_header_is_put_on_and_taken_off() {
        let (source, destination) = (Ipv4Addr::new(10, 0, 0, 1), GROUP_V4);
        let packet = wrap_ipv4(&[1, 2, 3], source, destination);
        let (envelope, payload) = open_ipv4(&packet).unwrap();
        assert_eq!(payload, [1, 2, 3]);
        let expected = Envelope {
            source: source.into(),
            destination: destination.into(),
            hop_limit: HOP_LIMIT,
        };
        assert_eq!(envelope, expected);
    }

    #[test]
    fn options_are_skipped_and_nonsense_is_refused() {
        let mut packet = wrap_ipv4(&[9, 9, 9, 9, 1], Ipv4Addr::LOCALHOST, GROUP_V4);
        packet[0] = 0x46;
        assert_eq!(open_ipv4(&packet).unwrap().1, [1]);
        packet[0] = 0x4f;
        assert_eq!(open_ipv4(&packet), None);
        assert_eq!(open_ipv4(&packet[..19]), None);
    }
}
