//! Model to plan: the routers of one node, with every default filled in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::addresses::planned;
use super::refusals::{at, required, same_id};
use super::{
    GroupPlan, HookMoment, HookPlan, Plan, RouterPlan, ScriptPlan, ScriptPolicy, SourcePlan,
    Transport,
};
use crate::model::{
    Cluster, Digest, Hook, HookEvent, Member, Role, Router, Sourced, Track, Tracker, VrrpVersion,
};
use crate::run::net::socket::group_of;
use crate::run::vrrp::{
    Authentication, ChecksumCustom, Family, Password, Schedule, Settings, Tracked, Version,
};
use crate::source::codes::daemon;
use crate::source::{Code, Diagnostic, Findings, Place, Severity};

/// What `node` is to do. Errors among the findings mean that it must not start with this plan.
pub fn plan(cluster: &Cluster, node: &str, findings: &mut Findings) -> Plan {
    let mut planner = Planner { cluster, node, sources: Vec::new(), findings };
    let mut routers: Vec<RouterPlan> = Vec::new();
    for router in &cluster.routers {
        let Some(planned) = planner.router(router) else { continue };
        let same = routers.iter().find(|other| other.identity() == planned.identity());
        if let Some(other) = same {
            let number = planned.settings.virtual_router_id;
            planner.findings.push(same_id(router, &other.settings.name, number));
        }
        routers.push(planned);
    }
    if routers.is_empty() && planner.findings.is_empty() {
        let message = format!("no virtual router for the node `{node}`");
        let nodes: Vec<&str> = cluster.nodes.iter().map(|node| node.name.value.as_str()).collect();
        let finding = Diagnostic::general(daemon::NO_ROUTER, message);
        planner.findings.push(match nodes.as_slice() {
            [] => finding.help("add a `vrrp_instance`"),
            _ => finding.help(format!("name one of {} with `--node`", nodes.join(", "))),
        });
    }
    let groups = planner.groups(&mut routers);
    Plan {
        groups,
        sources: planner.sources,
        scripts: ScriptPolicy {
            user: cluster.globals.script_user.as_ref().map(|user| user.value.clone()),
            is_secure: cluster.globals.script_security.as_ref().is_some_and(|on| on.value),
            directory: None::<PathBuf>,
        },
        routers,
    }
}

