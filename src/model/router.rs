//! Virtual routers: addresses that one director at a time holds.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::setting::{Rare, settings};
use super::{
    Announcements, Authentication, Carried, Cluster, Conduct, Delivery, Digest, Globals,
    OwnInterface, Peer, Resource, RouterDefaults, Sourced, Track, VirtualAddress,
};
use crate::source::Place;

/// A virtual router: a `vrrp_instance`, or a line of haresources.
#[derive(Clone, Debug, PartialEq)]
pub struct Router {
    /// Its name; for a haresources line the first resource.
    pub name: Sourced<String>,
    /// VRID, 1 to 255.
    pub virtual_router_id: Option<Sourced<u8>>,
    /// Protocol version.
    pub version: Option<Sourced<VrrpVersion>>,
    /// Interface that advertisements use.
    pub interface: Option<Sourced<String>>,
    /// How advertisements travel, as one node's file says it.
    pub transport: Transport,
    /// Whether directors tell each other one by one, at the addresses of the cluster's nodes.
    pub unicast: bool,
    /// Addresses that stand in the advertisements.
    pub addresses: Vec<Sourced<VirtualAddress>>,
    /// Addresses that move along without being advertised.
    pub excluded: Vec<Sourced<VirtualAddress>>,
    /// Time between advertisements.
    pub interval: Option<Sourced<Duration>>,
    /// Intervals without an advertisement until the master counts as dead.
    pub down_count: Option<Sourced<u8>>,
    /// The directors with their rank, best first.
    pub members: Vec<Member>,
    /// Whether a better director takes over from a living master.
    pub preempt: Option<Sourced<bool>>,
    /// How long a better director waits with that.
    pub preempt_delay: Option<Sourced<Duration>>,
    /// Whether packets for the addresses are taken (`accept`, `no_accept`).
    pub accept: Option<Sourced<bool>>,
    /// Authentication of its own.
    pub authentication: Option<Authentication>,
    /// What it follows.
    pub tracks: Vec<Sourced<Track>>,
    /// Commands at changes of state.
    pub hooks: Vec<Sourced<Hook>>,
    /// Whether changes of state are mailed.
    pub alert: Option<Sourced<bool>>,
    /// Gratuitous ARP and neighbour advertisements.
    pub announcements: Rare<Announcements>,
    /// Manners towards other routers.
    pub conduct: Rare<Conduct>,
    /// How adverts travel, beyond [`Router::transport`].
    pub delivery: Rare<Delivery>,
    /// An interface of its own for adverts and addresses.
    pub own_interface: Option<Box<Sourced<OwnInterface>>>,
    /// Routes that move along (`virtual_routes`), word by word.
    pub routes: Vec<Sourced<Vec<String>>>,
    /// Rules that move along (`virtual_rules`), word by word.
    pub rules: Vec<Sourced<Vec<String>>>,
    /// Ordered resources, as heartbeat has them.
    pub resources: Vec<Resource>,
    /// Directives without a field.
    pub carried: Vec<Carried>,
    /// The whole block or line.
    pub at: Option<Place>,
}

impl Router {
    /// A router without anything.
    pub fn new(name: Sourced<String>) -> Self {
        Self {
            at: name.at,
            name,
            virtual_router_id: None,
            version: None,
            interface: None,
            transport: Transport::default(),
            unicast: false,
            addresses: Vec::new(),
            excluded: Vec::new(),
            interval: None,
            down_count: None,
            members: Vec::new(),
            preempt: None,
            preempt_delay: None,
            accept: None,
            authentication: None,
            tracks: Vec::new(),
            hooks: Vec::new(),
            alert: None,
            announcements: Rare::default(),
            conduct: Rare::default(),
            delivery: Rare::default(),
            own_interface: None,
            routes: Vec::new(),
            rules: Vec::new(),
            resources: Vec::new(),
            carried: Vec::new(),
        }
    }

    /// Whether its addresses are of IPv6; the first one decides.
    pub fn is_ipv6(&self) -> bool {
        let mut all = self.addresses.iter().chain(&self.excluded);
        all.next().is_some_and(|address| address.value.address.is_ipv6())
    }

    /// The protocol version that keepalived takes: `defaults` count for IPv4 only.
    pub fn effective_version(&self, defaults: &RouterDefaults) -> VrrpVersion {
        let is_three = defaults.version.is_some_and(|version| version.value == 3);
        match self.version {
            Some(version) => version.value,
            None if is_three || self.is_ipv6() => VrrpVersion::Three,
            None => VrrpVersion::Two,
        }
    }

