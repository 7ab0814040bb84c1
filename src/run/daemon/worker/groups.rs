//! What was told of sync groups, and what is to be told next.

use std::collections::{HashMap, HashSet};

use crate::run::daemon::Plan;
use crate::run::vrrp::{Director, Group, Machine, State};

/// The state of each group as it was told last.
#[derive(Debug, Default)]
pub(super) struct ToldGroups {
    /// None where an earlier life of the daemon told something else than this one knows.
    told: HashMap<String, Option<State>>,
    /// Those whose members a reload is changing.
    held: HashSet<String>,
    /// Whether there may be something to tell.
    is_due: bool,
}

impl ToldGroups {
    /// A router changed.
    pub(super) fn look(&mut self) {
        self.is_due = true;
    }

    /// What happens to groups that the next plan has, too, is told under that plan: a router that leaves one
    /// stops nothing of the others.
    pub(super) fn hold(&mut self, next: &Plan) {
        self.held = next.groups.iter().map(|group| group.name.clone()).collect();
    }

    /// A group that stays has told its state; it is told again when it is another one.
    pub(super) fn follow(&mut self, plan: &Plan) {
        self.told.retain(|name, _| plan.groups.iter().any(|group| group.name == *name));
        self.held.clear();
        self.is_due = true;
    }

    /// The groups whose state is another one than was told.
    pub(super) fn news(&mut self, director: &Director) -> Vec<(String, State)> {
        let mut news = Vec::new();
        if !std::mem::take(&mut self.is_due) {
            return news;
        }
        for group in director.groups().iter().filter(|group| !self.held.contains(&group.name)) {
            let members = || group.members.iter().filter_map(|member| director.machine(*member));
            // What it holds serves: scripts of a backup would stop it.
            if members().any(Machine::is_adopting) {
                self.told.insert(group.name.clone(), None);
                continue;
            }
            let Some(state) = self.state(group, members()) else { continue };
            let told = self.told.get(&group.name).copied().unwrap_or(Some(State::Initialize));
            // Every turn asks, so only a change takes memory.
            if told != Some(state) {
                self.told.insert(group.name.clone(), Some(state));
                news.push((group.name.clone(), state));
            }
        }
        news
    }

    /// The lowest state of its members. One that a reload brought, and that has not begun, counts from then on.
    fn state<'m>(
        &self,
        group: &Group,
        members: impl Iterator<Item = &'m Machine>,
    ) -> Option<State> {
        let is_new = !self.told.contains_key(&group.name);
        let members = members.filter(|member| is_new || member.last_transition().is_some());
        members.map(Machine::state).min()
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::run::vrrp::{ChecksumCustom, Input, Member, Observation, Settings, Source, Tracked};

    const SECOND: Duration = Duration::from_secs(1);

    fn member(name: &str, id: u8) -> Member {
        let addresses = vec!["10.0.0.31".parse().unwrap()];
        Member::new(Settings { is_grouped: true, ..Settings::new(name, id, addresses) })
    }

    fn both() -> Group {
        Group { name: "both".to_owned(), members: vec![0, 1] }
    }

    /// Two routers of a group, and what is told of it from their start on.
    struct Bench {
        director: Director,
        told: ToldGroups,
        now: Instant,
    }

    impl Bench {
        fn new(is_adopting: bool) -> Self {
            let members = vec![member("inside", 1), member("outside", 2)];
            let mut director = Director::new(members, vec![both()], vec![]);
            let now = Instant::now();
            if is_adopting {
                (0..2).for_each(|index| director.adopt(index));
            }
            director.start(now);
            Self { director, told: ToldGroups::default(), now }
        }

        fn master() -> Self {
            let mut bench = Self::new(false);
            bench.news();
            bench.wait(6);
            assert_eq!(bench.news(), ["both MASTER"]);
            bench
        }

        fn wait(&mut self, seconds: u32) {
            self.now += SECOND * seconds;
            while let Some(next) = self.director.next_deadline().filter(|next| *next <= self.now) {
                self.director.handle_timeout(next);
            }
        }

        fn hear(&mut self, index: usize) {
            let source: IpAddr = "10.0.0.9".parse().unwrap();
            let advertisement = self.director.machine(index).unwrap().advertisement(200);
            let custom = ChecksumCustom::Message;
            let input = Input::Advertisement { source, advertisement, custom };
            self.director.handle(index, input, self.now);
        }

        fn news(&mut self) -> Vec<String> {
            self.told.look();
            let news = self.told.news(&self.director);
            news.into_iter().map(|(name, state)| format!("{name} {state}")).collect()
        }
    }

    #[test]
    fn a_group_over_addresses_that_serve_is_told_when_that_is_over() {
        let adopt = || {
            let mut bench = Bench::new(true);
            assert_eq!(bench.news(), [""; 0]);
            bench
        };
        let mut alone = adopt();
        alone.wait(6);
        assert_eq!(alone.news(), ["both MASTER"]);

        let mut replaced = adopt();
        replaced.hear(0);
        assert_eq!(replaced.news(), [""; 0], "the other one may still serve");
        replaced.hear(1);
        assert_eq!(replaced.news(), ["both BACKUP"]);
        assert_eq!(replaced.news(), [""; 0]);

        // What an earlier life told is not the start of this one.
        let mut stopped = adopt();
        stopped.director.stop(stopped.now);
        assert_eq!(stopped.news(), ["both INIT"]);
    }

    #[test]
    fn a_router_that_a_reload_takes_out_of_a_group_does_not_stop_it() {
        let mut bench = Bench::master();
        let mut plan = crate::run::daemon::succession::tests::plan(&[("inside", 1)]);
        plan.groups[0].name = "both".to_owned();
        bench.told.hold(&plan);
        bench.director.handle(1, Input::Stop, bench.now);
        assert_eq!(bench.news(), [""; 0]);
        bench.told.follow(&plan);
        let mut machines = std::mem::take(&mut bench.director).into_machines();
        let members = vec![Member::resumed(machines.remove(0), vec![])];
        let group = Group { members: vec![0], ..both() };
        bench.director = Director::new(members, vec![group], vec![]);
        bench.director.start(bench.now);
        assert_eq!(bench.news(), [""; 0]);
        bench.director.stop(bench.now);
        assert_eq!(bench.news(), ["both INIT"]);
        // Nobody holds a group that is gone.
        let mut bench = Bench::master();
        bench.told.hold(&Plan::default());
        bench.director.handle(1, Input::Stop, bench.now);
        assert_eq!(bench.news(), ["both INIT"]);
    }

    #[test]
    fn a_router_that_a_reload_brings_into_a_group_counts_when_it_begins() {
        let mut bench = Bench::master();
        let mut members: Vec<Member> = std::mem::take(&mut bench.director)
            .into_machines()
            .into_iter()
            .map(|machine| Member::resumed(machine, vec![]))
            .collect();
        let tracked = vec![Tracked { source: 0, weight: 0, reverse: false }];
        members.push(Member { tracked, ..member("third", 3) });
        let group = Group { members: vec![0, 1, 2], ..both() };
        let source = Source {
            name: "script web".to_owned(),
            observation: Observation::Unknown,
            is_urgent: false,
        };
        bench.director = Director::new(members, vec![group], vec![source]);
        bench.director.start(bench.now);
        assert_eq!(bench.news(), [""; 0]);
        bench.director.observe(0, Observation::Down, bench.now);
        assert_eq!(bench.news(), ["both FAULT"]);
    }
}
