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
        let (socket, has_header) = self.open().map_err(failed)?;
        // The kernel puts its own identifier into the packets of an unprivileged socket.
        let identifier = u16::try_from(std::process::id() & 0xffff).unwrap_or(0);
        let mut last = Failure::new("no echo");
        for _ in 0..self.tries {
            let sequence = self.sequence.fetch_add(1, Ordering::Relaxed);
            socket.send(&self.request(identifier, sequence)).await.map_err(failed)?;
            let echo = self.echo(&socket, has_header, sequence);
            match tokio::time::timeout(self.limit, echo).await {
                Ok(Ok(())) => return Ok(Reply::new("echo")),
                Ok(Err(error)) => last = failed(error),
                Err(_) => {}
            }
        }
        Err(last)
    }

    /// An unprivileged socket where the system allows it, a raw one elsewhere; whether packets of it
    /// come with their IP header.
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
        Ok((UdpSocket::from_std(socket.into())?, is_raw && is_v4))
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

    /// Waits for the echo; other packets of a raw socket are passed over.
    async fn echo(&self, socket: &UdpSocket, has_header: bool, sequence: u16) -> io::Result<()> {
        let wanted = if self.target.is_ipv4() { ECHOED_4 } else { ECHOED_6 };
        let mut buffer = [0; 512];
        loop {
            let length = socket.recv(&mut buffer).await?;
            let packet = buffer.get(..length).unwrap_or_default();
            // The header's length in words is in the lower half of its first byte.
            let skip = packet.first().filter(|_| has_header).map_or(0, |first| (first & 15) * 4);
            let packet = packet.get(usize::from(skip)..).unwrap_or_default();
            if packet.first() == Some(&wanted) && packet.get(6..8) == Some(&sequence.to_be_bytes())
            {
                return Ok(());
            }
        }
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
