//! All services, their servers and their checks as one machine without I/O.
//!
//! It says what to ask and when ([`Monitor::poll_question`]), takes answers, and turns them into the
//! services of an IPVS [table](Monitor::services) and into [`Event`]s. A reload is
//! [`Monitor::configure`] with other plans: what is equal in both is not touched, a dead server stays
//! dead, and an operator's orders stay.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pool::{self, Fallback, Member, Order, PoolRules, Quorum};
use super::schedule::Schedule;
use super::verdict::{Change, Rules, Standing, Verdict};
use super::{Answer, Ask, Question};
use crate::run::ipvs::{Destination, DestinationKey, Service, ServiceKey, ServiceSettings, Table};

mod configure;
mod orders;
mod status;
#[cfg(test)]
mod tests;

pub use orders::{Ordered, Target};
pub use status::{CheckStatus, ServerStatus, ServiceStatus};

/// A service as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePlan {
    /// What it is called in events, and what is the same service over a reload.
    pub id: String,
    /// What the kernel knows it by: several for a group of addresses.
    pub keys: Vec<ServiceKey>,
    /// How it distributes; keys of another family than the granularity's have that of single clients.
    pub settings: ServiceSettings,
    /// When it counts as up. A fallback's port 0 means the service's.
    pub rules: PoolRules,
    /// Its real servers.
    pub members: Vec<MemberPlan>,
}

/// A real server as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPlan {
    /// Where; `None` means the service's port.
    pub address: std::net::IpAddr,
    /// Its port; `None` means the service's.
    pub port: Option<u16>,
    /// How.
    pub destination: Destination,
    /// Whether it stays with weight 0 while it is dead.
    pub quiesces: bool,
    /// Whether it takes traffic before its first answer.
    pub serves_untested: bool,
    /// What is asked of it; all have to succeed. None: it counts as up.
    pub checks: Vec<CheckPlan>,
}

/// A check as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckPlan {
    /// What is asked.
    pub question: Arc<Question>,
    /// How many answers count.
    pub rules: Rules,
    /// Time until the next question after a failure that does not count yet.
    pub retry: Option<Duration>,
    /// Over how long the first questions are spread when nothing waits for the answer.
    pub warmup: Duration,
}

/// Number of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuestionId(u64);

/// What the operator and the hooks are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A failure that does not count yet.
    Failing {
        /// The service's id.
        service: String,
        /// The server.
        server: DestinationKey,
        /// Failures in a row.
        count: u32,
        /// How many it takes.
        of: u32,
        /// What happened.
        cause: String,
    },
    /// A server is down.
    ServerDown {
        /// The service's id.
        service: String,
        /// The server.
        server: DestinationKey,
        /// Why.
        cause: String,
    },
    /// A server is up.
    ServerUp {
        /// The service's id.
        service: String,
        /// The server.
        server: DestinationKey,
        /// What it said.
        reply: String,
    },
    /// A service has too few live servers.
    ServiceDown {
        /// The service's id.
        service: String,
    },
    /// A service has enough live servers.
    ServiceUp {
        /// The service's id.
        service: String,
    },
}

impl Event {
    /// The id of the service that it is about.
    pub fn service(&self) -> &str {
        match self {
            Self::Failing { service, .. }
            | Self::ServerDown { service, .. }
            | Self::ServerUp { service, .. }
            | Self::ServiceDown { service }
            | Self::ServiceUp { service } => service,
        }
    }

    /// The server that it is about.
    pub fn server(&self) -> Option<DestinationKey> {
        match self {
            Self::Failing { server, .. }
            | Self::ServerDown { server, .. }
            | Self::ServerUp { server, .. } => Some(*server),
            Self::ServiceDown { .. } | Self::ServiceUp { .. } => None,
        }
    }

