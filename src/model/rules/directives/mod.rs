//! Judgement of keepalived.conf line by line: what the program makes of a word where it differs from
//! what the text, or the manual, says. One walk over the text serves all rules.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::LazyLock;

use fnv::FnvHashSet;

use super::{Rule, View, target};
use crate::source::codes::keepalived;
use crate::source::codes::keepalived_advice as advice;
use crate::source::codes::keepalived_quirks as codes;
use crate::source::codes::ldirectord_advice as ldirectord;
use crate::source::{Diagnostic, Findings, Place, Span};
use crate::syntax::schema::target::Targets;
use crate::syntax::schema::{Argument, Body, Keyword, Version, find};
use crate::syntax::{Format, Kind, NodeRef, Tree};

mod addresses;
mod checks;
mod globals;
mod instance;
mod lines;
mod script;
mod service;
mod tracker;
mod tracks;
mod values;

/// The rules: one walk looks for all of it.
pub(super) const RULES: &[Rule] = &[Rule {
    codes: &[
        keepalived::FAMILY_DIFFERS,
        keepalived::DEPRECATED,
        keepalived::EXCLUDED,
        keepalived::GIVEN_TWICE,
        keepalived::MISSING_ARGUMENT,
        keepalived::MISSING_KEYWORD,
        keepalived::NEEDS_NEWER,
        keepalived::NOT_AN_ADDRESS,
        keepalived::NOT_A_CHOICE,
        keepalived::NOT_A_NUMBER,
        keepalived::NOT_A_USER,
        keepalived::OUT_OF_RANGE,
        keepalived::UNKNOWN_OPTION,
        keepalived::NOT_IN_BUILD,
        advice::CHECK_INSIDE_CHECK,
        advice::CHECK_WITHOUT_TIME,
        advice::RELEASE_HABIT,
        advice::UNESCAPED_TWICE,
        codes::MANUAL,
        codes::ALWAYS_ON,
        codes::UP_DELAY,
        codes::SINGLE_QUOTES,
        codes::SPLIT_BY_QUOTE,
        codes::WITHOUT_EFFECT,
        codes::STRICT,
        codes::HYSTERESIS,
        codes::SCHEDULER_FLAG,
        codes::VIRTUAL_MAC,
        codes::FOLLOWED_TWICE,
        codes::STRANGE_PEER,
        codes::NOT_MULTICAST,
        codes::ADDRESS_OPTION,
        codes::WRONG_ORDER,
        codes::NOT_HEXADECIMAL,
        codes::DNS_NAME,
        codes::SESSION,
        codes::ROUTING_WORD,
        codes::CUT_BY_COMMENT,
        ldirectord::THRESHOLDS_CROSSED,
        codes::LENGTH_AS_NETMASK,
    ],
    check: words,
}];

/// What the walk knows besides the line.
struct Context<'a> {
    targets: &'a Targets,
    /// Whether global_defs turns the strict mode on.
    is_strict: bool,
    /// Whether global_defs says version 3.
    is_version_3: bool,
}

/// A rule about one keyword in one block.
struct LineRule {
    within: &'static str,
    word: &'static str,
    judge: fn(NodeRef<'_>, &Context<'_>, &mut Findings),
}

fn words(view: &View<'_>, findings: &mut Findings) {
    for (input, tree) in view.trees.iter().filter(|(input, _)| input.format == Format::Keepalived) {
        let text = view.sources.get(input.file).text();
        let context = context(tree, text, &view.options.targets);
        let has_quotes = text.contains('"');
        let is_session = |node: &NodeRef<'_>| node.name() == "bfd_instance";
        globals::sessions(tree.top(text).filter(is_session), findings);
        let mut told = HashSet::new();
        walk(tree, text, |node, row| {
            if has_quotes {
                split_by_quote(node, row, findings);
            }
            cut_by_comment(node, row, text, findings);
            if let Some(row) = row.filter(|row| OF_INTEREST.contains(row.word)) {
                let at = node.word(0).map_or_else(|| node.place(), |word| word.place());
                target::word(context.targets, row, at, &mut told, findings);
                let rules = INDEX.get(row.word).map_or(&[][..], Vec::as_slice);
                for rule in rules.iter().filter(|rule| rule.within == row.within) {
                    (rule.judge)(node, &context, findings);
                }
            }
        });
    }
}

/// Hands every directive to `visit`, with its row if it is a word of interest in its place.
fn walk<'a>(
    tree: &'a Tree,
    text: &'a str,
    mut visit: impl FnMut(NodeRef<'a>, Option<&'static Keyword>),
) {
    // The blocks around a node: where each ends, and what may stand in it.
    let mut open: Vec<(u32, Option<&'static str>)> = Vec::new();
    for node in tree.walk(text).filter(|node| node.kind() == Kind::Directive) {
        while open.pop_if(|(behind, _)| *behind <= node.index()).is_some() {}
        let name = node.name();
        let is_of_interest = OF_INTEREST.contains(&*name) || !node.comment().is_empty();
        if !is_of_interest && !node.has_body() {
            visit(node, None);
            continue;
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
        visit(node, row.filter(|_| is_of_interest));
    }
}

/// What global_defs says, wherever it stands.
fn context<'a>(tree: &Tree, text: &str, targets: &'a Targets) -> Context<'a> {
    let mut context = Context { targets, is_strict: false, is_version_3: false };
    // Until 2.2.7 at least, the word alone counts (tried).
    let word_counts = targets.keepalived.version <= Version::new(2, 2, 7);
    for node in tree.top(text).filter(|node| node.name() == "global_defs") {
        for line in node.directives() {
            match &*line.name() {
                "vrrp_strict" => context.is_strict = word_counts || !is_off(line),
                "vrrp_version" => {
                    context.is_version_3 = line.word(1).is_some_and(|word| word.value() == "3");
                }
                _ => {}
            }
        }
    }
    context
}

