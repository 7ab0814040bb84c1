//! The other routers, as far as they were heard.

use std::net::IpAddr;
use std::time::Instant;

use crate::run::vrrp::ChecksumCustom;

/// Another router with the same VRID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// When it was heard last.
    pub heard: Instant,
    /// Advertisements from it.
    pub count: u64,
    /// Priority in the last one.
    pub priority: u8,
    /// How it makes checksums (C01).
    pub custom: ChecksumCustom,
}

/// The peers of one router. Few, so that a list is the fastest map.
#[derive(Clone, Debug, Default)]
pub(super) struct Peers(Vec<(IpAddr, Peer)>);

impl Peers {
    /// Notes an advertisement.
    pub(super) fn hear(
        &mut self,
        source: IpAddr,
        priority: u8,
        custom: ChecksumCustom,
        now: Instant,
    ) {
        if let Some((_, peer)) = self.0.iter_mut().find(|(address, _)| *address == source) {
            *peer = Peer { heard: now, count: peer.count + 1, priority, custom };
            return;
        }
        // Source addresses can be forged: the longest silent one makes room.
        if self.0.len() >= MOST {
            let oldest = (0..).zip(&self.0).min_by_key(|(_, (_, peer))| peer.heard);
            if let Some((place, _)) = oldest {
                self.0.swap_remove(place);
            }
        }
        self.0.push((source, Peer { heard: now, count: 1, priority, custom }));
    }

    pub(super) fn find(&self, address: IpAddr) -> Option<&Peer> {
        self.iter().find(|(known, _)| *known == address).map(|(_, peer)| peer)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (IpAddr, &Peer)> {
        self.0.iter().map(|(address, peer)| (*address, peer))
    }
}

/// Peers that are remembered.
const MOST: usize = 16;
