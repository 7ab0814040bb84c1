//! ICMP echo (RFC 792, RFC 4443).

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use socket2::{Protocol, Type};
use tokio::net::UdpSocket;

use super::super::{Answer, Failure, Origin, Question, Reply};
use super::{Asking, Probe, dial, failure};

pub(super) struct Ping {
    target: SocketAddr,
    origin: Origin,
    tries: u32,
    /// For one try.
    limit: Duration,
    sequence: AtomicU16,
}

impl Ping {
    pub(super) fn new(tries: u32, question: &Question) -> Self {
        let tries = tries.max(1);
        Self {
            target: SocketAddr::new(question.target.ip(), 0),
            origin: question.origin.clone(),
            tries,
            limit: question.limit / tries,
            sequence: AtomicU16::new(0),
        }
    }

    async fn ping(&self) -> Answer {
        let failed = |error: io::Error| failure(&error);
        let (socket, is_raw) = self.open().map_err(failed)?;
        // The kernel puts its own identifier into the packets of an unprivileged socket.
        let identifier = u16::try_from(std::process::id() & 0xffff).unwrap_or(0);
        let own = is_raw.then_some(identifier);
        let mut last = Failure::new("no echo");
        for _ in 0..self.tries {
            let sequence = self.sequence.fetch_add(1, Ordering::Relaxed);
            socket.send(&self.request(identifier, sequence)).await.map_err(failed)?;
            let echo = self.echo(&socket, own, sequence);
            match tokio::time::timeout(self.limit, echo).await {
                Ok(Ok(())) => return Ok(Reply::new("echo")),
                Ok(Err(error)) => last = failed(error),
                Err(_) => {}
            }
        }
        Err(last)
    }

    /// An unprivileged socket where the system allows it, a raw one elsewhere; whether it is raw.
    fn open(&self) -> io::Result<(UdpSocket, bool)> {
        let is_v4 = self.target.is_ipv4();
        let protocol = Some(if is_v4 { Protocol::ICMPV4 } else { Protocol::ICMPV6 });
        let mut is_raw = false;
        let socket =
            dial::open(self.target, &self.origin, Type::DGRAM, protocol).or_else(|_| {
                is_raw = true;
                dial::open(self.target, &self.origin, Type::RAW, protocol)
            })?;
        socket.connect(&self.target.into())?;
        // Any datagram socket; the name does not matter to the kernel.
        Ok((UdpSocket::from_std(socket.into())?, is_raw))
    }

    fn request(&self, identifier: u16, sequence: u16) -> Vec<u8> {
        let kind = if self.target.is_ipv4() { ECHO_4 } else { ECHO_6 };
        let mut packet = vec![kind, 0, 0, 0];
        packet.extend(identifier.to_be_bytes());
        packet.extend(sequence.to_be_bytes());
        packet.extend(b"lvsha");
        // ICMPv6 sums over addresses that only the kernel knows, and it does so.
        if self.target.is_ipv4() {
            let sum = checksum(&packet).to_be_bytes();
            packet.splice(2..4, sum);
        }
        packet
    }

    /// Waits for the echo; other packets of a raw socket, to which the `identifier` belongs, are passed over.
    async fn echo(
        &self,
        socket: &UdpSocket,
        identifier: Option<u16>,
        sequence: u16,
    ) -> io::Result<()> {
        let mut buffer = [0; 512];
        loop {
            let length = socket.recv(&mut buffer).await?;
            let packet = buffer.get(..length).unwrap_or_default();
            if self.is_echo(packet, identifier, sequence) {
                return Ok(());
            }
        }
    }

    /// A raw socket hears the echoes of every program on this host.
    fn is_echo(&self, packet: &[u8], identifier: Option<u16>, sequence: u16) -> bool {
        let is_v4 = self.target.is_ipv4();
        let wanted = if is_v4 { ECHOED_4 } else { ECHOED_6 };
        // Only IPv4 comes with its header, whose length in words is in the lower half of its first byte.
        let has_header = is_v4 && identifier.is_some();
        let skip = packet.first().filter(|_| has_header).map_or(0, |first| (first & 15) * 4);
        let packet = packet.get(usize::from(skip)..).unwrap_or_default();
        let is_own =
            identifier.is_none_or(|own| packet.get(4..6) == Some(own.to_be_bytes().as_slice()));
        packet.first() == Some(&wanted)
            && is_own
            && packet.get(6..8) == Some(sequence.to_be_bytes().as_slice())
    }
}

impl Probe for Ping {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.ping())
    }
}

/// RFC 1071.
fn checksum(packet: &[u8]) -> u16 {
    let mut sum = 0_u32;
    for pair in packet.chunks(2) {
        let word = [pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)];
        sum += u32::from(u16::from_be_bytes(word));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    // The fold above leaves 16 bits.
    !u16::try_from(sum).unwrap_or(0)
}

const ECHO_4: u8 = 8;
const ECHOED_4: u8 = 0;
const ECHO_6: u8 = 128;
const ECHOED_6: u8 = 129;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::health::Ask;

    fn ping(target: &str) -> Ping {
        let target = SocketAddr::new(target.parse().unwrap(), 0);
        let limit = Duration::from_secs(1);
        let (ask, origin) = (Ask::Ping { tries: 1 }, Origin::default());
        Ping::new(1, &Question { ask, target, origin, limit, interval: limit })
    }

    #[test]
    fn a_raw_socket_takes_only_its_own_echo() {
        let four = ping("10.0.0.1");
        let mut packet = vec![0x45; 20];
        packet.extend([0, 0, 0, 0, 0x12, 0x34, 0, 7]);
        assert!(four.is_echo(&packet, Some(0x1234), 7));
        assert!(!four.is_echo(&packet, Some(0x1235), 7), "another program's");
        assert!(!four.is_echo(&packet, Some(0x1234), 8));
        assert!(!four.is_echo(&packet[..27], Some(0x1234), 7));
        // The kernel has chosen them already, and takes the header away.
        assert!(four.is_echo(&packet[20..], None, 7));
        let mut six = vec![129, 0, 0, 0, 0x12, 0x34, 0, 7];
        assert!(ping("2001:db8::1").is_echo(&six, Some(0x1234), 7));
        six[0] = 128;
        assert!(!ping("2001:db8::1").is_echo(&six, Some(0x1234), 7), "a request to this host");
    }

    #[test]
    fn a_request_is_whole() {
        for sequence in [0, 1, 0xffff] {
            let packet = ping("10.0.0.1").request(0x1234, sequence);
            assert_eq!(checksum(&packet), 0, "{sequence}");
        }
    }
}
