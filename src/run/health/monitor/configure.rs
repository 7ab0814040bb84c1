//! Another configuration, and what lives on from the one before.

use std::sync::Arc;

use super::{
    Answer, Ask, Asked, BTreeMap, CheckPlan, DestinationKey, Duration, Instant, MemberPlan,
    Monitor, QuestionId, Quorum, ServiceKey, ServicePlan, Standing, State, Table, Verdict, Watched,
};
use crate::run::health::WeightChange;

impl Monitor {
    /// Watches `plans` from now on.
    ///
    /// Servers that stand in `present` with a weight are taken for alive until their checks say
    /// otherwise, and so is a fallback alone: the daemon takes over a table that serves. Servers that were watched before keep what
    /// is known of them, also when their checks are others now.
    pub fn configure(&mut self, plans: Vec<ServicePlan>, present: &Table, now: Instant) {
        let before = std::mem::take(&mut self.services);
        let mut before: BTreeMap<String, Watched> =
            before.into_iter().map(|watched| (watched.plan.id.clone(), watched)).collect();
        let plans: BTreeMap<String, ServicePlan> =
            plans.into_iter().map(|plan| (plan.id.clone(), plan)).collect();
        for asked in self.questions.values_mut() {
            asked.subscribers.clear();
        }
        for plan in plans.into_values() {
            let old = before.remove(&plan.id);
            let watched = self.watch(plan, old, present, now);
            self.services.push(watched);
        }
        let unused = |asked: &Asked| asked.subscribers.is_empty();
        let gone: Vec<_> =
            self.questions.iter().filter(|(_, asked)| unused(asked)).map(|(id, _)| *id).collect();
        for id in gone {
            self.schedule.remove(id);
            if let Some(asked) = self.questions.remove(&id) {
                self.numbers.remove(&asked.question);
            }
        }
        for service in 0..self.services.len() {
            self.settle(service, now);
        }
        self.count_down();
        self.is_changed = true;
    }

    fn watch(
        &mut self,
        plan: ServicePlan,
        old: Option<Watched>,
        present: &Table,
        now: Instant,
    ) -> Watched {
        let (quorum, was_on_fallback, since) =
            old.as_ref().map_or((Quorum::Unknown, None, now), |old| {
                (old.quorum, Some(old.is_on_fallback), old.since)
            });
        let mut known: BTreeMap<_, State> = BTreeMap::new();
        if let Some(old) = old {
            let key = |member: &MemberPlan| (member.address, member.port);
            known.extend(old.plan.members.iter().map(key).zip(old.members));
        }
        // It is pushed when it is complete.
        let service = self.services.len();
        let is_served_by = |key: &ServiceKey, server: &DestinationKey| {
            let entry = present.services.get(key).and_then(|s| s.destinations.get(server));
            entry.is_some_and(|entry| entry.weight > 0)
        };
        let mut is_served = false;
        let mut members = Vec::with_capacity(plan.members.len());
        for (place, member) in plan.members.iter().enumerate() {
            let old = known.remove(&(member.address, member.port));
            let mut keys = plan.keys.iter();
            let serves = keys.any(|key| is_served_by(key, &member.key(key.port())));
            is_served |= serves;
            let mut state = self.join(service, place, member, old, serves, now);
            state.in_maintenance = self.is_maintained(&member.key(plan.port()));
            members.push(state);
        }
        let is_on_fallback = was_on_fallback.unwrap_or_else(|| {
            let mut keys = plan.keys.iter();
            !is_served
                && keys.any(|key| plan.fallback_in(key).is_some_and(|f| is_served_by(key, &f.key)))
        });
        Watched { plan, members, quorum, is_on_fallback, since }
    }

