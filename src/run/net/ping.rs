//! One ICMP echo (RFC 792).

use std::future::poll_fn;
use std::io::{self, Read as _};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::time::timeout;

use super::readiness::Watched;

/// Whether an IPv4 address answers an echo request in time. Needs CAP_NET_RAW and a tokio runtime.
///
/// # Errors
/// Those of socket(2) and sendto(2).
pub async fn ping(address: IpAddr, identifier: u16, patience: Duration) -> io::Result<bool> {
    let IpAddr::V4(_) = address else {
        return Err(io::Error::from(io::ErrorKind::Unsupported));
    };
    let socket = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4))?;
    socket.set_nonblocking(true)?;
    socket.send_to(&request(identifier), &SocketAddr::new(address, 0).into())?;
    let watched = Watched::new(socket)?;
    let answer = async {
        loop {
            let mut buffer = [0; 256];
            while let Ok(length) = watched.socket().read(&mut buffer) {
                if is_answer(buffer.get(..length).unwrap_or_default(), address, identifier) {
                    return;
                }
            }
            poll_fn(|context| watched.poll_news(context)).await;
        }
    };
    Ok(timeout(patience, answer).await.is_ok())
}

/// Echo request without data.
fn request(identifier: u16) -> Vec<u8> {
    let [high, low] = identifier.to_be_bytes();
    let sum = u32::from(ECHO_REQUEST) * 256 + u32::from(identifier);
    let folded = (sum & 0xffff) + (sum >> 16);
    // Folded below 65,536.
    let [a, b] = (!u16::try_from(folded).unwrap_or(u16::MAX)).to_be_bytes();
    vec![ECHO_REQUEST, 0, a, b, high, low, 0, 0]
}

/// Raw sockets see every ICMP message of the host, with the IP header.
fn is_answer(packet: &[u8], address: IpAddr, identifier: u16) -> bool {
    let Some(first) = packet.first() else { return false };
    let header = usize::from(first & 0x0f) * 4;
    let sender = packet.get(12..16).and_then(|bytes| bytes.first_chunk::<4>()).copied();
    let is_sender = sender.is_some_and(|bytes| IpAddr::from(bytes) == address);
    let message = packet.get(header..).and_then(|bytes| bytes.first_chunk::<8>());
    let Some([kind, code, _, _, high, low, ..]) = message else { return false };
    is_sender
        && (*kind, *code) == (ECHO_REPLY, 0)
        && u16::from_be_bytes([*high, *low]) == identifier
}

const ECHO_REPLY: u8 = 0;
const ECHO_REQUEST: u8 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_whole_and_an_answer_is_recognised() {
        for identifier in [0, 1, 0x1234, 0xffff] {
            let message = request(identifier);
            let words = message.chunks(2).map(|pair| u32::from(pair[0]) * 256 + u32::from(pair[1]));
            let sum: u32 = words.sum();
            assert_eq!((sum & 0xffff) + (sum >> 16), 0xffff, "{identifier}");
        }
        let mut packet = vec![0x45; 12];
        packet.extend([10, 0, 0, 1, 10, 0, 0, 2, 0, 0, 0, 0, 0x12, 0x34, 0, 0]);
        assert!(is_answer(&packet, "10.0.0.1".parse().unwrap(), 0x1234));
        assert!(!is_answer(&packet, "10.0.0.3".parse().unwrap(), 0x1234));
        assert!(!is_answer(&packet, "10.0.0.1".parse().unwrap(), 0x1235));
        assert!(!is_answer(&packet[..27], "10.0.0.1".parse().unwrap(), 0x1234));
    }
}
