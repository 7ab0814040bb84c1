//! Reads ha.cf into the model.
//!
//! heartbeat knows two manners of directives: those that take a list of values, separated by
//! blanks and commas, and call their setting once per value, and those that take the whole line.
//! [`DIRECTIVES`] says which is which; what a single value may be stands in the schema.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::prose;
use crate::model::{Carried, Cluster, Inert, Sourced};
use crate::source::{Diagnostic, Findings, Place, SourceFile, Span, Verdict, codes};
use crate::syntax::characters::{plain, unquote};
use crate::syntax::schema::Keyword;
use crate::syntax::{Kind, NodeRef, Tree};

mod clients;
mod names;
mod paths;
mod times;
mod values;

/// Adds what `tree` says to `cluster`.
pub(super) fn read(file: &SourceFile, tree: &Tree, cluster: &mut Cluster, findings: &mut Findings) {
    let mut reader = Reader {
        cluster,
        findings,
        said: HashMap::new(),
        nodes: HashMap::new(),
        clients: HashMap::new(),
        dropped: HashSet::new(),
        udp_paths: 0,
        serial_paths: 0,
        ports: Vec::new(),
        bauds: Vec::new(),
    };
    for node in tree.top(file.text()) {
        match node.kind() {
            Kind::Blank => {}
            Kind::Directive => reader.directive(node),
            Kind::Junk | Kind::Stray => reader.junk(node),
        }
    }
    paths::settle(&mut reader);
    let dropped = reader.dropped;
    cluster.carried.retain(|carried| !dropped.contains(&carried.at));
}

/// How heartbeat reads the words behind a directive.
#[derive(Clone, Copy)]
enum Manner {
    /// A list: each value adds to what is there.
    Each(fn(&mut Reader<'_>, &Directive<'_>, &Value<'_>)),
    /// One value; a later one replaces it. Returns whether the value is valid.
    Last(fn(&mut Reader<'_>, &Directive<'_>, &Value<'_>) -> bool),
    /// The whole line, commas and all.
    Line(fn(&mut Reader<'_>, &Directive<'_>)),
}

struct Reader<'a> {
    cluster: &'a mut Cluster,
    findings: &'a mut Findings,
    /// The directive that holds the present value of a word that has one value.
    said: HashMap<&'static str, Place>,
    /// Where each node was named first.
    nodes: HashMap<String, Place>,
    /// The first `apiauth` line of each client.
    clients: HashMap<String, Place>,
    /// Directives that are inert after all; at the end they no longer travel along.
    dropped: HashSet<Place>,
    /// Broadcast and unicast paths so far.
    udp_paths: usize,
    /// Serial lines so far.
    serial_paths: usize,
    /// `udpport` lines, each with the number of paths above it.
    ports: Vec<(Sourced<u16>, Place, usize)>,
    /// `baud` lines likewise.
    bauds: Vec<(Place, usize)>,
}

/// A line with a known first word.
struct Directive<'a> {
    node: NodeRef<'a>,
    row: &'static Keyword,
    /// The words behind the first, as far as they are no note.
    words: Vec<Value<'a>>,
}

/// A word or a part of one.
#[derive(Clone)]
struct Value<'a> {
    /// As written.
    raw: &'a str,
    /// As it means.
    text: Cow<'a, str>,
    at: Place,
}

impl<'a> Value<'a> {
    fn new(raw: &'a str, at: Place) -> Self {
        let text = unquote(raw).map_or_else(|| plain(raw), Cow::Borrowed);
        Self { raw, text, at }
    }

    /// The part `range` of the raw text.
    fn part(&self, range: Range<usize>) -> Self {
        let raw = self.raw.get(range.clone()).unwrap_or_default();
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX).min(self.at.span.len());
        let start = self.at.span.start;
        let span = Span::new(start + offset(range.start), start + offset(range.end));
        Self::new(raw, self.at.file.at(span))
    }

    /// The parts between commas; full-width and ideographic ones are read as commas.
    fn split(&self) -> impl Iterator<Item = Self> {
        let mut at = 0;
        self.raw.split_inclusive([',', '，', '、']).filter_map(move |piece| {
            let text = piece.trim_end_matches([',', '，', '、']);
            let range = at..at + text.len();
            at += piece.len();
            (!text.is_empty()).then(|| self.part(range))
        })
    }
}

