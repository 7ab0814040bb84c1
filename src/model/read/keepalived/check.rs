//! Every line against the keyword table: words, braces, quotes, values.

use super::value::is_unexpanded;
use super::{argument, group, required, routing};
use crate::source::codes::keepalived as codes;
use crate::source::{Diagnostic, Findings, SourceFile, Span, Verdict};
use crate::syntax::schema::target::{Targets, since};
use crate::syntax::schema::{self, Body, Keyword};
use crate::syntax::{Format, Kind, NodeRef, Tree, Word, suggest, without_secret};

/// Judges all lines of `tree`.
pub(super) fn check(file: &SourceFile, tree: &Tree, targets: &Targets, findings: &mut Findings) {
    let mut open = vec![Level::new(u32::MAX, Inside::Block(""), false)];
    for node in tree.walk(file.text()) {
        // A block ends where its last byte ends; an unclosed one may be empty behind that.
        while open.len() > 1 && open.last().is_some_and(|level| level.end <= node.span().start) {
            open.pop();
        }
        let Some(level) = open.last_mut() else { return };
        let inside = match node.kind() {
            Kind::Blank => {
                comment(file, node, findings);
                continue;
            }
            Kind::Junk => continue,
            Kind::Stray => {
                // The brace belongs to the block whose opening brace was reported as missing.
                if level.late.take().is_none() {
                    findings.push(stray(node));
                }
                continue;
            }
            Kind::Directive => directive(node, level, targets, findings),
        };
        if node.has_body() {
            // One missing brace leaves all blocks around it open; the outermost tells it all.
            if node.is_unclosed() && !level.unclosed {
                findings.push(unclosed(node));
            }
            open.push(Level::new(node.span().end, inside, node.is_unclosed()));
        }
    }
}

/// Of a comment without a statement in front, keepalived keeps a backslash at the end.
fn comment(file: &SourceFile, node: NodeRef<'_>, findings: &mut Findings) {
    let text = node.comment().of(file.text());
    // Two of them are a pair, and a blank behind hides it (tried).
    if text.ends_with('\\') && !text.ends_with("\\\\") {
        let end = node.comment().end;
        let at = file.id().at(Span::new(end - 1, end));
        let message = "a comment that ends in a backslash";
        // A definition that was commented out has one on each line.
        findings.push_once_per_file(Diagnostic::new(codes::BACKSLASH_IN_COMMENT, at, message).fix(
            at,
            "",
            "remove the backslash",
        ));
    }
}

/// An open block.
#[derive(Debug)]
struct Level {
    /// Where it ends.
    end: u32,
    inside: Inside,
    /// A block whose opening brace is missing: its lines follow on this level.
    late: Option<&'static str>,
    unclosed: bool,
    /// Commands that were given, of which only the first counts.
    commands: Vec<&'static str>,
}

impl Level {
    fn new(end: u32, inside: Inside, unclosed: bool) -> Self {
        Self { end, inside, late: None, unclosed, commands: Vec::new() }
    }
}

