//! Words on the lines of a list block, behind what the line is about (`<address>`). Routes and rules
//! stand in [`super::routing`].

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
            "-nodad" [] "off" "duplicate detection, of IPv6";
            "mngtmpaddr" [] "off" "template of temporary addresses";
            "noprefixroute" [] "off" "no route to its network";
            "autojoin" [] "off" "join its multicast group";
            "preferred_lft" [Name] "0 for IPv6 /128, else forever" "seconds that it is preferred";
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
