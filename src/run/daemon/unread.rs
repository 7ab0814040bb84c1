//! What in a file cannot be read. A start passes over it, since a director that does something is better than none;
//! a daemon that runs does not change over to the rest, which lacks what stood there.

use crate::source::codes::{
    characters, ha_cf, haresources, keepalived, keepalived_quirks, ldirectord, preprocessor,
};
use crate::source::{Code, Diagnostic};

/// The first place that cannot be read.
pub(super) fn first(found: &[Diagnostic]) -> Option<&Diagnostic> {
    found.iter().find(|finding| UNREAD.contains(&finding.code))
}

/// Braces and quotes without their partner, words that nobody knows, values that are missing or none, files that
/// are not there. Not what only another program minds: the daemon does what such lines say.
const UNREAD: &[Code] = &[
    // A disk that was full, or a machine that was switched off, leaves them in the place of text.
    characters::NUL_BYTE,
    ha_cf::BAD_ADDRESS,
    ha_cf::BAD_TIME,
    ha_cf::BAD_VALUE,
    ha_cf::BARE_UCAST,
    ha_cf::JUNK_LINE,
    ha_cf::MISSING_ARGUMENT,
    ha_cf::NO_VALUE,
    ha_cf::UNKNOWN_DIRECTIVE,
    haresources::BAD_ADDRESS,
    haresources::JUNK_LINE,
    haresources::NO_RESOURCES,
    keepalived::MISSING_ARGUMENT,
    keepalived::MISSING_CLOSING_BRACE,
    keepalived::MISSING_OPENING_BRACE,
    keepalived::NOT_AN_ADDRESS,
    keepalived::NOT_A_BOOLEAN,
    keepalived::NOT_A_CHOICE,
    keepalived::NOT_A_NUMBER,
    keepalived::OUT_OF_RANGE,
    keepalived::STRAY_CLOSING_BRACE,
    keepalived::UNEXPECTED_OPENING_BRACE,
    keepalived::UNKNOWN_KEYWORD,
    keepalived::UNKNOWN_OPTION,
    keepalived::UNTERMINATED_QUOTE,
    keepalived::WRONG_BLOCK,
    keepalived_quirks::NOT_HEXADECIMAL,
    ldirectord::BAD_ADDRESS,
    ldirectord::BAD_CHECKTYPE,
    ldirectord::BAD_FALLBACK,
    ldirectord::BAD_HTTP_METHOD,
    ldirectord::BAD_METHOD,
    ldirectord::BAD_NETMASK,
    ldirectord::BAD_PORT,
    ldirectord::BAD_PROTOCOL,
    ldirectord::BAD_RANGE,
    ldirectord::BAD_REAL,
    ldirectord::BAD_SCHEDULER,
    ldirectord::BAD_SERVICE,
    ldirectord::BAD_VIRTUAL,
    ldirectord::BROKEN_LINE,
    ldirectord::MISSING_EQUALS,
    ldirectord::MISSING_VALUE,
    ldirectord::NOT_A_NUMBER,
    ldirectord::NOT_YES_OR_NO,
    ldirectord::UNKNOWN_DIRECTIVE,
    ldirectord::UNKNOWN_PORT_NAME,
    ldirectord::VIRTUAL_AT_END,
    preprocessor::INCLUDE_CYCLE,
    preprocessor::INCLUDE_MISSING,
    preprocessor::INCLUDE_UNREADABLE,
    preprocessor::LINES_INSIDE_LINE,
    preprocessor::RUNAWAY,
    preprocessor::SELF_REFERENCE,
    preprocessor::SEQUENCE_INVALID,
];
