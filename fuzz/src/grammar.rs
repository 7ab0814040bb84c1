//! A grammar, the reader behind it, the rules, the layout and the edits: one file of one format.

use lvsha::emit::fmt;
use lvsha::model::mend::mend;
use lvsha::model::read::{Input, Options, read};
use lvsha::source::{Sources, report, text};
use lvsha::syntax::{Format, parse};

pub fn run(format: Format, bytes: &[u8]) {
    let mut sources = Sources::new();
    let file = sources.add(format.file_name(), bytes);
    let tree = parse(&mut sources, file, format);
    // Every byte belongs to exactly one node.
    assert_eq!(tree.print(sources.get(file).text()), sources.get(file).text());
    let input = Input { file, format };
    let diagnostics = read(&mut sources, &[input]).findings.sorted();
    report::short(&sources, &diagnostics);
    report::human(&sources, &diagnostics, false);
    report::json(&sources, &diagnostics, &[], &[]);
    // What can be laid out is laid out.
    if let Ok(once) = fmt::format(sources.get(file), format) {
        let mut sources = Sources::new();
        let file = sources.add(format.file_name(), &text::encode(&once.text));
        let again = fmt::format(sources.get(file), format);
        assert_eq!(again.map(|again| again.text).as_ref(), Ok(&once.text));
    }
    mend(&mut sources, &[input], &Options::default());
}
