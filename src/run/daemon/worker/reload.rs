//! Another plan without another election.

use tokio::sync::oneshot;

use super::*;
use crate::run::daemon::plan::SourcePlan;
use crate::run::daemon::succession::Succession;
use crate::run::net::addresses::Details;
use crate::run::net::routes::RouteKey;

/// Routers that the next plan does not have, and that are being given up.
pub(super) struct Leaving {
    routers: Vec<RouterIndex>,
    done: oneshot::Sender<()>,
}

impl Worker {
    /// What runs on these routers is stopped before another director may be master.
    pub(super) fn leave(&mut self, names: &[String], done: oneshot::Sender<()>) {
        let routers = (0..).zip(&self.plan.routers);
        let is_meant = |router: &RouterPlan| names.contains(&router.settings.name);
        let routers: Vec<RouterIndex> =
            routers.filter(|(_, router)| is_meant(router)).map(|(index, _)| index).collect();
        let now = Instant::now();
        routers.iter().for_each(|index| self.director.leave(*index, now));
        self.leaving = Some(Leaving { routers, done });
    }

    /// The plan without them may come when all have given up.
    pub(super) fn tell_who_left(&mut self) {
        let is_departing = |index: &RouterIndex| self.director.is_departing(*index);
        if let Some(leaving) =
            self.leaving.take_if(|leaving| !leaving.routers.iter().any(is_departing))
        {
            // Who waited may be stopping.
            let _ = leaving.done.send(());
        }
    }

    /// Routers that both plans have keep state, timers and counters; a router that is no longer
    /// there gives up; a plan that changes nothing sends nothing.
    pub(super) fn reload(&mut self, plan: Plan) {
        if plan == self.plan {
            return;
        }
        let now = Instant::now();
        let succession = Succession::new(&self.plan, &plan);
        self.give_up_what_is_not_in(&plan, now);
        self.tell_changes(true);
        self.reporter.tell(Report::Reloaded);
        let observations = self.director.sources().iter().map(|source| source.observation);
        let old_sources: Vec<(SourcePlan, Observation)> =
            self.plan.sources.iter().cloned().zip(observations).collect();
        let old_objects = self.all_objects();
        let old_details = self.details();
        let mut known: HashMap<(String, u8, Family), Life> = HashMap::new();
        let old_routers = std::mem::take(&mut self.plan).routers;
        let mut director = std::mem::take(&mut self.director);
        let departures = director.take_departures();
        let parts = director.into_machines().into_iter().zip(departures);
        let lives = parts.zip(std::mem::take(&mut self.announcements).into_announcers());
        for (router, ((machine, departure), announcer)) in old_routers.iter().zip(lives) {
            let (interface, id, family) = router.identity();
            let life = Life { machine, departure, announcer };
            known.insert((interface.to_owned(), id, family), life);
        }
        let lives: Vec<Life> = plan
            .routers
            .iter()
            .map(|router| {
                let (interface, id, family) = router.identity();
                match known.remove(&(interface.to_owned(), id, family)) {
                    Some(mut life) => {
                        life.machine.reconfigure(router.settings.clone(), now);
                        let (schedule, count) = (router.schedule.clone(), router.addresses.len());
                        let is_master = life.machine.state() == State::Master;
                        life.announcer.reconfigure(schedule, count, is_master, now);
                        life
                    }
                    None => Life::new(router),
                }
            })
            .collect();
        self.virtual_links.remove_unused(
            &plan,
            &mut self.kernel,
            &mut self.netlink,
            &mut self.reporter,
        );
        self.install(plan, lives);
        // What a script said last still holds.
        let inherited = (0..).zip(&self.plan.sources).filter_map(|(number, source)| {
            let mut old = old_sources.iter();
            let (_, observation) = old.find(|(old, _)| source.inherits_from(old, &succession))?;
            Some((number, *observation))
        });
        self.director.observe_all(inherited, now);
        self.director.start(now);
        self.abandon_stale(&old_objects);
        self.take_off_what_differs(&old_details);
    }

    fn give_up_what_is_not_in(&mut self, plan: &Plan, now: Instant) {
        self.told_groups.hold(plan);
        let mut is_any = false;
        for number in 0..self.plan.routers.len() {
            let Some(router) = self.plan.routers.get(number) else { continue };
            let stays = plan.routers.iter().any(|new| new.identity() == router.identity());
            if !stays {
                self.director.handle(number, Input::Stop, now);
                is_any = true;
            }
        }
        self.carry_out();
        // Its end is told under the old plan, and its addresses are gone by then; but the others have to advertise.
        for _ in 0..MOST_SLICES {
            if !is_any || !self.change_objects() {
                break;
            }
        }
    }

    /// What the plan says of each address, where its link is there.
    fn details(&self) -> HashMap<LinkAddress, Details> {
        let of_routers = self.plan.routers.iter().flat_map(|router| {
            router
                .addresses
                .iter()
                .filter_map(move |planned| Some((self.place(router, planned)?, &planned.details)))
        });
        let fixed = self.plan.fixed.addresses.iter().filter_map(|planned| {
            let link = self.kernel.link(planned.interface.as_deref()?)?.index;
            Some((planned.on(link), &planned.details))
        });
        of_routers.chain(fixed).map(|(place, details)| (place, details.clone())).collect()
    }

    /// The kernel changes no label, scope or broadcast address of what is there: it goes, and comes again with the
    /// next changes.
    fn take_off_what_differs(&mut self, old: &HashMap<LinkAddress, Details>) {
        let new = self.details();
        let differs = |(place, details): &(&LinkAddress, &Details)| {
            old.get(*place).is_some_and(|old| old != *details)
                && self.owned.has_put(place)
                && self.kernel.addresses().contains(place)
        };
        let places = new.iter().filter(differs).map(|(place, _)| place.clone());
        let steps: Vec<Step> = places.map(Object::Address).map(Step::Remove).collect();
        if steps.is_empty() {
            return;
        }
        match self.apply(&steps) {
            Ok(_) => steps.iter().for_each(|step| self.kernel.remove(step.object())),
            Err(error) => self.check_reading("addresses and routes", Err(error)),
        }
    }

    /// What the old plan put into the kernel and the new one does not know goes with the next changes.
    fn abandon_stale(&mut self, old: &BTreeSet<Object>) {
        let new = self.all_objects();
        let keys: HashSet<RouteKey> = new.iter().filter_map(key_of).collect();
        // One with the same key is replaced by the new one, without a moment without it.
        let (replaced, stale): (BTreeSet<Object>, BTreeSet<Object>) = old
            .difference(&new)
            .cloned()
            .partition(|object| key_of(object).is_some_and(|key| keys.contains(&key)));
        replaced.iter().filter_map(key_of).for_each(|key| self.kernel.outdate(key));
        self.changes.abandon(stale);
        self.is_dirty = true;
    }
}

fn key_of(object: &Object) -> Option<RouteKey> {
    match object {
        Object::Route(route) => Some(route.key()),
        Object::Address(_) | Object::Rule(_) => None,
    }
}

/// Changes of the kernel's objects in one go, of 64 each: some milliseconds.
const MOST_SLICES: usize = 4;
