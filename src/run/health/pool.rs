//! The servers of one service to what stands in the table: weights, quorum, fallback. No I/O.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::verdict::Standing;
use crate::run::ipvs::{Destination, DestinationKey};

#[cfg(test)]
mod tests;

/// When a service counts as up, and what stands in for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolRules {
    /// Live weight from which on it is up; more than all servers together have counts as all.
    pub quorum: u32,
    /// How far the live weight has to go beyond the quorum before the state changes.
    pub hysteresis: u32,
    /// Where traffic goes while it is down.
    pub fallback: Option<Fallback>,
}

/// A server of last resort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// Where.
    pub key: DestinationKey,
    /// How, with the weight that it gets.
    pub destination: Destination,
    /// Whether it stays in the table with weight 0 while it is not needed (sorry_server_inhibit).
    pub stays: bool,
}

/// One server at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Where.
    pub key: DestinationKey,
    /// How, with the configured weight.
    pub destination: Destination,
    /// Whether it stays in the table with weight 0 while it is dead (quiescent).
    pub quiesces: bool,
    /// Whether it takes traffic before its first answer.
    pub serves_untested: bool,
    /// What its checks say together.
    pub standing: Standing,
    /// What its checks together add to its weight.
    pub more: i64,
    /// What the operator wants.
    pub order: Option<Order>,
}

/// An operator's order for one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// It counts as dead, whatever its checks say.
    Disable,
    /// It takes no new connections and keeps those it has.
    Drain,
    /// This weight instead of the configured one.
    Weight(u32),
}

/// Whether a service has enough live servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quorum {
    /// Lost: the fallback serves, where there is one.
    Down,
    /// Not known yet: too few live, but some are untested.
    #[default]
    Unknown,
    /// Enough.
    Up,
}

impl Member {
    /// Whether it takes new connections.
    pub fn is_live(&self) -> bool {
        match (self.order, self.standing) {
            (Some(Order::Disable | Order::Drain), _) | (_, Standing::Down) => false,
            (_, Standing::Up) => true,
            (_, Standing::Untested) => self.serves_untested,
        }
    }

    /// Whether its first answer may still make it live.
    fn is_pending(&self) -> bool {
        self.standing == Standing::Untested
            && !self.serves_untested
            && !matches!(self.order, Some(Order::Disable | Order::Drain))
    }

    /// The weight that it has while it is live.
    pub fn weight(&self) -> u32 {
        if let Some(Order::Weight(weight)) = self.order {
            return weight.min(MOST);
        }
        let sum = i64::from(self.destination.weight).saturating_add(self.more);
        u32::try_from(sum.clamp(0, MOST.into())).unwrap_or(MOST)
    }

    /// What stands in the table for it.
    fn entry(&self) -> Option<Destination> {
        let with = |weight| Some(Destination { weight, ..self.destination });
        match self.order {
            // Alive, but without new connections: removal would cut those it has.
            Some(Order::Drain) if self.standing != Standing::Down => with(0),
            _ if self.is_live() => with(self.weight()),
            _ if self.quiesces => with(0),
            _ => None,
        }
    }
}

impl Quorum {
    /// The next state.
    ///
    /// Lost below `quorum - hysteresis` or without any live weight; regained from
    /// `quorum + hysteresis` on. While nothing is decided yet, `quorum` itself is enough, and an
    /// untested server keeps the question open, so that no fallback flashes up at a start; nor does one at a
    /// reload that brings other servers. A quorum counts as reachable by the configured weights: what checks
    /// take from them is what it is there to notice.
    pub fn next(self, rules: &PoolRules, members: &[Member]) -> Self {
        let sum = |only: &dyn Fn(&Member) -> bool| -> u64 {
            members
                .iter()
                .filter(|member| only(member))
                .map(|member| u64::from(member.weight()))
                .sum()
        };
        let (live, pending) = (sum(&Member::is_live), sum(&Member::is_pending));
        let total = members.iter().map(|member| u64::from(member.destination.weight)).sum::<u64>();
        // Somebody must live in any case.
        let reachable = |weight: u64| weight.min(total).max(1);
        let quorum = u64::from(rules.quorum);
        let hysteresis = u64::from(rules.hysteresis);
        let is_pending = members.iter().any(Member::is_pending);
        let least = reachable(quorum).saturating_sub(hysteresis).max(1);
        match self {
            Self::Unknown if live >= reachable(quorum) => Self::Up,
            Self::Unknown if is_pending => Self::Unknown,
            Self::Unknown => Self::Down,
            Self::Up if live.saturating_add(pending) < least => Self::Down,
            Self::Down if live >= reachable(quorum.saturating_add(hysteresis)) => Self::Up,
            Self::Up | Self::Down => self,
        }
    }
}

/// The destinations of a service in this state.
pub fn destinations(
    rules: &PoolRules,
    quorum: Quorum,
    members: &[Member],
) -> BTreeMap<DestinationKey, Destination> {
    // Too few live servers would drown: the fallback takes it all, and what may be quiesced stays at 0.
    let replaces = quorum == Quorum::Down && rules.fallback.is_some();
    let mut table = BTreeMap::new();
    for member in members {
        let entry = member.entry().and_then(|entry| match entry {
            entry if !replaces || entry.weight == 0 => Some(entry),
            entry => member.quiesces.then_some(Destination { weight: 0, ..entry }),
        });
        if let Some(entry) = entry {
            table.insert(member.key, entry);
        }
    }
    if let Some(fallback) = rules.fallback {
        if replaces {
            table.insert(fallback.key, fallback.destination);
        } else if fallback.stays {
            // One that is a member, too, keeps the member's weight.
            let idle = Destination { weight: 0, ..fallback.destination };
            table.entry(fallback.key).or_insert(idle);
        }
    }
    table
}

/// What a server's checks say together: all have to succeed.
pub fn together(standings: impl IntoIterator<Item = Standing>) -> Standing {
    let mut all = Standing::Up;
    for standing in standings {
        match standing {
            Standing::Down => return Standing::Down,
            Standing::Untested => all = Standing::Untested,
            Standing::Up => {}
        }
    }
    all
}

/// Largest weight that ipvsadm and keepalived take.
pub const MOST: u32 = 65_535;
