//! Conversions as data: each folder under `tests/conversions/` holds an input cluster, perhaps a
//! file `options`, and `expected/`: the report and every file of every node. `LVSHA_UPDATE=1`
//! rewrites `expected/`.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lvsha::emit::account::UNACCOUNTED;
use lvsha::emit::{Conversion, fmt, report, scripts};
use lvsha::source::Sources;
use lvsha::syntax::Format;

use data::conversions::{assert_expected, cases_to_keepalived, keepalived_options, load};
use data::{all_files, folders, name_of, relative, root};

mod data;

#[test]
fn every_conversion_gives_what_it_expects() {
    assert_expected(&cases_to_keepalived(), run);
}

/// Files that lvsha writes are in the layout that it asks of others, in both directions.
#[test]
fn every_file_that_is_written_has_the_layout_of_fmt() {
    let mut wrong = String::new();
    let mut count = 0;
    for folder in ["tests/conversions", "tests/to_heartbeat"] {
        for path in all_files(&root().join(folder)) {
            if !path.components().any(|part| part.as_os_str() == "expected") {
                continue;
            }
            let (base, text) = (name_of(&path), fs::read_to_string(&path).unwrap());
            let usual = Format::ALL.into_iter().find(|format| format.file_name() == base);
            // ldirectord's configurations have free names.
            let free = base.ends_with(".cf").then_some(Format::Ldirectord);
            let Some(format) = usual.or(free) else { continue };
            let mut sources = Sources::new();
            let file = sources.add(base, text.as_bytes());
            count += 1;
            match fmt::format(sources.get(file), format) {
                Ok(laid_out) if laid_out.text == text => {}
                Ok(laid_out) => wrong += &format!("== {}\n{}\n", relative(&path), laid_out.text),
                Err(refusal) => wrong += &format!("== {}\n{refusal}\n", relative(&path)),
            }
        }
    }
    assert!(count > 100, "the expectations are missing");
    assert!(wrong.is_empty(), "{wrong}");
}

/// The promise of the report: one outcome for each directive, and none that nobody thought of.
#[test]
fn every_directive_is_accounted_for_exactly_once() {
    let mut silent = Vec::new();
    for case in cases_to_keepalived().into_iter().chain(oddities()) {
        let mut sources = Sources::new();
        let conversion = convert(&case, &mut sources);
        let account = &conversion.account;
        let mut places: Vec<_> = account.entries().map(|(at, _)| at).collect();
        assert_eq!(places.len(), account.len(), "{}: a directive has no outcome", case.display());
        places.dedup();
        assert_eq!(places.len(), account.len(), "{}: a directive is listed twice", case.display());
        for (at, outcome) in account.entries() {
            if outcome.notes.iter().any(|note| note == UNACCOUNTED) {
                silent.push(format!("{}: {}", case.display(), sources.describe(at)));
            }
        }
    }
    assert!(silent.is_empty(), "nobody speaks for\n{}", silent.join("\n"));
}

fn run(case: &Path) -> BTreeMap<String, String> {
    let mut sources = Sources::new();
    let conversion = convert(case, &mut sources);
    let mut files = BTreeMap::new();
    files.insert("report".to_owned(), report::human(&conversion.account, &sources));
    let nodes: Vec<String> = conversion.nodes().map(str::to_owned).collect();
    assert!(!nodes.is_empty(), "{} has no node", case.display());
    for node in &nodes {
        let mut out = Vec::new();
        conversion.write(node, &mut out).unwrap();
        files.insert(format!("{node}/keepalived.conf"), String::from_utf8(out).unwrap());
        for file in scripts::files(&conversion.extras).unwrap() {
            files.insert(format!("{node}/{}", file.name), file.text);
        }
    }
    files
}

fn convert(case: &Path, sources: &mut Sources) -> Conversion {
    let inputs = load(case, sources);
    Conversion::heartbeat_to_keepalived(sources, &inputs, keepalived_options(case))
}

/// Every oddity of the formats that are converted, however broken.
fn oddities() -> Vec<PathBuf> {
    let formats = ["ha.cf", "haresources", "authkeys", "ldirectord.cf"];
    formats.iter().flat_map(|format| folders(&root().join("tests/cases").join(format))).collect()
}
