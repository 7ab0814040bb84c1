//! The kernel's table, filled and kept by lvsha, ipvsadm and keepalived on one director of the lab: the lab's own program
//! measures (`tests/lab`, `-- --measure`); here its numbers are read.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use message::Message;

use crate::Bench;
use crate::chart::{Series, svg};
use crate::table::{Budget, Row, Sample, Trouble, Unit};

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
            let seconds = |by| Ok(one(Unit::Seconds, found.value(&work, by)?));
            let row = Row::of(title, seconds("lvsha"), budget).beside(name, seconds(by));
            rows.push(row.note(CLOCK));
        }
    }
    // A counter that has not seen the one write of the other weight says nothing about those without any.
    let [one_write, ..] = WRITES;
    let counts = found.value(one_write, "lvsha").is_ok_and(|count| count > 0.0);
    for (work, count) in WRITES.into_iter().zip([1.0, 0.0, 0.0]) {
        let title = format!("{work}, {} x 10", grouped(5000));
        let made = match found.value(work, "lvsha") {
            Ok(_) if !counts => Err(Trouble::Failed(format!("no count of `{one_write}`"))),
            made => made.map(|made| one(Unit::Count, made)),
        };
        rows.push(Row::of(title, made, Budget::Exactly(count)));
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
    trouble: Trouble,
}

impl Found {
    /// Boots machines of the lab and lets them measure this program.
    fn of_the_lab() -> Self {
        let trouble = Trouble::Failed("the lab says nothing".to_owned());
        let mut found = Self { measured: Vec::new(), trouble };
        // The machine runs the optimised program of this run; only what watches it is not optimised.
        let started = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["test", "--quiet", "--test", "lab", "--", "--measure", "fill::"])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .env("LVSHA_LAB_PROGRAM", env!("CARGO_BIN_EXE_lvsha"))
            .env_remove("LVSHA_REQUIRE_LAB")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => {
                found.trouble = Trouble::Missing(format!("cargo does not start: {error}"));
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
                    let is_skipped = line.contains("skipped");
                    match found.trouble {
                        Trouble::Failed(_) if is_skipped => found.trouble = Trouble::Missing(line),
                        Trouble::Failed(_) if !line.trim().is_empty() => {
                            found.trouble = Trouble::Failed(line);
                        }
                        Trouble::Failed(_) | Trouble::Missing(_) => {}
                    }
                }
            }
        }
        // Its verdict is in what it said.
        let _ = child.wait();
        found
    }

    fn value(&self, work: &str, by: &str) -> Result<f64, Trouble> {
        let mut all = self.measured.iter();
        let found = all.find(|(other, who, _)| other == work && who == by);
        let (_, _, result) = found.ok_or_else(|| self.trouble.clone())?;
        result.clone().map_err(Trouble::Failed)
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
/// As the measurement calls them: one write, none, none.
const WRITES: [&str; 3] = [
    "writes of a reload with another weight",
    "writes of a reload without a change",
    "writes of a start over the whole table",
];
const CLOCK: &str = "of a machine of 500 million instructions a second";
