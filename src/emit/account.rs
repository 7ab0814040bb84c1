//! The account of a conversion: what became of every directive.
//!
//! A loss is a diagnostic too, and so is a change. Each directive of the input is one *unit* and
//! ends in exactly one outcome; what nobody accounted for shows as unaccounted instead of
//! vanishing, and a test holds that this never happens for words that lvsha knows.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;

use serde::Serialize;

use crate::model::read::Input;
use crate::source::codes::conversion::INCLUDE_NOT_READ;
use crate::source::{Code, IncludeLine, Place, Sources};
use crate::syntax::{Format, Kind, Tree};

/// What happened to a meaning on its way; ordered from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The target says and does the same.
    Exact,
    /// The target does nearly the same; the note says what differs, with both numbers.
    Approximate,
    /// The target does not do it, or only a part that its users will notice; the notes say why and
    /// what to do instead.
    Lossy,
    /// The target cannot do it, and its absence is dangerous.
    Impossible,
}

impl Mark {
    /// All marks, best first.
    pub const ALL: [Self; 4] = [Self::Exact, Self::Approximate, Self::Lossy, Self::Impossible];

    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximate => "approximate",
            Self::Lossy => "lossy",
            Self::Impossible => "impossible",
        }
    }
}

/// What became of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// How well it went.
    pub mark: Mark,
    /// Row of the code table; `None` for what is kept.
    pub code: Option<Code>,
    /// The target's words for it; empty when there are none.
    pub becomes: String,
    /// What differs, why, what to do: one sentence each.
    pub notes: Vec<String>,
}

impl Outcome {
    /// Takes in what was said of the same unit later: the worst mark counts.
    fn merge(&mut self, mark: Mark, code: Option<Code>, becomes: &str, new_notes: Vec<&str>) {
        self.notes.extend(new_notes.into_iter().map(str::to_owned));
        if mark > self.mark {
            self.mark = mark;
            self.code = code;
        }
        if self.becomes.is_empty() {
            becomes.clone_into(&mut self.becomes);
        }
    }

    /// Those of `notes` that it does not have.
    fn new_notes<'a>(&self, notes: &[&'a str]) -> Vec<&'a str> {
        let is_new = |note: &&str| !self.notes.iter().any(|known| known == *note);
        notes.iter().copied().filter(is_new).collect()
    }
}

/// The account of one conversion.
#[derive(Debug)]
pub struct Account {
    /// The units in order of file and place.
    units: Vec<Unit>,
    /// Lines of haresources, whose words are units.
    lines: Vec<Place>,
    /// Outcomes are few and units many, so each unit holds a number.
    outcomes: Vec<Outcome>,
    numbers: HashMap<Outcome, OutcomeId>,
    /// Outcomes that one unit has alone and that grow in their place, with their notes for the search:
    /// a global line may be spoken for by ten thousand services, each with a note of its own.
    growing: HashMap<usize, HashSet<String>>,
}

#[derive(Debug)]
struct Unit {
    at: Place,
    /// The unit whose block it stands in, or [`NOWHERE`].
    within: u32,
    outcome: Option<OutcomeId>,
}

/// Number of an outcome, one above its index: a unit has no room for whether it has one.
#[derive(Clone, Copy, Debug)]
struct OutcomeId(NonZeroU32);