    /// It in one line, unless it changes nothing yet.
    pub fn headline(&self) -> Option<String> {
        match self {
            Self::Failing { .. } => None,
            Self::ServerDown { service, server, cause } => {
                Some(format!("{server} of {service} is down: {cause}"))
            }
            // Its checks were taken away: nobody asked it.
            Self::ServerUp { service, server, reply } if reply.is_empty() => {
                Some(format!("{server} of {service} is up"))
            }
            Self::ServerUp { service, server, reply } => {
                Some(format!("{server} of {service} is up: {reply}"))
            }
            Self::ServiceDown { service } => Some(format!("{service} has too few live servers")),
            Self::ServiceUp { service } => Some(format!("{service} has enough live servers")),
        }
    }
}

/// The machine.
#[derive(Debug)]
pub struct Monitor {
    /// By id.
    services: Vec<Watched>,
    questions: HashMap<QuestionId, Asked>,
    numbers: HashMap<Arc<Question>, QuestionId>,
    schedule: Schedule<QuestionId>,
    maintenance: BTreeSet<String>,
    /// Services whose servers nobody needs now.
    suspended: BTreeSet<String>,
    events: VecDeque<Event>,
    is_changed: bool,
    /// When the next order ends by itself.
    expiry: Option<Instant>,
    last_number: u64,
}

/// Place of a service, and of the member in it: names would have to be compared at every answer.
type Subscriber = (usize, usize);

/// A question and who wants to know.
#[derive(Debug)]
struct Asked {
    question: Arc<Question>,
    subscribers: Vec<Subscriber>,
    last: Option<Answer>,
}

/// What an answer means for one member.
struct Seen {
    /// When to ask again, when it has to be confirmed.
    retry: Option<Duration>,
    /// Whether a verdict or its weight has changed: nothing else can change the service's.
    is_news: bool,
}

/// A service at run time.
#[derive(Debug)]
struct Watched {
    plan: ServicePlan,
    members: Vec<State>,
    quorum: Quorum,
    /// Whether the table that was taken over is on its fallback: it stays there until checks have decided.
    is_on_fallback: bool,
    since: Instant,
}

/// A real server at run time.
#[derive(Debug)]
struct State {
    checks: Vec<(QuestionId, Verdict)>,
    /// What its checks said together when it was last looked at.
    standing: Standing,
    order: Option<Ordered>,
    in_maintenance: bool,
    /// Whether the present configuration brought it.
    is_added: bool,
    since: Instant,
}

impl Monitor {
    /// Nothing to watch yet; at most `most` questions are open at once.
    pub fn new(most: usize, seed: u64) -> Self {
        Self {
            services: Vec::new(),
            questions: HashMap::new(),
            numbers: HashMap::new(),
            schedule: Schedule::new(most, seed),
            maintenance: BTreeSet::new(),
            suspended: BTreeSet::new(),
            events: VecDeque::new(),
            is_changed: false,
            expiry: None,
            last_number: 0,
        }
    }

    /// The next question to ask now; each is answered with [`Monitor::answer`].
    pub fn poll_question(&mut self, now: Instant) -> Option<(QuestionId, &Arc<Question>)> {
        while let Some(id) = self.schedule.poll_start(now) {
            let Some(asked) = self.questions.get(&id) else { continue };
            let is_needed = |(service, _): &Subscriber| {
                let watched = self.services.get(*service);
                watched.is_some_and(|watched| !self.suspended.contains(&watched.plan.id))
            };
            if self.suspended.is_empty() || asked.subscribers.iter().any(is_needed) {
                return self.questions.get(&id).map(|asked| (id, &asked.question));
            }
            let pause = asked.question.interval;
            self.schedule.finished(id, now, pause);
        }
        None
    }

    /// Asks nothing for these services (`ha_suspend`): what was known of their servers stays. Those that
    /// were suspended until now are asked at once.
    pub fn suspend(&mut self, services: BTreeSet<String>, now: Instant) {
        let before = std::mem::replace(&mut self.suspended, services);
        for (id, asked) in &self.questions {
            let wants = asked.subscribers.iter().filter_map(|(place, _)| self.services.get(*place));
            let mut wants = wants.map(|watched| &watched.plan.id);
            if wants.any(|service| before.contains(service) && !self.suspended.contains(service)) {
                self.schedule.hurry(*id, now);
            }
        }
    }

