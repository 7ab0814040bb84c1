//! What the program in question does not know, by version and build.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::{Rule, View};
use crate::source::codes::{haresources_advice, keepalived, keepalived_advice};
use crate::source::{Diagnostic, Findings, Place};
use crate::syntax::Format;
use crate::syntax::schema::target::{BUILD_WORDS, BuildOption, QUIRKS, SINCE, Targets, since};
use crate::syntax::schema::{Keyword, Version, keywords};

/// The rules that need no walk over the text.
pub(super) const RULES: &[Rule] =
    &[Rule { codes: &[haresources_advice::SCRIPT_OF_ANOTHER_RELEASE], check: sync_daemon }];

/// The words that there are facts about.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    FACTS.keys().copied()
}

/// One word that not every keepalived treats alike.
pub(super) fn word(
    targets: &Targets,
    row: &'static Keyword,
    at: Place,
    told: &mut HashSet<&'static str>,
    findings: &mut Findings,
) {
    let target = &targets.keepalived;
    let facts = FACTS.get(row.word).copied().unwrap_or_default();
    if let Some(option) = facts.option.filter(|option| !target.has(*option)) {
        let message =
            format!("`{}` needs a keepalived that is built with {}", row.word, option.name());
        let diagnostic = Diagnostic::new(keepalived::NOT_IN_BUILD, at, message);
        findings.push(match option {
            BuildOption::Iptables => diagnostic.help("write `nftables`"),
            _ => diagnostic,
        });
    } else if since(row).is_some_and(|since| since > target.version) {
        let message = format!("keepalived {} does not know `{}` yet", target.version, row.word);
        findings.push(Diagnostic::new(keepalived::NEEDS_NEWER, at, message));
    } else if targets.is_stated {
        let habits = QUIRKS.iter().filter(|quirk| {
            (quirk.word, quirk.within) == (row.word, row.within)
                && target.is_between(quirk.from, quirk.until)
        });
        // Once is enough: the habit is the program's, not that of the line.
        for habit in habits.filter(|habit| told.insert(habit.word)) {
            let message = format!("with keepalived {} {}", target.version, habit.what);
            let note = format!("mended in {}", habit.until);
            let code = keepalived_advice::RELEASE_HABIT;
            findings.push(Diagnostic::new(code, at, message).note(note));
        }
    }
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
    option: Option<BuildOption>,
}

/// Every word that a rule here may have something to say about.
static FACTS: LazyLock<HashMap<&str, Facts>> = LazyLock::new(|| {
    let mut facts: HashMap<&str, Facts> = HashMap::new();
    for (word, option) in BUILD_WORDS {
        facts.entry(word).or_default().option = Some(*option);
    }
    let rows = keywords(Format::Keepalived).iter().flat_map(|rows| rows.iter());
    let young = rows.filter(|row| row.since.is_some()).map(|row| row.word);
    let since = SINCE.iter().map(|(word, _)| *word);
    for word in young.chain(since).chain(QUIRKS.iter().map(|quirk| quirk.word)) {
        facts.entry(word).or_default();
    }
    facts
});
