//! Gratuitous ARP and unsolicited neighbour advertisements: bytes, and the socket for them.

use std::io;
use std::mem;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsRawFd as _, OwnedFd};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

#[cfg(test)]
mod tests;

/// An Ethernet address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MacAddress(pub [u8; 6]);

impl MacAddress {
    /// Every station.
    pub const BROADCAST: Self = Self([0xff; 6]);

    /// The virtual router's own (RFC 9568 section 7.3).
    pub fn virtual_router(virtual_router_id: u8, is_ipv6: bool) -> Self {
        Self([0, 0, 0x5e, 0, if is_ipv6 { 2 } else { 1 }, virtual_router_id])
    }
}

/// Announces `address` at `mac`: an ARP request for itself, or a neighbour advertisement.
pub fn announcement(address: IpAddr, mac: MacAddress) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => gratuitous_arp(address, mac),
        IpAddr::V6(address) => neighbour_advertisement(address, mac),
    }
}

/// An ARP request of which sender and target are the address (RFC 5227 section 3, A35).
fn gratuitous_arp(address: Ipv4Addr, mac: MacAddress) -> Vec<u8> {
    let mut frame = ethernet(MacAddress::BROADCAST, mac, libc::ETH_P_ARP);
    frame.extend(1_u16.to_be_bytes()); // hardware: Ethernet
    frame.extend(0x0800_u16.to_be_bytes()); // protocol: IPv4
    frame.extend([6, 4]);
    frame.extend(1_u16.to_be_bytes()); // request: more hosts heed it than an answer
    frame.extend(mac.0);
    frame.extend(address.octets());
    frame.extend([0; 6]);
    frame.extend(address.octets());
    frame.resize(SHORTEST_FRAME, 0);
    frame
}

/// To all nodes, with Router and Override set and Solicited clear (RFC 4861 section 4.4, A35).
fn neighbour_advertisement(address: Ipv6Addr, mac: MacAddress) -> Vec<u8> {
    let mut message = vec![NEIGHBOUR_ADVERTISEMENT, 0, 0, 0];
    message.extend([ROUTER | OVERRIDE, 0, 0, 0]);
    message.extend(address.octets());
    message.extend([TARGET_LINK_LAYER_ADDRESS, 1]); // length in units of 8 bytes
    message.extend(mac.0);
    let sum = icmp_checksum(address, ALL_NODES, &message);
    if let Some(field) = message.get_mut(2..4) {
        field.copy_from_slice(&sum.to_be_bytes());
    }

    let [.., a, b, c, d] = ALL_NODES.octets();
    let mut frame = ethernet(MacAddress([0x33, 0x33, a, b, c, d]), mac, libc::ETH_P_IPV6);
    frame.extend([0x60, 0, 0, 0]);
    // 32 bytes of message: far below 16 bits.
    frame.extend(u16::try_from(message.len()).unwrap_or(u16::MAX).to_be_bytes());
    frame.extend([ICMP_V6, 255]);
    frame.extend(address.octets());
    frame.extend(ALL_NODES.octets());
    frame.extend(message);
    frame
}

fn ethernet(destination: MacAddress, source: MacAddress, protocol: i32) -> Vec<u8> {
    let mut frame = Vec::with_capacity(128);
    frame.extend(destination.0);
    frame.extend(source.0);
    // The EtherTypes that are used fit.
    frame.extend(u16::try_from(protocol).unwrap_or(0).to_be_bytes());
    frame
}

fn icmp_checksum(source: Ipv6Addr, destination: Ipv6Addr, message: &[u8]) -> u16 {
    let length = u32::try_from(message.len()).unwrap_or(0);
    let header = [source.octets(), destination.octets()].concat();
    let rest = [length.to_be_bytes(), [0, 0, 0, ICMP_V6]].concat();
    let mut sum: u32 = 0;
    for part in [header.as_slice(), &rest, message] {
        let (words, _) = part.as_chunks::<2>();
        sum += words.iter().map(|word| u32::from(u16::from_be_bytes(*word))).sum::<u32>();
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(u16::MAX)
}

/// Sends whole Ethernet frames on any link; it receives nothing.
#[derive(Debug)]
pub struct FrameSocket(OwnedFd);

impl FrameSocket {
    /// Opens it; needs CAP_NET_RAW.
    ///
    /// # Errors
    /// Those of socket(2).
    pub fn open() -> io::Result<Self> {
        // Protocol 0 (`None`): frames that arrive are not copied to it (packet(7)).
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        Ok(Self(socket_with(AddressFamily::PACKET, SocketType::RAW, flags, None)?))
    }

    /// Sends a frame on the link of that index.
    ///
    /// # Errors
    /// Those of sendto(2); `WouldBlock` when the link's queue is full.
    pub fn send(&self, link: u32, frame: &[u8]) -> io::Result<()> {
        // SAFETY: all bytes zero is a valid sockaddr_ll.
        let mut address: libc::sockaddr_ll = unsafe { mem::zeroed() };
        address.sll_family = u16::try_from(libc::AF_PACKET).unwrap_or(0);
        address.sll_ifindex = i32::try_from(link).unwrap_or(0);
        // The size of a small struct.
        let length = u32::try_from(mem::size_of::<libc::sockaddr_ll>()).unwrap_or(0);
        // SAFETY: both pointers are to live values of the lengths given, and are only read.
        let sent = unsafe {
            libc::sendto(
                self.0.as_raw_fd(),
                frame.as_ptr().cast(),
                frame.len(),
                libc::MSG_DONTWAIT,
                (&raw const address).cast(),
                length,
            )
        };
        if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
const ICMP_V6: u8 = 58;
const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
const OVERRIDE: u8 = 0x20;
const ROUTER: u8 = 0x80;
const TARGET_LINK_LAYER_ADDRESS: u8 = 2;

/// Without the frame check sequence.
const SHORTEST_FRAME: usize = 60;
