//! Model to plan: the routers of one node, with every default filled in.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::addresses::planned;
use super::refusals::{at, required, same_id, same_link};
use super::{GroupPlan, Plan, RefusedPlan, RouterPlan, ScriptPolicy, SourcePlan, Transport};
use crate::model::{
    Cluster, Digest, GroupSettings, Member, OwnInterface, Router, Sourced, VrrpVersion,
};
use crate::run::net::interface::virtual_link_name;
use crate::run::net::socket::group_of;
use crate::run::services;
use crate::run::vrrp::{
    Authentication, ChecksumCustom, Family, Password, Schedule, Settings, Version,
};
use crate::source::codes::daemon;
use crate::source::{Code, Diagnostic, Findings, Place, Severity};

mod commands;
mod follow;
mod heartbeat;
mod left_out;
mod routing;
mod telling;

use heartbeat::resources;

/// What `node` is to do. Errors among the findings mean that it must not start with this plan.
pub fn plan(cluster: &Cluster, node: &str, findings: &mut Findings) -> Plan {
    let links = cluster.routers.iter().filter_map(stated_link).map(ToOwned::to_owned).collect();
    let members = cluster.sync_groups.iter().flat_map(|group| {
        group.members.iter().map(move |member| (member.value.as_str(), &*group.settings))
    });
    let memberships = members.collect();
    let sources = Vec::new();
    let mut planner = Planner { cluster, node, sources, links, memberships, findings };
    let mut routers: Vec<RouterPlan> = Vec::new();
    for router in &cluster.routers {
        let Some(planned) = planner.router(router) else { continue };
        let same = routers.iter().find(|other| other.identity() == planned.identity());
        if let Some(other) = same {
            let number = planned.settings.virtual_router_id;
            planner.findings.push(same_id(router, &other.settings.name, number));
        }
        if let Some(link) = &planned.virtual_link {
            let same = routers.iter().find(|other| other.virtual_link.as_ref() == Some(link));
            let same = same.map(|other| same_link(router, &other.settings.name, link));
            planner.findings.extend(same);
        }
        routers.push(planned);
    }
    // A director may balance without sharing an address.
    let is_sound = planner.findings.count(Severity::Error) == 0;
    if routers.is_empty() && cluster.services.is_empty() && is_sound {
        let message = format!("no virtual router for the node `{node}`");
        let nodes: Vec<&str> = cluster.nodes.iter().map(|node| node.name.value.as_str()).collect();
        let finding = Diagnostic::general(daemon::NO_ROUTER, message);
        let is_known = nodes.iter().any(|known| known.eq_ignore_ascii_case(node));
        planner.findings.push(match nodes.as_slice() {
            [] => finding.help("add a `vrrp_instance`"),
            _ if is_known => {
                finding.help("add a line to haresources, or `[routers.NAME]` to an inventory")
            }
            _ => finding.help(format!("name one of {} with `--node`", nodes.join(", "))),
        });
    }
    let groups = planner.groups(&mut routers);
    let fixed = planner.fixed();
    let refused = refused(cluster, &routers);
    let pipes = planner.pipes();
    let mails = routers.iter().any(|router| router.mails) || groups.iter().any(|group| group.mails);
    Plan {
        groups,
        pipes,
        tells_states: is_on(cluster.globals.events.states_on_reload.as_ref()),
        mail: services::mail_plan(cluster).filter(|_| mails),
        mails_no_faults: is_on(cluster.globals.mail.no_faults.as_ref()),
        fixed,
        refused,
        sources: planner.sources,
        services: services::Plan::default(),
        scripts: ScriptPolicy {
            user: cluster.globals.script_user.as_ref().map(|user| user.value.clone()),
            is_secure: is_on(cluster.globals.script_security.as_ref()),
            directory: None::<PathBuf>,
        },
        real_time: cluster
            .globals
            .vrrp_process
            .realtime_priority
            .as_ref()
            .and_then(|priority| u8::try_from(priority.value).ok())
            .filter(|priority| (1..=99).contains(priority)),
        routers,
    }
}

