//! What becomes of every directive of keepalived.conf that no other part speaks for: one table.

use std::collections::{HashMap, HashSet};

use super::{NodeFile, codes};
use crate::emit::{Account, Mark, Outcome};
use crate::model::read::Input;
use crate::model::{Carried, Cluster};
use crate::source::codes::conversion::NOT_UNDERSTOOD;
use crate::source::{Code, Place, Sources};
use crate::syntax::schema::Body;
use crate::syntax::{Format, Kind, NodeRef, Tree};

/// Speaks for what is left, by block and keyword. Lines without a row share the fate of their
/// block; what the reader could not put into the model stays open when its row says that it is
/// kept.
pub(in crate::emit) fn settle(
    sources: &Sources,
    trees: &[(Input, Tree)],
    files: &[NodeFile],
    account: &mut Account,
) {
    let unread: HashSet<Place> =
        files.iter().flat_map(|file| carried(&file.cluster)).map(|carried| carried.at).collect();
    let inert: HashMap<Place, &str> = files
        .iter()
        .flat_map(|file| &file.cluster.inert)
        .map(|inert| (inert.at, inert.why))
        .collect();
    for (input, tree) in trees {
        let text = sources.get(input.file).text();
        // Blocks around the current node: where each ends, its path and its place.
        let mut around: Vec<(u32, String, Place)> = Vec::new();
        for node in tree.walk(text).filter(|node| node.kind() != Kind::Blank) {
            while around.pop_if(|(behind, ..)| *behind <= node.index()).is_some() {}
            let parent = around.last().map(|(_, path, at)| (path.as_str(), *at));
            let at = node.place();
            if !account.knows(at) {
                if let Some(why) = inert.get(&at) {
                    account.needless(Some(at), why);
                } else if node.kind() != Kind::Directive {
                    account.lossy(Some(at), NOT_UNDERSTOOD, "", &[UNREAD]);
                } else {
                    one(node, parent, unread.contains(&at), account);
                }
            }
            if node.has_body() {
                let path = parent.map_or_else(String::new, |(path, _)| format!("{path}/"));
                around.push((node.behind(), format!("{path}{}", node.name()), at));
            }
        }
    }
}

fn one(node: NodeRef<'_>, parent: Option<(&str, Place)>, unread: bool, account: &mut Account) {
    let at = node.place();
    let path = parent.map_or("", |(path, _)| path);
    let of_block = parent.and_then(|(_, block)| account.outcome_at(block)).cloned();
    // Nothing inside of a block that is gone can be kept.
    let gone = of_block.as_ref().is_some_and(|outcome| outcome.mark >= Mark::Lossy);
    let row = if gone { None } else { row(path, &node.name()) };
    match row.map(|row| row.fate) {
        Some(Fate::Kept(_)) | None if unread => {
            account.lossy(Some(at), NOT_UNDERSTOOD, "", &[UNREAD]);
        }
        Some(Fate::Kept(becomes)) => account.exact(Some(at), becomes),
        Some(Fate::Needless(why)) => account.needless(Some(at), why),
        Some(Fate::Changed(code, becomes, note)) => account.changed(Some(at), code, becomes, note),
        Some(Fate::Lost(code, why, instead)) => {
            let notes: Vec<&str> = [why, instead].into_iter().filter(|n| !n.is_empty()).collect();
            account.lossy(Some(at), code, "", &notes);
        }
        Some(Fate::Impossible(code, why)) => account.impossible(Some(at), code, &[why]),
        None => {
            if let Some(outcome) = of_block.filter(|_| gone || is_list(path)) {
                inherit(at, &outcome, account);
            } else if !is_known(path, &node.name()) {
                account.lossy(Some(at), NOT_UNDERSTOOD, "", &[STRANGE]);
            }
        }
    }
}

/// Whether the keyword table has the word in this block.
fn is_known(path: &str, keyword: &str) -> bool {
    crate::syntax::schema::find(Format::Keepalived, path, keyword).is_some()
}

/// Whether a block holds a list of values and no keywords.
fn is_list(path: &str) -> bool {
    let (within, word) = path.rsplit_once('/').unwrap_or(("", path));
    let row = crate::syntax::schema::find(Format::Keepalived, within, word);
    row.is_some_and(|row| matches!(row.body, Body::Lines(_)))
}

