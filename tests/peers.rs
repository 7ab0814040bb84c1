//! The real programs as judges: does lvsha say of a file what its program does with it?
//!
//! `tests/peers/judge` asks keepalived, ldirectord and heartbeat in a root tree that
//! `tests/peers/build` makes. Without it these tests say that they were skipped; with
//! `LVSHA_REQUIRE_PEERS=1`, as `make test` sets it, that is a failure.
//!
//! `make corpus DIR=...` runs the ignored ones, about any directory of files, which `LVSHA_CORPUS` names.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lvsha::model::read::{Input, Options, read_with};
use lvsha::source::{Sources, Verdict, report};
use lvsha::syntax::schema::Version;
use lvsha::syntax::{ConfigId, Format, detect};

use data::conversions::{cases_to_heartbeat, cases_to_keepalived};
use data::{all_files, files, folders, is_missing, name_of, peers_root, relative, root, skipped};

mod data;
#[path = "peers/views.rs"]
mod views;

/// What is judged: one file, or heartbeat's directory.
struct Question {
    path: PathBuf,
    format: Format,
}

#[test]
fn cases_agree_with_the_real_programs() {
    let questions = case_questions();
    let Some(answers) = judge_all(&questions) else { return };
    compare(&questions, &answers, Agreement::Full);
}

#[test]
fn files_shipped_with_the_programs_agree() {
    // Without the tree there is nothing to ask about, and so nobody would be missed.
    if !judge_is_there() {
        return;
    }
    let questions = shipped_questions();
    let Some(answers) = judge_all(&questions) else { return };
    assert!(questions.len() > 20, "the programs' own samples are missing from the tree");
    compare(&questions, &answers, Agreement::Full);
}

#[test]
fn conversions_are_accepted_by_keepalived() {
    let mut directories: Vec<PathBuf> = cases_to_keepalived()
        .iter()
        .filter(|case| is_for_this_keepalived(case))
        .flat_map(|case| folders(&case.join("expected")))
        .filter(|node| node.join("keepalived.conf").exists())
        .collect();
    directories.sort();
    assert!(!directories.is_empty());
    let Some(answers) = judge("keepalived", &directories) else { return };
    let refused: Vec<_> =
        directories.iter().filter(|path| answers.get(*path) != Some(&true)).collect();
    assert!(refused.is_empty(), "keepalived -t refuses {refused:#?}");
}

/// Every director's directory, on a machine of its name, and every configuration of ldirectord.
#[test]
fn conversions_are_accepted_by_heartbeat_and_ldirectord() {
    let nodes: Vec<PathBuf> = cases_to_heartbeat()
        .iter()
        .flat_map(|case| folders(&case.join("expected")))
        .map(|node| node.join("ha.d"))
        .collect();
    let is_director = |path: &PathBuf| {
        let name = name_of(path);
        name.starts_with("ldirectord") && name.ends_with(".cf")
    };
    let directors: Vec<PathBuf> =
        nodes.iter().flat_map(|node| files(node)).filter(is_director).collect();
    let heartbeats: Vec<PathBuf> =
        nodes.into_iter().filter(|node| node.join("ha.cf").exists()).collect();
    assert!(heartbeats.len() > 10 && directors.len() > 10, "the cases are missing");
    let Some(mut answers) = judge("heartbeat", &heartbeats) else { return };
    let Some(others) = judge("ldirectord", &directors) else { return };
    answers.extend(others);
    let refused: Vec<_> = heartbeats
        .iter()
        .chain(&directors)
        .filter(|path| answers.get(*path) != Some(&true))
        .collect();
    assert!(refused.is_empty(), "refused: {refused:#?}");
}

/// Whether the conversion's target is not newer than the keepalived of the tree.
fn is_for_this_keepalived(case: &Path) -> bool {
    let options = fs::read_to_string(case.join("options")).unwrap_or_default();
    let version = options.lines().find_map(|line| line.strip_prefix("version "));
    let newer =
        version.and_then(Version::parse).is_some_and(|version| version > Version::new(2, 2, 7));
    if newer {
        skipped(&format!("{} is for a newer keepalived than the tree's", case.display()));
    }
    !newer
}

/// `make corpus DIR=...`: every file of a directory that is of a known format.
#[test]
#[ignore = "make corpus DIR=... runs it"]
fn a_directory_of_files_agrees() {
    let Some(corpus) = corpus() else { return };
    let least = std::env::var("LVSHA_CORPUS_LEAST").ok().and_then(|n| n.parse().ok());
    for questions in corpus.values() {
        let Some(answers) = judge_all(questions) else { return };
        compare(questions, &answers, Agreement::AtLeast(least.unwrap_or(97)));
    }
}

#[derive(Clone, Copy)]
enum Agreement {
    /// Every difference stands in the table with its reason.
    Full,
    /// This percentage, all differences printed.
    AtLeast(usize),
}

