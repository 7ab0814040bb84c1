//! The top level, and blocks too small for a file of their own.

use super::Argument::{Integer, Interface, Many, Name, Optional, Path, Rest, Seconds};
use super::Body::{Block, Lines};
use super::{Keyword, LONG, MANY, ROW, table};

table! {
    /// What stands outside all braces.
    TOP within "";
    "linkbeat_use_polling" [] "off" "poll the link state of every interface";
    "net_namespace" [Name] "" "run inside this network namespace";
    "net_namespace_ipvs" [Optional(&Name)] "" "another network namespace for IPVS";
    "namespace_with_ipsets" [] "off" "the kernel keeps ipsets of namespaces apart";
    "use_pid_dir" [] "off" "pid files in /run/keepalived";
    "instance" [Name] "" "name of this daemon, for its pid and data files";
    "child_wait_time" [Integer(0, MANY)] "5" "seconds to wait for children at the end";
    "global_defs" [] "" "settings of the whole daemon", body: Block("global_defs");
    "track_group" [Name] "" "routers that static objects follow", body: Block("track_group");
    "static_ipaddress" [] "" "addresses that stay", body: Lines("static_ipaddress");
    "static_routes" [] "" "routes that stay", body: Lines("static_routes");
    "static_rules" [] "" "rules that stay", body: Lines("static_rules");
    "vrrp_sync_group" [Name] "" "routers that change state together",
        body: Block("vrrp_sync_group"), field: "sync_groups";
    "garp_group" [] "" "pacing of announcements on some interfaces", body: Block("garp_group");
    "linkbeat_interfaces" [] "" "how the link of each interface is read",
        body: Lines("linkbeat_interfaces");
    "vrrp_instance" [Name] "" "a virtual router", body: Block("vrrp_instance"), field: "routers";
    "vrrp_script" [Name] "" "a script that routers follow",
        body: Block("vrrp_script"), field: "trackers";
    "vrrp_track_process" [Name] "" "a process that routers follow",
        body: Block("vrrp_track_process");
    "interface_up_down_delays" [] "" "how long a change of a link must last",
        body: Lines("interface_up_down_delays");
    "track_file" [Name] "" "a file whose number routers follow", body: Block("track_file");
    "vrrp_track_file" [Name] "" "older name of track_file",
        body: Block("vrrp_track_file"), alias_of: Some("track_file");
    "bfd_instance" [Name] "" "a BFD session", body: Block("bfd_instance");
    "SSL" [] "" "client certificate of SSL_GET", body: Block("SSL");
    "virtual_server_group" [Name] "" "addresses that share their real servers",
        body: Lines("virtual_server_group");
    "virtual_server" [Rest] "" "a virtual service",
        body: Block("virtual_server"), field: "services";
}

table! {
    /// Client side of SSL_GET.
    SSL within "SSL";
    "password" [Name] "" "password of the key", secret: true;
    "ca" [Path] "" "certificates that are trusted";
    "certificate" [Path] "" "client certificate";
    "key" [Path] "" "its private key";
}

table! {
    /// Pacing of gratuitous ARP.
    GARP_GROUP within "garp_group";
    "garp_interval" [Seconds(0.000_001, LONG)] "" "pause between two gratuitous ARP messages";
    "gna_interval" [Seconds(0.000_001, LONG)] "" "pause between two neighbour advertisements";
    "interface" [Interface] "" "the interface that it holds for";
    "interfaces" [Many(&Interface)] "" "the interfaces that share it", body: Lines("names");
}

table! {
    /// Routers that static objects follow.
    TRACK_GROUP within "track_group";
    "group" [Many(&Name)] "" "the routers", body: Lines("names");
}
