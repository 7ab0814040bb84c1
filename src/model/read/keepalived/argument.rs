//! Words against the argument kinds of the keyword table.

use std::net::IpAddr;

use super::pattern;
use crate::model::Family;
use crate::model::read::keepalived::value::{
    is_unexpanded, parse_address, parse_boolean, parse_integer, without_prefix,
};
use crate::source::codes::{keepalived as codes, keepalived_quirks as quirks};
use crate::source::{Diagnostic, Findings, Verdict};
use crate::syntax::schema::{Argument, Keyword};
use crate::syntax::{NodeRef, Word};

mod command;
mod number;

use command::command;
pub(super) use command::is_open;
pub(in crate::model) use number::whole_number;
use number::{lapse_problem, number_problem, range_problem, seconds_problem, status_problem};

/// Judges the words behind the keyword of `node`.
pub(super) fn check(node: NodeRef<'_>, row: &Keyword, findings: &mut Findings) {
    let mut words = node.arguments();
    for argument in row.arguments {
        match argument {
            Argument::Rest | Argument::Command => {
                if matches!(argument, Argument::Command) {
                    command(node, row, findings);
                }
                return;
            }
            Argument::Optional(Argument::Pattern) => {
                pattern::check(node, findings);
                return;
            }
            Argument::Many(inner) => {
                words.by_ref().for_each(|word| judge(word, inner, row, findings));
                return;
            }
            Argument::Optional(Argument::Command) => {
                if node.arguments().len() > 0 {
                    command(node, row, findings);
                }
                return;
            }
            Argument::Optional(inner) => {
                let Some(word) = words.next() else { return };
                judge(word, inner, row, findings);
            }
            Argument::Boolean => {
                let Some(word) = words.next() else { return };
                judge(word, argument, row, findings);
            }
            _ => {
                let Some(word) = words.next() else {
                    findings.push(missing(node, row));
                    return;
                };
                judge(word, argument, row, findings);
            }
        }
    }
    if let Some(surplus) = words.next() {
        let strict = STRICT_NAMES.contains(&row.word);
        findings.push(
            Diagnostic::new(
                codes::SURPLUS_WORDS,
                surplus.place(),
                format!("`{}` takes no further words", row.word),
            )
            .verdict(if strict { Verdict::Refuses } else { Verdict::Accepts })
            .note(match row.word {
                "snmp_name" => "keepalived ignores the line",
                _ if strict => "keepalived takes the block for one without a name",
                _ => "keepalived ignores them silently",
            }),
        );
    }
}

/// Judges one word.
pub(super) fn judge(word: Word<'_>, argument: &Argument, row: &Keyword, findings: &mut Findings) {
    let Some(mut problem) = problem(word, argument, row) else { return };
    if row.secret {
        // Where a number was left out the secret stands in its place.
        problem.message = format!("this is not {}", describe(argument));
    }
    findings.push(problem);
}

/// That a keyword has no value.
pub(super) fn missing(node: NodeRef<'_>, row: &Keyword) -> Diagnostic {
    debug_assert!(!is_unexpanded(node), "what a definition hides is not judged");
    let expected = row.arguments.first().map_or("a value".into(), describe);
    Diagnostic::new(
        codes::MISSING_ARGUMENT,
        node.word(0).map_or_else(|| node.place(), Word::place),
        format!("`{}` needs {expected}", row.word),
    )
}

/// That a word is no address, and what it would have to be.
pub(super) fn not_an_address(word: Word<'_>) -> Diagnostic {
    let value = word.value();
    let message = format!("`{value}` is no IP address");
    let finding = Diagnostic::new(codes::NOT_AN_ADDRESS, word.place(), message);
    let Some((address, rest)) = value.split_once('%') else { return finding };
    let prefix = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
    match parse_address(address) {
        Some(IpAddr::V6(_)) => finding
            .note("keepalived takes no interface behind an address")
            .help(format!("write `{address}{prefix}`")),
        _ => finding,
    }
}

