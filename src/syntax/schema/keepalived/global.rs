//! `global_defs`.

use super::Argument::{
    Address, Boolean, Command, Integer, Interface, Many, Name, OneOf, Optional, Path, Rest, Seconds,
};
use super::Body::Lines;
use super::{AFTER_2_2_7, Keyword, LONG, MANY, ROW, WHOLE, table};

table! {
    /// Names of the node and its processes.
    IDENTITY within "global_defs";
    "router_id" [Name] "local host name" "name of this node in mails", field: "router_id";
    "process_names" [] "off" "name the children after their work",
        field: "globals.daemon.process_names";
    "process_name" [Name] "" "name of the parent process", field: "globals.daemon.process_name";
    "vrrp_process_name" [Name] "" "name of the VRRP process", field: "globals.vrrp_process.name";
    "checker_process_name" [Name] "" "name of the checker process",
        field: "globals.checker_process.name";
    "lvs_process_name" [Name] "" "older name of checker_process_name",
        alias_of: Some("checker_process_name"), field: "globals.checker_process.name";
    "bfd_process_name" [Name] "" "name of the BFD process", field: "globals.bfd_process.name";
}

table! {
    /// Mail alerts.
    MAIL within "global_defs";
    "notification_email" [Many(&Name)] "" "who is told by mail",
        body: Lines("names"), field: "alerts.recipients";
    "notification_email_from" [Name] "user@host" "sender of mails", field: "alerts.sender";
    "smtp_server" [Name, Optional(&Integer(1, 65535))] "" "mail server and its port",
        field: "alerts.server";
    "smtp_helo_name" [Name] "local host name" "name given to the mail server",
        field: "globals.mail.helo_name";
    "smtp_connect_timeout" [Integer(1, WHOLE)] "30" "seconds to wait for the mail server",
        field: "alerts.timeout";
    "smtp_alert" [Boolean] "" "mail changes of state unless a block says otherwise",
        field: "globals.mail.alert";
    "smtp_alert_vrrp" [Boolean] "" "the same for routers", field: "globals.mail.router_alert";
    "smtp_alert_checker" [Boolean] "" "the same for real servers",
        field: "globals.mail.server_alert";
    "no_email_faults" [] "off" "no mail when a router fails", field: "globals.mail.no_faults";
    "no_checker_emails" [Boolean] "false" "mail only when real servers come and go",
        field: "globals.mail.no_checkers";
    "checker_log_all_failures" [Boolean] "false" "log every failed check",
        field: "globals.mail.log_all_failures";
}

table! {
    /// Start and stop of the daemon.
    START_AND_STOP within "global_defs";
    "startup_script" [Command] "" "runs before anything else",
        field: "globals.lifetime.startup_script";
    "startup_script_timeout" [Integer(1, 1000)] "10" "seconds that it may take",
        field: "globals.lifetime.startup_timeout";
    "shutdown_script" [Command] "" "runs behind everything else",
        field: "globals.lifetime.shutdown_script";
    "shutdown_script_timeout" [Integer(1, 1000)] "10" "seconds that it may take",
        field: "globals.lifetime.shutdown_timeout";
    "vrrp_startup_delay" [Seconds(0.001, LONG)] "0" "silence after the start",
        field: "startup_delay";
    "vrrp_delay_after_boot" [Seconds(0.001, LONG)] "0" "silence counted from the boot",
        since: AFTER_2_2_7, field: "globals.lifetime.delay_after_boot";
}

table! {
    /// Network interfaces.
    INTERFACES within "global_defs";
    "dynamic_interfaces" [Optional(&OneOf(&["allow_if_changes"]))]
        "off" "interfaces may come and go", field: "globals.interfaces.dynamic";
    "default_interface" [Interface] "eth0" "interface of static addresses that name none",
        field: "globals.interfaces.default";
    "disable_local_igmp" [] "off" "no IGMP for link-local groups",
        field: "globals.interfaces.disable_local_igmp";
    "vmac_prefix" [Name] "vrrp" "how names of virtual MAC interfaces begin",
        field: "globals.interfaces.virtual_mac_prefix";
    "vmac_addr_prefix" [Name] "vmac_prefix" "the same for use_vmac_addr",
        field: "globals.interfaces.virtual_mac_address_prefix";
}

