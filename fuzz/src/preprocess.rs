//! keepalived's preprocessor over two files that include each other.

use lvsha::source::{Findings, Sources};
use lvsha::syntax::{ConfigId, preprocess};

pub fn run(data: &[u8]) {
    let middle = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (main, part) = data.split_at(middle);
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", main);
    sources.add("part.conf", part);
    let mut findings = Findings::new();
    let id = ConfigId::Exactly("node1".into());
    let expanded = preprocess(&mut sources, file, &id, &mut findings);
    let text = sources.get(expanded.text).text();
    // Each character leads back to a place that exists.
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    for at in (0..length).step_by(usize::try_from(length / 64 + 1).unwrap_or(1)) {
        let place = sources.resolve(expanded.text.at(lvsha::source::Span::new(at, at + 1)));
        assert!(!sources.get(place.file).is_composed());
        assert!(place.span.range().end <= sources.get(place.file).text().len());
    }
}
