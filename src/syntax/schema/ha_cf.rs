//! Keywords of ha.cf: words, values, defaults as heartbeat 3.0.6 prints them with `heartbeat -D`.

use super::Argument::{
    Address, Boolean, Command, Integer, Interface, Many, Name, OneOf, Optional, Path, Port, Rest,
    Seconds,
};
use super::{Argument, Keyword, ROW};

/// The rows, in the order of the manual.
pub const KEYWORDS: &[Keyword] = &[
    row("node", &[Many(&Name)], "", "cluster nodes as `uname -n` names them", "nodes"),
    row("bcast", PATHS, "", "send heartbeats as broadcasts", "membership.paths"),
    Keyword { alias_of: Some("bcast"), ..row("udp", PATHS, "", "old name", "membership.paths") },
    row("ucast", &[Interface, Address], "", "send heartbeats to one peer", "membership.paths"),
    row("ucast6", &[Interface, Address], "", "send heartbeats to one peer", "membership.paths"),
    row("mcast", MULTICAST, "", "send heartbeats to a multicast group", "membership.paths"),
    row("mcast6", MULTICAST6, "", "send heartbeats to a multicast group", "membership.paths"),
    row("serial", &[Many(&Path)], "", "send heartbeats over serial lines", "membership.paths"),
    row("baud", &[OneOf(BAUD_RATES)], "19200", "speed of serial lines", ""),
    row("hopfudge", &[Integer(0, 255)], "1", "extra hops in a serial ring", ""),
    row("udpport", &[Port], "694", "port of broadcast and unicast", "membership.port"),
    row("keepalive", TIME, "1", "time between heartbeats", "membership.interval"),
    row("deadtime", TIME, "30", "silence until a node is dead", "membership.dead_time"),
    row("warntime", TIME, "deadtime/2", "silence until a warning", "membership.warn_time"),
    row("initdead", TIME, "", "first dead time at boot", "membership.initial_dead_time"),
    row("deadping", TIME, "deadtime", "dead time of ping nodes", "membership.ping_dead_time"),
    row("auto_failback", FAILBACK, "legacy", "go home on return", "membership.failback"),
    row("nice_failback", &[Boolean], "", "obsolete, see auto_failback", "membership.failback"),
    row("ping", &[Many(&Address)], "", "outside addresses to ping", "membership.ping_targets"),
    row("ping6", &[Many(&Address)], "", "outside addresses to ping", "membership.ping_targets"),
    row("ping_group", PING_GROUP, "", "any answers: alive", "membership.ping_targets"),
    row("hbaping", &[Many(&Name)], "", "fibre channel ping, often not compiled in", ""),
    row("respawn", &[Name, Command], "", "keep a client running", "membership.arbitrator"),
    row("apiauth", &[Name, Rest], "", "users and groups a client may have", ""),
    row("stonith", &[Name, Path], "", "fencing device for all nodes", "membership.fencing"),
    Keyword {
        secret: true,
        ..row("stonith_host", STONITH, "", "fencing device of a host", "membership.fencing")
    },
    row("watchdog", &[Path], "", "watchdog device", ""),
    row("crm", MANAGER, "off", "leave resources to a manager", "membership.manager"),
    row("pacemaker", MANAGER, "off", "leave resources to Pacemaker", "membership.manager"),
    row("autojoin", &[OneOf(&["none", "other", "any"])], "none", "let unnamed nodes join", ""),
    row("cluster", &[Name], "linux-ha", "name of the cluster", "name"),
    row("logfacility", &[OneOf(LOG_FACILITIES)], "", "syslog facility, or none", LOG_FIELD),
    row("logfile", &[Path], "", "file for messages", ""),
    row("debugfile", &[Path], "", "file for debug messages", ""),
    row("use_logd", &[Boolean], "", "log through the logging daemon", ""),
    row("conn_logd_time", TIME, "60", "wait between tries to reach the logging daemon", ""),
    row("log_badpack", &[Boolean], "on", "log packets that fail authentication", ""),
    row("syslogmsgfmt", &[Boolean], "on", "write log files as syslog does", ""),
    row("coredumps", &[Boolean], "on", "allow core dumps", ""),
    row("coreroot", &[Path], "", "directory for core dumps", ""),
    row("debug", &[Integer(0, 255)], "0", "debug level", ""),
    row("realtime", &[Boolean], "on", "run with real-time priority", ""),
    row("rtprio", &[Integer(1, 99)], "", "real-time priority", ""),
    row("hbgenmethod", &[OneOf(&["file", "time"])], "file", "source of generation numbers", ""),
    row("uuidfrom", &[OneOf(&["file", "nodename"])], "file", "source of the node's UUID", ""),
    row("msgfmt", &[OneOf(&["classic", "netstring"])], "classic", "message format", ""),
    row("compression", &[OneOf(&["bz2", "zlib"])], "zlib", "compression module", ""),
    row("compression_threshold", POSITIVE, "2", "least KiB to compress", ""),
    row("traditional_compression", &[Boolean], "no", "compress whole messages", ""),
    row("max_rexmit_delay", POSITIVE, "250", "longest wait before retransmission, ms", ""),
    row("memreserve", POSITIVE, "6500", "memory reserved at start, KiB", ""),
    row("env", &[Name], "", "variable for clients, NAME=VALUE", ""),
    row("record_config_changes", &[Boolean], "on", "of the Pacemaker era", ""),
    row("record_pengine_inputs", &[Boolean], "on", "of the Pacemaker era", ""),
    row("enable_config_writes", &[Boolean], "on", "of the Pacemaker era", ""),
    row("crm_daemon_dir", &[Path], "", "of the Pacemaker era", ""),
    row("crmd_spawns_pengine", &[Boolean], "", "of the Pacemaker era", ""),
    row("use_apphbd", &[Boolean], "no", "register with the application heartbeat daemon", ""),
    row("normalpoll", &[Integer(1, MAX)], "", "interval of the main loop", ""),
    row("qserver", &[Rest], "", "quorum server", ""),
];

const fn row(
    word: &'static str,
    arguments: &'static [Argument],
    default: &'static str,
    meaning: &'static str,
    field: &'static str,
) -> Keyword {
    Keyword { word, arguments, default, meaning, field, ..ROW }
}

const LOG_FIELD: &str = "membership.log_facility";
const PATHS: &[Argument] = &[Many(&Interface)];
// The manual allows a time to live of 255; the code takes 0 to 4 (measured).
const MULTICAST: &[Argument] = &[Interface, Address, Port, Integer(0, 4), Integer(0, 1)];
const MULTICAST6: &[Argument] = &[Interface, Address, Port, Integer(0, 255), Integer(0, 1)];
const TIME: &[Argument] = &[Seconds(0.0, f64::MAX)];
const FAILBACK: &[Argument] =
    &[OneOf(&["on", "off", "legacy", "true", "false", "yes", "no", "y", "n", "1", "0"])];
const PING_GROUP: &[Argument] = &[Name, Many(&Address)];
const STONITH: &[Argument] = &[Name, Name, Optional(&Rest)];
const POSITIVE: &[Argument] = &[Integer(1, MAX)];
const MAX: i64 = i32::MAX as i64;

const BAUD_RATES: &[&str] = &["9600", "19200", "38400", "57600", "115200", "230400", "460800"];
const MANAGER: &[Argument] =
    &[OneOf(&["on", "off", "true", "false", "yes", "no", "y", "n", "1", "0", "respawn", "manual"])];
const LOG_FACILITIES: &[&str] = &[
    "none", "auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "syslog",
    "user", "uucp", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];
