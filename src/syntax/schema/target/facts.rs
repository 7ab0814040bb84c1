//! What differs between releases and builds of keepalived, each fact with its version.
//!
//! Sources: keepalived's ChangeLog and release notes; rows marked "tried" were tried with 2.2.7.

use super::{BuildOption, Version};

/// Words that releases of this century still in use do not know: the first release that does.
/// What 2.2.7 lacks stands in the keyword table; a row here is more exact.
pub const SINCE: &[(&str, Version)] = &[
    ("init_fail", Version::new(1, 3, 2)),
    ("higher_prio_send_advert", Version::new(1, 3, 5)),
    ("vrrp_higher_prio_send_advert", Version::new(1, 3, 5)),
    ("sorry_server_lvs_method", Version::new(1, 3, 6)),
    ("bind_if", Version::new(1, 3, 7)),
    ("old_unicast_checksum", Version::new(1, 3, 7)),
    ("enable_sni", Version::new(1, 4, 3)),
    ("enable_snmp_vrrp", Version::new(2, 0, 0)),
    ("no_checker_emails", Version::new(2, 0, 0)),
    ("sync_group_tracking_weight", Version::new(2, 0, 0)),
    ("vrrp_track_file", Version::new(2, 0, 0)),
    ("track_group", Version::new(2, 0, 3)),
    ("notify_master_rx_lower_pri", Version::new(2, 0, 6)),
    ("regex", Version::new(2, 0, 7)),
    ("regex_max_offset", Version::new(2, 0, 7)),
    ("regex_min_offset", Version::new(2, 0, 7)),
    ("regex_no_match", Version::new(2, 0, 7)),
    ("regex_options", Version::new(2, 0, 7)),
    ("regex_stack", Version::new(2, 0, 7)),
    ("checker_log_all_failures", Version::new(2, 0, 11)),
    ("log_all_failures", Version::new(2, 0, 11)),
    ("track_process", Version::new(2, 0, 11)),
    ("vrrp_track_process", Version::new(2, 0, 11)),
    ("vrrp_min_garp", Version::new(2, 0, 12)),
    ("linkbeat_interfaces", Version::new(2, 0, 13)),
    ("vrrp_startup_delay", Version::new(2, 0, 14)),
    ("log_unknown_vrids", Version::new(2, 0, 16)),
    ("quorum_max", Version::new(2, 0, 16)),
    ("bfd_cpu_affinity", Version::new(2, 0, 17)),
    ("checker_cpu_affinity", Version::new(2, 0, 17)),
    ("fast_recovery", Version::new(2, 0, 17)),
    ("http_protocol", Version::new(2, 0, 17)),
    ("use_ipvlan", Version::new(2, 0, 17)),
    ("vrrp_cpu_affinity", Version::new(2, 0, 17)),
    ("PING_CHECK", Version::new(2, 1, 0)),
    ("track_file", Version::new(2, 1, 0)),
    ("down_timer_adverts", Version::new(2, 2, 3)),
    ("garp_extra_if", Version::new(2, 2, 3)),
    ("vrrp_down_timer_adverts", Version::new(2, 2, 3)),
    ("vrrp_garp_extra_if", Version::new(2, 2, 3)),
    ("auth_hmac", Version::new(2, 4, 0)),
];

/// Words that some blocks knew before others: block, word, first release.
pub const SINCE_WITHIN: &[(&str, &str, Version)] = &[
    ("vrrp_instance", "track_file", Version::new(2, 0, 0)),
    ("vrrp_sync_group", "track_file", Version::new(2, 0, 0)),
];

