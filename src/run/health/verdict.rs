//! Answers in a row to up or down, for one check of one server in one service.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::time::Instant;

use super::{Answer, Reply, WeightChange};

#[cfg(test)]
mod tests;

/// How many answers it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Failures in a row until a server is down (failurecount, retry + 1).
    pub fall: NonZeroU32,
    /// Successes in a row until it is up again.
    pub rise: NonZeroU32,
}

impl Default for Rules {
    fn default() -> Self {
        Self { fall: NonZeroU32::MIN, rise: NonZeroU32::MIN }
    }
}

/// What is known of a server by one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does not answer.
    Down,
    /// Nothing yet.
    Untested,
    /// It answers.
    Up,
}

/// What an answer changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// It is down now.
    WentDown,
    /// It is up now.
    WentUp,
    /// A failure that does not count yet: this many of [`Rules::fall`].
    Soft(u32),
}

/// One check's opinion.
#[derive(Clone, Debug)]
pub struct Verdict {
    rules: Rules,
    standing: Standing,
    /// Answers in a row that speak against the standing.
    against: u32,
    since: Instant,
    /// The last answer in words.
    reply: Option<Cow<'static, str>>,
    weight: Option<WeightChange>,
}

impl Verdict {
    /// Nothing is known yet.
    pub fn untested(rules: Rules, now: Instant) -> Self {
        Self::starting_at(Standing::Untested, rules, now)
    }

    /// Something is taken over: what the kernel's table says of a server, or an earlier verdict.
    pub fn starting_at(standing: Standing, rules: Rules, now: Instant) -> Self {
        Self { rules, standing, against: 0, since: now, reply: None, weight: None }
    }

    /// Takes an answer.
    ///
    /// ```text
    ///   Untested ── success ──▶ Up ── `fall` failures in a row ──▶ Down
    ///   Untested ── failure ──▶ Down ── `rise` successes in a row ──▶ Up
    /// ```
    pub fn observe(&mut self, answer: &Answer, now: Instant) -> Change {
        self.reply = Some(match answer {
            Ok(reply) => reply.text.clone(),
            Err(failure) => Cow::Owned(failure.cause.clone()),
        });
        // A success that says nothing of the weight leaves it as it is.
        if let Ok(Reply { weight: Some(weight), .. }) = answer {
            self.weight = Some(*weight);
        }
        match (self.standing, answer.is_ok()) {
            (Standing::Untested, true) => self.turn(Standing::Up, now),
            // There is no good past that could excuse it.
            (Standing::Untested, false) => self.turn(Standing::Down, now),
            (Standing::Up, true) | (Standing::Down, false) => {
                self.against = 0;
                Change::None
            }
            (Standing::Up, false) => {
                self.against += 1;
                if self.against < self.rules.fall.get() {
                    return Change::Soft(self.against);
                }
                self.turn(Standing::Down, now)
            }
            (Standing::Down, true) => {
                self.against += 1;
                if self.against < self.rules.rise.get() {
                    return Change::None;
                }
                self.turn(Standing::Up, now)
            }
        }
    }

    /// Other rules from now on; the standing stays.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// The weight that another check of the same had set holds until an answer says otherwise.
    pub fn keep_weight(&mut self, weight: Option<WeightChange>) {
        self.weight = self.weight.or(weight);
    }

    /// What is known.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// When the standing last changed.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// Whether a failure is being confirmed, so that the next question comes sooner.
    pub fn is_confirming(&self) -> bool {
        self.standing == Standing::Up && self.against > 0
    }

    /// The last answer in words.
    pub fn reply(&self) -> Option<&str> {
        self.reply.as_deref()
    }

    /// What the last success that spoke of the weight wants it to be.
    pub fn weight(&self) -> Option<WeightChange> {
        self.weight
    }

    fn turn(&mut self, standing: Standing, now: Instant) -> Change {
        self.standing = standing;
        self.against = 0;
        self.since = now;
        if standing == Standing::Up { Change::WentUp } else { Change::WentDown }
    }
}
