use super::*;
use crate::source::codes::{characters as codes, daemon};
use crate::source::{Diagnostic, FileId, Place, Sources, Span};

const CONFIGURATION: &str = "\
! keepalived
vrrp_instance VI_1 {
    state MASTER
    auth_pass s3cret
    priority 100
}
";

fn loaded(text: &[u8]) -> (Sources, FileId) {
    let mut sources = Sources::new();
    let file = sources.add("etc/keepalived.conf", text);
    (sources, file)
}

/// The place of the first `part` in the text of `file`.
fn at(sources: &Sources, file: FileId, part: &str) -> Place {
    let start = sources.get(file).text().find(part).expect("the part is in the text");
    let start = u32::try_from(start).unwrap();
    file.at(Span::new(start, start + u32::try_from(part.len()).unwrap()))
}

#[test]
fn a_frame_points_explains_and_mends() {
    let (sources, file) = loaded(CONFIGURATION.as_bytes());
    let place = at(&sources, file, "MASTER");
    let list = [Diagnostic::new(codes::FULL_WIDTH, place, "state is wrong here")
        .label("not this")
        .context(at(&sources, file, "VI_1"), "in this instance")
        .note("keepalived starts anyway")
        .help("type another state")
        .fix(place, "BACKUP", "say BACKUP")];
    insta::assert_snapshot!(human(&sources, &list, false), @r"
    error[LV0002]: state is wrong here
     --> etc/keepalived.conf:3:11
      |
    2 | vrrp_instance VI_1 {
      |               ---- in this instance
    3 |     state MASTER
      |           ^^^^^^ not this
      |
      = note: keepalived starts anyway
      = help: type another state
    help: say BACKUP
      |
    3 -     state MASTER
    3 +     state BACKUP
      |
    ");
}

#[test]
fn colour_is_the_callers_decision() {
    let (sources, file) = loaded(CONFIGURATION.as_bytes());
    let list = [Diagnostic::new(codes::FULL_WIDTH, at(&sources, file, "100"), "x")];
    assert!(!human(&sources, &list, false).contains('\u{1B}'));
    assert!(human(&sources, &list, true).contains('\u{1B}'));
}

#[test]
fn a_finding_without_a_place_has_only_words() {
    let list = [Diagnostic::general(codes::NOT_UTF8, "nothing fits").note("a fact")];
    insta::assert_snapshot!(human(&Sources::new(), &list, false), @r"
    info[LV0007]: nothing fits
     |
     = note: a fact
    ");
}

#[test]
fn only_the_lines_in_question_are_shown() {
    let mut text = "# first\n".repeat(5000);
    text.push_str("here\n");
    text.push_str(&"# last\n".repeat(5000));
    text.push_str("there\n");
    let (sources, file) = loaded(text.as_bytes());
    let list = [Diagnostic::new(codes::FULL_WIDTH, at(&sources, file, "here"), "twice")
        .context(at(&sources, file, "there"), "first said here")];
    insta::assert_snapshot!(human(&sources, &list, false), @r"
    error[LV0002]: twice
         --> etc/keepalived.conf:5001:1
          |
     5001 | here
          | ^^^^
          |
         ::: etc/keepalived.conf:10002:1
          |
    10002 | there
          | ----- first said here
    ");
}

#[test]
fn a_block_is_shown_by_its_first_line() {
    let text = format!("vrrp_script x {{\n{}}}\n", "  weight 1\n".repeat(50));
    let (sources, file) = loaded(text.as_bytes());
    let whole = file.at(Span::new(0, u32::try_from(text.len()).unwrap()));
    let shown = human(&sources, &[Diagnostic::new(codes::FULL_WIDTH, whole, "x")], false);
    assert!(shown.contains("vrrp_script x {") && !shown.contains("weight"), "{shown}");
}

#[test]
fn a_very_long_line_is_never_printed_whole() {
    let text = format!("a {}bad{}\n", "x ".repeat(50_000), " y".repeat(50_000));
    let (sources, file) = loaded(text.as_bytes());
    let place = at(&sources, file, "bad");
    let list = [Diagnostic::new(codes::FULL_WIDTH, place, "m").fix(place, "good", "say good")];
    let shown = human(&sources, &list, false);
    assert!(shown.contains("bad") && shown.contains("say good"), "{shown}");
    assert!(shown.contains("keepalived.conf:1:100003"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() < 200), "{}", shown.len());
}

#[test]
fn secrets_are_masked_in_every_form() {
    let (mut sources, file) = loaded(CONFIGURATION.as_bytes());
    let secret = at(&sources, file, "s3cret");
    sources.hide(file, [secret.span]);
    let list = [
        Diagnostic::new(codes::FULL_WIDTH, secret, "eight at most").label("here").fix(
            secret,
            "s3cre",
            "shorten it",
        ),
        Diagnostic::new(codes::FULL_WIDTH, at(&sources, file, "auth_pass s3cret"), "both"),
    ];
    for shown in [
        human(&sources, &list, false),
        short(&sources, &list),
        json(&sources, &list, &[], &[]),
        sarif(&sources, &list, &[], &[]),
    ] {
        assert!(!shown.contains("s3cre"), "{shown}");
    }
    assert!(human(&sources, &list, false).contains("auth_pass ******"));
    assert!(human(&sources, &list, false).contains("help: shorten it"));
}

#[test]
fn undecodable_bytes_show_as_one_sign_each_and_the_pointer_stays_right() {
    let (sources, file) = loaded(b"node caf\xe9\xe9 bad\n");
    let list = [Diagnostic::new(codes::NOT_UTF8, at(&sources, file, "bad"), "m \u{10FFE9}")];
    let shown = human(&sources, &list, false);
    insta::assert_snapshot!(shown, @r"
    info[LV0007]: m �
     --> etc/keepalived.conf:1:12
      |
    1 | node caf�� bad
      |            ^^^
    ");
    assert!(
        short(&sources, &list).starts_with("etc/keepalived.conf:1:12: info[LV0007] m \u{FFFD}")
    );
}

/// One sign is longer than what it stands for, two are shorter: the lengths of both texts are equal.
#[test]
fn signs_of_other_lengths_do_not_move_the_pointer() {
    let (sources, file) = loaded(b"\x01 bad \xe9\xe9\n");
    let list = [Diagnostic::new(codes::NOT_UTF8, at(&sources, file, "bad"), "m")];
    let shown = human(&sources, &list, false);
    let lines: Vec<&str> = shown.lines().skip(3).collect();
    let [text, pointer, ..] = lines.as_slice() else { panic!("{shown}") };
    let column = |line: &str, sign: &str| {
        let before = line.split(sign).next().unwrap();
        before.chars().count()
    };
    assert_eq!(column(text, "bad"), column(pointer, "^^^"), "{shown}");
}

#[test]
fn edits_of_blanks_have_a_title_and_no_patch() {
    let (sources, file) = loaded("a\u{A0}b\u{A0}c\n".as_bytes());
    let mut finding = Diagnostic::new(codes::ODD_BLANK, file.at(Span::new(1, 3)), "odd blank").fix(
        file.at(Span::new(1, 3)),
        " ",
        "type ordinary spaces",
    );
    let second = crate::source::Edit { at: file.at(Span::new(4, 6)), text: " ".into() };
    finding.fix.as_mut().unwrap().edits.push(second);
    finding.occurrences = 2;
    // The line is shown as it is; here its odd blanks would be invisible in the snapshot.
    let shown = human(&sources, &[finding], false).replace('\u{A0}', "~");
    insta::assert_snapshot!(shown, @r"
    error[LV0001]: odd blank
     --> etc/keepalived.conf:1:2
      |
    1 | a~b~c
      |  ^
      |
      = note: 2 times in this file, the first is shown
    help: type ordinary spaces (2 places)
    ");
}

#[test]
fn a_flood_of_one_code_is_counted_behind_the_twentieth() {
    let (sources, file) = loaded(&b"x\n".repeat(30));
    let finding = |line: u32| {
        Diagnostic::new(codes::FULL_WIDTH, file.at(Span::new(line * 2, line * 2 + 1)), "wrong")
    };
    let list: Vec<_> = (0..30).map(finding).collect();
    let shown = human(&sources, &list, false);
    assert_eq!(shown.matches("error[LV0002]").count(), 20);
    let last = "10 more LV0002 in etc/keepalived.conf: \
                `lvsha check --output short etc/keepalived.conf` shows all\n\n";
    assert!(shown.ends_with(last), "{shown}");
    // What the daemon alone finds no check shows.
    let of_daemon: Vec<_> =
        (0..21).map(|_| Diagnostic::general(daemon::NOT_EXECUTED, "wrong")).collect();
    let last = "1 more LV0959 in general: mend the first ones to see them\n\n";
    assert!(human(&sources, &of_daemon, false).ends_with(last));
    assert_eq!(short(&sources, &list).lines().count(), 30);
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let (sources, file) = loaded(b"node a\x1b[2Jb\n");
    let place = file.at(Span::new(5, 12));
    let list = [Diagnostic::new(codes::CONTROL_CHARACTER, place, "bad name `a\u{1B}[2Jb`")];
    for shown in
        [human(&sources, &list, false), short(&sources, &list), json(&sources, &list, &[], &[])]
    {
        assert!(!shown.contains('\u{1B}'), "{shown}");
    }
}

#[test]
fn json_has_everything_a_program_needs() {
    let (sources, file) = loaded(CONFIGURATION.as_bytes());
    let place = at(&sources, file, "MASTER");
    let list = [Diagnostic::new(codes::FULL_WIDTH, place, "wrong")
        .label("not this")
        .context(at(&sources, file, "VI_1"), "in here")
        .note("a fact")
        .help("do this")
        .fix(place, "BACKUP", "say BACKUP")];
    insta::assert_snapshot!(json(&sources, &list, &[], &[]), @r#"
    {
      "version": 1,
      "summary": {
        "errors": 1,
        "warnings": 0,
        "infos": 0,
        "silenced": 0,
        "unread": 0
      },
      "diagnostics": [
        {
          "code": "LV0002",
          "name": "full-width-punctuation",
          "severity": "error",
          "verdict": "depends",
          "message": "wrong",
          "place": {
            "file": "etc/keepalived.conf",
            "start": {
              "line": 3,
              "column": 11
            },
            "end": {
              "line": 3,
              "column": 17
            }
          },
          "label": "not this",
          "context": [
            {
              "place": {
                "file": "etc/keepalived.conf",
                "start": {
                  "line": 2,
                  "column": 15
                },
                "end": {
                  "line": 2,
                  "column": 19
                }
              },
              "label": "in here"
            }
          ],
          "notes": [
            "a fact"
          ],
          "help": "do this",
          "fix": {
            "title": "say BACKUP",
            "certain": true,
            "edits": [
              {
                "place": {
                  "file": "etc/keepalived.conf",
                  "start": {
                    "line": 3,
                    "column": 11
                  },
                  "end": {
                    "line": 3,
                    "column": 17
                  }
                },
                "replacement": "BACKUP"
              }
            ]
          },
          "occurrences": 1
        }
      ],
      "silenced": [],
      "unread": []
    }
    "#);
}

#[test]
fn many_edits_of_one_long_line_are_located_in_linear_time() {
    let text = "é,".repeat(1 << 16);
    let (sources, file) = loaded(text.as_bytes());
    let mut finding = Diagnostic::new(codes::FULL_WIDTH, file.at(Span::new(0, 2)), "x").fix(
        file.at(Span::new(0, 2)),
        "e",
        "t",
    );
    let edits = &mut finding.fix.as_mut().unwrap().edits;
    edits.extend((1..1 << 16).map(|n| {
        let at = file.at(Span::new(n * 3, n * 3 + 2));
        crate::source::Edit { at, text: "e".into() }
    }));
    let shown = json(&sources, &[finding], &[], &[]);
    assert!(shown.contains(&format!("\"column\": {}", (1 << 17) - 1)));
}

#[test]
fn sarif_names_its_rules_and_masks_nothing_else() {
    let (mut sources, file) = loaded(CONFIGURATION.as_bytes());
    sources.hide(file, [at(&sources, file, "s3cret").span]);
    let place = at(&sources, file, "MASTER");
    let list = [
        Diagnostic::new(codes::FULL_WIDTH, place, "wrong").note("a fact").help("do this").fix(
            place,
            "BACKUP",
            "say BACKUP",
        ),
        Diagnostic::new(codes::NOT_UTF8, at(&sources, file, "auth_pass s3cret"), "odd bytes")
            .context(place, "beside this"),
    ];
    let log: serde_json::Value = serde_json::from_str(&sarif(&sources, &list, &[], &[])).unwrap();
    let run = &log["runs"][0];
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["LV0002", "LV0007"]);
    let [first, second] = &run["results"].as_array().unwrap()[..] else { panic!("two results") };
    assert_eq!((&first["level"], &second["level"]), (&"error".into(), &"note".into()));
    assert_eq!(first["message"]["text"], "wrong\na fact\ndo this");
    assert_eq!(second["ruleIndex"], 1);
    let location = &second["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "etc/keepalived.conf");
    assert_eq!(location["region"]["startLine"], 4);
    assert_eq!(location["region"]["snippet"]["text"], "auth_pass ******");
    let change = &first["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(change["insertedContent"]["text"], "BACKUP");
    assert_eq!(second["relatedLocations"][0]["message"]["text"], "beside this");
}

/// A site offers every fix of a log to be taken with one click.
#[test]
fn sarif_has_no_guess_among_its_fixes() {
    let (sources, file) = loaded(CONFIGURATION.as_bytes());
    let place = at(&sources, file, "MASTER");
    let guess =
        Diagnostic::new(codes::FULL_WIDTH, place, "wrong").guess(place, "BACKUP", "BACKUP?");
    let log: serde_json::Value =
        serde_json::from_str(&sarif(&sources, &[guess], &[], &[])).unwrap();
    assert_eq!(log["runs"][0]["results"][0].get("fixes"), None);
}

#[test]
fn many_findings_of_one_long_line_are_shown_in_linear_time() {
    let (sources, file) = loaded("é,".repeat(1 << 18).as_bytes());
    let finding =
        |n: u32| Diagnostic::new(codes::FULL_WIDTH, file.at(Span::new(n * 3, n * 3 + 2)), "x");
    let list: Vec<Diagnostic> = (0..1 << 18).map(finding).collect();
    let shown = short(&sources, &list);
    assert!(shown.lines().last().unwrap().contains(&format!(":1:{}: ", (1 << 19) - 1)));
}
