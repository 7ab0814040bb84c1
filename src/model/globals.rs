//! Settings of a whole keepalived: `global_defs` and the words outside all braces.

use std::time::Duration;

use super::setting::{Settings, settings};
use super::{Announcements, Carried, Conduct, Sourced};

/// Settings of a whole keepalived.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Globals {
    /// Name of this node in alerts.
    pub router_id: Option<Sourced<String>>,
    /// Silence after the start.
    pub startup_delay: Option<Sourced<Duration>>,
    /// User (and group) that scripts run as.
    pub script_user: Option<Sourced<String>>,
    /// Whether scripts that others can write are refused.
    pub script_security: Option<Sourced<bool>>,
    /// Whether RFC conformance is enforced.
    pub strict: Option<Sourced<bool>>,
    /// Gratuitous ARP of routers that state nothing else.
    pub announcements: Announcements,
    /// Manners of routers that state nothing else.
    pub conduct: Conduct,
    /// Defaults of routers that only stand here.
    pub routers: RouterDefaults,
    /// Mail.
    pub mail: MailSettings,
    /// Start and stop.
    pub lifetime: Lifetime,
    /// Scripts and the pipes that are told every event.
    pub events: EventSettings,
    /// Virtual servers.
    pub services: ServiceDefaults,
    /// Rules of the packet filter.
    pub firewall: Firewall,
    /// Network interfaces.
    pub interfaces: InterfaceSettings,
    /// The process that speaks VRRP.
    pub vrrp_process: Process,
    /// The process that checks real servers.
    pub checker_process: Process,
    /// The process that speaks BFD.
    pub bfd_process: Process,
    /// Names, files and other affairs of the daemon.
    pub daemon: Daemon,
    /// SNMP and DBus.
    pub monitoring: Monitoring,
    /// Buffers.
    pub buffers: Buffers,
    /// What stands outside all braces.
    pub outside: Outside,
    /// Directives of `global_defs` without a field.
    pub carried: Vec<Carried>,
}

