//! The five grammars and readers: the first byte chooses the format, the rest is the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lvsha::model::read::{Input, read};
use lvsha::source::{Sources, report};
use lvsha::syntax::{Format, parse};

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else { return };
    let format = Format::ALL[usize::from(*choice) % Format::ALL.len()];
    let mut sources = Sources::new();
    let file = sources.add(format.file_name(), bytes);
    let tree = parse(&mut sources, file, format);
    // Every byte belongs to exactly one node.
    assert_eq!(tree.print(sources.get(file).text()), sources.get(file).text());
    let diagnostics = read(&mut sources, &[Input { file, format }]).findings.sorted();
    report::short(&sources, &diagnostics);
    report::human(&sources, &diagnostics, false);
});
