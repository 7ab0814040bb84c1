//! One resource: its script, its arguments, and what it does.

use std::borrow::Cow;

use super::{Reader, Text, address};
use crate::model::{Resource, ResourceKind, Sourced};
use crate::source::{Diagnostic, codes};
use crate::syntax::schema::{self, Argument};
use crate::syntax::{Format, suggest};

/// Reads one word; `None` when it is an address that cannot be read.
pub(super) fn resource(reader: &mut Reader<'_>, word: &Text) -> Option<Resource> {
    if let Some(resource) = address::version_six(reader, word) {
        return Some(resource);
    }
    if address::is_shorthand(&word.value) {
        let kind = address::kind(reader, "IPaddr", word)?;
        let argument = Sourced::new(word.value.clone(), word.at);
        let name = "IPaddr".to_owned();
        return Some(Resource { name, arguments: vec![argument], kind, at: word.at });
    }
    let mut parts = word.split("::").into_iter();
    let written = parts.next()?;
    let arguments: Vec<Text> = parts.collect();
    let name = spelling(reader, &written, !arguments.is_empty());
    count(reader, &name, word, &arguments);
    let kind = match kind(&name) {
        Some(ResourceKind::Address { .. }) => address::kind(reader, &name, arguments.first()?)?,
        Some(ResourceKind::Director { .. }) => {
            let configuration = arguments.first().map(|argument| argument.value.clone());
            ResourceKind::Director { configuration }
        }
        Some(kind) => kind,
        None => ResourceKind::Service,
    };
    let arguments = arguments.into_iter().map(|part| Sourced::new(part.value, part.at)).collect();
    Some(Resource { name: name.into_owned(), arguments, kind, at: word.at })
}

/// What a script does; `None` for scripts that heartbeat does not bring along. An address and a
/// director are given without their arguments.
pub(super) fn kind(name: &str) -> Option<ResourceKind> {
    KINDS.iter().find(|(names, _)| names.contains(&name)).map(|(_, kind)| kind())
}

/// The name as it was meant: scripts are found by their exact name.
fn spelling<'a>(reader: &mut Reader<'_>, written: &'a Text, has_arguments: bool) -> Cow<'a, str> {
    let name = written.value.as_str();
    let words = || schema::words(Format::Haresources, "");
    if words().any(|word| word == name) {
        return Cow::Borrowed(name);
    }
    let same = words().find(|word| word.eq_ignore_ascii_case(name));
    // Init scripts have any name, but they take no arguments.
    let long = || words().filter(|word| word.len() >= 5);
    let near = same.or_else(|| suggest(name, long()).filter(|_| has_arguments));
    // An init script in lower case is not its namesake in capitals.
    let Some(near) =
        near.filter(|_| has_arguments || !name.bytes().all(|b| b.is_ascii_lowercase()))
    else {
        return Cow::Borrowed(name);
    };
    let message = format!("there is no script `{name}`");
    reader.report(
        Diagnostic::new(codes::haresources::MISSPELT_SCRIPT, written.at, message)
            .help(format!("did you mean `{near}`?"))
            .guess(written.at, near, format!("write `{near}`")),
    );
    Cow::Borrowed(near)
}

/// Compares the number of arguments with what the script takes.
fn count(reader: &mut Reader<'_>, name: &str, word: &Text, arguments: &[Text]) {
    let Some(row) = schema::find(Format::Haresources, "", name) else { return };
    let is_required =
        |a: &&Argument| !matches!(a, Argument::Optional(_) | Argument::Many(_) | Argument::Rest);
    let least = row.arguments.iter().filter(is_required).count();
    let is_open = |a: &Argument| matches!(a, Argument::Many(_) | Argument::Rest);
    let most = if row.arguments.iter().any(is_open) { usize::MAX } else { row.arguments.len() };
    if (least..=most).contains(&arguments.len()) {
        return;
    }
    let wanted = match (least, most) {
        (1, 1) => "exactly one argument".to_owned(),
        (least, most) if least == most => format!("exactly {least} arguments"),
        (0, most) => format!("at most {most} arguments"),
        (least, usize::MAX) => format!("at least {least} arguments"),
        (least, most) => format!("{least} to {most} arguments"),
    };
    let message = format!("{name} takes {wanted}, not {}", arguments.len());
    reader.report(
        Diagnostic::new(codes::haresources::ARGUMENT_COUNT, word.at, message)
            .note("the script fails when the node takes the group over"),
    );
}

type Kind = fn() -> ResourceKind;

const KINDS: &[(&[&str], Kind)] = &[
    (&["IPaddr", "IPaddr2", "IPv6addr"], address::unread),
    (&["IPsrcaddr"], || ResourceKind::SourceAddress),
    (&["SendArp"], || ResourceKind::Announcement),
    // The second names are those of programs that a conversion writes.
    (&["MailTo", "mail-to"], || ResourceKind::Mail),
    (&["LVSSyncDaemonSwap", "lvs-sync-daemon"], || ResourceKind::SyncDaemon),
    (&["ldirectord"], || ResourceKind::Director { configuration: None }),
    (
        &["Filesystem", "drbddisk", "drbdupper", "Raid1", "LVM", "LinuxSCSI", "ServeRAID", "ICP"],
        || ResourceKind::Storage,
    ),
    // Databases and application servers here own shared data as well.
    (&["WAS", "db2", "ids"], || ResourceKind::Storage),
    (&["Delay", "portblock", "AudibleAlarm", "WinPopup", "Xinetd", "OCF"], || ResourceKind::Helper),
    (&["apache"], || ResourceKind::Service),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_of_the_schema_has_a_kind() {
        for word in schema::words(Format::Haresources, "") {
            assert!(kind(word).is_some(), "{word}");
        }
    }
}
