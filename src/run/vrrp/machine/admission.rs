//! Which advertisements count: the checks that need the configuration (RFC 9568 section 7.1).

use std::cmp::Ordering;
use std::net::IpAddr;
use std::time::Instant;

use super::event::{Heard, Rank};
use super::{Machine, Notice};
use crate::run::vrrp::{Advertisement, ChecksumCustom, Family, Reason, Version};

impl Machine {
    /// What the advertisement means here; `None` if it does not count.
    pub(super) fn admit(
        &mut self,
        source: IpAddr,
        advertisement: &Advertisement,
        custom: ChecksumCustom,
        now: Instant,
    ) -> Option<Heard> {
        // Multicast comes back where the virtual MAC is a port of the same interface (C12).
        if self.source == Some(source) {
            return None;
        }
        if let Some(reason) = self.refusal(source, advertisement) {
            self.discard(source, reason, now);
            return None;
        }
        self.counters.received += 1;
        self.counters.received_release += u64::from(advertisement.priority == 0);
        self.peers.hear(source, advertisement.priority, custom, now);
        self.compare(source, advertisement, now);
        let rank = self.rank(source, advertisement.priority);
        let Advertisement { priority, interval, .. } = *advertisement;
        Some(Heard { source, priority, interval, rank })
    }

    /// Counts a packet that is of no use.
    pub(super) fn discard(&mut self, source: IpAddr, reason: Reason, now: Instant) {
        self.counters.discard(reason);
        self.notice(Notice::Discarded { peer: source, reason }, now);
    }

    fn refusal(&self, source: IpAddr, advertisement: &Advertisement) -> Option<Reason> {
        let settings = &self.settings;
        if advertisement.version != settings.version || Family::of(source) != settings.family {
            return Some(Reason::Version(advertisement.version.number())); // A62
        }
        if advertisement.virtual_router_id != settings.virtual_router_id {
            return Some(Reason::UnknownRouter); // A66
        }
        match settings.version {
            Version::Two => {
                if !settings.authentication.admits(&advertisement.authentication) {
                    return Some(Reason::Authentication); // B08, B28, B41
                }
                if advertisement.interval != settings.interval {
                    return Some(Reason::IntervalMismatch); // B30
                }
                // Version 3 lets two owners settle it by election (A67, erratum 8298).
                self.is_owner().then_some(Reason::Owner) // B27
            }
            Version::Three => {
                let first = advertisement.addresses.first();
                let is_global = first.is_some_and(|first| !is_link_local(*first));
                let is_wrong = settings.strict && settings.family == Family::V6 && is_global;
                is_wrong.then_some(Reason::NotLinkLocal) // A26
            }
        }
    }

    /// Differences that are told, but change nothing (A71, A72).
    fn compare(&mut self, source: IpAddr, advertisement: &Advertisement, now: Instant) {
        if advertisement.interval != self.settings.interval {
            self.counters.interval_differs += 1;
            let interval = advertisement.interval;
            self.notice(Notice::IntervalDiffers { peer: source, interval }, now);
        }
        let own = self.advertised_addresses();
        let others = advertisement.addresses.as_slice();
        // The usual case costs no search: the order is the same on all routers (A27).
        let is_same = own == others
            || (own.len() == others.len() && own.iter().all(|address| others.contains(address)));
        if !is_same {
            self.counters.address_list_differs += 1;
            self.notice(Notice::AddressesDiffer { peer: source }, now);
        }
    }

    fn rank(&self, source: IpAddr, priority: u8) -> Rank {
        if priority == 0 {
            return Rank::Release;
        }
        match priority.cmp(&self.priority) {
            Ordering::Less => Rank::Lower,
            Ordering::Greater => Rank::Higher,
            // As unsigned numbers in network order, which is how addresses of one family compare.
            Ordering::Equal if self.source.is_some_and(|own| source > own) => Rank::EqualAbove,
            Ordering::Equal => Rank::EqualBelow,
        }
    }
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}
