//! Conversions as data: each folder under `tests/conversions/` holds an input cluster, perhaps a
//! file `options`, and `expected/`: the report and every file of every node. `LVSHA_UPDATE=1`
//! rewrites `expected/`.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use lvsha::emit::account::UNACCOUNTED;
use lvsha::emit::translate::Options;
use lvsha::emit::{Conversion, Target, fmt, report, scripts};
use lvsha::model::read::Input;
use lvsha::source::Sources;
use lvsha::syntax::schema::Version;
use lvsha::syntax::{Format, detect};

#[test]
fn every_conversion_gives_what_it_expects() {
    let update = std::env::var_os("LVSHA_UPDATE").is_some();
    let mut wrong = String::new();
    for case in cases() {
        let got = run(&case);
        let folder = case.join("expected");
        if update {
            let _ = fs::remove_dir_all(&folder);
            for (name, text) in &got {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            continue;
        }
        let wanted = files_below(&folder);
        for name in got.keys().chain(wanted.keys()).collect::<std::collections::BTreeSet<_>>() {
            let (got, wanted) = (got.get(name), wanted.get(name));
            if got != wanted {
                let show = |text: Option<&String>| {
                    text.map_or("(no such file)", String::as_str).to_owned()
                };
                wrong += &format!(
                    "== {}/{name}\n-- expected\n{}\n-- got\n{}\n",
                    case.display(),
                    show(wanted),
                    show(got)
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nLVSHA_UPDATE=1 accepts what was got");
}

/// Files that lvsha writes are in the layout that it asks of others, in both directions.
#[test]
fn every_file_that_is_written_has_the_layout_of_fmt() {
    let mut wrong = String::new();
    let mut count = 0;
    for case in folders("tests/conversions").into_iter().chain(folders("tests/to_heartbeat")) {
        for (name, text) in files_below(&case.join("expected")) {
            let base = Path::new(&name).file_name().unwrap().to_string_lossy().into_owned();
            let usual = Format::ALL.into_iter().find(|format| format.file_name() == base);
            // ldirectord's configurations have free names.
            let free = base.ends_with(".cf").then_some(Format::Ldirectord);
            let Some(format) = usual.or(free) else { continue };
            let mut sources = Sources::new();
            let file = sources.add(base, text.as_bytes());
            count += 1;
            match fmt::format(sources.get(file), format) {
                Ok(laid_out) if laid_out.text == text => {}
                Ok(laid_out) => {
                    wrong += &format!("== {}/{name}\n{}\n", case.display(), laid_out.text)
                }
                Err(refusal) => wrong += &format!("== {}/{name}\n{refusal}\n", case.display()),
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
    for case in cases().into_iter().chain(oddities()) {
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
    let mut inputs = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(case).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.is_file()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // haresources may name several configurations of ldirectord.
        if Format::ALL.iter().any(|format| format.file_name() == name) || name.ends_with(".cf") {
            let file = sources.add(name, &fs::read(path).unwrap());
            inputs.push(Input { file, format: detect(sources.get(file)).unwrap() });
        }
    }
    Conversion::heartbeat_to_keepalived(sources, &inputs, options(case))
}

/// `version 2.0.6` and `address lw1 10.0.0.27`, one per line.
fn options(case: &Path) -> Options {
    let mut options = Options { target: Target::DEFAULT, addresses: HashMap::new() };
    let text = fs::read_to_string(case.join("options")).unwrap_or_default();
    for line in text.lines() {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["version", version] => options.target.version = Version::parse(version).unwrap(),
            ["address", node, address] => {
                options.addresses.insert(node.to_owned(), address.parse().unwrap());
            }
            _ => panic!("{}: what is `{line}`?", case.display()),
        }
    }
    options
}

fn files_below(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries.map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if entry.is_dir() {
            let inner = files_below(&entry).into_iter();
            found.extend(inner.map(|(below, text)| (format!("{name}/{below}"), text)));
        } else {
            found.insert(name, fs::read_to_string(entry).unwrap());
        }
    }
    found
}

/// Every oddity of the formats that are converted, however broken.
fn oddities() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let formats = ["ha.cf", "haresources", "authkeys", "ldirectord.cf"];
    let folders = formats.iter().flat_map(|format| fs::read_dir(root.join(format)).unwrap());
    folders.map(|folder| folder.unwrap().path()).collect()
}

fn cases() -> Vec<PathBuf> {
    folders("tests/conversions")
}

fn folders(below: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(below);
    let mut found: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(!found.is_empty(), "no case under {below}");
    found.sort();
    found
}
