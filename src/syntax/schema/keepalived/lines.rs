//! Words on the lines of a list block, behind what the line is about (`<address>`).

use super::Argument::{Address, Integer, Interface, Name, OneOf, Optional, Prefix, Rest, Seconds};
use super::{Keyword, MANY, ROW, table};

/// What an address line knows, in whatever block.
macro_rules! address {
    ($name:ident, $within:literal) => {
        table! {
            #[doc = concat!("Address lines of ", $within)]
            $name within $within;
            "<address>" [Prefix] "" "address and prefix length";
            "brd" [Name] "" "broadcast address, + or -";
            "broadcast" [Name] "" "broadcast address, + or -";
            "dev" [Interface] "the router's" "interface";
            "scope" [Name] "global" "scope of an IPv4 address";
            "label" [Name] "" "alias name";
            "peer" [Prefix] "" "other end of a link";
            "home" [] "off" "home address of Mobile IPv6";
            "-nodad" [] "off" "no duplicate detection";
            "mngtmpaddr" [] "off" "template of temporary addresses";
            "noprefixroute" [] "off" "no route to its network";
            "autojoin" [] "off" "join its multicast group";
            "preferred_lft" [Name] "forever" "seconds that it is preferred";
            "no_track" [] "off" "its loss is no fault";
        }
    };
}

address!(STATIC_ADDRESS, "static_ipaddress");
address!(VIRTUAL_ADDRESS, "virtual_ipaddress");

table! {
    /// What only addresses that stay know.
    STATIC_ADDRESS_ONLY within "static_ipaddress";
    "track_group" [Name] "" "routers that follow it";
}

table! {
    /// What only addresses of a router know.
    VIRTUAL_ADDRESS_ONLY within "virtual_ipaddress";
    "use_vmac" [] "off" "an interface with the virtual MAC address";
}

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
            "via" [Name] "" "gateway";
            "gw" [Address] "" "deprecated: gateway", alias_of: Some("via");
            "from" [Prefix] "" "source prefix of IPv6";
            "tos" [Name] "" "type of service";
            "dsfield" [Name] "" "type of service";
            "table" [Name] "main" "routing table";
            "protocol" [Name] "keepalived" "who made it";
            "scope" [Name] "" "scope of an IPv4 route";
            "metric" [Integer(0, MANY)] "" "rank among equal routes";
            "priority" [Integer(0, MANY)] "" "rank among equal routes";
            "preference" [Integer(0, MANY)] "" "rank among equal routes";
            "dev" [Interface] "" "interface";
            "oif" [Interface] "" "interface";
            "onlink" [] "off" "the gateway is on the link";
            "encap" [Rest] "" "encapsulation";
            "expires" [Integer(0, MANY)] "" "seconds that it lasts";
            "mtu" [Name] "" "largest packet";
            "hoplimit" [Integer(0, 255)] "" "hop limit";
            "advmss" [Name] "" "segment size that is advertised";
            "rtt" [Name] "" "round trip time";
            "rttvar" [Name] "" "variance of the round trip time";
            "reordering" [Name] "" "reordering that is expected";
            "window" [Integer(0, MANY)] "" "largest window";
            "cwnd" [Name] "" "congestion window";
            "ssthresh" [Name] "" "slow start threshold";
            "realms" [Name] "" "realms of IPv4";
            "rto_min" [Name] "" "shortest retransmission time";
            "initcwnd" [Integer(0, MANY)] "" "first congestion window";
            "initrwnd" [Integer(0, MANY)] "" "first receive window";
            "features" [Name] "" "ecn";
            "quickack" [Integer(0, 1)] "" "quick acknowledgements";
            "congctl" [Name] "" "congestion control";
            "pref" [Name] "" "preference of IPv6 routers";
            "ttl-propagate" [OneOf(&["enabled", "disabled"])] "" "copy the time to live";
            "fastopen_no_cookie" [Integer(0, 1)] "" "TCP Fast Open without cookie";
            "add" [] "off" "fail when it exists";
            "prepend" [] "on" "before equal routes";
            "append" [] "off" "behind equal routes";
            "or" [Rest] "" "deprecated: next hop", alias_of: Some("nexthop");
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
            "table" [Name] "" "routing table";
            "lookup" [Name] "" "routing table";
            "not" [] "off" "packets that do not match";
            "preference" [Name] "automatic, with an error" "rank of the rule";
            "order" [Name] "" "rank of the rule";
            "priority" [Name] "" "rank of the rule";
            "tos" [Name] "" "type of service";
            "dsfield" [Name] "" "type of service";
            "fwmark" [Name] "" "firewall mark";
            "realms" [Name] "" "realms of IPv4";
            "suppress_prefixlength" [Integer(0, 128)] "" "ignore shorter prefixes";
            "sup_pl" [Integer(0, 128)] "" "ignore shorter prefixes";
            "suppress_ifgroup" [Name] "" "ignore a group of interfaces";
            "sup_group" [Name] "" "ignore a group of interfaces";
            "iif" [Interface] "" "interface that it came by";
            "dev" [Interface] "" "interface that it came by";
            "oif" [Interface] "" "interface that it leaves by";
            "tunnel-id" [Name] "" "identity of a tunnel";
            "uidrange" [Name] "" "users";
            "l3mdev" [] "off" "the table of the VRF";
            "protocol" [Integer(0, 255)] "keepalived" "who made it";
            "ipproto" [Name] "" "transport protocol";
            "sport" [Name] "" "range of source ports";
            "dport" [Name] "" "range of destination ports";
            "type" [Name] "" "what happens";
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

