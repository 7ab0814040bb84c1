//! The two questions "who has this address", as bytes, and their answers.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A whole Ethernet frame with an ARP request, RFC 826.
pub(super) fn arp_request(sender_mac: [u8; 6], sender: Ipv4Addr, target: Ipv4Addr) -> Vec<u8> {
    let mut frame = vec![0xff; 6];
    frame.extend(sender_mac);
    // EtherType ARP; hardware Ethernet, protocol IPv4, their lengths, operation 1: request.
    frame.extend([0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1]);
    frame.extend(sender_mac);
    frame.extend(sender.octets());
    frame.extend([0; 6]);
    frame.extend(target.octets());
    frame
}

/// The hardware address of a frame that says, to us or to everybody, that its sender has `target`.
pub(super) fn arp_owner(frame: &[u8], target: Ipv4Addr) -> Option<[u8; 6]> {
    let (mac, address) = (frame.get(22..28)?, frame.get(28..32)?);
    (address == target.octets()).then(|| mac.try_into().ok()).flatten()
}

/// The body of a neighbour solicitation, RFC 4861 section 4.3. The kernel fills in the checksum.
pub(super) fn neighbour_solicitation(sender_mac: [u8; 6], target: Ipv6Addr) -> Vec<u8> {
    let mut packet = vec![135, 0, 0, 0, 0, 0, 0, 0];
    packet.extend(target.octets());
    // Option 1: source link-layer address, in units of eight bytes.
    packet.extend([1, 1]);
    packet.extend(sender_mac);
    packet
}

/// The hardware address in a neighbour advertisement for `target`, RFC 4861 section 4.4.
pub(super) fn neighbour_owner(packet: &[u8], target: Ipv6Addr) -> Option<[u8; 6]> {
    let (kind, address, option) = (packet.first()?, packet.get(8..24)?, packet.get(24..26)?);
    let fits = *kind == 136 && address == target.octets() && option == [2, 1];
    fits.then(|| packet.get(26..32)?.try_into().ok()).flatten()
}

/// The multicast group in which the owner of `target` listens, RFC 4291 section 2.7.1.
pub(super) fn solicited_node(target: Ipv6Addr) -> Ipv6Addr {
    let [.., high, middle, low] = target.octets();
    let last = u16::from_be_bytes([middle, low]);
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | u16::from(high), last)
}
