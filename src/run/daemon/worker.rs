//! The thread that speaks VRRP.
//!
//! One turn of its loop: read all packets, do what is due, send advertisements, and only then a
//! slice of what can wait: addresses and routes in the kernel, announcements. A turn with work left does not
//! sleep, but packets and timers come first again.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::net::IpAddr;
use std::time::Instant;

use tokio::sync::mpsc;

use super::Plan;
use super::kernel::{Consequences, Interest, Kernel};
use super::plan::{PlannedAddress, RouterPlan, Transport};
use super::ports::{Port, Receivers};
use super::report::{Order, Report, Reporter, ResourceNews};
use crate::run::net::addresses::LinkAddress;
use crate::run::net::alarm::Alarm;
use crate::run::net::frames::FrameSocket;
use crate::run::net::netlink::{BATCH, Events, Link, Netlink};
use crate::run::net::objects::{Object, Step};
use crate::run::net::readiness::Watched;
use crate::run::net::routes::Route;
use crate::run::net::rules::Rule;
use crate::run::vrrp::packet::HOP_LIMIT;
use crate::run::vrrp::{
    Advertisement, Announcer, Departure, Director, Envelope, Family, Group, Input, Machine, Member,
    Observation, Output, Reason, RouterIndex, Source, State,
};

mod announcements;
mod announcing;
mod changes;
mod groups;
mod links;
mod news;
mod objects;
mod owned;
mod paths;
mod reload;
mod rereading;
mod turn;
mod unopened;
mod untold;
mod virtual_links;

/// Everything the thread holds.
pub(super) struct Worker {
    plan: Plan,
    director: Director,
    announcements: announcements::Announcements,
    /// One for each router; `None` while its interface is not usable.
    ports: Vec<Option<Port>>,
    /// The further paths of each router, in their order.
    further: Vec<Vec<Option<Port>>>,
    paths: paths::Paths,
    receivers: Receivers,
    /// Who was told of as no peer of a router.
    strangers: HashSet<(RouterIndex, IpAddr)>,
    unopened: unopened::Unopened,
    rereading: rereading::Rereading,
    /// Which router a packet is for.
    index: HashMap<(u32, u8, Family), RouterIndex>,
    kernel: Kernel,
    netlink: Netlink,
    events: Watched<Events>,
    /// What the kernel told and nobody has looked at.
    news: Consequences,
    followed: news::Followed,
    frames: FrameSocket,
    /// Changes of the kernel's addresses, routes and rules that were not made yet.
    changes: changes::Changes,
    /// Whether they have to be planned again.
    is_dirty: bool,
    /// Whether nothing is to be left, also not what stays as long as the daemon.
    is_ending: bool,
    /// Whether changes of routes are told by the kernel.
    hears_routes: bool,
    /// Addresses that move between directors.
    moving: HashSet<IpAddr>,
    owned: owned::Owned,
    virtual_links: virtual_links::VirtualLinks,
    reporter: Reporter,
    orders: mpsc::UnboundedReceiver<Order>,
    alarm: Alarm,
    buffer: Vec<u8>,
    started: Instant,
    told_groups: groups::ToldGroups,
    untold: untold::Untold,
    leaving: Option<reload::Leaving>,
}

impl Worker {
    /// Opens all sockets and reads the kernel's state; needs a tokio runtime.
    ///
    /// # Errors
    /// When the kernel does not give what is needed.
    pub(super) fn new(
        plan: Plan,
        reporter: Reporter,
        orders: mpsc::UnboundedReceiver<Order>,
    ) -> io::Result<Self> {
        // Events first: what changes between reading and listening would be missed.
        let events = Watched::new(Events::open()?)?;
        let mut netlink = Netlink::open()?;
        let kernel = Kernel::read(&mut netlink)?;
        let mut worker = Self {
            director: Director::default(),
            announcements: announcements::Announcements::default(),
            ports: Vec::new(),
            further: Vec::new(),
            paths: paths::Paths::default(),
            receivers: Receivers::default(),
            strangers: HashSet::new(),
            unopened: unopened::Unopened::default(),
            rereading: rereading::Rereading::default(),
            index: HashMap::new(),
            kernel,
            netlink,
            events,
            news: Consequences::default(),
            followed: news::Followed::default(),
            frames: FrameSocket::open()?,
            changes: changes::Changes::default(),
            is_dirty: true,
            is_ending: false,
            hears_routes: false,
            moving: HashSet::new(),
            owned: owned::Owned::default(),
            virtual_links: virtual_links::VirtualLinks::default(),
            reporter,
            orders,
            alarm: Alarm::new()?,
            buffer: vec![0; LONGEST_PACKET],
            started: Instant::now(),
            told_groups: groups::ToldGroups::default(),
            untold: untold::Untold::default(),
            leaving: None,
            plan: Plan::default(),
        };
        let lives = plan.routers.iter().map(Life::new).collect();
        worker.install(plan, lives);
        worker.adopt();
        Ok(worker)
    }