impl Globals {
    /// The groups inside `global_defs`, each with what its keywords begin with there.
    pub fn groups(&self) -> [(&'static str, &dyn Settings); 15] {
        [
            ("", &self.daemon),
            ("", &self.mail),
            ("", &self.lifetime),
            ("", &self.interfaces),
            ("", &self.routers),
            ("vrrp_", &self.conduct),
            ("vrrp_", &self.announcements),
            ("", &self.firewall),
            ("", &self.services),
            ("", &self.events),
            ("vrrp_", &self.vrrp_process),
            ("checker_", &self.checker_process),
            ("bfd_", &self.bfd_process),
            ("", &self.buffers),
            ("", &self.monitoring),
        ]
    }

    /// The same groups, to be filled.
    pub fn groups_mut(&mut self) -> [(&'static str, &mut dyn Settings); 15] {
        [
            ("", &mut self.daemon),
            ("", &mut self.mail),
            ("", &mut self.lifetime),
            ("", &mut self.interfaces),
            ("", &mut self.routers),
            ("vrrp_", &mut self.conduct),
            ("vrrp_", &mut self.announcements),
            ("", &mut self.firewall),
            ("", &mut self.services),
            ("", &mut self.events),
            ("vrrp_", &mut self.vrrp_process),
            ("checker_", &mut self.checker_process),
            ("bfd_", &mut self.bfd_process),
            ("", &mut self.buffers),
            ("", &mut self.monitoring),
        ]
    }
}

settings! {
    /// Mail beyond [`Alerts`](super::Alerts).
    pub struct MailSettings {
        /// Name given to the mail server.
        helo_name: Word = "smtp_helo_name";
        /// Whether changes of state are mailed where a block says nothing.
        alert: Boolean = "smtp_alert";
        /// The same for routers.
        router_alert: Boolean = "smtp_alert_vrrp";
        /// The same for real servers.
        server_alert: Boolean = "smtp_alert_checker";
        /// No mail when a router fails.
        no_faults: Flag = "no_email_faults";
        /// Mail only when real servers come and go, not for every checker.
        no_checkers: Boolean = "no_checker_emails";
        /// Log every failed check, not only the one that changes something.
        log_all_failures: Boolean = "checker_log_all_failures";
    }

    /// What happens when the daemon starts and stops.
    pub struct Lifetime {
        /// Runs before anything else.
        startup_script: Command = "startup_script";
        /// How long it may take.
        startup_timeout: Seconds = "startup_script_timeout";
        /// Runs after everything else.
        shutdown_script: Command = "shutdown_script";
        /// How long it may take.
        shutdown_timeout: Seconds = "shutdown_script_timeout";
        /// Silence counted from the system's boot.
        delay_after_boot: Seconds = "vrrp_delay_after_boot";
        /// Read the file in a trial run first; where that one logs.
        check_before_reload: OptionalWord = "reload_check_config";
        /// File that holds the time of a reload.
        reload_time_file: Word = "reload_time_file";
        /// Whether that time comes every day.
        reload_repeat: Flag = "reload_repeat";
        /// File that is emptied while the configuration is read.
        reload_file: OptionalWord = "reload_file";
    }

    /// Network interfaces of the daemon.
    pub struct InterfaceSettings {
        /// Interfaces may come and go; `allow_if_changes` lets them change their kind, too.
        dynamic: OptionalWord = "dynamic_interfaces";
        /// Interface of static addresses that name none.
        default: Word = "default_interface";
        /// No IGMP for link-local groups.
        disable_local_igmp: Flag = "disable_local_igmp";
        /// How names of virtual MAC interfaces begin.
        virtual_mac_prefix: Word = "vmac_prefix";
        /// The same for `use_vmac_addr`.
        virtual_mac_address_prefix: Word = "vmac_addr_prefix";
    }

    /// Defaults of routers that no router can state in these words.
    pub struct RouterDefaults {
        /// Protocol version of IPv4 routers, 2 or 3.
        version: Number = "vrrp_version";
        /// Multicast group of IPv4.
        group4: Address = "vrrp_mcast_group4";
        /// Multicast group of IPv6.
        group6: Address = "vrrp_mcast_group6";
        /// Checksum of version 3 without the pseudo header.
        checksum_as_v2: Boolean = "v3_checksum_as_v2";
        /// Adverts that may be missed, as [`Router::down_count`](super::Router::down_count).
        down_count: Number = "vrrp_down_timer_adverts";
        /// Log adverts of routers that are not configured.
        log_unknown: Flag = "log_unknown_vrids";
        /// Pause between two gratuitous ARP messages.
        garp_interval: Seconds = "vrrp_garp_interval";
        /// Pause between two neighbour advertisements.
        gna_interval: Seconds = "vrrp_gna_interval";
        /// One announcement instead of two batches.
        min_garp: Boolean = "vrrp_min_garp";
    }

    /// Rules of the packet filter for `no_accept`.
    pub struct Firewall {
        /// Chains of iptables.
        iptables: Words = "vrrp_iptables";
        /// Names of the ipsets.
        ipsets: Words = "vrrp_ipsets";
        /// Table of nftables.
        nftables: OptionalWord = "nftables";
        /// Priority of its chains.
        nftables_priority: Signed = "nftables_priority";
        /// Match interfaces by number.
        nftables_ifindex: Flag = "nftables_ifindex";
        /// Count what the rules match.
        nftables_counters: Flag = "nftables_counters";
    }

    /// Virtual servers.
    pub struct ServiceDefaults {
        /// Timeouts of connections: `tcp N tcpfin N udp N`.
        timeouts: Words = "lvs_timeouts";
        /// Empty the table at the start.
        flush: Flag = "lvs_flush";
        /// Empty the table at the end; `VS` only its own services.
        flush_on_stop: OptionalWord = "lvs_flush_on_stop" | "lvs_flush_onstop";
        /// Marks for groups are set by this table of nftables.
        nftables: OptionalWord = "nftables_ipvs";
        /// Priority of its chains.
        nftables_priority: Signed = "nftables_ipvs_priority";
        /// First mark of those.
        nftables_first_mark: Number = "nftables_ipvs_start_fwmark";
        /// Notify the first state of real servers.
        notify_first_state: Boolean = "rs_init_notifies";
    }

    /// Scripts and the pipes that are told every event. A pipe is a path, then a user and a group.
    pub struct EventSettings {
        /// Keep symbolic links in paths of scripts.
        use_symlink_paths: Boolean = "use_symlink_paths";
        /// Scripts get the user's other groups.
        supplementary_groups: Boolean = "set_supplementary_groups";
        /// Pipe that is told every event.
        pipe: Words = "notify_fifo";
        /// Reader of that pipe.
        pipe_reader: Command = "notify_fifo_script";
        /// Pipe for events of routers.
        router_pipe: Words = "vrrp_notify_fifo";
        /// Reader of that pipe.
        router_pipe_reader: Command = "vrrp_notify_fifo_script";
        /// Pipe for events of real servers.
        server_pipe: Words = "lvs_notify_fifo";
        /// Reader of that pipe.
        server_pipe_reader: Command = "lvs_notify_fifo_script";
        /// Tell all states after a reload.
        states_on_reload: Flag = "fifo_write_vrrp_states_on_reload";
    }

    /// How a process is named and scheduled.
    pub struct Process {
        /// Its name.
        name: Word = "process_name";
        /// Nice value, -20 to 19.
        priority: Signed = "priority";
        /// Keep it in memory.
        no_swap: Flag = "no_swap";
        /// Real-time priority, 1 to 99.
        realtime_priority: Number = "rt_priority";
        /// Numbers of its processors.
        processors: Words = "cpu_affinity";
        /// Microseconds of real-time without a system call.
        realtime_limit: Number = "rlimit_rttime" | "rlimit_rtime";
    }

    /// Names, files and other affairs of the daemon.
    pub struct Daemon {
        /// Name the children after their work.
        process_names: Flag = "process_names";
        /// Name of the parent process.
        process_name: Word = "process_name";
        /// Highest priority when timers run late.
        max_auto_priority: OptionalNumber = "max_auto_priority";
        /// Microseconds late that raise it.
        min_auto_priority_delay: Number = "min_auto_priority_delay";
        /// What makes a missing include an error.
        include_check: Words = "include_check";
        /// Copies of the text as read.
        save_directory: Word = "config_save_dir";
        /// Where the children's copy stands.
        temporary_directory: Word = "tmp_config_directory";
        /// Permissions that new files lack.
        umask: Words = "umask";
        /// Seed of random numbers.
        random_seed: Number = "random_seed";
        /// The daemon's name in names of dumps.
        dump_names: Boolean = "data_use_instance";
        /// Shape of the JSON dump, 1 or 2.
        json_version: Number = "json_version";
        /// Folder of iproute2's tables.
        iproute_usr: Word = "iproute_usr_dir";
        /// Folder of iproute2's tables.
        iproute_etc: Word = "iproute_etc_dir";
        /// Where the state is dumped.
        state_file: Word = "state_dump_file";
        /// Where the counters are dumped.
        counters_file: Word = "stats_dump_file";
        /// Where JSON is dumped.
        json_file: Word = "json_dump_file";
    }

    /// SNMP and DBus.
    pub struct Monitoring {
        /// Socket of the SNMP agent.
        snmp_socket: Word = "snmp_socket";
        /// Send SNMP traps.
        traps: Flag = "enable_traps";
        /// SNMP for routers.
        snmp_routers: Flag = "enable_snmp_vrrp" | "enable_snmp_keepalived";
        /// SNMP for real servers.
        snmp_servers: Flag = "enable_snmp_checker";
        /// SNMP of both RFCs.
        snmp_rfc: Flag = "enable_snmp_rfc";
        /// SNMP of RFC 2787.
        snmp_rfc2: Flag = "enable_snmp_rfcv2";
        /// SNMP of RFC 6527.
        snmp_rfc3: Flag = "enable_snmp_rfcv3";
        /// Age of numbers about virtual servers.
        snmp_service_interval: Seconds = "snmp_vs_stats_update_interval";
        /// Age of numbers about real servers.
        snmp_server_interval: Seconds = "snmp_rs_stats_update_interval";
        /// Offer DBus.
        dbus: Flag = "enable_dbus";
        /// Name on DBus.
        dbus_name: Word = "dbus_service_name";
        /// Path of routers without interface.
        dbus_no_interface: Word = "dbus_no_interface_name";
    }

    /// Receive buffers, in bytes.
    pub struct Buffers {
        /// For answers of the kernel to the VRRP process.
        vrrp_command: Number = "vrrp_netlink_cmd_rcv_bufs";
        /// Even above the system's limit.
        vrrp_command_force: Boolean = "vrrp_netlink_cmd_rcv_bufs_force";
        /// For events of the kernel.
        vrrp_monitor: Number = "vrrp_netlink_monitor_rcv_bufs";
        /// Even above the system's limit.
        vrrp_monitor_force: Boolean = "vrrp_netlink_monitor_rcv_bufs_force";
        /// For answers of the kernel to the checker process.
        lvs_command: Number = "lvs_netlink_cmd_rcv_bufs";
        /// Even above the system's limit.
        lvs_command_force: Boolean = "lvs_netlink_cmd_rcv_bufs_force";
        /// For events of the kernel.
        lvs_monitor: Number = "lvs_netlink_monitor_rcv_bufs";
        /// Even above the system's limit.
        lvs_monitor_force: Boolean = "lvs_netlink_monitor_rcv_bufs_force";
        /// For events of processes.
        process_monitor: Number = "process_monitor_rcv_bufs";
        /// Even above the system's limit.
        process_monitor_force: Boolean = "process_monitor_rcv_bufs_force";
        /// How the buffer for adverts is sized: `MTU`, `ADVERT` or bytes.
        adverts_policy: Word = "vrrp_rx_bufs_policy";
        /// Adverts that it holds.
        adverts: Number = "vrrp_rx_bufs_multiplier";
    }

    /// What stands outside all braces.
    pub struct Outside {
        /// Poll the link state of every interface.
        poll_links: Flag = "linkbeat_use_polling";
        /// Run inside this network namespace.
        namespace: Word = "net_namespace";
        /// Another network namespace for IPVS.
        ipvs_namespace: OptionalWord = "net_namespace_ipvs";
        /// The kernel keeps ipsets of namespaces apart.
        namespace_with_ipsets: Flag = "namespace_with_ipsets";
        /// Pid files in a folder of their own.
        pid_directory: Flag = "use_pid_dir";
        /// Name of this daemon, for its pid and data files.
        instance: Word = "instance";
        /// How long to wait for children at the end.
        child_wait: Seconds = "child_wait_time";
    }
}
