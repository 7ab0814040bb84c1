//! The account for people and for programs.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use super::account::{Account, Mark, Outcome};
use crate::source::words::counted;
use crate::source::{Place, Position, Sources};

/// The account as text: worst first, directives with the same outcome together.
pub fn human(account: &Account, sources: &Sources) -> String {
    let mut out = String::new();
    for mark in Mark::ALL.into_iter().rev() {
        let groups = groups(account, mark);
        if groups.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{} ({})", mark.word(), account.count(mark));
        for group in &groups {
            group.write(sources, &mut out);
        }
        out.push('\n');
    }
    out.push_str(&summary(account));
    out.push('\n');
    out
}

/// `27 directives: 15 exact, 8 approximate, 3 lossy, 1 impossible`.
pub fn summary(account: &Account) -> String {
    let counts: Vec<String> = Mark::ALL
        .into_iter()
        .map(|mark| (mark, account.count(mark)))
        .filter(|(mark, count)| *count > 0 || *mark == Mark::Exact)
        .map(|(mark, count)| format!("{count} {}", mark.word()))
        .collect();
    format!("{}: {}", counted(account.len(), "directive"), counts.join(", "))
}

/// The account as one JSON object.
///
/// # Errors
/// Only those of `out`.
pub fn json(account: &Account, sources: &Sources, out: &mut dyn io::Write) -> io::Result<()> {
    let report = Report {
        version: 1,
        summary: Mark::ALL.into_iter().map(|mark| (mark.word(), account.count(mark))).collect(),
        directives: account
            .entries()
            .map(|(at, outcome)| directive(at, outcome, sources))
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

/// Outcomes with `mark` and the units that ended so, in order of their first unit.
fn groups(account: &Account, mark: Mark) -> Vec<Group<'_>> {
    let mut order: Vec<Group<'_>> = Vec::new();
    let mut numbers: HashMap<&Outcome, usize> = HashMap::new();
    for (at, outcome) in account.entries().filter(|(_, outcome)| outcome.mark == mark) {
        let number = *numbers.entry(outcome).or_insert_with(|| {
            order.push(Group { outcome, first: Vec::new(), count: 0 });
            order.len() - 1
        });
        if let Some(group) = order.get_mut(number) {
            group.count += 1;
            if group.count <= SHOWN || is_loss(mark) {
                group.first.push(at);
            }
        }
    }
    order
}

/// Whether every unit with `mark` is listed: nobody looks for what a count hides.
fn is_loss(mark: Mark) -> bool {
    matches!(mark, Mark::Lossy | Mark::Impossible)
}

/// Units that ended in the same way.
struct Group<'a> {
    outcome: &'a Outcome,
    /// All of them when they are losses, else at most the first [`SHOWN`].
    first: Vec<Place>,
    count: usize,
}

impl Group<'_> {
    fn write(&self, sources: &Sources, out: &mut String) {
        let Self { outcome, first, count } = self;
        let mut lines: Vec<(Place, String, usize)> = Vec::new();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for (shown, at) in first.iter().enumerate() {
            let text = words(*at, sources);
            let known = numbers.get(&text).filter(|_| shown >= SHOWN);
            if let Some((_, _, again)) = known.and_then(|number| lines.get_mut(*number)) {
                *again += 1;
                continue;
            }
            numbers.entry(text.clone()).or_insert(lines.len());
            lines.push((*at, text, 0));
        }
        for (at, text, again) in lines {
            let _ = write!(out, "  {}  {text}", sources.describe(at));
            if !outcome.becomes.is_empty() {
                let _ = write!(out, "  ->  {}", outcome.becomes);
            }
            if again > 0 {
                let _ = write!(out, "  ({} times)", again + 1);
            }
            out.push('\n');
        }
        if *count > first.len() {
            let _ = writeln!(out, "  and {} more like these", count - first.len());
        }
        let last = outcome.notes.len().saturating_sub(1);
        for (number, note) in outcome.notes.iter().enumerate() {
            let code = outcome.code.filter(|_| number == last).map(|code| format!("  [{code}]"));
            let _ = writeln!(out, "      {note}{}", code.unwrap_or_default());
        }
    }
}

/// The directive itself, secrets masked, shortened to a line.
fn words(at: Place, sources: &Sources) -> String {
    let shown = sources.get(at.file).shown(at.span);
    // A mask as long as the secret would tell its length.
    let mut stars = 0;
    let masked = shown.chars().filter(|c| {
        stars = if *c == '*' { stars + 1 } else { 0 };
        stars <= MASK
    });
    let line: String = masked.collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= WIDTH {
        return line;
    }
    let start: String = line.chars().take(WIDTH - 3).collect();
    format!("{start}...")
}

fn directive<'a>(at: Place, outcome: &'a Outcome, sources: &'a Sources) -> Directive<'a> {
    let (file, position) = sources.locate(at);
    Directive {
        file,
        position,
        directive: words(at, sources),
        mark: outcome.mark,
        code: outcome.code.map(|code| code.id()),
        becomes: &outcome.becomes,
        notes: &outcome.notes,
    }
}

#[derive(Serialize)]
struct Report<'a> {
    /// Version of this form; it grows only by new fields within one version.
    version: u8,
    summary: std::collections::BTreeMap<&'static str, usize>,
    directives: Vec<Directive<'a>>,
}

#[derive(Serialize)]
struct Directive<'a> {
    file: &'a str,
    #[serde(flatten)]
    position: Position,
    directive: String,
    mark: Mark,
    code: Option<&'static str>,
    becomes: &'a str,
    notes: &'a [String],
}

/// Units of one outcome that are shown before they are only counted.
const SHOWN: usize = 5;
/// Asterisks that stand for a secret.
const MASK: usize = 4;
/// Characters of a directive that are shown.
const WIDTH: usize = 60;
