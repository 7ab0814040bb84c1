//! rtnetlink: links, addresses, routes and rules.
//!
//! Requests and events have sockets of their own: a burst of events must not delay an answer.
//! The kernel answers a request before its send returns; one that it does not answer ends with an error.

use std::fmt;
use std::io::{self, Cursor};
use std::net::IpAddr;
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::time::Duration;

use neli::FromBytes as _;
use neli::consts::nl::NlmF;
use neli::consts::rtnl::Rtm;
use neli::consts::socket::{Msg, NlFamily};
use neli::nl::{NlPayload, Nlmsghdr, NlmsghdrBuilder};
use neli::socket::NlSocket;
use neli::types::Buffer;
use neli::utils::Groups;
use neli::{Size, ToBytes};
use rustix::net::sockopt::{self, Timeout};

mod address;
mod dump;
mod events;
mod lengths;
mod link;
pub(super) mod message;
mod route;
mod rule;

pub use events::{Event, Events};
pub use link::{Link, VirtualLink};
pub use route::RouteFilter;

use self::dump::Dump;
use super::addresses::{Details, LinkAddress};
use super::objects::{Object, Step};
use super::routes::{Route, RouteKey};
use super::rules::Rule;
use crate::run::vrrp::Family;

/// A socket for requests.
pub struct Netlink {
    socket: NlSocket,
    sequence: u32,
    buffer: Vec<u8>,
}

/// The kernel answers in microseconds, and a large table in tens of milliseconds; below a second, in which
/// the other director would take over.
const PATIENCE: Duration = Duration::from_millis(900);

/// Requests in one send; more answers than fit into the socket's buffer would be lost.
pub const BATCH: usize = 64;

impl Netlink {
    /// Opens it; changes need CAP_NET_ADMIN.
    ///
    /// # Errors
    /// Those of socket(2) and bind(2).
    pub fn open() -> io::Result<Self> {
        let socket = NlSocket::connect(NlFamily::Route, None, Groups::empty())?;
        // Lets the kernel filter dumps of routes. Linux before 4.20 cannot, and sends all of them.
        let _ = socket.enable_strict_checking(true);
        // SAFETY: the descriptor is the socket's, which lives on.
        let descriptor = unsafe { BorrowedFd::borrow_raw(socket.as_raw_fd()) };
        // Whoever asks also speaks VRRP: a request without an answer is an error, not the end.
        sockopt::set_socket_timeout(descriptor, Timeout::Recv, Some(PATIENCE))?;
        sockopt::set_socket_timeout(descriptor, Timeout::Send, Some(PATIENCE))?;
        Ok(Self { socket, sequence: 0, buffer: vec![0; RECEIVE_BUFFER] })
    }