    /// Takes an answer. One to a question that nobody asks any more is ignored, and one that could not be
    /// asked is asked again soon: every server is what it was.
    pub fn answer(&mut self, id: QuestionId, answer: Answer, now: Instant) {
        let Some(asked) = self.questions.get_mut(&id) else { return };
        let interval = asked.question.interval;
        if answer.as_ref().is_err_and(|failure| failure.is_local) {
            self.schedule.finished(id, now, interval.min(AGAIN));
            return;
        }
        let subscribers = std::mem::take(&mut asked.subscribers);
        // Of several the most impatient one counts. One that confirms a failure may take longer than its interval.
        let mut soonest: Option<Duration> = None;
        for (service, place) in &subscribers {
            let Some(seen) = self.observe(*service, *place, id, &answer, now) else { continue };
            let pause = seen.retry.unwrap_or(interval);
            soonest = Some(soonest.map_or(pause, |soonest| soonest.min(pause)));
            if seen.is_news {
                self.settle(*service, now);
            }
        }
        if let Some(asked) = self.questions.get_mut(&id) {
            asked.subscribers = subscribers;
            asked.last = Some(answer);
        }
        self.schedule.finished(id, now, soonest.unwrap_or(interval));
    }

    /// Lets orders expire; harmless when nothing is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.expiry.is_some_and(|at| at <= now) {
            self.expire_orders(now);
        }
    }

    /// When [`Monitor::poll_question`] or [`Monitor::handle_timeout`] is of use.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.schedule.next_deadline().into_iter().chain(self.expiry).min()
    }

    /// The next thing to tell.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Whether [`Monitor::services`] may have changed since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.is_changed)
    }

    /// The services as they should stand in the kernel's table.
    pub fn services(&self) -> BTreeMap<ServiceKey, Service> {
        let mut table = BTreeMap::new();
        for watched in &self.services {
            for key in &watched.plan.keys {
                let mut settings = watched.plan.settings.clone();
                settings.granularity = settings.granularity.within(key.family());
                let service = Service { settings, destinations: watched.destinations(*key) };
                table.insert(*key, service);
            }
        }
        table
    }

    /// Whether a question is still asked.
    pub fn knows(&self, id: QuestionId) -> bool {
        self.questions.contains_key(&id)
    }

    /// Questions that are open.
    pub fn running(&self) -> usize {
        self.schedule.running()
    }

    /// One check of one member.
    fn observe(
        &mut self,
        service: usize,
        place: usize,
        id: QuestionId,
        answer: &Answer,
        now: Instant,
    ) -> Option<Seen> {
        let watched = self.services.get_mut(service)?;
        let plan = watched.plan.members.get(place)?;
        let state = watched.members.get_mut(place)?;
        let mut seen = Seen { retry: None, is_news: false };
        for ((number, verdict), check) in state.checks.iter_mut().zip(&plan.checks) {
            if *number != id {
                continue;
            }
            let weight = verdict.weight();
            let change = verdict.observe(answer, now);
            let is_reweighted = verdict.weight() != weight;
            self.is_changed |= is_reweighted;
            seen.is_news |= is_reweighted || matches!(change, Change::WentDown | Change::WentUp);
            if let Change::Soft(count) = change {
                self.events.push_back(Event::Failing {
                    service: watched.plan.id.clone(),
                    server: plan.key(watched.plan.port()),
                    count,
                    of: check.rules.fall.get(),
                    cause: verdict.reply().unwrap_or_default().to_owned(),
                });
            }
            if verdict.is_confirming() {
                seen.retry = check.retry;
            }
        }
        Some(seen)
    }

    /// Draws the conclusions for a service after something in it may have changed.
    fn settle(&mut self, service: usize, now: Instant) {
        let Some(watched) = self.services.get_mut(service) else { return };
        let port = watched.plan.port();
        for (state, plan) in watched.members.iter_mut().zip(&watched.plan.members) {
            let standing = state.judge();
            if standing == state.standing {
                continue;
            }
            state.standing = standing;
            state.since = now;
            self.is_changed = true;
            let (service, server) = (watched.plan.id.clone(), plan.key(port));
            self.events.extend(match standing {
                Standing::Down => Some(Event::ServerDown { service, server, cause: state.cause() }),
                Standing::Up => Some(Event::ServerUp { service, server, reply: state.reply() }),
                Standing::Untested => None,
            });
        }
        let quorum = watched.quorum.next(&watched.plan.rules, &watched.view(port));
        if quorum != watched.quorum {
            watched.quorum = quorum;
            watched.since = now;
            self.is_changed = true;
            let service = watched.plan.id.clone();
            self.events.extend(match quorum {
                Quorum::Down => Some(Event::ServiceDown { service }),
                Quorum::Up => Some(Event::ServiceUp { service }),
                Quorum::Unknown => None,
            });
        }
    }
}

