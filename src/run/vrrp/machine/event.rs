//! The transitions: one table of states and events.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::{Cause, Machine, Notice, Output, Stance, State, Transition};
use crate::run::vrrp::announcer::Gratuitous;
use crate::run::vrrp::timing::later;

/// An input, as far as the table has to know it.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Demote(String),
    Expired,
    Fail(String),
    Heard(Heard),
    Promote,
    Recover,
    Start,
    Stop,
    /// An operator wants another director to be master.
    Yield,
}

/// An advertisement that passed every check.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    pub(super) source: IpAddr,
    pub(super) priority: u8,
    pub(super) interval: Duration,
    pub(super) rank: Rank,
}

/// How the sender compares with this router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// Equal priority, higher address: the better one among masters.
    EqualAbove,
    /// Equal priority, lower address.
    EqualBelow,
    Higher,
    Lower,
    /// Priority 0: it gives up.
    Release,
}

impl Machine {
    /// The state machine of RFC 9568 section 6.4, with keepalived's fault.
    pub(super) fn event(&mut self, event: Event, now: Instant) {
        use Rank::{EqualAbove, EqualBelow, Higher, Lower, Release};
        match (self.state, event) {
            (State::Initialize, Event::Start) => match self.silence(now) {
                None => self.begin(Cause::Startup, now),
                silence => self.deadline = silence,
            },
            (State::Initialize, Event::Expired) => self.begin(Cause::Startup, now),
            (State::Initialize | State::Backup, Event::Fail(why)) => {
                self.enter(State::Fault, Cause::Failed(why), now);
            }
            // The silence may be long: what was found must not be there twice, nor stay without a daemon.
            (State::Initialize, Event::Heard(heard)) if heard.rank != Release => self.withdraw(),
            (State::Initialize, Event::Stop) => {
                self.withdraw();
                self.deadline = None;
            }
            // Nothing shortens the silence after the start.
            (
                State::Initialize,
                Event::Demote(_) | Event::Heard(_) | Event::Promote | Event::Recover | Event::Yield,
            ) => {}

            (State::Fault, Event::Recover) => self.begin(Cause::Recovered, now),
            (State::Fault | State::Backup, Event::Stop) => {
                self.enter(State::Initialize, Cause::Stopped, now); // A42: nothing is sent
            }
            (
                State::Fault,
                Event::Demote(_)
                | Event::Expired
                | Event::Fail(_)
                | Event::Heard(_)
                | Event::Promote
                | Event::Start
                | Event::Yield,
            ) => {}

            (State::Backup, Event::Heard(heard)) => match heard.rank {
                Release => self.await_successor(heard, now), // A44, B19
                Higher | EqualAbove | EqualBelow => {
                    self.preempts_from = None;
                    self.respect(heard, now); // A45, A47
                }
                Lower if self.ignores(heard, now) => {
                    self.ignored = Some((heard.source, heard.priority)); // A46, B20
                }
                Lower => self.respect(heard, now), // A45: preemption is off, or not yet due
            },
            (State::Backup, Event::Expired) if self.settings.is_grouped => self.ask_group(now),
            (State::Backup, Event::Expired) => {
                let cause = self.cause_of_take_over(now);
                self.take_over(cause, now); // A43, B18
            }
            (State::Backup, Event::Promote) => {
                let cause = match self.is_ready {
                    true => self.cause_of_take_over(now),
                    false => Cause::GroupPromoted,
                };
                self.take_over(cause, now);
            }
            (State::Backup, Event::Demote(_) | Event::Yield) => {
                if self.is_ready {
                    self.await_master(now);
                }
            }
            (State::Backup, Event::Recover | Event::Start) => {}

            (State::Master, Event::Expired) => self.advertise(now), // A56
            (State::Master, Event::Heard(heard)) => match heard.rank {
                Release => self.advertise(now), // A57
                Higher | EqualAbove => {
                    let Heard { source: peer, priority, .. } = heard;
                    let cause = Cause::BetterAdvertisement { peer, priority, own: self.priority };
                    self.enter(State::Backup, cause, now);
                    self.respect(heard, now); // A58, B25: whatever preemption says (A60)
                }
                EqualBelow | Lower => self.outdo(heard, now), // A59, B24
            },
            (State::Master, Event::Demote(why)) => {
                self.release();
                self.enter(State::Backup, Cause::GroupDemoted(why), now);
                self.await_master(now);
            }
            (State::Master, Event::Fail(why)) => {
                self.release();
                self.enter(State::Fault, Cause::Failed(why), now);
            }
            (State::Master, Event::Yield) => {
                self.release();
                self.enter(State::Backup, Cause::Ordered, now);
                self.await_master(now);
            }
            (State::Master, Event::Stop) => {
                self.release(); // A55, B23
                self.enter(State::Initialize, Cause::Stopped, now);
            }
            (State::Master, Event::Promote | Event::Recover | Event::Start) => {}
        }
    }

    /// The one door between states.
    pub(super) fn enter(&mut self, to: State, cause: Cause, now: Instant) {
        if to == State::Master {
            self.is_adopting = false;
        } else if cause != Cause::Adopted {
            self.withdraw();
        }
        let from = std::mem::replace(&mut self.state, to);
        self.deadline = None;
        self.advertised = None;
        self.preempts_from = None;
        self.ignored = None;
        self.released_by = None;
        self.is_ready = false;
        self.silent_since = (to == State::Backup).then_some(now);
        if to == State::Master {
            self.counters.became_master += 1;
        }
        if from == State::Master {
            self.counters.left_master += 1;
        }
        let transition = Transition { from, to, cause, at: now, priority: self.priority };
        self.last = Some(transition.clone());
        self.outputs.push_back(Output::Changed(transition));
    }