struct Planner<'a> {
    cluster: &'a Cluster,
    node: &'a str,
    sources: Vec<SourcePlan>,
    /// Names of virtual links that are taken, or stated for a later router.
    links: HashSet<String>,
    /// What the sync group of each router says, by the name of the router.
    memberships: HashMap<&'a str, &'a GroupSettings>,
    findings: &'a mut Findings,
}

impl Planner<'_> {
    /// `None` if this node takes no part, or the router cannot run.
    fn router(&mut self, router: &Router) -> Option<RouterPlan> {
        let member = self.member(router)?.clone();
        let before = self.findings.count(Severity::Error);
        let id = router.virtual_router_id.as_ref();
        let id = required(id, router, daemon::NO_ID, "virtual_router_id", self.findings).copied();
        let interface = router.interface.as_ref();
        let interface =
            required(interface, router, daemon::NO_INTERFACE, "interface", self.findings).cloned();
        let settings = self.settings(router, &member, id.unwrap_or_default());
        self.tell_what_is_not_executed(router);
        if let Some(settings) = &settings {
            self.refuse_unspoken_authentication(router, settings.version);
            self.refuse_storage_that_moves_at_once(router);
        }
        let (interface, settings) = (interface?, settings?);

        let paths = self.paths(&interface, settings.family);
        let virtual_link = self.virtual_link(router, &settings);
        let own_link = virtual_link.as_deref();
        let tracked = self.tracked(router, &interface, own_link, &settings, &paths);
        let (settings, tracked) = self.arbitrated(router, settings, tracked);
        let resources = resources(router);
        // Where scripts are run in order, the hooks that a conversion made of them are not.
        let hooks = match resources.is_empty() {
            true => self.hooks(&router.hooks),
            false => {
                let stated = router.hooks.iter().filter(|hook| hook.at.is_some()).cloned();
                self.hooks(&stated.collect::<Vec<_>>())
            }
        };
        let (tracked, resource_source) = self.with_resources(router, &resources, tracked);
        let delivery = &router.delivery;
        let has_plain_checksum = delivery
            .checksum_as_v2
            .as_ref()
            .or(self.cluster.globals.routers.checksum_as_v2.as_ref())
            .is_some_and(|on| on.value);
        let transport = self.transport(router, settings.family);
        let planned = RouterPlan {
            source: router.transport.source.as_ref().map(|source| source.value),
            // Who asks for a peer on the virtual link gets no answer from behind a router.
            transmits_on_base: delivery.transmit_on_base.is_some()
                || matches!(transport, Transport::Unicast(_)),
            transport,
            // A file of one director says which peers it has; heartbeat's name all of them, who are no others.
            checks_source: member.node.is_some()
                || is_on(router.conduct.check_unicast_source.as_ref())
                || is_on(self.cluster.globals.conduct.check_unicast_source.as_ref()),
            paths,
            custom: match has_plain_checksum {
                true => ChecksumCustom::Message,
                false => ChecksumCustom::PseudoHeader,
            },
            addresses: router
                .addresses
                .iter()
                .chain(&router.excluded)
                .map(|address| planned(&address.value))
                .collect(),
            routes: self.routes(&router.routes, settings.family, Some(&interface)),
            rules: self.rules(&router.rules, settings.family),
            schedule: self.schedule(router),
            virtual_link,
            tracked,
            hooks,
            mails: self.mails(router.alert),
            tells_priorities: self.tells_priorities(router),
            is_preferred: self.is_preferred(router),
            resources,
            resource_source,
            interface,
            settings,
        };
        (self.findings.count(Severity::Error) == before).then_some(planned)
    }

    /// The router's word, then that of its group, then the global one.
    fn tells_priorities(&self, router: &Router) -> bool {
        let group = self.memberships.get(router.name.value.as_str());
        let group = group.and_then(|group| group.notify_priority_changes);
        let own = router.conduct.notify_priority_changes.or(group);
        is_on(own.or(self.cluster.globals.conduct.notify_priority_changes).as_ref())
    }

    /// This node's rank; a file of one node names none.
    fn member<'r>(&self, router: &'r Router) -> Option<&'r Member> {
        let is_own = |member: &&Member| match &member.node {
            Some(node) => node.value.eq_ignore_ascii_case(self.node),
            None => true,
        };
        router.members.iter().find(is_own)
    }

    /// Whether this node is the first of several.
    fn is_preferred(&self, router: &Router) -> Option<bool> {
        let first = router.members.first()?.node.as_ref()?;
        (router.members.len() > 1).then(|| first.value.eq_ignore_ascii_case(self.node))
    }

    fn settings(&mut self, router: &Router, member: &Member, id: u8) -> Option<Settings> {
        let addresses: Vec<IpAddr> =
            router.addresses.iter().map(|address| address.value.address).collect();
        let Some(first) = addresses.first() else {
            let message = format!("`{}` has no virtual address", router.name.value);
            let finding = at(router, daemon::NO_ADDRESS, message);
            self.findings.push(finding.help("add `virtual_ipaddress { ADDRESS }`"));
            return None;
        };
        let family = Family::of(*first);
        if addresses.iter().any(|address| Family::of(*address) != family) {
            let message = format!("`{}` advertises IPv4 and IPv6 addresses", router.name.value);
            let finding = at(router, daemon::MIXED_FAMILIES, message);
            self.findings.push(finding.help("move one family to `virtual_ipaddress_excluded`"));
        }
        let globals = &self.cluster.globals;
        let default = globals.routers.version.as_ref().map(|version| version.value);
        let version = match (router.version.as_ref().map(|version| version.value), family) {
            (Some(VrrpVersion::Three), _) | (None, Family::V6) => Version::Three,
            (None, Family::V4) if default == Some(3) => Version::Three,
            (Some(VrrpVersion::Two) | None, _) => Version::Two,
        };
        if version == Version::Two && family == Family::V6 {
            let message = format!("`{}` has IPv6 addresses and version 2", router.name.value);
            let finding = at(router, daemon::VERSION_2_IPV6, message);
            self.findings.push(finding.help("write `version 3`"));
        }
        let preempt = !router.stays_for(Some(member), globals);
        let preempt_delay = router.effective_preempt_delay(Some(member), globals);
        let is_silent = router
            .conduct
            .lower_priority_no_advert
            .as_ref()
            .or(globals.conduct.lower_priority_no_advert.as_ref())
            .is_some_and(|silent| silent.value);
        let mut settings = Settings {
            version,
            family,
            priority: member.effective_priority(),
            interval: self.interval(router, version),
            down_count: self.down_count(router),
            preempt,
            preempt_delay: preempt_delay.map_or(Duration::ZERO, |delay| delay.value),
            startup_delay: globals.startup_delay.map_or(Duration::ZERO, |d| d.value),
            authentication: self.authentication(router, version),
            strict: router
                .delivery
                .strict
                .as_ref()
                .or(globals.strict.as_ref())
                .is_some_and(|strict| strict.value),
            answers_lower: version == Version::Three && !is_silent,
            warn_after: self.cluster.membership.warn_time.map(|time| time.value),
            ..Settings::new(&router.name.value, id, addresses)
        };
        // The link-local address leads, wherever it was written (A26, C13).
        settings.addresses.sort_by_key(|address| match address {
            IpAddr::V6(address) => !address.is_unicast_link_local(),
            IpAddr::V4(_) => false,
        });
        Some(settings)
    }

    /// The name of the link with the virtual MAC. A number may stand on several interfaces, so that, as with
    /// keepalived, a name that nobody states is the first that is free.
    fn virtual_link(&mut self, router: &Router, settings: &Settings) -> Option<String> {
        let OwnInterface::VirtualMac(_) = &router.own_interface.as_deref()?.value else {
            return None;
        };
        if let Some(stated) = stated_link(router) {
            return Some(stated.to_owned());
        }
        let id = settings.virtual_router_id;
        let usual = virtual_link_name(id, settings.family == Family::V6);
        let others = (1_u32..).map(|number| format!("vrrp{number}.{id}"));
        let name = std::iter::once(usual).chain(others).find(|name| !self.links.contains(name))?;
        self.links.insert(name.clone());
        Some(name)
    }

    fn down_count(&self, router: &Router) -> u8 {
        let count = router.effective_down_count(&self.cluster.globals);
        u8::try_from(count).unwrap_or(u8::MAX).max(1)
    }

    /// The router's words, then the global ones, then keepalived's defaults.
    fn schedule(&self, router: &Router) -> Schedule {
        let (own, global) = (&router.announcements, &self.cluster.globals.announcements);
        let all = &self.cluster.globals.routers;
        let default = Schedule::default();
        let number = |own: &Option<Sourced<u32>>, global: &Option<Sourced<u32>>, default| {
            own.as_ref().or(global.as_ref()).map_or(default, |stated| stated.value)
        };
        let time =
            |own: &Option<Sourced<Duration>>, global: &Option<Sourced<Duration>>, default| {
                own.as_ref().or(global.as_ref()).map_or(default, |stated| stated.value)
            };
        let pace =
            match Family::of(router.addresses.first().map_or(NO_ADDRESS, |a| a.value.address)) {
                Family::V4 => &all.garp_interval,
                Family::V6 => &all.gna_interval,
            };
        let repeat = number(&own.master_repeat, &global.master_repeat, default.repeat);
        let is_least = all.min_garp.as_ref().is_some_and(|on| on.value);
        let delay = time(&own.master_delay, &global.master_delay, default.delay);
        Schedule {
            repeat: if is_least { 1 } else { repeat },
            delay: if is_least { Duration::ZERO } else { delay },
            conflict_repeat: number(
                &own.lower_priority_repeat,
                &global.lower_priority_repeat,
                repeat,
            ),
            conflict_delay: time(&own.lower_priority_delay, &global.lower_priority_delay, delay),
            refresh: time(&own.master_refresh, &global.master_refresh, default.refresh),
            refresh_repeat: number(
                &own.master_refresh_repeat,
                &global.master_refresh_repeat,
                default.refresh_repeat,
            ),
            pace: pace.as_ref().map_or(default.pace, |stated| stated.value),
        }
    }

    fn interval(&mut self, router: &Router, version: Version) -> Duration {
        let Some(interval) = router.interval else { return Duration::from_secs(1) };
        let milliseconds = interval.value.as_millis();
        let (fits, range) = match version {
            Version::Two => (
                milliseconds % 1000 == 0 && (1000..=255_000).contains(&milliseconds),
                "1 to 255 whole seconds",
            ),
            Version::Three => (
                milliseconds % 10 == 0 && (10..=40_950).contains(&milliseconds),
                "0.01 to 40.95 seconds in steps of 0.01",
            ),
        };
        if !fits {
            let message = format!(
                "version {} cannot advertise every {} ms",
                version.number(),
                interval.value.as_millis()
            );
            let finding = match interval.at {
                Some(place) => Diagnostic::new(daemon::BAD_INTERVAL, place, message),
                None => at(router, daemon::BAD_INTERVAL, message),
            };
            self.findings.push(finding.help(format!("write {range}")));
        }
        interval.value
    }

    /// Version 3 has none, and keepalived ignores it there.
    fn authentication(&self, router: &Router, version: Version) -> Authentication {
        let own = router.authentication.as_ref().or(self.cluster.authentication.as_ref());
        let key = own.and_then(|own| {
            let active = own.active.as_ref().map(|active| active.value);
            own.keys.iter().find(|key| active.is_none_or(|number| key.number == number))
        });
        match (version, key) {
            (Version::Two, Some(key)) if key.digest == Digest::Password => {
                Authentication::Password(Password::new(&key.secret))
            }
            _ => Authentication::None,
        }
    }

    fn transport(&self, router: &Router, family: Family) -> Transport {
        let mut peers: Vec<IpAddr> =
            router.transport.peers.iter().map(|peer| peer.value.address).collect();
        if router.unicast && peers.is_empty() {
            let others = self
                .cluster
                .nodes
                .iter()
                .filter(|node| !node.name.value.eq_ignore_ascii_case(self.node));
            peers = others.filter_map(|node| node.address.as_ref()).map(|a| a.value).collect();
        }
        match peers.is_empty() {
            true => {
                let globals = &self.cluster.globals.routers;
                let default = match family {
                    Family::V4 => &globals.group4,
                    Family::V6 => &globals.group6,
                };
                let group = router.transport.group.as_ref().or(default.as_ref());
                let group = group.map(|group| group.value);
                Transport::Multicast(group.unwrap_or_else(|| group_of(family)))
            }
            false => Transport::Unicast(peers),
        }
    }

    fn groups(&mut self, routers: &mut [RouterPlan]) -> Vec<GroupPlan> {
        let mut groups = Vec::new();
        for group in &self.cluster.sync_groups {
            let numbers: HashMap<&str, usize> =
                routers.iter().map(|router| router.settings.name.as_str()).zip(0..).collect();
            let mut members = Vec::new();
            for member in &group.members {
                match numbers.get(member.value.as_str()) {
                    Some(number) => members.push(*number),
                    // A router that cannot run was reported already.
                    None if self.runs_here(&member.value) => {}
                    None => {
                        let message = format!(
                            "sync group `{}` names `{}`, which does not run here",
                            group.name.value, member.value
                        );
                        self.findings.push(finding(daemon::GROUP_MEMBER, member.at, message));
                    }
                }
            }
            for member in &members {
                if let Some(router) = routers.get_mut(*member) {
                    router.settings.is_grouped = true;
                }
            }
            // What a group follows, all its members follow.
            for track in &group.tracks {
                let Some(tracked) = self.track(track, true) else { continue };
                for member in &members {
                    if let Some(router) = routers.get_mut(*member) {
                        router.tracked.push(tracked.clone());
                    }
                }
            }
            let hooks = self.hooks(&group.hooks);
            let mails = self.mails(group.settings.alert);
            groups.push(GroupPlan { name: group.name.value.clone(), members, hooks, mails });
        }
        groups
    }

    fn runs_here(&self, name: &str) -> bool {
        let named = self.cluster.routers.iter().find(|router| router.name.value == name);
        named.is_some_and(|router| self.member(router).is_some())
    }
}

