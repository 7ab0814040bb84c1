//! Where the packets of a router leave and arrive.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::IpAddr;
use std::task::{Context, Poll};

use super::plan::Transport;
use crate::run::net::frames::MacAddress;
use crate::run::net::netlink::Link;
use crate::run::net::readiness::Watched;
use crate::run::net::socket::{Receiver, Sender};
use crate::run::vrrp::{ChecksumCustom, Family, Machine};

/// The way out of one router.
#[derive(Debug)]
pub(super) struct Port {
    /// Link that advertisements leave on.
    pub(super) link: u32,
    /// Their source address.
    pub(super) source: IpAddr,
    /// Hardware address for announcements on that link.
    pub(super) mac: MacAddress,
    sender: Sender,
}

impl Port {
    pub(super) fn open(link: u32, name: &str, source: IpAddr, mac: MacAddress) -> io::Result<Self> {
        Ok(Self { link, source, mac, sender: Sender::open(link, name, source)? })
    }

    /// Sends an advertisement of that priority, to the group or to each peer.
    pub(super) fn advertise(
        &self,
        transport: &Transport,
        otherwise: ChecksumCustom,
        machine: &Machine,
        priority: u8,
    ) -> io::Result<()> {
        let advertisement = machine.advertisement(priority);
        match transport {
            Transport::Multicast(group) => {
                let message = advertisement.encode(self.source, *group, otherwise);
                self.sender.send(&message, self.source, *group)
            }
            Transport::Unicast(peers) => {
                let mut result = Ok(());
                // A list that is the same on all directors names this one, too.
                for peer in peers.iter().filter(|peer| **peer != self.source) {
                    let custom = machine.custom_for(*peer, otherwise);
                    let message = advertisement.encode(self.source, *peer, custom);
                    // One peer that cannot be reached is no reason to leave out the others.
                    result = result.and(self.sender.send(&message, self.source, *peer));
                }
                result
            }
        }
    }
}

/// What is listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct WayIn {
    /// Index of the link.
    pub(super) link: u32,
    /// Family of the packets.
    pub(super) family: Family,
    /// The group that they are for; `None` for those to an own address.
    pub(super) group: Option<IpAddr>,
}

impl WayIn {
    fn open(&self, name: &str) -> io::Result<Watched<Receiver>> {
        Watched::new(Receiver::open(self.link, name, self.family, self.group)?)
    }

    /// Whether a socket that joined the group there is still in it. Without its least MTU IPv6 goes from
    /// a link, and the kernel forgets the members for good, also when the MTU comes back.
    fn lasts_on(&self, link: &Link) -> bool {
        self.family == Family::V4 || link.mtu >= LEAST_MTU_V6
    }
}

/// The ways in, and the links that stay unheard.
#[derive(Debug, Default)]
pub(super) struct Receivers {
    open: HashMap<WayIn, Watched<Receiver>>,
    deaf: HashSet<(u32, Family)>,
}

impl Receivers {
    /// Listens to exactly these, each with its link; says what was tried in vain.
    pub(super) fn listen(&mut self, wanted: &HashMap<WayIn, &Link>) -> Vec<(String, io::Error)> {
        self.open.retain(|way, _| wanted.get(way).is_some_and(|link| way.lasts_on(link)));
        self.deaf.clear();
        let mut failed = Vec::new();
        for (way, link) in wanted {
            if self.open.contains_key(way) {
                continue;
            }
            // One that fails is no reason to leave out the others: their routers would be deaf, too.
            match way.open(&link.name) {
                Ok(receiver) => {
                    self.open.insert(*way, receiver);
                }
                Err(error) => {
                    self.deaf.insert((way.link, way.family));
                    let version = if way.family == Family::V4 { 4 } else { 6 };
                    failed.push((format!("listening on {} (IPv{version})", link.name), error));
                }
            }
        }
        failed
    }

    /// Whether something that is sent on a link is not heard.
    pub(super) fn is_deaf(&self, link: u32, family: Family) -> bool {
        self.deaf.contains(&(link, family))
    }

    /// The link and the socket of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Receiver)> {
        self.open.iter().map(|(way, watched)| (way.link, watched.socket()))
    }

    pub(super) fn poll_news(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut news = Poll::Pending;
        for watched in self.open.values() {
            if watched.poll_news(context).is_ready() {
                news = Poll::Ready(());
            }
        }
        news
    }
}

/// RFC 8200 section 5.
const LEAST_MTU_V6: u32 = 1280;
