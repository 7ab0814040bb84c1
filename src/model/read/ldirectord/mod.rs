//! Reads ldirectord.cf into the model.
//!
//! Two questions are answered for every line: what ldirectord makes of it ([`Line::seen`], the
//! text that its patterns are matched against) and what its author meant. The first decides which
//! finding is made and its verdict, the second what the model holds.

use std::collections::HashMap;

use crate::model::{Carried, Cluster, Inert, Protocol, Target};
use crate::source::codes::ldirectord as codes;
use crate::source::{Diagnostic, FileId, Findings, Place, SourceFile};
use crate::syntax::characters::{self, Reading};
use crate::syntax::{Kind, NodeRef, Tree};

mod endpoint;
mod globals;
mod layout;
mod line;
mod ports;
mod probes;
mod real;
mod settings;
mod template;
mod values;
mod virtuals;

pub use probes::{dialogue_uses, port_of_service, service_of_port};

use line::Line;

/// Adds what `tree` says to `cluster`.
pub(super) fn read(file: &SourceFile, tree: &Tree, cluster: &mut Cluster, findings: &mut Findings) {
    let mut reader = Reader {
        text: file.text(),
        file: file.id(),
        cluster,
        findings,
        services: HashMap::new(),
        pasted: has_odd_blanks(file.text(), tree),
    };
    layout::report(&mut reader, tree);
    // Globals may stand behind the services and hold for them all the same.
    let globals = globals::read(&mut reader, tree);
    virtuals::read(&mut reader, tree, &globals);
    globals::unused(&mut reader, &globals);
}

/// What all parts of the reader need.
struct Reader<'a> {
    text: &'a str,
    file: FileId,
    cluster: &'a mut Cluster,
    findings: &'a mut Findings,
    /// The services of this file, to notice a second one.
    services: HashMap<(Option<Protocol>, Target), Option<Place>>,
    /// Whether odd blanks stand where nobody can have wanted them, as in a text from a web page.
    /// Then those inside quotes were ordinary blanks too; else they may be what a page holds.
    pasted: bool,
}

fn has_odd_blanks(text: &str, tree: &Tree) -> bool {
    let is_odd = |c: char| !c.is_ascii() && characters::reading(c) == Reading::Blank;
    if text.is_ascii() || !text.contains(is_odd) {
        return false;
    }
    let mut directives = tree.walk(text).filter(|node| node.kind() == Kind::Directive);
    directives.any(|node| {
        let is_quoted = |word: &str| characters::unquote(word).is_some();
        let line = node.place().span.of(text);
        let quoted = node.words().map(|word| word.raw()).filter(|word| is_quoted(word));
        let inside = quoted.map(|word| word.chars().filter(|c| is_odd(*c)).count());
        line.chars().filter(|c| is_odd(*c)).count() > inside.sum()
    })
}

impl<'a> Reader<'a> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.findings.push(diagnostic);
    }

    /// Notes that ldirectord ignores `at`.
    fn ignored(&mut self, at: Place, why: &'static str) {
        self.cluster.inert.push(Inert { at, why });
    }

    /// Notes that a directive was overtaken by a later one.
    fn said_again(&mut self, first: Place, second: &Line<'_>) {
        let keyword = second.row.word;
        self.push(
            Diagnostic::new(codes::GIVEN_TWICE, first, format!("`{keyword}` is given again below"))
                .label("does nothing")
                .context(second.node.place(), "this one counts"),
        );
        self.ignored(first, "a later line says it again");
    }

    /// A directive that the model has no field for.
    fn carried(line: &Line<'_>) -> Carried {
        Carried::new(line.row.word, line.node.place())
    }

    /// Text from inside quotes as it was meant.
    fn blanks(&self, text: String) -> String {
        if !self.pasted || text.is_ascii() {
            return text;
        }
        let is_odd = |c: char| characters::reading(c) == Reading::Blank;
        text.chars().map(|c| if is_odd(c) { ' ' } else { c }).collect()
    }

    /// The line of `node`, if its word is known where it stands.
    fn line(&self, node: NodeRef<'a>, inside: bool) -> Option<Line<'a>> {
        Line::of(node, self.text, inside)
    }
}

#[cfg(test)]
mod tests;
