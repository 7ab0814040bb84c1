//! Whatever stands in a file: files that the keyword tables allow, the same with mistakes, and files
//! that nobody would write.

// Every index was taken from the list that it is used on.
#![expect(clippy::indexing_slicing)]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use lvsha::emit::fmt;
use lvsha::model::mend::mend;
use lvsha::model::read::{Input, Options, read};
use lvsha::source::{Severity, Sources, report, text};
use lvsha::syntax::{Format, parse};

use super::from_tables::{file, share};

proptest! {
    #![proptest_config(share(3, 8))]

    #[test]
    fn files_of_the_tables_are_borne((format, text) in any_file()) {
        bear(format, &text);
    }

    #[test]
    fn mistakes_are_borne((format, text) in any_file().prop_flat_map(with_mistakes)) {
        bear(format, &text);
    }

    #[test]
    fn hostile_files_are_borne((format, text) in hostile()) {
        bear(format, &text);
    }
}

/// What holds for every file of a format.
fn bear(format: Format, content: &str) {
    let mut sources = Sources::new();
    let file = sources.add(format.file_name(), content.as_bytes());
    let tree = parse(&mut sources, file, format);
    assert_eq!(tree.print(sources.get(file).text()), sources.get(file).text());
    let input = Input { file, format };
    let findings = read(&mut sources, &[input]).findings.sorted();
    for finding in &findings {
        // A place outside of the text would show nothing, or a panic.
        let Some(at) = finding.at else { continue };
        let whole = sources.get(at.file).text();
        assert!(whole.get(at.span.range()).is_some(), "{finding:?}");
    }
    report::human(&sources, &findings, false);
    report::json(&sources, &findings, &[], &[]);
    if let Ok(first) = fmt::format(sources.get(file), format) {
        let mut again = Sources::new();
        let file = again.add(format.file_name(), &text::encode(&first.text));
        let second = fmt::format(again.get(file), format).unwrap();
        assert_eq!(second.text, first.text);
    }
    let errors = |findings: &[lvsha::source::Diagnostic]| {
        findings.iter().filter(|finding| finding.severity() == Severity::Error).count()
    };
    mend(&mut sources, &[input], &Options::default());
    let left = read(&mut sources, &[input]).findings.sorted();
    assert!(errors(&left) <= errors(&findings), "mending made it worse");
}

fn any_file() -> impl Strategy<Value = (Format, String)> {
    select(&Format::ALL[..]).prop_flat_map(|format| (Just(format), file(format)))
}

/// The slips of people: a line too many, too few, or in the wrong place; a word cut or replaced.
fn with_mistakes((format, text): (Format, String)) -> impl Strategy<Value = (Format, String)> {
    let slip = (0..9_u8, any::<Index>(), any::<Index>(), select(FRAGMENTS));
    vec(slip, 1..5).prop_map(move |slips| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (kind, line, place, fragment) in slips {
            if lines.is_empty() {
                break;
            }
            let at = line.index(lines.len());
            let Some(own) = lines.get(at).cloned() else { break };
            let borders: Vec<usize> =
                own.char_indices().map(|(at, _)| at).chain([own.len()]).collect();
            let (before, behind) = own.split_at(*place.get(&borders));
            match kind {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, own.clone()),
                2 => {
                    let other = place.index(lines.len());
                    lines.swap(at, other);
                }
                3 => lines[at] = before.to_owned(),
                4 => lines[at] = format!("{before}{fragment}{behind}"),
                5 => lines[at] = own.replace(|c: char| c.is_ascii_digit(), fragment),
                6 => lines[at] = own.replacen([' ', '='], fragment, 1),
                7 => lines.insert(at, fragment.to_owned()),
                // Two lines become one.
                _ => {
                    let next =
                        if at + 1 < lines.len() { lines.remove(at + 1) } else { own.clone() };
                    lines[at] = format!("{own} {next}");
                }
            }
        }
        (format, lines.join("\n"))
    })
}

/// Signs and words of all formats in any order, some many times over.
fn hostile() -> impl Strategy<Value = (Format, String)> {
    let piece = (select(FRAGMENTS), prop_oneof![9 => Just(1), 1 => Just(100_usize)]);
    let text = vec(piece, 0..40).prop_map(|pieces| {
        let repeated = pieces.iter().map(|(text, times)| {
            // What multiplies goes to its limits, which are tested where they are.
            let times = if text.contains(['~', '$', 'i']) { 1 } else { *times };
            text.repeat(times)
        });
        repeated.collect()
    });
    (select(&Format::ALL[..]), text)
}

const FRAGMENTS: &[&str] = &[
    "",
    "\n",
    "\r\n",
    "\t",
    " ",
    "\u{a0}",
    "\u{3000}",
    "\u{feff}",
    "\0",
    "#",
    "!",
    "\"",
    "'",
    "\\",
    "\\\n",
    "{",
    "}",
    "｛",
    "=",
    "::",
    "/",
    ":",
    "->",
    "-1",
    "0",
    "99999999999999999999",
    "1e9",
    "0x7fffffff",
    "256.256.256.256",
    "10.0.0.1-300",
    "fe80::1%eth0",
    "[::1]:80",
    "测试",
    "“",
    "<== note",
    "$A",
    "${A}",
    "$A=b",
    "$B= \\\n$A \\\n",
    "~SEQ(i,1,9)",
    "~LST(i,1,2)",
    "@a ",
    "@^b ",
    "include x\n",
    "vrrp_instance A {\n",
    "virtual_server 10.0.0.1 80 {\n",
    "real_server 10.0.0.2 80 {\n",
    "virtual_ipaddress {\n",
    "HTTP_GET {\n",
    "auth_pass hush\n",
    "virtual=10.0.0.1:80\n",
    "\treal=10.0.0.2:80 gate\n",
    "\tchecktype=negotiate\n",
    "node a b\n",
    "mcast eth0 225.0.0.1 694 1 0\n",
    "lw1 10.0.0.1/24/eth0 ldirectord\n",
    "auth 1\n1 sha1 hush\n",
];
