//! `global_defs`.

use super::Argument::{
    Address, Boolean, Command, Integer, Interface, Many, Name, OneOf, Optional, Path, Rest, Seconds,
};
use super::Body::Lines;
use super::{AFTER_2_2_7, Keyword, LONG, MANY, ROW, table};

table! {
    /// Names of the node and its processes.
    IDENTITY within "global_defs";
    "router_id" [Name] "local host name" "name of this node in mails", field: "router_id";
    "process_names" [] "off" "name the children after their work";
    "process_name" [Name] "" "name of the parent process";
    "vrrp_process_name" [Name] "" "name of the VRRP process";
    "checker_process_name" [Name] "" "name of the checker process";
    "lvs_process_name" [Name] "" "older name of checker_process_name",
        alias_of: Some("checker_process_name");
    "bfd_process_name" [Name] "" "name of the BFD process";
}

table! {
    /// Mail alerts.
    MAIL within "global_defs";
    "notification_email" [Many(&Name)] "" "who is told by mail",
        body: Lines("names"), field: "alerts.recipients";
    "notification_email_from" [Name] "user@host" "sender of mails", field: "alerts.sender";
    "smtp_server" [Name, Optional(&Integer(1, 65535))] "" "mail server and its port",
        field: "alerts.server";
    "smtp_helo_name" [Name] "local host name" "name given to the mail server";
    "smtp_connect_timeout" [Integer(1, MANY)] "30" "seconds to wait for the mail server",
        field: "alerts.timeout";
    "smtp_alert" [Boolean] "" "mail changes of state unless a block says otherwise";
    "smtp_alert_vrrp" [Boolean] "" "the same for routers";
    "smtp_alert_checker" [Boolean] "" "the same for real servers";
    "no_email_faults" [] "off" "no mail when a router fails";
    "no_checker_emails" [Boolean] "false" "mail only when real servers come and go";
    "checker_log_all_failures" [Boolean] "false" "log every failed check";
}

table! {
    /// Start and stop of the daemon.
    START_AND_STOP within "global_defs";
    "startup_script" [Command] "" "runs before anything else";
    "startup_script_timeout" [Integer(1, 1000)] "10" "seconds that it may take";
    "shutdown_script" [Command] "" "runs behind everything else";
    "shutdown_script_timeout" [Integer(1, 1000)] "10" "seconds that it may take";
    "vrrp_startup_delay" [Seconds(0.001, LONG)] "0" "silence after the start",
        field: "startup_delay";
    "vrrp_delay_after_boot" [Seconds(0.001, LONG)] "0" "silence counted from the boot",
        since: AFTER_2_2_7;
}

table! {
    /// Network interfaces.
    INTERFACES within "global_defs";
    "dynamic_interfaces" [Optional(&OneOf(&["allow_if_changes"]))]
        "off" "interfaces may come and go";
    "default_interface" [Interface] "eth0" "interface of static addresses that name none";
    "disable_local_igmp" [] "off" "no IGMP for link-local groups";
    "vmac_prefix" [Name] "vrrp" "how names of virtual MAC interfaces begin";
    "vmac_addr_prefix" [Name] "vmac_prefix" "the same for use_vmac_addr";
}

table! {
    /// Defaults of all routers.
    VRRP within "global_defs";
    "vrrp_mcast_group4" [Address] "224.0.0.18" "multicast group of IPv4";
    "vrrp_mcast_group6" [Address] "ff02::12" "multicast group of IPv6";
    "vrrp_version" [Integer(2, 3)] "2" "protocol version of IPv4 routers";
    "v3_checksum_as_v2" [Boolean] "false" "checksum without the pseudo header", since: AFTER_2_2_7;
    "log_unknown_vrids" [] "off" "log adverts of routers that are not configured";
    "vrrp_strict" [Boolean] "false" "enforce the protocol's letter", field: "strict";
    "vrrp_check_unicast_src" [] "off" "accept unicast adverts of listed peers only";
    "vrrp_skip_check_adv_addr" [Boolean] "false" "trust the address list of a known master";
    "vrrp_lower_prio_no_advert" [Boolean] "false" "no answer to adverts of lower priority";
    "vrrp_higher_prio_send_advert" [Boolean] "false" "a last advert before giving way";
    "vrrp_owner_ignore_adverts" [Boolean] "false" "an address owner ignores adverts",
        since: AFTER_2_2_7;
    "vrrp_down_timer_adverts" [Integer(1, 100)]
        "3" "missed adverts until the master counts as dead";
}