table! {
    /// Defaults of all routers.
    VRRP within "global_defs";
    "vrrp_mcast_group4" [Address] "224.0.0.18" "multicast group of IPv4",
        field: "globals.routers.group4";
    "vrrp_mcast_group6" [Address] "ff02::12" "multicast group of IPv6",
        field: "globals.routers.group6";
    "vrrp_version" [Integer(2, 3)] "2" "protocol version of IPv4 routers",
        field: "globals.routers.version";
    "v3_checksum_as_v2" [Boolean] "false" "checksum without the pseudo header", since: AFTER_2_2_7,
        field: "globals.routers.checksum_as_v2";
    "log_unknown_vrids" [] "off" "log adverts of routers that are not configured",
        field: "globals.routers.log_unknown";
    "vrrp_strict" [Boolean] "false" "enforce the protocol's letter", field: "strict";
    "vrrp_check_unicast_src" [] "off" "accept unicast adverts of listed peers only",
        field: "globals.conduct.check_unicast_source";
    "vrrp_skip_check_adv_addr" [Boolean] "false" "trust the address list of a known master",
        field: "globals.conduct.skip_address_check";
    "vrrp_lower_prio_no_advert" [Boolean] "false" "no answer to adverts of lower priority",
        field: "globals.conduct.lower_priority_no_advert";
    "vrrp_higher_prio_send_advert" [Boolean] "false" "a last advert before giving way",
        field: "globals.conduct.higher_priority_send_advert";
    "vrrp_owner_ignore_adverts" [Boolean] "false" "an address owner ignores adverts",
        since: AFTER_2_2_7, field: "globals.conduct.owner_ignores_adverts";
    "vrrp_down_timer_adverts" [Integer(1, 100)]
        "3" "missed adverts until the master counts as dead", field: "globals.routers.down_count";
}

table! {
    /// Gratuitous ARP and neighbour advertisements.
    ANNOUNCEMENTS within "global_defs";
    "vrrp_garp_master_delay" [Integer(0, WHOLE)] "5" "seconds until the second batch",
        field: "globals.announcements.master_delay";
    "vrrp_garp_master_repeat" [Integer(1, MANY)] "5" "messages in a batch",
        field: "globals.announcements.master_repeat";
    "vrrp_garp_master_refresh" [Integer(0, MANY)] "0" "seconds between later batches",
        field: "globals.announcements.master_refresh";
    "vrrp_garp_master_refresh_repeat" [Integer(1, MANY)] "1" "messages in a later batch",
        field: "globals.announcements.master_refresh_repeat";
    "vrrp_garp_lower_prio_delay" [Integer(0, WHOLE)]
        "vrrp_garp_master_delay" "delay after an advert of lower priority",
        field: "globals.announcements.lower_priority_delay";
    "vrrp_garp_lower_prio_repeat" [Integer(0, MANY)]
        "vrrp_garp_master_repeat" "messages after such an advert",
        field: "globals.announcements.lower_priority_repeat";
    "vrrp_garp_interval" [Seconds(0.000_001, LONG)] "0" "pause between two gratuitous ARP messages",
        field: "globals.routers.garp_interval";
    "vrrp_gna_interval" [Seconds(0.000_001, LONG)] "0" "pause between two neighbour advertisements",
        field: "globals.routers.gna_interval";
    "vrrp_min_garp" [Boolean] "false" "one message instead of a batch",
        field: "globals.routers.min_garp";
    "vrrp_garp_extra_if" [Rest] "off" "repeat on other interfaces that hold addresses",
        field: "globals.announcements.extra_interfaces";
    "vrrp_vmac_garp_intvl" [Rest] "" "older name of vrrp_garp_extra_if",
        alias_of: Some("vrrp_garp_extra_if"), field: "globals.announcements.extra_interfaces";
}

table! {
    /// Packet filter.
    FIREWALL within "global_defs";
    "vrrp_iptables" [Optional(&Name), Optional(&Name)] "off" "chains of iptables for no_accept",
        field: "globals.firewall.iptables";
    "vrrp_ipsets" [Optional(&Name), Optional(&Name), Optional(&Name), Optional(&Name), Optional(&Name), Optional(&Name)]
        "keepalived" "names of the ipsets", field: "globals.firewall.ipsets";
    "nftables" [Optional(&Name)] "keepalived" "table of nftables",
        field: "globals.firewall.nftables";
    "nftables_priority" [Integer(-2_147_483_648, 2_147_483_647)] "-1" "priority of its chains",
        field: "globals.firewall.nftables_priority";
    "nftables_ifindex" [] "off" "match interfaces by number",
        field: "globals.firewall.nftables_ifindex";
    "nftables_counters" [] "off" "count what the rules match",
        field: "globals.firewall.nftables_counters";
}