/// What may stand in a block.
#[derive(Clone, Copy, Debug)]
enum Inside {
    /// Keywords.
    Block(&'static str),
    /// Items, one a line.
    Lines(&'static str),
    /// Anything: the block was reported already, or depends on what is not expanded.
    Anything,
}

/// Judges one line and says what may stand in its body.
fn directive(
    node: NodeRef<'_>,
    level: &mut Level,
    targets: &Targets,
    findings: &mut Findings,
) -> Inside {
    let Some(first) = node.word(0) else { return Inside::Anything };
    if matches!(level.inside, Inside::Anything) {
        return Inside::Anything;
    }
    if matches!(first.raw(), "{" | "｛") {
        findings.push(unexpected_brace(node, "no block's name stands before the brace"));
        return Inside::Anything;
    }
    quotes(node, findings);
    if is_unexpanded(node) {
        return expanded_body(first, level);
    }
    match level.inside {
        Inside::Block(within) => keyword(node, within, level, targets, findings),
        Inside::Lines(within) => {
            line(node, within, targets, findings);
            Inside::Anything
        }
        Inside::Anything => Inside::Anything,
    }
}

/// Only the values of `vrrp_instance $NAME {` are hidden, not what may stand inside.
fn expanded_body(first: Word<'_>, level: &Level) -> Inside {
    let Inside::Block(within) = level.inside else { return Inside::Anything };
    schema::find(Format::Keepalived, within, &first.value()).map_or(Inside::Anything, inside_of)
}

fn keyword(
    node: NodeRef<'_>,
    within: &'static str,
    level: &mut Level,
    targets: &Targets,
    findings: &mut Findings,
) -> Inside {
    let name = node.name();
    let find = |within| schema::find(Format::Keepalived, within, &name);
    if let Some(row) = find(within) {
        level.late = None;
        return known(node, row, level, targets, findings);
    }
    if level.late.and_then(find).is_some() {
        return Inside::Anything;
    }
    let elsewhere = schema::find_anywhere(Format::Keepalived, &name);
    let elsewhere = elsewhere.iter().find(|row| !is_line_word(row));
    let Some(elsewhere) = elsewhere else {
        findings.push(unknown(node, within));
        return Inside::Anything;
    };
    findings.push(wrong_block(node, within, elsewhere));
    inside_of(elsewhere)
}

fn known(
    node: NodeRef<'_>,
    row: &'static Keyword,
    level: &mut Level,
    targets: &Targets,
    findings: &mut Findings,
) -> Inside {
    age(node, row, targets, findings);
    if first_counts(row) {
        if level.commands.contains(&row.word) {
            let message = format!("`{}` was given before, and the first one counts", row.word);
            findings.push(Diagnostic::new(codes::GIVEN_TWICE, node.place(), message));
        } else {
            level.commands.push(row.word);
        }
    }
    match row.body {
        Body::None => {
            argument::check(node, row, findings);
            if node.has_body() {
                let message = format!("`{}` has no braces", row.word);
                findings.push(unexpected_brace(node, &message));
                return Inside::Anything;
            }
        }
        Body::Block(within) => {
            argument::check(node, row, findings);
            if !node.has_body() {
                findings.push(missing_brace(node, row));
                level.late = Some(within);
                return Inside::Anything;
            }
            // A block without its name is in trouble enough.
            if row.arguments.is_empty() || node.arguments().len() > 0 {
                required::check(node, within, findings);
            }
        }
        Body::Lines(within) => {
            list_head(node, row, findings);
            if !node.has_body() {
                findings.push(missing_brace(node, row));
            } else if row.word == "notification_email" && node.directives().next().is_none() {
                let message = "the list of mail addresses is empty";
                findings.push(Diagnostic::new(codes::MISSING_KEYWORD, node.place(), message));
            } else if within == "unicast_peer" && node.directives().next().is_none() {
                let message = "the list of peers is empty, so adverts are multicast";
                findings.push(Diagnostic::new(codes::NO_PEERS, node.place(), message));
            }
        }
    }
    inside_of(row)
}

/// The head of a list takes its arguments inside the braces, except for a name.
fn list_head(node: NodeRef<'_>, row: &Keyword, findings: &mut Findings) {
    let named = matches!(row.arguments, [schema::Argument::Name]);
    if named && node.arguments().len() == 0 {
        findings.push(argument::missing(node, row));
    }
    if let Some(surplus) = node.arguments().nth(usize::from(named)) {
        let message = format!("`{}` takes no words before its brace", row.word);
        findings.push(
            Diagnostic::new(codes::SURPLUS_WORDS, surplus.place(), message)
                .verdict(Verdict::Refuses)
                .note("keepalived reports extra parameters of the block"),
        );
    }
}

/// Old words. Words that are too new, or left out of a build, depend on the program that is meant:
/// the rules look for them.
fn age(node: NodeRef<'_>, row: &Keyword, targets: &Targets, findings: &mut Findings) {
    let at = node.word(0).map_or_else(|| node.place(), Word::place);
    // A release before the successor knows only the old word.
    let is_known = |successor: &&str| {
        let here = schema::find(Format::Keepalived, row.within, successor);
        let anywhere = || schema::find_anywhere(Format::Keepalived, successor).first().copied();
        let first = here.or_else(anywhere).and_then(since);
        first.is_none_or(|first| first <= targets.keepalived.version)
    };
    if let Some(successor) = row.alias_of.filter(|_| row.since.is_none()).filter(is_known) {
        let refused = REFUSED_OLD_WORDS.contains(&row.word);
        let verdict = if refused { Verdict::Refuses } else { Verdict::Accepts };
        let message = format!("`{}` is an old word for `{successor}`", row.word);
        let mut diagnostic = Diagnostic::new(codes::DEPRECATED, at, message).verdict(verdict);
        // Some successors stand in another block, so replacing the word is not enough.
        if schema::find(Format::Keepalived, row.within, successor).is_some()
            && row.body == Body::None
        {
            diagnostic = diagnostic.fix(at, successor, "use the new word");
        }
        findings.push_once_per_file(diagnostic);
    }
}

/// One item of a list.
fn line(node: NodeRef<'_>, within: &'static str, targets: &Targets, findings: &mut Findings) {
    if node.has_body() {
        findings.push(unexpected_brace(node, "an item of a list has no braces"));
        return;
    }
    // Messages about items name their words.
    let rows = schema::find_anywhere(Format::Keepalived, &node.name());
    if let Some(row) = rows.iter().find(|row| row.secret) {
        findings.push(wrong_block(node, within, row));
        return;
    }
    match within {
        // Names only, any number on a line.
        "names" => {}
        // Routes and rules have a language of their own.
        "static_routes" | "virtual_routes" | "static_rules" | "virtual_rules" => {
            routing::check(node, within, targets, findings);
        }
        "virtual_server_group" => group::check(node, findings),
        _ => options(node, within, findings),
    }
}

/// A line with an item and options behind it.
fn options(node: NodeRef<'_>, within: &'static str, findings: &mut Findings) {
    let head = HEADS.iter().find_map(|head| schema::find(Format::Keepalived, within, head));
    let mut words = node.words();
    for kind in head.map_or(&[][..], |head| head.arguments) {
        let Some(word) = words.next() else { break };
        let kind = if let schema::Argument::Optional(inner) = kind { inner } else { kind };
        argument::judge(word, kind, head.unwrap_or(&schema::ROW), findings);
    }
    while let Some(word) = words.next() {
        let Some(row) = schema::find(Format::Keepalived, within, &word.value()) else {
            findings.push(unknown_option(word, within));
            continue;
        };
        for kind in row.arguments {
            let Some(value) = words.next() else {
                let message = format!("`{}` needs a value", row.word);
                findings.push(Diagnostic::new(codes::MISSING_ARGUMENT, word.place(), message));
                break;
            };
            argument::judge(value, kind, row, findings);
        }
    }
}

fn inside_of(row: &Keyword) -> Inside {
    match row.body {
        Body::None => Inside::Anything,
        Body::Block(within) => Inside::Block(within),
        Body::Lines(within) => Inside::Lines(within),
    }
}

fn is_line_word(row: &Keyword) -> bool {
    row.within.starts_with('<')
        || HEADS.iter().any(|head| schema::find(Format::Keepalived, row.within, head).is_some())
        || matches!(row.within, "static_rules" | "virtual_rules")
}

/// A `"` opens a text that must end on the line.
fn quotes(node: NodeRef<'_>, findings: &mut Findings) {
    // Only the last word can be open: it reaches to the end of the line.
    let Some(word) = node.words().next_back() else { return };
    let raw = word.raw();
    if raw.starts_with('"') && (raw.len() == 1 || !raw.ends_with('"')) {
        findings.push(
            Diagnostic::new(
                codes::UNTERMINATED_QUOTE,
                word.part(0, 1),
                "the text in quotes does not end on this line",
            )
            .help("write the closing quotation mark"),
        );
    }
}

fn unknown(node: NodeRef<'_>, within: &'static str) -> Diagnostic {
    let name = node.name();
    let at = node.word(0).map_or_else(|| node.place(), Word::place);
    let name = without_secret(Format::Keepalived, within, &name);
    let message = match within {
        "" => format!("keepalived does not know `{name}`"),
        _ => format!("`{}` has no keyword `{name}`", last(within)),
    };
    let diagnostic = Diagnostic::new(codes::UNKNOWN_KEYWORD, at, message);
    if name == "nat_mask" {
        return diagnostic
            .note("a word of old releases that never had an effect on the table")
            .fix(node.place(), "", "delete the line");
    }
    match suggest(name, schema::words(Format::Keepalived, within)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).guess(
            at,
            near,
            format!("write `{near}`"),
        ),
        None => diagnostic,
    }
}

fn wrong_block(node: NodeRef<'_>, within: &'static str, row: &Keyword) -> Diagnostic {
    let at = node.word(0).map_or_else(|| node.place(), Word::place);
    let belongs = match row.within {
        "" => "outside all blocks".to_owned(),
        other => format!("into `{}`", last(other)),
    };
    let here = if within.is_empty() {
        "outside all blocks".to_owned()
    } else {
        format!("in `{}`", last(within))
    };
    let message = format!("`{}` may not stand {here}", row.word);
    // Tutorials write an old word where only its successor was ever known.
    let successor =
        row.alias_of.filter(|word| schema::find(Format::Keepalived, within, word).is_some());
    if let Some(successor) = successor {
        return Diagnostic::new(codes::WRONG_BLOCK, at, message)
            .help(format!("write `{successor}`"))
            .fix(at, successor, "use the word that is known here");
    }
    Diagnostic::new(codes::WRONG_BLOCK, at, message)
        .label(format!("belongs {belongs}"))
        .help("a brace in the wrong place is the usual reason")
}

fn unknown_option(word: Word<'_>, within: &'static str) -> Diagnostic {
    let value = word.value();
    let message =
        format!("`{value}` means nothing on a line of `{}`", within.trim_end_matches("/line"));
    let diagnostic = Diagnostic::new(codes::UNKNOWN_OPTION, word.place(), message);
    let options = schema::words(Format::Keepalived, within).filter(|word| !word.starts_with('<'));
    match suggest(&value, options) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.note("each item stands on a line of its own"),
    }
}