    /// Sends an advertisement and sets the time of the next one.
    pub(super) fn advertise(&mut self, now: Instant) {
        self.counters.sent += 1;
        self.outputs.push_back(Output::Advertise { priority: self.priority });
        self.advertised = Some(now);
        // From deadline to deadline, so that lateness does not add up, but never in bursts.
        let regular = self.deadline.filter(|deadline| *deadline <= now);
        let next = regular.map(|deadline| deadline + self.settings.interval);
        self.deadline = next.filter(|next| *next > now).or(Some(now + self.settings.interval));
    }

    /// The end of the startup, or of a fault.
    fn begin(&mut self, cause: Cause, now: Instant) {
        self.master_interval = self.settings.interval; // A36
        let may_serve = !self.settings.is_grouped && self.silence(now).is_none();
        if self.is_owner() && may_serve {
            self.take_over(Cause::Owner, now); // A35
        } else if self.is_adopting {
            self.enter(State::Backup, Cause::Adopted, now);
            self.listen_shortly(now);
        } else {
            self.enter(State::Backup, cause, now);
            self.await_master(now);
        }
    }

    /// The end of the silence after the start, while it lasts.
    fn silence(&self, now: Instant) -> Option<Instant> {
        self.silent_until.filter(|end| *end > now)
    }

    /// First the advertisement, then the addresses and their announcement (A35, A43).
    fn take_over(&mut self, cause: Cause, now: Instant) {
        self.enter(State::Master, cause, now);
        self.advertise(now);
        self.outputs.push_back(Output::Announce(Gratuitous::TakeOver));
    }

    /// Gives the master, if there is one, the time to be heard.
    fn await_master(&mut self, now: Instant) {
        self.is_ready = false;
        self.silent_since = Some(now);
        self.rebase(now);
    }

    /// The master is alive: its interval counts (A45), in version 2 it is the own one (B16).
    fn respect(&mut self, heard: Heard, now: Instant) {
        let silence = self.silent_since.map(|since| now.duration_since(since));
        let late =
            silence.zip(self.settings.warn_after).filter(|(silence, limit)| silence >= limit);
        if let Some((silence, _)) = late {
            self.counters.late_adverts += 1;
            let notice = Notice::LateAdvertisement { peer: heard.source, silence };
            self.outputs.push_back(Output::Notice(notice));
        }
        self.withdraw();
        self.master_interval = heard.interval;
        self.ignored = None;
        self.released_by = None;
        self.await_master(now);
    }

    /// The master gave up: the best backup is to be the first (A44).
    fn await_successor(&mut self, heard: Heard, now: Instant) {
        self.released_by = Some(heard.source);
        self.await_master(now);
    }

    /// Another one is master: addresses that were found are not kept any longer.
    fn withdraw(&mut self) {
        if std::mem::take(&mut self.is_adopting) {
            self.outputs.push_back(Output::Withdraw);
        }
    }

    /// Whether this backup is to replace the worse master that was heard (A31).
    fn ignores(&mut self, heard: Heard, now: Instant) -> bool {
        let outreaches = self.settings.arbitration.is_some_and(|arbitration| {
            arbitration.reachable(self.priority) > arbitration.reachable(heard.priority)
        });
        match self.stance {
            Stance::Standby => return false,
            Stance::TakeOver => return true,
            Stance::Normal if outreaches || self.settings.is_owner() => return true,
            Stance::Normal => {}
        }
        if !self.settings.preempt {
            return false;
        }
        let from = *self.preempts_from.get_or_insert(later(now, self.settings.preempt_delay));
        from <= now
    }

    /// The master is silent, but the other routers of the group have a say.
    fn ask_group(&mut self, now: Instant) {
        self.is_ready = true;
        self.outputs.push_back(Output::Ready);
        // The group answers at once if it consents; otherwise ask again.
        self.deadline = Some(now + self.settings.interval);
    }

    /// A worse router thinks that it is master, and its neighbours may believe it.
    fn outdo(&mut self, heard: Heard, now: Instant) {
        if heard.rank == Rank::EqualBelow {
            let notice = Notice::EqualPriority { peer: heard.source, priority: heard.priority };
            self.notice(notice, now); // A100, A102
        }
        if self.settings.answers_lower {
            self.advertise(now);
        }
        self.outputs.push_back(Output::Announce(Gratuitous::Conflict));
    }

    /// Tells the backups that they need not wait (A18).
    fn release(&mut self) {
        self.counters.sent += 1;
        self.counters.sent_release += 1;
        self.outputs.push_back(Output::Advertise { priority: 0 });
    }

    fn cause_of_take_over(&self, now: Instant) -> Cause {
        if let Some(peer) = self.released_by {
            return Cause::Released { peer };
        }
        if let Some((peer, priority)) = self.ignored {
            return Cause::Preempted { peer, priority, own: self.priority };
        }
        let silence = self.silent_since.map_or(Duration::ZERO, |since| now.duration_since(since));
        Cause::MasterSilent { silence }
    }
}