table! {
    /// Virtual servers.
    IPVS within "global_defs";
    "lvs_sync_daemon" [Interface, Rest] "off" "send connections to the other director",
        field: "sync_daemon";
    "lvs_timeouts" [Rest] "kernel" "timeouts of connections", field: "globals.services.timeouts";
    "lvs_flush" [] "off" "empty the table at the start", field: "globals.services.flush";
    "lvs_flush_on_stop" [Optional(&OneOf(&["VS"]))] "off" "empty the table at the end",
        field: "globals.services.flush_on_stop";
    "lvs_flush_onstop" [Optional(&OneOf(&["VS"]))] "" "older name of lvs_flush_on_stop",
        alias_of: Some("lvs_flush_on_stop"), field: "globals.services.flush_on_stop";
    "nftables_ipvs" [Optional(&Name)] "off" "marks for groups are set by nftables",
        field: "globals.services.nftables";
    "nftables_ipvs_priority" [Integer(-2_147_483_648, 2_147_483_647)]
        "-1" "priority of those chains", field: "globals.services.nftables_priority";
    "nftables_ipvs_start_fwmark" [Integer(1, MANY)] "1000" "first mark of those",
        field: "globals.services.nftables_first_mark";
    "rs_init_notifies" [Boolean] "false" "notify the first state of real servers",
        field: "globals.services.notify_first_state";
}

table! {
    /// Scripts and event pipes.
    SCRIPTS within "global_defs";
    "script_user" [Name, Optional(&Name)]
        "keepalived_script, else root" "user and group of scripts", field: "script_user";
    "enable_script_security" [] "off" "refuse scripts that others can change",
        field: "script_security";
    "use_symlink_paths" [Boolean] "false" "keep symbolic links in paths of scripts",
        since: AFTER_2_2_7, field: "globals.events.use_symlink_paths";
    "set_supplementary_groups" [Boolean] "false" "scripts get the user's other groups",
        since: AFTER_2_2_7, field: "globals.events.supplementary_groups";
    "notify_fifo" [Path, Optional(&Name), Optional(&Name)] "" "pipe that is told every event",
        field: "globals.events.pipe";
    "notify_fifo_script" [Command] "" "reader of that pipe", field: "globals.events.pipe_reader";
    "vrrp_notify_fifo" [Path, Optional(&Name), Optional(&Name)] "" "pipe for events of routers",
        field: "globals.events.router_pipe";
    "vrrp_notify_fifo_script" [Command] "" "reader of that pipe",
        field: "globals.events.router_pipe_reader";
    "lvs_notify_fifo" [Path, Optional(&Name), Optional(&Name)] "" "pipe for events of real servers",
        field: "globals.events.server_pipe";
    "lvs_notify_fifo_script" [Command] "" "reader of that pipe",
        field: "globals.events.server_pipe_reader";
    "vrrp_notify_priority_changes" [Boolean] "false" "tell changes of priority",
        field: "globals.conduct.notify_priority_changes";
    "fifo_write_vrrp_states_on_reload" [] "off" "tell all states after a reload",
        field: "globals.events.states_on_reload";
}

