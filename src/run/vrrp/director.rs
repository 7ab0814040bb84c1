//! All virtual routers of this director: their sync groups, what they track, who is due next.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use super::{
    Cause, Input, Machine, Observation, Output, Settings, Stance, Standing, State, Tracked,
};

#[cfg(test)]
mod tests;

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
}

/// Something that is observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Names it in a reason: `interface eth1`, `script check_web`.
    pub name: String,
    /// What is known from before, or taken for granted.
    pub observation: Observation,
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
}

#[derive(Clone, Debug)]
struct Router {
    machine: Machine,
    tracked: Vec<Tracked>,
    group: Option<usize>,
    /// What stands in `deadlines` for it.
    armed: Option<Instant>,
    is_started: bool,
    /// Its own fault, not that of its group.
    fault: Option<String>,
    /// Whether its machine was told to fail.
    is_failed: bool,
}

impl Director {
    /// A director with these routers; a router that was started goes on.
    pub fn new(members: Vec<Member>, groups: Vec<Group>, sources: Vec<Source>) -> Self {
        let group_of = |index: RouterIndex| {
            groups.iter().position(|group: &Group| group.members.contains(&index))
        };
        let routers = (0..)
            .zip(members)
            .map(|(index, Member { machine, tracked })| Router {
                group: group_of(index),
                armed: None,
                is_started: machine.has_started(),
                fault: None,
                is_failed: machine.state() == State::Fault,
                machine,
                tracked,
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
    }

    /// Gives a router what happened to it.
    pub fn handle(&mut self, index: RouterIndex, input: Input, now: Instant) {
        let Some(router) = self.routers.get_mut(index) else { return };
        let is_advertisement = matches!(input, Input::Advertisement { .. });
        router.machine.handle(input, now);
        let has_followed = is_advertisement && router.machine.has_followed();
        self.settle(index, now);
        // A reload makes groups of routers that were elected each for itself. As long as nobody else
        // is master, the backup gets its turn, and nothing that serves is given up.
        if has_followed {
            self.demote_group(index, now);
        }
    }

    /// Takes what an operator wants of a router, and with it of all routers of its group.
    pub fn order(&mut self, index: RouterIndex, stance: Stance, now: Instant) {
        let mut members = self.companions(index);
        members.push(index);
        for member in members {
            self.handle(member, Input::Stance(stance), now);
        }
        // The priority that belongs to it.
        self.judge(now);
    }

    /// Takes an observation of a source.
    pub fn observe(&mut self, source: usize, observation: Observation, now: Instant) {
        let Some(known) = self.sources.get_mut(source) else { return };
        if known.observation != observation {
            known.observation = observation;
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
        }
    }

    /// Stops every router.
    pub fn stop(&mut self, now: Instant) {
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
            self.outputs.push_back((index, output));
            match follows {
                Consequence::None => {}
                Consequence::Ask => self.promote_group(index, now),
                Consequence::Demote => self.demote_group(index, now),
            }
        }
        self.arm(index);
    }

    fn arm(&mut self, index: RouterIndex) {
        let Some(router) = self.routers.get_mut(index) else { return };
        let deadline = router.machine.next_deadline();
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
        let mut members = self.companions(index);
        let consents = |machine: &Machine| machine.is_ready() || machine.state() == State::Master;
        if !members.iter().all(|member| self.machine(*member).is_some_and(consents)) {
            return;
        }
        members.push(index);
        for member in members {
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
            if let Some(router) = self.routers.get_mut(index) {
                router.fault = fault;
            }
            let is_started = self.routers.get(index).is_some_and(|router| router.is_started);
            if is_started {
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
        let standing = Standing::judge(base, &router.tracked, |source| {
            self.sources.get(source).map_or(Observation::Unknown, |s| s.observation)
        });
        let priority = router.machine.stance().priority(standing.priority);
        Some(Standing { priority, ..standing })
    }

    /// Tells a machine whether it, or a companion of it, is at fault; or lets it start.
    fn apply_fault(&mut self, index: RouterIndex, standing: &Standing, now: Instant) {
        let companions = self.companions(index);
        let Some(router) = self.routers.get(index) else { return };
        let of_group =
            companions.iter().filter_map(|member| self.routers.get(*member)).find_map(|router| {
                let fault = router.fault.as_ref()?;
                Some(format!("sync group: {}: {fault}", router.machine.settings().name))
            });
        let fault = router.fault.clone().or(of_group);
        let (is_failed, is_started) = (router.is_failed, router.is_started);
        let is_new = match (fault, is_failed) {
            (Some(why), false) => {
                self.mark(index, true, true);
                self.handle(index, Input::Fail(why), now);
                return;
            }
            (None, true) => {
                self.mark(index, false, true);
                self.handle(index, Input::Recover, now);
                return;
            }
            (Some(_), true) => false,
            (None, false) => !is_started && standing.is_known,
        };
        if is_new {
            self.mark(index, false, true);
            if let Some(router) = self.routers.get_mut(index) {
                router.machine.handle(Input::Priority(standing.priority), now);
                router.machine.start(now);
            }
            self.settle(index, now);
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
        Self { machine: Machine::new(settings), tracked: Vec::new() }
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
            | Output::Notice(_)
            | Output::PriorityChanged { .. }
            | Output::Withdraw => Self::None,
        }
    }
}
