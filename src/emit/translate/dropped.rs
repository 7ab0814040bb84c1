//! Directives without a field in the model, as one table: what their absence means in keepalived.

use crate::emit::{Account, Mark};
use crate::model::{Carried, Cluster, Service};
use crate::source::codes::conversion;
use crate::source::{Code, Place, Sources};

/// keepalived's command line, as far as the old files ask for anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// `-S`: syslog facility local0 to local7.
    pub facility: Option<u8>,
    /// `-D`: details.
    pub details: bool,
    /// `-I`: leave the IPVS table when stopping.
    pub keep_table: bool,
}

impl CommandLine {
    /// The options in their usual order; empty when none is needed.
    pub fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        if self.details {
            options.push("-D".to_owned());
        }
        if let Some(facility) = self.facility {
            options.extend(["-S".to_owned(), facility.to_string()]);
        }
        if self.keep_table {
            options.push("-I".to_owned());
        }
        options
    }
}

/// Speaks for everything that is carried or inert.
pub(super) fn apply(
    cluster: &mut Cluster,
    sources: &Sources,
    command_line: &mut CommandLine,
    account: &mut Account,
) {
    for inert in &cluster.inert {
        account.needless(Some(inert.at), inert.why);
    }
    if let Some(manager) = cluster.membership.manager {
        if manager.value {
            let note = "another manager ran the resources; haresources was not in use";
            account.impossible(manager.at, conversion::MANAGER, &[note]);
        } else {
            account.needless(manager.at, "no other manager is the normal state");
        }
    }
    if let Some(facility) = &cluster.membership.log_facility {
        let local = facility.value.strip_prefix("local").and_then(|n| n.parse::<u8>().ok());
        command_line.facility = local;
        match (local, facility.value.as_str()) {
            (Some(number), _) => {
                let becomes = format!("-S {number}");
                account.changed(facility.at, conversion::LOGGING, &becomes, AN_OPTION);
            }
            (None, "daemon") => account.exact(facility.at, SYSLOG),
            (None, _) => {
                account.changed(facility.at, conversion::LOGGING, SYSLOG, OTHER_FACILITY);
            }
        }
    }
    for place in &cluster.membership.fencing {
        let note = "fencing is lost; do not share disks between the directors";
        account.impossible(Some(*place), conversion::FENCING_LOST, &[note]);
    }
    let services = cluster.services.iter();
    let of_service = |service: &'_ Service| {
        let own = service.servers.iter().filter_map(|server| server.own.as_ref());
        let own = own.flat_map(|own| own.carried.clone());
        let probes = service.probes.iter().flat_map(|probe| probe.carried.clone());
        service.carried.iter().cloned().chain(own).chain(probes).collect::<Vec<Carried>>()
    };
    let carried: Vec<Carried> =
        cluster.carried.iter().cloned().chain(services.flat_map(of_service)).collect();
    let keeps = |directive: &Carried| {
        directive.keyword.eq_ignore_ascii_case("cleanstop")
            && value(directive.at, sources).as_deref() == Some("no")
    };
    command_line.keep_table = carried.iter().any(keeps);
    // Nothing is mailed about real servers when every line about it says so.
    let is_silent = cluster.globals.mail.server_alert.is_some_and(|alert| !alert.value);
    for directive in &carried {
        let own = value(directive.at, sources).unwrap_or_default().to_ascii_lowercase();
        let is_said = |row: &&(&str, &str, &str)| {
            directive.keyword.eq_ignore_ascii_case(row.0) && own == row.1
        };
        if let Some((_, _, note)) = AS_KEEPALIVED.iter().find(is_said) {
            account.needless(Some(directive.at), note);
        } else if is_silent && directive.keyword.eq_ignore_ascii_case("emailalertstatus") {
            let note = "nothing is mailed about real servers, by any director";
            account.changed(Some(directive.at), conversion::FOR_ALL, "smtp_alert_checker", note);
        } else {
            one(directive, sources, command_line, account);
        }
    }
}