struct Planner<'a> {
    cluster: &'a Cluster,
    node: &'a str,
    sources: Vec<SourcePlan>,
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
        let (interface, settings) = (interface?, settings?);

        let tracked = self.tracked(router, &interface, settings.family);
        let hooks = self.hooks(&router.hooks);
        let planned = RouterPlan {
            source: router.transport.source.as_ref().map(|source| source.value),
            transport: self.transport(router, settings.family),
            custom: ChecksumCustom::PseudoHeader,
            addresses: router
                .addresses
                .iter()
                .chain(&router.excluded)
                .map(|address| planned(&address.value))
                .collect(),
            schedule: Schedule::default(),
            virtual_link: None,
            tracked,
            hooks,
            interface,
            settings,
        };
        (self.findings.count(Severity::Error) == before).then_some(planned)
    }

    /// This node's rank; a file of one node names none.
    fn member<'r>(&self, router: &'r Router) -> Option<&'r Member> {
        let is_own = |member: &&Member| match &member.node {
            Some(node) => node.value.eq_ignore_ascii_case(self.node),
            None => true,
        };
        router.members.iter().find(is_own)
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
        let version = match (router.version.as_ref().map(|version| version.value), family) {
            (Some(VrrpVersion::Three), _) | (None, Family::V6) => Version::Three,
            (Some(VrrpVersion::Two) | None, _) => Version::Two,
        };
        if version == Version::Two && family == Family::V6 {
            let message = format!("`{}` has IPv6 addresses and version 2", router.name.value);
            let finding = at(router, daemon::VERSION_2_IPV6, message);
            self.findings.push(finding.help("write `version 3`"));
        }
        let role = member.role.as_ref().map(|role| role.value);
        // What keepalived assumes: a MASTER without a priority owns the addresses.
        let assumed = if role == Some(Role::Master) { 255 } else { 100 };
        // `state MASTER` switches these off, as keepalived does with a warning.
        let waits = role != Some(Role::Master);
        let preempt = router.preempt.as_ref().is_none_or(|preempt| preempt.value) || !waits;
        let preempt_delay = router.preempt_delay.filter(|_| waits).map(|delay| delay.value);
        let mut settings = Settings {
            version,
            family,
            priority: member.priority.as_ref().map_or(assumed, |priority| priority.value),
            interval: self.interval(router, version),
            down_count: router.down_count.as_ref().map_or(3, |count| count.value.max(1)),
            preempt,
            preempt_delay: preempt_delay.unwrap_or_default(),
            startup_delay: self.cluster.globals.startup_delay.map_or(Duration::ZERO, |d| d.value),
            authentication: self.authentication(router, version),
            strict: self.cluster.globals.strict.as_ref().is_some_and(|strict| strict.value),
            answers_lower: version == Version::Three,
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
        let mut peers: Vec<IpAddr> = router.transport.peers.iter().map(|peer| peer.value).collect();
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
                let group = router.transport.group.as_ref().map(|group| group.value);
                Transport::Multicast(group.unwrap_or_else(|| group_of(family)))
            }
            false => Transport::Unicast(peers),
        }
    }

    /// The own interface, and what the configuration says.
    fn tracked(&mut self, router: &Router, interface: &str, family: Family) -> Vec<Tracked> {
        let own = SourcePlan::Interface { name: interface.to_owned(), family: Some(family) };
        let mut tracked = vec![Tracked { source: self.source(own), weight: 0, reverse: false }];
        for track in &router.tracks {
            let (source, weight) = match &track.value {
                Track::Interface { name, weight } => {
                    let plan = SourcePlan::Interface { name: name.clone(), family: None };
                    (Some(self.source(plan)), weight.unwrap_or(0))
                }
                Track::Script { name, weight } => {
                    let tracker =
                        self.cluster.trackers.iter().find(|tracker| tracker.name.value == *name);
                    let default = tracker.and_then(|tracker| tracker.weight.as_ref());
                    let weight = weight.or(default.map(|weight| weight.value)).unwrap_or(0);
                    (self.script(name, tracker, track), weight)
                }
            };
            let Some(source) = source else { continue };
            tracked.push(Tracked { source, weight, reverse: false });
        }
        tracked
    }

    fn script(
        &mut self,
        name: &str,
        tracker: Option<&Tracker>,
        track: &Sourced<Track>,
    ) -> Option<usize> {
        let command = tracker.and_then(|tracker| tracker.command.as_ref());
        let (Some(tracker), Some(command)) = (tracker, command) else {
            let message = format!("no `vrrp_script` with a command is named `{name}`");
            self.findings.push(finding(daemon::UNKNOWN_TRACKER, track.at, message));
            return None;
        };
        let command = self.split(&command.value, command.at)?;
        let interval = tracker.interval.map_or(Duration::from_secs(1), |time| time.value);
        let plan = SourcePlan::Script(ScriptPlan {
            name: name.to_owned(),
            command,
            interval,
            timeout: tracker.timeout.map_or(interval, |time| time.value),
            rise: tracker.rise.as_ref().map_or(1, |count| count.value.max(1)),
            fall: tracker.fall.as_ref().map_or(1, |count| count.value.max(1)),
            user: tracker.user.as_ref().map(|user| user.value.clone()),
        });
        Some(self.source(plan))
    }

    /// Number of a source; each is observed once, however many follow it.
    fn source(&mut self, plan: SourcePlan) -> usize {
        if let Some(known) = self.sources.iter().position(|source| *source == plan) {
            return known;
        }
        self.sources.push(plan);
        self.sources.len() - 1
    }

    fn hooks(&mut self, hooks: &[Sourced<Hook>]) -> Vec<HookPlan> {
        let mut planned = Vec::new();
        for hook in hooks {
            let event = match hook.value.event {
                HookEvent::Any => HookMoment::Any,
                HookEvent::Backup => HookMoment::Backup,
                HookEvent::Fault => HookMoment::Fault,
                HookEvent::Master => HookMoment::Master,
                HookEvent::Stop => HookMoment::Stop,
                // Of services, not of routers.
                HookEvent::Down | HookEvent::QuorumDown | HookEvent::QuorumUp | HookEvent::Up => {
                    continue;
                }
            };
            let Some(command) = self.split(&hook.value.command, hook.at) else { continue };
            planned.push(HookPlan { event, command, user: hook.value.user.clone() });
        }
        planned
    }

    /// As a shell takes a line apart, but no shell is started.
    fn split(&mut self, line: &str, at: Option<Place>) -> Option<Vec<String>> {
        match shell_words::split(line) {
            Ok(words) if !words.is_empty() => Some(words),
            Ok(_) | Err(_) => {
                let message = "the command has no end: a quote is missing".to_owned();
                self.findings.push(finding(daemon::BAD_COMMAND, at, message));
                None
            }
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
            let hooks = self.hooks(&group.hooks);
            groups.push(GroupPlan { name: group.name.value.clone(), members, hooks });
        }
        groups
    }

    fn runs_here(&self, name: &str) -> bool {
        let named = self.cluster.routers.iter().find(|router| router.name.value == name);
        named.is_some_and(|router| self.member(router).is_some())
    }

    fn tell_what_is_not_executed(&mut self, router: &Router) {
        for carried in &router.carried {
            let message = format!("the daemon does not execute `{}`", carried.keyword);
            self.findings.push(Diagnostic::new(daemon::NOT_EXECUTED, carried.at, message));
        }
    }
}

fn finding(code: Code, at: Option<Place>, message: String) -> Diagnostic {
    match at {
        Some(place) => Diagnostic::new(code, place, message),
        None => Diagnostic::general(code, message),
    }
}
