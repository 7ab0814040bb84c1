//! What is shown and not reported, and what is reported and not shown.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter, Write as _};

use lvsha::emit::{Account, Mark};
use lvsha::model::normal::{Difference, Side};
use lvsha::source::{Code, FileId, Place, Sources};

/// What a conversion may do without a word; the last part is the reason.
pub(crate) enum Excuse {
    /// In one case an object's field differs, and the report speaks of it at another line.
    Elsewhere(&'static str, &'static str, &'static str, &'static str),
    /// Losses with this code are of what is not compared. Their directives begin with one of the words; no
    /// word is for all of them.
    NotCompared(Code, &'static [&'static str], &'static str),
    /// A field of such an object differs where the input says nothing, so that there is no directive to speak
    /// of. Without a field it is the whole object, `*` is whatever follows.
    Unsaid(&'static str, &'static str, &'static str),
}

impl Display for Excuse {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elsewhere(case, object, field, why) => {
                write!(f, "{case}: {object} {field} ({why})")
            }
            Self::NotCompared(code, words, why) => {
                write!(f, "{}: {} ({why})", code.id(), words.join(" "))
            }
            Self::Unsaid(object, field, why) => write!(f, "{object} {field} ({why})"),
        }
    }
}

/// Collects what is wrong, and which excuses were needed.
pub(crate) struct Judge {
    pub(crate) wrong: String,
    /// Whether losses have to be shown.
    pub(crate) judges_losses: bool,
    excuses: Vec<&'static Excuse>,
    used: BTreeSet<usize>,
}

impl Judge {
    pub(crate) fn new(excuses: &[&'static [Excuse]]) -> Self {
        let excuses = excuses.iter().copied().flatten().collect();
        Self { wrong: String::new(), judges_losses: true, excuses, used: BTreeSet::new() }
    }

    /// Adds what is shown and not reported, or reported about `files` and not shown.
    pub(crate) fn judge(
        &mut self,
        about: &str,
        shown: &[Difference],
        account: &Account,
        files: &[FileId],
        sources: &Sources,
    ) {
        for difference in shown {
            match difference.left.as_ref().and_then(|side| side.at) {
                Some(at) => self.is_reported(about, difference, at, account, sources),
                None => self.is_unsaid(about, difference),
            }
        }
        if !self.judges_losses {
            return;
        }
        let places: Vec<Place> =
            shown.iter().filter_map(|difference| difference.left.as_ref()?.at).collect();
        for (unit, outcome) in account.entries().filter(|(unit, _)| files.contains(&unit.file)) {
            let Some(code) = outcome.code.filter(|_| outcome.mark >= Mark::Lossy) else { continue };
            let is_shown = places.iter().any(|place| {
                place.file == unit.file
                    && unit.span.start <= place.span.start
                    && place.span.start <= unit.span.end
            });
            // A whole object that is gone stands for its lines, which share its outcome.
            let is_inside_lost = shown.iter().any(|difference| {
                let gone = difference.left.as_ref().filter(|_| difference.field.is_none());
                gone.and_then(|side| account.outcome_at(side.at?)) == Some(outcome)
            });
            let text = unit.span.of(sources.get(unit.file).text());
            let word = text.split(&[' ', '\t', '=', ':', '/'][..]).next().unwrap_or("");
            let is_not_compared = |excuse: &Excuse| match excuse {
                Excuse::NotCompared(other, words, _) => {
                    *other == code && (words.is_empty() || words.contains(&word))
                }
                _ => false,
            };
            if !is_shown && !is_inside_lost && !self.is_excused(is_not_compared) {
                let at = sources.describe(unit);
                let told = format!("{about}: `{word}` at {at} is lost, and not shown: {outcome:?}");
                let _ = writeln!(self.wrong, "{told}");
            }
        }
    }

    /// Fails for what is wrong, and for an excuse that nothing needs.
    pub(crate) fn end(mut self) {
        for (number, excuse) in self.excuses.iter().enumerate() {
            if !self.used.contains(&number) {
                let _ = writeln!(self.wrong, "nothing needs the excuse {excuse}");
            }
        }
        assert!(self.wrong.is_empty(), "{}", self.wrong);
    }

    fn is_reported(
        &mut self,
        about: &str,
        difference: &Difference,
        at: Place,
        account: &Account,
        sources: &Sources,
    ) {
        let outcome = account.outcome_at(at);
        let (title, field) = names(difference);
        let is_elsewhere = |excuse: &Excuse| match excuse {
            Excuse::Elsewhere(case, object, other, _) => {
                about.starts_with(case) && (*object, *other) == (title, field)
            }
            _ => false,
        };
        let is_told = outcome.is_some_and(|outcome| outcome.mark != Mark::Exact);
        if !is_told && !self.is_excused(is_elsewhere) {
            let (path, at) = (&difference.path, sources.describe(at));
            let _ = writeln!(
                self.wrong,
                "{about}: {path:?} {field:?} at {at} is shown, and the report says {outcome:?}"
            );
        }
    }

    fn is_unsaid(&mut self, about: &str, difference: &Difference) {
        let (title, field) = names(difference);
        let kind = title.split(' ').next().unwrap_or("");
        let is_known = |excuse: &Excuse| match excuse {
            Excuse::Unsaid(object, other, _) => {
                let is_same = match other.strip_suffix('*') {
                    Some(head) => field.starts_with(head),
                    None => field == *other,
                };
                *object == kind && is_same
            }
            _ => false,
        };
        if !self.is_excused(is_known) {
            let value = |side: &Option<Side>| {
                side.as_ref().map_or("nothing".to_owned(), |side| format!("`{}`", side.value))
            };
            let (left, right) = (value(&difference.left), value(&difference.right));
            let path = &difference.path;
            let _ = writeln!(
                self.wrong,
                "{about}: {path:?} {field:?} became {right} of {left}, of which no line says anything"
            );
        }
    }

    /// Whether an excuse fits; it is remembered as needed.
    fn is_excused(&mut self, fits: impl Fn(&Excuse) -> bool) -> bool {
        let found = self.excuses.iter().position(|excuse| fits(excuse));
        self.used.extend(found);
        found.is_some()
    }
}

/// The object and the field that differ.
fn names(difference: &Difference) -> (&str, &str) {
    let title = difference.path.last().map_or("", String::as_str);
    (title, difference.field.as_deref().unwrap_or(""))
}
