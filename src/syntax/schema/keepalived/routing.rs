//! Words on the lines of routes and rules. The program knows fewer of them than ip(8); what stands
//! behind each was tried with 2.2.7.

use super::Argument::{
    Address, After, Integer, Interface, Lapse, Name, Number, OneOf, Prefix, Range, Rest,
};
use super::{Argument, Keyword, MANY, ROW, table};
use crate::syntax::schema::Numbers;

/// What a route line knows.
macro_rules! route {
    ($name:ident, $within:literal) => {
        table! {
            #[doc = concat!("Route lines of ", $within)]
            $name within $within;
            "<destination>" [Rest] "" "prefix or default, with an optional type before it";
            "to" [Prefix] "" "destination";
            "inet" [] "" "IPv4";
            "inet6" [] "" "IPv6";
            "src" [Address] "" "source address";
            "via" [GATEWAY] "" "gateway";
            "gw" [Address] "" "deprecated: gateway", alias_of: Some("via");
            "from" [Prefix] "" "source prefix of IPv6";
            "tos" [TYPE_OF_SERVICE] "" "type of service";
            "dsfield" [TYPE_OF_SERVICE] "" "type of service";
            "table" [Number(&TABLES)] "main" "routing table";
            "protocol" [Number(&PROTOCOLS)] "keepalived" "who made it";
            "scope" [Number(&SCOPES)] "" "scope of an IPv4 route";
            "metric" [Integer(0, MANY)] "" "rank among equal routes";
            "priority" [Integer(0, MANY)] "" "rank among equal routes";
            "preference" [Integer(0, MANY)] "" "rank among equal routes";
            "dev" [Interface] "" "interface";
            "oif" [Interface] "" "interface";
            "onlink" [] "off" "the gateway is on the link";
            "encap" [Rest] "" "encapsulation";
            "expires" [Integer(0, MANY)] "" "seconds that it lasts";
            "mtu" [LOCKABLE] "" "largest packet";
            "hoplimit" [Integer(0, 255)] "" "hop limit";
            "advmss" [LOCKABLE] "" "segment size that is advertised";
            "rtt" [After(&["lock"], &Lapse)] "" "round trip time";
            "rttvar" [After(&["lock"], &Lapse)] "" "variance of the round trip time";
            "reordering" [LOCKABLE] "" "reordering that is expected";
            "window" [Integer(0, MANY)] "" "largest window";
            "cwnd" [LOCKABLE] "" "congestion window";
            "ssthresh" [LOCKABLE] "" "slow start threshold";
            "realms" [Number(&REALMS)] "" "realms of IPv4";
            "rto_min" [After(&["lock"], &Lapse)] "" "shortest retransmission time";
            "initcwnd" [Integer(0, MANY)] "" "first congestion window";
            "initrwnd" [Integer(0, MANY)] "" "first receive window";
            "features" [OneOf(&["ecn"])] "" "ecn";
            "quickack" [Integer(0, 1)] "" "quick acknowledgements";
            "congctl" [After(&["lock"], &Name)] "" "congestion control";
            "pref" [Number(&PREFERENCES)] "" "preference of IPv6 routers";
            "ttl-propagate" [OneOf(&["enabled", "disabled"])] "" "copy the time to live";
            "fastopen_no_cookie" [Integer(0, 1)] "" "TCP Fast Open without cookie";
            "add" [] "off" "fail when it exists";
            "prepend" [] "on" "before equal routes";
            "append" [] "off" "behind equal routes";
            "or" [Address] "" "deprecated: next hop", alias_of: Some("nexthop");
            "nexthop" [Rest] "" "one of several next hops";
            "as" [Rest] "" "without any effect";
            "no_track" [] "off" "its loss is no fault";
            "vrf" [Interface] "" "VRF";
        }
    };
}

route!(STATIC_ROUTE, "static_routes");
route!(ROUTE, "virtual_routes");

table! {
    /// What only routes that stay know.
    STATIC_ROUTE_ONLY within "static_routes";
    "track_group" [Name] "" "routers that follow it";
}