fn compare(questions: &[Question], answers: &BTreeMap<PathBuf, bool>, wanted: Agreement) {
    let reasons = disagreements();
    let mut wrong = String::new();
    let mut agreed = 0;
    for Question { path, format } in questions {
        let Some(accepted) = answers.get(path) else {
            panic!("no answer about {}", path.display())
        };
        let (ours, codes) = our_verdict(path, *format);
        let same = (ours == Verdict::Accepts) == *accepted;
        let known = reasons.get(&relative(path));
        match (same, known) {
            (true, None) => agreed += 1,
            (true, Some(_)) => {
                let _ = writeln!(
                    wrong,
                    "{}: agrees; delete its row in disagreements.tsv",
                    path.display()
                );
            }
            (false, Some(_)) => agreed += 1,
            (false, None) => {
                let theirs = if *accepted { "accepts" } else { "refuses" };
                let program = format.program();
                let codes = codes.join(" ");
                let path = path.display();
                let _ = writeln!(wrong, "{path}: lvsha says {ours}, {program} {theirs} {codes}");
            }
        }
    }
    match wanted {
        Agreement::Full => assert!(wrong.is_empty(), "{wrong}"),
        Agreement::AtLeast(percentage) => {
            let format =
                questions.first().map_or("nothing", |question| question.format.file_name());
            println!("{wrong}{format}: {agreed} of {} verdicts agree", questions.len());
            assert!(
                agreed * 100 >= questions.len() * percentage,
                "{format}: too few agree\n{wrong}"
            );
        }
    }
}

/// What lvsha says of a file, or of the files in a directory, and the codes behind a refusal.
fn our_verdict(path: &Path, format: Format) -> (Verdict, Vec<&'static str>) {
    let mut sources = Sources::new();
    let mut inputs = Vec::new();
    if path.is_dir() {
        for file in all_files(path) {
            let name = file.strip_prefix(path).unwrap().to_string_lossy().into_owned();
            let is_known = Format::ALL.iter().any(|format| format.file_name() == name);
            // Whatever else is in the folder may be included.
            let file = sources.add(name, &fs::read(&file).unwrap());
            if is_known {
                inputs.push(Input { file, format: detect(sources.get(file)).unwrap() });
            }
        }
    } else {
        let file = sources.add(path.display().to_string(), &fs::read(path).unwrap());
        inputs.push(Input { file, format });
    }
    // The name that the judge gives its machine.
    let config_id = ConfigId::Exactly("node1".into());
    let options = Options { config_id, ..Options::default() };
    let diagnostics = read_with(&mut sources, &inputs, &options).findings.sorted();
    let judged = inputs.iter().filter(|input| input.format.program() == format.program());
    let refused = judged
        .map(|input| report::verdict(&sources, input.file, &diagnostics))
        .any(|v| v == Verdict::Refuses);
    let mut codes: Vec<_> = diagnostics
        .iter()
        .filter(|found| found.verdict == Verdict::Refuses)
        .map(|found| found.code.id())
        .collect();
    codes.dedup();
    (if refused { Verdict::Refuses } else { Verdict::Accepts }, codes)
}

/// Heartbeat's cases are directories, because its three files are read together; so are those of
/// a keepalived.conf that includes others.
fn case_questions() -> Vec<Question> {
    let mut questions = Vec::new();
    for format in Format::ALL {
        for case in folders(&root().join("tests/cases").join(format.file_name())) {
            let has_parts = format == Format::Keepalived
                && all_files(&case).iter().any(|path| {
                    let name = name_of(path);
                    name != "expected" && name != format.file_name()
                });
            let as_folder = has_parts || format.program() == "heartbeat";
            let path = if as_folder { case } else { case.join(format.file_name()) };
            questions.push(Question { path, format });
        }
    }
    let nodes = folders(&root().join("tests/cases/nodes"));
    for node in nodes.iter().flat_map(|case| folders(case)) {
        for format in [Format::Keepalived, Format::Ldirectord] {
            let path = node.join(format.file_name());
            questions.extend(path.exists().then_some(Question { path, format }));
        }
        if node.join(Format::HaCf.file_name()).exists() {
            questions.push(Question { path: node, format: Format::HaCf });
        }
    }
    assert!(questions.len() > 50, "the cases are missing");
    questions
}

