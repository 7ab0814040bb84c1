//! Data cases: each folder under `tests/services/` holds the file of one director and `expected`: what
//! the daemon says about it, and what it would do. `LVSHA_UPDATE=1` rewrites `expected`.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use lvsha::model::read::read;
use lvsha::run::services::plan;
use lvsha::source::{Findings, Sources, report};

use data::conversions::load;
use data::{folders, root};

mod data;

#[test]
fn every_case_is_planned_as_it_expects() {
    let update = std::env::var_os("LVSHA_UPDATE").is_some();
    let cases = folders(&root().join("tests/services"));
    assert!(cases.len() >= 8, "the cases are gone");
    let mut wrong = String::new();
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

/// The findings of the plan, and the plan in words.
fn run(case: &Path) -> String {
    let mut sources = Sources::new();
    let inputs = load(case, &mut sources);
    assert!(!inputs.is_empty(), "{} holds no file of a known format", case.display());
    let reading = read(&mut sources, &inputs);
    let mut findings = Findings::new();
    let plan = plan::plan(&reading.cluster, &sources, &inputs, &mut findings);
    format!("{}{plan}", report::short(&sources, &findings.sorted()))
}
