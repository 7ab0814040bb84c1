//! Asks the link for the owner of an address, and writes down who says so.

use std::io::Read;
use std::mem::MaybeUninit;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddrV6, UdpSocket};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::net::netdevice::name_to_index;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use super::packets::{
    arp_owner, arp_request, neighbour_owner, neighbour_solicitation, solicited_node,
};
use super::{Answer, Record};
use crate::inventory::{CLIENT, GATEWAY, Host, interface};
use crate::world::{now, run};

/// Asks every `period` until it is `over`.
pub(super) fn observe(
    address: IpAddr,
    period: Duration,
    record: &Mutex<Record>,
    over: &AtomicBool,
) {
    let (socket, to, question) = match address {
        IpAddr::V4(target) => link_socket(target),
        IpAddr::V6(target) => icmp_socket(target),
    };
    let mut next = now();
    let mut buffer = [0; 256];
    while !over.load(Ordering::Relaxed) {
        // A full queue or a link that is down: the next question comes soon.
        let _ = socket.send_to(&question, &to);
        next = now().max(next + period);
        loop {
            let rest = next.saturating_sub(now());
            if rest.is_zero() {
                break;
            }
            // Zero would mean for ever.
            socket.set_read_timeout(Some(rest.max(Duration::from_millis(1)))).unwrap();
            let Ok(length) = (&socket).read(&mut buffer) else { break };
            let packet = &buffer[..length];
            let mac = match address {
                IpAddr::V4(target) => arp_owner(packet, target),
                // A raw IPv6 socket delivers no header.
                IpAddr::V6(target) => neighbour_owner(packet, target),
            };
            if let Some(host) = mac.and_then(Host::by_mac) {
                record.lock().unwrap().answers.push(Answer { at: now(), host });
            }
        }
    }
}

/// A socket for ARP frames. What to send to must be an address of the link layer; only the kernel can write one without
/// unsafe code, so it is taken from the first frame that arrives: the gateway's answer to a question of the kernel's own.
fn link_socket(target: Ipv4Addr) -> (Socket, SockAddr, Vec<u8>) {
    const AF_PACKET: i32 = 17;
    const ETH_P_ARP: u16 = 0x0806;
    let protocol = Protocol::from(i32::from(ETH_P_ARP.to_be()));
    let socket =
        Socket::new(Domain::from(AF_PACKET), Type::RAW, Some(protocol)).expect("root may open it");
    socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let link = (0..50).find_map(|_| {
        run(&["ip", "-n", CLIENT.name, "neigh", "flush", "dev", interface()]);
        let plain = UdpSocket::bind((CLIENT.address(), 0)).unwrap();
        let _ = plain.send_to(&[0], (GATEWAY.address(), 9));
        socket.recv_from(&mut [MaybeUninit::uninit(); 256]).ok().map(|(_, from)| from)
    });
    let link = link.expect("the gateway answers on a link that is up");
    (socket, link, arp_request(CLIENT.mac(), CLIENT.address(), target))
}

fn icmp_socket(target: Ipv6Addr) -> (Socket, SockAddr, Vec<u8>) {
    let socket =
        Socket::new(Domain::IPV6, Type::RAW, Some(Protocol::ICMPV6)).expect("root may open it");
    // Neighbours drop what could have come from another link.
    socket.set_multicast_hops_v6(255).unwrap();
    let index = name_to_index(&socket, interface()).expect("every machine has it");
    let to = SocketAddrV6::new(solicited_node(target), 0, 0, index);
    (socket, to.into(), neighbour_solicitation(CLIENT.mac(), target))
}
