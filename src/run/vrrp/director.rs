//! All virtual routers of this director: their sync groups, what they track, who is due next.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use super::{
    Cause, Input, Machine, Observation, Output, Settings, Stance, Standing, State, Tracked,
};

mod departure;
#[cfg(test)]
mod tests;

pub use departure::Departure;

/// Number of a router on this director.
pub type RouterIndex = usize;

/// Routers that are master together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The routers.
    pub members: Vec<RouterIndex>,
}

/// One router before the start.
#[derive(Clone, Debug)]
pub struct Member {
    /// The machine, new or taken over from before a reload.
    pub machine: Machine,
    /// What it depends on.
    pub tracked: Vec<Tracked>,
    /// Whether it runs something that is stopped before it gives up of its own will.
    pub has_resources: bool,
    /// How far it is with giving up.
    pub departure: Departure,
}

/// Something that is observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Names it in a reason: `interface eth1`, `script check_web`.
    pub name: String,
    /// What is known from before, or taken for granted.
    pub observation: Observation,
    /// Whether a router that loses it cannot go on advertising: then its end does not wait for anything.
    pub is_urgent: bool,
}

/// The machines of one director, driven as one.
#[derive(Clone, Debug, Default)]
pub struct Director {
    routers: Vec<Router>,
    groups: Vec<Group>,
    sources: Vec<Source>,
    /// Who is due when, soonest first.
    deadlines: BTreeSet<(Instant, RouterIndex)>,
    outputs: VecDeque<(RouterIndex, Output)>,
    /// Observations before the start are only noted.
    is_started: bool,
    /// Whether everything ends: nothing starts or recovers any more.
    is_stopping: bool,
}

#[derive(Clone, Debug)]
struct Router {
    machine: Machine,
    tracked: Vec<Tracked>,
    has_resources: bool,
    departure: Departure,
    group: Option<usize>,
    /// What stands in `deadlines` for it.
    armed: Option<Instant>,
    is_started: bool,
    /// Its own fault, not that of its group.
    fault: Option<String>,
    /// Whether that leaves it no way to go on for a while.
    is_urgent: bool,
    /// Whether everything that can be a fault of its own was observed.
    is_known: bool,
    /// Whether its machine was told to fail.
    is_failed: bool,
    /// Whether it has ended for good: what it follows is nothing to it, nor to its group.
    is_stopped: bool,
}

impl Director {
    /// A director with these routers; a router that was started goes on.
    pub fn new(members: Vec<Member>, groups: Vec<Group>, sources: Vec<Source>) -> Self {
        let group_of = |index: RouterIndex| {
            groups.iter().position(|group: &Group| group.members.contains(&index))
        };
        let routers = (0..)
            .zip(members)
            .map(|(index, member)| Router {
                group: group_of(index),
                armed: None,
                is_started: member.machine.has_started(),
                fault: None,
                is_urgent: false,
                is_known: false,
                is_failed: member.machine.state() == State::Fault,
                is_stopped: false,
                machine: member.machine,
                tracked: member.tracked,
                has_resources: member.has_resources,
                departure: member.departure,
            })
            .collect();
        Self { routers, groups, sources, ..Self::default() }
    }

    /// Before the start: a router's addresses are there already, see [`Machine::adopt`].
    pub fn adopt(&mut self, index: RouterIndex) {
        if let Some(router) = self.routers.get_mut(index) {
            router.machine.adopt();
        }
    }

    /// Starts every router whose dependencies are known.
    pub fn start(&mut self, now: Instant) {
        for index in 0..self.routers.len() {
            if let Some(router) = self.routers.get_mut(index) {
                router.machine.begin_silence(now);
            }
            self.settle(index, now);
        }
        self.is_started = true;
        self.judge(now);
        for index in 0..self.routers.len() {
            self.depart_when_clear(index, now);
        }
    }