impl OutcomeId {
    fn of(index: usize) -> Self {
        Self(u32::try_from(index).map_or(NonZeroU32::MAX, |i| NonZeroU32::MIN.saturating_add(i)))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Account {
    /// Opens the account of these trees.
    pub fn new(sources: &Sources, trees: &[(Input, Tree)]) -> Self {
        let mut units = Vec::with_capacity(trees.iter().map(|(_, tree)| tree.len()).sum());
        let mut lines = Vec::new();
        // Places are searched by halves, in whatever order the files were named.
        let mut in_order: Vec<&(Input, Tree)> = trees.iter().collect();
        in_order.sort_by_key(|(_, tree)| tree.file());
        // The trees are of what stands in their place.
        let included =
            in_order.iter().flat_map(|(_, tree)| sources.get(tree.file()).include_lines());
        let mut included: Vec<IncludeLine> = included.copied().collect();
        included.sort_unstable();
        included.dedup_by_key(|line| line.at);
        let mut open = included.iter().peekable();
        let include = |line: &IncludeLine| Unit { at: line.at, within: NOWHERE, outcome: None };
        for (input, tree) in in_order {
            while let Some(line) = open.next_if(|line| line.at.file < tree.file()) {
                units.push(include(line));
            }
            let text = sources.get(input.file).text();
            // Blocks around the current node: where each ends, and its unit.
            let mut around: Vec<(u32, u32)> = Vec::new();
            for node in tree.walk(text).filter(|node| node.kind() != Kind::Blank) {
                while around.pop_if(|(behind, _)| *behind <= node.index()).is_some() {}
                let within = around.last().map_or(NOWHERE, |(_, unit)| *unit);
                around.push((node.behind(), index(units.len())));
                let mut add = |at| units.push(Unit { at, within, outcome: None });
                // A line of haresources is a list of resources with fates of their own.
                if input.format == Format::Haresources && node.kind() == Kind::Directive {
                    node.words().for_each(|word| add(word.place()));
                    lines.push(node.place());
                } else {
                    add(node.place());
                }
            }
        }
        units.extend(open.map(include));
        debug_assert!(units.is_sorted_by_key(|unit| unit.at), "files and nodes come in order");
        let mut account = Self {
            units,
            lines,
            outcomes: Vec::new(),
            numbers: HashMap::new(),
            growing: HashMap::new(),
        };
        for line in included {
            if line.is_read {
                account.needless(Some(line.at), "what it names was read in its place");
            } else {
                account.lossy(Some(line.at), INCLUDE_NOT_READ, "", &[NOT_READ]);
            }
        }
        account
    }

    /// The unit at `at` is said again as `becomes` with the same meaning.
    pub fn exact(&mut self, at: Option<Place>, becomes: &str) {
        self.record(at, Mark::Exact, None, becomes, &[]);
    }

    /// The unit at `at` has no effect in the target because none is needed there.
    pub fn needless(&mut self, at: Option<Place>, why: &str) {
        self.record(at, Mark::Exact, None, "", &[why]);
    }

    /// The unit at `at` became `becomes`, which differs as `note` says.
    pub fn changed(&mut self, at: Option<Place>, code: Code, becomes: &str, note: &str) {
        self.record(at, Mark::Approximate, Some(code), becomes, &[note]);
    }

    /// The unit at `at` is gone, or only `becomes` is left of it; `notes` say why and what to do
    /// instead.
    pub fn lossy(&mut self, at: Option<Place>, code: Code, becomes: &str, notes: &[&str]) {
        self.record(at, Mark::Lossy, Some(code), becomes, notes);
    }

    /// The unit at `at` cannot be had in the target; `notes` say why and what to do instead.
    pub fn impossible(&mut self, at: Option<Place>, code: Code, notes: &[&str]) {
        self.record(at, Mark::Impossible, Some(code), "", notes);
    }

    /// The block whose head holds `at` is gone with everything in it, whatever was said of it before.
    pub fn lost_block(&mut self, at: Option<Place>, code: Code, note: &str) {
        let Some(head) = at.and_then(|at| self.unit(at)) else { return };
        let number = self.number(Outcome {
            mark: Mark::Lossy,
            code: Some(code),
            becomes: String::new(),
            notes: vec![note.to_owned()],
        });
        self.settle(head, number);
        // What is deeper inside is within a unit behind the head, what follows the block is not.
        let inside = |unit: &&mut Unit| unit.within != NOWHERE && unit.within >= index(head);
        for unit in self.units.iter_mut().skip(head + 1).take_while(inside) {
            unit.outcome = Some(number);
        }
    }

    /// Whether anything was recorded for the unit at `at`.
    pub fn knows(&self, at: Place) -> bool {
        self.unit(at).and_then(|i| self.units.get(i)).is_some_and(|unit| unit.outcome.is_some())
    }

    /// What became of the unit at `at` so far.
    pub fn outcome_at(&self, at: Place) -> Option<&Outcome> {
        let unit = self.unit(at).and_then(|index| self.units.get(index))?;
        self.outcomes.get(unit.outcome?.index())
    }

    /// Ends the account: units that nobody spoke for are lost under `code`; `is_error` tells
    /// whether a diagnostic already points at a place.
    pub fn close(&mut self, code: Code, is_error: impl Fn(Place) -> bool) {
        for number in 0..self.units.len() {
            let Some(unit) = self.units.get(number).filter(|unit| unit.outcome.is_none()) else {
                continue;
            };
            let (at, within) = (unit.at, unit.within);
            let note = if is_error(at) {
                "not understood; see the diagnostic about this line"
            } else if self.lines.iter().any(|line| line.holds(at) && is_error(*line)) {
                "stands in a line with an error; see the diagnostic about it"
            } else if self.outcome(within).is_some_and(|outcome| outcome.code == Some(code)) {
                "belongs to a line that was not understood"
            } else {
                UNACCOUNTED
            };
            self.lossy(Some(at), code, "", &[note]);
        }
    }

    /// Gives every unit that nobody spoke for the outcome that `judge` finds for its place, and for
    /// whether it is the head of a block: for targets that keep nearly everything.
    pub fn settle_rest(&mut self, judge: impl Fn(Place, bool) -> Outcome) {
        let heads: HashSet<u32> = self.units.iter().map(|unit| unit.within).collect();
        for place in 0..self.units.len() {
            let open = self.units.get(place).filter(|unit| unit.outcome.is_none());
            if let Some(at) = open.map(|unit| unit.at) {
                let number = self.number(judge(at, heads.contains(&index(place))));
                self.settle(place, number);
            }
        }
    }

    /// Every unit with its outcome, in order. Units still open are left out.
    pub fn entries(&self) -> impl Iterator<Item = (Place, &Outcome)> {
        self.units.iter().filter_map(|unit| {
            let outcome = self.outcomes.get(unit.outcome?.index())?;
            Some((unit.at, outcome))
        })
    }

    /// How many units ended with `mark`.
    pub fn count(&self, mark: Mark) -> usize {
        self.entries().filter(|(_, outcome)| outcome.mark == mark).count()
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether the input had no directive at all.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Records an outcome. A unit that is spoken for several times (a global setting used by many
    /// services) keeps its worst mark and every different note.
    fn record(
        &mut self,
        at: Option<Place>,
        mark: Mark,
        code: Option<Code>,
        becomes: &str,
        notes: &[&str],
    ) {
        let Some(index) = at.and_then(|at| self.unit(at)) else { return };
        let Some(known) = self.units.get(index) else { return };
        if known.outcome.is_none()
            && let Some(number) = self.frequent(mark, code, becomes, notes)
        {
            return self.settle(index, number);
        }
        let Some(old) = known.outcome.map(OutcomeId::index) else {
            let number = self.number(Outcome {
                mark,
                code,
                becomes: becomes.to_owned(),
                notes: notes.iter().map(|note| (*note).to_owned()).collect(),
            });
            return self.settle(index, number);
        };
        if self.growing.contains_key(&old) {
            return self.grow(old, mark, code, becomes, notes);
        }
        let Some(old) = self.outcomes.get(old) else { return };
        let new_notes: Vec<&str> = old.new_notes(notes);
        if mark <= old.mark && new_notes.is_empty() {
            return;
        }
        let mut merged = old.clone();
        merged.merge(mark, code, becomes, new_notes);
        let number =
            if merged.notes.len() > FEW { self.alone(merged) } else { self.number(merged) };
        self.settle(index, number);
    }

    /// Adds to an outcome that one unit has alone.
    fn grow(
        &mut self,
        outcome: usize,
        mark: Mark,
        code: Option<Code>,
        becomes: &str,
        notes: &[&str],
    ) {
        let Some(known) = self.growing.get_mut(&outcome) else { return };
        let Some(outcome) = self.outcomes.get_mut(outcome) else { return };
        let is_new = |note: &&str| known.insert((*note).to_owned());
        let new_notes: Vec<&str> = notes.iter().copied().filter(is_new).collect();
        if mark > outcome.mark || !new_notes.is_empty() {
            outcome.merge(mark, code, becomes, new_notes);
        }
    }

    /// Keeps an outcome for one unit alone.
    fn alone(&mut self, outcome: Outcome) -> OutcomeId {
        let index = self.outcomes.len();
        self.growing.insert(index, outcome.notes.iter().cloned().collect());
        self.outcomes.push(outcome);
        OutcomeId::of(index)
    }

    fn settle(&mut self, unit: usize, number: OutcomeId) {
        if let Some(unit) = self.units.get_mut(unit) {
            unit.outcome = Some(number);
        }
    }

    /// The number of an outcome that was met early, found without building it: a large file has
    /// a hundred thousand units and a few dozen outcomes.
    fn frequent(
        &self,
        mark: Mark,
        code: Option<Code>,
        becomes: &str,
        notes: &[&str],
    ) -> Option<OutcomeId> {
        let mut early = self.outcomes.iter().take(EARLY).enumerate();
        let found = early.find(|(index, outcome)| {
            outcome.mark == mark
                && outcome.code == code
                && outcome.becomes == becomes
                && outcome.notes.iter().map(String::as_str).eq(notes.iter().copied())
                && !self.growing.contains_key(index)
        });
        found.map(|(index, _)| OutcomeId::of(index))
    }

    /// What became of unit number `unit` so far.
    fn outcome(&self, unit: u32) -> Option<&Outcome> {
        let outcome = self.units.get(usize::try_from(unit).ok()?)?.outcome?;
        self.outcomes.get(outcome.index())
    }

    fn number(&mut self, outcome: Outcome) -> OutcomeId {
        let next = OutcomeId::of(self.outcomes.len());
        *self.numbers.entry(outcome).or_insert_with_key(|outcome| {
            self.outcomes.push(outcome.clone());
            next
        })
    }

    /// The unit that holds `at`: the last one that starts at or before it in the same file.
    fn unit(&self, at: Place) -> Option<usize> {
        let behind = self
            .units
            .partition_point(|unit| (unit.at.file, unit.at.span.start) <= (at.file, at.span.start));
        let index = behind.checked_sub(1)?;
        let unit = self.units.get(index)?;
        (unit.at.file == at.file && at.span.start <= unit.at.span.end).then_some(index)
    }
}

/// Units and outcomes are fewer than bytes, which are below 2^30.
fn index(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Outcomes that are compared one by one before one is built and looked up.
const EARLY: usize = 64;
/// Notes of an outcome that units may share; with more of them each step would be kept as a copy.
const FEW: usize = 8;
/// Of an include line without a file.
const NOT_READ: &str =
    "names no file that is there: put it where it is looked for, and convert again";
/// The block around a unit at the top of its file.
const NOWHERE: u32 = u32::MAX;

/// The note of a unit that no part of a conversion spoke for: a defect of lvsha, never of the input.
pub const UNACCOUNTED: &str = "lvsha has no rule for it; please report this";

#[cfg(test)]
mod tests;
