//! Folders of runs that were killed: they have the number of their process in their name, and the next run removes them.

use std::fs;
use std::path::Path;

/// How the name of a folder begins that a process makes for a machine.
pub(super) fn prefix(process: u32) -> String {
    format!("lab-{process}-")
}

/// Removes the folders in `place` whose process is no more.
pub(super) fn remove(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(process) = name.strip_prefix("lab-").and_then(|rest| rest.split('-').next())
        else {
            continue;
        };
        if process.parse::<u32>().is_ok() && !Path::new("/proc").join(process).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
