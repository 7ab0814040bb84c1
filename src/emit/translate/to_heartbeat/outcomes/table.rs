//! The table of fates: every keyword of keepalived.conf, by block.

use super::super::codes::{
    self, ADDRESS_OPTION, CHECK_DIFFERENT, CONVERSATION, IMPOSSIBLE_THERE, MAIL,
    NO_COUNTERPART_THERE as NOTHING, NOT_FOLLOWED, NOTIFY_SCRIPT, QUORUM, SERVER_DETAIL,
    SYNC_DAEMON, TAKEOVER_TIME,
};
use super::Fate::{self, Changed, Impossible, Kept, Lost, Needless};

/// One fate for several keywords of a block, and of the blocks inside.
pub(super) struct Row {
    pub(super) within: &'static str,
    pub(super) keywords: &'static [&'static str],
    pub(super) fate: Fate,
}

/// `within "block";`, then `"keyword" "keyword" => Fate(..);` for each fate.
macro_rules! rows {
    (@row $within:literal $($keyword:literal)+ => $fate:expr) => {
        Row { within: $within, keywords: &[$($keyword),+], fate: $fate }
    };
    ($(within $within:literal; $($($keyword:literal)+ => $fate:expr;)+)+) => {
        &[$(rows!(@block $within $([$($keyword)+] $fate;)+)),+]
    };
    (@block $within:literal $([$($keyword:literal)+] $fate:expr;)+) => {
        Block(&[$(rows!(@row $within $($keyword)+ => $fate)),+])
    };
}