impl Directive<'_> {
    fn place(&self) -> Place {
        self.node.place()
    }

    /// Whether heartbeat takes any text for its value, so that it starts with a note as well.
    fn takes_any_text(&self) -> bool {
        ANY_TEXT.contains(&self.row.word)
    }

    /// What heartbeat does with a further value that is none.
    fn refusal(&self) -> Verdict {
        if self.takes_any_text() { Verdict::Accepts } else { Verdict::Refuses }
    }

    /// What heartbeat does with something else in the place of the value: any text may be a node,
    /// but this host must be one of them.
    fn replacement(&self) -> Verdict {
        if self.row.word == "node" { Verdict::Refuses } else { self.refusal() }
    }
}

impl Reader<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.push(diagnostic);
    }

    fn carry(&mut self, directive: &Directive<'_>) {
        let (keyword, at) = (directive.row.word.to_owned(), directive.place());
        // A directive with several values travels once.
        if self.cluster.carried.last().is_none_or(|carried| carried.at != at) {
            self.cluster.carried.push(Carried::new(keyword, at));
        }
    }

    fn inert(&mut self, at: Place, why: &'static str) {
        self.dropped.insert(at);
        self.cluster.inert.push(Inert { at, why });
    }

    fn junk(&mut self, node: NodeRef<'_>) {
        if let Some(at) = prose::template(node) {
            self.template(at, Verdict::Refuses);
            return;
        }
        let at = node.place();
        let diagnostic = Diagnostic::new(codes::ha_cf::JUNK_LINE, at, "this line is no directive")
            .note("heartbeat takes the first word as an illegal directive and refuses to start")
            .help("if it is a note, put `#` in front of it");
        let start = node.word(0).map_or(at, |word| word.part(0, 0));
        self.report(diagnostic.fix(start, "# ", "make it a comment"));
    }

    fn template(&mut self, at: Place, verdict: Verdict) {
        self.report(
            Diagnostic::new(codes::ha_cf::TEMPLATE, at, "this template was not rendered")
                .verdict(verdict)
                .help("check the file that the template becomes on the node"),
        );
    }

    fn directive(&mut self, node: NodeRef<'_>) {
        let Some(name) = node.word(0) else { return };
        let Some((row, glued)) = names::keyword(self, name) else { return };
        let words: Vec<Value<'_>> = glued
            .into_iter()
            .chain(node.arguments().map(|word| Value::new(word.raw(), word.place())))
            .collect();
        let mut directive = Directive { node, row, words };
        if let Some(at) = prose::template(node) {
            self.template(at, directive.replacement());
            return;
        }
        names::assignment(self, &mut directive);
        self.quotes(&directive);
        match manner(row.word) {
            Manner::Line(set) => set(self, &directive),
            Manner::Each(set) => {
                for value in self.values(&directive) {
                    set(self, &directive, &value);
                }
            }
            Manner::Last(set) => self.last(&directive, set),
        }
    }

    /// heartbeat knows no quotes: they become a part of the value.
    fn quotes(&mut self, directive: &Directive<'_>) {
        let quoted = directive.words.iter().find(|value| value.raw.starts_with('"'));
        let Some(value) = quoted.filter(|value| unquote(value.raw).is_some()) else { return };
        let message = "heartbeat takes the quotes as a part of the value";
        let diagnostic = Diagnostic::new(codes::ha_cf::QUOTES, value.at, message);
        let diagnostic = diagnostic.verdict(directive.replacement());
        self.report(diagnostic.fix(value.at, &*value.text, "delete the quotes"));
    }

    /// The values of a list: split at commas too, cut in front of a note.
    fn values<'v>(&mut self, directive: &Directive<'v>) -> Vec<Value<'v>> {
        let split: Vec<Value<'v>> = directive.words.iter().flat_map(Value::split).collect();
        let end = split.iter().position(|value| prose::is_note(&value.text));
        let (values, note) = split.split_at(end.unwrap_or(split.len()));
        self.note(directive, note);
        if values.is_empty() && note.is_empty() {
            let message = format!("`{}` without a value does nothing", directive.row.word);
            let code = codes::ha_cf::NO_VALUE;
            self.report(Diagnostic::new(code, directive.place(), message));
            self.inert(directive.place(), "it has no value");
        }
        values.to_vec()
    }

    fn note(&mut self, directive: &Directive<'_>, note: &[Value<'_>]) {
        let Some(first) = note.first() else { return };
        let start = first.part(0..0).at;
        let code = codes::ha_cf::NOTE_AFTER_VALUE;
        if directive.row.word == "node" {
            // One finding each, because each becomes a node.
            for word in note {
                let message = format!("`{}` looks like a note, it becomes a node", word.text);
                let diagnostic = Diagnostic::new(code, word.at, message)
                    .verdict(Verdict::Accepts)
                    .note("heartbeat waits for a node of this name, which never answers");
                self.report(diagnostic.fix(start, "# ", "make the note a comment"));
            }
            return;
        }
        let at = note.last().map_or(first.at, |last| join(first.at, last.at));
        let message = format!("behind the value of `{}` stands a note", directive.row.word);
        let diagnostic = Diagnostic::new(code, at, message)
            .verdict(directive.refusal())
            .note("heartbeat takes each word of it as a further value");
        self.report(diagnostic.fix(start, "# ", "make the note a comment"));
    }

    /// Sets the last of the values; those before it, and earlier lines, have no effect.
    fn last(
        &mut self,
        directive: &Directive<'_>,
        set: fn(&mut Reader<'_>, &Directive<'_>, &Value<'_>) -> bool,
    ) {
        let mut values = self.values(directive);
        times::join_units(self, directive, &mut values);
        let once = ONCE.iter().find(|words| words.contains(&directive.row.word));
        let Some((last, before)) = values.split_last() else { return };
        if let Some(first) = before.first() {
            let at = before.last().map_or(first.at, |end| join(first.at, end.at));
            let code = if once.is_some() {
                codes::ha_cf::GIVEN_TWICE
            } else {
                codes::ha_cf::SEVERAL_VALUES
            };
            let message = format!("of several values of `{}` the last counts", directive.row.word);
            self.report(Diagnostic::new(code, at, message));
            for value in before {
                set(self, directive, value);
            }
        }
        // A word and its synonym share one value.
        let key = once.and_then(|words| words.first()).copied().unwrap_or(directive.row.word);
        if !set(self, directive, last) {
            return;
        }
        if let Some(earlier) = self.said.insert(key, directive.place()) {
            if once.is_some() {
                let message = format!("`{}` a second time", directive.row.word);
                let code = codes::ha_cf::GIVEN_TWICE;
                let diagnostic = Diagnostic::new(code, directive.place(), message);
                self.report(diagnostic.context(earlier, "the first is here"));
            }
            self.inert(earlier, "a later line says it again");
        }
    }
}

