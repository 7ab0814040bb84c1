//! The checkers of a real server.
//!
//! Most keywords are the same in every checker; only some defaults differ.

use super::Argument::{
    Address, Boolean, Command, Integer, Interface, Many, Name, OneOf, Optional, Pattern, Port,
    Seconds,
};
use super::Body::Block;
use super::{AFTER_2_2_7, ENDLESS, Keyword, LONG, MANY, ROW, WHOLE, table};

/// What every checker that opens a connection knows.
macro_rules! connection {
    ($name:ident, $within:literal) => {
        table! {
            #[doc = concat!("Connection of ", $within)]
            $name within $within;
            "connect_ip" [Address] "the real server's" "address that is asked", field: "address";
            "connect_port" [Port] "the real server's" "port that is asked", field: "port";
            "bindto" [Address] "any" "source address", field: "settings.source";
            "bind_port" [Port] "any" "source port", field: "settings.source_port";
            "bind_if" [Interface] "any" "interface", field: "settings.interface";
            "connect_timeout" [Seconds(0.000_001, LONG)]
                "the real server's" "time limit of a connection",
                field: "checks.connect_timeout";
            "fwmark" [Integer(0, MANY)] "0" "firewall mark of its packets", field: "settings.mark";
        }
    };
}

/// What every checker with a rhythm of its own knows.
macro_rules! timing {
    ($name:ident, $within:literal, $retry:literal, $delay:literal) => {
        table! {
            #[doc = concat!("Rhythm of ", $within)]
            $name within $within;
            "retry" [Integer(0, MANY)] $retry "further tries after a failure",
                field: "checks.failures";
            "delay_before_retry" [Seconds(0.0, ENDLESS)] $delay "time until the next try",
                field: "checks.retry_delay";
            "warmup" [Seconds(0.0, ENDLESS)] "delay_loop" "longest wait before the first check",
                field: "checks.warmup";
            "delay_loop" [Seconds(0.000_001, ENDLESS)] "the real server's" "time between two checks",
                field: "checks.interval";
            "alpha" [Boolean] "the real server's" "down until the first success",
                field: "settings.alpha";
            "log_all_failures" [Boolean] "false" "log every failure",
                field: "settings.log_all_failures";
        }
    };
}

/// What HTTP_GET and SSL_GET share.
macro_rules! http {
    ($name:ident, $url:ident, $within:literal) => {
        table! {
            #[doc = concat!("What only ", $within, " knows")]
            $name within $within;
            "nb_get_retry" [Integer(0, MANY)] "" "older name of retry",
                alias_of: Some("retry"), field: "checks.failures";
            "virtualhost" [Name] "the real server's" "Host header", field: "host";
            "http_protocol" [OneOf(&["1.0", "1.0C", "1.0c", "1.1"])] "1.0" "protocol version",
                field: "version";
            "enable_sni" [Boolean] "false" "send the host in the TLS handshake",
                field: "server_name_indication";
            "sni_name" [Optional(&Name)] "virtualhost" "another name for that", since: AFTER_2_2_7,
                field: "settings.server_name";
            "fast_recovery" [Boolean] "false" "no pause between requests of a returning server",
                field: "settings.fast_recovery";
            "url" [] "" "a request", body: Block(concat!($within, "/url")), field: "requests";
        }
        table! {
            #[doc = concat!("A request of ", $within)]
            $url within concat!($within, "/url");
            "path" [Name] "" "path with a leading slash", field: "path";
            "digest" [Name] "" "MD5 of the body", field: "digest";
            "status_code" [Many(&Name)] "200-299" "codes that pass", field: "status";
            "virtualhost" [Name] "the checker's" "Host header", field: "host";
            "regex" [Optional(&Pattern)] "" "what the body must contain", field: "body";
            "regex_no_match" [] "off" "what the body must not contain", field: "body";
            "regex_options" [Many(&Name)] "" "options of the expression",
                field: "settings.pattern_options";
            "regex_min_offset" [Optional(&Integer(0, MANY))] "0" "where a match may begin",
                field: "settings.least_offset";
            "regex_max_offset" [Optional(&Integer(0, MANY))] "" "where a match must have begun",
                field: "settings.largest_offset";
            "regex_stack" [Many(&Integer(0, MANY))] "" "memory of the matcher",
                field: "settings.stack";
        }
    };
}

