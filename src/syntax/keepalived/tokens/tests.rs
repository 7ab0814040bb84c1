use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::{Token, parse, tokenize};

/// The tokens by the grammar alone.
fn by_pest(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    parse(text, 0, &mut tokens);
    tokens
}

fn assert_both_agree(text: &str) {
    assert_eq!(tokenize(text, 0), by_pest(text), "{text:?}");
}

#[test]
fn scan_and_grammar_agree_on_what_decides() {
    for text in [
        "a b{c \"d e\"f}#g\n",
        "$A=b\\\n＃c\n\n\u{a0}#d",
        "$A=b\\\n\u{b}\ne\n",
        "$A=\\\n\n\0\na",
        "a \"open\nb\n",
        "$A= \\\n  b \\\n\n# c\nd e\nf\n",
        "include a{b,c}\ninclude\nincluded x\n",
        "a # b\r\nc\r\n",
        "a\\#b #\n\"#\" !\n",
        "{ } }{\n\t\u{A0}a\n",
        "a|b\nc~d $e ${f} g\n",
        "a",
    ] {
        assert_both_agree(text);
    }
}

#[test]
fn scan_and_grammar_agree_on_every_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/keepalived.conf");
    let mut open: Vec<PathBuf> = vec![root];
    let mut files = 0;
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            assert_both_agree(&crate::source::text::decode(&fs::read(&path).unwrap()));
            files += 1;
        }
    }
    assert!(files > 100);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8 * ProptestConfig::default().cases, ..ProptestConfig::default() })]

    #[test]
    fn scan_and_grammar_agree_on_any_mixture(
        parts in prop::collection::vec(prop::sample::select(PARTS), 0..30),
    ) {
        assert_both_agree(&parts.concat());
    }

    #[test]
    fn scan_and_grammar_agree_on_any_text(text in any::<String>()) {
        assert_both_agree(&text);
    }
}

const PARTS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    " ",
    " ",
    "\t",
    "\u{B}",
    "\\",
    "\\\n",
    "#",
    "!",
    "\"",
    "{",
    "}",
    "a",
    "word",
    "%z",
    "|",
    "^",
    "include ",
    "include",
    "includem x",
    "$A=",
    "$A",
    "${A}",
    "~SEQ(i,2)",
    "@a",
    "'",
    "“",
    "”",
    "｛",
    "＃",
    "\u{A0}",
    "测",
    "\u{FEFF}",
    "\0",
    "\u{7F}",
    "~",
    "$",
    "(",
    ",",
];
