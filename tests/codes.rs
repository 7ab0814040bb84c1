//! Each code is triggered by a file under `tests` and explained by a page that says what to do.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use lvsha::source::Code;

#[test]
fn every_code_is_triggered_by_a_file() {
    let mut reports = String::new();
    for folder in ["cases", "cli", "conversions", "services", "to_heartbeat"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder), &mut reports);
    }
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

/// Appends every `expected` of the cases, the reports of the conversions and the snapshots of the commands. The snapshots of
/// `explain` show codes without triggering them.
fn collect(path: &Path, reports: &mut String) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let is_explained = path.to_string_lossy().contains("explain");
        let is_report = path.ends_with("expected")
            || path.ends_with("report")
            || path.extension().is_some_and(|e| e == "snap");
        if path.is_dir() {
            collect(&path, reports);
        } else if is_report && !is_explained {
            reports.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}
