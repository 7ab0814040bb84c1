//! What one virtual router on this director is to do.

use std::net::IpAddr;
use std::time::Duration;

use super::{Authentication, Family, Timing, Version};

/// Settings of the protocol; sockets and interfaces are none of its business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Name in logs and status.
    pub name: String,
    /// VRID, 1 to 255.
    pub virtual_router_id: u8,
    /// Protocol version. There is no mixed operation: one version for each router.
    pub version: Version,
    /// Family of the advertisements.
    pub family: Family,
    /// Priority before anything that is tracked changes it; 255 for the owner.
    pub priority: u8,
    /// Interval of own advertisements.
    pub interval: Duration,
    /// Intervals without an advertisement until the master counts as dead.
    pub down_count: u8,
    /// Whether a better router takes over from a living master.
    pub preempt: bool,
    /// How long it waits with that after it heard the master.
    pub preempt_delay: Duration,
    /// Silence after the start.
    pub startup_delay: Duration,
    /// What version 2 authenticates with.
    pub authentication: Authentication,
    /// Addresses in the advertisements, in their order, as many of them as fit.
    pub addresses: Vec<IpAddr>,
    /// Whether deviations of others that the standard forbids are refused.
    pub strict: bool,
    /// Whether a master answers a worse advertisement with its own one (RFC 9568 only; A59, B24).
    pub answers_lower: bool,
    /// Whether mastership needs the consent of a sync group.
    pub is_grouped: bool,
    /// Silence of the master that is worth a warning (`warntime`).
    pub warn_after: Option<Duration>,
    /// How ranks of ping arbitration are packed into priorities.
    pub arbitration: Option<Arbitration>,
}

impl Settings {
    /// A router with the defaults of RFC 9568 section 6.1.
    pub fn new(name: &str, virtual_router_id: u8, addresses: Vec<IpAddr>) -> Self {
        let family = addresses.first().map_or(Family::V4, |address| Family::of(*address));
        Self {
            name: name.to_owned(),
            virtual_router_id,
            version: Version::Three,
            family,
            priority: 100,
            interval: Duration::from_secs(1),
            down_count: 3,
            preempt: true,
            preempt_delay: Duration::ZERO,
            startup_delay: Duration::ZERO,
            authentication: Authentication::None,
            addresses,
            strict: false,
            answers_lower: true,
            is_grouped: false,
            warn_after: None,
            arbitration: None,
        }
    }

    /// Whether this director owns the addresses (A16).
    pub fn is_owner(&self) -> bool {
        self.priority == OWNER
    }

    /// The times that follow from a priority and the master's interval.
    pub fn timing(&self, priority: u8, interval: Duration) -> Timing {
        Timing { version: self.version, interval, down_count: self.down_count, priority }
    }
}

/// Priority of the director that owns the addresses.
pub(super) const OWNER: u8 = 255;

/// "More reachable ping nodes win" without any message of its own: the priority says how many
/// ping nodes a director reaches, and among equals which one is preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arbitration {
    /// Directors that share the router; a preference is below it.
    pub directors: u8,
    /// Preference of this one: the best has `directors - 1`.
    pub preference: u8,
}

impl Arbitration {
    /// Priority of a director that reaches `reachable` ping nodes, 1 to 254.
    pub fn priority(&self, reachable: usize) -> u8 {
        let rank = reachable.saturating_mul(self.directors.into()) + usize::from(self.preference);
        u8::try_from(rank + 1).unwrap_or(OWNER).min(OWNER - 1)
    }

    /// Ping nodes that a director with this priority reaches.
    pub fn reachable(&self, priority: u8) -> u8 {
        priority.saturating_sub(1) / self.directors.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_ping_nodes_outrank_any_preference() {
        for directors in 1..5 {
            for reachable in 0..12_usize {
                for preference in 0..directors {
                    let rank = Arbitration { directors, preference };
                    let worst_of_next = Arbitration { directors, preference: 0 };
                    let priority = rank.priority(reachable);
                    assert_eq!(usize::from(rank.reachable(priority)), reachable);
                    assert!(priority < worst_of_next.priority(reachable + 1));
                }
            }
        }
    }

    #[test]
    fn too_many_ping_nodes_stay_below_the_owner() {
        let rank = Arbitration { directors: 2, preference: 1 };
        assert_eq!(rank.priority(1000), 254);
    }
}