/// Words of optional parts: a build without the part does not know them.
pub const BUILD_WORDS: &[(&str, BuildOption)] = &[
    ("authentication", BuildOption::Auth),
    ("BFD_CHECK", BuildOption::Bfd),
    ("bfd_cpu_affinity", BuildOption::Bfd),
    ("bfd_instance", BuildOption::Bfd),
    ("bfd_no_swap", BuildOption::Bfd),
    ("bfd_priority", BuildOption::Bfd),
    ("bfd_process_name", BuildOption::Bfd),
    ("bfd_rlimit_rttime", BuildOption::Bfd),
    ("bfd_rt_priority", BuildOption::Bfd),
    ("track_bfd", BuildOption::Bfd),
    ("dbus_no_interface_name", BuildOption::Dbus),
    ("dbus_service_name", BuildOption::Dbus),
    ("enable_dbus", BuildOption::Dbus),
    // Debian's 2.2.7 is built without iptables: it refuses the first and does not know the second
    // (tried).
    ("vrrp_iptables", BuildOption::Iptables),
    ("vrrp_ipsets", BuildOption::Iptables),
    ("json_dump_file", BuildOption::Json),
    ("json_version", BuildOption::Json),
    ("nftables", BuildOption::Nftables),
    ("nftables_counters", BuildOption::Nftables),
    ("nftables_ifindex", BuildOption::Nftables),
    ("nftables_ipvs", BuildOption::Nftables),
    ("nftables_ipvs_priority", BuildOption::Nftables),
    ("nftables_ipvs_start_fwmark", BuildOption::Nftables),
    ("nftables_priority", BuildOption::Nftables),
    ("regex", BuildOption::Regex),
    ("regex_max_offset", BuildOption::Regex),
    ("regex_min_offset", BuildOption::Regex),
    ("regex_no_match", BuildOption::Regex),
    ("regex_options", BuildOption::Regex),
    ("regex_stack", BuildOption::Regex),
    ("enable_snmp_checker", BuildOption::Snmp),
    ("enable_snmp_rfc", BuildOption::Snmp),
    ("enable_snmp_rfcv2", BuildOption::Snmp),
    ("enable_snmp_rfcv3", BuildOption::Snmp),
    ("enable_snmp_vrrp", BuildOption::Snmp),
    ("enable_traps", BuildOption::Snmp),
    ("snmp_name", BuildOption::Snmp),
    ("snmp_rs_stats_update_interval", BuildOption::Snmp),
    ("snmp_socket", BuildOption::Snmp),
    ("snmp_vs_stats_update_interval", BuildOption::Snmp),
    ("use_ipvlan", BuildOption::Vmac),
    ("use_vmac", BuildOption::Vmac),
    ("use_vmac_addr", BuildOption::Vmac),
    ("vmac_xmit_base", BuildOption::Vmac),
];

/// A habit of some releases that a word brings into play.
#[derive(Clone, Copy, Debug)]
pub struct Quirk {
    /// The word.
    pub word: &'static str,
    /// The block it stands in, as in the keyword table.
    pub within: &'static str,
    /// First release with the habit.
    pub from: Version,
    /// First release without it.
    pub until: Version,
    /// What these releases do, one sentence about them.
    pub what: &'static str,
}

/// The habits of releases.
pub const QUIRKS: &[Quirk] = &[
    Quirk {
        word: "auth_pass",
        within: "vrrp_instance/authentication",
        from: Version::new(2, 0, 0),
        until: Version::new(2, 4, 0),
        what: "the JSON dump shows the password to whoever may read the file",
    },
    Quirk {
        word: "hysteresis",
        within: "virtual_server",
        from: FIRST,
        until: Version::new(2, 2, 8),
        what: "a real server of weight 0 spoils the hysteresis of the quorum",
    },
    Quirk {
        word: "real_server",
        within: "virtual_server",
        from: FIRST,
        until: Version::new(2, 2, 8),
        what: "a reload forgets which real servers are down, and takes minutes with thousands",
    },
    Quirk {
        // Tried: process 1 of a namespace is spared.
        word: "script_user",
        within: "global_defs",
        from: FIRST,
        until: Version::new(2, 2, 8),
        what: "`keepalived -t` may end by signal (exit 143) when the user is not root",
    },
    Quirk {
        word: "unicast_peer",
        within: "vrrp_instance",
        from: FIRST,
        until: Version::new(1, 3, 7),
        what: "the checksum of unicast adverts of version 3 is one that other programs drop",
    },
];

/// Whether `release` takes the first part of a DNS name for an empty one because it is one letter
/// (tried; whether a release behind 2.2.7 does so is not known).
pub fn refuses_dns_name(name: &str, release: Version) -> bool {
    release <= Version::new(2, 2, 7) && name.chars().nth(1) == Some('.')
}

/// Before every release that is still in use.
const FIRST: Version = Version::new(1, 0, 0);
