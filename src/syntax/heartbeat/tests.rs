use proptest::prelude::*;

use super::*;
use crate::source::{Sources, text};
use crate::syntax::{self, Format};

/// Pieces that make odd texts: the grammars' own signs, and what only looks like them.
const PIECES: &[&str] = &[
    "node", "auth", "1", "crc", "sha1", "IPaddr", "::", "10.0.0.1", "/", " ", "\t", "\u{A0}", "\n",
    "\r\n", "\r", "\\", "\\\n", "\\ \n", "#", "＃", "\u{FEFF}", "\u{200B}", "，", ",", "中文", "<",
];

proptest! {
    #[test]
    fn any_bytes_print_as_they_were(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prints_unchanged(&bytes)?;
    }

    #[test]
    fn any_mixture_of_signs_prints_as_it_was(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60),
    ) {
        prints_unchanged(pieces.concat().as_bytes())?;
    }
}

fn prints_unchanged(bytes: &[u8]) -> Result<(), TestCaseError> {
    for format in [Format::Authkeys, Format::HaCf, Format::Haresources] {
        let mut sources = Sources::new();
        let file = sources.add(format.file_name(), bytes);
        let tree = syntax::parse(&mut sources, file, format);
        let printed = tree.print(sources.get(file).text());
        prop_assert_eq!(text::encode(&printed), bytes);
        // Nothing but the parser's safety net makes nodes without words of kind junk.
        for node in tree.walk(sources.get(file).text()) {
            prop_assert!(node.kind() == Kind::Blank || node.words().len() > 0);
        }
    }
    Ok(())
}

#[test]
fn chunks_end_at_lines_that_do_not_continue() {
    let line = "x".repeat(CHUNK_BYTES / 2);
    let text = format!("{line}\n{line}\\\nb\nc");
    let cut: Vec<usize> = chunks(&text, |line| line.ends_with("\\\n")).map(str::len).collect();
    assert_eq!(cut, [text.len() - 1, 1]);
    assert_eq!(chunks("", |_| false).count(), 0);
}