/// A line of a list has the fate of the list.
fn inherit(at: Place, outcome: &Outcome, account: &mut Account) {
    let notes: Vec<&str> = outcome.notes.iter().map(String::as_str).collect();
    match (outcome.mark, outcome.code) {
        (Mark::Exact, _) | (_, None) => account.exact(Some(at), &outcome.becomes),
        (Mark::Approximate, Some(code)) => {
            account.changed(Some(at), code, &outcome.becomes, notes.first().unwrap_or(&""));
        }
        (Mark::Lossy, Some(code)) => account.lossy(Some(at), code, "", &notes),
        (Mark::Impossible, Some(code)) => account.impossible(Some(at), code, &notes),
    }
}

/// Everything that travels along without a field.
fn carried(cluster: &Cluster) -> impl Iterator<Item = &Carried> {
    let services = cluster.services.iter().flat_map(|service| {
        let own = service.servers.iter().filter_map(|server| server.own.as_ref());
        let probes = own.clone().flat_map(|own| own.probes.iter().flat_map(|p| &p.carried));
        service.carried.iter().chain(own.flat_map(|own| &own.carried)).chain(probes)
    });
    let groups = cluster.service_groups.iter().flat_map(|group| &group.carried);
    cluster
        .carried
        .iter()
        .chain(&cluster.globals.carried)
        .chain(groups)
        .chain(cluster.routers.iter().flat_map(|router| &router.carried))
        .chain(cluster.sync_groups.iter().flat_map(|group| &group.carried))
        .chain(cluster.trackers.iter().flat_map(|tracker| &tracker.carried))
        .chain(services)
}

/// The first row that names the keyword, in the block or in one around it.
fn row(path: &str, keyword: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| {
        let inside = match path.strip_prefix(row.within) {
            Some(rest) => {
                row.within.is_empty() == path.is_empty()
                    && (rest.is_empty() || rest.starts_with('/'))
            }
            None => false,
        };
        inside && row.keywords.contains(&keyword)
    })
}

