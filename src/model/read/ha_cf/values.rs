//! Settings with one value that are no times and no paths.

use super::{Directive, Reader, Value, times};
use crate::model::{Failback, Sourced};
use crate::source::{Diagnostic, Verdict, codes};
use crate::syntax::schema::Argument;

/// A setting without a field in the model: checked, then carried along.
pub(super) fn carried(
    reader: &mut Reader<'_>,
    directive: &Directive<'_>,
    value: &Value<'_>,
) -> bool {
    let valid =
        directive.row.arguments.first().is_none_or(|argument| match fault(argument, &value.text) {
            None if matches!(argument, Argument::Seconds(..)) => {
                times::read(reader, directive, &value.text, value.at).is_some()
            }
            None => true,
            Some(wanted) => {
                bad_value(reader, directive, value, &wanted);
                false
            }
        });
    if !valid {
        return false;
    }
    if IGNORED.contains(&directive.row.word) {
        reader.inert(directive.place(), "it only matters with Pacemaker");
    } else {
        reader.carry(directive);
    }
    true
}

/// `logfacility`.
pub(super) fn facility(
    reader: &mut Reader<'_>,
    directive: &Directive<'_>,
    value: &Value<'_>,
) -> bool {
    if let Some(wanted) =
        directive.row.arguments.first().and_then(|argument| fault(argument, &value.text))
    {
        bad_value(reader, directive, value, &wanted);
        return false;
    }
    reader.cluster.membership.log_facility = Some(Sourced::new(value.text.to_string(), value.at));
    true
}

/// `auto_failback` and its forerunner.
pub(super) fn failback(
    reader: &mut Reader<'_>,
    directive: &Directive<'_>,
    value: &Value<'_>,
) -> bool {
    let lower = value.text.to_ascii_lowercase();
    let failback = match boolean(&lower) {
        // heartbeat 3 tests the wrong variable: either value ends as legacy (measured).
        Some(_) if directive.row.word == "nice_failback" => Failback::Legacy,
        Some(true) => Failback::On,
        Some(false) => Failback::Off,
        None if lower == "legacy" && directive.row.word == "auto_failback" => Failback::Legacy,
        None => {
            bad_value(reader, directive, value, "`on`, `off` or `legacy`");
            return false;
        }
    };
    // The two words are one setting: the later line wins whichever it is.
    let other = OTHER_FAILBACK.iter().find(|(word, _)| *word == directive.row.word);
    if let Some(earlier) = other.and_then(|(_, other)| reader.said.remove(other)) {
        reader.inert(earlier, "a later line says it again");
    }
    reader.cluster.membership.failback = Some(Sourced::new(failback, value.at));
    true
}

/// `cluster`.
pub(super) fn cluster(
    reader: &mut Reader<'_>,
    _directive: &Directive<'_>,
    value: &Value<'_>,
) -> bool {
    reader.cluster.name = Some(Sourced::new(value.text.to_string(), value.at));
    true
}

/// `crm` and `pacemaker`.
pub(super) fn manager(
    reader: &mut Reader<'_>,
    directive: &Directive<'_>,
    value: &Value<'_>,
) -> bool {
    let lower = value.text.to_ascii_lowercase();
    let on = match boolean(&lower) {
        Some(on) => on,
        None if matches!(lower.as_str(), "respawn" | "manual") => true,
        None => {
            bad_value(reader, directive, value, "`on`, `off`, `respawn` or `manual`");
            return false;
        }
    };
    reader.cluster.membership.manager = Some(Sourced::new(on, value.at));
    if on {
        let message = "another manager runs the resources";
        reader.report(
            Diagnostic::new(codes::ha_cf::MANAGER, directive.place(), message)
                // Without the manager's daemons, as on a director of LVS.
                .verdict(Verdict::Refuses)
                .note("heartbeat does not read haresources then, and needs the manager's daemons"),
        );
    }
    true
}

/// `env`.
pub(super) fn environment(reader: &mut Reader<'_>, directive: &Directive<'_>, value: &Value<'_>) {
    if !value.text.contains('=') {
        let message = format!("`env` needs NAME=VALUE, `{}` sets nothing", value.text);
        // heartbeat notices nothing before it starts a client.
        let finding = Diagnostic::new(codes::ha_cf::BAD_VALUE, value.at, message);
        reader.report(finding.verdict(Verdict::Accepts).help("it takes NAME=VALUE"));
    }
    reader.carry(directive);
}

/// What Debian's heartbeat is built without, and what its version no longer knows.
pub(super) fn not_compiled(reader: &mut Reader<'_>, directive: &Directive<'_>) {
    let word = directive.row.word;
    let message = format!("`{word}` is not part of Debian's heartbeat");
    reader.report(
        Diagnostic::new(codes::ha_cf::NOT_COMPILED, directive.place(), message)
            .verdict(Verdict::Refuses)
            .note("a heartbeat without it calls the directive illegal and does not start")
            .help(match word {
                "hbaping" => "use `ping` or `ping_group`",
                _ => "delete the line",
            }),
    );
    reader.carry(directive);
}

/// heartbeat's truth values, in lower case.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "on" | "yes" | "y" | "1" => Some(true),
        "false" | "off" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// What `text` should have been, when it does not fit `argument`.
fn fault(argument: &Argument, text: &str) -> Option<String> {
    let wanted = match argument {
        Argument::Boolean if boolean(&text.to_ascii_lowercase()).is_none() => {
            "`on` or `off`".to_owned()
        }
        Argument::Integer(from, to) if text.parse::<i64>().is_ok_and(|n| n < *from || n > *to) => {
            if *to == i64::from(i32::MAX) {
                format!("at least {from}")
            } else {
                format!("a number from {from} to {to}")
            }
        }
        Argument::Integer(..) if text.parse::<i64>().is_err() => "a whole number".to_owned(),
        Argument::OneOf(words) if !words.contains(&text) => format!("one of {}", words.join(", ")),
        _ => return None,
    };
    Some(wanted)
}

fn bad_value(reader: &mut Reader<'_>, directive: &Directive<'_>, value: &Value<'_>, wanted: &str) {
    let message = format!("`{}` does not take `{}`", directive.row.word, value.text);
    let diagnostic = Diagnostic::new(codes::ha_cf::BAD_VALUE, value.at, message);
    reader.report(diagnostic.help(format!("it takes {wanted}")));
}

const OTHER_FAILBACK: &[(&str, &str)] =
    &[("auto_failback", "nice_failback"), ("nice_failback", "auto_failback")];

/// Words that Debian's heartbeat takes and that mean nothing to haresources.
const IGNORED: &[&str] = &[
    "record_config_changes",
    "record_pengine_inputs",
    "enable_config_writes",
    "crm_daemon_dir",
    "crmd_spawns_pengine",
];
