//! `vrrp_sync_group` and `vrrp_instance`.

use super::Argument::{
    Address, Boolean, Command, Integer, Interface, Many, Name, OneOf, Optional, Rest, Seconds,
};
use super::Body::{Block, Lines};
use super::{AFTER_2_2_7, Keyword, MANY, ROW, WHOLE, table};

table! {
    /// Routers that change state together.
    SYNC_GROUP within "vrrp_sync_group";
    "group" [Many(&Name)] "" "the routers", body: Lines("names"), field: "members";
    "track_interface" [] "" "interfaces that all members follow", body: Lines("track_interface"),
        field: "tracks";
    "track_script" [] "" "scripts that all members follow", body: Lines("track_script"),
        field: "tracks";
    "track_file" [] "" "files that all members follow", body: Lines("track_file/line"),
        field: "tracks";
    "track_process" [] "" "processes that all members follow", body: Lines("track_process"),
        field: "tracks";
    "track_bfd" [] "" "BFD sessions that all members follow", body: Lines("track_bfd"),
        field: "tracks";
    "notify_backup" [Command] "" "runs when the group becomes backup", field: "hooks";
    "notify_master" [Command] "" "runs when the group becomes master", field: "hooks";
    "notify_fault" [Command] "" "runs when the group fails", field: "hooks";
    "notify_stop" [Command] "" "runs when the daemon stops", field: "hooks";
    "notify" [Command] "" "runs at every change of state", field: "hooks";
    "smtp_alert" [Boolean] "smtp_alert_vrrp" "mail changes of state", field: "settings.alert";
    "global_tracking" [] "" "older name of sync_group_tracking_weight",
        alias_of: Some("sync_group_tracking_weight"), field: "settings.weights";
    "sync_group_tracking_weight" [] "off" "members may have weighted trackers",
        field: "settings.weights";
    "notify_priority_changes" [Boolean] "" "tell changes of priority",
        field: "settings.notify_priority_changes";
}

table! {
    /// What a router is.
    INSTANCE within "vrrp_instance";
    "state" [OneOf(&["MASTER", "BACKUP"])]
        "BACKUP, MASTER at priority 255" "first state; only affects preemption", field: "members.role";
    "interface" [Interface] "" "interface of the adverts", field: "interface";
    "vrf" [Interface] "" "VRF of a unicast router without interface", field: "delivery.vrf";
    "virtual_router_id" [Integer(1, 255)] "" "VRID, the same on all directors",
        field: "virtual_router_id";
    "version" [Integer(2, 3)] "vrrp_version, 3 for IPv6" "protocol version", field: "version";
    "priority" [Integer(1, 255)] "100" "rank in the election", field: "members.priority";
    "advert_int" [Seconds(0.01, 255.0)] "1" "time between adverts", field: "interval";
    "strict_mode" [Boolean] "vrrp_strict" "enforce the protocol's letter", field: "delivery.strict";
    "debug" [Integer(0, 4)] "0" "without any effect", field: "delivery.debug";
}

