use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::source::Findings;
use crate::syntax::{Format, detect};

/// The text of a keepalived.conf when everything certain is mended.
fn mended(text: &str) -> (String, Vec<Made>) {
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let inputs = [Input { file, format: Format::Keepalived }];
    let made = mend(&mut sources, &inputs, &Options::default());
    (sources.get(file).text().to_owned(), made)
}

#[test]
fn certain_edits_are_made_and_guesses_are_not() {
    let (text, made) = mended("vrrp_instance\u{A0}a {\r\n  pririty 100\r\n  state master\r\n}\r\n");
    assert_eq!(text, "vrrp_instance a {\n  pririty 100\n  state MASTER\n}\n");
    let titles: Vec<_> = made.iter().map(|made| made.title.as_str()).collect();
    assert_eq!(titles.len(), 3, "{titles:?}");
}

#[test]
fn a_line_that_is_deleted_leaves_no_blank_line() {
    let service = |lines: &str| {
        format!("virtual_server 10.0.0.31 80 {{\n{lines}\n    real_server 10.0.0.29 80\n}}\n")
    };
    let (text, _) = mended(&service("    protocol TCP\n    nat_mask 255.255.255.0  "));
    assert_eq!(text, service("    protocol TCP"));
    let (text, _) = mended(&service("    nat_mask 255.255.255.0 # why"));
    assert!(text.contains("\n     # why\n"), "{text}");
}

/// An empty line ends a section of ldirectord.cf, and a definition.
#[test]
fn a_blank_line_stays_when_its_carriage_return_goes() {
    let (text, _) = mended("! a\r\n\r\nvrrp_version 3\r\n");
    assert_eq!(text.lines().nth(1), Some(""), "{text:?}");
    assert!(!text.contains('\r'), "{text:?}");
}

/// `or` takes an address and `nexthop` a hop: the new word alone would lose the second gateway.
#[test]
fn an_old_word_is_replaced_only_where_the_rest_fits() {
    let routes = |lines: &str| format!("static_routes {{\n{lines}\n}}\n");
    let (text, _) = mended(&routes(
        "    10.1.0.0/16 gw 10.0.0.1 or 10.0.0.2 dev eth0\n    10.2.0.0/16 gw 10.0.0.1 dev eth0",
    ));
    assert_eq!(
        text,
        routes(
            "    10.1.0.0/16 via 10.0.0.1 or 10.0.0.2 dev eth0\n    10.2.0.0/16 via 10.0.0.1 dev eth0"
        )
    );
}

#[test]
fn edits_that_touch_wait_for_the_next_round() {
    let file = Sources::new().add("x", b"");
    let at = |start, end| file.at(crate::source::Span::new(start, end));
    let code = crate::source::codes::characters::ODD_BLANK;
    let findings: Vec<_> = [(0, 4, "a"), (3, 5, "b"), (5, 5, "c"), (5, 6, "d"), (8, 9, "e")]
        .map(|(start, end, text)| Diagnostic::general(code, "x").fix(at(start, end), text, text))
        .to_vec();
    let mut sources = Sources::new();
    sources.add("x", b"0123456789");
    let (edits, made) = round(&sources, &findings);
    let titles: Vec<_> = made.iter().map(|made| made.title.as_str()).collect();
    assert_eq!(titles, ["a", "c", "e"]);
    assert_eq!(edited("0123456789", &edits[&file]), "a4c567e9");
}

/// All groups of files among the cases: a folder each, or one for each node.
fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let folders = |path: PathBuf| {
        let listing = fs::read_dir(path).unwrap();
        listing.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    };
    let is_site = |case: &Path| case.parent().is_some_and(|group| group.ends_with("nodes"));
    let own = |case: PathBuf| -> Vec<PathBuf> {
        if is_site(&case) { folders(case).collect() } else { vec![case] }
    };
    let mut cases: Vec<_> = folders(root).flat_map(folders).flat_map(own).collect();
    cases.sort();
    assert!(cases.len() >= 740, "there are only {} groups of files", cases.len());
    cases
}

fn load(case: &Path, change: impl Fn(String) -> String) -> (Sources, Vec<Input>) {
    let mut sources = Sources::new();
    let mut inputs = Vec::new();
    for format in Format::ALL {
        let Ok(bytes) = fs::read(case.join(format.file_name())) else { continue };
        let text = change(crate::source::text::decode(&bytes));
        let file = sources.add(format.file_name(), &crate::source::text::encode(&text));
        if detect(sources.get(file)).is_some() {
            inputs.push(Input { file, format });
        }
    }
    (sources, inputs)
}

fn count(findings: &Findings, severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity() == severity).count()
}

/// What must hold for any files: no new errors, and nothing left for a second run.
fn holds(sources: &mut Sources, inputs: &[Input]) -> Result<(), String> {
    let options = Options::default();
    let before = count(&read_with(sources, inputs, &options).findings, Severity::Error);
    mend(sources, inputs, &options);
    let after = count(&read_with(sources, inputs, &options).findings, Severity::Error);
    if after > before {
        return Err(format!("{after} errors after, {before} before"));
    }
    let again = mend(sources, inputs, &options);
    if again.is_empty() { Ok(()) } else { Err(format!("a second run did {again:?}")) }
}

#[test]
fn mending_every_case_adds_no_error_and_is_done_at_once() {
    let mut wrong = String::new();
    for case in cases() {
        let (mut sources, inputs) = load(&case, |text| text);
        assert!(!inputs.is_empty(), "{} holds no file of a known format", case.display());
        if let Err(message) = holds(&mut sources, &inputs) {
            wrong.push_str(&format!("{}: {message}\n", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

proptest! {
    /// Cases with pieces that paste, mail clients and tired people put in.
    #[test]
    fn mending_damaged_files_adds_no_error(
        case in 0_usize..100_000,
        damage in prop::collection::vec((0_usize..100_000, 0_usize..DAMAGES.len()), 0..6),
    ) {
        let cases = cases();
        let case = &cases[case % cases.len()];
        let (mut sources, inputs) = load(case, |mut text| {
            for (at, piece) in &damage {
                let mut at = at % (text.len() + 1);
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                text.insert_str(at, DAMAGES[*piece]);
            }
            text
        });
        if let Err(message) = holds(&mut sources, &inputs) {
            return Err(TestCaseError::fail(format!("{}: {message}", case.display())));
        }
    }
}

const DAMAGES: &[&str] = &[
    "\u{A0}",
    "\u{3000}",
    "\r\n",
    "\u{FEFF}",
    "＝",
    "：",
    "“",
    "\"",
    "'",
    " ",
    "\t",
    "\n",
    "#",
    "{",
    "}",
    "\\",
    "::",
    ",",
    "=",
    "2s",
    " <== primary",
    "!",
    "\u{200B}",
];
