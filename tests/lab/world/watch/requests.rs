//! Visits the address as a browser would, a new connection each time.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use super::{Record, Visit};
use crate::inventory::port;
use crate::world::now;

/// A visitor's patience. While nobody answers, so many visits are under way at a time as begin within it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Ports of visitors, below those that the kernel gives to others.
const PORTS: Range<u16> = 1024..32_000;
/// How many visits have begun.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A visit that has not ended.
struct Open {
    at: Duration,
    stream: TcpStream,
    asked: bool,
    got: Vec<u8>,
}

/// Begins a visit every `period` until it is `over`, also while earlier ones wait.
pub(super) fn observe(
    address: IpAddr,
    period: Duration,
    record: &Mutex<Record>,
    over: &AtomicBool,
) {
    let address = SocketAddr::from((address, port()));
    let mut open: Vec<Open> = Vec::new();
    let mut next = now();
    while !over.load(Ordering::Relaxed) {
        open.extend(begin(address));
        let mut ended = Vec::new();
        open.retain_mut(|visit| match visit.proceed() {
            None => true,
            Some(page) => {
                ended.push(Visit { at: visit.at, page });
                false
            }
        });
        if !ended.is_empty() {
            let mut record = record.lock().unwrap();
            record.visits.extend(ended);
            record.visits.sort_by_key(|visit| visit.at);
        }
        next = now().max(next + period);
        thread::sleep(next.saturating_sub(now()));
    }
}

/// `None` when the client itself has no way there at the moment.
fn begin(address: SocketAddr) -> Option<Open> {
    let socket =
        Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP)).ok()?;
    socket.set_nonblocking(true).ok()?;
    // Closed by a reset, it leaves nothing behind that waits a minute.
    socket.set_linger(Some(Duration::ZERO)).ok()?;
    // What a visitor's port began with a server that has died since stays with that server in the director's kernel for
    // a minute or two. A port does not come back for five.
    let turn = NEXT.fetch_add(1, Ordering::Relaxed) % u32::from(PORTS.end - PORTS.start);
    let port = PORTS.start + u16::try_from(turn).expect("less than a port's number");
    let any: IpAddr =
        if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    socket.bind(&SocketAddr::from((any, port)).into()).ok()?;
    match socket.connect(&address.into()) {
        Err(error)
            if error.raw_os_error() != Some(rustix::io::Errno::INPROGRESS.raw_os_error()) =>
        {
            None
        }
        _ => Some(Open { at: now(), stream: socket.into(), asked: false, got: Vec::new() }),
    }
}

impl Open {
    /// The page when the visit is over, `Some(None)` when it failed.
    fn proceed(&mut self) -> Option<Option<String>> {
        if now() > self.at + PATIENCE {
            return Some(None);
        }
        if !self.asked {
            match self.stream.write(b"GET / HTTP/1.0\r\n\r\n") {
                Ok(_) => self.asked = true,
                Err(error) if waits(error.kind()) => return None,
                Err(_) => return Some(None),
            }
        }
        let mut buffer = [0; 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Some(self.page()),
                Ok(length) => self.got.extend(&buffer[..length]),
                Err(error) if waits(error.kind()) => return None,
                Err(_) => return Some(None),
            }
        }
    }

    fn page(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.got);
        let (_, body) = text.split_once("\r\n\r\n")?;
        text.starts_with("HTTP/1.1 200").then(|| body.trim().to_owned())
    }
}

/// Not connected yet, or nothing there yet.
fn waits(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::NotConnected)
}
