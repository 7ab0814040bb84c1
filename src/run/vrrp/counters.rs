//! What was sent, heard and discarded.

use std::time::Duration;

use super::Reason;

/// Counters of one virtual router since it exists; they only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Advertisements sent.
    pub sent: u64,
    /// Of these with priority 0.
    pub sent_release: u64,
    /// Advertisements heard and used.
    pub received: u64,
    /// Of these with priority 0.
    pub received_release: u64,
    /// How often this router became master.
    pub became_master: u64,
    /// How often it gave that up.
    pub left_master: u64,
    /// Advertisements whose address list differs from the own one.
    pub address_list_differs: u64,
    /// Version 3: advertisements with another interval.
    pub interval_differs: u64,
    /// Advertisements that came later than the time that is worth a warning.
    pub late_adverts: u64,
    /// Own timers that fired too late to be unnoticed.
    pub late_timers: u64,
    /// The latest of them.
    pub worst_slip: Duration,
    /// Discarded packets by [`Reason::index`].
    pub discarded: [u64; Reason::NAMES.len()],
}

impl Counters {
    /// Counts a discarded packet.
    pub fn discard(&mut self, reason: Reason) {
        if let Some(counter) = self.discarded.get_mut(reason.index()) {
            *counter += 1;
        }
    }

    /// Discarded packets for a reason.
    pub fn discarded_for(&self, reason: Reason) -> u64 {
        self.discarded.get(reason.index()).copied().unwrap_or(0)
    }

    /// Name and number of each reason that occurred.
    pub fn discards(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        Reason::NAMES.into_iter().zip(self.discarded).filter(|(_, count)| *count > 0)
    }
}