/// What happens to a directive.
#[derive(Clone, Copy)]
enum Fate {
    /// Said again with the same meaning.
    Kept(&'static str),
    /// Needed there by nobody.
    Needless(&'static str),
    /// Nearly the same: code, new words, what differs.
    Changed(Code, &'static str, &'static str),
    /// Gone: code, why, and what to do instead.
    Lost(Code, &'static str, &'static str),
    /// Gone, and missed.
    Impossible(Code, &'static str),
}

/// One fate for several keywords of a block.
struct Row {
    within: &'static str,
    keywords: &'static [&'static str],
    fate: Fate,
}

const fn row_of(within: &'static str, keywords: &'static [&'static str], fate: Fate) -> Row {
    Row { within, keywords, fate }
}

use Fate::{Changed, Impossible, Kept, Lost, Needless};
use codes::{
    ADDRESS_OPTION, CHECK_DIFFERENT, CONVERSATION, IMPOSSIBLE_THERE, MAIL,
    NO_COUNTERPART_THERE as NOTHING, NOT_FOLLOWED, NOTIFY_SCRIPT, QUORUM, SERVER_DETAIL,
    SYNC_DAEMON, TAKEOVER_TIME,
};

const ROWS: &[Row] = &[
    // Blocks and lists whose lines are spoken for one by one.
    row_of(
        "",
        &["global_defs", "vrrp_instance", "vrrp_sync_group", "virtual_server"],
        Needless(BLOCK),
    ),
    row_of("", &["vrrp_script", "virtual_server_group"], Needless(BLOCK)),
    row_of(
        "",
        STATIC,
        Lost(
            NOTHING,
            "it belongs to the node, not to a group",
            "put it into the node's network configuration",
        ),
    ),
    row_of(
        "",
        &["vrrp_track_process", "track_file", "vrrp_track_file", "bfd_instance"],
        Impossible(NOT_FOLLOWED, "heartbeat follows nodes and ping targets only"),
    ),
    row_of(
        "",
        &["track_group"],
        Lost(NOTHING, "only static addresses, routes and rules need it", ""),
    ),
    row_of("", &["garp_group"], Lost(NOTHING, ANNOUNCES, "")),
    row_of(
        "",
        &["SSL"],
        Lost(
            CHECK_DIFFERENT,
            "ldirectord shows no certificate of its own to servers",
            "use an external check that does",
        ),
    ),
    row_of(
        "",
        &["linkbeat_use_polling", "linkbeat_interfaces", "interface_up_down_delays"],
        Lost(
            NOT_FOLLOWED,
            "heartbeat watches no interface",
            "ping an address behind it and start ipfail",
        ),
    ),
    row_of(
        "",
        &["net_namespace", "net_namespace_ipvs", "namespace_with_ipsets"],
        Lost(
            NOTHING,
            "heartbeat starts in the namespace that it is started in",
            "start it with `ip netns exec`",
        ),
    ),
    row_of("", &["use_pid_dir", "instance", "child_wait_time"], Needless(MACHINERY)),
    // global_defs
    row_of("global_defs", &["router_id"], Kept("node")),
    row_of("global_defs", &["notification_email", "notification_email_from"], Kept("emailalert")),
    row_of("global_defs", &["smtp_server"], Kept("smtp")),
    row_of(
        "global_defs",
        &["smtp_helo_name", "smtp_connect_timeout"],
        Lost(MAIL, "ldirectord has no such setting", ""),
    ),
    row_of(
        "global_defs",
        &[
            "smtp_alert",
            "smtp_alert_vrrp",
            "smtp_alert_checker",
            "no_email_faults",
            "no_checker_emails",
        ],
        Changed(MAIL, "emailalert", "ldirectord tells about all servers of all services"),
    ),
    row_of(
        "global_defs",
        &["vrrp_startup_delay", "vrrp_delay_after_boot"],
        Changed(
            TAKEOVER_TIME,
            "initdead",
            "heartbeat waits initdead for a silent peer after its start",
        ),
    ),
    row_of("global_defs", &["vrrp_version"], Needless("heartbeat has one protocol")),
    row_of(
        "global_defs",
        &["vrrp_down_timer_adverts"],
        Changed(TAKEOVER_TIME, "deadtime", "one dead time for all groups"),
    ),
    row_of(
        "global_defs",
        &["vrrp_mcast_group4", "vrrp_mcast_group6"],
        Changed(CONVERSATION, "mcast", "heartbeat uses a group of its own"),
    ),
    row_of(
        "global_defs",
        &["lvs_sync_daemon"],
        Changed(
            SYNC_DAEMON,
            "LVSSyncDaemonSwap",
            "the script takes its interface and number from ipvsadm's defaults",
        ),
    ),
    row_of(
        "global_defs",
        &["lvs_timeouts"],
        Lost(
            NOTHING,
            "ldirectord leaves the kernel's time limits alone",
            "run `ipvsadm --set` at boot",
        ),
    ),
    row_of(
        "global_defs",
        &["lvs_flush", "lvs_flush_on_stop", "lvs_flush_onstop"],
        Needless(
            "ldirectord removes what it does not know at its start, and everything when it stops",
        ),
    ),
    row_of("global_defs", &["script_user"], Kept("runuser in the generated scripts")),
    row_of(
        "global_defs",
        &["enable_script_security", "use_symlink_paths", "set_supplementary_groups"],
        Lost(
            NOTHING,
            "heartbeat runs scripts as root without looking at who may write them",
            "let nobody but root write below /etc/ha.d",
        ),
    ),
    row_of(
        "global_defs",
        &["startup_script", "startup_script_timeout", "shutdown_script", "shutdown_script_timeout"],
        Lost(
            NOTHING,
            "heartbeat runs nothing at its own start and stop",
            "use ExecStartPre= and ExecStopPost= of its systemd unit",
        ),
    ),
    row_of(
        "global_defs",
        &[
            "notify_fifo",
            "notify_fifo_script",
            "vrrp_notify_fifo",
            "vrrp_notify_fifo_script",
            "lvs_notify_fifo",
            "lvs_notify_fifo_script",
            "vrrp_notify_priority_changes",
            "fifo_write_vrrp_states_on_reload",
            "rs_init_notifies",
        ],
        Lost(NOTIFY_SCRIPT, "heartbeat tells its changes to resource scripts only", ""),
    ),
    row_of(
        "global_defs",
        &[
            "vrrp_garp_master_delay",
            "vrrp_garp_master_repeat",
            "vrrp_garp_master_refresh",
            "vrrp_garp_master_refresh_repeat",
            "vrrp_garp_lower_prio_delay",
            "vrrp_garp_lower_prio_repeat",
            "vrrp_garp_interval",
            "vrrp_gna_interval",
            "vrrp_min_garp",
            "vrrp_garp_extra_if",
            "vrrp_vmac_garp_intvl",
        ],
        Lost(NOTHING, ANNOUNCES, ""),
    ),
    row_of(
        "global_defs",
        &[
            "v3_checksum_as_v2",
            "log_unknown_vrids",
            "vrrp_strict",
            "vrrp_check_unicast_src",
            "vrrp_skip_check_adv_addr",
            "vrrp_lower_prio_no_advert",
            "vrrp_higher_prio_send_advert",
            "vrrp_owner_ignore_adverts",
        ],
        Needless(ABOUT_VRRP),
    ),
    row_of(
        "global_defs",
        &["dynamic_interfaces", "disable_local_igmp", "vmac_prefix", "vmac_addr_prefix"],
        Needless(ABOUT_VRRP),
    ),
    row_of("global_defs", &["default_interface"], Kept("the interface of every address")),
    row_of(
        "global_defs",
        &[
            "vrrp_iptables",
            "vrrp_ipsets",
            "nftables",
            "nftables_priority",
            "nftables_ifindex",
            "nftables_counters",
        ],
        Needless("an address of heartbeat accepts packets; nothing is filtered"),
    ),
    row_of(
        "global_defs",
        &["nftables_ipvs", "nftables_ipvs_priority", "nftables_ipvs_start_fwmark"],
        Lost(NOTHING, "ldirectord sets no marks", "mark the packets with a rule of your own"),
    ),
    row_of(
        "global_defs",
        &[
            "process_names",
            "process_name",
            "vrrp_process_name",
            "checker_process_name",
            "lvs_process_name",
            "bfd_process_name",
        ],
        Needless(MACHINERY),
    ),
    row_of(
        "global_defs",
        &[
            "vrrp_priority",
            "vrrp_no_swap",
            "vrrp_rt_priority",
            "vrrp_cpu_affinity",
            "vrrp_rlimit_rttime",
            "vrrp_rlimit_rtime",
            "checker_priority",
            "checker_no_swap",
            "checker_rt_priority",
            "checker_cpu_affinity",
            "checker_rlimit_rttime",
            "checker_rlimit_rtime",
            "bfd_priority",
            "bfd_no_swap",
            "bfd_rt_priority",
            "bfd_cpu_affinity",
            "bfd_rlimit_rttime",
            "bfd_rlimit_rtime",
            "max_auto_priority",
            "min_auto_priority_delay",
        ],
        Needless(MACHINERY),
    ),
    row_of(
        "global_defs",
        &[
            "vrrp_netlink_cmd_rcv_bufs",
            "vrrp_netlink_cmd_rcv_bufs_force",
            "vrrp_netlink_monitor_rcv_bufs",
            "vrrp_netlink_monitor_rcv_bufs_force",
            "process_monitor_rcv_bufs",
            "process_monitor_rcv_bufs_force",
            "lvs_netlink_cmd_rcv_bufs",
            "lvs_netlink_cmd_rcv_bufs_force",
            "lvs_netlink_monitor_rcv_bufs",
            "lvs_netlink_monitor_rcv_bufs_force",
            "vrrp_rx_bufs_policy",
            "vrrp_rx_bufs_multiplier",
        ],
        Needless(MACHINERY),
    ),
    row_of(
        "global_defs",
        &[
            "snmp_socket",
            "enable_traps",
            "enable_snmp_vrrp",
            "enable_snmp_keepalived",
            "enable_snmp_checker",
            "enable_snmp_rfc",
            "enable_snmp_rfcv2",
            "enable_snmp_rfcv3",
            "snmp_vs_stats_update_interval",
            "snmp_rs_stats_update_interval",
            "enable_dbus",
            "dbus_service_name",
            "dbus_no_interface_name",
            "json_version",
        ],
        Lost(
            NOTHING,
            "neither heartbeat nor ldirectord answers SNMP or D-Bus here",
            "watch `cl_status` and `ipvsadm -Ln`",
        ),
    ),
    row_of(
        "global_defs",
        &[
            "reload_check_config",
            "reload_time_file",
            "reload_repeat",
            "reload_file",
            "include_check",
            "config_save_dir",
            "tmp_config_directory",
            "umask",
            "random_seed",
            "data_use_instance",
            "iproute_usr_dir",
            "iproute_etc_dir",
            "state_dump_file",
            "stats_dump_file",
            "json_dump_file",
            "checker_log_all_failures",
        ],
        Needless(MACHINERY),
    ),
    // vrrp_instance and what stands in it
    row_of("vrrp_instance/authentication", &["auth_type", "auth_pass"], Kept("authkeys")),
    row_of("vrrp_instance/auth_hmac", &["key", "active_key"], Kept("authkeys")),
    row_of(
        "vrrp_instance/auth_hmac",
        &["time_window", "anti_replay", "mode"],
        Lost(NOTHING, "heartbeat numbers its messages itself", ""),
    ),
    row_of("vrrp_instance", &["authentication", "auth_hmac"], Kept("authkeys")),
    row_of(
        "vrrp_instance",
        &["state", "preempt", "version"],
        Needless("it is what heartbeat does anyway"),
    ),
    row_of(
        "vrrp_instance",
        &["interface", "unicast_peer", "unicast_src_ip", "mcast_src_ip", "mcast_dst_ip"],
        Kept("a path in ha.cf"),
    ),
    row_of(
        "vrrp_instance",
        &["virtual_router_id"],
        Lost(CONVERSATION, "heartbeat has no number for a group", ""),
    ),
    row_of("vrrp_instance", &["priority"], Kept("node")),
    row_of(
        "vrrp_instance",
        &["advert_int", "down_timer_adverts"],
        Changed(TAKEOVER_TIME, "keepalive, deadtime", "one rhythm for all groups"),
    ),
    row_of("vrrp_instance", &["nopreempt"], Kept("auto_failback off")),
    row_of(
        "vrrp_instance",
        &["preempt_delay"],
        Lost(codes::ONE_FAILBACK, "heartbeat hands a group over at once", ""),
    ),
    row_of(
        "vrrp_instance",
        &["virtual_ipaddress", "virtual_ipaddress_excluded"],
        Kept("IPaddr2, IPv6addr"),
    ),
    row_of(
        "vrrp_instance",
        &["virtual_routes", "virtual_rules"],
        Lost(
            NOTHING,
            "heartbeat has no resource for routes and rules",
            "write a script in resource.d that calls `ip`, and put it behind the addresses",
        ),
    ),
    row_of("vrrp_instance", &["track_script"], Needless(BLOCK)),
    row_of(
        "vrrp_instance",
        &["track_interface"],
        Lost(
            NOT_FOLLOWED,
            "heartbeat watches no interface",
            "ping an address behind it and start ipfail",
        ),
    ),
    row_of(
        "vrrp_instance",
        &["track_file", "track_process", "track_bfd"],
        Impossible(NOT_FOLLOWED, "heartbeat follows nodes and ping targets only"),
    ),
    row_of(
        "vrrp_instance",
        &["track_src_ip"],
        Lost(NOT_FOLLOWED, "heartbeat watches no address", ""),
    ),
    row_of(
        "vrrp_instance",
        &["use_vmac", "use_vmac_addr", "vmac_xmit_base", "use_ipvlan"],
        Lost(
            ADDRESS_OPTION,
            "an address of heartbeat has the MAC address of its node",
            "neighbours learn the new one by gratuitous ARP",
        ),
    ),
    row_of(
        "vrrp_instance",
        &["no_accept"],
        Lost(
            ADDRESS_OPTION,
            "an address of heartbeat accepts packets",
            "filter them with a rule of your own",
        ),
    ),
    row_of(
        "vrrp_instance",
        &[
            "accept",
            "no_virtual_ipaddress",
            "dont_track_primary",
            "linkbeat_use_polling",
            "native_ipv6",
        ],
        Needless("it is what heartbeat does anyway"),
    ),
    row_of(
        "vrrp_instance",
        &[
            "strict_mode",
            "debug",
            "unicast_fault_no_peer",
            "unicast_ttl",
            "check_unicast_src",
            "old_unicast_checksum",
            "v3_checksum_as_v2",
            "skip_check_adv_addr",
            "kernel_rx_buf_size",
            "lower_prio_no_advert",
            "higher_prio_send_advert",
            "owner_ignore_adverts",
            "timer_expired_backup",
            "thread_timer_expired",
        ],
        Needless(ABOUT_VRRP),
    ),
    row_of(
        "vrrp_instance",
        &["vrf"],
        Lost(NOTHING, "heartbeat knows no VRF", "start it with `ip vrf exec`"),
    ),
    row_of(
        "vrrp_instance",
        &["promote_secondaries"],
        Lost(
            ADDRESS_OPTION,
            "heartbeat changes no setting of an interface",
            "set net.ipv4.conf.*.promote_secondaries in sysctl.d",
        ),
    ),
    row_of(
        "vrrp_instance",
        &["lvs_sync_daemon_interface"],
        Changed(
            SYNC_DAEMON,
            "LVSSyncDaemonSwap",
            "the script takes its interface from ipvsadm's defaults",
        ),
    ),
    row_of(
        "vrrp_instance",
        &[
            "garp_master_delay",
            "garp_master_repeat",
            "garp_master_refresh",
            "garp_master_refresh_repeat",
            "garp_lower_prio_delay",
            "garp_lower_prio_repeat",
            "garp_extra_if",
            "vmac_garp_intvl",
        ],
        Lost(NOTHING, ANNOUNCES, ""),
    ),
    row_of(
        "vrrp_instance",
        HOOKS,
        Changed(NOTIFY_SCRIPT, "a script in resource.d", "a resource at the end of the line"),
    ),
    row_of(
        "vrrp_instance",
        LOST_HOOKS,
        Lost(NOTIFY_SCRIPT, "heartbeat has start and stop, and no such event", ""),
    ),
    row_of(
        "vrrp_instance",
        &["smtp_alert"],
        Changed(MAIL, "MailTo", "sent by the mail command of the node"),
    ),
    // vrrp_sync_group
    row_of("vrrp_sync_group", &["group"], Kept("one line of haresources")),
    row_of(
        "vrrp_sync_group",
        HOOKS,
        Changed(NOTIFY_SCRIPT, "a script in resource.d", "a resource at the end of the line"),
    ),
    row_of(
        "vrrp_sync_group",
        LOST_HOOKS,
        Lost(NOTIFY_SCRIPT, "heartbeat has start and stop, and no such event", ""),
    ),
    row_of(
        "vrrp_sync_group",
        &["smtp_alert"],
        Changed(MAIL, "MailTo", "sent by the mail command of the node"),
    ),
    row_of(
        "vrrp_sync_group",
        &["track_interface"],
        Lost(
            NOT_FOLLOWED,
            "heartbeat watches no interface",
            "ping an address behind it and start ipfail",
        ),
    ),
    row_of(
        "vrrp_sync_group",
        &["track_script", "track_file", "track_process", "track_bfd"],
        Impossible(NOT_FOLLOWED, "heartbeat follows nodes and ping targets only"),
    ),
    row_of(
        "vrrp_sync_group",
        &["global_tracking", "sync_group_tracking_weight"],
        Lost(NOT_FOLLOWED, "heartbeat has no weights", ""),
    ),
    // vrrp_script; one that is no ping is gone as a whole
    row_of("vrrp_script", &["script"], Kept("ping")),
    row_of(
        "vrrp_script",
        &["weight"],
        Changed(
            codes::PING_ARBITRATION,
            "respawn ipfail",
            "the number of targets counts, not their weight",
        ),
    ),
    row_of(
        "vrrp_script",
        &["interval", "timeout", "rise", "fall"],
        Changed(codes::PING_ARBITRATION, "deadping", "heartbeat pings with every heartbeat"),
    ),
    row_of("vrrp_script", &["user", "init_fail"], Needless("heartbeat pings by itself")),
    // virtual_server
    row_of(
        "virtual_server",
        OBSOLETE,
        Needless("a word of old releases that never had an effect on the table"),
    ),
    row_of("virtual_server", &["ip_family"], Kept("virtual, virtual6")),
    row_of("virtual_server", &["lb_algo", "lvs_sched"], Kept("scheduler")),
    row_of(
        "virtual_server",
        &["flag-1", "flag-2", "flag-3", "sh-port", "sh-fallback", "mh-port", "mh-fallback"],
        Kept("schedflags"),
    ),
    row_of("virtual_server", &["hashed"], Needless("keepalived forgets the word, too")),
    row_of("virtual_server", &["ops"], Kept("ops")),
    row_of(
        "virtual_server",
        &["lb_kind", "lvs_method", "real_server", "uthreshold", "lthreshold"],
        Kept("real"),
    ),
    row_of(
        "virtual_server",
        &["persistence_engine"],
        Impossible(IMPOSSIBLE_THERE, "ldirectord cannot keep a client by anything but its address"),
    ),
    row_of("virtual_server", &["persistence_timeout"], Kept("persistent")),
    row_of("virtual_server", &["persistence_granularity"], Kept("netmask")),
    row_of("virtual_server", &["protocol"], Kept("protocol")),
    row_of(
        "virtual_server",
        &["smtp_alert"],
        Changed(MAIL, "emailalert", "ldirectord tells about all servers of all services"),
    ),
    row_of("virtual_server", &["snmp_name"], Needless("there is no SNMP to name it for")),
    row_of("virtual_server", &["sorry_server", "sorry_server_lvs_method"], Kept("fallback")),
    row_of(
        "virtual_server",
        &["sorry_server_inhibit"],
        Lost(SERVER_DETAIL, "a fallback is always removed when it is not needed", ""),
    ),
    row_of("virtual_server", &["weight"], Kept("real")),
    row_of("virtual_server", &["quorum", "quorum_up", "quorum_down"], Kept("fallbackcommand")),
    row_of(
        "virtual_server",
        &["hysteresis"],
        Impossible(QUORUM, "a service is up with its first server and down without its last"),
    ),
    row_of("virtual_server", &["alpha"], Kept("ldirectord starts every server down")),
    row_of(
        "virtual_server",
        &["omega"],
        Lost(
            QUORUM,
            "ldirectord runs the fallbackcommand at its start, and nothing when it stops",
            "",
        ),
    ),
    row_of("virtual_server", &["inhibit_on_failure"], Kept("quiescent")),
    row_of("virtual_server", &["ha_suspend"], Needless("ldirectord only runs where the group is")),
    row_of(
        "virtual_server",
        &["delay_loop"],
        Changed(codes::CHECK_RHYTHM, "checkinterval", "one rhythm for all services"),
    ),
    row_of(
        "virtual_server",
        &["connect_timeout", "misc_timeout"],
        Changed(codes::CHECK_RHYTHM, "checktimeout", "one limit for the service"),
    ),
    row_of(
        "virtual_server",
        &["retry", "nb_get_retry"],
        Changed(codes::CHECK_RHYTHM, "failurecount", "one number for the service"),
    ),
    row_of(
        "virtual_server",
        &["delay_before_retry"],
        Changed(codes::CHECK_RHYTHM, "checkinterval", "the next try comes with the next round"),
    ),
    row_of("virtual_server", &["warmup"], Needless("the first check comes at once")),
    row_of("virtual_server", &["virtualhost"], Kept("virtualhost")),
    // real_server and its checkers
    row_of(
        "virtual_server",
        &["notify_up", "notify_down"],
        Lost(
            SERVER_DETAIL,
            "ldirectord runs nothing when a server changes",
            "use emailalert, or read its log",
        ),
    ),
    row_of("virtual_server", &["connect_ip", "connect_port"], Kept("checkport")),
    row_of(
        "virtual_server",
        &["bindto", "bind_port", "bind_if", "fwmark"],
        Lost(CHECK_DIFFERENT, "checks of ldirectord leave by the way that the kernel chooses", ""),
    ),
    row_of(
        "virtual_server",
        &["log_all_failures", "fast_recovery", "tls_compliant", "http_protocol"],
        Needless("it is a matter of keepalived's own checker"),
    ),
    row_of(
        "virtual_server",
        &["enable_sni", "sni_name"],
        Lost(CHECK_DIFFERENT, "ldirectord sends no server name in the TLS handshake", ""),
    ),
    row_of("virtual_server", &["url", "path"], Kept("request")),
    row_of(
        "virtual_server",
        &["digest", "status_code", "regex", "regex_no_match"],
        Kept("receive"),
    ),
    row_of(
        "virtual_server",
        &["regex_options", "regex_min_offset", "regex_max_offset", "regex_stack"],
        Lost(
            CHECK_DIFFERENT,
            "ldirectord searches the whole text without options",
            "write options into the expression: (?i)",
        ),
    ),
    row_of(
        "virtual_server",
        &["helo_name"],
        Lost(CHECK_DIFFERENT, "ldirectord says EHLO with its own name", ""),
    ),
    row_of("virtual_server", &["host"], Kept("service=smtp")),
    row_of(
        "virtual_server",
        &["type", "name", "misc_path", "misc_dynamic", "user"],
        Kept("checkcommand"),
    ),
    row_of(
        "virtual_server",
        &["payload", "require_reply", "min_reply_length", "max_reply_length", "track_file"],
        Lost(CHECK_DIFFERENT, "ldirectord has no such check", ""),
    ),
    row_of(
        "virtual_server",
        &[
            "TCP_CHECK",
            "PING_CHECK",
            "UDP_CHECK",
            "DNS_CHECK",
            "SMTP_CHECK",
            "HTTP_GET",
            "SSL_GET",
            "MISC_CHECK",
            "FILE_CHECK",
            "BFD_CHECK",
        ],
        Needless(BLOCK),
    ),
];

/// Not in the keyword table any more, but still in files.
const OBSOLETE: &[&str] = &["nat_mask"];
const STATIC: &[&str] = &["static_ipaddress", "static_routes", "static_rules"];
const HOOKS: &[&str] = &["notify", "notify_master", "notify_backup"];
const LOST_HOOKS: &[&str] = &[
    "notify_fault",
    "notify_stop",
    "notify_deleted",
    "notify_master_rx_lower_pri",
    "notify_priority_changes",
];
const UNREAD: &str = "not understood; `lvsha check` shows what is wrong with it";
const STRANGE: &str = "keepalived has no such word here";
const BLOCK: &str = "what stands in it is spoken for line by line";
const MACHINERY: &str = "about keepalived's own machinery";
const ABOUT_VRRP: &str = "about VRRP's own packets";
const ANNOUNCES: &str =
    "the address scripts of heartbeat announce their addresses in their own way, when they start";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Format;
    use crate::syntax::schema::keywords;

    #[test]
    fn every_keyword_of_every_block_has_a_fate() {
        let rows = keywords(Format::Keepalived).iter().flat_map(|rows| rows.iter());
        // Lines of lists share the fate of their list, forms of the preprocessor are no directives.
        let in_blocks = rows.filter(|row| {
            row.within.is_empty()
                || ["global_defs", "vrrp_", "virtual_server/", "virtual_server"]
                    .iter()
                    .any(|block| row.within.starts_with(block))
        });
        let inherits = ["vrrp_track_", "virtual_server_group"];
        let missing: Vec<String> = in_blocks
            .filter(|row| !inherits.iter().any(|block| row.within.starts_with(block)))
            .filter(|keyword| row(keyword.within, keyword.word).is_none())
            .map(|row| format!("{}/{}", row.within, row.word))
            .collect();
        assert!(missing.is_empty(), "no fate for {missing:#?}");
    }

    #[test]
    fn every_row_names_keywords_that_exist() {
        for row in ROWS {
            for keyword in row.keywords.iter().filter(|keyword| !OBSOLETE.contains(keyword)) {
                let known = crate::syntax::schema::find_anywhere(Format::Keepalived, keyword);
                let fits = |within: &str| within == row.within || within.starts_with(row.within);
                assert!(known.iter().any(|known| fits(known.within)), "{}/{keyword}", row.within);
            }
        }
    }
}
