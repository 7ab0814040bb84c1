//! The outside: which scenarios, on which machine, and how it went.

mod arguments;
mod back_end;
mod images;
mod leftovers;
mod machine;
mod qemu;
mod report;
mod settings;
mod shell;
mod stage;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::env;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

use crate::inventory;
use crate::scenarios::{self, Scenario};
use arguments::{Arguments, Wish};
use back_end::{BackEnd, Surroundings};
use images::Images;
use machine::Machine;
use report::Report;
use settings::Settings;

/// Runs what the command line asks for, in the manner of Rust's own test binaries.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    let arguments = match Arguments::parse(arguments) {
        Ok(arguments) => arguments,
        Err(problem) => return refuse(&problem),
    };
    if let Err(problem) = inventory::take(&inventory::path()) {
        return refuse(&problem);
    }
    let table = if arguments.measure { scenarios::MEASUREMENTS } else { scenarios::ALL };
    if arguments.wish == Wish::List {
        // Scenarios are never marked as ignored: what cannot run says so when it is asked to.
        let names = table.iter().filter(|_| !arguments.only_ignored);
        names.for_each(|scenario| println!("{}: test", scenario.name));
        return ExitCode::SUCCESS;
    }
    let chosen: Vec<&Scenario> =
        table.iter().filter(|scenario| arguments.selects(scenario.name)).collect();
    let shell = arguments.wish == Wish::Shell;
    let skip = |reason: &str| if shell { refuse(reason) } else { skip(&chosen, reason) };
    let settings = match Settings::read(|name| env::var(name).ok()) {
        Ok(settings) => settings,
        Err(problem) => return refuse(&problem),
    };
    let Some(back_end) = settings.back_end else {
        return skip("LAB=off says so; leave it out");
    };
    if chosen.is_empty() && !shell {
        println!("lab: no scenario has such a name; `--list` shows all");
        // `cargo test NAME` asks every binary for a name that one of them has; `make lab-test` means the lab.
        return if required() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let possible = back_end.possible(&Surroundings::look(back_end));
    let images = match possible.and_then(|()| Images::find(back_end)) {
        Ok(images) => images,
        Err(reason) => return skip(&reason),
    };
    if shell {
        return shell::run(back_end, &images);
    }
    run(&chosen, settings, back_end, &images)
}

/// Runs all of them, and those that fail once more where `LAB_RETRIES` says so.
fn run(chosen: &[&Scenario], settings: Settings, back_end: BackEnd, images: &Images) -> ExitCode {
    let report = Mutex::new(Report::new(chosen.len()));
    play(chosen, settings, back_end, images, &report);
    for _ in 0..settings.retries {
        let failed = report.lock().unwrap().take_failed();
        let again: Vec<&Scenario> = chosen
            .iter()
            .filter(|scenario| failed.iter().any(|name| name == scenario.name))
            .copied()
            .collect();
        if !again.is_empty() {
            println!("lab: {} scenarios are tried again", again.len());
            play(&again, settings, back_end, images, &report);
        }
    }
    report.into_inner().unwrap().summary()
}

/// Each machine runs its share of the scenarios, one after the other, on one boot.
fn play(
    chosen: &[&Scenario],
    settings: Settings,
    back_end: BackEnd,
    images: &Images,
    report: &Mutex<Report>,
) {
    let processors = thread::available_parallelism().map_or(1, |number| number.get());
    let shares = shares(chosen, settings.machines(back_end, processors));
    thread::scope(|scope| {
        for (number, names) in shares.iter().enumerate() {
            scope.spawn(move || {
                match Machine::boot(back_end, images, number, names, settings.limit) {
                    Ok(machine) => machine.follow(names, report),
                    Err(problem) => report.lock().unwrap().broken(names, &problem),
                }
            });
        }
    });
}

/// The longest group first, each to the machine that has the least to do.
fn shares(chosen: &[&Scenario], machines: usize) -> Vec<Vec<&'static str>> {
    let mut groups: BTreeMap<&str, (u32, Vec<&'static str>)> = BTreeMap::new();
    for scenario in chosen {
        let (weight, names) = groups.entry(scenario.group()).or_default();
        *weight += scenario.weight;
        names.push(scenario.name);
    }
    let mut ordered: Vec<(u32, Vec<&'static str>)> = groups.into_values().collect();
    ordered.sort_by_key(|(weight, _)| Reverse(*weight));
    let mut shares = vec![(0, Vec::new()); machines.min(ordered.len()).max(1)];
    for (weight, names) in ordered {
        // There is at least one machine.
        let share = shares.iter_mut().min_by_key(|(weight, _)| *weight).unwrap();
        share.0 += weight;
        share.1.extend(names);
    }
    shares.into_iter().map(|(_, names)| names).collect()
}

/// Says which scenarios did not run and why. `make lab-test` and `make test` take that for a failure.
fn skip(chosen: &[&Scenario], reason: &str) -> ExitCode {
    for scenario in chosen {
        println!("test {} ... ignored, {reason}", scenario.name);
    }
    println!("\nlab: {} scenarios were skipped: {reason}", chosen.len());
    if required() {
        eprintln!("lab: LVSHA_REQUIRE_LAB is set: a skipped scenario is a failure");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn required() -> bool {
    env::var_os("LVSHA_REQUIRE_LAB").is_some()
}

fn refuse(problem: &str) -> ExitCode {
    eprintln!("lab: {problem}");
    ExitCode::from(2)
}
