//! Histories: random ones from a seed, and the one that somebody asks for.

use std::time::Duration;

use super::Random;
use super::invariants::Invariants;
use super::outcome::Outcome;
use super::world::{Action, Change, NodeSpec, World};
use crate::run::vrrp::{
    Authentication, ChecksumCustom, Group, Observation, Password, Settings, Stance, Version,
};

/// What is to happen.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The directors.
    pub nodes: Vec<NodeSpec>,
    /// What happens when.
    pub actions: Vec<(Duration, Action)>,
    /// When it is over.
    pub end: Duration,
    /// For delays, losses and duplicates.
    pub seed: u64,
}

/// Something that must hold did not.
#[derive(Clone, Debug, thiserror::Error)]
#[error("seed {seed}, after {at:?}: {what}")]
pub struct Failure {
    /// The seed that shows it again.
    pub seed: u64,
    /// Virtual time.
    pub at: Duration,
    /// What did not hold.
    pub what: String,
}

impl Scenario {
    /// Plays it to the end.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn play(&self) -> Result<(World, Outcome), Failure> {
        let mut world = World::new(self.nodes.clone(), self.seed);
        for (at, action) in &self.actions {
            world.plan(*at, action.clone());
        }
        let mut invariants = Invariants::default();
        let mut outcome = Outcome::new(&self.nodes);
        while world.step(self.end) {
            let failure = |what| Failure { seed: self.seed, at: world.now, what };
            invariants.check(&world).map_err(failure)?;
            outcome.follow(&world);
        }
        outcome.finish(&world);
        Ok((world, outcome))
    }
}

/// A random history of 120 intervals, followed by a calm time that is as long.
pub fn history(seed: u64) -> Scenario {
    let mut random = Random::new(seed ^ 0x5eed);
    let nodes = random_nodes(&mut random);
    let count = nodes.len();
    // All times are counted in intervals: fast routers live through as much as slow ones.
    let unit = nodes.first().and_then(|node| node.routers.first()).map_or(UNIT, |r| r.interval);
    let mut actions: Vec<(Duration, Action)> =
        (0..count).map(|node| (random.time(unit * 5), Action::Start(node))).collect();
    for _ in 0..random.below(40) {
        let at = unit * 5 + random.time(unit * 115);
        actions.push((at, random_action(&mut random, count, unit)));
    }
    // Pauses end up to ten intervals later; a late start is silent for ten, and yields for twenty.
    actions.extend(calm(unit * 130, count));
    Scenario { nodes, actions, end: unit * 250, seed }
}

/// Everything works again, and every process runs.
fn calm(at: Duration, count: usize) -> Vec<(Duration, Action)> {
    let mut actions = vec![(at, Action::Noise { loss: 0, duplication: 0 })];
    for from in 0..count {
        let others = (0..count).filter(|to| *to != from);
        actions.extend(others.map(|to| (at, Action::Mend { from, to })));
        actions.push((at, Action::LinkUp(from)));
        actions.push((at, Action::Script(from, Observation::Up)));
        actions.push((at, Action::Order(from, Stance::Normal)));
        actions.push((at, Action::Start(from)));
    }
    actions
}

fn random_nodes(random: &mut Random) -> Vec<NodeSpec> {
    let count = 2 + random.below(4);
    let version = if random.percent(50) { Version::Two } else { Version::Three };
    let intervals: &[u64] = match version {
        Version::Two => &[1000, 2000],
        Version::Three => &[10, 100, 1000],
    };
    let interval = Duration::from_millis(random.pick(intervals).copied().unwrap_or(1000));
    let is_grouped = random.percent(25);
    let preempt = random.percent(60);
    let preempt_delay =
        if random.percent(30) { random.time(interval * 20) } else { Duration::ZERO };
    let startup_delay =
        if random.percent(20) { random.time(interval * 10) } else { Duration::ZERO };
    // Only version 2 has one. Directors that do not agree on it are two masters for good.
    let authentication = match version == Version::Two && random.percent(50) {
        true => Authentication::Password(Password::new("sesame")),
        false => Authentication::None,
    };
    // Two owners are a mistake of people: neither heeds the other.
    let owner = random.percent(20).then(|| random.below(count));
    let is_ipv6 = version == Version::Three && random.percent(30);
    let is_equal = random.percent(20);
    (0..count)
        .map(|node| {
            let priority = match is_equal {
                _ if owner == Some(node) => 255,
                true => 100,
                false => 50 + u8::try_from(node * 40).unwrap_or(0),
            };
            let router = |name: &str, id: u8| {
                let address = if is_ipv6 { "fe80::31" } else { "10.0.0.31" };
                let addresses = address.parse().into_iter().collect();
                Settings {
                    version,
                    interval,
                    priority,
                    preempt,
                    preempt_delay,
                    startup_delay,
                    authentication: authentication.clone(),
                    is_grouped,
                    answers_lower: version == Version::Three,
                    ..Settings::new(name, id, addresses)
                }
            };
            let mut routers = vec![router("VI_1", 51)];
            let mut groups = Vec::new();
            if is_grouped {
                routers.push(router("VI_2", 52));
                groups.push(Group { name: "both".to_owned(), members: vec![0, 1] });
            }
            let custom = match random.percent(50) {
                true => ChecksumCustom::Message,
                false => ChecksumCustom::PseudoHeader,
            };
            // From -60 to 60, where 0 is a node without a script.
            let script_weight = i16::try_from(random.below(121)).unwrap_or(60) - 60;
            NodeSpec { name: format!("lw{}", node + 1), routers, groups, custom, script_weight }
        })
        .collect()
}

fn random_action(random: &mut Random, count: usize, unit: Duration) -> Action {
    let node = random.below(count);
    let other = (node + 1 + random.below(count - 1)) % count;
    match random.below(19) {
        0 => Action::Kill(node),
        1 => Action::Crash(node),
        2..=4 => Action::Start(node),
        5 => Action::Stop(node),
        6 => Action::Cut { from: node, to: other },
        7 => Action::Mend { from: node, to: other },
        8 => Action::LinkDown(node),
        9 => Action::LinkUp(node),
        10 => Action::Pause(node, random.time(unit * 10)),
        11 => Action::ClockBack(node),
        12 => Action::Reload(node),
        13 => {
            // Never an owner's: see above.
            let priority = u8::try_from(1 + random.below(254)).unwrap_or(100);
            let (preempt, preempt_delay) = (random.percent(60), random.time(unit * 20));
            Action::Reconfigure(node, Change { priority, preempt, preempt_delay })
        }
        14 | 15 => {
            // A number is that of a file: with the weight it raises, lowers, or is a fault.
            let number = i32::try_from(random.below(25)).unwrap_or(0) - 12;
            let all = [Observation::Down, Observation::Up, Observation::Value(number)];
            Action::Script(node, random.pick(&all).copied().unwrap_or_default())
        }
        16 | 17 => {
            let all = [Stance::Normal, Stance::Standby, Stance::TakeOver];
            Action::Order(node, random.pick(&all).copied().unwrap_or_default())
        }
        _ => {
            let loss = u8::try_from(random.below(60)).unwrap_or(0);
            let duplication = u8::try_from(random.below(30)).unwrap_or(0);
            Action::Noise { loss, duplication }
        }
    }
}

/// Where nothing says another interval.
const UNIT: Duration = Duration::from_secs(1);
