//! What the program in question does not know, by version and build.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Rule, View};
use crate::source::codes::{haresources_advice, keepalived, keepalived_advice};
use crate::source::{Diagnostic, Findings, Place};
use crate::syntax::schema::target::{BUILD_WORDS, BuildOption, QUIRKS, SINCE};
use crate::syntax::schema::{Body, Keyword, Version, find, keywords};
use crate::syntax::{Format, Kind, NodeRef, Tree};

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule {
        codes: &[
            keepalived::NEEDS_NEWER,
            keepalived::NOT_IN_BUILD,
            keepalived_advice::RELEASE_HABIT,
        ],
        check: words,
    },
    Rule { codes: &[haresources_advice::SCRIPT_OF_ANOTHER_RELEASE], check: sync_daemon },
];

fn words(view: &View<'_>, findings: &mut Findings) {
    for (input, tree) in view.trees.iter().filter(|(input, _)| input.format == Format::Keepalived) {
        let text = view.sources.get(input.file).text();
        for (node, row) in known_words(tree, text) {
            let at = node.word(0).map_or_else(|| node.place(), |word| word.place());
            word(view, row, at, findings);
        }
    }
}

/// One word that not every keepalived treats alike.
fn word(view: &View<'_>, row: &Keyword, at: Place, findings: &mut Findings) {
    let target = &view.options.targets.keepalived;
    let facts = FACTS.get(row.word).copied().unwrap_or_default();
    if let Some(option) = facts.option.filter(|option| !target.has(*option)) {
        let message =
            format!("`{}` needs a keepalived that is built with {}", row.word, option.name());
        let diagnostic = Diagnostic::new(keepalived::NOT_IN_BUILD, at, message);
        findings.push(match option {
            BuildOption::Iptables => diagnostic.help("write `nftables`"),
            _ => diagnostic,
        });
    } else if facts.since.or(row.since).is_some_and(|since| since > target.version) {
        let message = format!("keepalived {} does not know `{}` yet", target.version, row.word);
        findings.push(Diagnostic::new(keepalived::NEEDS_NEWER, at, message));
    } else if view.options.targets.is_stated {
        let habits = QUIRKS.iter().filter(|quirk| {
            (quirk.word, quirk.within) == (row.word, row.within)
                && target.is_between(quirk.from, quirk.until)
        });
        for habit in habits {
            let message = format!("with keepalived {} {}", target.version, habit.what);
            let note = format!("mended in {}", habit.until);
            findings.push_once_per_file(
                Diagnostic::new(keepalived_advice::RELEASE_HABIT, at, message).note(note),
            );
        }
    }
}

/// The directives of a tree that stand where the keyword table has them, as far as there are facts
/// about their words.
fn known_words<'a>(
    tree: &'a Tree,
    text: &'a str,
) -> impl Iterator<Item = (NodeRef<'a>, &'static Keyword)> {
    // The blocks around a node: where each ends, and what may stand in it.
    let mut open: Vec<(u32, Option<&'static str>)> = Vec::new();
    tree.walk(text).filter(|node| node.kind() == Kind::Directive).filter_map(move |node| {
        while open.pop_if(|(behind, _)| *behind <= node.index()).is_some() {}
        let name = node.name();
        let is_of_interest = FACTS.contains_key(&*name);
        if !is_of_interest && !node.has_body() {
            return None;
        }
        let within = open.last().map_or(Some(""), |(_, within)| *within);
        let row = within.and_then(|within| find(Format::Keepalived, within, &name));
        if node.has_body() {
            let inside = match row.map(|row| row.body) {
                Some(Body::Block(inside)) => Some(inside),
                _ => None,
            };
            open.push((node.behind(), inside));
        }
        row.filter(|_| is_of_interest).map(|row| (node, row))
    })
}

/// heartbeat 3 came without the script that swaps the roles of the sync daemon.
fn sync_daemon(view: &View<'_>, findings: &mut Findings) {
    if view.options.targets.heartbeat < Version::new(3, 0, 0) {
        return;
    }
    let resources = view.cluster.routers.iter().flat_map(|router| &router.resources);
    for resource in resources.filter(|resource| resource.name == "LVSSyncDaemonSwap") {
        let message = format!(
            "heartbeat {} has no script `{}`",
            view.options.targets.heartbeat, resource.name
        );
        let code = haresources_advice::SCRIPT_OF_ANOTHER_RELEASE;
        findings.push(Diagnostic::new(code, resource.at, message));
    }
}

/// What the tables say about one word.
#[derive(Clone, Copy, Default)]
struct Facts {
    since: Option<Version>,
    option: Option<BuildOption>,
}

/// Every word that a rule here may have something to say about: a file asks for each of its lines.
static FACTS: LazyLock<HashMap<&str, Facts>> = LazyLock::new(|| {
    let mut facts: HashMap<&str, Facts> = HashMap::new();
    for (word, since) in SINCE {
        facts.entry(word).or_default().since = Some(*since);
    }
    for (word, option) in BUILD_WORDS {
        facts.entry(word).or_default().option = Some(*option);
    }
    let rows = keywords(Format::Keepalived).iter().flat_map(|rows| rows.iter());
    let young = rows.filter(|row| row.since.is_some()).map(|row| row.word);
    for word in young.chain(QUIRKS.iter().map(|quirk| quirk.word)) {
        facts.entry(word).or_default();
    }
    facts
});