/// What a line about a tracked object knows.
macro_rules! track {
    ($name:ident, $within:literal, $limit:literal) => {
        table! {
            #[doc = concat!("Lines of ", $within)]
            $name within $within;
            "<name>" [Name] "" "what is followed";
            "weight" [Integer(-$limit, $limit)] "the object's" "change of priority";
            "reverse" [] "off" "up counts as down";
            "noreverse" [] "" "undo the object's reverse";
        }
    };
}

table! {
    /// Lines of `track_interface`; what is followed has no direction of its own to undo.
    TRACK_INTERFACE within "track_interface";
    "<name>" [Name] "" "what is followed";
    "weight" [Integer(-253, 253)] "0" "change of priority";
    "reverse" [] "off" "up counts as down";
}

track!(TRACK_SCRIPT, "track_script", 253);
track!(TRACK_FILE, "track_file/line", 254);
track!(TRACK_PROCESS, "track_process", 254);
track!(TRACK_BFD, "track_bfd", 253);

table! {
    /// Lines of `unicast_peer`.
    PEER within "unicast_peer";
    "<address>" [Address] "" "the peer";
    "min_ttl" [Integer(0, 255)] "0" "least time to live of its adverts";
    "max_ttl" [Integer(0, 255)] "255" "largest time to live of its adverts";
}

table! {
    /// Lines of `linkbeat_interfaces`.
    LINK within "linkbeat_interfaces";
    "<interface>" [Interface] "" "the interface";
    "MII" [] "" "ask the MII";
    "ETHTOOL" [] "" "ask ethtool";
    "IOCTL" [] "" "ask by ioctl";
}

table! {
    /// Lines of `interface_up_down_delays`.
    DELAY within "interface_up_down_delays";
    "<interface>" [Interface, Seconds(0.0, 255.0), Optional(&Seconds(0.0, 255.0))]
        "" "interface and seconds";
}

table! {
    /// Lines of `virtual_server_group`.
    GROUP_ENTRY within "virtual_server_group";
    "<address>" [Rest] "" "address, range or network, and port";
    "fwmark" [Integer(0, MANY), Optional(&OneOf(&["inet", "inet6"]))] "" "firewall mark";
}