/// What is wrong with one word.
pub(super) fn problem(word: Word<'_>, argument: &Argument, row: &Keyword) -> Option<Diagnostic> {
    let value = word.value();
    let new = |code, message: String| Some(Diagnostic::new(code, word.place(), message));
    match argument {
        Argument::Address => match (parse_address(without_prefix(&value)), word.raw().find('/')) {
            (None, _) => Some(not_an_address(word)),
            (Some(_), Some(at)) => Some(one_address(word, at)),
            (Some(_), None) => None,
        },
        Argument::After(_, inner) => problem(word, inner, row),
        Argument::Lapse => lapse_problem(word),
        Argument::Number(numbers) => number_problem(word, numbers),
        Argument::Prefix => prefix_problem(word),
        // Of ports, a single one has a finding of its own.
        Argument::Range => range_problem(word, row.word != "uidrange"),
        // Passwords and names may be anything, so they are never quoted in a message.
        Argument::Boolean if parse_boolean(&value).is_none() => {
            let tolerated = TOLERANT_BOOLEANS.contains(&row.word);
            let verdict = if tolerated { Verdict::Accepts } else { Verdict::Refuses };
            let message = format!("`{value}` is no truth value");
            new(codes::NOT_A_BOOLEAN, message)
                .map(|d| d.verdict(verdict).help("write `on` or `off`"))
        }
        Argument::Integer(least, most) => whole_number(word, *least, *most),
        Argument::Port => whole_number(word, 1, 65_535),
        Argument::Seconds(least, most) => seconds_problem(word, *least, *most),
        Argument::Interface if value.contains(':') => {
            let message = format!("`{value}` is a label, there is no such interface");
            let interface = value.split(':').next().unwrap_or_default();
            let finding = Diagnostic::new(codes::ALIAS_AS_INTERFACE, word.place(), message);
            Some(finding.help(format!("write `{interface}`")))
        }
        Argument::Interface if value.ends_with(',') => new(
            codes::UNKNOWN_OPTION,
            format!("`{value}` ends in a comma, there is no such interface"),
        )
        .map(|finding| finding.help("write it without the comma")),
        Argument::Interface if &*value == "lo" && row.within == "vrrp_instance" => {
            let message = "keepalived speaks VRRP on no loopback interface".to_owned();
            new(codes::LOOPBACK_FOR_VRRP, message).map(|d| {
                d.help("name the interface that the directors share, and `dev lo` at the address")
            })
        }
        Argument::Interface if value.len() > 15 => {
            new(codes::OUT_OF_RANGE, "an interface's name has at most 15 characters".into())
        }
        Argument::Name if row.word == "digest" && value.len() != 32 => {
            new(codes::OUT_OF_RANGE, "an MD5 digest has 32 digits".into())
        }
        Argument::Name if row.word == "status_code" => status_problem(word),
        Argument::OneOf(choices) if !choices.contains(&&*value) => {
            let known = choices.iter().find(|choice| choice.eq_ignore_ascii_case(&value));
            if known.is_some() && ANY_CASE.contains(&row.word) {
                return None;
            }
            let message = format!("`{value}` may not stand behind `{}`", row.word);
            let help = format!("write one of {}", choices.join(", "));
            let diagnostic = new(codes::NOT_A_CHOICE, message)?.help(help);
            Some(match known {
                Some(known) => diagnostic.fix(word.place(), *known, "write it in this case"),
                None => diagnostic,
            })
        }
        _ => None,
    }
}

/// That of a word only the address in front of byte `end` counts.
pub(super) fn one_address(word: Word<'_>, end: usize) -> Diagnostic {
    let rest = word.part(end, word.raw().len());
    let message = format!("`{}` is one address for keepalived", word.value());
    Diagnostic::new(quirks::PREFIX_NOT_READ, word.place(), message).fix(
        rest,
        "",
        "remove what is not read",
    )
}

fn prefix_problem(word: Word<'_>) -> Option<Diagnostic> {
    let value = word.value();
    let (address, length) = value.split_once('/').unwrap_or((&value, "0"));
    let new = |code, message| Some(Diagnostic::new(code, word.place(), message));
    let Some(parsed) = parse_address(address) else { return Some(not_an_address(word)) };
    let longest = i64::from(Family::of(parsed).bits());
    match parse_integer(length) {
        None => new(codes::NOT_A_NUMBER, format!("`{length}` is no prefix length")),
        Some(length) if !(0..=longest).contains(&length) => {
            new(codes::OUT_OF_RANGE, format!("a prefix length lies between 0 and {longest}"))
        }
        Some(_) => None,
    }
}

fn describe(argument: &Argument) -> String {
    match argument {
        Argument::Address => "an IP address".into(),
        Argument::Prefix => "an address with a prefix length".into(),
        Argument::Boolean => "a truth value".into(),
        Argument::Command => "a command".into(),
        Argument::After(_, inner) => describe(inner),
        Argument::Interface => "an interface".into(),
        Argument::Lapse => "a time".into(),
        Argument::Number(_) => "a number".into(),
        Argument::Range => "a range".into(),
        Argument::Integer(least, most) => format!("a number between {least} and {most}"),
        Argument::Name => "a name".into(),
        Argument::OneOf(choices) => format!("one of {}", choices.join(", ")),
        Argument::Path => "a file".into(),
        Argument::Pattern => "a regular expression".into(),
        Argument::Port => "a port".into(),
        Argument::Seconds(least, most) => format!("a number between {least} and {most}"),
        Argument::Rest => "a value".into(),
        // These may be left out, so nobody misses them.
        Argument::Optional(_) | Argument::Many(_) => "a value".into(),
    }
}

/// Words that must have exactly one behind them (tried).
const STRICT_NAMES: &[&str] = &["snmp_name", "vrrp_instance", "vrrp_sync_group"];

/// Keywords whose choices may be written in any case (tried).
const ANY_CASE: &[&str] = &["protocol", "type"];

/// 2.2.7 reads any word behind these as true (tried).
const TOLERANT_BOOLEANS: &[&str] = &["vrrp_strict", "vrrp_skip_check_adv_addr"];
