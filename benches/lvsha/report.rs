//! What is printed and written: a table for people, Markdown, JSON; and a comparison of two runs.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::table::{Row, Verdict, percentile};

/// Everything that one run measured.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Processor and kernel, so that numbers are not compared across machines by mistake.
    pub(crate) machine: String,
    pub(crate) versions: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

const HEADS: [&str; 6] = ["work", "lvsha", "peer", "ratio", "budget", ""];

impl Report {
    /// Columns as wide as they need to be.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<[String; 6]> =
            [HEADS.map(str::to_owned)].into_iter().chain(self.cells()).collect();
        let width = |column: usize| {
            lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> = (0..HEADS.len()).map(|n| width(n).unwrap_or(0)).collect();
        let mut out = String::new();
        for line in &lines {
            for (cell, width) in line.iter().zip(&widths) {
                let _ = write!(out, "{cell:<width$}  ");
            }
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
        out
    }

    pub(crate) fn markdown(&self) -> String {
        let mut out = format!("{}; {}.\n\n", self.machine, self.versions.join(", "));
        let _ = writeln!(out, "| {} |", HEADS.join(" | "));
        out.push_str("|---|---|---|---|---|---|\n");
        for cells in self.cells() {
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
        out
    }

    /// How many rows have this verdict.
    pub(crate) fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }

    /// Writes both forms below `folder`.
    pub(crate) fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).expect("the target folder is writable");
        let json = serde_json::to_string_pretty(self).expect("numbers and text");
        fs::write(folder.join("bench.json"), json).expect("the target folder is writable");
        fs::write(folder.join("bench.md"), self.markdown()).expect("the target folder is writable");
    }

    /// How the ratios differ from those of an earlier run, in hundredths; only those above 15 are
    /// disagreements.
    pub(crate) fn compare(&self, earlier: &Path) -> Result<String, String> {
        let text = fs::read_to_string(earlier).map_err(|error| error.to_string())?;
        let earlier: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let mut out = String::new();
        for row in &self.rows {
            let Some(ratio) = row.ratio else { continue };
            let rows = earlier.get("rows").and_then(Value::as_array);
            // The same work may stand beside two peers.
            let peer = row.peer.as_ref().map(|peer| peer.name.as_str());
            let is_same = |other: &&Value| {
                let peer_then = other.get("peer").and_then(|peer| peer.get("name"));
                other.get("work").and_then(Value::as_str) == Some(row.work.as_str())
                    && peer_then.and_then(Value::as_str) == peer
            };
            let other = rows.into_iter().flatten().find(is_same);
            let Some(before) = other.and_then(|row| row.get("ratio")?.as_f64()) else { continue };
            let difference = (ratio / before - 1.0) * 100.0;
            let word = if difference.abs() > 15.0 { "DIFFERS" } else { "agrees" };
            let _ = writeln!(
                out,
                "{}: {before:.2} -> {ratio:.2}, {difference:+.0} %: {word}",
                row.work
            );
        }
        Ok(out)
    }

    fn cells(&self) -> impl Iterator<Item = [String; 6]> {
        self.rows.iter().map(|row| {
            let unit = row.ours.as_ref().map(|ours| ours.unit());
            let dash = || "-".to_owned();
            let mut verdict = row.verdict.to_string();
            if !row.note.is_empty() {
                let separator = if verdict.is_empty() { "" } else { ": " };
                verdict = format!("{verdict}{separator}{}", row.note);
            }
            [
                row.work.clone(),
                row.ours.as_ref().map_or_else(dash, ToString::to_string),
                row.peer.as_ref().map_or_else(dash, |p| format!("{}: {}", p.name, p.sample)),
                row.ratio.map_or_else(dash, |ratio| shown(ratio, &row.turns)),
                row.budget.shown(unit),
                verdict,
            ]
        })
    }
}

/// With the range of the turns.
fn shown(ratio: f64, turns: &[f64]) -> String {
    // Small ratios matter to the hundredth: two take-overs that both wait for the same clock.
    let one = |ratio: f64| {
        if ratio < 10.0 { format!("{ratio:.2}") } else { format!("{ratio:.1}") }
    };
    if turns.is_empty() {
        return one(ratio);
    }
    let [least, most] = [0.0, 100.0].map(|share| one(percentile(turns.to_vec(), share)));
    format!("{} ({least} - {most})", one(ratio))
}
