//! Keywords of ldirectord.cf: first the global ones, then those of a `virtual` section.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Argument::{
    Address, Boolean, Command, Integer, Name, OneOf, Optional, Path, Port, Rest,
};
use super::{Argument, Body, Keyword, ROW};

/// The rows.
pub const KEYWORDS: &[Keyword] = &[
    Keyword {
        word: "virtual",
        arguments: &[Name],
        body: Body::Block(VIRTUAL),
        meaning: "a virtual service: IPv4 address and port, or firewall mark",
        field: "services",
        ..ROW
    },
    Keyword {
        word: "virtual6",
        arguments: &[Name],
        body: Body::Block(VIRTUAL),
        meaning: "a virtual service: [IPv6 address] and port, or firewall mark of IPv6 packets",
        field: "services",
        ..ROW
    },
    global("autoreload", YES_NO, "no", "reload the file when it changes", ""),
    global("callback", &[Path], "", "program that runs after the file changed", ""),
    global("checkcount", COUNT, "1", "pings within one check", "checks.ping_count"),
    global("checkinterval", COUNT, "10", "seconds between two rounds of checks", "checks.interval"),
    global(
        "checktimeout",
        COUNT,
        "5",
        "seconds until a connection, ping or external check has failed",
        "checks.connect_timeout",
    ),
    global("cleanstop", YES_NO, "yes", "clear the table when ldirectord stops", ""),
    global("emailalert", &[Rest], "", "who is told by mail", "alerts.recipients"),
    global("emailalertfreq", NUMBER, "0", "seconds between reminders", ""),
    global("emailalertfrom", &[Rest], "", "sender of the mails", "alerts.sender"),
    global("emailalertstatus", STATES, "all", "states in which mails are sent", ""),
    global("execute", &[Name], "", "configuration of a further ldirectord to start", ""),
    global(
        "failurecount",
        COUNT,
        "1",
        "failures in a row until a server is down",
        "checks.failures",
    ),
    global("fallback", FALLBACK, "", "server of last resort of all IPv4 services", "fallback"),
    global("fallback6", FALLBACK, "", "server of last resort of all IPv6 services", "fallback"),
    global("fallbackcommand", &[Command], "", "command that runs with `start` or `stop`", "hooks"),
    global("fork", YES_NO, "no", "one process for each virtual service", ""),
    global("logfile", &[Path], "/var/log/ldirectord.log", "log file, or syslog facility", ""),
    global("maintenancedir", &[Path], "", "files named after a server take it out of service", ""),
    global(
        "negotiatetimeout",
        COUNT,
        "30",
        "seconds until a whole dialogue has failed",
        "checks.negotiate_timeout",
    ),
    global("quiescent", YES_NO, "no", "dead servers stay in the table with weight 0", "quiescent"),
    global("readdquiescent", YES_NO, "no", "put missing quiescent servers back into the table", ""),
    global("smtp", &[Name], "", "mail server for alerts", "alerts.server"),
    global("supervised", &[Optional(&Boolean)], "no", "stay in the foreground", ""),
    section("checkcommand", &[Command], "/bin/true", "program of an external check", "probes"),
    section("checkcount", COUNT, "", "pings within one check", "checks.ping_count"),
    section("checkinterval", COUNT, "", "seconds between checks, with fork=yes", "checks.interval"),
    section("checkport", &[Port], "", "port that is checked instead of the server's", "probe.port"),
    section("checktimeout", COUNT, "", "time limit of a connection", "checks.connect_timeout"),
    section("checktype", &[Name], "negotiate", "how servers are checked", "probes"),
    section("cleanstop", YES_NO, "", "clear the table when ldirectord stops", ""),
    section("comment", &[Rest], "", "remark for people", "comment"),
    section("database", &[Name], "", "database of an SQL check", "dialogue.database"),
    section("emailalert", &[Rest], "", "who is told by mail", ""),
    section("emailalertfreq", NUMBER, "", "seconds between reminders", ""),
    section("emailalertstatus", STATES, "", "states in which mails are sent", ""),
    section(
        "failurecount",
        COUNT,
        "",
        "failures in a row until a server is down",
        "checks.failures",
    ),
    section("fallback", FALLBACK, "", "server of last resort", "fallback"),
    section("fallback6", FALLBACK, "", "server of last resort", "fallback"),
    section("fallbackcommand", &[Command], "", "command that runs with `start` or `stop`", "hooks"),
    section("httpmethod", &[OneOf(&["GET", "HEAD"])], "GET", "HTTP method", "http.head"),
    section("load", &[Rest], "", "text for load testing", ""),
    section("login", &[Rest], "", "user name of the check", "dialogue.login"),
    section("monitorfile", &[Path], "", "file that logs the checks of this service", ""),
    section("negotiatetimeout", COUNT, "", "time limit of a dialogue", "checks.negotiate_timeout"),
    section("netmask", &[Name], "", "clients that count as one", "granularity"),
    section("ops", YES_NO, "no", "one-packet scheduling of UDP", "one_packet"),
    Keyword {
        secret: true,
        ..section("passwd", &[Rest], "", "password of the check", "dialogue.password")
    },
    section("persistent", NUMBER, "", "seconds for which a client keeps its server", "persistence"),
    section("protocol", &[OneOf(&["tcp", "udp", "fwm"])], "tcp", "transport protocol", "protocol"),
    section("quiescent", YES_NO, "", "dead servers stay in the table with weight 0", "quiescent"),
    section("real", REAL, "", "a real server, or a range of them", "servers"),
    section("real6", REAL, "", "a real server with an IPv6 address", "servers"),
    section("receive", &[Rest], "", "regular expression that the answer must match", "probes"),
    section("request", &[Rest], "/", "what is asked: a path, a name or a query", "probes"),
    section("schedflags", &[Name], "", "flags of the scheduler", "scheduler_flags"),
    section("scheduler", &[Name], "wrr", "scheduler", "scheduler"),
    Keyword {
        secret: true,
        ..section("secret", &[Rest], "", "shared secret of a RADIUS check", "dialogue.secret")
    },
    section("service", &[OneOf(SERVICES)], "", "dialogue of a negotiate check", "probes"),
    section("servicename", &[Rest], "", "name for people", "name"),
    section("smtp", &[Name], "", "mail server for alerts", ""),
    section("virtualhost", &[Name], "", "host name sent by HTTP checks", "host"),
];

