//! `virtual_server` and `real_server`.

use super::Argument::{Address, Boolean, Command, Integer, Name, OneOf, Optional, Rest, Seconds};
use super::Body::Block;
use super::{ENDLESS, Keyword, LONG, MANY, ROW, table};

table! {
    /// A virtual service.
    VIRTUAL_SERVER within "virtual_server";
    "ip_family" [OneOf(&["inet", "inet6"])] "deduced" "address family of a firewall mark",
        field: "target";
    "lb_algo" [SCHEDULER] "wlc" "scheduler", field: "scheduler";
    "lvs_sched" [SCHEDULER] "wlc" "scheduler", field: "scheduler";
    "hashed" [] "" "without any effect";
    "ops" [] "off" "schedule each packet by itself", field: "one_packet";
    "flag-1" [] "off" "first flag of the scheduler", field: "scheduler_flags";
    "flag-2" [] "off" "second flag of the scheduler", field: "scheduler_flags";
    "flag-3" [] "off" "third flag of the scheduler", field: "scheduler_flags";
    "sh-port" [] "off" "sh counts the port", field: "scheduler_flags";
    "sh-fallback" [] "off" "sh tries another server", field: "scheduler_flags";
    "mh-port" [] "off" "mh counts the port", field: "scheduler_flags";
    "mh-fallback" [] "off" "mh tries another server", field: "scheduler_flags";
    "lb_kind" [METHOD, Rest] "NAT" "forwarding method", field: "method";
    "lvs_method" [METHOD, Rest] "NAT" "forwarding method", field: "method";
    "persistence_engine" [Name] "" "persistence by content", field: "settings.persistence_engine";
    "persistence_timeout" [Optional(&Integer(1, 2_678_400))]
        "off, 360 when bare" "seconds that a client stays",
        field: "persistence";
    "persistence_granularity" [Name] "one address" "netmask of clients that count as one",
        field: "granularity";
    "protocol" [OneOf(&["TCP", "UDP", "SCTP"])] "UDP" "transport protocol", field: "protocol";
    "smtp_alert" [Boolean] "smtp_alert_checker" "mail changes of state", field: "settings.alert";
    "snmp_name" [Name] "" "name in SNMP", field: "settings.snmp_name";
}

table! {
    /// Its real servers.
    POOL within "virtual_server";
    "real_server" [Address, Optional(&Integer(0, 65535))] "" "a real server",
        body: Block("virtual_server/real_server"), field: "servers";
    "sorry_server" [Address, Optional(&Integer(0, 65535))] "" "server of last resort",
        field: "fallback";
    "sorry_server_inhibit" [] "off" "it stays in the table with weight 0",
        field: "settings.inhibit_fallback";
    "sorry_server_lvs_method" [METHOD, Rest] "the virtual server's" "its forwarding method",
        field: "fallback";
    "weight" [Integer(1, 2_147_483_647)] "1" "weight of real servers that state none",
        field: "settings.weight";
    "quorum" [Integer(1, MANY)] "1" "live weight below which the service is down", field: "quorum";
    "hysteresis" [Integer(0, MANY)] "0" "distance between loss and gain of the quorum",
        field: "settings.hysteresis";
    "quorum_up" [Command] "" "runs when the quorum is gained", field: "hooks";
    "quorum_down" [Command] "" "runs when the quorum is lost", field: "hooks";
    "alpha" [] "off" "real servers start down", field: "start_down";
    "omega" [] "off" "run the down commands at the end", field: "settings.omega";
    "inhibit_on_failure" [] "off" "dead servers stay with weight 0", field: "quiescent";
    "ha_suspend" [] "off" "no checks while the address is elsewhere", field: "settings.suspend";
}

