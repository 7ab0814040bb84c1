//! The top level, and blocks too small for a file of their own.

use super::Argument::{Integer, Interface, Many, Name, Optional, Path, Rest, Seconds};
use super::Body::{Block, Lines};
use super::{Keyword, MANY, ROW, table};

table! {
    /// What stands outside all braces.
    TOP within "";
    "linkbeat_use_polling" [] "off" "poll the link state of every interface",
        field: "globals.outside.poll_links";
    "net_namespace" [Name] "" "run inside this network namespace",
        field: "globals.outside.namespace";
    "net_namespace_ipvs" [Optional(&Name)] "" "another network namespace for IPVS",
        field: "globals.outside.ipvs_namespace";
    "namespace_with_ipsets" [] "off" "the kernel keeps ipsets of namespaces apart",
        field: "globals.outside.namespace_with_ipsets";
    "use_pid_dir" [] "off" "pid files in /run/keepalived", field: "globals.outside.pid_directory";
    "instance" [Name] "" "name of this daemon, for its pid and data files",
        field: "globals.outside.instance";
    "child_wait_time" [Integer(0, MANY)] "5" "seconds to wait for children at the end",
        field: "globals.outside.child_wait";
    "global_defs" [] "" "settings of the whole daemon", body: Block("global_defs"),
        field: "globals";
    "track_group" [Name] "" "routers that static objects follow", body: Block("track_group"),
        field: "track_groups";
    "static_ipaddress" [] "" "addresses that stay", body: Lines("static_ipaddress"),
        field: "fixed.addresses";
    "static_routes" [] "" "routes that stay", body: Lines("static_routes"), field: "fixed.routes";
    "static_rules" [] "" "rules that stay", body: Lines("static_rules"), field: "fixed.rules";
    "vrrp_sync_group" [Name] "" "routers that change state together",
        body: Block("vrrp_sync_group"), field: "sync_groups";
    "garp_group" [] "" "pacing of announcements on some interfaces", body: Block("garp_group"),
        field: "fixed.pacing";
    "linkbeat_interfaces" [] "" "how the link of each interface is read",
        body: Lines("linkbeat_interfaces"), field: "fixed.link_methods";
    "vrrp_instance" [Name] "" "a virtual router", body: Block("vrrp_instance"), field: "routers";
    "vrrp_script" [Name] "" "a script that routers follow",
        body: Block("vrrp_script"), field: "trackers";
    "vrrp_track_process" [Name] "" "a process that routers follow",
        body: Block("vrrp_track_process"), field: "tracked_processes";
    "interface_up_down_delays" [] "" "how long a change of a link must last",
        body: Lines("interface_up_down_delays"), field: "fixed.link_delays";
    "track_file" [Name] "" "a file whose number routers follow", body: Block("track_file"),
        field: "tracked_files";
    "vrrp_track_file" [Name] "" "older name of track_file",
        body: Block("vrrp_track_file"), alias_of: Some("track_file"), field: "tracked_files";
    "bfd_instance" [Name] "" "a BFD session", body: Block("bfd_instance"), field: "bfd_sessions";
    "SSL" [] "" "client certificate of SSL_GET", body: Block("SSL"), field: "tls_client";
    "virtual_server_group" [Name] "" "addresses that share their real servers",
        body: Lines("virtual_server_group"), field: "service_groups";
    "virtual_server" [Rest] "" "a virtual service",
        body: Block("virtual_server"), field: "services";
}

table! {
    /// Client side of SSL_GET.
    SSL within "SSL";
    "password" [Name] "" "password of the key", secret: true, field: "password";
    "ca" [Path] "" "certificates that are trusted", field: "authorities";
    "certificate" [Path] "" "client certificate", field: "certificate";
    "key" [Path] "" "its private key", field: "key";
}

table! {
    /// Pacing of gratuitous ARP.
    GARP_GROUP within "garp_group";
    "garp_interval" [Seconds(0.0, 2147.0)] "" "pause between two gratuitous ARP messages",
        field: "garp_interval";
    "gna_interval" [Seconds(0.0, 2147.0)] "" "pause between two neighbour advertisements",
        field: "gna_interval";
    "interface" [Interface] "" "the interface that it holds for", field: "interfaces";
    "interfaces" [Many(&Interface)] "" "the interfaces that share it", body: Lines("names"),
        field: "interfaces";
}

table! {
    /// Routers that static objects follow.
    TRACK_GROUP within "track_group";
    "group" [Many(&Name)] "" "the routers", body: Lines("names"), field: "members";
}