fn join(first: Place, last: Place) -> Place {
    Place { span: first.span.to(last.span), ..first }
}

fn manner(word: &str) -> Manner {
    let known = DIRECTIVES.iter().find(|(words, _)| words.contains(&word));
    // What the model has no field for is checked against the schema and travels along.
    known.map_or(Manner::Last(values::carried), |(_, manner)| *manner)
}

const DIRECTIVES: &[(&[&str], Manner)] = &[
    (&["apiauth"], Manner::Line(clients::access)),
    (&["auto_failback", "nice_failback"], Manner::Last(values::failback)),
    (&["baud"], Manner::Last(paths::baud)),
    (&["bcast", "udp"], Manner::Each(paths::broadcast)),
    (&["cluster"], Manner::Last(values::cluster)),
    (&["conn_logd_time"], Manner::Last(times::carried)),
    (&["crm", "pacemaker"], Manner::Last(values::manager)),
    (&["env"], Manner::Each(values::environment)),
    (&["hbaping", "normalpoll", "qserver"], Manner::Line(values::not_compiled)),
    (&["keepalive", "deadtime", "warntime", "initdead", "deadping"], Manner::Last(times::set)),
    (&["logfacility"], Manner::Last(values::facility)),
    (&["mcast", "mcast6"], Manner::Line(paths::multicast)),
    (&["node"], Manner::Each(names::node)),
    (&["ping", "ping6"], Manner::Each(paths::ping)),
    (&["ping_group"], Manner::Line(paths::ping_group)),
    (&["respawn"], Manner::Line(clients::respawn)),
    (&["serial"], Manner::Each(paths::serial)),
    (&["stonith", "stonith_host"], Manner::Line(clients::fencing)),
    (&["ucast", "ucast6"], Manner::Line(paths::unicast)),
    (&["udpport"], Manner::Last(paths::port)),
];

/// Words that may be said once; the words of a row are one setting.
const ONCE: &[&[&str]] = &[&["baud"], &["crm", "pacemaker"], &["watchdog"]];

/// Words whose value is not checked at start.
const ANY_TEXT: &[&str] =
    &["node", "cluster", "logfile", "debugfile", "coreroot", "crm_daemon_dir"];

#[cfg(test)]
mod tests;
