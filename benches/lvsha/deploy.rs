//! Deployment beside Ansible: `benches/deploy` makes the machines and measures; here its table is read.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Bench;
use crate::table::{Budget, Row, Sample, Unit};

pub(crate) fn rows(bench: &Bench) -> Vec<Row> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/deploy");
    let output = Command::new(script)
        .env("LVSHA", env!("CARGO_BIN_EXE_lvsha"))
        .env("RUNS", bench.method.runs.min(3).to_string())
        .stderr(Stdio::piped())
        .output();
    let (text, why) = match output {
        Ok(output) => (output.stdout, output.stderr),
        Err(error) => (Vec::new(), error.to_string().into_bytes()),
    };
    let (text, why) = (String::from_utf8_lossy(&text), String::from_utf8_lossy(&why));
    let why = why.lines().last().unwrap_or("benches/deploy says nothing");
    let measured = WORKS.iter().map(|(work, budget)| {
        let title = format!("deploy to 5 machines: {work}");
        let cells = text.lines().find_map(|line| line.strip_prefix(&format!("| {work} | ")));
        let mut values = cells.into_iter().flat_map(|cells| cells.split(" s | "));
        let mut next = || values.next().and_then(|value| value.trim().parse::<f64>().ok());
        let Some(ours) = next() else { return Row::unmeasured(title, *budget, why) };
        // The faster way to use Ansible, with pipelining, is the one to beat.
        let theirs = [next(), next()].into_iter().flatten().reduce(f64::min);
        let one = |value| Sample::new(Unit::Seconds, vec![value]);
        Row::new(title, one(ours), *budget).beside("Ansible", theirs.map(one))
    });
    let mut rows: Vec<Row> = measured.collect();
    let many = text.lines().find_map(|line| line.strip_prefix("50 machines planned at once: "));
    let many = many.and_then(|time| time.trim_end_matches(" s").parse().ok());
    let work = "plan of 50 machines at once";
    rows.push(match many {
        Some(time) => Row::new(work, Sample::new(Unit::Seconds, vec![time]), Budget::Open),
        None => Row::unmeasured(work, Budget::Open, why),
    });
    rows
}

/// As the script calls them.
const WORKS: [(&str, Budget); 3] = [
    ("from nothing", Budget::TimesFaster(5.0)),
    ("a weight changes", Budget::Open),
    ("nothing changes", Budget::Open),
];
