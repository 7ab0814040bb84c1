//! What a client and the kernel saw of a pair of directors in a drill, and in what two pairs differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use crate::formula::SCRIPTS;
use crate::world::Table;

/// Something that can be seen from outside, whatever software runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Aspect {
    /// Who answers for the virtual address when all is well.
    Owner,
    /// The balancing table of the director that has the address.
    Table,
    /// The table of the other one.
    StandbyTable,
    /// Which real servers answer, and in what shares.
    Shares,
    /// Until a dead real server is out of the balancing.
    ServerLeaves,
    /// The table while one real server is dead.
    TableWithoutOne,
    /// Until a real server that came back gets requests.
    ServerReturns,
    /// What a visitor gets when no real server is left.
    Fallback,
    /// The table at that time.
    TableWithoutAll,
    /// From a crash of the active director until the other serves.
    TakeOver,
    /// From the start of the software on the returned director until it serves again.
    FailBack,
    /// Longest time without service while the director returns.
    FailBackGap,
    /// From the start of an orderly stop of the active director until the other serves.
    HandOver,
}

/// What was seen of one aspect.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    Text(String),
    Span(Duration),
}

/// One drill's result.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviour {
    pub(crate) stack: String,
    pub(crate) seen: BTreeMap<Aspect, Seen>,
}

/// An aspect in which two pairs behave differently.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    pub(crate) aspect: Aspect,
    before: Option<Seen>,
    after: Option<Seen>,
    /// Whether each pair's standby had the table of its active director, or none.
    has_plain_standby: bool,
}

/// How far two spans may lie apart without being a difference, and which codes of a conversion's report announce one.
struct Rule {
    aspect: Aspect,
    slack: Duration,
    announced: &'static [Announced],
}

/// A code, and how far apart two spans may lie by what it says. Texts differ or do not.
type Announced = (&'static str, Duration);

const fn rule(aspect: Aspect, slack_seconds: u64, announced: &'static [Announced]) -> Rule {
    Rule { aspect, slack: Duration::from_secs(slack_seconds), announced }
}

/// The slack of a time is one period of what looks for the event (check interval, keepalive), because the event falls
/// anywhere into it, and the time of heartbeat's scripts under emulation. What is not here must be the same.
const RULES: &[Rule] = &[
    rule(Aspect::StandbyTable, 0, &[("LV0716", ANY), ("LV0742", ANY)]),
    rule(Aspect::ServerLeaves, 6, CHECKS),
    rule(Aspect::ServerReturns, 6, CHECKS),
    rule(Aspect::TakeOver, 4, &[("LV0701", SCRIPTS), ("LV0742", SCRIPTS)]),
    rule(Aspect::FailBack, 4, &[("LV0703", ANY), ("LV0704", SCRIPTS), ("LV0742", SCRIPTS)]),
    rule(Aspect::FailBackGap, 1, &[("LV0704", SCRIPTS), ("LV0742", SCRIPTS)]),
    rule(Aspect::HandOver, 4, &[("LV0701", SCRIPTS), ("LV0712", SCRIPTS), ("LV0742", SCRIPTS)]),
];
/// Both worlds' rounds of checks and retries, each with its own number of them.
const CHECKS: &[Announced] = &[("LV0717", ROUNDS), ("LV0718", ROUNDS), ("LV0743", ROUNDS)];
/// Three rounds of ten seconds.
const ROUNDS: Duration = Duration::from_secs(30);
/// As long as the configuration wants.
const ANY: Duration = Duration::MAX;

impl Behaviour {
    pub(crate) fn new(stack: &str) -> Self {
        Self { stack: stack.to_owned(), ..Self::default() }
    }

    pub(crate) fn text(&mut self, aspect: Aspect, text: impl fmt::Display) {
        self.seen.insert(aspect, Seen::Text(text.to_string()));
    }

    pub(crate) fn table(&mut self, aspect: Aspect, table: &Table) {
        self.text(aspect, table);
    }

    pub(crate) fn span(&mut self, aspect: Aspect, span: Duration) {
        self.seen.insert(aspect, Seen::Span(span));
    }

    /// What was seen of these aspects.
    pub(crate) fn only(&self, aspects: &[Aspect]) -> Self {
        let mut part = self.clone();
        part.seen.retain(|aspect, _| aspects.contains(aspect));
        part
    }

    /// A measured time of this drill.
    pub(crate) fn measured(&self, aspect: Aspect) -> Duration {
        match self.seen.get(&aspect) {
            Some(Seen::Span(span)) => *span,
            other => panic!("no time was measured for {aspect:?}: {other:?}"),
        }
    }

    /// Every aspect in which the two differ. What only one of them was asked about is a difference, too.
    pub(crate) fn differences(&self, after: &Self) -> Vec<Difference> {
        let aspects: BTreeSet<Aspect> =
            self.seen.keys().chain(after.seen.keys()).copied().collect();
        let has_plain_standby = self.has_plain_standby() && after.has_plain_standby();
        aspects
            .into_iter()
            .map(|aspect| Difference {
                aspect,
                before: self.seen.get(&aspect).cloned(),
                after: after.seen.get(&aspect).cloned(),
                has_plain_standby,
            })
            .filter(Difference::is_one)
            .collect()
    }

    fn has_plain_standby(&self) -> bool {
        let standby = self.seen.get(&Aspect::StandbyTable);
        let none = Seen::Text(Table::default().to_string());
        standby.is_some() && (standby == Some(&none) || standby == self.seen.get(&Aspect::Table))
    }
}

impl Difference {
    /// Whether a report with these codes said that this would be so.
    pub(crate) fn announced(&self, codes: &BTreeSet<String>) -> bool {
        let apart = self.apart().unwrap_or_default();
        let says = |(code, most): &Announced| codes.contains(*code) && apart <= *most;
        // What is announced is that the standby balances too, or does not any more: never that it does otherwise.
        if self.aspect == Aspect::StandbyTable && !self.has_plain_standby {
            return false;
        }
        self.rule().is_some_and(|rule| rule.announced.iter().any(says))
    }

    fn is_one(&self) -> bool {
        match self.apart() {
            Some(apart) => apart > self.rule().map_or(Duration::ZERO, |rule| rule.slack),
            None => self.before != self.after,
        }
    }

    /// Between two times.
    fn apart(&self) -> Option<Duration> {
        match (&self.before, &self.after) {
            (Some(Seen::Span(before)), Some(Seen::Span(after))) => Some(before.abs_diff(*after)),
            _ => None,
        }
    }

    fn rule(&self) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.aspect == self.aspect)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown =
            |seen: &Option<Seen>| seen.as_ref().map_or("nothing".to_owned(), Seen::to_string);
        write!(f, "{:?}: {} became {}", self.aspect, shown(&self.before), shown(&self.after))
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text}"),
            Self::Span(span) => write!(f, "{:.2} s", span.as_secs_f64()),
        }
    }
}