    /// The multicast group that its adverts go to, unless they are unicast. keepalived skips what is
    /// no group.
    pub fn effective_group(&self, defaults: &RouterDefaults) -> IpAddr {
        let (of_all, standard) = match self.is_ipv6() {
            true => (defaults.group6, IpAddr::V6(GROUP6)),
            false => (defaults.group4, IpAddr::V4(GROUP4)),
        };
        let stated = self.transport.group.or(of_all).map(|group| group.value);
        stated.filter(IpAddr::is_multicast).unwrap_or(standard)
    }

    /// Whether the strict mode holds for it: its own word, or that of all routers.
    pub fn is_strict(&self, globals: &Globals) -> bool {
        let own = self.delivery.strict.as_ref().map(|strict| strict.value);
        own.or(globals.strict.map(|strict| strict.value)).unwrap_or(false)
    }

    /// Adverts that may be missing until the master is dead. The strict mode resets every other
    /// number than three (2.2.7).
    pub fn effective_down_count(&self, globals: &Globals) -> u32 {
        let is_strict = self.is_strict(globals);
        let stated = self.down_count.map(|count| u32::from(count.value));
        let stated = stated.or(globals.routers.down_count.map(|count| count.value));
        stated.filter(|_| !is_strict).unwrap_or(STANDARD_COUNT)
    }

    /// The priority that it starts with on the node of its file.
    pub fn effective_priority(&self) -> u8 {
        self.members.first().map_or(STANDARD_PRIORITY, Member::effective_priority)
    }

    /// The time from one advert to the next, which keepalived rounds to what the version can say.
    pub fn effective_interval(&self, defaults: &RouterDefaults) -> Duration {
        let Some(stated) = self.interval else { return STANDARD_INTERVAL };
        let (step, most) = match self.effective_version(defaults) {
            VrrpVersion::Two => (Duration::from_secs(1), Duration::from_secs(255)),
            VrrpVersion::Three => (Duration::from_millis(10), Duration::from_millis(40_950)),
        };
        let steps = stated.value.saturating_add(step / 2).as_nanos() / step.as_nanos();
        step.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX).max(1)).min(most)
    }

    /// From the last advert to the turn of a backup with this priority: `count * interval + skew` (RFC 3768
    /// and 9568, section 6.1).
    pub fn takeover(&self, priority: u8, globals: &Globals) -> Duration {
        let interval = self.effective_interval(&globals.routers);
        let share = f64::from(256 - u16::from(priority)) / 256.0;
        let skew = match self.effective_version(&globals.routers) {
            VrrpVersion::Two => Duration::from_secs_f64(share),
            VrrpVersion::Three => interval.mul_f64(share),
        };
        let count = self.effective_down_count(globals);
        interval.saturating_mul(count).saturating_add(skew)
    }

    /// What the interface is called that keepalived makes for the router (`use_vmac`, `use_ipvlan`).
    pub fn own_interface_name(&self) -> Option<String> {
        let stated = match &self.own_interface.as_ref()?.value {
            OwnInterface::SharedMac(own) => &own.name,
            OwnInterface::VirtualMac(own) => &own.name,
        };
        let family = if self.is_ipv6() { "6" } else { "" };
        let number = self.virtual_router_id.map(|number| number.value);
        stated.clone().or_else(|| Some(format!("vrrp{family}.{}", number?)))
    }

    /// Whether keepalived pays no heed to what changes its priority: a sync group forbids it, or it
    /// has no effect while the master lives.
    pub fn ignores_weights(&self, cluster: &Cluster) -> bool {
        self.stays(&cluster.globals)
            || cluster.sync_groups.iter().any(|sync| sync.ignores_weights_of(self))
    }

    /// Whether `member` begins as master, which takes `nopreempt` and `preempt_delay` from it. In strict mode
    /// and with authentication headers `state MASTER` becomes BACKUP before that (2.2.7), and only the owner
    /// of the addresses is left.
    pub fn begins_as_master(&self, member: &Member, globals: &Globals) -> bool {
        let is_master = member.role.is_some_and(|role| role.value == Role::Master);
        let counts = !self.is_strict(globals) && !self.has_header(globals);
        member.effective_priority() == OWNER || is_master && counts
    }

    /// Whether a living master stays for the node of its file, whatever the priorities (`nopreempt`).
    pub fn stays(&self, globals: &Globals) -> bool {
        self.stays_for(self.members.first(), globals)
    }

    /// Whether a living master stays for `member`.
    pub fn stays_for(&self, member: Option<&Member>, globals: &Globals) -> bool {
        self.preempt.is_some_and(|preempt| !preempt.value)
            && !member.is_some_and(|member| self.begins_as_master(member, globals))
    }

    /// How long `member` waits with taking over from a living master, where it does so at all.
    pub fn effective_preempt_delay(
        &self,
        member: Option<&Member>,
        globals: &Globals,
    ) -> Option<Sourced<Duration>> {
        let begins = member.is_some_and(|member| self.begins_as_master(member, globals));
        let is_void = begins || self.is_strict(globals) || self.stays_for(member, globals);
        self.preempt_delay.filter(|delay| !delay.value.is_zero() && !is_void)
    }

    /// Whether adverts are signed by a header (`auth_type AH`), which only version 2 has, and only for IPv4.
    fn has_header(&self, globals: &Globals) -> bool {
        let keys = self.authentication.iter().flat_map(|authentication| &authentication.keys);
        keys.map(|key| key.digest).any(|digest| digest == Digest::Header)
            && !self.is_ipv6()
            && self.effective_version(&globals.routers) == VrrpVersion::Two
    }
}

