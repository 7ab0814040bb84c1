//! Speed and memory beside the programs that people would otherwise use: `make bench`.
//!
//! `cargo bench --bench lvsha -- text` measures one area. `--slow 5` does our work five times for each
//! measurement of text and services: rows must turn red. `--compare FILE` holds the ratios against those of an earlier
//! run (its bench.json). Results stand below target/bench; the exit code is 1 when a row missed its budget, or when our
//! program did not do what was to be measured.

// A benchmark that cannot write its files or start a program has nothing better to do than stop,
// and its table is for standard output.
#![expect(clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

mod chart;
mod checks;
mod deploy;
mod lab;
mod measure;
mod pair;
mod peers;
mod report;
mod services;
mod table;
mod text;
mod vrrp;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use measure::Method;
use report::Report;
use table::{Row, Verdict};

type Area = fn(&Bench) -> Vec<Row>;

/// What can be measured by name.
const AREAS: [(&str, Area); 7] = [
    ("text", text::rows),
    ("services", services::rows),
    ("checks", checks::rows),
    ("vrrp", vrrp::rows),
    ("routers", vrrp::many_routers),
    ("deploy", deploy::rows),
    ("lab", lab::rows),
];

/// How, and where to.
struct Bench {
    method: Method,
    /// Results.
    folder: PathBuf,
    /// Inputs that are made for the measurement.
    inputs: PathBuf,
}

fn main() -> ExitCode {
    let mut method = Method { runs: 7, slow: 1, around: 2 };
    let (mut areas, mut earlier) = (Vec::new(), None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // `cargo test` starts benches with --test; there is nothing to test here.
            "--test" => return ExitCode::SUCCESS,
            "--bench" => {}
            "--slow" => method.slow = number(arguments.next()),
            "--runs" => method.runs = number(arguments.next()),
            "--compare" => earlier = arguments.next(),
            name if AREAS.iter().any(|(area, _)| *area == name) => areas.push(argument),
            other => {
                let names = AREAS.map(|(area, _)| area).join(", ");
                eprintln!("there is no benchmark `{other}`: name some of {names}, or none for all");
                return ExitCode::from(2);
            }
        }
    }
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    let inputs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    std::fs::create_dir_all(&inputs).expect("the target folder is writable");
    let bench = Bench { method, folder: target.join("bench"), inputs };
    std::fs::create_dir_all(&bench.folder).expect("the target folder is writable");

    let mut report = Report { machine: machine(), versions: peers::versions(), rows: Vec::new() };
    for (name, rows) in AREAS {
        if areas.is_empty() || areas.iter().any(|area| area == name) {
            eprint!("measuring {name} ... ");
            let begin = Instant::now();
            report.rows.extend(rows(&bench));
            eprintln!("{:.0} s", begin.elapsed().as_secs_f64());
        }
    }
    print!("{}", report.text());
    // Before anything that may end with an error.
    report.write(&bench.folder);
    println!("\nwritten to {}", bench.folder.display());
    let counts = [Verdict::Missed, Verdict::Failed, Verdict::Unmeasured];
    let [missed, failed, unmeasured] = counts.map(|verdict| report.count(verdict));
    println!("rows: {missed} missed, {failed} failed, {unmeasured} not measured");
    let mut is_kept = missed + failed == 0;
    if let Some(earlier) = earlier {
        match report.compare(Path::new(&earlier)) {
            Ok(text) => print!("\nratios, before and now\n{text}"),
            Err(error) => {
                eprintln!("cannot compare with {earlier}: {error}");
                is_kept = false;
            }
        }
    }
    if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn number(argument: Option<String>) -> usize {
    argument.and_then(|text| text.parse().ok()).filter(|number| *number > 0).unwrap_or(1)
}

/// The program that is measured, optimised as people run it.
fn lvsha(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lvsha"));
    command.args(arguments);
    command
}

fn machine() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let model = read("/proc/cpuinfo")
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .and_then(|line| line.split_once(':'))
        .map_or_else(|| "unknown processor".to_owned(), |(_, model)| model.trim().to_owned());
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{processors} x {model}, Linux {}", kernel.trim())
}
