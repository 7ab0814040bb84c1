//! The project's own files, as tests find and load them.

// Each test is a program of its own and needs only a part of this.
#![allow(dead_code)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub(crate) mod conversions;

/// The folder of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// How a file of the repository is called in messages and lists.
pub(crate) fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The folders directly in `folder`, sorted.
pub(crate) fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

/// The same without what a case expects.
pub(crate) fn folders_of_nodes(case: &Path) -> Vec<PathBuf> {
    folders(case).into_iter().filter(|path| !path.ends_with("expected")).collect()
}

/// The files directly in `folder`, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_file()).collect()
}

/// Every file below `folder`, sorted; a link to a folder is one of them, since it may lead in a circle.
pub(crate) fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for path in entries(&folder) {
            let is_folder = path.is_dir() && !path.is_symlink();
            if is_folder { &mut open } else { &mut found }.push(path);
        }
    }
    found.sort();
    found
}

/// The tree that `tests/peers/build` makes of the real programs.
pub(crate) fn peers_root() -> PathBuf {
    std::env::var_os("LVSHA_PEERS_ROOT")
        .map_or_else(|| root().join("target/peers/root"), PathBuf::from)
}

/// Says that a test cannot be run here, which is a failure where everything is required.
pub(crate) fn is_missing(reason: &str) {
    let is_required = std::env::var_os("LVSHA_REQUIRE_PEERS").is_some();
    assert!(!is_required, "{reason}");
    skipped(reason);
}

/// Says what a test went without. The harness keeps what a test that passes prints by macros; this it
/// does not see. nextest shows it with `--success-output final`.
pub(crate) fn skipped(reason: &str) {
    let _ = writeln!(std::io::stderr().lock(), "skipped: {reason}");
}

/// A folder that was moved must not pass for one in which nothing is wrong.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder);
    let listing = listing.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = listing.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