/// Adverts that may be missed when nothing is written (RFC 9568 section 6.1).
const STANDARD_COUNT: u32 = 3;
const STANDARD_INTERVAL: Duration = Duration::from_secs(1);
/// The priority of a backup for which none is written (RFC 9568 section 5.2.4).
pub const STANDARD_PRIORITY: u8 = 100;
/// The priority of a director that owns the addresses (RFC 9568 section 5.2.4).
const OWNER: u8 = 255;
/// The groups of the standard (RFC 9568, section 5.1).
const GROUP4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 18);
const GROUP6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x12);

/// VRRP's protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VrrpVersion {
    /// RFC 3768: whole seconds, IPv4.
    Two,
    /// RFC 5798 and 9568: centiseconds, both families.
    Three,
}

/// How advertisements travel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transport {
    /// Source address, for unicast and multicast.
    pub source: Option<Sourced<IpAddr>>,
    /// Another multicast group than the standard's.
    pub group: Option<Sourced<IpAddr>>,
    /// Peers that are told one by one; empty means multicast.
    pub peers: Vec<Sourced<Peer>>,
    /// Whether the source is stated as one of unicast, which is a mistake without peers.
    pub unicast_source: bool,
}

impl Transport {
    /// What keeps routers with one number on one link apart in keepalived: a multicast group of their own,
    /// or other peers.
    pub fn distinction(&self) -> (Option<IpAddr>, Vec<IpAddr>) {
        let peers = self.peers.iter().map(|peer| peer.value.address).collect();
        (self.group.map(|group| group.value), peers)
    }
}

/// A director's rank in a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The director; `None` is the node that the file belongs to.
    pub node: Option<Sourced<String>>,
    /// Priority, 1 to 255; heartbeat only has an order.
    pub priority: Option<Sourced<u8>>,
    /// The state that the file starts with.
    pub role: Option<Sourced<Role>>,
}

impl Member {
    /// The priority that keepalived takes: a MASTER that says none owns the addresses (2.2.7).
    pub fn effective_priority(&self) -> u8 {
        let is_master = self.role.is_some_and(|role| role.value == Role::Master);
        self.priority.map_or(if is_master { OWNER } else { STANDARD_PRIORITY }, |own| own.value)
    }

    /// The state that it begins with in keepalived: only the owner is master without a word.
    pub fn effective_role(&self) -> Role {
        let standard = if self.effective_priority() == OWNER { Role::Master } else { Role::Backup };
        self.role.map_or(standard, |role| role.value)
    }
}

/// `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// MASTER.
    Master,
    /// BACKUP.
    Backup,
}

/// Routers that change state together.
#[derive(Clone, Debug, PartialEq)]
pub struct SyncGroup {
    /// Its name.
    pub name: Sourced<String>,
    /// Names of the routers.
    pub members: Vec<Sourced<String>>,
    /// What all members follow.
    pub tracks: Vec<Sourced<Track>>,
    /// Commands at changes of state.
    pub hooks: Vec<Sourced<Hook>>,
    /// What few groups state.
    pub settings: Rare<GroupSettings>,
    /// Directives without a field.
    pub carried: Vec<Carried>,
}

impl SyncGroup {
    /// A group without members.
    pub fn new(name: Sourced<String>) -> Self {
        Self {
            name,
            members: Vec::new(),
            tracks: Vec::new(),
            hooks: Vec::new(),
            settings: Rare::default(),
            carried: Vec::new(),
        }
    }

    /// Whether keepalived takes away what `router`, as a member, follows with a weight.
    pub fn ignores_weights_of(&self, router: &Router) -> bool {
        let is_member = self.members.iter().any(|name| name.value == router.name.value);
        is_member && self.settings.weights.is_none()
    }
}

settings! {
    /// What few groups state.
    pub struct GroupSettings {
        /// Whether changes of state are mailed.
        alert: Boolean = "smtp_alert";
        /// Whether members may follow something with a weight.
        weights: Flag = "sync_group_tracking_weight" | "global_tracking";
        /// Tell changes of priority.
        notify_priority_changes: Boolean = "notify_priority_changes";
    }
}