table! {
    /// Scheduling of the processes.
    PROCESSES within "global_defs";
    "vrrp_priority" [Integer(-20, 19)] "0" "nice value of the VRRP process",
        field: "globals.vrrp_process.priority";
    "vrrp_no_swap" [] "off" "keep the VRRP process in memory",
        field: "globals.vrrp_process.no_swap";
    "vrrp_rt_priority" [Integer(1, 99)] "off" "real-time priority of the VRRP process",
        field: "globals.vrrp_process.realtime_priority";
    "vrrp_cpu_affinity" [Integer(0, 4095), Many(&Integer(0, 4095))]
        "all" "processors of the VRRP process", field: "globals.vrrp_process.processors";
    "vrrp_rlimit_rttime" [Integer(1, MANY)] "10000" "microseconds without a system call",
        field: "globals.vrrp_process.realtime_limit";
    "vrrp_rlimit_rtime" [Integer(1, MANY)] "" "older name of vrrp_rlimit_rttime",
        alias_of: Some("vrrp_rlimit_rttime"), field: "globals.vrrp_process.realtime_limit";
    "checker_priority" [Integer(-20, 19)] "0" "nice value of the checker process",
        field: "globals.checker_process.priority";
    "checker_no_swap" [] "off" "keep the checker process in memory",
        field: "globals.checker_process.no_swap";
    "checker_rt_priority" [Integer(1, 99)] "off" "real-time priority of the checker process",
        field: "globals.checker_process.realtime_priority";
    "checker_cpu_affinity" [Integer(0, 4095), Many(&Integer(0, 4095))]
        "all" "processors of the checker process", field: "globals.checker_process.processors";
    "checker_rlimit_rttime" [Integer(1, MANY)] "10000" "microseconds without a system call",
        field: "globals.checker_process.realtime_limit";
    "checker_rlimit_rtime" [Integer(1, MANY)] "" "older name of checker_rlimit_rttime",
        alias_of: Some("checker_rlimit_rttime"), field: "globals.checker_process.realtime_limit";
    "bfd_priority" [Integer(-20, 19)] "0" "nice value of the BFD process",
        field: "globals.bfd_process.priority";
    "bfd_no_swap" [] "off" "keep the BFD process in memory", field: "globals.bfd_process.no_swap";
    "bfd_rt_priority" [Integer(1, 99)] "off" "real-time priority of the BFD process",
        field: "globals.bfd_process.realtime_priority";
    "bfd_cpu_affinity" [Integer(0, 4095), Many(&Integer(0, 4095))]
        "all" "processors of the BFD process", field: "globals.bfd_process.processors";
    "bfd_rlimit_rttime" [Integer(1, MANY)] "10000" "microseconds without a system call",
        field: "globals.bfd_process.realtime_limit";
    "bfd_rlimit_rtime" [Integer(1, MANY)] "" "older name of bfd_rlimit_rttime",
        alias_of: Some("bfd_rlimit_rttime"), field: "globals.bfd_process.realtime_limit";
    "max_auto_priority" [Optional(&Integer(-1, 99))] "0" "highest priority when timers run late",
        field: "globals.daemon.max_auto_priority";
    "min_auto_priority_delay" [Integer(1, 10_000_000)] "1000000" "microseconds late that raise it",
        field: "globals.daemon.min_auto_priority_delay";
}

table! {
    /// Receive buffers.
    BUFFERS within "global_defs";
    "vrrp_netlink_cmd_rcv_bufs" [Integer(0, MANY)] "kernel" "bytes for answers of the kernel",
        field: "globals.buffers.vrrp_command";
    "vrrp_netlink_cmd_rcv_bufs_force" [Boolean] "false" "even above the system's limit",
        field: "globals.buffers.vrrp_command_force";
    "vrrp_netlink_monitor_rcv_bufs" [Integer(0, MANY)] "kernel" "bytes for events of the kernel",
        field: "globals.buffers.vrrp_monitor";
    "vrrp_netlink_monitor_rcv_bufs_force" [Boolean] "false" "even above the system's limit",
        field: "globals.buffers.vrrp_monitor_force";
    "process_monitor_rcv_bufs" [Integer(0, MANY)] "kernel" "bytes for events of processes",
        field: "globals.buffers.process_monitor";
    "process_monitor_rcv_bufs_force" [Boolean] "false" "even above the system's limit",
        field: "globals.buffers.process_monitor_force";
    "lvs_netlink_cmd_rcv_bufs" [Integer(0, MANY)] "kernel" "the same in the checker process",
        field: "globals.buffers.lvs_command";
    "lvs_netlink_cmd_rcv_bufs_force" [Boolean] "false" "even above the system's limit",
        field: "globals.buffers.lvs_command_force";
    "lvs_netlink_monitor_rcv_bufs" [Integer(0, MANY)] "kernel" "the same in the checker process",
        field: "globals.buffers.lvs_monitor";
    "lvs_netlink_monitor_rcv_bufs_force" [Boolean] "false" "even above the system's limit",
        field: "globals.buffers.lvs_monitor_force";
    "vrrp_rx_bufs_policy" [Name, Rest] "system" "how the buffer for adverts is sized",
        field: "globals.buffers.adverts_policy";
    "vrrp_rx_bufs_multiplier" [Integer(1, MANY)] "3" "adverts that it holds",
        field: "globals.buffers.adverts";
}

