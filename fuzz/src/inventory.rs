//! An inventory: read, drawn, rendered for every director, written and read again.

use std::path::Path;

use lvsha::site::{self, Secrets, graph, render};
use lvsha::source::{Sources, report, text};

pub fn run(text: &[u8]) {
    let mut sources = Sources::new();
    let file = sources.add("site.toml", text);
    // Nothing that it imports is there, and no secret is fetched.
    let nowhere = Path::new("/nonexistent");
    let (site, findings) = site::read(&mut sources, file, nowhere, Secrets::Leave);
    report::short(&sources, &findings.sorted());
    let picture = graph::Picture::new(&site);
    let _ = (picture.svg(), picture.mermaid(), picture.dot());
    let templates = render::Templates::new(None).expect("the built-in ones");
    let rendered = render::render(&site, &templates);
    assert!(rendered.is_ok(), "the built-in templates fit every site");
    let written = site::write(&site, &[]);
    let file = sources.add("again.toml", &text::encode(&written));
    let (again, _) = site::read(&mut sources, file, nowhere, Secrets::Leave);
    assert_eq!(site::write(&again, &[]), written, "an inventory is what it says");
}
