//! Names that a block uses and that stand for a block before it: judged on the tree, because
//! keepalived looks a name up when it reads the line.

use std::collections::{HashMap, HashSet};

use super::value;
use crate::source::codes::keepalived as codes;
use crate::source::{Diagnostic, Findings, SourceFile};
use crate::syntax::{NodeRef, Tree, Word, suggest};

/// Judges the names of `tree`.
pub(super) fn check(file: &SourceFile, tree: &Tree, findings: &mut Findings) {
    let text = file.text();
    let top = || tree.top(text).filter(|node| value::is_line(*node));
    // What is not expanded may define anything.
    let hides = |node: NodeRef<'_>| {
        value::hides_keywords(&value::keyword(node), || node.word(1).map(Word::raw))
    };
    if top().any(hides) {
        return;
    }
    let mut names = Names { searches: SEARCHES, ..Names::default() };
    for (block, name) in top().filter_map(|block| Some((block, block.word(1)?))) {
        for kind in defined(block) {
            names.all.insert((kind, name.value().into_owned()));
        }
    }
    // Most files of many services have none of these checks.
    let has_checks = text.contains("FILE_CHECK") || text.contains("BFD_CHECK");
    for block in top() {
        match &*block.name() {
            "vrrp_instance" | "vrrp_sync_group" => names.lists(block, findings),
            "static_ipaddress" | "static_routes" | "static_rules" => names.fixed(block, findings),
            "virtual_server" => {
                names.judge_group(block, findings);
                if has_checks {
                    names.checks(block, findings);
                }
            }
            _ => {
                let Some(name) = block.word(1) else { continue };
                for kind in defined(block) {
                    names.before.insert((kind, name.value().into_owned()));
                }
            }
        }
    }
}

/// What a block at the top defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// A session that checkers may follow.
    CheckedSession,
    File,
    Process,
    Script,
    ServerGroup,
    /// A session that routers may follow.
    Session,
    TrackGroup,
}

impl Kind {
    /// The keyword of the block.
    fn keyword(self) -> &'static str {
        match self {
            Self::CheckedSession | Self::Session => "bfd_instance",
            Self::File => "track_file",
            Self::Process => "vrrp_track_process",
            Self::Script => "vrrp_script",
            Self::ServerGroup => "virtual_server_group",
            Self::TrackGroup => "track_group",
        }
    }
}

/// The names of one file.
#[derive(Default)]
struct Names {
    /// Those of the whole file.
    all: HashSet<(Kind, String)>,
    /// Those of the blocks in front of the one that is read.
    before: HashSet<(Kind, String)>,
    /// Those of the whole file by their kind, in order, once one of the kind was missed.
    sorted: HashMap<Kind, Vec<String>>,
    /// How many near names are still looked for.
    searches: u32,
}

impl Names {
    /// Lists of what routers and their groups follow.
    fn lists(&mut self, block: NodeRef<'_>, findings: &mut Findings) {
        for list in block.directives() {
            let Some((_, kind)) = LISTS.iter().find(|(word, _)| list.name() == *word) else {
                continue;
            };
            let lines = list.directives().filter(|line| !value::is_unexpanded(*line));
            for name in lines.filter_map(|line| line.word(0)) {
                self.judge(*kind, name, "keepalived ignores the line", findings);
            }
        }
    }

    /// What static addresses, routes and rules follow.
    fn fixed(&mut self, block: NodeRef<'_>, findings: &mut Findings) {
        for line in block.directives().filter(|line| !value::is_unexpanded(*line)) {
            let mut words = line.words().skip_while(|word| word.raw() != "track_group").skip(1);
            if let Some(name) = words.next() {
                self.judge(Kind::TrackGroup, name, "keepalived ignores the word", findings);
            }
        }
    }

    /// Checks of a service's real servers that ask a file or a session.
    fn checks(&mut self, service: NodeRef<'_>, findings: &mut Findings) {
        let servers = service.directives().filter(|node| node.name() == "real_server");
        for check in servers.flat_map(NodeRef::directives) {
            let (word, kind) = match &*check.name() {
                "BFD_CHECK" => ("name", Kind::CheckedSession),
                "FILE_CHECK" => ("track_file", Kind::File),
                _ => continue,
            };
            let lines = check.directives().filter(|line| !value::is_unexpanded(*line));
            for name in lines.filter(|line| line.name() == word).filter_map(|line| line.word(1)) {
                self.judge(kind, name, "keepalived ignores the check", findings);
            }
        }
    }