/// What a rule line knows.
macro_rules! rule {
    ($name:ident, $within:literal) => {
        table! {
            #[doc = concat!("Rule lines of ", $within)]
            $name within $within;
            "inet" [] "" "IPv4";
            "inet6" [] "" "IPv6";
            "from" [Prefix] "" "source";
            "to" [Prefix] "" "destination";
            "table" [RULE_TABLE] "" "routing table";
            "lookup" [RULE_TABLE] "" "routing table";
            "not" [] "off" "packets that do not match";
            "preference" [Number(&RANKS)] "automatic, with an error" "rank of the rule";
            "order" [Number(&RANKS)] "" "rank of the rule";
            "priority" [Number(&RANKS)] "" "rank of the rule";
            "tos" [TYPE_OF_SERVICE] "" "type of service";
            "dsfield" [TYPE_OF_SERVICE] "" "type of service";
            "fwmark" [Number(&MARKS)] "" "firewall mark";
            "realms" [Number(&REALMS)] "" "realms of IPv4";
            "suppress_prefixlength" [Integer(0, MANY)] "" "ignore shorter prefixes";
            "sup_pl" [Integer(0, MANY)] "" "ignore shorter prefixes";
            "suppress_ifgroup" [Number(&LINK_GROUPS)] "" "ignore a group of interfaces";
            "sup_group" [Number(&LINK_GROUPS)] "" "ignore a group of interfaces";
            "iif" [Interface] "" "interface that it came by";
            "dev" [Interface] "" "interface that it came by";
            "oif" [Interface] "" "interface that it leaves by";
            "tunnel-id" [Integer(0, i64::MAX)] "" "identity of a tunnel";
            "uidrange" [Range] "" "users";
            "l3mdev" [] "off" "the table of the VRF";
            "protocol" [Integer(0, 255)] "keepalived" "who made it";
            "ipproto" [Number(&TRANSPORTS)] "" "transport protocol";
            "sport" [Range] "" "range of source ports";
            "dport" [Range] "" "range of destination ports";
            "type" [ACTION] "" "what happens";
            "goto" [Integer(0, MANY)] "" "rule to go on with";
            "nop" [] "off" "nothing happens";
            "blackhole" [] "off" "packets vanish";
            "unreachable" [] "off" "packets are refused";
            "prohibit" [] "off" "packets are forbidden";
            "no_track" [] "off" "its loss is no fault";
        }
    };
}

rule!(STATIC_RULE, "static_rules");
rule!(RULE, "virtual_rules");

table! {
    /// What only rules that stay know.
    STATIC_RULE_ONLY within "static_rules";
    "track_group" [Name] "" "routers that follow it";
}

table! {
    /// Words of a next hop.
    NEXT_HOP within "<nexthop>";
    "via" [GATEWAY] "" "gateway";
    "dev" [Interface] "" "interface";
    "weight" [Integer(1, 256)] "1" "share of the traffic";
    "onlink" [] "off" "the gateway is on the link";
    "encap" [Rest] "" "encapsulation";
    "realms" [Number(&REALMS)] "" "realms of IPv4";
    "nexthop" [] "" "the next one";
}

const ACTION: Argument = OneOf(&["blackhole", "nop", "prohibit", "unreachable", "6", "7", "8"]);
const GATEWAY: Argument = After(&["inet", "inet6"], &Address);
const LOCKABLE: Argument = After(&["lock"], &Integer(0, MANY));
const RULE_TABLE: Argument = Number(&Numbers { range: (1, MANY), ..TABLES });
const TYPE_OF_SERVICE: Argument = Number(&SERVICES);

/// A register of plain numbers.
const NUMBERS: Numbers =
    Numbers { file: "", names: &[], range: (0, MANY), hexadecimal: true, is_pair: false };

const LINK_GROUPS: Numbers = Numbers { file: "group", names: &["default"], ..NUMBERS };

const MARKS: Numbers = Numbers { is_pair: true, ..NUMBERS };

const PREFERENCES: Numbers =
    Numbers { names: &["low", "medium", "high"], range: (0, 255), hexadecimal: false, ..NUMBERS };

const PROTOCOLS: Numbers = Numbers {
    file: "rt_protos",
    names: &[
        "unspec",
        "redirect",
        "kernel",
        "boot",
        "static",
        "gated",
        "ra",
        "mrt",
        "zebra",
        "bird",
        "babel",
        "dnrouted",
        "xorp",
        "ntk",
        "dhcp",
        "keepalived",
        "bgp",
        "isis",
        "ospf",
        "rip",
        "eigrp",
    ],
    range: (0, 255),
    ..NUMBERS
};

const RANKS: Numbers = NUMBERS;

const REALMS: Numbers =
    Numbers { file: "rt_realms", names: &["cosmos"], range: (0, 255), is_pair: true, ..NUMBERS };

const SCOPES: Numbers = Numbers {
    file: "rt_scopes",
    names: &["global", "nowhere", "host", "link", "site"],
    range: (0, 255),
    ..NUMBERS
};

const SERVICES: Numbers = Numbers {
    file: "rt_dsfield",
    names: &[
        "default", "AF11", "AF12", "AF13", "AF21", "AF22", "AF23", "AF31", "AF32", "AF33", "AF41",
        "AF42", "AF43", "CS0", "CS1", "CS2", "CS3", "CS4", "CS5", "CS6", "CS7", "EF",
    ],
    range: (0, 255),
    ..NUMBERS
};

const TABLES: Numbers =
    Numbers { file: "rt_tables", names: &["default", "local", "main", "unspec"], ..NUMBERS };

/// Their names stand in /etc/protocols.
const TRANSPORTS: Numbers = Numbers {
    file: "protocols",
    names: &[
        "ah",
        "dccp",
        "esp",
        "gre",
        "icmp",
        "igmp",
        "ipencap",
        "ipip",
        "ipv6",
        "ipv6-icmp",
        "ospf",
        "pim",
        "sctp",
        "tcp",
        "udp",
        "udplite",
        "vrrp",
    ],
    range: (0, 255),
    hexadecimal: false,
    ..NUMBERS
};
