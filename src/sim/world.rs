//! Directors on one link, and what happens to them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

use super::Random;
use crate::run::vrrp::packet::{GROUP_V4, GROUP_V6, HOP_LIMIT};
use crate::run::vrrp::{
    Advertisement, ChecksumCustom, Director, Envelope, Family, Group, Input, Machine, Member,
    Observation, Output, RouterIndex, Settings, Source, Stance, State, Tracked, Transition,
};

/// A director before its start.
#[derive(Clone, Debug)]
pub struct NodeSpec {
    /// Its name.
    pub name: String,
    /// Its routers; the same number on every node is not needed, the VRID is what counts.
    pub routers: Vec<Settings>,
    /// Its sync groups.
    pub groups: Vec<Group>,
    /// How it makes checksums.
    pub custom: ChecksumCustom,
    /// Weight of a script that all its routers track; 0 without one.
    pub script_weight: i16,
}

/// Settings that a reload may bring without an agreement among directors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Of all routers of the node.
    pub priority: u8,
    /// Whether they take over from a worse master.
    pub preempt: bool,
    /// How long they wait with that.
    pub preempt_delay: Duration,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// One node does not hear another one any more.
    Cut {
        /// Who is not heard.
        from: usize,
        /// Who does not hear.
        to: usize,
    },
    /// It hears it again.
    Mend {
        /// Who is heard.
        from: usize,
        /// Who hears.
        to: usize,
    },
    /// The process ends without a word; its addresses stay where they are.
    Kill(usize),
    /// The machine ends without a word, and its addresses with it.
    Crash(usize),
    /// The process starts.
    Start(usize),
    /// The process is told to stop.
    Stop(usize),
    /// The interface of a node fails.
    LinkDown(usize),
    /// It works again.
    LinkUp(usize),
    /// A process gets no time; packets wait for it.
    Pause(usize, Duration),
    /// The clock of a node goes back, for one reading.
    ClockBack(usize),
    /// The configuration is read again, and is the same.
    Reload(usize),
    /// The configuration was changed, and is read again by a process that runs.
    Reconfigure(usize, Change),
    /// The script that routers track tells this.
    Script(usize, Observation),
    /// An operator wants this of all routers.
    Order(usize, Stance),
    /// So many packets in a hundred are lost, and so many are doubled, from now on.
    Noise {
        /// Lost packets in a hundred.
        loss: u8,
        /// Doubled packets in a hundred.
        duplication: u8,
    },
}

/// Something that was done, for invariants and people.
#[derive(Clone, Debug)]
pub struct Record {
    /// When.
    pub at: Duration,
    /// On which node.
    pub node: usize,
    /// For which of its routers.
    pub router: RouterIndex,
    /// What.
    pub output: Output,
}

/// A node at run time.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it was made of.
    pub spec: NodeSpec,
    /// Its process; `None` while it does not run.
    pub director: Option<Director>,
    /// Its address.
    pub address: IpAddr,
    /// Routers whose addresses are on its interface.
    pub holds: BTreeSet<RouterIndex>,
    /// No turn before.
    pub paused_until: Duration,
    /// Whether its interface works.
    pub link: bool,
    /// What its script told last: it is asked whether the daemon runs or not.
    pub script: Observation,
    waiting: Vec<(RouterIndex, Input)>,
    clock_is_back: bool,
}

/// Everything, at one moment.
#[derive(Clone, Debug)]
pub struct World {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Pairs that do not hear each other: who is not heard, who does not hear.
    pub cuts: BTreeSet<(usize, usize)>,
    /// Virtual time since the beginning.
    pub now: Duration,
    /// What was done in the last step.
    pub records: Vec<Record>,
    /// Who had a turn in the last step and was not done with what was due.
    pub overdue: Option<usize>,
    /// When the network or a node was disturbed last.
    pub disturbed: Duration,
    /// Lost packets in a hundred.
    pub loss: u8,
    duplication: u8,
    agenda: BTreeMap<(Duration, u64), Event>,
    sequence: u64,
    zero: Instant,
    random: Random,
}

#[derive(Clone, Debug)]
enum Event {
    Act(Action),
    Deliver { from: usize, to: usize, message: Vec<u8>, destination: IpAddr },
}

