//! Data cases: each folder under `tests/cases/<format>/` is named after the oddity that it shows,
//! holds the files of one cluster (or a part of them), and `expected`: the short report and, for
//! each file, what the real program does with it. `LVSHA_UPDATE=1` rewrites `expected`.
//! A file `NAME.mode` holds the permission bits that NAME has on the director, in octal; a file
//! `target` the program that is meant, as `--target` takes it; every other file is one that an
//! `include` may name.
//!
//! Folders under `tests/cases/nodes/` are sites: each holds one folder of files for each node, which
//! are held against each other as well.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use lvsha::model::read::{Input, Options, read_with};
use lvsha::model::rules::{self, nodes::Node};
use lvsha::source::{Findings, Place, Silenced, Sources, report};
use lvsha::syntax::{ConfigId, Format, detect};

use data::{all_files, folders, name_of, root};

mod data;

#[test]
fn every_case_reports_what_it_expects() {
    let update = std::env::var_os("LVSHA_UPDATE").is_some();
    let mut wrong = String::new();
    let cases = cases();
    assert!(cases.len() >= 700, "there are only {} cases under tests/cases", cases.len());
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
    for case in cases().into_iter().flat_map(|case| nodes(&case)) {
        let mut sources = Sources::new();
        let inputs = load(&case, "", &mut sources);
        assert!(!inputs.is_empty(), "{} holds no file of a known format", case.display());
        let trees = read_with(&mut sources, &inputs, &Options::default()).trees;
        assert_eq!(trees.len(), inputs.len(), "{}: a file has no tree", case.display());
        for (input, tree) in trees {
            let text = sources.get(input.file).text();
            assert_eq!(tree.print(text), text, "{}", sources.get(input.file).name());
        }
    }
}

/// The report of one case, then one line per file with the expected verdict of its program.
fn run(case: &Path) -> String {
    let mut sources = Sources::new();
    let mut options = Options::default();
    if let Ok(target) = fs::read_to_string(case.join("target")) {
        options.targets.set(target.trim()).unwrap();
    }
    let mut findings = Findings::new();
    let mut readings = Vec::new();
    let mut all = Vec::new();
    let folders = nodes(case);
    for folder in &folders {
        let prefix = if folder == case { String::new() } else { format!("{}/", name_of(folder)) };
        let inputs = load(folder, &prefix, &mut sources);
        assert!(!inputs.is_empty(), "{} holds no file of a known format", folder.display());
        // Like the real program judges them: on a host of the node's name.
        let id = if folder == case { "node1".to_owned() } else { name_of(folder) };
        options.config_id = ConfigId::Exactly(id);
        let reading = read_with(&mut sources, &inputs, &options);
        findings.append(reading.findings);
        readings.push((name_of(folder), reading.cluster, reading.trees));
        all.extend(inputs);
    }
    if readings.len() > 1 {
        let site: Vec<Node<'_>> =
            readings.iter().map(|(name, cluster, trees)| Node { name, cluster, trees }).collect();
        rules::nodes::check(&site, &sources, &mut findings);
    }
    findings.report_unused_allowances(|_| true);
    let (diagnostics, silenced) = findings.into_parts(|_| 0);
    for diagnostic in &diagnostics {
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.at);
        let places = diagnostic.context.iter().map(|label| label.at);
        for Place { file, span } in places.chain(edits).chain(diagnostic.at) {
            // A place inside a character would end the frames for people.
            let is_whole = sources.get(file).text().get(span.range()).is_some();
            assert!(is_whole, "{}: {span:?} of {}", case.display(), diagnostic.code);
        }
    }
    let mut out = report::short(&sources, &diagnostics);
    for Silenced { diagnostic, .. } in silenced {
        let place = diagnostic.at.map_or(String::new(), |at| sources.describe(at));
        let _ = writeln!(out, "{place}: silenced {}", diagnostic.code);
    }
    for input in &all {
        let file = sources.get(input.file);
        let verdict = report::verdict(&sources, input.file, &diagnostics);
        let _ = writeln!(out, "{}: {} {verdict}", file.name(), input.format.program());
    }
    out
}

/// The folders that hold a case's files: its own, or those of its nodes.
fn nodes(case: &Path) -> Vec<PathBuf> {
    if name_of(case.parent().unwrap()) != "nodes" {
        return vec![case.to_owned()];
    }
    folders(case)
}

fn load(folder: &Path, prefix: &str, sources: &mut Sources) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in all_files(folder) {
        let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        if matches!(&*name, "expected" | "target") || name.ends_with(".mode") {
            continue;
        }
        let mode = fs::read_to_string(folder.join(format!("{name}.mode")));
        // haresources may name several configurations of ldirectord.
        let is_known =
            Format::ALL.iter().any(|format| format.file_name() == name) || name.ends_with(".cf");
        let file = sources.add(format!("{prefix}{name}"), &fs::read(&path).unwrap());
        if let Ok(mode) = mode {
            sources.set_mode(file, u32::from_str_radix(mode.trim(), 8).unwrap());
        }
        if is_known {
            let format = detect(sources.get(file)).unwrap();
            inputs.push(Input { file, format });
        }
    }
    // heartbeat's files before the services that they start, as a user's directory is read.
    inputs.sort_by_key(|input| input.format);
    inputs
}

fn cases() -> Vec<PathBuf> {
    folders(&root().join("tests/cases")).iter().flat_map(|group| folders(group)).collect()
}
