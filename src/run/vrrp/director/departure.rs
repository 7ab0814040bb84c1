//! Giving up in order: what a router runs is stopped before another director may be master.
//!
//! A router that gives up of its own will, by an order, at the stop, because the next plan has no such router,
//! or for a fault of what it follows, goes on as master while its resources are stopped. [`Output::Leaving`] asks for that, [`Director::cleared`] is the
//! answer, and only then come priority 0 and the end of the addresses. A limit counts instead of an answer
//! that does not come. Whatever takes mastership away meanwhile does not wait: a better master that is heard, an
//! interface that fails, a second stop.

use std::time::{Duration, Instant};

use super::{Director, Router, RouterIndex};
use crate::run::vrrp::{Cause, Input, Notice, Output, Stance, State};

/// How far a router is with giving up; a reload carries it over.
#[derive(Clone, Debug, Default)]
pub struct Departure {
    /// What happens to the machine when nothing runs any more, in this order.
    pending: Vec<Input>,
    /// How long stopping may take; `None` when nothing was asked for.
    pub(super) until: Option<Instant>,
    /// Whether nothing runs any more.
    is_clear: bool,
    /// Whether only this router goes, and the others of its group keep what they run.
    is_alone: bool,
}

impl Departure {
    fn is_under_way(&self) -> bool {
        self.until.is_some() || !self.pending.is_empty()
    }
}

impl Director {
    /// Takes the departures of all routers, for the director that follows after a reload.
    pub fn take_departures(&mut self) -> Vec<Departure> {
        self.routers.iter_mut().map(|router| std::mem::take(&mut router.departure)).collect()
    }

    /// What a router ran is stopped; it may give up, unless it wanted nothing of the kind.
    pub fn cleared(&mut self, index: RouterIndex, now: Instant) {
        let Some(router) = self.routers.get_mut(index) else { return };
        if router.departure.until.is_some() {
            router.departure.is_clear = true;
            self.depart_when_clear(index, now);
        }
    }

    /// Stops a router for good, when nothing runs on it any more. The others of its group stay.
    pub fn leave(&mut self, index: RouterIndex, now: Instant) {
        if let Some(router) = self.routers.get_mut(index) {
            router.departure.is_alone = true;
        }
        self.give_up(index, Input::Stop, now);
    }

    /// Whether a router, or one of its group, is being left.
    pub fn is_departing(&self, index: RouterIndex) -> bool {
        let mut members =
            self.unit(index).into_iter().filter_map(|member| self.routers.get(member));
        members.any(|router| router.departure.is_under_way())
    }

    /// Whether no router is being left.
    pub(super) fn is_settled(&self) -> bool {
        !self.routers.iter().any(|router| router.departure.is_under_way())
    }

    /// What makes a router give up of its own will: at once, or when nothing runs any more.
    pub(super) fn give_up(&mut self, index: RouterIndex, input: Input, now: Instant) {
        if !self.is_occupied(index) {
            return self.apply(index, input, now);
        }
        for member in self.unit(index) {
            self.ask(member, &input, now);
        }
        let Some(router) = self.routers.get_mut(index) else { return };
        let pending = &mut router.departure.pending;
        let is_fault = |input: &Input| matches!(input, Input::Fail(_));
        // What failed first is the reason; an order that is repeated is one.
        let is_known =
            pending.last() == Some(&input) || (is_fault(&input) && pending.iter().any(is_fault));
        if !is_known {
            pending.push(input);
        }
    }

    /// What was put off happens now.
    pub(super) fn depart(&mut self, index: RouterIndex, now: Instant) {
        let mut departures = Vec::new();
        for member in self.unit(index) {
            if let Some(router) = self.routers.get_mut(member) {
                departures.push((member, std::mem::take(&mut router.departure)));
            }
            self.arm(member);
        }
        for (member, departure) in departures {
            for input in departure.pending {
                self.apply(member, input, now);
            }
        }
        // What was observed meanwhile.
        self.judge(now);
    }

    /// After a reload there may be nothing left to wait for.
    pub(super) fn depart_when_clear(&mut self, index: RouterIndex, now: Instant) {
        if self.is_departing(index) && !self.is_occupied(index) {
            self.depart(index, now);
        }
    }

    /// Ends the wait for what hangs.
    pub(super) fn end_overdue(&mut self, index: RouterIndex, now: Instant) {
        let until = self.routers.get(index).and_then(|router| router.departure.until);
        if until.is_none_or(|until| until > now) {
            return;
        }
        for member in self.unit(index) {
            let departure = self.routers.get(member).map(|router| &router.departure);
            if departure.is_some_and(|departure| departure.until.is_some() && !departure.is_clear) {
                let notice = Notice::NotCleared { limit: LIMIT };
                self.outputs.push_back((member, Output::Notice(notice)));
            }
        }
        self.depart(index, now);
    }

    /// Asks once for the end of what a router runs.
    fn ask(&mut self, index: RouterIndex, input: &Input, now: Instant) {
        let Some(router) = self.routers.get_mut(index).filter(|router| router.is_occupied()) else {
            return;
        };
        if router.departure.until.is_none() {
            router.departure.until = Some(now + LIMIT);
            self.outputs.push_back((index, Output::Leaving(cause_of(input))));
            self.arm(index);
        }
    }

    /// Whether something runs on this router or another one of its group.
    fn is_occupied(&self, index: RouterIndex) -> bool {
        let mut members =
            self.unit(index).into_iter().filter_map(|member| self.routers.get(member));
        members.any(Router::is_occupied)
    }

    fn apply(&mut self, index: RouterIndex, input: Input, now: Instant) {
        if matches!(input, Input::Fail(_)) {
            self.mark(index, true, true);
        }
        self.handle(index, input, now);
    }

    /// A router and the others of its group, unless it leaves them.
    pub(super) fn unit(&self, index: RouterIndex) -> Vec<RouterIndex> {
        if self.routers.get(index).is_some_and(|router| router.departure.is_alone) {
            return vec![index];
        }
        let mut members = self.companions(index);
        members.push(index);
        members
    }
}

impl Router {
    fn is_occupied(&self) -> bool {
        self.has_resources && self.machine.state() == State::Master && !self.departure.is_clear
    }
}

fn cause_of(input: &Input) -> Cause {
    match input {
        Input::Fail(why) => Cause::Failed(why.clone()),
        Input::Stance(Stance::Standby) => Cause::Ordered,
        _ => Cause::Stopped,
    }
}

/// How long a director goes on as master for what does not stop. As long as a single script may take.
const LIMIT: Duration = Duration::from_secs(120);