/// The rows of one block.
pub(super) struct Block(pub(super) &'static [Row]);

/// Every fate; of two rows with one keyword the first counts, inner blocks stand in front.
pub(super) const BLOCKS: &[Block] = rows! {
    within "";
    "global_defs" "vrrp_instance" "vrrp_sync_group" "virtual_server" => Needless(BLOCK);
    "vrrp_script" "virtual_server_group" => Needless(BLOCK);
    "static_ipaddress" "static_routes" "static_rules"
        => Lost(
            NOTHING, "it belongs to the node, not to a group",
            "put it into the node's network configuration"
        );
    "vrrp_track_process" "track_file" "vrrp_track_file" "bfd_instance"
        => Impossible(NOT_FOLLOWED, "heartbeat follows nodes and ping targets only");
    "track_group" => Lost(NOTHING, "only static addresses, routes and rules need it", "");
    "garp_group" => Lost(NOTHING, ANNOUNCES, "");
    "SSL"
        => Lost(
            CHECK_DIFFERENT, "ldirectord shows no certificate of its own to servers",
            "use an external check that does"
        );
    "linkbeat_use_polling" "linkbeat_interfaces" "interface_up_down_delays"
        => Lost(
            NOT_FOLLOWED, "heartbeat watches no interface",
            "ping an address behind it and start ipfail"
        );
    "net_namespace" "net_namespace_ipvs" "namespace_with_ipsets"
        => Lost(
            NOTHING, "heartbeat starts in the namespace that it is started in",
            "start it with `ip netns exec`"
        );
    "use_pid_dir" "instance" "child_wait_time" => Needless(MACHINERY);

    within "global_defs";
    "router_id" => Kept("node");
    "notification_email" => Needless(BLOCK);
    "notification_email_from" => Kept("emailalertfrom");
    "smtp_server" => Kept("smtp");
    "smtp_helo_name" "smtp_connect_timeout" => Lost(MAIL, "ldirectord has no such setting", "");
    "smtp_alert" "smtp_alert_vrrp" "smtp_alert_checker" "no_email_faults" "no_checker_emails"
        => Lost(MAIL, "nobody is told because of it", "");
    "vrrp_startup_delay" "vrrp_delay_after_boot"
        => Changed(
            TAKEOVER_TIME, "initdead", "heartbeat waits initdead for a silent peer after its start"
        );
    "vrrp_version" => Needless("heartbeat has one protocol");
    "vrrp_down_timer_adverts" => Changed(TAKEOVER_TIME, "deadtime", "one dead time for all groups");
    "vrrp_mcast_group4" "vrrp_mcast_group6"
        => Changed(CONVERSATION, "mcast", "heartbeat uses a group of its own");
    "lvs_sync_daemon"
        => Changed(
            SYNC_DAEMON, "lvs-sync-daemon",
            "a generated script with the same interface and number"
        );
    "lvs_timeouts"
        => Lost(
            NOTHING, "ldirectord leaves the kernel's time limits alone",
            "run `ipvsadm --set` at boot"
        );
    "lvs_flush"
        => Lost(
            NOTHING, "ldirectord leaves services in the table that it does not know",
            "run `ipvsadm -C` before heartbeat starts"
        );
    "lvs_flush_on_stop" "lvs_flush_onstop"
        => Needless("ldirectord removes its services when it stops");
    "script_user" => Kept("runuser in the generated scripts");
    "enable_script_security" "use_symlink_paths" "set_supplementary_groups"
        => Lost(
            NOTHING, "heartbeat runs scripts as root without looking at who may write them",
            "let nobody but root write below /etc/ha.d"
        );
    "startup_script" "startup_script_timeout" "shutdown_script" "shutdown_script_timeout"
        => Lost(
            NOTHING, "heartbeat runs nothing at its own start and stop",
            "use ExecStartPre= and ExecStopPost= of its systemd unit"
        );
    "notify_fifo" "notify_fifo_script" "vrrp_notify_fifo" "vrrp_notify_fifo_script"
    "lvs_notify_fifo" "lvs_notify_fifo_script" "vrrp_notify_priority_changes"
    "fifo_write_vrrp_states_on_reload" "rs_init_notifies"
        => Lost(NOTIFY_SCRIPT, "heartbeat tells its changes to resource scripts only", "");
    "vrrp_garp_master_delay" "vrrp_garp_master_repeat" "vrrp_garp_master_refresh"
    "vrrp_garp_master_refresh_repeat" "vrrp_garp_lower_prio_delay" "vrrp_garp_lower_prio_repeat"
    "vrrp_garp_interval" "vrrp_gna_interval" "vrrp_min_garp" "vrrp_garp_extra_if"
    "vrrp_vmac_garp_intvl"
        => Lost(NOTHING, ANNOUNCES, "");
    "v3_checksum_as_v2" "log_unknown_vrids" "vrrp_strict" "vrrp_check_unicast_src"
    "vrrp_skip_check_adv_addr" "vrrp_lower_prio_no_advert" "vrrp_higher_prio_send_advert"
    "vrrp_owner_ignore_adverts"
        => Needless(ABOUT_VRRP);
    "dynamic_interfaces" "disable_local_igmp" "vmac_prefix" "vmac_addr_prefix"
        => Needless(ABOUT_VRRP);
    "default_interface" => Kept("the interface of every address");
    "vrrp_iptables" "vrrp_ipsets" "nftables" "nftables_priority" "nftables_ifindex"
    "nftables_counters"
        => Needless("an address of heartbeat accepts packets; nothing is filtered");
    "nftables_ipvs" "nftables_ipvs_priority" "nftables_ipvs_start_fwmark"
        => Lost(NOTHING, "ldirectord sets no marks", "mark the packets with a rule of your own");
    "process_names" "process_name" "vrrp_process_name" "checker_process_name" "lvs_process_name"
    "bfd_process_name"
        => Needless(MACHINERY);
    "vrrp_priority" "vrrp_no_swap" "vrrp_rt_priority" "vrrp_cpu_affinity" "vrrp_rlimit_rttime"
    "vrrp_rlimit_rtime" "checker_priority" "checker_no_swap" "checker_rt_priority"
    "checker_cpu_affinity" "checker_rlimit_rttime" "checker_rlimit_rtime" "bfd_priority"
    "bfd_no_swap" "bfd_rt_priority" "bfd_cpu_affinity" "bfd_rlimit_rttime" "bfd_rlimit_rtime"
    "max_auto_priority" "min_auto_priority_delay"
        => Needless(MACHINERY);
    "vrrp_netlink_cmd_rcv_bufs" "vrrp_netlink_cmd_rcv_bufs_force"
    "vrrp_netlink_monitor_rcv_bufs" "vrrp_netlink_monitor_rcv_bufs_force"
    "process_monitor_rcv_bufs" "process_monitor_rcv_bufs_force" "lvs_netlink_cmd_rcv_bufs"
    "lvs_netlink_cmd_rcv_bufs_force" "lvs_netlink_monitor_rcv_bufs"
    "lvs_netlink_monitor_rcv_bufs_force" "vrrp_rx_bufs_policy" "vrrp_rx_bufs_multiplier"
        => Needless(MACHINERY);
    "snmp_socket" "enable_traps" "enable_snmp_vrrp" "enable_snmp_keepalived"
    "enable_snmp_checker" "enable_snmp_rfc" "enable_snmp_rfcv2" "enable_snmp_rfcv3"
    "snmp_vs_stats_update_interval" "snmp_rs_stats_update_interval" "enable_dbus"
    "dbus_service_name" "dbus_no_interface_name" "json_version"
        => Lost(
            NOTHING, "neither heartbeat nor ldirectord answers SNMP or D-Bus here",
            "watch `cl_status` and `ipvsadm -Ln`"
        );
    "reload_check_config" "reload_time_file" "reload_repeat" "reload_file" "include_check"
    "config_save_dir" "tmp_config_directory" "umask" "random_seed" "data_use_instance"
    "iproute_usr_dir" "iproute_etc_dir" "state_dump_file" "stats_dump_file" "json_dump_file"
    "checker_log_all_failures"
        => Needless(MACHINERY);

    within "vrrp_instance/authentication";
    "auth_type" "auth_pass" => Kept("authkeys");

    within "vrrp_instance/auth_hmac";
    "key" "active_key" => Kept("authkeys");
    "time_window" "anti_replay" "mode"
        => Lost(NOTHING, "heartbeat numbers its messages itself", "");

    within "vrrp_instance";
    "authentication" "auth_hmac" => Kept("authkeys");
    "state" "preempt" "version" => Needless("it is what heartbeat does anyway");
    "interface" "unicast_peer" "unicast_src_ip" "mcast_src_ip" "mcast_dst_ip"
        => Kept("a path in ha.cf");
    "virtual_router_id" => Lost(CONVERSATION, "heartbeat has no number for a group", "");
    "priority" => Kept("node");
    "advert_int" "down_timer_adverts"
        => Changed(TAKEOVER_TIME, "keepalive, deadtime", "one rhythm for all groups");
    "nopreempt" => Kept("auto_failback off");
    "preempt_delay" => Lost(codes::ONE_FAILBACK, "heartbeat hands a group over at once", "");
    "virtual_ipaddress" "virtual_ipaddress_excluded" => Kept("IPaddr2, IPv6addr");
    "virtual_routes" "virtual_rules"
        => Lost(
            NOTHING, "heartbeat has no resource for routes and rules",
            "write a script in resource.d that calls `ip`, and put it behind the addresses"
        );
    "track_script" => Needless(BLOCK);
    "track_interface"
        => Lost(
            NOT_FOLLOWED, "heartbeat watches no interface",
            "ping an address behind it and start ipfail"
        );
    "track_file" "track_process" "track_bfd"
        => Impossible(NOT_FOLLOWED, "heartbeat follows nodes and ping targets only");
    "track_src_ip" => Lost(NOT_FOLLOWED, "heartbeat watches no address", "");
    "use_vmac" "use_vmac_addr" "vmac_xmit_base" "use_ipvlan"
        => Lost(
            ADDRESS_OPTION, "an address of heartbeat has the MAC address of its node",
            "neighbours learn the new one by gratuitous ARP"
        );
    "no_accept"
        => Lost(
            ADDRESS_OPTION, "an address of heartbeat accepts packets",
            "filter them with a rule of your own"
        );
    "accept" "no_virtual_ipaddress" "dont_track_primary" "linkbeat_use_polling" "native_ipv6"
        => Needless("it is what heartbeat does anyway");
    "strict_mode" "debug" "unicast_fault_no_peer" "unicast_ttl" "check_unicast_src"
    "old_unicast_checksum" "v3_checksum_as_v2" "skip_check_adv_addr" "kernel_rx_buf_size"
    "lower_prio_no_advert" "higher_prio_send_advert" "owner_ignore_adverts"
    "timer_expired_backup" "thread_timer_expired"
        => Needless(ABOUT_VRRP);
    "vrf" => Lost(NOTHING, "heartbeat knows no VRF", "start it with `ip vrf exec`");
    "promote_secondaries"
        => Lost(
            ADDRESS_OPTION, "heartbeat changes no setting of an interface",
            "set net.ipv4.conf.*.promote_secondaries in sysctl.d"
        );
    "lvs_sync_daemon_interface"
        => Changed(
            SYNC_DAEMON, "lvs-sync-daemon",
            "the script has the interface of lvs_sync_daemon"
        );
    "garp_master_delay" "garp_master_repeat" "garp_master_refresh" "garp_master_refresh_repeat"
    "garp_lower_prio_delay" "garp_lower_prio_repeat" "garp_extra_if" "vmac_garp_intvl"
        => Lost(NOTHING, ANNOUNCES, "");
    "notify" "notify_master" "notify_backup"
        => Changed(NOTIFY_SCRIPT, "a script in resource.d", "a resource at the end of the line");
    "notify_stop"
        => Lost(
            NOTIFY_SCRIPT, "runs when keepalived ends, and heartbeat runs nothing at its own end",
            "use ExecStopPost= of heartbeat's systemd unit"
        );
    "notify_fault" "notify_deleted" "notify_master_rx_lower_pri" "notify_priority_changes"
        => Lost(NOTIFY_SCRIPT, "heartbeat has start and stop, and no such event", "");
    "smtp_alert" => Lost(MAIL, "no line of haresources comes of it", "");

    within "vrrp_sync_group";
    "group" => Kept("one line of haresources");
    "notify" "notify_master" "notify_backup"
        => Changed(NOTIFY_SCRIPT, "a script in resource.d", "a resource at the end of the line");
    "notify_stop"
        => Lost(
            NOTIFY_SCRIPT, "runs when keepalived ends, and heartbeat runs nothing at its own end",
            "use ExecStopPost= of heartbeat's systemd unit"
        );
    "notify_fault" "notify_priority_changes"
        => Lost(NOTIFY_SCRIPT, "heartbeat has start and stop, and no such event", "");
    "smtp_alert" => Lost(MAIL, "no line of haresources comes of it", "");
    "track_interface"
        => Lost(
            NOT_FOLLOWED, "heartbeat watches no interface",
            "ping an address behind it and start ipfail"
        );
    "track_script" "track_file" "track_process" "track_bfd"
        => Impossible(NOT_FOLLOWED, "heartbeat follows nodes and ping targets only");
    "global_tracking" "sync_group_tracking_weight"
        => Lost(NOT_FOLLOWED, "heartbeat has no weights", "");

    within "vrrp_script";
    "script" => Kept("ping");
    "weight"
        => Changed(
            codes::PING_ARBITRATION, "respawn ipfail",
            "the number of targets counts, not their weight"
        );
    "interval" "timeout" "rise" "fall"
        => Changed(codes::PING_ARBITRATION, "deadping", "heartbeat pings with every heartbeat");
    "user" "init_fail" => Needless("heartbeat pings by itself");

    within "virtual_server";
    "ip_family" => Kept("virtual, virtual6");
    "lb_algo" "lvs_sched" => Kept("scheduler");
    "flag-1" "flag-2" "flag-3" "sh-port" "sh-fallback" "mh-port" "mh-fallback"
        => Kept("schedflags");
    "hashed" => Needless("keepalived forgets the word, too");
    "ops" => Kept("ops");
    "lb_kind" "lvs_method" "real_server" "uthreshold" "lthreshold" => Kept("real");
    "persistence_engine"
        => Impossible(
            IMPOSSIBLE_THERE, "ldirectord cannot keep a client by anything but its address"
        );
    "persistence_timeout" => Kept("persistent");
    "persistence_granularity" => Kept("netmask");
    "protocol" => Kept("protocol");
    "smtp_alert"
        => Changed(MAIL, "emailalert", "ldirectord tells about all servers of all services");
    "snmp_name" => Needless("there is no SNMP to name it for");
    "sorry_server" "sorry_server_lvs_method" => Kept("fallback");
    "sorry_server_inhibit"
        => Lost(SERVER_DETAIL, "a fallback is always removed when it is not needed", "");
    "weight" => Kept("real");
    "quorum" "quorum_up" "quorum_down" => Kept("fallbackcommand");
    "hysteresis"
        => Impossible(QUORUM, "a service is up with its first server and down without its last");
    "alpha" => Kept("ldirectord starts every server down");
    "omega"
        => Lost(
            QUORUM, "ldirectord runs the fallbackcommand at its start, and nothing when it stops",
            ""
        );
    "inhibit_on_failure" => Kept("quiescent");
    "ha_suspend" => Needless("ldirectord only runs where the group is");
    "delay_loop" => Changed(codes::CHECK_RHYTHM, "checkinterval", "one rhythm for all services");
    "connect_timeout" "misc_timeout"
        => Changed(codes::CHECK_RHYTHM, "checktimeout", "one limit for the service");
    "retry" "nb_get_retry"
        => Changed(codes::CHECK_RHYTHM, "failurecount", "one number for the service");
    "delay_before_retry"
        => Changed(codes::CHECK_RHYTHM, "checkinterval", "the next try comes with the next round");
    "warmup" => Needless("the first check comes at once");
    "virtualhost" => Kept("virtualhost");
    "notify_up" "notify_down"
        => Lost(
            SERVER_DETAIL, "ldirectord runs nothing when a server changes",
            "use emailalert, or read its log"
        );
    "connect_ip" "connect_port" => Kept("checkport");
    "bindto" "bind_port" "bind_if" "fwmark"
        => Lost(
            CHECK_DIFFERENT, "checks of ldirectord leave by the way that the kernel chooses", ""
        );
    "log_all_failures" "fast_recovery" "tls_compliant" "http_protocol"
        => Needless("it is a matter of keepalived's own checker");
    "enable_sni" "sni_name"
        => Lost(CHECK_DIFFERENT, "ldirectord sends no server name in the TLS handshake", "");
    "url" "path" => Kept("request");
    "digest" "status_code" "regex" "regex_no_match" => Kept("receive");
    "regex_options" "regex_min_offset" "regex_max_offset" "regex_stack"
        => Lost(
            CHECK_DIFFERENT, "ldirectord searches the whole text without options",
            "write options into the expression: (?i)"
        );
    "helo_name" => Lost(CHECK_DIFFERENT, "ldirectord says EHLO with its own name", "");
    "host" => Kept("service=smtp");
    "type" "name" "misc_path" "misc_dynamic" "user" => Kept("checkcommand");
    "payload" "require_reply" "min_reply_length" "max_reply_length" => Kept("checkcommand");
    "track_file" => Lost(CHECK_DIFFERENT, "ldirectord has no such check", "");
    "TCP_CHECK" "PING_CHECK" "UDP_CHECK" "DNS_CHECK" "SMTP_CHECK" "HTTP_GET" "SSL_GET"
    "MISC_CHECK" "FILE_CHECK" "BFD_CHECK"
        => Needless(BLOCK);
};

const BLOCK: &str = "what stands in it is spoken for line by line";
const MACHINERY: &str = "about keepalived's own machinery";
const ABOUT_VRRP: &str = "about VRRP's own packets";
const ANNOUNCES: &str =
    "the address scripts of heartbeat announce their addresses in their own way, when they start";
