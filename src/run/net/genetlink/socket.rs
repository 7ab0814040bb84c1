//! A netlink socket: bytes to the kernel and back, with a time limit.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::Protocol;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::{self, Timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

/// One netlink socket, connected to the kernel.
#[derive(Debug)]
pub(in crate::run::net) struct NetlinkSocket {
    fd: OwnedFd,
}

impl NetlinkSocket {
    /// A blocking netlink socket whose calls give up after `limit`.
    pub(in crate::run::net) fn open(protocol: Protocol, limit: Duration) -> io::Result<Self> {
        let fd = rustix::net::socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            Some(protocol),
        )?;
        // Process id 0 lets the kernel choose the address; no multicast groups.
        rustix::net::bind(&fd, &SocketAddrNetlink::new(0, 0))?;
        rustix::net::connect(&fd, &SocketAddrNetlink::new(0, 0))?;
        sockopt::set_socket_timeout(&fd, Timeout::Recv, Some(limit))?;
        sockopt::set_socket_timeout(&fd, Timeout::Send, Some(limit))?;
        // The default of 208 KiB loses replies from about 300 unread ones on. The forced form needs a
        // capability that a plain user lacks, and then the system's limit has to do.
        if sockopt::set_socket_recv_buffer_size_force(&fd, BUFFER).is_err() {
            sockopt::set_socket_recv_buffer_size(&fd, BUFFER)?;
        }
        Ok(Self { fd })
    }

    /// Sends one datagram of whole messages.
    pub(in crate::run::net) fn send(&self, datagram: &[u8]) -> io::Result<()> {
        let sent = rustix::net::send(&self.fd, datagram, SendFlags::empty())?;
        if sent == datagram.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
    }

    /// Receives one datagram into `buffer`. `ENOBUFS`: replies were lost; `InvalidData`: the datagram
    /// was longer than the buffer.
    pub(in crate::run::net) fn receive<'a>(&self, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
        // With TRUNC the kernel returns the true length, so that a cut is noticed.
        let (filled, length) = rustix::net::recv(&self.fd, &mut *buffer, RecvFlags::TRUNC)?;
        if length > filled {
            return Err(io::ErrorKind::InvalidData.into());
        }
        buffer.get(..length).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

/// Receive buffer in bytes: some thousand replies.
const BUFFER: usize = 1 << 20;
