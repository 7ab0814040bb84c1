//! The real programs as judges: does lvsha say of a file what its program does with it?
//!
//! `tests/peers/judge` asks keepalived, ldirectord and heartbeat in a root tree that
//! `tests/peers/build` makes. Without it these tests say that they were skipped; with
//! `LVSHA_REQUIRE_PEERS=1`, as `make test` sets it, that is a failure.
//!
//! `LVSHA_TRIAL` may name a directory with `corpus/<format>/*` and `seed/*`: real files for trial.

// A test that cannot read its own data has nothing better to do than to stop.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lvsha::model::read::{Input, read};
use lvsha::source::{Sources, Verdict, report};
use lvsha::syntax::schema::Version;
use lvsha::syntax::{Format, detect};

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
    let questions = shipped_questions();
    let Some(answers) = judge_all(&questions) else { return };
    assert!(questions.len() > 20, "the programs' own samples are missing from the tree");
    compare(&questions, &answers, Agreement::Full);
}

#[test]
fn conversions_are_accepted_by_keepalived() {
    let root = here().join("tests/conversions");
    let mut directories: Vec<PathBuf> = folders(&root)
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
    let cases = folders(&here().join("tests/to_heartbeat"));
    let nodes: Vec<PathBuf> = cases
        .iter()
        .flat_map(|case| folders(&case.join("expected")))
        .map(|node| node.join("ha.d"))
        .collect();
    let is_director = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
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
        println!("skipped: {} is for a newer keepalived than the tree's", case.display());
    }
    !newer
}

/// Real files: nothing panics or hangs, and the rate is printed.
#[test]
fn real_files_agree_mostly() {
    let Some(trial) = trial() else { return };
    for format in Format::ALL {
        let folder = format.file_name().trim_end_matches(".conf");
        let folder = if folder == "ldirectord.cf" { "ldirectord" } else { folder };
        let questions: Vec<Question> = files(&trial.join("corpus").join(folder))
            .into_iter()
            .map(|path| Question { path, format })
            .collect();
        let Some(answers) = judge_all(&questions) else { return };
        // Of keepalived's files every seventh uses includes, definitions or conditions, which are
        // recognised but not expanded.
        let least = if format == Format::Keepalived { 85 } else { 95 };
        compare(&questions, &answers, Agreement::AtLeast(least));
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
        let ours = our_verdict(path, *format);
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
                let _ = writeln!(
                    wrong,
                    "{}: lvsha says {ours}, {} {theirs}",
                    path.display(),
                    format.program()
                );
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

/// What lvsha says of a file, or of heartbeat's files in a directory.
fn our_verdict(path: &Path, format: Format) -> Verdict {
    let mut sources = Sources::new();
    let mut inputs = Vec::new();
    if path.is_dir() {
        for path in files(path) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !Format::ALL.iter().any(|format| format.file_name() == name) {
                continue;
            }
            let file = sources.add(name, &fs::read(&path).unwrap());
            inputs.push(Input { file, format: detect(sources.get(file)).unwrap() });
        }
    } else {
        let file = sources.add(path.display().to_string(), &fs::read(path).unwrap());
        inputs.push(Input { file, format });
    }
    let diagnostics = read(&mut sources, &inputs).findings.sorted();
    let judged = inputs.iter().filter(|input| input.format.program() == format.program());
    let refused = judged
        .map(|input| report::verdict(input.file, &diagnostics))
        .any(|v| v == Verdict::Refuses);
    if refused { Verdict::Refuses } else { Verdict::Accepts }
}

/// Heartbeat's cases are directories, because its three files are read together.
fn case_questions() -> Vec<Question> {
    let mut questions = Vec::new();
    for format in Format::ALL {
        for case in folders(&here().join("tests/cases").join(format.file_name())) {
            let path =
                if format.program() == "heartbeat" { case } else { case.join(format.file_name()) };
            questions.push(Question { path, format });
        }
    }
    assert!(questions.len() > 50, "the cases are missing");
    questions
}

/// Samples and documents in the packages of the tree, unpacked where they are compressed.
fn shipped_questions() -> Vec<Question> {
    let documents = tree().join("usr/share/doc");
    let unpacked = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shipped");
    fs::create_dir_all(&unpacked).unwrap();
    let mut questions = Vec::new();
    let mut add = |path: PathBuf, format: Format| questions.push(Question { path, format });
    for path in files(&documents.join("keepalived/samples")) {
        if path.file_name().unwrap().to_string_lossy().starts_with("keepalived.conf") {
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

/// Asks the judge about `paths`; `None`, and a line that says so, when it is not there.
fn judge(format: &str, paths: &[PathBuf]) -> Option<BTreeMap<PathBuf, bool>> {
    if !tree().join("etc/lvsha-peers").exists() {
        let required = std::env::var_os("LVSHA_REQUIRE_PEERS").is_some();
        assert!(!required, "the real programs are missing; run `make peers`");
        println!("skipped: the real programs are missing; run `make peers`");
        return None;
    }
    let output = Command::new(here().join("tests/peers/judge"))
        .arg("--batch")
        .arg(format)
        .args(paths)
        .output()
        .expect("tests/peers/judge runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut answers = BTreeMap::new();
    for line in text.lines() {
        let mut fields = line.split('\t');
        let (Some(path), Some(verdict)) = (fields.next(), fields.next()) else { continue };
        match verdict {
            "accepted" => answers.insert(PathBuf::from(path), true),
            "refused" => answers.insert(PathBuf::from(path), false),
            _ => panic!(
                "{path}: the judge gave no verdict\n{}",
                String::from_utf8_lossy(&output.stderr)
            ),
        };
    }
    assert_eq!(answers.len(), paths.len(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(answers)
}

/// Known differences: path below the repository, tab, reason.
fn disagreements() -> BTreeMap<String, String> {
    let text = fs::read_to_string(here().join("tests/peers/disagreements.tsv")).unwrap_or_default();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(path, reason)| (path.to_owned(), reason.to_owned()))
        .collect()
}

fn relative(path: &Path) -> String {
    path.strip_prefix(here()).unwrap_or(path).display().to_string()
}

fn trial() -> Option<PathBuf> {
    let path = std::env::var_os("LVSHA_TRIAL").map(PathBuf::from);
    if path.is_none() {
        println!("skipped: LVSHA_TRIAL names no directory of real files");
    }
    path
}

fn tree() -> PathBuf {
    std::env::var_os("LVSHA_PEERS_ROOT")
        .map_or_else(|| here().join("target/peers/root"), PathBuf::from)
}

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_file()).collect()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