connection!(TCP, "virtual_server/real_server/TCP_CHECK");
timing!(TCP_TIMING, "virtual_server/real_server/TCP_CHECK", "1", "1");
connection!(PING, "virtual_server/real_server/PING_CHECK");
timing!(PING_TIMING, "virtual_server/real_server/PING_CHECK", "1", "1");
connection!(UDP, "virtual_server/real_server/UDP_CHECK");
timing!(UDP_TIMING, "virtual_server/real_server/UDP_CHECK", "1", "1");
connection!(DNS, "virtual_server/real_server/DNS_CHECK");
timing!(DNS_TIMING, "virtual_server/real_server/DNS_CHECK", "3", "delay_loop");
connection!(SMTP, "virtual_server/real_server/SMTP_CHECK");
timing!(SMTP_TIMING, "virtual_server/real_server/SMTP_CHECK", "1", "1");
connection!(SMTP_HOST, "virtual_server/real_server/SMTP_CHECK/host");
timing!(SMTP_HOST_TIMING, "virtual_server/real_server/SMTP_CHECK/host", "1", "1");
connection!(HTTP, "virtual_server/real_server/HTTP_GET");
timing!(HTTP_TIMING, "virtual_server/real_server/HTTP_GET", "1", "3");
http!(HTTP_OWN, HTTP_URL, "virtual_server/real_server/HTTP_GET");
connection!(SSL, "virtual_server/real_server/SSL_GET");
timing!(SSL_TIMING, "virtual_server/real_server/SSL_GET", "1", "3");
http!(SSL_OWN, SSL_URL, "virtual_server/real_server/SSL_GET");
timing!(MISC_TIMING, "virtual_server/real_server/MISC_CHECK", "0", "1");

table! {
    /// What only SSL_GET knows.
    SSL_ONLY within "virtual_server/real_server/SSL_GET";
    "tls_compliant" [Boolean] "false" "say goodbye at the end", since: AFTER_2_2_7,
        field: "settings.tls_compliant";
}

table! {
    /// What only a request of SSL_GET knows.
    SSL_URL_ONLY within "virtual_server/real_server/SSL_GET/url";
    "tls_compliant" [Boolean] "the checker's" "say goodbye at the end", since: AFTER_2_2_7,
        field: "settings.tls_compliant";
}

table! {
    /// What only UDP_CHECK knows.
    UDP_OWN within "virtual_server/real_server/UDP_CHECK";
    "payload" [Name] "random" "what is sent, as hexadecimal digits", field: "payload";
    "require_reply" [Optional(&Name)] "off" "an answer must come, and match", field: "reply";
    "min_reply_length" [Integer(0, 65535)] "0" "shortest answer", field: "least_length";
    "max_reply_length" [Integer(0, 65535)] "255" "longest answer", field: "largest_length";
}

table! {
    /// What only DNS_CHECK knows.
    DNS_OWN within "virtual_server/real_server/DNS_CHECK";
    "type" [OneOf(&["A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY"])]
        "SOA" "record type", field: "record";
    "name" [Name] "." "name that is asked for", field: "name";
}

table! {
    /// What only SMTP_CHECK knows.
    SMTP_OWN within "virtual_server/real_server/SMTP_CHECK";
    "helo_name" [Name] "smtpchecker.keepalived.org" "name given with HELO", field: "helo";
    "host" [] "" "deprecated: one more check, of another address or port",
        body: Block("virtual_server/real_server/SMTP_CHECK/host"), field: "probes";
}

table! {
    /// What only MISC_CHECK knows.
    MISC_OWN within "virtual_server/real_server/MISC_CHECK";
    "misc_path" [Command] "" "the command", field: "command";
    "misc_timeout" [Integer(0, WHOLE)] "delay_loop" "its time limit",
        field: "checks.negotiate_timeout";
    "misc_dynamic" [] "off" "its exit code sets the weight", field: "dynamic_weight";
    "user" [Name, Optional(&Name)] "script_user" "user and group that it runs as", field: "user";
}

table! {
    /// A tracked file.
    FILE within "virtual_server/real_server/FILE_CHECK";
    "track_file" [Name] "" "name of the track_file", field: "name";
    "weight" [Integer(-2_147_483_647, 2_147_483_647), Optional(&OneOf(&["reverse", "noreverse"]))]
        "the file's" "factor of its number", field: "weight";
}

table! {
    /// A BFD session.
    BFD within "virtual_server/real_server/BFD_CHECK";
    "name" [Name] "" "name of the bfd_instance", field: "name";
    "alpha" [Boolean] "the real server's" "down until the session is up", field: "settings.alpha";
}
