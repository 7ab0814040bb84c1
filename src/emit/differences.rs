//! Differences between two clusters for people and for programs.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::model::normal::{Difference, Side};
use crate::source::text::printable;
use crate::source::{Place, Position, Sources};

/// The differences as text: objects as headings, then a line for each field. `-` is what only the
/// first cluster says, `+` what only the second says, `~` what both say otherwise.
pub fn human(differences: &[Difference], sources: &Sources, colour: bool) -> String {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    for difference in differences {
        // A whole object is a line of its own below the heading of what it belongs to.
        let depth = difference.path.len() - usize::from(difference.field.is_none());
        let heading: Vec<&str> = difference.path.iter().take(depth).map(String::as_str).collect();
        let same = open.iter().zip(&heading).take_while(|(a, b)| a == b).count();
        for (level, title) in heading.iter().enumerate().skip(same) {
            let _ = writeln!(out, "{}{}", indent(level), printable(title));
        }
        line(difference, depth, sources, colour, &mut out);
        open = heading;
    }
    out
}

/// `3 differences: 1 only in the first, 2 changed`.
pub fn summary(differences: &[Difference]) -> String {
    let count = |kind| differences.iter().filter(|d| Kind::of(d) == kind).count();
    let counts = [
        (count(Kind::Removed), "only in the first"),
        (count(Kind::Added), "only in the second"),
        (count(Kind::Changed), "changed"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    match differences.len() {
        0 => "no difference".to_owned(),
        1 => format!("1 difference: {}", parts.join(", ")),
        number => format!("{number} differences: {}", parts.join(", ")),
    }
}

/// The differences as one JSON object, with a line feed behind it.
pub fn json(differences: &[Difference], sources: &Sources) -> String {
    let side = |side: &Option<Side>| {
        side.as_ref().map(|side| JsonSide {
            value: printable(&side.value).into_owned(),
            place: side.at.map(|at| JsonPlace::of(at, sources)),
        })
    };
    let report = Report {
        version: 1,
        differences: differences
            .iter()
            .map(|difference| Entry {
                kind: Kind::of(difference),
                path: &difference.path,
                field: difference.field.as_deref(),
                left: side(&difference.left),
                right: side(&difference.right),
            })
            .collect(),
    };
    // Numbers and strings only: there is nothing that serde_json could refuse.
    let mut out = serde_json::to_string_pretty(&report).unwrap_or_default();
    out.push('\n');
    out
}

fn line(difference: &Difference, depth: usize, sources: &Sources, colour: bool, out: &mut String) {
    let kind = Kind::of(difference);
    let style = if colour { kind.style() } else { Style::new() };
    let title = difference.path.last().map_or("", String::as_str);
    let name = difference.field.as_deref().unwrap_or(title);
    let value = |side: &Option<Side>| {
        side.as_ref().map(|side| printable(&side.value).into_owned()).unwrap_or_default()
    };
    let values = match kind {
        Kind::Changed => format!(": {} -> {}", value(&difference.left), value(&difference.right)),
        Kind::Removed => tail(&value(&difference.left)),
        Kind::Added => tail(&value(&difference.right)),
    };
    let sign = kind.sign();
    let _ = write!(out, "{}{style}{sign} {}{values}{style:#}", indent(depth), printable(name));
    let places = [&difference.left, &difference.right].into_iter().flatten();
    let places: Vec<String> =
        places.filter_map(|side| side.at).map(|at| sources.describe(at)).collect();
    if !places.is_empty() {
        let _ = write!(out, "  ({})", places.join(", "));
    }
    out.push('\n');
}

fn tail(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(": {value}") }
}

fn indent(depth: usize) -> String {
    "    ".repeat(depth)
}

/// On which side something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Added,
    Changed,
    Removed,
}

impl Kind {
    fn of(difference: &Difference) -> Self {
        match (&difference.left, &difference.right) {
            (Some(_), Some(_)) => Self::Changed,
            (Some(_), None) => Self::Removed,
            (None, _) => Self::Added,
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Changed => '~',
            Self::Removed => '-',
        }
    }

    fn style(self) -> Style {
        let colour = match self {
            Self::Added => AnsiColor::Green,
            Self::Changed => AnsiColor::Yellow,
            Self::Removed => AnsiColor::Red,
        };
        Style::new().fg_color(Some(colour.into()))
    }
}

#[derive(Serialize)]
struct Report<'a> {
    /// Version of this form; it grows only by new fields within one version.
    version: u8,
    differences: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    kind: Kind,
    path: &'a [String],
    field: Option<&'a str>,
    left: Option<JsonSide<'a>>,
    right: Option<JsonSide<'a>>,
}

#[derive(Serialize)]
struct JsonSide<'a> {
    value: String,
    place: Option<JsonPlace<'a>>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    file: &'a str,
    #[serde(flatten)]
    position: Position,
}

impl<'a> JsonPlace<'a> {
    fn of(at: Place, sources: &'a Sources) -> Self {
        let (file, position) = sources.locate(at);
        Self { file, position }
    }
}