table! {
    /// Gratuitous ARP and neighbour advertisements.
    ANNOUNCEMENTS within "global_defs";
    "vrrp_garp_master_delay" [Integer(0, MANY)] "5" "seconds until the second batch";
    "vrrp_garp_master_repeat" [Integer(1, MANY)] "5" "messages in a batch";
    "vrrp_garp_master_refresh" [Integer(0, MANY)] "0" "seconds between later batches";
    "vrrp_garp_master_refresh_repeat" [Integer(1, MANY)] "1" "messages in a later batch";
    "vrrp_garp_lower_prio_delay" [Integer(0, MANY)]
        "vrrp_garp_master_delay" "delay after an advert of lower priority";
    "vrrp_garp_lower_prio_repeat" [Integer(0, MANY)]
        "vrrp_garp_master_repeat" "messages after such an advert";
    "vrrp_garp_interval" [Seconds(0.000_001, LONG)] "0" "pause between two gratuitous ARP messages";
    "vrrp_gna_interval" [Seconds(0.000_001, LONG)] "0" "pause between two neighbour advertisements";
    "vrrp_min_garp" [Boolean] "false" "one message instead of a batch";
    "vrrp_garp_extra_if" [Rest] "off" "repeat on other interfaces that hold addresses";
    "vrrp_vmac_garp_intvl" [Rest] "" "older name of vrrp_garp_extra_if",
        alias_of: Some("vrrp_garp_extra_if");
}

table! {
    /// Packet filter.
    FIREWALL within "global_defs";
    "vrrp_iptables" [Optional(&Name), Optional(&Name)] "off" "chains of iptables for no_accept";
    "vrrp_ipsets" [Optional(&Name), Optional(&Name), Optional(&Name), Optional(&Name), Optional(&Name), Optional(&Name)]
        "keepalived" "names of the ipsets";
    "nftables" [Optional(&Name)] "keepalived" "table of nftables";
    "nftables_priority" [Integer(-2_147_483_648, 2_147_483_647)] "-1" "priority of its chains";
    "nftables_ifindex" [] "off" "match interfaces by number";
    "nftables_counters" [] "off" "count what the rules match";
}

table! {
    /// Virtual servers.
    IPVS within "global_defs";
    "lvs_sync_daemon" [Interface, Rest] "off" "send connections to the other director",
        field: "sync_daemon";
    "lvs_timeouts" [Rest] "kernel" "timeouts of connections";
    "lvs_flush" [] "off" "empty the table at the start";
    "lvs_flush_on_stop" [Optional(&OneOf(&["VS"]))] "off" "empty the table at the end";
    "lvs_flush_onstop" [Optional(&OneOf(&["VS"]))] "" "older name of lvs_flush_on_stop",
        alias_of: Some("lvs_flush_on_stop");
    "nftables_ipvs" [Optional(&Name)] "off" "marks for groups are set by nftables";
    "nftables_ipvs_priority" [Integer(-2_147_483_648, 2_147_483_647)]
        "-1" "priority of those chains";
    "nftables_ipvs_start_fwmark" [Integer(1, MANY)] "1000" "first mark of those";
    "rs_init_notifies" [Boolean] "false" "notify the first state of real servers";
}