    /// Every link.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn links(&mut self) -> io::Result<Vec<Link>> {
        let replies = self.dump(Rtm::Getlink, link::request()?)?;
        Ok(replies.iter().filter_map(|(_, reply)| link::read(reply)).collect())
    }

    /// Every address on every link.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn addresses(&mut self) -> io::Result<Vec<LinkAddress>> {
        let replies = self.dump(Rtm::Getaddr, address::request()?)?;
        Ok(replies.iter().filter_map(|(_, reply)| address::read(reply)).collect())
    }

    /// The routes that a filter lets through, and perhaps others.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn routes(&mut self, filter: &RouteFilter) -> io::Result<Vec<RouteKey>> {
        match self.dump(Rtm::Getroute, Buffer::from(route::request(filter))) {
            Ok(replies) => Ok(replies.iter().filter_map(|(_, reply)| route::read(reply)).collect()),
            // A table that nothing was put into.
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The routing rules of a family.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn rules(&mut self, family: Family) -> io::Result<Vec<Rule>> {
        let replies = self.dump(Rtm::Getrule, Buffer::from(rule::request(family)))?;
        Ok(replies.iter().filter_map(|(_, reply)| rule::read(reply)).collect())
    }

    /// Adds and removes objects, at most [`BATCH`] at a time. What is already as wanted is no error.
    /// `details` answers for each address that is added, `link` for each link that a route names, and
    /// `is_replaced` says whether an own route with the key of one that is added is there.
    ///
    /// # Errors
    /// When the kernel cannot be asked; what it refuses is in the result, by the number of the
    /// step.
    pub fn change_objects(
        &mut self,
        steps: &[Step],
        details: impl Fn(&LinkAddress) -> Details,
        link: impl Fn(&str) -> Option<u32>,
        is_replaced: impl Fn(&Route) -> bool,
    ) -> io::Result<Vec<(usize, io::Error)>> {
        let mut refused = Vec::new();
        let mut requests = Vec::with_capacity(steps.len());
        for (number, step) in (0..).zip(steps) {
            match request(step, &details, &link, &is_replaced) {
                Ok(request) => requests.push((number, step, request)),
                Err(error) => refused.push((number, error)),
            }
        }
        while !requests.is_empty() {
            let rest = requests.split_off(requests.len().min(BATCH));
            let (steps, batch): (Vec<(usize, &Step)>, Vec<Request>) = requests
                .into_iter()
                .map(|(number, step, request)| ((number, step), request))
                .unzip();
            for ((number, step), result) in steps.into_iter().zip(self.change(batch)?) {
                if let Err(error) = result
                    && !is_done(step, &error)
                {
                    refused.push((number, in_words(step, error)));
                }
            }
            requests = rest;
        }
        Ok(refused)
    }

    /// Creates a macvlan for a virtual MAC, down.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn create_virtual_link(&mut self, wanted: &VirtualLink) -> io::Result<()> {
        let message = link::macvlan(wanted)?;
        self.change_one(Rtm::Newlink, NlmF::CREATE | NlmF::EXCL, message)
    }

    /// Brings a link up.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn bring_up(&mut self, index: u32) -> io::Result<()> {
        self.change_one(Rtm::Newlink, NlmF::empty(), link::up(index)?)
    }

    /// Deletes a virtual link.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn delete_link(&mut self, index: u32) -> io::Result<()> {
        self.change_one(Rtm::Dellink, NlmF::empty(), link::by_index(index)?)
    }

    fn change_one<P: ToBytes + Size>(
        &mut self,
        kind: Rtm,
        flags: NlmF,
        message: P,
    ) -> io::Result<()> {
        let results = self.change(vec![(kind, flags, message)])?;
        results.into_iter().next().unwrap_or_else(|| Err(lost()))
    }

    /// Sends all requests at once and returns an answer to each.
    fn change<P: ToBytes + Size>(
        &mut self,
        requests: Vec<(Rtm, NlmF, P)>,
    ) -> io::Result<Vec<io::Result<()>>> {
        let first = self.sequence.wrapping_add(1);
        let mut bytes = Cursor::new(Vec::new());
        let count = requests.len();
        for (kind, flags, message) in requests {
            self.encode(kind, flags | NlmF::REQUEST | NlmF::ACK, message, &mut bytes)?;
        }
        self.socket.send(bytes.into_inner(), Msg::empty())?;
        let mut answers: Vec<io::Result<()>> = (0..count).map(|_| Err(lost())).collect();
        let mut open = count;
        while open > 0 {
            for reply in self.receive()? {
                let place = usize::try_from(reply.nl_seq().wrapping_sub(first)).ok();
                let Some(answer) = place.and_then(|place| answers.get_mut(place)) else { continue };
                match reply.nl_payload() {
                    NlPayload::Ack(_) => *answer = Ok(()),
                    NlPayload::Err(error) => *answer = Err(refusal(error)),
                    NlPayload::DumpExtAck(_) | NlPayload::Empty | NlPayload::Payload(_) => continue,
                }
                open -= 1;
            }
        }
        Ok(answers)
    }

    /// Everything of a kind: the type and the bytes of each message.
    fn dump<P: ToBytes + Size + Clone>(
        &mut self,
        kind: Rtm,
        message: P,
    ) -> io::Result<Vec<(u16, Vec<u8>)>> {
        for _ in 0..DUMPS {
            let mut bytes = Cursor::new(Vec::new());
            self.encode(kind, NlmF::REQUEST | NlmF::DUMP, message.clone(), &mut bytes)?;
            self.socket.send(bytes.into_inner(), Msg::empty())?;
            let mut dump = Dump { sequence: self.sequence, ..Dump::default() };
            while !dump.is_over {
                for reply in self.receive()? {
                    dump.take(&reply)?;
                }
            }
            // One that missed a link would make a router fail whose interface works.
            if !dump.is_interrupted {
                return Ok(dump.found);
            }
        }
        let why = format!("it was changed each of the {DUMPS} times that it was read");
        Err(io::Error::other(why))
    }

    fn encode<P: ToBytes + Size>(
        &mut self,
        kind: Rtm,
        flags: NlmF,
        message: P,
        bytes: &mut Cursor<Vec<u8>>,
    ) -> io::Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let header = NlmsghdrBuilder::default()
            .nl_type(kind)
            .nl_flags(flags)
            .nl_seq(self.sequence)
            .nl_payload(NlPayload::Payload(message))
            .build()
            .map_err(io::Error::other)?;
        header.to_bytes(bytes).map_err(io::Error::other)
    }

    fn receive(&mut self) -> io::Result<Vec<Nlmsghdr<u16, Buffer>>> {
        let received = read_messages(&self.socket, &mut self.buffer, Msg::empty());
        received.map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => {
                io::Error::new(io::ErrorKind::TimedOut, "the kernel does not answer")
            }
            _ => error,
        })
    }
}

/// neli's socket is no more than a number.
impl fmt::Debug for Netlink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Netlink").field("sequence", &self.sequence).finish_non_exhaustive()
    }
}

