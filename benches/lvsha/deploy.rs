//! Deployment beside Ansible: `benches/deploy` makes the machines and measures; here its table is read.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Bench;
use crate::table::{Budget, Row, Sample, Trouble, Unit};

pub(crate) fn rows(bench: &Bench) -> Vec<Row> {
    let runs = bench.method.runs;
    let mut rows = to(5, 50, runs.min(3));
    // Ansible takes a minute for each of these.
    rows.extend(to(20, 20, runs.min(2)));
    rows
}

/// One run of the script, for `nodes` machines to deploy to and `many` to plan for.
fn to(nodes: u32, many: u32, runs: usize) -> Vec<Row> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/deploy");
    let output = Command::new(script)
        .env("LVSHA", env!("CARGO_BIN_EXE_lvsha"))
        .env("NODES", nodes.to_string())
        .env("MANY", many.to_string())
        .env("RUNS", runs.to_string())
        .stderr(Stdio::piped())
        .output();
    let (text, why, code) = match output {
        Ok(output) => (output.stdout, output.stderr, output.status.code()),
        Err(error) => (Vec::new(), error.to_string().into_bytes(), Some(NOT_HERE)),
    };
    let (text, why) = (String::from_utf8_lossy(&text), String::from_utf8_lossy(&why));
    // What a program said when it failed stands in front of that.
    if code != Some(0) {
        eprint!("{why}");
    }
    let why = why.lines().last().unwrap_or("benches/deploy says nothing").to_owned();
    let trouble = match code {
        Some(NOT_HERE) => Trouble::Missing(why),
        _ => Trouble::Failed(why),
    };
    // A cell has the seconds of all runs.
    let seconds = |cell: Option<&str>| {
        let values = cell.unwrap_or_default().strip_suffix(" s").unwrap_or_default();
        let values: Result<Vec<f64>, _> = values.split(' ').map(str::parse).collect();
        match values {
            Ok(values) if values.len() == runs => Ok(Sample::new(Unit::Seconds, values)),
            _ => Err(trouble.clone()),
        }
    };
    let measured = WORKS.iter().map(|(work, budget)| {
        let title = format!("deploy to {nodes} machines: {work}");
        let cells = text.lines().find_map(|line| line.strip_prefix(&format!("| {work} | ")));
        let mut cells = cells.into_iter().flat_map(|cells| cells.split(" | "));
        let (ours, theirs) = (seconds(cells.next()), seconds(cells.next()));
        Row::of(title, ours, *budget).in_turns_with("Ansible", theirs)
    });
    let mut rows: Vec<Row> = measured.collect();
    let planned = format!("{many} machines planned at once: ");
    let time = text.lines().find_map(|line| line.strip_prefix(&planned));
    let work = format!("plan of {many} machines at once");
    rows.push(Row::of(work, seconds(time), Budget::Open));
    rows
}

/// The exit code of the script where this machine lacks something.
const NOT_HERE: i32 = 1;

/// As the script calls them.
const WORKS: [(&str, Budget); 3] = [
    ("from nothing", Budget::TimesFaster(5.0)),
    ("nothing changes", Budget::Open),
    ("a weight changes", Budget::Open),
];