impl World {
    /// Nodes that do not run yet.
    pub fn new(specs: Vec<NodeSpec>, seed: u64) -> Self {
        let nodes = (1..).zip(specs).map(|(number, spec)| {
            let is_ipv6 = spec.routers.first().is_some_and(|r| r.family == Family::V6);
            let address = match is_ipv6 {
                true => IpAddr::V6(std::net::Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, number)),
                // Nodes are few.
                false => {
                    IpAddr::V4(Ipv4Addr::new(10, 0, 0, u8::try_from(number).unwrap_or(u8::MAX)))
                }
            };
            Node {
                spec,
                director: None,
                address,
                holds: BTreeSet::new(),
                paused_until: Duration::ZERO,
                link: true,
                script: Observation::Up,
                waiting: Vec::new(),
                clock_is_back: false,
            }
        });
        Self {
            nodes: nodes.collect(),
            cuts: BTreeSet::new(),
            now: Duration::ZERO,
            records: Vec::new(),
            overdue: None,
            disturbed: Duration::ZERO,
            loss: 0,
            duplication: 0,
            agenda: BTreeMap::new(),
            sequence: 0,
            zero: Instant::now(),
            random: Random::new(seed),
        }
    }

    /// Plans something.
    pub fn plan(&mut self, at: Duration, action: Action) {
        self.sequence += 1;
        self.agenda.insert((at.max(self.now), self.sequence), Event::Act(action));
    }

    /// Goes to the next moment at which something happens, and does it; false when nothing does
    /// until `end`.
    pub fn step(&mut self, end: Duration) -> bool {
        self.records.clear();
        self.overdue = None;
        let event = self.agenda.first_key_value().map(|((at, _), _)| *at);
        let timer = (0..self.nodes.len()).filter_map(|node| Some((self.due(node)?, node))).min();
        match (event, timer) {
            // Packets before timers, as the daemon reads its sockets first.
            (Some(at), timer) if at <= end && timer.is_none_or(|(due, _)| at <= due) => {
                self.now = self.now.max(at);
                if let Some((_, event)) = self.agenda.pop_first() {
                    self.happen(event);
                }
                true
            }
            (_, Some((due, node))) if due <= end => {
                self.now = self.now.max(due);
                self.turn(node);
                true
            }
            (Some(_) | None, Some(_) | None) => {
                self.now = end;
                false
            }
        }
    }

    /// A machine.
    pub fn machine(&self, node: usize, router: RouterIndex) -> Option<&Machine> {
        self.nodes.get(node)?.director.as_ref()?.machine(router)
    }

    /// Whether a packet of one node can reach the other now.
    pub fn hears(&self, to: usize, from: usize) -> bool {
        let works = |node: usize| self.nodes.get(node).is_some_and(|node| node.link);
        works(from) && works(to) && !self.cuts.contains(&(from, to))
    }

    /// The instant that a node reads from its clock.
    fn clock(&mut self, node: usize) -> Instant {
        let now = self.zero + HOUR + self.now;
        let Some(node) = self.nodes.get_mut(node) else { return now };
        if std::mem::take(&mut node.clock_is_back) { now - HOUR } else { now }
    }

    /// When a node has something to do.
    fn due(&self, node: usize) -> Option<Duration> {
        let node = self.nodes.get(node)?;
        let deadline = node.director.as_ref()?.next_deadline();
        let deadline = deadline.map(|at| at.saturating_duration_since(self.zero + HOUR));
        let waiting = (!node.waiting.is_empty()).then_some(Duration::ZERO);
        let due = deadline.into_iter().chain(waiting).min()?;
        Some(due.max(node.paused_until).max(self.now))
    }

    /// Packets that waited, then timers: the order of the daemon's turn.
    fn turn(&mut self, number: usize) {
        let now = self.clock(number);
        let Some(node) = self.nodes.get_mut(number) else { return };
        let waiting = std::mem::take(&mut node.waiting);
        if let Some(director) = node.director.as_mut() {
            for (router, input) in waiting {
                director.handle(router, input, now);
            }
            director.handle_timeout(now);
        }
        self.carry_out(number);
        let director = self.nodes.get(number).and_then(|node| node.director.as_ref());
        let deadline = director.and_then(Director::next_deadline);
        self.overdue = deadline.is_some_and(|at| at <= now).then_some(number);
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Act(action) => self.act(action),
            Event::Deliver { from, to, message, destination } => {
                self.deliver(from, to, &message, destination);
            }
        }
    }

    fn act(&mut self, action: Action) {
        if !matches!(action, Action::Reload(_) | Action::ClockBack(_)) {
            self.disturbed = self.now;
        }
        match action {
            Action::Cut { from, to } => {
                self.cuts.insert((from, to));
            }
            Action::Mend { from, to } => {
                self.cuts.remove(&(from, to));
            }
            Action::Kill(node) => self.end(node, false),
            Action::Crash(node) => self.end(node, true),
            Action::Start(node) => self.start(node),
            Action::Stop(number) => {
                let now = self.clock(number);
                let running = self.nodes.get_mut(number).and_then(|node| node.director.as_mut());
                if let Some(director) = running {
                    director.stop(now);
                    self.carry_out(number);
                    self.end(number, true);
                }
            }
            Action::LinkDown(number) => self.set_link(number, false),
            Action::LinkUp(number) => self.set_link(number, true),
            Action::Pause(number, time) => {
                let until = self.now + time;
                if let Some(node) = self.nodes.get_mut(number) {
                    node.paused_until = node.paused_until.max(until);
                    self.disturbed = self.disturbed.max(until);
                }
            }
            Action::ClockBack(number) => {
                if let Some(node) = self.nodes.get_mut(number) {
                    node.clock_is_back = true;
                }
            }
            Action::Reload(number) => self.reload(number),
            Action::Reconfigure(number, Change { priority, preempt, preempt_delay }) => {
                let node = self.nodes.get_mut(number);
                for router in node.into_iter().flat_map(|node| &mut node.spec.routers) {
                    (router.priority, router.preempt) = (priority, preempt);
                    router.preempt_delay = preempt_delay;
                }
                self.reload(number);
            }
            Action::Script(number, observation) => {
                if let Some(node) = self.nodes.get_mut(number) {
                    node.script = observation;
                    self.observe(number, SCRIPT, observation);
                }
            }
            Action::Order(number, stance) => {
                let now = self.clock(number);
                if let Some(node) = self.nodes.get_mut(number) {
                    for router in 0..node.spec.routers.len() {
                        if let Some(director) = node.director.as_mut() {
                            director.order(router, stance, now);
                        }
                    }
                    self.carry_out(number);
                }
            }
            Action::Noise { loss, duplication } => {
                (self.loss, self.duplication) = (loss, duplication);
            }
        }
    }

    fn start(&mut self, number: usize) {
        let now = self.clock(number);
        let Some(node) = self.nodes.get_mut(number).filter(|node| node.director.is_none()) else {
            return;
        };
        let members =
            node.spec.routers.iter().map(|settings| {
                Member::resumed(Machine::new(settings.clone()), node.spec.tracked())
            });
        let link = if node.link { Observation::Up } else { Observation::Down };
        let source = |name: &str, observation, is_urgent| Source {
            name: name.to_owned(),
            observation,
            is_urgent,
        };
        // In the order of their numbers.
        let sources = vec![source("interface", link, true), source("script", node.script, false)];
        let mut director = Director::new(members.collect(), node.spec.groups.clone(), sources);
        let families = node.spec.routers.iter().map(|settings| settings.family);
        for (router, family) in families.enumerate() {
            director.handle(router, Input::Source(Some(address_of(node.address, family))), now);
            // A process that was killed has left them.
            if node.holds.contains(&router) {
                director.adopt(router);
            }
        }
        director.start(now);
        node.director = Some(director);
        node.waiting.clear();
        self.carry_out(number);
    }

    fn end(&mut self, number: usize, takes_addresses: bool) {
        let Some(node) = self.nodes.get_mut(number) else { return };
        node.director = None;
        node.waiting.clear();
        if takes_addresses {
            node.holds.clear();
        }
    }

    fn set_link(&mut self, number: usize, works: bool) {
        let Some(node) = self.nodes.get_mut(number) else { return };
        node.link = works;
        self.observe(number, INTERFACE, if works { Observation::Up } else { Observation::Down });
    }

    fn observe(&mut self, number: usize, source: usize, observation: Observation) {
        let now = self.clock(number);
        let Some(node) = self.nodes.get_mut(number) else { return };
        if let Some(director) = node.director.as_mut() {
            director.observe(source, observation, now);
        }
        self.carry_out(number);
    }

    /// As the daemon does it: machines move into a new director.
    fn reload(&mut self, number: usize) {
        let now = self.clock(number);
        let Some(node) = self.nodes.get_mut(number) else { return };
        let Some(director) = node.director.take() else { return };
        let sources = director.sources().to_vec();
        let machines = director.into_machines().into_iter().zip(&node.spec.routers);
        let members = machines.map(|(mut machine, settings)| {
            machine.reconfigure(settings.clone(), now);
            Member::resumed(machine, node.spec.tracked())
        });
        let mut director = Director::new(members.collect(), node.spec.groups.clone(), sources);
        director.start(now);
        node.director = Some(director);
        self.carry_out(number);
    }

    fn deliver(&mut self, from: usize, to: usize, message: &[u8], destination: IpAddr) {
        if !self.hears(to, from) {
            return;
        }
        let family = if destination.is_ipv4() { Family::V4 } else { Family::V6 };
        let Some(source) = self.nodes.get(from).map(|node| address_of(node.address, family)) else {
            return;
        };
        let now = self.clock(to);
        let is_paused = self.nodes.get(to).is_some_and(|node| node.paused_until > self.now);
        let Some(node) = self.nodes.get_mut(to) else { return };
        let envelope = Envelope { source, destination, hop_limit: HOP_LIMIT };
        let Ok((advertisement, custom)) = Advertisement::decode(message, &envelope, HOP_LIMIT)
        else {
            return;
        };
        let id = advertisement.virtual_router_id;
        let router = node.spec.routers.iter().position(|r| r.virtual_router_id == id);
        let (Some(router), Some(director)) = (router, node.director.as_mut()) else { return };
        let input = Input::Advertisement { source, advertisement, custom };
        if is_paused {
            node.waiting.push((router, input));
            return;
        }
        director.handle(router, input, now);
        self.carry_out(to);
    }

    /// What the daemon's worker does with outputs.
    fn carry_out(&mut self, number: usize) {
        loop {
            let Some(node) = self.nodes.get_mut(number) else { return };
            let Some(director) = node.director.as_mut() else { return };
            let Some((router, output)) = director.poll_output() else { return };
            match &output {
                Output::Advertise { priority } => {
                    let message = director.machine(router).map(|machine| {
                        let destination = match machine.settings().family {
                            Family::V4 => IpAddr::V4(GROUP_V4),
                            Family::V6 => IpAddr::V6(GROUP_V6),
                        };
                        let advertisement = machine.advertisement(*priority);
                        let custom = node.spec.custom;
                        let source = address_of(node.address, machine.settings().family);
                        (advertisement.encode(source, destination, custom), destination)
                    });
                    if let Some((message, destination)) = message {
                        self.send(number, &message, destination);
                    }
                }
                Output::Changed(Transition { to: State::Master, .. }) => {
                    node.holds.insert(router);
                }
                Output::Changed(Transition { from: State::Master, .. }) | Output::Withdraw => {
                    node.holds.remove(&router);
                }
                Output::Announce(_)
                | Output::Changed(_)
                | Output::Leaving(_)
                | Output::Notice(_)
                | Output::PriorityChanged { .. }
                | Output::Ready => {}
            }
            self.records.push(Record { at: self.now, node: number, router, output });
        }
    }

    /// To everybody else, with what the network does to packets.
    fn send(&mut self, from: usize, message: &[u8], destination: IpAddr) {
        for to in (0..self.nodes.len()).filter(|to| *to != from) {
            let copies = 1 + u8::from(self.random.percent(self.duplication));
            for _ in 0..copies {
                if self.random.percent(self.loss) {
                    continue;
                }
                // Different delays reorder.
                let at = self.now + self.random.time(LONGEST_DELAY);
                self.sequence += 1;
                let message = message.to_vec();
                let event = Event::Deliver { from, to, message, destination };
                self.agenda.insert((at, self.sequence), event);
            }
        }
    }
}

impl NodeSpec {
    /// What each of its routers depends on.
    fn tracked(&self) -> Vec<Tracked> {
        let on = |source, weight| Tracked { source, weight, reverse: false };
        let script = (self.script_weight != 0).then(|| on(SCRIPT, self.script_weight));
        [on(INTERFACE, 0)].into_iter().chain(script).collect()
    }
}

/// The address of a node in a family. Those of IPv6 are link-local ones with the same last byte, so that
/// they are in the same order.
fn address_of(node: IpAddr, family: Family) -> IpAddr {
    match (family, node) {
        (Family::V6, IpAddr::V4(address)) => {
            let [.., last] = address.octets();
            IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, last.into()))
        }
        (_, address) => address,
    }
}

/// How long a packet takes at most.
pub(super) const LONGEST_DELAY: Duration = Duration::from_millis(2);

/// Numbers of what is observed.
const INTERFACE: usize = 0;
const SCRIPT: usize = 1;

/// Clocks begin here, so that they can go back.
const HOUR: Duration = Duration::from_secs(3600);
