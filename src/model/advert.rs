//! How a router behaves on the wire: announcements, manners, delivery of adverts.

use std::net::IpAddr;

use super::setting::settings;

/// A director that is told one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// Least time to live of its adverts (`min_ttl`).
    pub least_ttl: Option<u8>,
    /// Largest time to live of its adverts (`max_ttl`).
    pub largest_ttl: Option<u8>,
}

impl Peer {
    /// A peer whose time to live is not judged.
    pub fn new(address: IpAddr) -> Self {
        Self { address, least_ttl: None, largest_ttl: None }
    }
}

/// An interface with the router's virtual MAC address (`use_vmac`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VirtualMac {
    /// Its name; `None` means `vrrp.VRID`, for IPv6 `vrrp6.VRID`.
    pub name: Option<String>,
    /// Another MAC address than the standard's, 5 or 6 octets as written.
    pub address: Option<String>,
    /// Whether its creation is told by netlink (`netlink_notify_msg`).
    pub notify: bool,
    /// Group of the interface (`group`).
    pub group: Option<String>,
}

/// An interface that shares the MAC address of the router's interface (`use_ipvlan`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedMac {
    /// Its name; `None` means `vrrp.VRID`, for IPv6 `vrrp6.VRID`.
    pub name: Option<String>,
    /// Its own address, with an optional prefix length as written.
    pub address: Option<String>,
    /// `bridge`, `private` or `vepa`.
    pub mode: Option<String>,
    /// Group of the interface (`group`).
    pub group: Option<String>,
}

/// The interface of a router's own, beside the one that is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnInterface {
    /// ipvlan.
    SharedMac(SharedMac),
    /// macvlan with the standard's MAC address (RFC 9568 section 7.3).
    VirtualMac(VirtualMac),
}

impl OwnInterface {
    /// The words of its line, the keyword first. `knows_notice`: whether `netlink_notify_msg` is no
    /// name of an interface.
    pub fn words(&self, knows_notice: bool) -> Vec<&str> {
        let (keyword, name, address, option, group) = match self {
            Self::SharedMac(own) => {
                ("use_ipvlan", &own.name, &own.address, own.mode.as_deref(), &own.group)
            }
            Self::VirtualMac(own) => {
                let notice = (own.notify && knows_notice).then_some("netlink_notify_msg");
                ("use_vmac", &own.name, &own.address, notice, &own.group)
            }
        };
        let mut words = vec![keyword];
        if let Some(name) = name {
            words.extend(is_taken_for_another_word(name).then_some("name"));
            words.push(name);
        }
        words.extend(address.as_deref());
        words.extend(option);
        words.extend(group.iter().flat_map(|group| ["group", group]));
        words
    }
}

/// Before such a name stands `name`: 2.2.7 takes that word for a name itself, so it is only written
/// where it has to be.
fn is_taken_for_another_word(name: &str) -> bool {
    let options = ["bridge", "group", "name", "netlink_notify_msg", "private", "vepa"];
    let address = name.split_once('/').map_or(name, |(address, _)| address);
    options.contains(&name) || name.contains(':') || address.parse::<IpAddr>().is_ok()
}

settings! {
    /// Gratuitous ARP and neighbour advertisements. In `global_defs` each keyword begins with
    /// `vrrp_`.
    pub struct Announcements {
        /// Time until the second batch.
        master_delay: Seconds = "garp_master_delay";
        /// Messages in a batch.
        master_repeat: Number = "garp_master_repeat";
        /// Time between later batches; zero means never.
        master_refresh: Seconds = "garp_master_refresh";
        /// Messages in a later batch.
        master_refresh_repeat: Number = "garp_master_refresh_repeat";
        /// Time from an advert of lower priority to the second batch.
        lower_priority_delay: Seconds = "garp_lower_prio_delay";
        /// Messages after such an advert.
        lower_priority_repeat: Number = "garp_lower_prio_repeat";
        /// Repeat on other interfaces that hold addresses: `[all] SECONDS`.
        extra_interfaces: Words = "garp_extra_if" | "vmac_garp_intvl";
    }

    /// Manners between routers. In `global_defs` each keyword begins with `vrrp_`.
    pub struct Conduct {
        /// Trust the address list of the master that is known already.
        skip_address_check: Boolean = "skip_check_adv_addr";
        /// No answer to adverts of lower priority.
        lower_priority_no_advert: Boolean = "lower_prio_no_advert";
        /// A last advert before giving way.
        higher_priority_send_advert: Boolean = "higher_prio_send_advert";
        /// An address owner ignores adverts.
        owner_ignores_adverts: Boolean = "owner_ignore_adverts";
        /// Take unicast adverts of listed peers only.
        check_unicast_source: Flag = "check_unicast_src";
        /// Tell changes of priority.
        notify_priority_changes: Boolean = "notify_priority_changes";
    }

    /// How adverts travel and what belongs to their interface.
    pub struct Delivery {
        /// Fail when no peer is left.
        fault_without_peer: Flag = "unicast_fault_no_peer";
        /// Time to live of unicast adverts.
        unicast_ttl: Number = "unicast_ttl";
        /// Checksum of keepalived before 1.3.6; `never` forbids it.
        old_checksum: OptionalWord = "old_unicast_checksum";
        /// Checksum of version 3 without the pseudo header.
        checksum_as_v2: Boolean = "v3_checksum_as_v2";
        /// Fail when the source address is gone.
        track_source: Flag = "track_src_ip";
        /// Bytes of the receive buffer.
        receive_buffer: Number = "kernel_rx_buf_size";
        /// Interfaces of its own for addresses that are elsewhere.
        virtual_mac_for_addresses: Flag = "use_vmac_addr";
        /// Adverts leave by the real interface.
        transmit_on_base: Flag = "vmac_xmit_base";
        /// Forces IPv6.
        native_ipv6: Flag = "native_ipv6";
        /// VRF of a router without interface.
        vrf: Word = "vrf";
        /// Keep addresses when their primary goes.
        promote_secondaries: Flag = "promote_secondaries";
        /// There may be no address.
        no_addresses: Flag = "no_virtual_ipaddress";
        /// Enforce the protocol's letter.
        strict: Boolean = "strict_mode";
        /// Ignore the state of the router's own interface.
        ignore_own_interface: Flag = "dont_track_primary";
        /// Poll the link.
        poll_link: Flag = "linkbeat_use_polling";
        /// Give way when an own advert was late, unless a peer's priority is above this.
        late_gives_way: OptionalNumber = "timer_expired_backup" | "thread_timer_expired";
        /// Interface of the sync daemon.
        sync_daemon_interface: Word = "lvs_sync_daemon_interface";
        /// Without any effect.
        debug: Number = "debug";
    }

    /// How keys of `auth_hmac` are used.
    pub struct HmacSettings {
        /// How far clocks may differ.
        time_window: Seconds = "time_window";
        /// How old adverts are recognised: `time` or `monotonic`.
        anti_replay: Word = "anti_replay";
        /// What happens without a key: `enforce`, `permissive` or `receive-only`.
        mode: Word = "mode";
    }
}