table! {
    /// Scripts and event pipes.
    SCRIPTS within "global_defs";
    "script_user" [Name, Optional(&Name)]
        "keepalived_script, else root" "user and group of scripts", field: "script_user";
    "enable_script_security" [] "off" "refuse scripts that others can change",
        field: "script_security";
    "use_symlink_paths" [Boolean] "false" "keep symbolic links in paths of scripts",
        since: AFTER_2_2_7;
    "set_supplementary_groups" [Boolean] "false" "scripts get the user's other groups",
        since: AFTER_2_2_7;
    "notify_fifo" [Path, Optional(&Name), Optional(&Name)] "" "pipe that is told every event";
    "notify_fifo_script" [Command] "" "reader of that pipe";
    "vrrp_notify_fifo" [Path, Optional(&Name), Optional(&Name)] "" "pipe for events of routers";
    "vrrp_notify_fifo_script" [Command] "" "reader of that pipe";
    "lvs_notify_fifo" [Path, Optional(&Name), Optional(&Name)] "" "pipe for events of real servers";
    "lvs_notify_fifo_script" [Command] "" "reader of that pipe";
    "vrrp_notify_priority_changes" [Boolean] "false" "tell changes of priority";
    "fifo_write_vrrp_states_on_reload" [] "off" "tell all states after a reload";
}

table! {
    /// Scheduling of the processes.
    PROCESSES within "global_defs";
    "vrrp_priority" [Integer(-20, 19)] "0" "nice value of the VRRP process";
    "vrrp_no_swap" [] "off" "keep the VRRP process in memory";
    "vrrp_rt_priority" [Integer(1, 99)] "off" "real-time priority of the VRRP process";
    "vrrp_cpu_affinity" [Integer(0, 4095), Many(&Integer(0, 4095))]
        "all" "processors of the VRRP process";
    "vrrp_rlimit_rttime" [Integer(1, MANY)] "10000" "microseconds without a system call";
    "vrrp_rlimit_rtime" [Integer(1, MANY)] "" "older name of vrrp_rlimit_rttime",
        alias_of: Some("vrrp_rlimit_rttime");
    "checker_priority" [Integer(-20, 19)] "0" "nice value of the checker process";
    "checker_no_swap" [] "off" "keep the checker process in memory";
    "checker_rt_priority" [Integer(1, 99)] "off" "real-time priority of the checker process";
    "checker_cpu_affinity" [Integer(0, 4095), Many(&Integer(0, 4095))]
        "all" "processors of the checker process";
    "checker_rlimit_rttime" [Integer(1, MANY)] "10000" "microseconds without a system call";
    "checker_rlimit_rtime" [Integer(1, MANY)] "" "older name of checker_rlimit_rttime",
        alias_of: Some("checker_rlimit_rttime");
    "bfd_priority" [Integer(-20, 19)] "0" "nice value of the BFD process";
    "bfd_no_swap" [] "off" "keep the BFD process in memory";
    "bfd_rt_priority" [Integer(1, 99)] "off" "real-time priority of the BFD process";
    "bfd_cpu_affinity" [Integer(0, 4095), Many(&Integer(0, 4095))]
        "all" "processors of the BFD process";
    "bfd_rlimit_rttime" [Integer(1, MANY)] "10000" "microseconds without a system call";
    "bfd_rlimit_rtime" [Integer(1, MANY)] "" "older name of bfd_rlimit_rttime",
        alias_of: Some("bfd_rlimit_rttime");
    "max_auto_priority" [Optional(&Integer(-1, 99))] "0" "highest priority when timers run late";
    "min_auto_priority_delay" [Integer(1, 10_000_000)] "1000000" "microseconds late that raise it";
}