table! {
    /// What its checkers inherit.
    CHECK_DEFAULTS within "virtual_server";
    "delay_loop" [Seconds(0.000_001, ENDLESS)] "60" "time between two checks",
        field: "checks.interval";
    "connect_timeout" [Seconds(0.000_001, LONG)] "5" "time limit of a connection",
        field: "checks.connect_timeout";
    "retry" [Integer(1, MANY)] "checker's" "further tries after a failure",
        field: "checks.failures";
    "delay_before_retry" [Seconds(0.0, ENDLESS)] "checker's" "time until the next try",
        field: "checks.retry_delay";
    "warmup" [Seconds(0.0, ENDLESS)] "delay_loop" "longest wait before the first check",
        field: "checks.warmup";
    "virtualhost" [Name] "" "Host header of HTTP checks", field: "host";
}

table! {
    /// A real server.
    REAL_SERVER within "virtual_server/real_server";
    "weight" [Integer(0, 2_147_483_647)] "1" "weight", field: "weight";
    "lvs_method" [METHOD, Rest] "the virtual server's" "forwarding method", field: "method";
    "uthreshold" [Integer(0, MANY)] "0" "connections from which on it takes no more",
        field: "upper_threshold";
    "lthreshold" [Integer(0, MANY)] "0" "connections below which it takes new ones",
        field: "lower_threshold";
    "inhibit_on_failure" [Boolean] "the virtual server's" "stays with weight 0 when dead",
        field: "quiescent";
    "notify_up" [Command] "" "runs when it comes up", field: "hooks";
    "notify_down" [Command] "" "runs when it goes down", field: "hooks";
    "alpha" [Boolean] "the virtual server's" "starts down", field: "own.settings.alpha";
    "retry" [Integer(1, MANY)] "the virtual server's" "further tries after a failure",
        field: "own.checks.failures";
    "delay_before_retry" [Seconds(0.0, ENDLESS)] "the virtual server's" "time until the next try",
        field: "own.checks.retry_delay";
    "warmup" [Seconds(0.0, ENDLESS)] "the virtual server's" "longest wait before the first check",
        field: "own.checks.warmup";
    "connect_timeout" [Seconds(0.000_001, LONG)]
        "the virtual server's" "time limit of a connection", field: "own.checks.connect_timeout";
    "delay_loop" [Seconds(0.000_001, ENDLESS)] "the virtual server's" "time between two checks",
        field: "own.checks.interval";
    "smtp_alert" [Boolean] "smtp_alert_checker, else yes" "mail changes of state",
        field: "own.settings.alert";
    "virtualhost" [Name] "the virtual server's" "Host header of HTTP checks",
        field: "own.settings.host";
    "snmp_name" [Name] "" "name in SNMP", field: "own.settings.snmp_name";
    "MISC_CHECK" [] "" "check by a script",
        body: Block("virtual_server/real_server/MISC_CHECK"), field: "probes";
    "SMTP_CHECK" [] "" "check by a mail greeting",
        body: Block("virtual_server/real_server/SMTP_CHECK"), field: "probes";
    "TCP_CHECK" [] "" "check by a connection",
        body: Block("virtual_server/real_server/TCP_CHECK"), field: "probes";
    "PING_CHECK" [] "" "check by ICMP echo",
        body: Block("virtual_server/real_server/PING_CHECK"), field: "probes";
    "UDP_CHECK" [] "" "check by a datagram",
        body: Block("virtual_server/real_server/UDP_CHECK"), field: "probes";
    "HTTP_GET" [] "" "check by HTTP",
        body: Block("virtual_server/real_server/HTTP_GET"), field: "probes";
    "SSL_GET" [] "" "check by HTTPS",
        body: Block("virtual_server/real_server/SSL_GET"), field: "probes";
    "DNS_CHECK" [] "" "check by a DNS query",
        body: Block("virtual_server/real_server/DNS_CHECK"), field: "probes";
    "FILE_CHECK" [] "" "check by a tracked file",
        body: Block("virtual_server/real_server/FILE_CHECK"), field: "probes";
    "BFD_CHECK" [] "" "check by a BFD session",
        body: Block("virtual_server/real_server/BFD_CHECK"), field: "probes";
}

const SCHEDULER: super::Argument = OneOf(&[
    "rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "mh", "dh", "fo", "ovf", "sed", "nq", "twos",
]);

const METHOD: super::Argument = OneOf(&["NAT", "DR", "TUN"]);