    /// The group of addresses that a service names; it may stand anywhere in the file.
    fn judge_group(&mut self, service: NodeRef<'_>, findings: &mut Findings) {
        let is_group = service.word(1).is_some_and(|word| word.raw() == "group");
        let Some(name) = service.word(2).filter(|_| is_group && !value::is_unexpanded(service))
        else {
            return;
        };
        if !self.all.contains(&(Kind::ServerGroup, name.value().into_owned())) {
            // Tried: neither its messages nor its exit code say so, but its dump lacks the service.
            let note = "keepalived drops the whole service without a message";
            let finding = self.missing(Kind::ServerGroup, name, "in this file", note);
            findings.push(finding.verdict(crate::source::Verdict::Accepts));
        }
    }

    fn judge(&mut self, kind: Kind, name: Word<'_>, note: &'static str, findings: &mut Findings) {
        if !self.before.contains(&(kind, name.value().into_owned())) {
            let finding = self.missing(kind, name, "before this line", note);
            findings.push(finding);
        }
    }

    fn missing(&mut self, kind: Kind, name: Word<'_>, place: &str, note: &str) -> Diagnostic {
        let value = name.value().into_owned();
        let message = format!("no {} `{value}` {place}", kind.keyword());
        let finding = Diagnostic::new(codes::UNKNOWN_NAME, name.place(), message).note(note);
        let key = (kind, value);
        if self.all.contains(&key) {
            let keyword = kind.keyword();
            return finding.help(format!("move the {keyword} in front of what uses it"));
        }
        let other = match kind {
            Kind::CheckedSession => Kind::Session,
            Kind::Session => Kind::CheckedSession,
            other => other,
        };
        if other != kind && self.all.contains(&(other, key.1)) {
            let words = if kind == Kind::Session { "`checker`" } else { "`vrrp`" };
            return finding.help(format!("remove {words} from the bfd_instance: it is for others"));
        }
        match self.near(kind, &name.value()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).guess(
                name.place(),
                near,
                format!("write `{near}`"),
            ),
            None => finding,
        }
    }

    /// The name of a kind that was probably meant.
    fn near(&mut self, kind: Kind, name: &str) -> Option<&str> {
        self.searches = self.searches.checked_sub(1)?;
        let all = &self.all;
        let known = self.sorted.entry(kind).or_insert_with(|| {
            let known = all.iter().filter(|known| known.0 == kind);
            let mut known: Vec<String> = known.map(|known| known.1.clone()).collect();
            // So that of several near ones it is always the same.
            known.sort_unstable();
            known
        });
        suggest(name, known.iter().map(String::as_str))
    }
}

/// What a block at the top defines; a session may be for routers or for checkers only.
fn defined(block: NodeRef<'_>) -> impl Iterator<Item = Kind> {
    let (first, second) = match &*block.name() {
        "bfd_instance" => {
            let says = |word: &str| block.directives().any(|node| node.name() == word);
            let (routers, checkers) = (says("vrrp"), says("checker"));
            let session = (routers || !checkers).then_some(Kind::Session);
            (session, (checkers || !routers).then_some(Kind::CheckedSession))
        }
        "track_file" | "vrrp_track_file" => (Some(Kind::File), None),
        "track_group" => (Some(Kind::TrackGroup), None),
        "virtual_server_group" => (Some(Kind::ServerGroup), None),
        "vrrp_script" => (Some(Kind::Script), None),
        "vrrp_track_process" => (Some(Kind::Process), None),
        _ => (None, None),
    };
    first.into_iter().chain(second)
}

/// Where so many names are missing an include is, or a prefix changed; comparing takes time.
const SEARCHES: u32 = 100;

/// The lists of what is followed by name; interfaces are the system's. All tried with 2.2.7, as
/// were definitions behind their use.
const LISTS: &[(&str, Kind)] = &[
    ("track_bfd", Kind::Session),
    ("track_file", Kind::File),
    ("track_process", Kind::Process),
    ("track_script", Kind::Script),
];