fn stray(node: NodeRef<'_>) -> Diagnostic {
    Diagnostic::new(codes::STRAY_CLOSING_BRACE, node.place(), "this brace closes nothing")
}

fn unclosed(node: NodeRef<'_>) -> Diagnostic {
    let message = format!("the block `{}` is never closed", node.name());
    Diagnostic::new(codes::MISSING_CLOSING_BRACE, node.place(), message).label("it begins here")
}

fn missing_brace(node: NodeRef<'_>, row: &Keyword) -> Diagnostic {
    let message = format!("`{}` needs an opening brace", row.word);
    Diagnostic::new(codes::MISSING_OPENING_BRACE, node.place(), message)
}

fn unexpected_brace(node: NodeRef<'_>, message: &str) -> Diagnostic {
    Diagnostic::new(codes::UNEXPECTED_OPENING_BRACE, node.place(), message)
}

/// The last part of a block's path.
fn last(within: &str) -> &str {
    within.rsplit('/').next().unwrap_or(within)
}

/// Rows that stand for the item at the beginning of a list's line.
const HEADS: &[&str] = &["<address>", "<name>", "<interface>", "<destination>"];

/// Old words that `keepalived -t` 2.2.7 calls an error (tried one by one).
const REFUSED_OLD_WORDS: &[&str] = &[
    "global_tracking",
    "linkbeat_use_polling",
    "lvs_sync_daemon_interface",
    "nb_get_retry",
    "vmac_garp_intvl",
    "vrrp_vmac_garp_intvl",
];

/// Keywords of which the first line counts, and the second is an error (tried).
fn first_counts(row: &Keyword) -> bool {
    let is_followed = matches!(
        (row.within, row.word),
        ("track_file" | "vrrp_track_file", "file") | ("vrrp_track_process", "process")
    );
    is_followed
        || matches!(
            row.word,
            "group"
                | "lvs_notify_fifo"
                | "lvs_notify_fifo_script"
                | "lvs_sync_daemon"
                | "notify"
                | "notify_backup"
                | "notify_deleted"
                | "notify_down"
                | "notify_fault"
                | "notify_fifo"
                | "notify_fifo_script"
                | "notify_master"
                | "notify_master_rx_lower_pri"
                | "notify_stop"
                | "notify_up"
                | "quorum_down"
                | "quorum_up"
                | "vrrp_notify_fifo"
                | "vrrp_notify_fifo_script"
        )
}