fn one(
    directive: &Carried,
    sources: &Sources,
    command_line: &mut CommandLine,
    account: &mut Account,
) {
    let place = Some(directive.at);
    let keyword = directive.keyword.to_ascii_lowercase();
    if let Some(becomes) = option(&keyword, directive.at, sources, command_line) {
        account.changed(place, conversion::LOGGING, &becomes, AN_OPTION);
        return;
    }
    if keyword == "cleanstop" && command_line.keep_table {
        account.changed(place, conversion::FOR_ALL, "-I", KEPT);
        return;
    }
    let Some(row) = ROWS.iter().find(|row| row.keywords.contains(&keyword.as_str())) else {
        return;
    };
    match (row.mark, row.code) {
        (Mark::Exact, _) => account.needless(place, row.note),
        (Mark::Approximate, Some(code)) => account.changed(place, code, row.becomes, row.note),
        (Mark::Impossible, Some(code)) => account.impossible(place, code, &[row.note]),
        (_, code) => {
            account.lossy(
                place,
                code.unwrap_or(conversion::NO_COUNTERPART),
                row.becomes,
                &[row.note],
            );
        }
    }
}

/// Facility, details and `cleanstop`, which keepalived takes on its command line.
fn option(
    keyword: &str,
    at: Place,
    sources: &Sources,
    command_line: &mut CommandLine,
) -> Option<String> {
    let value = value(at, sources)?;
    match keyword {
        "debugfile" | "debug" => {
            command_line.details = true;
            Some("-D".to_owned())
        }
        "cleanstop" if value == "no" => Some("-I".to_owned()),
        _ => None,
    }
}

/// The first word behind the keyword.
fn value(at: Place, sources: &Sources) -> Option<String> {
    let text = sources.get(at.file).text();
    let written = crate::syntax::characters::plain(at.span.of(text));
    let mut words =
        written.split(|c: char| c.is_whitespace() || c == '=').filter(|word| !word.is_empty());
    Some(words.nth(1)?.trim_matches('"').to_owned())
}

const SYSLOG: &str = "syslog facility daemon";
const AN_OPTION: &str = "a command line option, see keepalived.default";

const OTHER_FACILITY: &str =
    "keepalived's option -S knows local0 to local7 only: it goes on as `daemon`";
/// Directives with a value that says what keepalived does anyway.
const AS_KEEPALIVED: &[(&str, &str, &str)] = &[
    ("autoreload", "no", "keepalived does not watch its file either"),
    ("debug", "0", "keepalived logs no details either"),
    ("emailalertfreq", "0", "keepalived repeats no mail either"),
    ("emailalertstatus", "all", "keepalived mails in all states, too"),
    ("readdquiescent", "no", "keepalived puts nothing back into the table either"),
];

const KEPT: &str =
    "another line says `no`, and keepalived leaves all services in the table or none";

/// One fate for several keywords.
struct Row {
    keywords: &'static [&'static str],
    mark: Mark,
    code: Option<Code>,
    becomes: &'static str,
    note: &'static str,
}

