//! What the conversions may do without a word, and why.

use lvsha::source::codes::{conversion, to_heartbeat};

use super::judge::Excuse::{self, Elsewhere, NotCompared, Unsaid};

pub(crate) const TO_KEEPALIVED: &[Excuse] = &[
    Unsaid("cluster", "mail server", AT_THE_SERVICE),
    Unsaid("router", "follows interface *", "of an address elsewhere, as the report says at it"),
    Unsaid("router", "follows script *", "one for each ping target, as the report says at it"),
    Unsaid("router", "notify_*", "runs what stood in the line of haresources"),
    Unsaid("router", "path VRRP *", "in the place of heartbeat's media"),
    Unsaid("router", "virtual_router_id", "is chosen, as the report says at the node"),
    Unsaid("server", "", "the fallback of a service that is never checked serves alone"),
    Unsaid("server", "check 2", "a check of ldirectord that asks twice is two checkers"),
    Unsaid("server", "lower threshold", "of a server that stands twice the last line counts"),
    Unsaid("server", "upper threshold", "of a server that stands twice the last line counts"),
    NotCompared(
        conversion::ARBITRATION,
        &["respawn"],
        "the targets are compared, not who counts them",
    ),
    NotCompared(
        conversion::AUTHENTICATION,
        &[],
        "the key that is used is compared, where there is one",
    ),
    NotCompared(
        conversion::CHECK_REDUCED,
        DIALOGUE,
        "of checks of two kinds only these are compared",
    ),
    NotCompared(conversion::CONFIGURATION_NOT_READ, &[], "what is not read is not in the model"),
    NotCompared(conversion::FENCING_LOST, &[], "VRRP has nothing to compare it with"),
    NotCompared(conversion::FOR_ALL, &["smtp"], AT_THE_SERVICE),
    NotCompared(conversion::NOT_UNDERSTOOD, &[], NOT_UNDERSTOOD),
    NotCompared(conversion::NO_COUNTERPART, &[], "clients see nothing of it"),
    NotCompared(conversion::ORDER_LOST, &[], "the order counts between two haresources only"),
    NotCompared(
        conversion::REPLACED,
        &["LVSSyncDaemonSwap"],
        "compared is the daemon, not who starts it",
    ),
    NotCompared(conversion::SERVICE_ASYNCHRONOUS, &[], NO_ROUTER),
    NotCompared(conversion::SERVICE_EMPTY, &["checkinterval", "checktype"], "nobody is asked"),
    NotCompared(
        conversion::STARTUP_SILENCE,
        &[],
        "keepalived has no wait of its own at the start to compare it with",
    ),
    NotCompared(conversion::STORAGE_UNSAFE, &[], NO_ROUTER),
    Elsewhere("standing-twice", "server 10.0.0.11:0", "weight", SECOND_LINE),
    Elsewhere("standing-twice", "server 10.0.0.12:80", "weight", SECOND_LINE),
];

/// What only generated files need.
pub(crate) const ANY_TO_KEEPALIVED: &[Excuse] = &[
    Unsaid("cluster", "mail to", AT_THE_SERVICE),
    Unsaid("router", "key *", "VRRP's password has no number"),
    NotCompared(
        conversion::SERVICE_EMPTY,
        &[],
        "lines of a service that is gone have notes of their own",
    ),
];

