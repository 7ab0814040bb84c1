//! A TCP connection from where the configuration says.

use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};

use super::super::{Failure, Origin};
use super::failure;

/// Connects.
pub(super) async fn dial(target: SocketAddr, origin: &Origin) -> Result<TcpStream, Failure> {
    let attempt = async {
        let socket = open(target, origin, Type::STREAM, Some(Protocol::TCP))?;
        TcpSocket::from_std_stream(socket.into()).connect(target).await
    };
    attempt.await.map_err(|error| failure(&error))
}

/// A UDP socket that hears nobody but `target`, and is told of ICMP errors.
pub(super) fn dial_udp(target: SocketAddr, origin: &Origin) -> Result<UdpSocket, Failure> {
    let attempt = || {
        let socket = open(target, origin, Type::DGRAM, Some(Protocol::UDP))?;
        socket.connect(&target.into())?;
        UdpSocket::from_std(socket.into())
    };
    attempt().map_err(|error| failure(&error))
}

/// A non-blocking socket that leaves by the right door.
pub(super) fn open(
    target: SocketAddr,
    origin: &Origin,
    kind: Type,
    protocol: Option<Protocol>,
) -> io::Result<Socket> {
    // In one call: thousands are opened each second.
    let socket = Socket::new(Domain::for_address(target), kind.nonblocking(), protocol)?;
    if let Some(mark) = origin.mark {
        socket.set_mark(mark)?;
    }
    if let Some(interface) = &origin.interface {
        socket.bind_device(Some(interface.as_bytes()))?;
    }
    if origin.address.is_some() || origin.port.is_some() {
        let any = match target.ip() {
            IpAddr::V4(_) => IpAddr::from([0; 4]),
            IpAddr::V6(_) => IpAddr::from([0; 16]),
        };
        let address = origin.address.unwrap_or(any);
        // A fixed port would otherwise stay taken for a minute after each connection.
        socket.set_reuse_address(origin.port.is_some())?;
        socket.bind(&SocketAddr::new(address, origin.port.unwrap_or(0)).into())?;
    }
    Ok(socket)
}