    fn join(
        &mut self,
        service: usize,
        place: usize,
        plan: &MemberPlan,
        old: Option<State>,
        serves: bool,
        now: Instant,
    ) -> State {
        let mut old_checks: BTreeMap<_, _> = BTreeMap::new();
        let is_added = old.is_none();
        let start = match &old {
            Some(old) => old.standing,
            // Of a server without checks there is nothing to wait for, and nothing to tell.
            None if serves || plan.checks.is_empty() => Standing::Up,
            None => Standing::Untested,
        };
        let (standing, order, since) = match old {
            Some(old) => {
                old_checks.extend(old.checks);
                (old.standing, old.order, old.since)
            }
            None => (start, None, now),
        };
        let mut checks = Vec::with_capacity(plan.checks.len());
        for check in &plan.checks {
            let id = self.subscribe(service, place, check, start, now);
            let mut verdict = old_checks.remove(&id).unwrap_or_else(|| {
                let mut verdict = self.first_verdict(id, check, start, now);
                verdict.keep_weight(self.former_weight(check, plan, &old_checks));
                verdict
            });
            verdict.set_rules(check.rules);
            checks.push((id, verdict));
        }
        State { checks, standing, order, in_maintenance: false, is_added, since }
    }

    /// The weight that the check had set when it was asked at other times or from elsewhere.
    fn former_weight(
        &self,
        check: &CheckPlan,
        plan: &MemberPlan,
        old_checks: &BTreeMap<QuestionId, Verdict>,
    ) -> Option<WeightChange> {
        let CheckPlan { question, .. } = check;
        let goes_on = |id: &QuestionId| {
            plan.checks.iter().any(|other| self.numbers.get(&other.question) == Some(id))
        };
        let mut former = old_checks.iter().filter(|&(id, _)| {
            let asked = self.questions.get(id).map(|asked| &asked.question);
            let is_same =
                asked.is_some_and(|old| old.ask == question.ask && old.target == question.target);
            is_same && !goes_on(id)
        });
        former.find_map(|(_, verdict)| verdict.weight())
    }

    fn is_maintained(&self, key: &DestinationKey) -> bool {
        // Names cost more than all the rest, and hardly ever is anything maintained.
        !self.maintenance.is_empty()
            && [key.address.to_string(), key.to_string()]
                .iter()
                .any(|name| self.maintenance.contains(name))
    }

    fn first_verdict(
        &self,
        id: QuestionId,
        check: &CheckPlan,
        start: Standing,
        now: Instant,
    ) -> Verdict {
        match check.question.ask {
            Ask::AlwaysDown => Verdict::starting_at(Standing::Down, check.rules, now),
            Ask::AlwaysUp => Verdict::starting_at(Standing::Up, check.rules, now),
            _ => {
                let mut verdict = Verdict::starting_at(start, check.rules, now);
                // Another service knows already.
                let last: Option<&Answer> =
                    self.questions.get(&id).and_then(|asked| asked.last.as_ref());
                if let Some(last) = last.filter(|_| start == Standing::Untested) {
                    verdict.observe(last, now);
                }
                verdict
            }
        }
    }

    /// The number of a question, which is asked from now on when it was not before.
    fn subscribe(
        &mut self,
        service: usize,
        place: usize,
        check: &CheckPlan,
        start: Standing,
        now: Instant,
    ) -> QuestionId {
        let question = &check.question;
        let id = match self.numbers.get(question) {
            Some(id) => *id,
            None => {
                self.last_number += 1;
                let id = QuestionId(self.last_number);
                self.numbers.insert(Arc::clone(question), id);
                let asked =
                    Asked { question: Arc::clone(question), subscribers: Vec::new(), last: None };
                self.questions.insert(id, asked);
                if !matches!(question.ask, Ask::AlwaysUp | Ask::AlwaysDown) {
                    // Somebody waits for the answer when nothing is known yet.
                    let spread = if start == Standing::Untested {
                        check.warmup.min(SOON)
                    } else {
                        check.warmup
                    };
                    self.schedule.add(id, now, spread);
                }
                id
            }
        };
        if let Some(asked) = self.questions.get_mut(&id) {
            // Most questions have one subscriber for good, and there are thousands of them.
            if asked.subscribers.is_empty() {
                asked.subscribers.reserve_exact(1);
            }
            // Each takes an answer once, also one that asks the same twice.
            if asked.subscribers.last() != Some(&(service, place)) {
                asked.subscribers.push((service, place));
            }
            if start == Standing::Untested && asked.last.is_none() {
                self.schedule.hurry(id, now + SOON);
            }
        }
        id
    }
}

/// Over how long the first questions to servers without traffic are spread.
const SOON: Duration = Duration::from_secs(1);
