//! Keywords of keepalived.conf: all that 2.4 registers, with the version where 2.2.7 lacks one.
//!
//! Arguments and ranges are those of the program, not of its manual, where the two differ.

use super::{Argument, Body, Keyword, ROW, Version};

mod checker;
mod global;
mod lines;
mod preprocessor;
mod routing;
mod service;
mod top;
mod tracker;
mod vrrp;

/// The rows, by part of the file.
pub const KEYWORDS: &[&[Keyword]] = &[
    top::TOP,
    top::SSL,
    top::GARP_GROUP,
    top::TRACK_GROUP,
    global::IDENTITY,
    global::MAIL,
    global::START_AND_STOP,
    global::INTERFACES,
    global::VRRP,
    global::ANNOUNCEMENTS,
    global::FIREWALL,
    global::IPVS,
    global::SCRIPTS,
    global::PROCESSES,
    global::BUFFERS,
    global::MONITORING,
    global::RELOAD,
    global::FILES,
    vrrp::SYNC_GROUP,
    vrrp::INSTANCE,
    vrrp::TRANSPORT,
    vrrp::ADDRESSES,
    vrrp::ELECTION,
    vrrp::TRACKING,
    vrrp::ANNOUNCEMENTS,
    vrrp::EVENTS,
    vrrp::AUTHENTICATION,
    vrrp::AUTH_HMAC,
    tracker::SCRIPT,
    tracker::PROCESS,
    tracker::FILE,
    tracker::OLD_FILE,
    tracker::BFD,
    service::VIRTUAL_SERVER,
    service::POOL,
    service::CHECK_DEFAULTS,
    service::REAL_SERVER,
    checker::TCP,
    checker::TCP_TIMING,
    checker::PING,
    checker::PING_TIMING,
    checker::UDP,
    checker::UDP_TIMING,
    checker::UDP_OWN,
    checker::DNS,
    checker::DNS_TIMING,
    checker::DNS_OWN,
    checker::SMTP,
    checker::SMTP_TIMING,
    checker::SMTP_OWN,
    checker::SMTP_HOST,
    checker::SMTP_HOST_TIMING,
    checker::HTTP,
    checker::HTTP_TIMING,
    checker::HTTP_OWN,
    checker::HTTP_URL,
    checker::SSL,
    checker::SSL_TIMING,
    checker::SSL_OWN,
    checker::SSL_ONLY,
    checker::SSL_URL,
    checker::SSL_URL_ONLY,
    checker::MISC_TIMING,
    checker::MISC_OWN,
    checker::FILE,
    checker::BFD,
    lines::STATIC_ADDRESS,
    lines::STATIC_ADDRESS_ONLY,
    lines::VIRTUAL_ADDRESS,
    lines::VIRTUAL_ADDRESS_ONLY,
    routing::NEXT_HOP,
    routing::ROUTE,
    routing::STATIC_ROUTE,
    routing::STATIC_ROUTE_ONLY,
    routing::RULE,
    routing::STATIC_RULE,
    routing::STATIC_RULE_ONLY,
    lines::TRACK_INTERFACE,
    lines::TRACK_SCRIPT,
    lines::TRACK_FILE,
    lines::TRACK_PROCESS,
    lines::TRACK_BFD,
    lines::PEER,
    lines::LINK,
    lines::DELAY,
    lines::GROUP_ENTRY,
    preprocessor::FORMS,
];

/// Declares the rows of one block: `"word" [arguments] "default" "meaning", column: value;`.
macro_rules! table {
    ($(#[$attribute:meta])* $name:ident within $within:expr;
        $($word:literal $arguments:tt $default:literal $meaning:literal
            $(, $column:ident: $value:expr)*;)*) => {
        $(#[$attribute])*
        pub(super) const $name: &[Keyword] = &[$(Keyword {
            word: $word,
            within: $within,
            arguments: &$arguments,
            default: $default,
            meaning: $meaning,
            $($column: $value,)*
            ..ROW
        }),*];
    };
}
use table;

/// No upper limit worth naming: what an `unsigned` of the program holds.
const MANY: i64 = 4_294_967_295;

/// The largest time where the program counts microseconds in 32 bits.
const LONG: f64 = 4_294.967_295;

/// The same for whole seconds.
const WHOLE: i64 = 4294;

/// The largest time where it counts them in 64 bits.
const ENDLESS: f64 = 18_446_744_073_709.0;

/// 2.2.7 does not know the word, and a later release does; which one first, nobody wrote down.
const AFTER_2_2_7: Option<Version> = Some(Version::new(2, 2, 8));

#[cfg(test)]
mod tests;
