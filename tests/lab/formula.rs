//! How long the stacks say that things take, from their configuration alone, and what emulation may add.

use std::time::Duration;

/// Emulation's share of any reaction: a machine ten times slower than a real one starts a script in 50 ms.
pub(crate) const ALLOWANCE: Duration = Duration::from_millis(400);
/// The same for a reaction that runs heartbeat's shell scripts, some hundred processes of them.
pub(crate) const SCRIPTS: Duration = Duration::from_secs(12);

/// A span that something must fall into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) least: Duration,
    pub(crate) most: Duration,
}

impl Bounds {
    pub(crate) fn new(least: f64, most: f64) -> Self {
        Self { least: Duration::from_secs_f64(least), most: Duration::from_secs_f64(most) }
    }

    /// Later by `allowance` is still in time; earlier never is.
    pub(crate) fn and(self, allowance: Duration) -> Self {
        Self { most: self.most + allowance, ..self }
    }

    pub(crate) fn hold(self, measured: Duration) -> bool {
        self.least <= measured && measured <= self.most
    }
}

/// VRRP version 2, RFC 3768 section 6.1: the backup waits `adverts` intervals and the skew of its priority after the
/// last advertisement, which was sent up to one interval before the crash. Seconds.
pub(crate) fn vrrp_takeover(interval: f64, adverts: u32, priority: u8) -> Bounds {
    let dead = interval * f64::from(adverts) + vrrp_skew(priority);
    Bounds::new(dead - interval, dead)
}

/// A master that leaves in order says so, and the backup waits for its skew only.
pub(crate) fn vrrp_skew(priority: u8) -> f64 {
    (256.0 - f64::from(priority)) / 256.0
}

/// heartbeat counts from the last packet, and looks once a second.
pub(crate) fn heartbeat_takeover(keepalive: f64, deadtime: f64) -> Bounds {
    Bounds::new(deadtime - keepalive, deadtime + 1.0)
}

/// A check begins up to `interval` after the fault; a refused connection costs no time of its own.
pub(crate) fn detection(interval: f64, retries: u32, pause: f64) -> Bounds {
    let tries = f64::from(retries) * pause;
    Bounds::new(tries, interval + tries)
}