/// The name that a file gives the link with the virtual MAC.
fn stated_link(router: &Router) -> Option<&str> {
    match &router.own_interface.as_deref()?.value {
        OwnInterface::VirtualMac(link) => link.name.as_deref(),
        OwnInterface::SharedMac(_) => None,
    }
}

fn is_on(setting: Option<&Sourced<bool>>) -> bool {
    setting.is_some_and(|setting| setting.value)
}

/// The addresses of routers that accept no packets; owners always do (RFC 9568 section 6.1).
fn refused(cluster: &Cluster, planned: &[RouterPlan]) -> RefusedPlan {
    let mut addresses = BTreeSet::new();
    for plan in planned.iter().filter(|plan| !plan.settings.is_owner()) {
        let router = cluster.routers.iter().find(|r| r.name.value == plan.settings.name);
        let accept = router.and_then(|router| router.accept.as_ref()).map(|accept| accept.value);
        // Whoever asks for the standard's ways gets its default, too.
        if !accept.unwrap_or(!plan.settings.strict) {
            addresses.extend(plan.addresses.iter().map(|planned| planned.address));
        }
    }
    let priority = cluster.globals.firewall.nftables_priority.as_ref();
    let priority = priority.and_then(|priority| i32::try_from(priority.value).ok());
    RefusedPlan { addresses, priority }
}

fn finding(code: Code, at: Option<Place>, message: String) -> Diagnostic {
    match at {
        Some(place) => Diagnostic::new(code, place, message),
        None => Diagnostic::general(code, message),
    }
}

/// Stands for no address where one is only asked for its family.
const NO_ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
