//! Rows of results: what was measured, beside whom, against which budget.

use std::fmt;

use serde::Serialize;

/// One kind of work, measured.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) work: String,
    pub(crate) ours: Option<Sample>,
    pub(crate) peer: Option<Peer>,
    /// What every program has to spend, in the sample's unit: it is not in the samples, but in the ratio.
    pub(crate) common: f64,
    /// How many of ours the peer's is: the median of all turns, or of the two medians where there were no turns.
    pub(crate) ratio: Option<f64>,
    /// Of each turn, in their order.
    pub(crate) turns: Vec<f64>,
    pub(crate) budget: Budget,
    pub(crate) verdict: Verdict,
    /// What the number means, or why there is none.
    pub(crate) note: String,
}

/// Who else did the same work.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) sample: Sample,
}

/// Measurements of one thing.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sample {
    unit: Unit,
    /// As they came: where ours and a peer's were taken in turns, those at one place belong together.
    values: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Unit {
    Seconds,
    Bytes,
    /// Memory in sizes of the text.
    Texts,
    PerSecond,
    /// Of one processor.
    Percent,
    /// How many times something was done.
    Count,
}

/// What is asked of a row.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) enum Budget {
    /// Our median is at most this.
    AtMost(f64),
    /// Each of our values is this.
    Exactly(f64),
    /// Our 99th percentile is at most `late`, and none of ours is before `-early`.
    OnTime { early: f64, late: f64 },
    /// Nothing: a number to know.
    Open,
    /// The peer's median is at least so many times ours.
    TimesFaster(f64),
}

/// Why there is no number.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// A program did something else than the work that was to be measured.
    Failed(String),
    /// This machine lacks what the measurement needs.
    Missing(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Verdict {
    /// Our program did not do the work, or its number cannot be one.
    Failed,
    Met,
    Missed,
    /// A number without a budget.
    Open,
    /// The budget compares with a peer that is not here, or this machine cannot measure it.
    Unmeasured,
}

impl Row {
    pub(crate) fn new(work: impl Into<String>, ours: Sample, budget: Budget) -> Self {
        let row = Self {
            work: work.into(),
            ours: Some(ours),
            peer: None,
            common: 0.0,
            ratio: None,
            turns: Vec::new(),
            budget,
            verdict: Verdict::Open,
            note: String::new(),
        };
        row.judged()
    }

    /// A row whose number may not have been had: then it says why and claims nothing.
    pub(crate) fn of(
        work: impl Into<String>,
        ours: Result<Sample, Trouble>,
        budget: Budget,
    ) -> Self {
        let (note, verdict) = match ours {
            Ok(ours) => return Self::new(work, ours, budget),
            Err(Trouble::Failed(why)) => (why, Verdict::Failed),
            Err(Trouble::Missing(why)) => (why, Verdict::Unmeasured),
        };
        let (work, turns) = (work.into(), Vec::new());
        Self {
            work,
            ours: None,
            peer: None,
            common: 0.0,
            ratio: None,
            turns,
            budget,
            verdict,
            note,
        }
    }

    /// A peer without a number says why, unless it lacks the same as ours.
    pub(crate) fn beside(mut self, name: &str, sample: Result<Sample, Trouble>) -> Self {
        match sample {
            Ok(sample) => self.peer = Some(Peer { name: name.to_owned(), sample }),
            Err(Trouble::Failed(why) | Trouble::Missing(why)) if self.note != why => {
                self = self.note(format!("{name}: {why}"));
            }
            Err(_) => {}
        }
        self.judged()
    }

    /// Like `beside`, for samples that were taken in turns: the machine may have become slower from one turn to the next,
    /// but hardly within one. Samples of different length were not.
    pub(crate) fn in_turns_with(mut self, name: &str, sample: Result<Sample, Trouble>) -> Self {
        if let (Some(ours), Ok(theirs)) = (&self.ours, &sample)
            && ours.values.len() == theirs.values.len()
        {
            let unit = ours.unit;
            let pairs = ours.values.iter().zip(&theirs.values);
            self.turns = pairs.map(|(ours, theirs)| unit.times(*ours, *theirs)).collect();
        }
        self.beside(name, sample)
    }

    /// The samples are of what comes on top of this.
    pub(crate) fn on_top_of(mut self, common: f64) -> Self {
        self.common = common;
        self.judged()
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        let (note, separator) = (note.into(), if self.note.is_empty() { "" } else { "; " });
        if !note.is_empty() {
            self.note = format!("{}{separator}{note}", self.note);
        }
        self
    }

    fn ratio(&self) -> Option<f64> {
        let (ours, peer) = (self.ours.as_ref()?, self.peer.as_ref()?);
        // A program that is not there spends nothing: what would be divided by that is no ratio.
        if !ours.is_possible(self.common) || !peer.sample.is_possible(self.common) {
            return None;
        }
        let ratio = if self.turns.is_empty() {
            let (ours_all, theirs_all) =
                (ours.median() + self.common, peer.sample.median() + self.common);
            ours.unit.times(ours_all, theirs_all)
        } else {
            middle(&self.turns)
        };
        ratio.is_finite().then_some(ratio)
    }

    fn judged(mut self) -> Self {
        // Without a number the verdict is why.
        let Some(ours) = &self.ours else { return self };
        self.ratio = self.ratio();
        let met = |is_met| if is_met { Verdict::Met } else { Verdict::Missed };
        self.verdict = match self.budget {
            _ if !ours.is_possible(self.common) => Verdict::Failed,
            Budget::AtMost(limit) => met(ours.median() <= limit),
            Budget::Exactly(count) => met(ours.least() >= count && ours.most() <= count),
            Budget::OnTime { early, late } => {
                met(ours.least() >= -early && ours.percentile(99.0) <= late)
            }
            Budget::Open => Verdict::Open,
            Budget::TimesFaster(times) => {
                self.ratio.map_or(Verdict::Unmeasured, |ratio| met(ratio >= times))
            }
        };
        self
    }
}

/// A number of what was measured, or why it was not.
pub(crate) fn sample<T>(
    measured: &Result<T, Trouble>,
    of: impl Fn(&T) -> Sample,
) -> Result<Sample, Trouble> {
    measured.as_ref().map(of).map_err(Trouble::clone)
}

impl Sample {
    pub(crate) fn new(unit: Unit, values: Vec<f64>) -> Self {
        Self { unit, values }
    }

    pub(crate) fn median(&self) -> f64 {
        self.percentile(50.0)
    }

    pub(crate) fn percentile(&self, hundredths: f64) -> f64 {
        percentile(self.values.clone(), hundredths)
    }

    fn least(&self) -> f64 {
        self.percentile(0.0)
    }

    fn most(&self) -> f64 {
        self.percentile(100.0)
    }

    /// Whether work can have cost this, on top of what all need. Nothing is done in no time and without memory; only
    /// what is counted may be none.
    fn is_possible(&self, common: f64) -> bool {
        self.values.iter().all(|value| value.is_finite())
            && (self.median() + common > 0.0 || self.unit == Unit::Count && self.median() >= 0.0)
    }
}

/// Median, and the range when there are several.
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value| self.unit.shown(value);
        write!(f, "{}", shown(self.median()))?;
        if self.values.len() > 1 {
            write!(f, " ({} - {})", shown(self.least()), shown(self.most()))?;
        }
        Ok(())
    }
}