/// The rows of one word.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places {
    /// Outside of sections.
    pub global: Option<&'static Keyword>,
    /// Inside a `virtual` section.
    pub section: Option<&'static Keyword>,
}

/// Where `word`, in small letters, may stand. Every line of a large file asks this.
pub fn places(word: &str) -> Places {
    PLACES.get(word).copied().unwrap_or_default()
}

static PLACES: LazyLock<HashMap<&'static str, Places>> = LazyLock::new(|| {
    let mut places: HashMap<&'static str, Places> = HashMap::new();
    for row in KEYWORDS {
        let entry = places.entry(row.word).or_default();
        let place = if row.within.is_empty() { &mut entry.global } else { &mut entry.section };
        *place = Some(row);
    }
    places
});

/// The dialogues that `service` can name.
pub const SERVICES: &[&str] = &[
    "dns",
    "ftp",
    "http",
    "https",
    "http_proxy",
    "imap",
    "imaps",
    "ldap",
    "ldaps",
    "mysql",
    "nntp",
    "none",
    "oracle",
    "pgsql",
    "pop",
    "pops",
    "radius",
    "simpletcp",
    "sip",
    "smtp",
    "submission",
];

/// Path of the section in the rows.
pub const VIRTUAL: &str = "virtual";

const YES_NO: &[Argument] = &[OneOf(&["yes", "no"])];
/// What ldirectord counts or waits for is at least 1.
const COUNT: &[Argument] = &[Integer(1, i64::MAX)];
const NUMBER: &[Argument] = &[Integer(0, i64::MAX)];
const METHOD: Argument = OneOf(&["gate", "masq", "ipip"]);
const FALLBACK: &[Argument] = &[Address, Optional(&METHOD)];
const REAL: &[Argument] = &[Address, METHOD, Optional(&Integer(0, i64::MAX)), Optional(&Rest)];
const STATES: &[Argument] =
    &[OneOf(&["all", "none", "starting", "running", "stopping", "reloading"])];

const fn global(
    word: &'static str,
    arguments: &'static [Argument],
    default: &'static str,
    meaning: &'static str,
    field: &'static str,
) -> Keyword {
    Keyword { word, arguments, default, meaning, field, ..ROW }
}

const fn section(
    word: &'static str,
    arguments: &'static [Argument],
    default: &'static str,
    meaning: &'static str,
    field: &'static str,
) -> Keyword {
    Keyword { within: VIRTUAL, ..global(word, arguments, default, meaning, field) }
}
