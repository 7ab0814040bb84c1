//! keepalived's own view: what it dumps of a file, of the file that lvsha writes from its model, and
//! of the file in lvsha's layout, must be the same.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lvsha::emit::keepalived::{Manner, View, write};
use lvsha::emit::{Target, fmt};
use lvsha::model::read::{Input, Options, read_with};
use lvsha::source::{Sources, text};
use lvsha::syntax::{ConfigId, Format};

use super::data::{folders, relative, root};
use super::{corpus, judge_is_there, shipped_questions};

#[test]
fn keepalived_sees_the_same_in_what_is_written_again() {
    if !judge_is_there() {
        return;
    }
    let samples = shipped_questions().into_iter().filter(|q| q.format == Format::Keepalived);
    let mut paths: Vec<PathBuf> = samples.map(|question| question.path).collect();
    let cases = folders(&root().join("tests/cases/keepalived.conf"));
    // A file that it refuses is not dumped as a whole, and one for another version is none of its.
    let accepted = cases.into_iter().filter(|case| {
        let expected = fs::read_to_string(case.join("expected")).unwrap();
        expected.contains("keepalived accepts") && !case.join("target").exists()
    });
    paths.extend(accepted.map(|case| case.join("keepalived.conf")));
    assert!(paths.len() >= 86, "there are only {} files to show", paths.len());
    let Compared { wrong, not_shown } = compare(&paths, "views");
    assert!(wrong.is_empty(), "{wrong}");
    assert_eq!(not_shown, NOT_SHOWN, "files of which keepalived shows nothing");
}

/// `make corpus DIR=...`. What differs is printed: a script that is defined behind its use is unknown to
/// keepalived, and known in what lvsha writes.
#[test]
#[ignore = "make corpus DIR=... runs it"]
fn a_directory_of_files_is_seen_mostly_the_same() {
    let Some(mut corpus) = corpus().filter(|_| judge_is_there()) else { return };
    let Some(questions) = corpus.remove(&Format::Keepalived) else { return };
    let paths: Vec<PathBuf> = questions.into_iter().map(|question| question.path).collect();
    let Compared { wrong, not_shown } = compare(&paths, "corpus-views");
    let seen = paths.len() - not_shown.len();
    let different = wrong.matches("\n== ").count();
    println!("{different} of {seen} differ\n{wrong}");
    assert!(different * 10 <= seen, "more than one of ten differ");
}

/// What came of comparing views.
struct Compared {
    /// What differs, file by file behind `== `.
    wrong: String,
    /// Files of which keepalived shows nothing, so that nothing can differ.
    not_shown: Vec<String>,
}

fn compare(paths: &[PathBuf], name: &str) -> Compared {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let versions: Vec<[PathBuf; 3]> = paths
        .iter()
        .enumerate()
        .map(|(number, path)| {
            let bytes = fs::read(path).unwrap();
            let to = |kind: &str, content: &[u8]| {
                let path = folder.join(format!("{number}.{kind}.conf"));
                fs::write(&path, content).unwrap();
                path
            };
            [
                to("original", &bytes),
                to("written", &written(&bytes)),
                to("laid-out", &laid_out(&bytes)),
            ]
        })
        .collect();
    // One half for each processor that a builder can be expected to have.
    let (left, right) = versions.split_at(versions.len() / 2);
    let views = std::thread::scope(|scope| {
        let right = scope.spawn(|| views(&right.concat()));
        let mut views = views(&left.concat());
        views.extend(right.join().unwrap());
        views
    });
    let mut compared = Compared { wrong: String::new(), not_shown: Vec::new() };
    for (path, views) in paths.iter().zip(views.chunks(3)) {
        let [original, written, laid_out] = views else { panic!("a view is missing") };
        if original.is_empty() {
            compared.not_shown.push(relative(path));
        }
        let mended = MENDED.iter().find(|(name, _)| path.ends_with(name)).map(|(_, words)| *words);
        if mended.is_some() && original == written {
            let _ = writeln!(compared.wrong, "\n== {} needs no excuse", relative(path));
        }
        for (what, other, mended) in
            [("written again", written, mended), ("in its layout", laid_out, None)]
        {
            let [original, other] = [original, other].map(|view| without(view, mended));
            if original != other {
                let diff = similar::TextDiff::from_lines(&original, &other);
                let diff = diff.unified_diff().context_radius(1).to_string();
                let _ = writeln!(compared.wrong, "\n== {} {what}\n{diff}", relative(path));
            }
        }
    }
    compared
}

/// A view without its lines that hold `words`.
fn without(view: &str, words: Option<&[&str]>) -> String {
    let is_left = |line: &&str| !words.unwrap_or_default().iter().any(|word| line.contains(word));
    let lines = view.lines().filter(is_left);
    lines.map(|line| format!("{line}\n")).collect()
}

/// What keepalived dumps of each file, in their order; empty where it shows nothing.
fn views(paths: &[PathBuf]) -> Vec<String> {
    let output = Command::new(root().join("tests/peers/judge"))
        .args(["--view", "keepalived"])
        .args(paths)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    let mut views = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("== "), views.last_mut()) {
            (Some(path), _) => {
                assert_eq!(paths.get(views.len()), Some(&PathBuf::from(path)), "{said}");
                views.push(String::new());
            }
            (None, Some(view)) => *view = format!("{view}{line}\n"),
            (None, None) => panic!("no file is named before {line}\n{said}"),
        }
    }
    assert_eq!(views.len(), paths.len(), "{said}");
    views
}

/// The file that lvsha writes from what it read as the host that the judge is called.
fn written(bytes: &[u8]) -> Vec<u8> {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", bytes);
    let options = Options { config_id: ConfigId::Exactly("node1".into()), ..Options::default() };
    let inputs = [Input { file, format: Format::Keepalived }];
    let cluster = read_with(&mut sources, &inputs, &options).cluster;
    let mut out = Vec::new();
    let (target, manner) = (Target::DEFAULT, Manner::Exact);
    write(&View { cluster: &cluster, node: "", target, manner }, &[], &mut out).unwrap();
    out
}

/// The file in lvsha's layout. One that has none stays as it is; tests/rewriting has their list.
fn laid_out(bytes: &[u8]) -> Vec<u8> {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", bytes);
    match fmt::format(sources.get(file), Format::Keepalived) {
        Ok(formatted) => text::encode(&formatted.text).into_owned(),
        Err(_) => bytes.to_vec(),
    }
}

/// Files that are written again with another meaning, and the words of the lines that show it. Each `host`
/// in an SMTP_CHECK is a check of its own with a time limit of 0 s, at which it always fails (LV2334); it is
/// written as one with the limit of the check around it. Of two groups of one name nobody uses the second:
/// it is dumped, and not written.
const MENDED: &[(&str, &[&str])] = &[
    ("keepalived.conf.SMTP_CHECK", &["Timeout = "]),
    (
        "two-groups-of-one-name/keepalived.conf",
        &["< Virtual server group >", "Group = web", "VIP = 10.0.0.2,", "Alive: 0", "reloaded"],
    ),
];

/// Files with neither routers nor services, of which nobody starts to dump anything, and one for a namespace
/// that the judge does not have.
const NOT_SHOWN: &[&str] = &[
    "tests/cases/keepalived.conf/builtin-names/keepalived.conf",
    "tests/cases/keepalived.conf/definition-not-seen/keepalived.conf",
    "tests/cases/keepalived.conf/definition-with-a-condition-for-another-node/keepalived.conf",
    "tests/cases/keepalived.conf/inside-a-namespace/keepalived.conf",
];
