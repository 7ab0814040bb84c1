//! What happens to links, addresses, routes and rules, told by the kernel.

use std::fmt;
use std::io;
use std::os::fd::{AsRawFd, RawFd};

use neli::consts::rtnl::Rtm;
use neli::consts::socket::{Msg, NlFamily};
use neli::nl::{NlPayload, Nlmsghdr};
use neli::socket::NlSocket;
use neli::types::Buffer;
use neli::utils::Groups;

use super::{Link, address, link, read_messages, route, rule};
use crate::run::net::addresses::LinkAddress;
use crate::run::net::routes::RouteKey;
use crate::run::net::rules::Rule;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An address is there.
    Address(LinkAddress),
    /// An address is gone.
    AddressGone(LinkAddress),
    /// A link is there, or is otherwise than before.
    Link(Link),
    /// A link is gone.
    LinkGone(Link),
    /// Events were lost: everything is to be read again.
    Overrun,
    /// A route is there.
    Route(RouteKey),
    /// A route is gone. The kernel does not tell of routes that go with their link.
    RouteGone(RouteKey),
    /// A rule is there.
    Rule(Rule),
    /// A rule is gone.
    RuleGone(Rule),
}

impl Event {
    /// The events that a datagram tells of; what else is in it is passed over.
    ///
    /// # Errors
    /// A message that does not end where it says.
    pub fn read(datagram: &[u8]) -> io::Result<Vec<Self>> {
        Ok(super::parse(datagram)?.iter().filter_map(Self::of).collect())
    }

    fn of(message: &Nlmsghdr<u16, Buffer>) -> Option<Self> {
        let NlPayload::Payload(payload) = message.nl_payload() else { return None };
        let bytes = payload.as_ref();
        match Rtm::from(*message.nl_type()) {
            Rtm::Newlink => link::read(bytes).map(Self::Link),
            Rtm::Dellink => link::read(bytes).map(Self::LinkGone),
            Rtm::Newaddr => address::read(bytes).map(Self::Address),
            Rtm::Deladdr => address::read(bytes).map(Self::AddressGone),
            Rtm::Newroute => route::read(bytes).map(Self::Route),
            Rtm::Delroute => route::read(bytes).map(Self::RouteGone),
            Rtm::Newrule => rule::read(bytes).map(Self::Rule),
            Rtm::Delrule => rule::read(bytes).map(Self::RuleGone),
            _ => None,
        }
    }
}

/// A socket for events.
pub struct Events {
    socket: NlSocket,
    buffer: Vec<u8>,
}

impl Events {
    /// Listens from now on.
    ///
    /// # Errors
    /// Those of socket(2) and bind(2).
    pub fn open() -> io::Result<Self> {
        let groups = Groups::new_groups(&[LINKS, ADDRESSES_V4, ADDRESSES_V6]);
        let socket = NlSocket::connect(NlFamily::Route, None, groups)?;
        socket.nonblock()?;
        Ok(Self { socket, buffer: vec![0; super::RECEIVE_BUFFER] })
    }

    /// Listens to routes and rules, too. Not from the start: a director beside a routing daemon would
    /// read every change of its tables.
    ///
    /// # Errors
    /// Those of setsockopt(2).
    pub fn follow_routes(&self) -> io::Result<()> {
        self.socket.add_mcast_membership(Groups::new_groups(&ROUTING))
    }

    /// What has happened; `WouldBlock` when nothing has.
    ///
    /// # Errors
    /// Those of recvfrom(2), but not lost events.
    pub fn receive(&mut self) -> io::Result<Vec<Event>> {
        let messages = match read_messages(&self.socket, &mut self.buffer, Msg::empty()) {
            Ok(messages) => messages,
            Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => {
                return Ok(vec![Event::Overrun]);
            }
            Err(error) => return Err(error),
        };
        Ok(messages.iter().filter_map(Event::of).collect())
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl AsRawFd for Events {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

/// Multicast groups (`linux/rtnetlink.h`): RTNLGRP_LINK, _IPV4_IFADDR, _IPV6_IFADDR.
const LINKS: u32 = 1;
const ADDRESSES_V4: u32 = 5;
const ADDRESSES_V6: u32 = 9;
/// RTNLGRP_IPV4_ROUTE, _IPV4_RULE, _IPV6_ROUTE, _IPV6_RULE.
const ROUTING: [u32; 4] = [7, 8, 11, 19];