impl Unit {
    /// How much better the first one is.
    fn times(self, ours: f64, theirs: f64) -> f64 {
        match self {
            Self::PerSecond => ours / theirs,
            _ => theirs / ours,
        }
    }

    fn shown(self, value: f64) -> String {
        match self {
            Self::Seconds if value < 0.1 => format!("{:.2} ms", value * 1000.0),
            Self::Seconds => format!("{value:.2} s"),
            Self::Bytes if value < 1e6 => format!("{:.1} kB", value / 1e3),
            Self::Bytes => format!("{:.1} MB", value / 1e6),
            Self::Texts => format!("{value:.1} x text"),
            Self::PerSecond => format!("{value:.0}/s"),
            Self::Percent => format!("{value:.1} %"),
            Self::Count => format!("{value:.0}"),
        }
    }
}

impl Budget {
    pub(crate) fn shown(self, unit: Option<Unit>) -> String {
        let value = |value: f64| match unit {
            Some(unit) => unit.shown(value),
            None => value.to_string(),
        };
        match self {
            Self::AtMost(limit) => format!("at most {}", value(limit)),
            Self::Exactly(count) => value(count),
            Self::OnTime { early, late } => {
                format!("99 in 100 at most {}, none {} too early", value(late), value(early))
            }
            Self::TimesFaster(times) => format!("{times} x the peer"),
            Self::Open => "-".to_owned(),
        }
    }
}

impl Sample {
    pub(crate) fn unit(&self) -> Unit {
        self.unit
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "FAILED",
            Self::Met => "met",
            Self::Missed => "MISSED",
            Self::Open => "",
            Self::Unmeasured => "not measured",
        })
    }
}

/// The median: of an even number the mean of the two in the middle, since two turns are all that there are of some.
fn middle(values: &[f64]) -> f64 {
    let back: Vec<f64> = values.iter().map(|value| -value).collect();
    (percentile(values.to_vec(), 50.0) - percentile(back, 50.0)) / 2.0
}

/// Of so many in a hundred, by the nearest rank.
pub(crate) fn percentile(mut values: Vec<f64>, hundredths: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (hundredths / 100.0 * values.len() as f64).ceil().max(1.0) as usize;
    values.get(rank - 1).or(values.last()).copied().unwrap_or(f64::NAN)
}