table! {
    /// Receive buffers.
    BUFFERS within "global_defs";
    "vrrp_netlink_cmd_rcv_bufs" [Integer(0, MANY)] "kernel" "bytes for answers of the kernel";
    "vrrp_netlink_cmd_rcv_bufs_force" [Boolean] "false" "even above the system's limit";
    "vrrp_netlink_monitor_rcv_bufs" [Integer(0, MANY)] "kernel" "bytes for events of the kernel";
    "vrrp_netlink_monitor_rcv_bufs_force" [Boolean] "false" "even above the system's limit";
    "process_monitor_rcv_bufs" [Integer(0, MANY)] "kernel" "bytes for events of processes";
    "process_monitor_rcv_bufs_force" [Boolean] "false" "even above the system's limit";
    "lvs_netlink_cmd_rcv_bufs" [Integer(0, MANY)] "kernel" "the same in the checker process";
    "lvs_netlink_cmd_rcv_bufs_force" [Boolean] "false" "even above the system's limit";
    "lvs_netlink_monitor_rcv_bufs" [Integer(0, MANY)] "kernel" "the same in the checker process";
    "lvs_netlink_monitor_rcv_bufs_force" [Boolean] "false" "even above the system's limit";
    "vrrp_rx_bufs_policy" [Name] "system" "how the buffer for adverts is sized";
    "vrrp_rx_bufs_multiplier" [Integer(1, MANY)] "3" "adverts that it holds";
}

table! {
    /// SNMP and DBus.
    MONITORING within "global_defs";
    "snmp_socket" [Name] "unix:/var/agentx/master" "socket of the SNMP agent";
    "enable_traps" [] "off" "send SNMP traps";
    "enable_snmp_vrrp" [] "off" "SNMP for routers";
    "enable_snmp_keepalived" [] "" "older name of enable_snmp_vrrp",
        alias_of: Some("enable_snmp_vrrp");
    "enable_snmp_checker" [] "off" "SNMP for real servers";
    "enable_snmp_rfc" [] "off" "SNMP as the RFCs have it";
    "enable_snmp_rfcv2" [] "off" "SNMP of RFC 2787";
    "enable_snmp_rfcv3" [] "off" "SNMP of RFC 6527";
    "snmp_vs_stats_update_interval" [Seconds(0.001, 30.0)]
        "5" "age of numbers about virtual servers", since: AFTER_2_2_7;
    "snmp_rs_stats_update_interval" [Seconds(0.001, 30.0)] "0" "age of numbers about real servers",
        since: AFTER_2_2_7;
    "enable_dbus" [] "off" "offer DBus";
    "dbus_service_name" [Name] "org.keepalived.Vrrp1" "name on DBus";
    "dbus_no_interface_name" [Name] "none" "path of routers without interface", since: AFTER_2_2_7;
}

table! {
    /// Reading the file again.
    RELOAD within "global_defs";
    "reload_check_config" [Optional(&Path)] "off" "test the file first; where the log goes";
    "reload_time_file" [Path] "" "file that holds the time of a reload";
    "reload_repeat" [] "off" "reload every day";
    "reload_file" [Optional(&Path)] "" "file that is emptied while reading";
    "include_check" [Many(&Name)] "none" "what makes a missing include an error";
    "config_save_dir" [Path] "" "copies of the text as read";
    "tmp_config_directory" [Path] "memory" "where the children's copy stands";
}

table! {
    /// Files.
    FILES within "global_defs";
    "umask" [Rest] "IXUSR|IRWXG|IRWXO" "permissions that new files lack";
    "random_seed" [Integer(0, MANY)] "time" "seed of random numbers";
    "data_use_instance" [Boolean] "false" "the daemon's name in names of dumps";
    "json_version" [Integer(1, 2)] "1" "shape of the JSON dump", since: AFTER_2_2_7;
    "iproute_usr_dir" [Path] "build time" "folder of iproute2's tables", since: AFTER_2_2_7;
    "iproute_etc_dir" [Path] "build time" "folder of iproute2's tables", since: AFTER_2_2_7;
    "state_dump_file" [Path] "/tmp/keepalived.data" "where the state is dumped", since: AFTER_2_2_7;
    "stats_dump_file" [Path] "/tmp/keepalived.stats" "where the counters are dumped",
        since: AFTER_2_2_7;
    "json_dump_file" [Path] "/tmp/keepalived.json" "where JSON is dumped", since: AFTER_2_2_7;
}
