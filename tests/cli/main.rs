//! The built program as its users see it: exit code, standard output, standard error and files.
//!
//! Each test has a directory of its own; `INSTA_UPDATE=always` accepts what is got.

// A test that cannot run the program has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

mod check;
mod conditions;
mod convert;
mod copies;
mod daemon;
#[path = "../data/mod.rs"]
mod data;
mod diff;
mod directions;
mod explain;
mod fmt;
mod generate;
mod graph;
mod inventory;
mod mend;
mod options;
mod readme;
mod round;
mod secrets;
mod simulate;
mod site;
mod stack;
mod to_heartbeat;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A directory that is removed behind the test.
struct Place(tempfile::TempDir);

impl Place {
    /// One virtual router, which each director's file calls otherwise.
    fn with_other_names() -> Self {
        let director = |name: &str, priority: u8| {
            format!(
                "vrrp_instance {name} {{\n    interface eth1\n    virtual_router_id 51\n    \
                 priority {priority}\n    virtual_ipaddress {{\n        10.0.0.31/24\n    }}\n}}\n"
            )
        };
        Self::new()
            .file("lw1/keepalived.conf", director("VI_lw1", 150))
            .file("lw2/keepalived.conf", director("VI_lw2", 100))
    }

    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a file, and the directories above it.
    fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// The program, ready to run here in an empty environment.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lvsha"));
        command.args(arguments).current_dir(self.0.path()).env_clear();
        command
    }

    /// All that can be observed of a run: exit code, both streams, files that it made.
    fn run(&self, arguments: &[&str]) -> String {
        let before = self.files();
        let output = self.command(arguments).output().unwrap();
        let mut out = format!("$ lvsha {}\n{}", arguments.join(" "), shown(&output));
        for path in self.files().iter().filter(|path| !before.contains(path)) {
            let _ = writeln!(out, "--- made: {}", path.display());
        }
        out
    }

    /// All that is here, as paths from here.
    fn files(&self) -> Vec<PathBuf> {
        let paths = data::all_files(self.0.path()).into_iter();
        paths.map(|path| path.strip_prefix(self.0.path()).unwrap().to_owned()).collect()
    }
}

fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "exit code: {}\n--- stdout\n{}--- stderr\n{}",
        output.status.code().map_or("none".to_owned(), |code| code.to_string()),
        text(&output.stdout),
        text(&output.stderr)
    )
}

/// Compares with the snapshot file named after the test; the version changes without a reason.
macro_rules! snapshot {
    ($text:expr) => {
        insta::with_settings!({
            filters => vec![(env!("CARGO_PKG_VERSION"), "[VERSION]")],
            omit_expression => true,
            prepend_module_to_snapshot => false,
        }, { insta::assert_snapshot!($text) })
    };
}
use snapshot;