/// Kind, flags and body of a request.
type Request = (Rtm, NlmF, Buffer);

fn request(
    step: &Step,
    details: &impl Fn(&LinkAddress) -> Details,
    link: &impl Fn(&str) -> Option<u32>,
    is_replaced: &impl Fn(&Route) -> bool,
) -> io::Result<Request> {
    // Rules have nothing to replace.
    let replace = NlmF::CREATE | NlmF::REPLACE;
    Ok(match step {
        Step::Add(Object::Address(wanted)) => {
            (Rtm::Newaddr, replace, address::message(wanted, &details(wanted)).into())
        }
        Step::Remove(Object::Address(found)) => {
            (Rtm::Deladdr, NlmF::empty(), address::message(found, &Details::default()).into())
        }
        Step::Add(Object::Route(wanted)) => {
            let flags = if is_replaced(wanted) { replace } else { beside_others(wanted) };
            (Rtm::Newroute, flags, route::addition(wanted, link)?.into())
        }
        Step::Remove(Object::Route(found)) => {
            (Rtm::Delroute, NlmF::empty(), route::removal(found).into())
        }
        Step::Add(Object::Rule(wanted)) => {
            (Rtm::Newrule, NlmF::CREATE | NlmF::EXCL, rule::message(wanted).into())
        }
        Step::Remove(Object::Rule(found)) => {
            (Rtm::Delrule, NlmF::empty(), rule::message(found).into())
        }
    })
}

/// How a route comes in without touching those that others made. NLM_F_REPLACE looks for destination, type of
/// service and metric, whoever made the route. Of IPv4 several may stand there, the newest in front. Of IPv6 they
/// would become one route of several hops, which is removed as a whole.
fn beside_others(route: &Route) -> NlmF {
    match route.destination.family() {
        Family::V4 => NlmF::CREATE,
        Family::V6 => NlmF::CREATE | NlmF::EXCL,
    }
}

/// What is to be done about a refusal, where the kernel does not say it.
fn in_words(step: &Step, error: io::Error) -> io::Error {
    let is_taken = error.raw_os_error() == Some(libc::EEXIST);
    if is_taken && matches!(step, Step::Add(Object::Route(_))) {
        return io::Error::other(
            "somebody else has a route to there with the same metric: give this one another `metric`",
        );
    }
    error
}

/// Whether a refusal says that there is nothing to do.
fn is_done(step: &Step, error: &io::Error) -> bool {
    let code = error.raw_os_error();
    match step {
        // Only a route of IPv6 is refused for one that is not the same.
        Step::Add(Object::Route(route)) => {
            code == Some(libc::EEXIST) && route.destination.family() == Family::V4
        }
        Step::Add(_) => code == Some(libc::EEXIST),
        Step::Remove(Object::Address(_)) => {
            matches!(code, Some(libc::EADDRNOTAVAIL | libc::ENODEV))
        }
        // The kernel takes routes away with their link or address.
        Step::Remove(Object::Route(_)) => matches!(code, Some(libc::ESRCH | libc::ENODEV)),
        Step::Remove(Object::Rule(_)) => code == Some(libc::ENOENT),
    }
}

/// One datagram of messages.
fn read_messages(
    socket: &NlSocket,
    buffer: &mut [u8],
    flags: Msg,
) -> io::Result<Vec<Nlmsghdr<u16, Buffer>>> {
    let (length, _) = socket.recv(&mut *buffer, flags)?;
    parse(buffer.get(..length).unwrap_or_default())
}

/// The messages in the bytes of a datagram.
fn parse(datagram: &[u8]) -> io::Result<Vec<Nlmsghdr<u16, Buffer>>> {
    let Some(messages) = lengths::messages(datagram) else {
        return Err(io::Error::other("a netlink message that does not end where it says"));
    };
    // One by one: behind an acknowledgement with more in it than its header, neli would go on in the
    // midst of it.
    let parse = |message: &[u8]| Nlmsghdr::from_bytes(&mut Cursor::new(message));
    messages.into_iter().map(|message| parse(message).map_err(io::Error::other)).collect()
}

fn refusal(error: &neli::err::Nlmsgerr<neli::err::NlmsghdrErr<u16, Buffer>>) -> io::Error {
    // The number is negative on the wire.
    io::Error::from_raw_os_error(-*error.error())
}

fn lost() -> io::Error {
    io::Error::other("the kernel did not answer")
}

/// The bytes of an address: 4 or 16 of them.
fn address_from(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => Some(IpAddr::from(*bytes.first_chunk::<4>()?)),
        16 => Some(IpAddr::from(*bytes.first_chunk::<16>()?)),
        _ => None,
    }
}

/// How often something is read that others change meanwhile.
const DUMPS: u32 = 5;

/// Dumps come in datagrams of up to 32 KiB.
const RECEIVE_BUFFER: usize = 64 * 1024;