pub(crate) const TO_HEARTBEAT: &[Excuse] = &[
    Unsaid("address", "", "haresources is the same everywhere: another director's file has it"),
    Unsaid("router", "", "haresources is the same everywhere: another director's file has it"),
    Unsaid("router", "key *", "heartbeat does not run without a key"),
    Unsaid("router", "path UDP *", "in the place of VRRP's advertisements"),
    Unsaid("router", "path to *", "all groups have one conversation, on the paths of each"),
    Unsaid("router", "pings *", "in the place of a script that pings"),
    Unsaid("router", "resource notify-*", "in the place of the scripts that are told"),
    Unsaid("service", "quorum_*", "one command for both events, as the report says at the other"),
    NotCompared(conversion::NOT_UNDERSTOOD, &[], NOT_UNDERSTOOD),
    NotCompared(to_heartbeat::ADDRESS_OPTION, &[], "the option is keepalived's own"),
    NotCompared(to_heartbeat::CHECK_DIFFERENT, OF_CHECKERS, "only checkers of keepalived know it"),
    NotCompared(to_heartbeat::MAIL, &[], "the recipients are compared, not how a mail begins"),
    NotCompared(to_heartbeat::NOT_FOLLOWED, &[], "what a script finds is keepalived's own"),
    NotCompared(to_heartbeat::NO_COUNTERPART_THERE, &[], "the setting is keepalived's own"),
    NotCompared(
        to_heartbeat::PREFERRED_NODE,
        &["priority"],
        "the first is compared, not the order behind it",
    ),
];

/// What only generated files need.
pub(crate) const ANY_TO_HEARTBEAT: &[Excuse] = &[
    NotCompared(
        to_heartbeat::NOTIFY_SCRIPT,
        &["notify_priority_changes"],
        "the event is keepalived's own",
    ),
    NotCompared(to_heartbeat::SERVER_DETAIL, &[], "the lines of a server share what is said of it"),
];

pub(crate) const THERE_AND_BACK: &[Excuse] = &[
    Unsaid("cluster", "UDP on *", "in the place of VRRP's advertisements"),
    Unsaid("cluster", "dead time of pings", "follows the dead time, which VRRP rounds"),
    Unsaid("cluster", "goes home as", "what heartbeat 1 did by itself is written"),
    Unsaid("cluster", "initial dead time", "follows the dead time, which VRRP rounds"),
    Unsaid("cluster", "log facility", "keepalived logs as a daemon"),
    Unsaid("cluster", "mail server", AT_THE_SERVICE),
    Unsaid("router", "key *", "heartbeat does not run without a key"),
    Unsaid("router", "path UDP *", "in the place of VRRP's advertisements"),
    Unsaid("router", "resource MailTo::*", "the recipients of keepalived are of every group"),
    Unsaid("router", "resource ldirectord::*", "starts what ran by itself"),
    Unsaid("router", "resource lvs-sync-daemon::*", "heartbeat 3 has no script of its own"),
    Unsaid("router", "resource notify-*", "runs what stood in the line of haresources"),
    Unsaid("server", "", "the fallback of a service that is never checked serves alone"),
    Elsewhere("standing-twice", "server 10.0.0.11:0", "weight", SECOND_LINE),
    Elsewhere("standing-twice", "server 10.0.0.12:80", "", SECOND_LINE),
];

/// Cases for keepalived of another release than Debian's.
pub(crate) const FOR_OTHERS: &[&str] = &[
    "keys-beside-one-without-a-secret",
    "mail-of-groups-only-for-an-old-keepalived",
    "old-keepalived",
    "unicast-with-addresses",
    "very-old-keepalived",
];

const AT_THE_SERVICE: &str = "that of a service is that of all, as the report says at the service";
const NOT_UNDERSTOOD: &str = "what is not understood is not in the model";
const NO_ROUTER: &str = "a group without an address is no router";
const SECOND_LINE: &str = "stands twice, and the report speaks at the second line";

/// What a dialogue of ldirectord is made of.
const DIALOGUE: &[&str] =
    &["checktype", "database", "login", "passwd", "receive", "request", "secret", "virtualhost"];

/// Where a question leaves, and what is done with an answer.
const OF_CHECKERS: &[&str] = &[
    "bind_if",
    "bind_port",
    "bindto",
    "enable_sni",
    "fwmark",
    "regex_max_offset",
    "regex_min_offset",
    "regex_options",
    "regex_stack",
    "sni_name",
    "track_file",
];
