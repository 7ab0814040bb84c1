//! Where the packets of a router leave and arrive.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::task::{Context, Poll};

use super::plan::Transport;
use crate::run::net::frames::MacAddress;
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

/// The ways in, one for each link, family and group.
#[derive(Debug, Default)]
pub(super) struct Receivers(HashMap<(u32, Family, Option<IpAddr>), Watched<Receiver>>);

impl Receivers {
    /// Listens to exactly these.
    pub(super) fn listen(
        &mut self,
        wanted: &HashMap<(u32, Family, Option<IpAddr>), String>,
    ) -> io::Result<()> {
        self.0.retain(|key, _| wanted.contains_key(key));
        for (key, name) in wanted {
            if !self.0.contains_key(key) {
                let (link, family, group) = *key;
                let receiver = Receiver::open(link, name, family, group)?;
                self.0.insert(*key, Watched::new(receiver)?);
            }
        }
        Ok(())
    }

    /// The link and the socket of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Receiver)> {
        self.0.iter().map(|((link, ..), watched)| (*link, watched.socket()))
    }

    pub(super) fn poll_news(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut news = Poll::Pending;
        for watched in self.0.values() {
            if watched.poll_news(context).is_ready() {
                news = Poll::Ready(());
            }
        }
        news
    }
}
