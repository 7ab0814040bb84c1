//! Reads haresources into the model: each logical line is a group of ordered resources.
//!
//! Two programs read this file: a check of node names at start, physical line by physical line,
//! and the shell code that starts resources. Where they disagree with each other or with what
//! was meant, a finding says so.

use super::prose;
use crate::model::{
    Cluster, Located, Member, Resource, ResourceKind, Router, Sourced, SyncDaemon, VirtualAddress,
};
use crate::source::{Diagnostic, Findings, Place, SourceFile, Verdict, codes};
use crate::syntax::{Kind, NodeRef, Tree, Word};

mod address;
mod glue;
mod lines;
mod script;

/// Adds what `tree` says to `cluster`.
pub(super) fn read(file: &SourceFile, tree: &Tree, cluster: &mut Cluster, findings: &mut Findings) {
    let first_group = cluster.routers.len();
    let mut reader = Reader { file, cluster, findings, first_group };
    for node in tree.top(file.text()) {
        lines::comment(&mut reader, node);
        match node.kind() {
            Kind::Blank => {}
            Kind::Directive => reader.group(node),
            Kind::Junk | Kind::Stray => reader.junk(node),
        }
    }
}

struct Reader<'a> {
    file: &'a SourceFile,
    cluster: &'a mut Cluster,
    findings: &'a mut Findings,
    /// Index of this file's first router.
    first_group: usize,
}

/// A word, or a part of one, as it means.
#[derive(Clone, Debug)]
struct Text {
    value: String,
    at: Place,
}

impl Text {
    fn new(word: Word<'_>) -> Self {
        Self { value: word.value().into_owned(), at: word.place() }
    }

    /// `length` bytes at `from`; the place is the whole word where it was written with characters
    /// that are longer than what they mean.
    fn part(&self, from: usize, length: usize) -> Self {
        let value = self.value.get(from..from + length).unwrap_or_default().to_owned();
        let span = self.at.span;
        if !self.is_plain() {
            return Self { value, at: self.at };
        }
        let offset = |at: usize| span.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        let part = crate::source::Span::new(offset(from), offset(from + length));
        Self { value, at: self.at.file.at(part) }
    }

    /// Whether it is read as it was written, so that its parts have places of their own.
    fn is_plain(&self) -> bool {
        // A length fits `usize` on every platform with IPVS.
        self.at.span.len() as usize == self.value.len()
    }

    /// `diagnostic` with the fix of a part of this word. Where that part has no place, the fix would
    /// replace the whole word: only its title stays.
    fn fix(&self, diagnostic: Diagnostic, at: Place, text: &str, title: String) -> Diagnostic {
        match self.is_plain() {
            true => diagnostic.fix(at, text, title),
            false => diagnostic.help(title),
        }
    }

    /// The pieces between `separator`s, empty ones included.
    fn split(&self, separator: &str) -> Vec<Self> {
        let mut at = 0;
        let piece = |text: &str| {
            let part = self.part(at, text.len());
            at += text.len() + separator.len();
            part
        };
        self.value.split(separator).map(piece).collect()
    }
}

