//! Each code is triggered by a file under `tests` and explained by a page that says what to do.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use lvsha::source::Code;

use data::{all_files, root};

mod data;

#[test]
fn every_code_is_triggered_by_a_file() {
    let folders = ["cases", "cli", "conversions", "services", "to_heartbeat"];
    let files = folders.iter().flat_map(|folder| all_files(&root().join("tests").join(folder)));
    let reports: String = files
        .filter(|path| is_report(path))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let untriggered: Vec<String> = Code::all()
        .filter(|code| !reports.contains(&format!("[{code}]")))
        .map(|code| format!("{code} {}: {}", code.name(), code.title()))
        .collect();
    assert!(
        untriggered.is_empty(),
        "{} codes without a case under tests/cases:\n{}",
        untriggered.len(),
        untriggered.join("\n")
    );
}

#[test]
fn no_page_is_a_single_line() {
    for code in Code::all() {
        assert!(code.page().lines().count() > 1, "{code}: what does it mean, what is to be done?");
    }
}

/// What the cases, the conversions and the commands say. The snapshots of `explain` show codes without triggering
/// them.
fn is_report(path: &Path) -> bool {
    let is_report = path.ends_with("expected")
        || path.ends_with("report")
        || path.extension().is_some_and(|extension| extension == "snap");
    is_report && !path.to_string_lossy().contains("explain")
}