    /// Runs until [`Order::Stop`] is carried out, or until nobody gives orders any more.
    pub(super) async fn run(mut self) {
        self.director.start(Instant::now());
        loop {
            // There may be packets each time that it would sleep. What an order brings is carried out by the
            // turn behind it: a router at fault has no deadline that would wake it for that.
            let is_alone = self.obey_some();
            let is_busy = self.turn();
            self.tell_who_left();
            if is_alone || self.director.has_stopped() {
                break;
            }
            match self.wait(is_busy).await {
                turn::Wake::Order(None) => break,
                turn::Wake::Order(Some(order)) => self.obey(order),
                turn::Wake::News | turn::Wake::Time => {}
            }
        }
        self.end();
    }

    /// Does what was ordered meanwhile; true if nobody gives orders any more.
    fn obey_some(&mut self) -> bool {
        for _ in 0..MOST_ORDERS {
            match self.orders.try_recv() {
                Ok(order) => self.obey(order),
                Err(error) => return error == mpsc::error::TryRecvError::Disconnected,
            }
        }
        false
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Observe { source, observation } => {
                self.director.observe(source, observation, Instant::now());
            }
            Order::Leave { routers, done } => self.leave(&routers, done),
            Order::Reload { plan, done } => {
                self.reload(*plan);
                // Who asked may have gone.
                let _ = done.send(());
            }
            Order::Resources { router, news } => self.follow_resources(&router, news),
            Order::Stance { stance, mut routers, done } => {
                routers.retain(|name| {
                    let mut known = self.plan.routers.iter();
                    let number = known.position(|router| router.settings.name == *name);
                    number.is_some_and(|number| {
                        self.director.order(number, stance, Instant::now());
                        true
                    })
                });
                // Who asked may have gone.
                let _ = done.send(routers);
            }
            Order::Status(asked) => {
                let status =
                    super::status::status(&self.plan, &self.director, self.started, Instant::now());
                let _ = asked.send(status);
            }
            Order::Stop => self.director.stop(Instant::now()),
        }
    }

    fn follow_resources(&mut self, name: &str, news: ResourceNews) {
        let now = Instant::now();
        let mut routers = (0..).zip(&self.plan.routers);
        let found = routers.find(|(_, router)| router.settings.name == name);
        let Some((index, router)) = found else { return };
        let observation = match news {
            ResourceNews::Able => Observation::Up,
            ResourceNews::Failed => Observation::Down,
            ResourceNews::Stopped => return self.director.cleared(index, now),
        };
        if let Some(source) = router.resource_source {
            self.director.observe(source, observation, now);
        }
    }

    /// Gives everything up and leaves nothing behind.
    fn end(&mut self) {
        // Nobody is there any more who could stop anything.
        self.director.stop_at_once(Instant::now());
        self.carry_out();
        self.is_ending = true;
        self.take_away_everything();
        self.virtual_links.remove_all(&mut self.netlink, &mut self.reporter);
        self.tell_changes(true);
    }

    /// Nobody will be there to repair what is left: what the kernel did not answer to is tried again.
    fn take_away_everything(&mut self) {
        for _ in 0..LAST_ATTEMPTS {
            self.is_dirty = true;
            while self.change_objects() {}
            if self.changes.is_empty() {
                return;
            }
            let result = self.kernel.refresh(&mut self.netlink);
            self.check_reading("reading what is left", result);
        }
        for step in self.changes.left() {
            let (object, why) = (step.object().clone(), NO_ANSWER.to_owned());
            self.reporter.tell(Report::ObjectRefused { object, why });
        }
    }

    /// Takes a plan, and what each of its routers brings along.
    fn install(&mut self, plan: Plan, lives: Vec<Life>) {
        let mut announcers = Vec::new();
        let members = plan.routers.iter().zip(lives).map(|(router, life)| {
            announcers.push(life.announcer);
            Member {
                machine: life.machine,
                tracked: router.tracked.clone(),
                has_resources: !router.resources.is_empty(),
                departure: life.departure,
            }
        });
        let members = members.collect();
        let groups = plan
            .groups
            .iter()
            .map(|group| Group { name: group.name.clone(), members: group.members.clone() });
        let sources = plan.sources.iter().map(|source| Source {
            name: source.name(),
            observation: Observation::Unknown,
            is_urgent: source.is_urgent(),
        });
        self.told_groups.follow(&plan);
        self.director = Director::new(members, groups.collect(), sources.collect());
        self.announcements = announcements::Announcements::new(announcers, Instant::now());
        self.ports = plan.routers.iter().map(|_| None).collect();
        let none = |router: &RouterPlan| router.paths.iter().map(|_| None).collect();
        self.further = plan.routers.iter().map(none).collect();
        self.followed = news::Followed::of(&plan);
        self.strangers.clear();
        self.plan = plan;
        self.is_dirty = true;
        self.look_at_routes();
        self.refresh_links();
    }

    /// Looks at the routes and rules of the plan, and only when it has some.
    fn look_at_routes(&mut self) {
        let interest = Interest::in_objects(&self.all_objects());
        if !interest.is_empty() && !self.hears_routes {
            let result = self.events.socket().follow_routes();
            self.hears_routes = result.is_ok();
            self.reporter.check("listening to routes", result);
        }
        let result = self.kernel.look_at(interest, &mut self.netlink);
        self.check_reading("reading routes", result);
    }

    /// Tells of a reading that failed, and repeats it: whatever was missed is not told again.
    fn check_reading(&mut self, what: &str, result: io::Result<()>) {
        if result.is_ok() {
            return;
        }
        self.changes.doubt();
        if self.rereading.failed(Instant::now()) {
            self.reporter.check(what, result);
        }
    }

    /// A process that was killed left its addresses: they stay where they are for now.
    fn adopt(&mut self) {
        for index in 0..self.plan.routers.len() {
            let Some(mut wanted) = self.addresses_of(index) else { continue };
            // What an owner was given was not left by anybody.
            wanted.retain(|object| !self.is_given(object));
            let found = self.found(&wanted);
            let places: HashSet<_> = found.iter().filter_map(owned::place_of).collect();
            let mut wanted = wanted.iter().filter_map(owned::place_of).peekable();
            if wanted.peek().is_none() || !wanted.all(|place| places.contains(&place)) {
                continue;
            }
            self.director.adopt(index);
            for object in found {
                if let Object::Address(address) = object {
                    self.owned.put(address);
                }
            }
        }
    }

    /// The addresses of a router on their links; `None` if a link is missing.
    fn addresses_of(&self, index: RouterIndex) -> Option<BTreeSet<Object>> {
        let router = self.plan.routers.get(index)?;
        let places = router.addresses.iter().map(|address| self.place(router, address));
        places.map(|place| place.map(Object::Address)).collect()
    }

    /// What a router holds while it is master, as far as its links are there.
    fn objects_of<'a>(&'a self, router: &'a RouterPlan) -> impl Iterator<Item = Object> + 'a {
        let places = router.addresses.iter().filter_map(|address| self.place(router, address));
        places.map(Object::Address).chain(self.routing(&router.routes, &router.rules))
    }

    /// What is there as long as the daemon.
    fn fixed_objects(&self) -> impl Iterator<Item = Object> + '_ {
        let fixed = &self.plan.fixed;
        let places = fixed.addresses.iter().filter_map(|planned| {
            let link = self.kernel.link(planned.interface.as_deref()?)?.index;
            Some(planned.on(link))
        });
        places.map(Object::Address).chain(self.routing(&fixed.routes, &fixed.rules))
    }

    fn routing<'a>(
        &'a self,
        routes: &'a [Route],
        rules: &'a [Rule],
    ) -> impl Iterator<Item = Object> + 'a {
        let routes = routes.iter().cloned().map(Object::Route);
        routes.chain(rules.iter().cloned().map(Object::Rule))
    }

    /// Everything that this daemon may put into the kernel and take out again.
    fn all_objects(&self) -> BTreeSet<Object> {
        let routers = self.plan.routers.iter().flat_map(|router| self.objects_of(router));
        let moving = routers.filter(|object| !self.is_given(object));
        moving.chain(self.fixed_objects()).collect()
    }

    /// Where an address belongs.
    fn place(&self, router: &RouterPlan, planned: &PlannedAddress) -> Option<LinkAddress> {
        // An address on another interface than the router's stays there.
        let other = planned.interface.as_deref().filter(|name| *name != router.interface);
        let link = match (other, &router.virtual_link) {
            (Some(other), _) => self.kernel.link(other),
            (None, Some(_)) => self.virtual_links.own(router, &self.kernel),
            (None, None) => self.kernel.link(&router.interface),
        };
        Some(planned.on(link?.index))
    }
}

/// What a router is at a moment, whatever it is to become.
struct Life {
    machine: Machine,
    departure: Departure,
    announcer: Announcer,
}

impl Life {
    /// Of a router that was not there before.
    fn new(router: &RouterPlan) -> Self {
        Self {
            machine: Machine::new(router.settings.clone()),
            departure: Departure::default(),
            announcer: Announcer::new(router.schedule.clone(), router.addresses.len()),
        }
    }
}

/// Rounds at the end in which what the kernel did not answer to is taken away again.
const LAST_ATTEMPTS: usize = 3;
const NO_ANSWER: &str = "the kernel does not answer, and it may be left behind";

/// Orders in a turn: a flood of packets must not keep the daemon from stopping.
const MOST_ORDERS: usize = 64;

/// An IPv4 packet at its longest.
const LONGEST_PACKET: usize = 65_535;
