//! Waking at a moment.

use std::io;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

use super::readiness::Watched;

#[cfg(test)]
mod tests;

/// A timer of the kernel. A runtime's own timers count whole milliseconds, and end at the next one: an
/// interval of 10 ms would be late by a tenth of it.
#[derive(Debug)]
pub struct Alarm {
    timer: Watched<OwnedFd>,
    /// What the kernel was told last, until it has rung.
    set: Option<Instant>,
}

impl Alarm {
    /// An alarm that is not set; needs a tokio runtime.
    ///
    /// # Errors
    /// Those of timerfd_create(2).
    pub fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        // The clock of `Instant`.
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        Ok(Self { timer: Watched::new(timer)?, set: None })
    }

    /// Ready at `at`, or for no reason; asked again, it is set anew.
    pub fn poll(&mut self, at: Instant, context: &mut Context<'_>) -> Poll<()> {
        let left = at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Poll::Ready(());
        }
        if self.set != Some(at) {
            // Without a timer, rather ask the clock all the time than sleep for ever.
            if self.ring_after(left).is_err() {
                return Poll::Ready(());
            }
            self.set = Some(at);
        }
        let rung = self.timer.poll_news(context);
        if rung.is_ready() {
            self.set = None;
        }
        rung
    }

    fn ring_after(&self, left: Duration) -> io::Result<()> {
        let never = Timespec { tv_sec: 0, tv_nsec: 0 };
        let once =
            Itimerspec { it_interval: never, it_value: left.try_into().map_err(io::Error::other)? };
        timerfd_settime(self.timer.socket(), TimerfdTimerFlags::empty(), &once)?;
        Ok(())
    }
}