    /// Gives a router what happened to it.
    pub fn handle(&mut self, index: RouterIndex, input: Input, now: Instant) {
        let Some(router) = self.routers.get_mut(index) else { return };
        let is_advertisement = matches!(input, Input::Advertisement { .. });
        if input == Input::Stop {
            // Nothing comes behind it.
            router.departure = Departure::default();
            router.is_stopped = true;
        }
        router.machine.handle(input, now);
        let has_followed = is_advertisement && router.machine.has_followed();
        self.settle(index, now);
        // A reload makes groups of routers that were elected each for itself. As long as nobody else
        // is master, the backup gets its turn, and nothing that serves is given up.
        if has_followed {
            self.demote_group(index, now);
        }
    }

    /// Takes what an operator wants of a router, and with it of all routers of its group. Another order for
    /// one that is being left counts when it has given up.
    pub fn order(&mut self, index: RouterIndex, stance: Stance, now: Instant) {
        if self.is_stopping {
            return;
        }
        for member in self.unit(index) {
            let input = Input::Stance(stance);
            if stance == Stance::Standby || self.is_departing(member) {
                self.give_up(member, input, now);
            } else {
                self.handle(member, input, now);
            }
        }
        // The priority that belongs to it.
        self.judge(now);
    }

    /// Takes an observation of a source.
    pub fn observe(&mut self, source: usize, observation: Observation, now: Instant) {
        self.observe_all([(source, observation)], now);
    }

    /// Takes observations of several sources at once: every judgement is one of all routers.
    pub fn observe_all(
        &mut self,
        observations: impl IntoIterator<Item = (usize, Observation)>,
        now: Instant,
    ) {
        let mut is_changed = false;
        for (source, observation) in observations {
            let Some(known) = self.sources.get_mut(source) else { continue };
            is_changed |= std::mem::replace(&mut known.observation, observation) != observation;
        }
        if is_changed {
            self.judge(now);
        }
    }

    /// Does what is due at `now`; nothing if nothing is.
    pub fn handle_timeout(&mut self, now: Instant) {
        // Each router once: whatever a machine does, this call comes to an end.
        let due = self.deadlines.iter().take_while(|(at, _)| *at <= now);
        let due: Vec<RouterIndex> = due.map(|(_, index)| *index).collect();
        for index in due {
            if let Some(router) = self.routers.get_mut(index) {
                router.machine.handle_timeout(now);
            }
            self.settle(index, now);
            self.end_overdue(index, now);
        }
    }

    /// Stops every router: one that runs something when that is stopped, see [`Self::has_stopped`], and the
    /// second time at once.
    pub fn stop(&mut self, now: Instant) {
        if std::mem::replace(&mut self.is_stopping, true) {
            return self.stop_at_once(now);
        }
        for index in 0..self.routers.len() {
            self.give_up(index, Input::Stop, now);
        }
    }

    /// Stops every router without waiting for anything.
    pub fn stop_at_once(&mut self, now: Instant) {
        self.is_stopping = true;
        for index in 0..self.routers.len() {
            self.handle(index, Input::Stop, now);
        }
    }