/// The fates, ha.cf first, then ldirectord.cf.
const ROWS: &[Row] = &[
    // Without --enable-log-file, and Debian's is built without it, keepalived refuses `-g` and does not start.
    Row {
        keywords: &["logfile"],
        mark: Mark::Approximate,
        code: Some(conversion::LOGGING),
        becomes: "syslog",
        note: "keepalived logs to syslog and the journal; its option for a file is rarely built in",
    },
    Row {
        keywords: &["baud", "hopfudge"],
        mark: Mark::Exact,
        code: None,
        becomes: "",
        note: "only serial lines need it",
    },
    Row {
        keywords: &["watchdog"],
        mark: Mark::Lossy,
        code: Some(conversion::FENCING_LOST),
        becomes: "",
        note: "use systemd's RuntimeWatchdogSec=",
    },
    Row {
        keywords: &["respawn"],
        mark: Mark::Lossy,
        code: Some(conversion::NO_COUNTERPART),
        becomes: "",
        note: "keepalived starts no other programs; make it a systemd service with Restart=always",
    },
    Row {
        keywords: &["env"],
        mark: Mark::Lossy,
        code: Some(conversion::NO_COUNTERPART),
        becomes: "",
        note: "keepalived passes no environment to scripts; set the variable in the script",
    },
    Row {
        keywords: &[
            "apiauth",
            "autojoin",
            "compression",
            "compression_threshold",
            "conn_logd_time",
            "coredumps",
            "coreroot",
            "crm_daemon_dir",
            "crmd_spawns_pengine",
            "enable_config_writes",
            "hbgenmethod",
            "log_badpack",
            "max_rexmit_delay",
            "memreserve",
            "msgfmt",
            "normalpoll",
            "nice_failback",
            "qserver",
            "realtime",
            "record_config_changes",
            "record_pengine_inputs",
            "rtprio",
            "syslogmsgfmt",
            "traditional_compression",
            "use_apphbd",
            "use_logd",
            "uuidfrom",
            "hbaping",
        ],
        mark: Mark::Exact,
        code: None,
        becomes: "",
        note: "about heartbeat's own machinery; keepalived needs nothing like it",
    },
    Row {
        keywords: &["autoreload"],
        mark: Mark::Lossy,
        code: Some(conversion::NO_COUNTERPART),
        becomes: "",
        note: "keepalived does not watch its file; run `systemctl reload keepalived` after a change",
    },
    Row {
        keywords: &["callback"],
        mark: Mark::Lossy,
        code: Some(conversion::NO_COUNTERPART),
        becomes: "",
        note: "keepalived runs nothing when its file changes; put the command into the deployment",
    },
    Row {
        keywords: &["checkcount"],
        mark: Mark::Exact,
        code: None,
        becomes: "",
        note: "ldirectord uses it for ping checks only",
    },
    Row {
        keywords: &["cleanstop"],
        mark: Mark::Exact,
        code: None,
        becomes: "",
        note: "keepalived removes its services when it stops, too",
    },
    Row {
        keywords: &["execute"],
        mark: Mark::Lossy,
        code: Some(conversion::NO_COUNTERPART),
        becomes: "",
        note: "convert the other ldirectord configuration too and include its result",
    },
    Row {
        keywords: &["fork", "supervised"],
        mark: Mark::Exact,
        code: None,
        becomes: "",
        note: "keepalived checks in parallel anyway; systemd supervises it",
    },
    Row {
        keywords: &["emailalertfreq", "emailalertstatus"],
        mark: Mark::Lossy,
        code: Some(conversion::NO_COUNTERPART),
        becomes: "",
        note: "keepalived mails each change once and has no repetition and no selection",
    },
    Row {
        keywords: &["maintenancedir"],
        mark: Mark::Lossy,
        code: Some(conversion::NO_COUNTERPART),
        becomes: "",
        note: "take a server out by weight 0 in the file and a reload, or with a MISC_CHECK that looks for a file",
    },
    Row {
        keywords: &["monitorfile"],
        mark: Mark::Lossy,
        code: Some(conversion::NO_COUNTERPART),
        becomes: "",
        note: "no log of every check; keepalived logs what changes to syslog",
    },
    Row {
        keywords: &["readdquiescent"],
        mark: Mark::Lossy,
        code: Some(conversion::NO_COUNTERPART),
        becomes: "",
        note: "keepalived never reads the table back; what others delete with ipvsadm stays away",
    },
    Row {
        keywords: &["load"],
        mark: Mark::Lossy,
        code: Some(conversion::NO_COUNTERPART),
        becomes: "",
        note: "weights do not follow the load; use a MISC_CHECK with misc_dynamic",
    },
    Row {
        keywords: &[
            "receive",
            "request",
            "login",
            "passwd",
            "database",
            "secret",
            "virtualhost",
            "httpmethod",
            "checkcommand",
        ],
        mark: Mark::Exact,
        code: None,
        becomes: "",
        note: "the chosen kind of check does not use it, in ldirectord neither",
    },
];