/// A command that runs at an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// When.
    pub event: HookEvent,
    /// The command line, without the quotes around it.
    pub command: String,
    /// User and group, as written.
    pub user: Option<String>,
}

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookEvent {
    /// Any change of state, with arguments.
    Any,
    /// The router became backup.
    Backup,
    /// The router is not configured any more. Its command may be empty: then the event is told
    /// by this name instead of as a fault.
    Deleted,
    /// A real server went down.
    Down,
    /// Something that is tracked failed.
    Fault,
    /// A master heard an advert of lower priority.
    LowerPriority,
    /// The router became master.
    Master,
    /// A service has too few live real servers.
    QuorumDown,
    /// A service has enough live real servers again.
    QuorumUp,
    /// The daemon stops.
    Stop,
    /// A real server came up.
    Up,
}

impl HookEvent {
    /// Every event of a router with keepalived's keyword.
    pub const ROUTER: [(Self, &'static str); 7] = [
        (Self::Any, "notify"),
        (Self::Backup, "notify_backup"),
        (Self::Deleted, "notify_deleted"),
        (Self::Fault, "notify_fault"),
        (Self::LowerPriority, "notify_master_rx_lower_pri"),
        (Self::Master, "notify_master"),
        (Self::Stop, "notify_stop"),
    ];

    /// Every event of a service and its servers with keepalived's keyword.
    pub const SERVICE: [(Self, &'static str); 4] = [
        (Self::Down, "notify_down"),
        (Self::QuorumDown, "quorum_down"),
        (Self::QuorumUp, "quorum_up"),
        (Self::Up, "notify_up"),
    ];

    /// keepalived's keyword.
    pub fn keyword(self) -> &'static str {
        let mut rows = Self::ROUTER.iter().chain(&Self::SERVICE);
        rows.find(|(event, _)| *event == self).map_or("notify", |(_, keyword)| keyword)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::read::{Input, read};
    use crate::source::Sources;
    use crate::syntax::Format;

    /// Whether a master stays for a director whose file has `lines`, and its delay of preemption.
    fn preemption(globals: &str, lines: &str) -> (bool, Option<Duration>) {
        let mut sources = Sources::new();
        let text =
            format!("global_defs {{\n{globals}\n}}\nvrrp_instance A {{\nnopreempt\n{lines}\n}}\n");
        let file = sources.add("keepalived.conf", text.as_bytes());
        let mut cluster = read(&mut sources, &[Input { file, format: Format::Keepalived }]).cluster;
        let globals = &cluster.globals;
        let router = &mut cluster.routers[0];
        let stays = router.stays(globals);
        router.preempt = None;
        let delay = router.effective_preempt_delay(router.members.first(), globals);
        (stays, delay.map(|delay| delay.value))
    }

    #[test]
    fn who_begins_as_master_neither_stays_nor_waits() {
        let delay = Some(Duration::from_secs(9));
        assert_eq!(preemption("", "priority 150\npreempt_delay 9"), (true, delay));
        assert_eq!(preemption("", "state BACKUP\npreempt_delay 9"), (true, delay));
        assert_eq!(preemption("", "preempt_delay 0"), (true, None));
        for begins in ["state MASTER", "state MASTER\npriority 150", "priority 255"] {
            assert_eq!(preemption("", &format!("{begins}\npreempt_delay 9")), (false, None));
        }
    }

    #[test]
    fn intervals_are_rounded_as_the_version_counts() {
        let interval = |seconds: f64, version: Option<VrrpVersion>| {
            let mut router = Router::new(Sourced::implied("A".to_owned()));
            router.interval = Some(Sourced::implied(Duration::from_secs_f64(seconds)));
            router.version = version.map(Sourced::implied);
            router.effective_interval(&RouterDefaults::default()).as_millis()
        };
        for (seconds, wanted) in [(0.01, 1000), (0.5, 1000), (1.49, 1000), (1.5, 2000)] {
            assert_eq!(interval(seconds, None), wanted, "{seconds}");
        }
        assert_eq!(interval(300.0, Some(VrrpVersion::Two)), 255_000);
        let three = |seconds| interval(seconds, Some(VrrpVersion::Three));
        assert_eq!([0.001, 0.25, 1.004, 300.0].map(three), [10, 250, 1000, 40_950]);
    }

    #[test]
    fn strict_mode_and_headers_make_a_backup_of_a_master() {
        let master = "state MASTER\npriority 150";
        assert_eq!(preemption("vrrp_strict", &format!("{master}\npreempt_delay 9")), (true, None));
        assert!(!preemption("vrrp_strict", "state MASTER\npriority 255").0);
        let header = "authentication {\nauth_type AH\nauth_pass 1234\n}";
        assert!(preemption("", &format!("{master}\n{header}")).0);
        assert!(!preemption("", &format!("{master}\n{header}\nversion 3")).0);
    }
}