    /// Takes the machine of a router out, for the director that follows after a reload.
    pub fn into_machines(self) -> Vec<Machine> {
        self.routers.into_iter().map(|router| router.machine).collect()
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<(RouterIndex, Output)> {
        self.outputs.pop_front()
    }

    /// When [`Self::handle_timeout`] is to be called at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Whether everything was told to stop, and has.
    pub fn has_stopped(&self) -> bool {
        self.is_stopping && self.is_settled()
    }

    /// A router's machine.
    pub fn machine(&self, index: RouterIndex) -> Option<&Machine> {
        self.routers.get(index).map(|router| &router.machine)
    }

    /// All machines in order.
    pub fn machines(&self) -> impl ExactSizeIterator<Item = &Machine> {
        self.routers.iter().map(|router| &router.machine)
    }

    /// The sync groups.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// What is observed.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// A group's state: that of its members when they agree, otherwise the lowest of them.
    pub fn group_state(&self, group: &Group) -> State {
        let states = group.members.iter().filter_map(|member| self.machine(*member));
        states.map(Machine::state).min().unwrap_or(State::Initialize)
    }

    /// Passes a machine's outputs on and lets its group answer them.
    fn settle(&mut self, index: RouterIndex, now: Instant) {
        while let Some(output) =
            self.routers.get_mut(index).and_then(|router| router.machine.poll_output())
        {
            let follows = Consequence::of(&output);
            let is_over =
                matches!(&output, Output::Changed(change) if change.from == State::Master);
            self.outputs.push_back((index, output));
            match follows {
                Consequence::None => {}
                Consequence::Ask => self.promote_group(index, now),
                Consequence::Demote => self.demote_group(index, now),
            }
            // Somebody else has decided.
            if is_over && self.is_departing(index) {
                self.depart(index, now);
            }
        }
        self.arm(index);
    }

    fn arm(&mut self, index: RouterIndex) {
        let Some(router) = self.routers.get_mut(index) else { return };
        let moments = [router.machine.next_deadline(), router.departure.until];
        let deadline = moments.into_iter().flatten().min();
        if deadline == router.armed {
            return;
        }
        if let Some(old) = router.armed {
            self.deadlines.remove(&(old, index));
        }
        self.deadlines.extend(deadline.map(|at| (at, index)));
        router.armed = deadline;
    }

    /// The others of a router's group.
    fn companions(&self, index: RouterIndex) -> Vec<RouterIndex> {
        let group = self.routers.get(index).and_then(|router| router.group);
        let members = group.and_then(|group| self.groups.get(group)).map(|group| &group.members);
        members.into_iter().flatten().copied().filter(|member| *member != index).collect()
    }

    /// Master only when every member would be.
    fn promote_group(&mut self, index: RouterIndex, now: Instant) {
        let consents = |machine: &Machine| machine.is_ready() || machine.state() == State::Master;
        let companions = self.companions(index);
        if !companions.iter().all(|member| self.machine(*member).is_some_and(consents)) {
            return;
        }
        for member in self.unit(index) {
            if self.machine(member).is_some_and(|machine| machine.state() == State::Backup) {
                self.handle(member, Input::Promote, now);
            }
        }
    }

    /// One backup makes all of them backups.
    fn demote_group(&mut self, index: RouterIndex, now: Instant) {
        let name = self.machine(index).map(|machine| machine.settings().name.clone());
        let why = format!("{} is not master", name.unwrap_or_default());
        for member in self.companions(index) {
            let is_master = |machine: &Machine| machine.state() == State::Master;
            if self.machine(member).is_some_and(is_master) {
                self.handle(member, Input::Demote(why.clone()), now);
            }
        }
    }

    /// Recomputes priorities and faults from what was observed.
    fn judge(&mut self, now: Instant) {
        if !self.is_started {
            return;
        }
        let standings: Vec<Standing> =
            (0..self.routers.len()).filter_map(|index| self.standing(index)).collect();
        for (index, standing) in (0..).zip(&standings) {
            let fault = standing.fault.and_then(|source| self.sources.get(source));
            let fault = fault.map(|source| format!("{} failed", source.name));
            let is_urgent = fault.is_some() && self.has_urgent_fault(index);
            let Some(router) = self.routers.get_mut(index) else { continue };
            let is_stopped = router.is_stopped;
            router.fault = fault.filter(|_| !is_stopped);
            router.is_urgent = is_urgent && !is_stopped;
            router.is_known = standing.is_known || is_stopped;
            if router.is_started && !self.is_stopping && !is_stopped {
                self.handle(index, Input::Priority(standing.priority), now);
            }
        }
        for (index, standing) in (0..).zip(&standings) {
            self.apply_fault(index, standing, now);
        }
    }

    /// What all observations mean for a router, under what an operator wants.
    fn standing(&self, index: RouterIndex) -> Option<Standing> {
        let router = self.routers.get(index)?;
        let base = router.machine.settings().priority;
        let standing = Standing::judge(base, &router.tracked, |source| self.observation(source));
        let priority = router.machine.stance().priority(standing.priority);
        Some(Standing { priority, ..standing })
    }

    /// Whether one of a router's faults leaves it no way to go on for a while.
    fn has_urgent_fault(&self, index: RouterIndex) -> bool {
        let Some(router) = self.routers.get(index) else { return false };
        let base = router.machine.settings().priority;
        let is_urgent = |tracked: &&Tracked| {
            self.sources.get(tracked.source).is_some_and(|source| source.is_urgent)
        };
        router.tracked.iter().filter(is_urgent).any(|tracked| {
            let tracked = std::slice::from_ref(tracked);
            Standing::judge(base, tracked, |source| self.observation(source)).fault.is_some()
        })
    }

    fn observation(&self, source: usize) -> Observation {
        self.sources.get(source).map_or(Observation::Unknown, |source| source.observation)
    }

    /// Tells a machine whether it, or a companion of it, is at fault; or lets it start.
    fn apply_fault(&mut self, index: RouterIndex, standing: &Standing, now: Instant) {
        let companions = self.companions(index);
        let Some(router) = self.routers.get(index).filter(|router| !router.is_stopped) else {
            return;
        };
        let others = || companions.iter().filter_map(|member| self.routers.get(*member));
        let of_group = others().find_map(|router| {
            let fault = router.fault.as_ref()?;
            Some(format!("sync group: {}: {fault}", router.machine.settings().name))
        });
        let is_urgent = router.is_urgent || others().any(|router| router.is_urgent);
        // A new dependency may be what the old one was: until it was looked at, the fault stands.
        let is_known = router.is_known && others().all(|router| router.is_known);
        let fault = router.fault.clone().or(of_group);
        if is_urgent && self.is_departing(index) {
            // It judges anew.
            return self.depart(index, now);
        }
        if self.is_stopping {
            return;
        }
        match (fault, router.is_failed) {
            (Some(why), false) if is_urgent || !router.is_started => {
                self.mark(index, true, true);
                self.handle(index, Input::Fail(why), now);
            }
            (Some(why), false) => self.give_up(index, Input::Fail(why), now),
            (None, true) if is_known => {
                self.mark(index, false, true);
                self.handle(index, Input::Recover, now);
            }
            (None, false) if !router.is_started && standing.is_known => {
                self.mark(index, false, true);
                if let Some(router) = self.routers.get_mut(index) {
                    router.machine.handle(Input::Priority(standing.priority), now);
                    router.machine.start(now);
                }
                self.settle(index, now);
            }
            (Some(_), true) | (None, true | false) => {}
        }
    }

    fn mark(&mut self, index: RouterIndex, is_failed: bool, is_started: bool) {
        if let Some(router) = self.routers.get_mut(index) {
            router.is_failed = is_failed;
            router.is_started = is_started;
        }
    }
}

impl Member {
    /// A router that depends on nothing.
    pub fn new(settings: Settings) -> Self {
        Self::resumed(Machine::new(settings), Vec::new())
    }

    /// One that may have a life behind it, and runs nothing.
    pub fn resumed(machine: Machine, tracked: Vec<Tracked>) -> Self {
        Self { machine, tracked, has_resources: false, departure: Departure::default() }
    }
}

/// What an output of one member means for its group.
#[derive(Clone, Copy, Debug)]
enum Consequence {
    Ask,
    Demote,
    None,
}

impl Consequence {
    fn of(output: &Output) -> Self {
        match output {
            Output::Ready => Self::Ask,
            Output::Changed(transition)
                // In a fault the companions fail, too.
                if transition.from == State::Master
                    && transition.to != State::Fault
                    && !matches!(transition.cause, Cause::GroupDemoted(_) | Cause::Stopped) =>
            {
                Self::Demote
            }
            Output::Advertise { .. }
            | Output::Announce(_)
            | Output::Changed(_)
            | Output::Leaving(_)
            | Output::Notice(_)
            | Output::PriorityChanged { .. }
            | Output::Withdraw => Self::None,
        }
    }
}