table! {
    /// How adverts travel.
    TRANSPORT within "vrrp_instance";
    "use_vmac" [Rest] "off" "an interface with the virtual MAC address", field: "own_interface";
    "use_vmac_addr" [] "off" "such an interface for addresses elsewhere",
        field: "delivery.virtual_mac_for_addresses";
    "vmac_xmit_base" [] "off" "adverts leave by the real interface",
        field: "delivery.transmit_on_base";
    "use_ipvlan" [Rest] "off" "an ipvlan interface instead", field: "own_interface";
    "unicast_peer" [] "" "directors that are told one by one",
        body: Lines("unicast_peer"), field: "transport.peers";
    "unicast_fault_no_peer" [] "off" "fail when no peer is left",
        field: "delivery.fault_without_peer";
    "unicast_ttl" [Integer(0, 255)] "255" "time to live of unicast adverts",
        field: "delivery.unicast_ttl";
    "check_unicast_src" [] "vrrp_check_unicast_src" "accept adverts of listed peers only",
        field: "conduct.check_unicast_source";
    "old_unicast_checksum" [Optional(&OneOf(&["never"]))]
        "automatic" "checksum of releases before 1.3.6", field: "delivery.old_checksum";
    "native_ipv6" [] "" "deprecated: the first address tells the family",
        field: "delivery.native_ipv6";
    "mcast_src_ip" [Address] "the interface's first" "source of multicast adverts",
        field: "transport.source";
    "unicast_src_ip" [Address] "the interface's first" "source of unicast adverts",
        field: "transport.source";
    "mcast_dst_ip" [Address] "vrrp_mcast_group4" "another multicast group",
        field: "transport.group";
    "track_src_ip" [] "off" "fail when the source address is gone", field: "delivery.track_source";
    "v3_checksum_as_v2" [Boolean] "off" "checksum without the pseudo header", since: AFTER_2_2_7,
        field: "delivery.checksum_as_v2";
    "skip_check_adv_addr" [Boolean]
        "vrrp_skip_check_adv_addr" "trust the address list of a known master",
        field: "conduct.skip_address_check";
    "kernel_rx_buf_size" [Integer(0, MANY)] "vrrp_rx_bufs_policy" "bytes of the receive buffer",
        field: "delivery.receive_buffer";
    "lvs_sync_daemon_interface" [Interface] "" "deprecated: interface of the sync daemon",
        alias_of: Some("lvs_sync_daemon"), field: "delivery.sync_daemon_interface";
}

table! {
    /// What moves.
    ADDRESSES within "vrrp_instance";
    "virtual_ipaddress" [] "" "addresses in the adverts",
        body: Lines("virtual_ipaddress"), field: "addresses";
    "virtual_ipaddress_excluded" [] "" "addresses that only move along",
        body: Lines("virtual_ipaddress"),
        field: "excluded";
    "no_virtual_ipaddress" [] "off" "there may be no address", since: AFTER_2_2_7,
        field: "delivery.no_addresses";
    "virtual_routes" [] "" "routes that move along", body: Lines("virtual_routes"), field: "routes";
    "virtual_rules" [] "" "rules that move along", body: Lines("virtual_rules"), field: "rules";
    "promote_secondaries" [] "off" "keep addresses when their primary goes",
        field: "delivery.promote_secondaries";
    "accept" [] "on unless strict" "take packets for the addresses", field: "accept";
    "no_accept" [] "off" "drop packets for the addresses", field: "accept";
}

table! {
    /// Who becomes master.
    ELECTION within "vrrp_instance";
    "preempt" [] "on" "a better director takes over from a living master", field: "preempt";
    "nopreempt" [] "off" "a living master stays", field: "preempt";
    "preempt_delay" [Seconds(0.0, 1000.0)] "0" "how long a better director waits",
        field: "preempt_delay";
    "down_timer_adverts" [Integer(1, 100)] "3" "missed adverts until the master counts as dead",
        field: "down_count";
    "timer_expired_backup" [Optional(&Integer(1, 254))] "off" "give way when an advert was late",
        since: AFTER_2_2_7, field: "delivery.late_gives_way";
    "thread_timer_expired" [Optional(&Integer(1, 254))] "" "older name of timer_expired_backup",
        since: AFTER_2_2_7, alias_of: Some("timer_expired_backup"),
        field: "delivery.late_gives_way";
    "lower_prio_no_advert" [Boolean]
        "vrrp_lower_prio_no_advert" "no answer to adverts of lower priority",
        field: "conduct.lower_priority_no_advert";
    "higher_prio_send_advert" [Boolean]
        "vrrp_higher_prio_send_advert" "a last advert before giving way",
        field: "conduct.higher_priority_send_advert";
    "owner_ignore_adverts" [Boolean] "vrrp_owner_ignore_adverts" "an address owner ignores adverts",
        since: AFTER_2_2_7, field: "conduct.owner_ignores_adverts";
}

table! {
    /// What the router follows.
    TRACKING within "vrrp_instance";
    "dont_track_primary" [] "off" "ignore the state of the router's own interface",
        field: "delivery.ignore_own_interface";
    "linkbeat_use_polling" [] "" "deprecated: poll the link", alias_of: Some("linkbeat_interfaces"),
        field: "delivery.poll_link";
    "track_interface" [] "" "interfaces", body: Lines("track_interface"), field: "tracks";
    "track_script" [] "" "scripts", body: Lines("track_script"), field: "tracks";
    "track_file" [] "" "files", body: Lines("track_file/line"), field: "tracks";
    "track_process" [] "" "processes", body: Lines("track_process"), field: "tracks";
    "track_bfd" [] "" "BFD sessions", body: Lines("track_bfd"), field: "tracks";
}