/// A quotation mark ends a word, and begins the next one, wherever it stands. Commands and regular
/// expressions have rules of their own.
fn split_by_quote(node: NodeRef<'_>, row: Option<&Keyword>, findings: &mut Findings) {
    let is_command = |row: &Keyword| {
        row.arguments.iter().any(|argument| matches!(argument, Argument::Command | Argument::Rest))
    };
    let mut before: Option<Place> = None;
    for word in node.words() {
        let at = word.place();
        let touches = before.is_some_and(|before| before.span.end == at.span.start);
        let is_brace = word.raw().starts_with(['{', '}']);
        if touches && !is_brace && word.raw().starts_with('"') {
            if row.is_some_and(is_command) || script::is_command(&node.name()) {
                return;
            }
            let message = "the quotation mark begins a new word here";
            findings.push(
                Diagnostic::new(codes::SPLIT_BY_QUOTE, at, message)
                    .help("put the whole word in quotation marks"),
            );
            return;
        }
        before = Some(at);
    }
}

/// A comment that begins inside a value that may have any letters; behind a number nobody means it.
fn cut_by_comment(
    node: NodeRef<'_>,
    row: Option<&'static Keyword>,
    text: &str,
    findings: &mut Findings,
) {
    let comment = node.comment();
    let Some(row) = row.filter(|_| !comment.is_empty()) else { return };
    let mut values = node.arguments();
    let Some(last) = values.next_back() else { return };
    let at = last.place();
    let is_text = |argument: &Argument| {
        let argument = match argument {
            Argument::Optional(inner) | Argument::Many(inner) => inner,
            other => other,
        };
        matches!(argument, Argument::Name | Argument::Path | Argument::Command | Argument::Rest)
    };
    let touches = at.span.end == comment.start && !last.raw().ends_with('"');
    // A sign that only a blank follows is a remark.
    let goes_on = comment.of(text).chars().nth(1).is_some_and(|next| !next.is_whitespace());
    let argument = row.arguments.get(values.len()).or(row.arguments.last());
    if touches && goes_on && argument.is_some_and(is_text) {
        let sign = at.file.at(Span::new(comment.start, comment.start + 1));
        // The length of a part of a secret is nobody's business.
        let keyword = node.word(0).filter(|_| row.secret).map(|word| word.place());
        let message = format!("the value of `{}` ends here: a comment begins", row.word);
        findings.push(
            Diagnostic::new(codes::CUT_BY_COMMENT, keyword.unwrap_or(sign), message)
                .help("put the value in quotation marks, or a blank in front of the comment"),
        );
    }
}

/// Whether a line's first argument is one of the words for no.
fn is_off(node: NodeRef<'_>) -> bool {
    node.word(1).is_some_and(|word| matches!(&*word.value(), "off" | "false" | "no"))
}

/// The first line of a block with this keyword.
fn line<'a>(block: NodeRef<'a>, word: &str) -> Option<NodeRef<'a>> {
    block.directives().find(|node| node.name() == word)
}

/// The first argument of the first such line, as a number.
fn number(block: NodeRef<'_>, word: &str) -> Option<u32> {
    line(block, word)?.word(1)?.value().parse().ok()
}

/// An argument as an address, without a prefix length.
fn address(node: NodeRef<'_>, word: usize) -> Option<IpAddr> {
    let value = node.word(word)?.value().into_owned();
    value.split('/').next()?.parse().ok()
}

/// The words that any rule is about: a file asks for each of its lines.
static OF_INTEREST: LazyLock<FnvHashSet<&str>> =
    LazyLock::new(|| INDEX.keys().copied().chain(target::words()).collect());

/// The rules by their words.
static INDEX: LazyLock<HashMap<&str, Vec<&LineRule>>> = LazyLock::new(|| {
    let mut index: HashMap<&str, Vec<&LineRule>> = HashMap::new();
    for rule in TABLES.iter().flat_map(|rules| rules.iter()) {
        index.entry(rule.word).or_default().push(rule);
    }
    index
});

const TABLES: &[&[LineRule]] = &[
    addresses::RULES,
    checks::RULES,
    globals::RULES,
    lines::RULES,
    script::RULES,
    instance::RULES,
    service::RULES,
    tracker::RULES,
    tracks::RULES,
    values::RULES,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_about_a_known_keyword() {
        for rule in TABLES.iter().flat_map(|rules| rules.iter()) {
            let row = find(Format::Keepalived, rule.within, rule.word);
            assert!(row.is_some(), "{} in `{}`", rule.word, rule.within);
        }
    }
}