/// Samples and documents in the packages of the tree, unpacked where they are compressed.
fn shipped_questions() -> Vec<Question> {
    let documents = peers_root().join("usr/share/doc");
    let unpacked = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shipped");
    fs::create_dir_all(&unpacked).unwrap();
    let mut questions = Vec::new();
    let mut add = |path: PathBuf, format: Format| questions.push(Question { path, format });
    for path in files(&documents.join("keepalived/samples")) {
        if name_of(&path).starts_with("keepalived.conf") {
            add(path, Format::Keepalived);
        }
    }
    for path in files(&documents.join("ldirectord/examples")) {
        if path.extension().is_some_and(|extension| extension == "cf") {
            add(path, Format::Ldirectord);
        }
    }
    for format in [Format::HaCf, Format::Haresources, Format::Authkeys] {
        let packed = documents.join(format!("heartbeat/{}.gz", format.file_name()));
        let plain = documents.join("heartbeat").join(format.file_name());
        // One folder per file: the judge completes what is missing beside it.
        let folder = unpacked.join(format.file_name());
        fs::create_dir_all(&folder).unwrap();
        let target = folder.join(format.file_name());
        if packed.exists() {
            let output = Command::new("gzip").arg("-dc").arg(&packed).output().unwrap();
            fs::write(&target, output.stdout).unwrap();
        } else if plain.exists() {
            fs::copy(&plain, &target).unwrap();
        } else {
            continue;
        }
        add(folder, format);
    }
    questions
}

fn judge_all(questions: &[Question]) -> Option<BTreeMap<PathBuf, bool>> {
    let mut by_judge: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    for Question { path, format } in questions {
        let name = match format.program() {
            "heartbeat" if !path.is_dir() => format.file_name(),
            program => program,
        };
        by_judge.entry(name).or_default().push(path.clone());
    }
    let mut answers = BTreeMap::new();
    for (format, paths) in by_judge {
        answers.extend(judge(format, &paths)?);
    }
    Some(answers)
}

/// Asks the judge about `paths`; `None` when it is not there.
fn judge(format: &str, paths: &[PathBuf]) -> Option<BTreeMap<PathBuf, bool>> {
    if !judge_is_there() {
        return None;
    }
    let output = Command::new(root().join("tests/peers/judge"))
        .arg("--batch")
        .arg(format)
        .args(paths)
        .output()
        .expect("tests/peers/judge runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut answers = BTreeMap::new();
    let mut died = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [path, verdict, code] = fields[..] else { panic!("the judge says `{line}`") };
        let code: i32 = code.parse().unwrap();
        // Not an answer of the program, but its death, by a signal of its own or of who watches the time.
        if code == NOT_READY || code > 128 {
            died.push((relative(Path::new(path)), code));
        }
        let is_accepted = match verdict {
            "accepted" => true,
            "refused" => false,
            _ => panic!(
                "{path}: the judge gave no verdict\n{}",
                String::from_utf8_lossy(&output.stderr)
            ),
        };
        answers.insert(PathBuf::from(path), is_accepted);
    }
    let known: Vec<(String, i32)> = deaths()
        .into_iter()
        .filter(|(case, _)| answers.keys().any(|path| relative(path) == *case))
        .collect();
    died.sort();
    assert!(died == known || is_corpus(), "{format} died of {died:#?}\nknown are {known:#?}");
    assert_eq!(answers.len(), paths.len(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(answers)
}

/// Whether any directory of files is judged, in which programs may die of what they find.
fn is_corpus() -> bool {
    std::env::var_os("LVSHA_CORPUS").is_some()
}

/// Whether the real programs are there; a line says so when they are not.
fn judge_is_there() -> bool {
    let is_there = peers_root().join("etc/lvsha-peers").exists();
    if !is_there {
        is_missing("the real programs are missing; run `make peers`");
    }
    is_there
}

/// Known differences: path below the repository, tab, reason.
fn disagreements() -> BTreeMap<String, String> {
    let text = fs::read_to_string(root().join("tests/peers/disagreements.tsv")).unwrap_or_default();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(path, reason)| (path.to_owned(), reason.to_owned()))
        .collect()
}

/// Files that their programs die of, with the exit code: path below the repository, tab, code, tab, reason.
fn deaths() -> Vec<(String, i32)> {
    let text = fs::read_to_string(root().join("tests/peers/deaths.tsv")).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [path, code, _] => (path.to_owned(), code.parse().unwrap()),
            _ => panic!("tests/peers/deaths.tsv: what is `{line}`?"),
        })
        .collect()
}

/// The files of the directory that `LVSHA_CORPUS` names, by their format.
fn corpus() -> Option<BTreeMap<Format, Vec<Question>>> {
    let Some(folder) = std::env::var_os("LVSHA_CORPUS").map(PathBuf::from) else {
        skipped("LVSHA_CORPUS names no directory; run `make corpus DIR=...`");
        return None;
    };
    let mut questions: BTreeMap<Format, Vec<Question>> = BTreeMap::new();
    for path in all_files(&folder) {
        let mut sources = Sources::new();
        let file = sources.load(&path).ok();
        match file.and_then(|file| detect(sources.get(file))) {
            Some(format) => {
                questions.entry(format).or_default().push(Question { path, format });
            }
            None => println!("{}: of no known format", path.display()),
        }
    }
    assert!(!questions.is_empty(), "{} holds no file of a known format", folder.display());
    Some(questions)
}

/// What the judge says when heartbeat was not ready in time.
const NOT_READY: i32 = 124;