impl Reader<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.push(diagnostic);
    }

    fn junk(&mut self, node: NodeRef<'_>) {
        if let Some(at) = prose::template(node) {
            self.template(at, Verdict::Refuses);
            return;
        }
        let at = node.place();
        let start = node.word(0).map_or(at, |word| word.part(0, 0));
        let message = "this line does not begin with a node";
        self.report(
            Diagnostic::new(codes::haresources::JUNK_LINE, at, message)
                .note("heartbeat calls the first word a bad node name and refuses to start")
                .fix(start, "# ", "make it a comment"),
        );
    }

    fn template(&mut self, at: Place, verdict: Verdict) {
        self.report(
            Diagnostic::new(codes::haresources::TEMPLATE, at, "this template was not rendered")
                .verdict(verdict)
                .help("check the file that the template becomes on the node"),
        );
    }

    /// One logical line.
    fn group(&mut self, node: NodeRef<'_>) {
        let words = lines::words(self, node);
        let Some((first, rest)) = words.split_first() else { return };
        if let Some(at) = prose::template(node) {
            let in_front = at.span.start < first.at.span.end;
            self.template(at, if in_front { Verdict::Refuses } else { Verdict::Accepts });
            return;
        }
        let (name, glued) = match glue::node(self, first) {
            Some((name, resource)) => (name, Some(resource)),
            None if self.is_resource(first) => {
                self.without_node(node, first, &words);
                return;
            }
            None => (first.clone(), None),
        };
        let resources: Vec<Text> = glued.into_iter().chain(rest.iter().cloned()).collect();
        let resources = self.without_note(&resources);
        let title = resources.first().unwrap_or(&name);
        let mut router = Router::new(Sourced::new(title.value.clone(), title.at));
        router.at = Some(node.place());
        let preferred = Sourced::new(name.value.to_ascii_lowercase(), name.at);
        router.members.push(Member { node: Some(preferred), priority: None, role: None });
        if resources.is_empty() {
            let message = format!("`{}` gets no resources", name.value);
            self.report(Diagnostic::new(codes::haresources::NO_RESOURCES, name.at, message));
        }
        self.add(&mut router, resources);
        self.cluster.routers.push(router);
    }

    /// Whether `text`, in the place of a node, is a resource.
    fn is_resource(&self, text: &Text) -> bool {
        let is_node =
            self.cluster.nodes.iter().any(|node| node.name.value.eq_ignore_ascii_case(&text.value));
        !is_node
            && (text.value.contains("::")
                || address::is_shorthand(&text.value)
                || script::kind(&text.value).is_some())
    }

    /// A line that begins with a resource belongs to the group above, whose last line should
    /// have ended in a backslash.
    fn without_node(&mut self, node: NodeRef<'_>, first: &Text, words: &[Text]) {
        let index = self.cluster.routers.len().checked_sub(1).filter(|i| *i >= self.first_group);
        let message = format!("`{}` stands where a node is expected", first.value);
        let Some(index) = index else {
            let diagnostic = Diagnostic::new(codes::haresources::NO_NODE, first.at, message);
            self.report(diagnostic.help("write the name of the preferred node in front"));
            return;
        };
        let mut diagnostic =
            Diagnostic::new(codes::haresources::MISSING_BACKSLASH, first.at, message)
                .note("heartbeat takes it for a node and refuses to start");
        if let Some(end) = lines::end_of_line_above(self.file, node.span()) {
            diagnostic = diagnostic.fix(end, " \\", "continue the line above");
        }
        self.report(diagnostic);
        let resources = self.without_note(words);
        // The router leaves the list while it grows, so that the reader can report meanwhile.
        let mut router = self.cluster.routers.remove(index);
        self.add(&mut router, resources);
        self.cluster.routers.insert(index, router);
    }

    /// Resources in front of a note.
    fn without_note(&mut self, resources: &[Text]) -> Vec<Text> {
        let is_note = |text: &Text| !text.value.contains("::") && prose::is_note(&text.value);
        let end = resources.iter().position(is_note).unwrap_or(resources.len());
        let (resources, note) = resources.split_at(end);
        if let (Some(first), Some(last)) = (note.first(), note.last()) {
            let at = Place { span: first.at.span.to(last.at.span), ..first.at };
            let message = "each word of this note becomes a resource";
            self.report(
                Diagnostic::new(codes::haresources::NOTE, at, message)
                    .help("put the note, behind `#`, on a line of its own"),
            );
        }
        resources.to_vec()
    }

    fn add(&mut self, router: &mut Router, words: Vec<Text>) {
        for word in words {
            let word = self.without_quotes(word);
            // A quote alone was meant to enclose something: it starts nothing.
            if word.value.is_empty() {
                continue;
            }
            for part in glue::resources(self, word) {
                if let Some(resource) = script::resource(self, &part) {
                    self.keep(router, resource);
                }
            }
        }
    }

    fn keep(&mut self, router: &mut Router, resource: Resource) {
        if let ResourceKind::Address { address, .. } = &resource.kind {
            let at = resource.arguments.first().place().unwrap_or(resource.at);
            router.addresses.push(Sourced::<VirtualAddress>::new(address.clone(), at));
        }
        let is_master = || resource.arguments.first().is_none_or(|a| a.value != "backup");
        if resource.kind == ResourceKind::SyncDaemon
            && self.cluster.sync_daemon.is_none()
            && is_master()
        {
            let mut daemon =
                SyncDaemon { router: Some(router.name.value.clone()), ..SyncDaemon::default() };
            // The script that a conversion writes is told interface and number.
            if let [interface, number] = resource.arguments.as_slice() {
                daemon.interface = Some(interface.value.clone());
                daemon.identifier = number.value.parse().ok();
            }
            self.cluster.sync_daemon = Some(Sourced::new(daemon, resource.at));
        }
        router.resources.push(resource);
    }

    /// Quotes have no meaning in this file; the typographic ones are gone already.
    fn without_quotes(&mut self, word: Text) -> Text {
        if !word.value.contains(['"', '\'']) {
            return word;
        }
        let value = word.value.replace(['"', '\''], "");
        self.report(
            Diagnostic::new(codes::haresources::QUOTES, word.at, "quotes stay in the word").fix(
                word.at,
                value.clone(),
                "delete the quotes",
            ),
        );
        Text { value, at: word.at }
    }
}

#[cfg(test)]
mod tests;