impl ServicePlan {
    /// The fallback as it stands in one of its services: without a port of its own it has the service's.
    fn fallback_in(&self, key: &ServiceKey) -> Option<Fallback> {
        let mut fallback = self.rules.fallback?;
        if fallback.key.port == 0 {
            fallback.key.port = key.port();
        }
        Some(fallback)
    }

    /// Port of servers that state none, for names: the first key's.
    fn port(&self) -> u16 {
        self.keys.first().map_or(0, ServiceKey::port)
    }
}

impl MemberPlan {
    /// Its key in a service with this port.
    fn key(&self, port: u16) -> DestinationKey {
        DestinationKey { address: self.address, port: self.port.unwrap_or(port) }
    }
}

impl Watched {
    fn destinations(&self, key: ServiceKey) -> BTreeMap<DestinationKey, Destination> {
        let rules = PoolRules { fallback: self.plan.fallback_in(&key), ..self.plan.rules.clone() };
        // Not the quorum itself: who follows the service would be told of what nobody has asked yet.
        let quorum = match self.quorum {
            Quorum::Unknown if self.is_on_fallback => Quorum::Down,
            quorum => quorum,
        };
        pool::destinations(&rules, quorum, &self.view(key.port()))
    }

    /// The members as the pool sees them.
    fn view(&self, port: u16) -> Vec<Member> {
        let pairs = self.plan.members.iter().zip(&self.members);
        pairs
            .map(|(plan, state)| Member {
                key: plan.key(port),
                destination: plan.destination,
                quiesces: plan.quiesces,
                serves_untested: plan.serves_untested,
                standing: state.standing,
                more: state.difference(plan.destination.weight),
                order: state.order(),
            })
            .collect()
    }
}

impl State {
    /// What its checks add to its weight: as with keepalived the differences of all of them.
    fn difference(&self, configured: u32) -> i64 {
        let wanted = self.checks.iter().filter_map(|(_, verdict)| verdict.weight());
        wanted.fold(0, |sum: i64, change| sum.saturating_add(change.difference(configured)))
    }

    /// What its checks say together.
    fn judge(&self) -> Standing {
        pool::together(self.checks.iter().map(|(_, verdict)| verdict.standing()))
    }

    /// A maintenance file disables, whatever else was ordered.
    fn order(&self) -> Option<Order> {
        if self.in_maintenance {
            return Some(Order::Disable);
        }
        self.order.as_ref().map(|ordered| ordered.order)
    }

    /// Why it is down.
    fn cause(&self) -> String {
        let down = self.checks.iter().find(|(_, verdict)| verdict.standing() == Standing::Down);
        down.and_then(|(_, verdict)| verdict.reply()).unwrap_or("not answering").to_owned()
    }

    /// What it said last.
    fn reply(&self) -> String {
        let said = self.checks.iter().find_map(|(_, verdict)| verdict.reply());
        said.unwrap_or_default().to_owned()
    }
}

/// Until a question that could not be asked is asked again.
const AGAIN: Duration = Duration::from_secs(1);