table! {
    /// SNMP and DBus.
    MONITORING within "global_defs";
    "snmp_socket" [Name] "unix:/var/agentx/master" "socket of the SNMP agent",
        field: "globals.monitoring.snmp_socket";
    "enable_traps" [] "off" "send SNMP traps", field: "globals.monitoring.traps";
    "enable_snmp_vrrp" [] "off" "SNMP for routers", field: "globals.monitoring.snmp_routers";
    "enable_snmp_keepalived" [] "" "older name of enable_snmp_vrrp",
        alias_of: Some("enable_snmp_vrrp"), field: "globals.monitoring.snmp_routers";
    "enable_snmp_checker" [] "off" "SNMP for real servers",
        field: "globals.monitoring.snmp_servers";
    "enable_snmp_rfc" [] "off" "SNMP as the RFCs have it", field: "globals.monitoring.snmp_rfc";
    "enable_snmp_rfcv2" [] "off" "SNMP of RFC 2787", field: "globals.monitoring.snmp_rfc2";
    "enable_snmp_rfcv3" [] "off" "SNMP of RFC 6527", field: "globals.monitoring.snmp_rfc3";
    "snmp_vs_stats_update_interval" [Seconds(0.001, 30.0)]
        "5" "age of numbers about virtual servers", since: AFTER_2_2_7,
        field: "globals.monitoring.snmp_service_interval";
    "snmp_rs_stats_update_interval" [Seconds(0.001, 30.0)] "0" "age of numbers about real servers",
        since: AFTER_2_2_7, field: "globals.monitoring.snmp_server_interval";
    "enable_dbus" [] "off" "offer DBus", field: "globals.monitoring.dbus";
    "dbus_service_name" [Name] "org.keepalived.Vrrp1" "name on DBus",
        field: "globals.monitoring.dbus_name";
    "dbus_no_interface_name" [Name] "none" "path of routers without interface", since: AFTER_2_2_7,
        field: "globals.monitoring.dbus_no_interface";
}

table! {
    /// Reading the file again.
    RELOAD within "global_defs";
    "reload_check_config" [Optional(&Path)] "off" "test the file first; where the log goes",
        field: "globals.lifetime.check_before_reload";
    "reload_time_file" [Path] "" "file that holds the time of a reload",
        field: "globals.lifetime.reload_time_file";
    "reload_repeat" [] "off" "reload every day", field: "globals.lifetime.reload_repeat";
    "reload_file" [Optional(&Path)] "" "file that is emptied while reading",
        field: "globals.lifetime.reload_file";
    "include_check" [Many(&Name)] "none" "what makes a missing include an error",
        field: "globals.daemon.include_check";
    "config_save_dir" [Path] "" "copies of the text as read",
        field: "globals.daemon.save_directory";
    "tmp_config_directory" [Path] "memory" "where the children's copy stands",
        field: "globals.daemon.temporary_directory";
}

table! {
    /// Files.
    FILES within "global_defs";
    "umask" [Rest] "IXUSR|IRWXG|IRWXO" "permissions that new files lack",
        field: "globals.daemon.umask";
    "random_seed" [Integer(0, MANY)] "time" "seed of random numbers",
        field: "globals.daemon.random_seed";
    "data_use_instance" [Boolean] "false" "the daemon's name in names of dumps",
        field: "globals.daemon.dump_names";
    "json_version" [Integer(1, 2)] "1" "shape of the JSON dump", since: AFTER_2_2_7,
        field: "globals.daemon.json_version";
    "iproute_usr_dir" [Path] "build time" "folder of iproute2's tables", since: AFTER_2_2_7,
        field: "globals.daemon.iproute_usr";
    "iproute_etc_dir" [Path] "build time" "folder of iproute2's tables", since: AFTER_2_2_7,
        field: "globals.daemon.iproute_etc";
    "state_dump_file" [Path] "/tmp/keepalived.data" "where the state is dumped", since: AFTER_2_2_7,
        field: "globals.daemon.state_file";
    "stats_dump_file" [Path] "/tmp/keepalived.stats" "where the counters are dumped",
        since: AFTER_2_2_7, field: "globals.daemon.counters_file";
    "json_dump_file" [Path] "/tmp/keepalived.json" "where JSON is dumped", since: AFTER_2_2_7,
        field: "globals.daemon.json_file";
}
