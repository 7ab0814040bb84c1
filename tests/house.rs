//! The rules of the house that a machine can check: what may import what, and how long a file is.

// A test that cannot read its own sources has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use data::{all_files, name_of, root};

mod data;

/// The folders of `src`, in the order of the data flow: each imports only from its left.
const LAYERS: [&str; 10] =
    ["source", "syntax", "model", "emit", "site", "plan", "deploy", "run", "sim", "cli"];

/// Longest file. A file that needs more is two files.
const MAX_LINES: usize = 650;

#[test]
fn modules_import_only_from_their_left() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let Some(own) = layer_of(&path) else { continue };
        for (number, line) in code_lines(&text) {
            assert!(
                !line.contains("crate::{"),
                "{}:{number}: one `use` per layer, so that this test can read it",
                path.display()
            );
            for import in line.split("crate::").skip(1) {
                let name: String =
                    import.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let imported = LAYERS.iter().position(|layer| *layer == name);
                if imported.is_some_and(|imported| imported > own) {
                    wrong.push(format!("{}:{number}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports from the right:\n{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_src_is_a_known_layer() {
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = name_of(&path);
        assert!(path.is_file() || LAYERS.contains(&name.as_str()), "src/{name} has no place");
    }
}

#[test]
fn the_architecture_names_every_layer() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert!(text.contains(&LAYERS.join(" -> ")));
    for layer in LAYERS {
        assert!(text.contains(&format!("| `{layer}/` |")), "{layer} has no row");
    }
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources("src")
        .into_iter()
        .chain(sources("tests"))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "longer than {MAX_LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn only_the_printer_writes_to_the_terminal() {
    let printing = ["println!", "print!(", "io::stdout", "io::stderr"];
    occur_only_in("src", &printing, |path| path.ends_with("src/cli/printer.rs"));
}

#[test]
fn only_syntax_knows_pest() {
    let pest = ["pest::", "pest_derive", "#[grammar"];
    occur_only_in("src", &pest, |path| path.starts_with(root().join("src/syntax")));
}

#[test]
fn only_the_network_is_unsafe() {
    let words = ["unsafe {", "unsafe fn", "unsafe impl", "extern \"C\""];
    occur_only_in("src", &words, |path| path.starts_with(root().join("src/run/net")));
}

#[test]
fn every_unsafe_block_says_why_it_is_sound() {
    for (path, text) in sources("src/run/net") {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("unsafe {"))
        {
            let before = &lines[number.saturating_sub(6)..number];
            let is_reasoned = before.iter().any(|line| line.trim_start().starts_with("// SAFETY:"));
            assert!(is_reasoned, "{}:{}: SAFETY?: {line}", path.display(), number + 1);
        }
    }
}

#[test]
fn the_model_reads_no_clock_and_no_file() {
    let effects = ["std::fs", "std::net::Tcp", "Instant::now", "SystemTime", "std::env", "std::io"];
    // Tests may read the data that they compare with.
    occur_only_in("src/model", &effects, |path| path.ends_with("tests.rs"));
}

#[test]
fn no_path_of_a_build_machine_is_written_down() {
    // Put together, so that this file does not hold it.
    let prefix = concat!("/wo", "rk/");
    for folder in ["src", "tests", "grammars", ".ci"] {
        occur_only_in(folder, &[prefix], |_| false);
    }
}

/// Fails when one of `words` stands in a code line of `folder` outside the `allowed` files.
fn occur_only_in(folder: &str, words: &[&str], allowed: impl Fn(&Path) -> bool) {
    let mut wrong = Vec::new();
    for (path, text) in sources(folder).into_iter().filter(|(path, _)| !allowed(path)) {
        for (number, line) in code_lines(&text) {
            for word in words.iter().filter(|word| line.contains(**word)) {
                wrong.push(format!("{}:{number}: {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Numbered lines that are not comments.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The layer that a file under `src` belongs to; `lib.rs` and `main.rs` have none.
fn layer_of(path: &Path) -> Option<usize> {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let folder = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    LAYERS.iter().position(|layer| *layer == folder)
}

/// Every text file below `folder` that people wrote.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let is_written = |path: &PathBuf| path.extension().is_none_or(|e| e == "rs" || e == "pest");
    let files = all_files(&root().join(folder)).into_iter().filter(is_written);
    // Data cases may hold any bytes and are not read here.
    let found: Vec<_> =
        files.filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?))).collect();
    assert!(!found.is_empty(), "{folder} holds nothing that people wrote");
    found
}
