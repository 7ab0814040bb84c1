//! Data cases: each folder under `tests/cases/<format>/` is named after the oddity that it shows,
//! holds the files of one cluster (or a part of them), and `expected`: the short report and, for
//! each file, what the real program does with it. `LVSHA_UPDATE=1` rewrites `expected`.
//! A file `NAME.mode` holds the permission bits that NAME has on the director, in octal; every
//! other file is one that an `include` may name.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use lvsha::model::read::{Input, Options, Reading, read_with};
use lvsha::source::{Sources, report};
use lvsha::syntax::{ConfigId, Format, detect};

#[test]
fn every_case_reports_what_it_expects() {
    let update = std::env::var_os("LVSHA_UPDATE").is_some();
    let mut wrong = String::new();
    let cases = cases();
    assert!(!cases.is_empty(), "no case under tests/cases");
    for case in cases {
        let got = run(&case);
        let path = case.join("expected");
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        if got != wanted && update {
            fs::write(&path, got).unwrap();
        } else if got != wanted {
            let _ = writeln!(wrong, "== {}\n-- expected\n{wanted}-- got\n{got}", case.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nLVSHA_UPDATE=1 accepts what was got");
}

#[test]
fn every_case_prints_its_files_unchanged() {
    for case in cases() {
        let mut sources = Sources::new();
        let inputs = load(&case, &mut sources);
        for (input, tree) in judged(&mut sources, &inputs).trees {
            let text = sources.get(input.file).text();
            assert_eq!(tree.print(text), text, "{}", sources.get(input.file).name());
        }
    }
}

/// The report of one case, then one line per file with the expected verdict of its program.
fn run(case: &Path) -> String {
    let mut sources = Sources::new();
    let inputs = load(case, &mut sources);
    assert!(!inputs.is_empty(), "{} holds no file of a known format", case.display());
    let reading = judged(&mut sources, &inputs);
    let diagnostics = reading.findings.sorted();
    let mut out = report::short(&sources, &diagnostics);
    for input in &inputs {
        let file = sources.get(input.file);
        let verdict = report::verdict(&sources, input.file, &diagnostics);
        let _ = writeln!(out, "{}: {} {verdict}", file.name(), input.format.program());
    }
    out
}

/// Cases are judged as on the node `node1`, like the real program judges them.
fn judged(sources: &mut Sources, inputs: &[Input]) -> Reading {
    let options = Options { config_id: ConfigId::Exactly("node1".into()) };
    read_with(sources, inputs, &options)
}

fn load(case: &Path, sources: &mut Sources) -> Vec<Input> {
    let mut inputs = Vec::new();
    // heartbeat's files before the services that they start, as a user's directory is read.
    for path in files(case) {
        let name = path.strip_prefix(case).unwrap().to_string_lossy().into_owned();
        if name == "expected" || name.ends_with(".mode") {
            continue;
        }
        let mode = fs::read_to_string(case.join(format!("{name}.mode")));
        let is_known = Format::ALL.iter().any(|format| format.file_name() == name);
        let file = sources.add(name, &fs::read(&path).unwrap());
        if let Ok(mode) = mode {
            sources.set_mode(file, u32::from_str_radix(mode.trim(), 8).unwrap());
        }
        if is_known {
            let format = detect(sources.get(file)).unwrap();
            inputs.push(Input { file, format });
        }
    }
    inputs
}

/// All files below `folder`, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut found: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .flat_map(|group| fs::read_dir(group.unwrap().path()).unwrap())
        .map(|case| case.unwrap().path())
        .collect();
    found.sort();
    found
}