table! {
    /// Gratuitous ARP and neighbour advertisements.
    ANNOUNCEMENTS within "vrrp_instance";
    "garp_master_delay" [Integer(0, WHOLE)]
        "vrrp_garp_master_delay" "seconds until the second batch",
        field: "announcements.master_delay";
    "garp_master_repeat" [Integer(1, MANY)] "vrrp_garp_master_repeat" "messages in a batch",
        field: "announcements.master_repeat";
    "garp_master_refresh" [Integer(0, MANY)]
        "vrrp_garp_master_refresh" "seconds between later batches",
        field: "announcements.master_refresh";
    "garp_master_refresh_repeat" [Integer(1, MANY)]
        "vrrp_garp_master_refresh_repeat" "messages in a later batch",
        field: "announcements.master_refresh_repeat";
    "garp_lower_prio_delay" [Integer(0, WHOLE)]
        "vrrp_garp_lower_prio_delay" "delay after an advert of lower priority",
        field: "announcements.lower_priority_delay";
    "garp_lower_prio_repeat" [Integer(0, MANY)]
        "vrrp_garp_lower_prio_repeat" "messages after such an advert",
        field: "announcements.lower_priority_repeat";
    "garp_extra_if" [Rest] "vrrp_garp_extra_if" "repeat on other interfaces that hold addresses",
        field: "announcements.extra_interfaces";
    "vmac_garp_intvl" [Rest] "" "older name of garp_extra_if", alias_of: Some("garp_extra_if"),
        field: "announcements.extra_interfaces";
}

table! {
    /// Who is told.
    EVENTS within "vrrp_instance";
    "notify_backup" [Command] "" "runs when the router becomes backup", field: "hooks";
    "notify_master" [Command] "" "runs when the router becomes master", field: "hooks";
    "notify_fault" [Command] "" "runs when the router fails", field: "hooks";
    "notify_stop" [Command] "" "runs when the daemon stops", field: "hooks";
    "notify_deleted" [Optional(&Command)] "" "runs when the router is deleted", field: "hooks";
    "notify" [Command] "" "runs at every change of state", field: "hooks";
    "notify_master_rx_lower_pri" [Command] "" "runs when a master hears a lower priority",
        field: "hooks";
    "smtp_alert" [Boolean] "smtp_alert_vrrp" "mail changes of state", field: "alert";
    "notify_priority_changes" [Boolean] "vrrp_notify_priority_changes" "tell changes of priority",
        field: "conduct.notify_priority_changes";
    "authentication" [] "" "password of VRRP version 2",
        body: Block("vrrp_instance/authentication"),
        field: "authentication";
    "auth_hmac" [] "" "keys for adverts",
        body: Block("vrrp_instance/auth_hmac"), since: AFTER_2_2_7, field: "authentication";
}

table! {
    /// Authentication of VRRP version 2.
    AUTHENTICATION within "vrrp_instance/authentication";
    "auth_type" [OneOf(&["PASS", "AH"])] "" "how the password is used", field: "authentication";
    "auth_pass" [Name] "" "the password, of which eight characters count",
        secret: true, field: "authentication";
}

table! {
    /// Authentication of keepalived 2.4; the block itself says since when.
    AUTH_HMAC within "vrrp_instance/auth_hmac";
    "key" [Integer(1, 255), Name] "" "a numbered key", secret: true, field: "authentication.keys";
    "active_key" [Integer(1, 255)] "" "number of the key that signs",
        field: "authentication.active";
    "time_window" [Integer(1, 300)] "three adverts, at least 5" "seconds that clocks may differ",
        field: "authentication.hmac.time_window";
    "anti_replay" [OneOf(&["time", "monotonic"])] "time" "how old adverts are recognised",
        field: "authentication.hmac.anti_replay";
    "mode" [OneOf(&["enforce", "permissive", "receive-only"])]
        "enforce" "what happens without a key", field: "authentication.hmac.mode";
}
