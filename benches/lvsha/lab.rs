//! The kernel's table, filled and kept by lvsha, ipvsadm and keepalived on one director of the lab: the lab's own program
//! measures (`tests/lab`, `-- --measure`); here its numbers are read.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use message::Message;

use crate::Bench;
use crate::chart::{Series, svg};
use crate::table::{Budget, Row, Sample, Unit};

// Of the lab's messages only what it measured matters here.
#[expect(dead_code)]
#[path = "../../tests/lab/message.rs"]
mod message;

pub(crate) fn rows(bench: &Bench) -> Vec<Row> {
    let found = Found::of_the_lab();
    let mut rows = Vec::new();
    for services in SIZES {
        let work = format!("fill {services}");
        let budget =
            if Some(&services) == SIZES.last() { Budget::TimesFaster(10.0) } else { Budget::Open };
        for (by, name, budget) in
            [("ipvsadm", "ipvsadm -R", budget), ("keepalived", "keepalived", Budget::Open)]
        {
            let title = format!("fill IPVS: {} x 10 from nothing", grouped(services));
            let row = match found.value(&work, "lvsha") {
                Err(why) => Row::unmeasured(title, budget, &why),
                Ok(ours) => {
                    let row = Row::new(title, one(Unit::Seconds, ours), budget);
                    match found.value(&work, by) {
                        Ok(theirs) => {
                            row.beside(name, Some(one(Unit::Seconds, theirs))).note(CLOCK)
                        }
                        Err(why) => row.note(format!("{name}: {why}")),
                    }
                }
            };
            rows.push(row);
        }
    }
    for (work, budget) in WRITES {
        let title = format!("{work}, {} x 10", grouped(5000));
        rows.push(match found.value(work, "lvsha") {
            Ok(count) => Row::new(title, one(Unit::Count, count), budget),
            Err(why) => Row::unmeasured(title, budget, &why),
        });
    }
    let series = [("lvsha", "lvsha"), ("ipvsadm", "ipvsadm -R"), ("keepalived", "keepalived")];
    let series =
        series.map(|(by, name)| Series { name: name.to_owned(), points: found.points(by) });
    let picture = svg("Filling the kernel's table", "services with ten servers each", &series);
    if !picture.is_empty() {
        std::fs::write(bench.folder.join("lab-fill.svg"), picture)
            .expect("the target folder is writable");
    }
    rows
}

/// What the lab said.
struct Found {
    measured: Vec<(String, String, Result<f64, String>)>,
    /// Why something is missing.
    trouble: String,
}

impl Found {
    /// Boots a machine of the lab and lets it measure this program.
    fn of_the_lab() -> Self {
        let mut found = Self { measured: Vec::new(), trouble: "the lab says nothing".to_owned() };
        // The machine runs the optimised program of this run; only what watches it is not optimised.
        let started = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["test", "--quiet", "--test", "lab", "--", "--measure", "fill::"])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .env("LVSHA_LAB_PROGRAM", env!("CARGO_BIN_EXE_lvsha"))
            .env("LAB_MACHINES", "1")
            .env_remove("LVSHA_REQUIRE_LAB")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => {
                found.trouble = format!("cargo does not start: {error}");
                return found;
            }
        };
        let output = child.stdout.take().expect("it is piped");
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            match Message::from_line(&line) {
                Some(Message::Measured { work, by, result }) => {
                    found.measured.push((work, by, result));
                }
                Some(_) => {}
                None => {
                    eprintln!("{line}");
                    // What was skipped says why; of a failure the last line is its reason or its place.
                    if !line.trim().is_empty() && !found.trouble.contains("skipped") {
                        found.trouble = line;
                    }
                }
            }
        }
        // Its verdict is in what it said.
        let _ = child.wait();
        found
    }

    fn value(&self, work: &str, by: &str) -> Result<f64, String> {
        let mut all = self.measured.iter();
        let found = all.find(|(other, who, _)| other == work && who == by);
        found.map_or_else(|| Err(self.trouble.clone()), |(_, _, result)| result.clone())
    }

    /// Services and seconds, as far as they were measured.
    fn points(&self, by: &str) -> Vec<(f64, f64)> {
        let point = |services: u32| {
            let seconds = self.value(&format!("fill {services}"), by).ok()?;
            Some((f64::from(services), seconds))
        };
        SIZES.into_iter().filter_map(point).collect()
    }
}

fn one(unit: Unit, value: f64) -> Sample {
    Sample::new(unit, vec![value])
}

/// 5,000.
fn grouped(number: u32) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", number / 1000, number % 1000),
    }
}

/// Services, as the measurement fills them.
const SIZES: [u32; 3] = [50, 500, 5000];
/// As the measurement calls them.
const WRITES: [(&str, Budget); 3] = [
    ("writes of a reload without a change", Budget::AtMost(0.0)),
    ("writes of a reload with another weight", Budget::AtMost(1.0)),
    ("writes of a start over the whole table", Budget::AtMost(0.0)),
];
const CLOCK: &str = "of a machine of 500 million instructions a second";
