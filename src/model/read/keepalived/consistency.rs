//! What the blocks of a file say together, judged as `keepalived -t` does.
//!
//! What depends on text that is not expanded yet is not judged: a block whose lines come from an
//! include may lack nothing.

use std::collections::{HashMap, HashSet};

use super::value::hides_keywords;
use crate::model::user::is_user;
use crate::model::{
    Carried, Cluster, Digest, Family, Globals, GroupMember, Key, Located, ProbeKind, Role, Router,
    Server, Service, ServiceGroup, Sourced, SyncGroup, Target, Track, TrackKind, VrrpVersion,
};
use crate::source::codes::{keepalived as codes, keepalived_quirks as quirks};
use crate::source::words::counted;
use crate::source::{Code, Diagnostic, Findings, Place};
use crate::syntax::suggest;

mod pool;

/// How much of a cluster was there before a file was read: two nodes' files name the same things.
#[derive(Debug)]
pub(super) struct Extent {
    carried: usize,
    groups: usize,
    routers: usize,
    server_groups: usize,
    services: usize,
    sync_daemon: Option<Place>,
    trackers: usize,
}

impl Extent {
    /// What is in `cluster` now.
    pub(super) fn of(cluster: &Cluster) -> Self {
        Self {
            carried: cluster.carried.len(),
            groups: cluster.sync_groups.len(),
            routers: cluster.routers.len(),
            server_groups: cluster.service_groups.len(),
            services: cluster.services.len(),
            sync_daemon: cluster.sync_daemon.place(),
            trackers: cluster.trackers.len(),
        }
    }
}

/// Judges what was added to `cluster` since `before`.
pub(super) fn check(cluster: &Cluster, before: &Extent, findings: &mut Findings) {
    let mut file = File {
        cluster,
        carried: cluster.carried.get(before.carried..).unwrap_or_default(),
        groups: cluster.sync_groups.get(before.groups..).unwrap_or_default(),
        routers: cluster.routers.get(before.routers..).unwrap_or_default(),
        services: cluster.services.get(before.services..).unwrap_or_default(),
        trackers: cluster.trackers.get(before.trackers..).unwrap_or_default(),
        is_complete: false,
        has_version: false,
        version: cluster.globals.routers.version.map(|version| version.value),
        names: HashMap::new(),
        server_groups: HashMap::new(),
    };
    // Looked up once: a file may have as many routers, groups and scripts as lines.
    file.is_complete = complete(file.carried, &[]) && complete(&cluster.globals.carried, &[]);
    file.has_version = cluster.globals.routers.version.is_some()
        || cluster.globals.carried.iter().any(|c| c.keyword == "vrrp_version");
    file.names = file.routers.iter().map(|router| (router.name.value.as_str(), router)).collect();
    let groups = cluster.service_groups.get(before.server_groups..).unwrap_or_default();
    file.server_groups = groups.iter().map(|group| (group.name.value.as_str(), group)).collect();
    file.routers.iter().for_each(|router| file.router(router, findings));
    file.same_routers(findings);
    file.groups.iter().for_each(|group| file.group(group, findings));
    file.members_of_two(findings);
    file.services.iter().for_each(|service| file.service(service, findings));
    file.scripts(findings);
    file.sync_daemon(before, findings);
}

/// What one file says.
struct File<'a> {
    cluster: &'a Cluster,
    carried: &'a [Carried],
    groups: &'a [SyncGroup],
    routers: &'a [Router],
    services: &'a [Service],
    trackers: &'a [crate::model::Tracker],
    /// Whether nothing at the top comes from an include or a definition.
    is_complete: bool,
    /// Whether global_defs states a version.
    has_version: bool,
    /// That version.
    version: Option<u32>,
    /// The routers by their names.
    names: HashMap<&'a str, &'a Router>,
    /// Groups of addresses by their names.
    server_groups: HashMap<&'a str, &'a ServiceGroup>,
}

impl File<'_> {
    fn router(&self, router: &Router, findings: &mut Findings) {
        let name = &router.name.value;
        let at = router.name.at;
        let unicast = !router.transport.peers.is_empty();
        // Unicast needs it as well, also with a unicast_src_ip (tried).
        if router.interface.is_none() && complete(&router.carried, &["interface"]) {
            let message = format!("vrrp_instance `{name}` has no interface");
            report(codes::MISSING_KEYWORD, at, message, findings);
        }
        // Excluded addresses alone are not enough (tried).
        let addressed = !router.addresses.is_empty() || router.delivery.no_addresses.is_some();
        let blocks = ["virtual_ipaddress", "no_virtual_ipaddress"];
        if !addressed && complete(&router.carried, &blocks) {
            let message = format!("vrrp_instance `{name}` has no address in virtual_ipaddress");
            report(codes::MISSING_KEYWORD, at, message, findings);
        }
        if !unicast
            && complete(&router.carried, &["unicast_peer"])
            && let Some((keyword, at)) = lonely(router)
        {
            let message = format!("`{keyword}` without any unicast_peer");
            report(codes::NO_PEERS, at, message, findings);
        }
        let first = router.addresses.first().map(|first| Family::of(first.value.address));
        for other in &router.addresses {
            if Some(Family::of(other.value.address)) != first {
                let message =
                    format!("{} is not of the first address's family", other.value.address);
                report(codes::FAMILY_DIFFERS, other.at, message, findings);
            }
        }
        let header = |key: &Key| key.digest == Digest::Header;
        let signs = router.authentication.as_ref().is_some_and(|a| a.keys.iter().any(header));
        let role = router.members.first().and_then(|member| member.role);
        if let Some(role) = role.filter(|role| signs && role.value == Role::Master) {
            let message =
                format!("vrrp_instance `{name}` has authentication headers and begins as MASTER");
            report(codes::HEADER_AS_MASTER, role.at, message, findings);
        }
        self.interval(router, findings);
    }

    fn interval(&self, router: &Router, findings: &mut Findings) {
        let Some(interval) = &router.interval else { return };
        // A version that is not expanded may be any.
        let unknown = router.version.is_none() && self.has_version && self.version.is_none()
            || router.carried.iter().any(|c| c.keyword == "version");
        if unknown && !router.is_ipv6() || !complete(&router.carried, &[]) {
            return;
        }
        // A router's own version counts even with IPv6, the global one does not (tried).
        let version = router.effective_version(&self.cluster.globals.routers);
        let three = version == VrrpVersion::Three;
        let time = interval.value;
        let message = match three {
            false if time.subsec_nanos() != 0 => "version 2 of VRRP counts whole seconds",
            false => return,
            _ if time.as_millis() > 40_950 => "version 3 of VRRP counts up to 40.95 seconds",
            _ if time.subsec_micros() % CENTISECOND != 0 => {
                "version 3 of VRRP counts hundredths of a second"
            }
            _ => return,
        };
        report(codes::FRACTION, interval.at, message.into(), findings);
    }

    /// Names, and VRIDs for each interface and address family.
    fn same_routers(&self, findings: &mut Findings) {
        let mut names = HashMap::new();
        let mut numbers = HashMap::new();
        for router in self.routers {
            let name = &router.name;
            if let Some(earlier) = names.insert(&name.value, name.at) {
                let message = format!("vrrp_instance `{}` is there already", name.value);
                report_pair(name.at, earlier, message, findings);
                continue;
            }
            let (Some(number), Some(interface)) = (&router.virtual_router_id, &router.interface)
            else {
                continue;
            };
            let ipv6 = router.is_ipv6();
            let key = (number.value, &interface.value, ipv6, router.transport.distinction());
            if let Some(earlier) = numbers.insert(key, number.at) {
                let message = format!("VRID {} is used twice on {}", number.value, interface.value);
                report_pair(number.at, earlier, message, findings);
            }
        }
    }

    fn group(&self, group: &SyncGroup, findings: &mut Findings) {
        if !complete(&group.carried, &["group"]) || !self.is_complete {
            return;
        }
        let is_router = |member: &&Sourced<String>| self.names.contains_key(member.value.as_str());
        let members = group.members.iter().filter(is_router);
        let known = members.map(|member| &member.value).collect::<HashSet<_>>().len();
        for member in group.members.iter().filter(|member| !is_router(member)) {
            let message = format!("there is no vrrp_instance `{}`", member.value);
            report(codes::UNKNOWN_NAME, member.at, message, findings);
        }
        if known < 2 {
            let known = counted(known, "router");
            let message = format!("vrrp_sync_group `{}` has {known}", group.name.value);
            report(codes::SMALL_GROUP, group.name.at, message, findings);
        }
        self.interfaces_of_both(group, findings);
    }

    /// A router changes its state with one group, and is in it once: the others leave it out.
    fn members_of_two(&self, findings: &mut Findings) {
        let mut first: HashMap<&str, (&SyncGroup, Option<Place>)> = HashMap::new();
        for group in self.groups {
            for member in &group.members {
                let Some((other, earlier)) = first.get(member.value.as_str()) else {
                    first.insert(&member.value, (group, member.at));
                    continue;
                };
                let (router, group) = (&member.value, &other.name.value);
                let message = format!("`{router}` is in the sync group `{group}` already");
                report_pair(member.at, *earlier, message, findings);
            }
        }
    }

    /// Interfaces that a group follows may be neither its members' own nor followed by them; for
    /// scripts, files, processes and sessions 2.2.7 does not mind (tried).
    fn interfaces_of_both(&self, group: &SyncGroup, findings: &mut Findings) {
        let is_interface = |track: &&Sourced<Track>| track.value.kind == TrackKind::Interface;
        for followed in group.tracks.iter().filter(is_interface) {
            let name = &followed.value.name;
            let members = group.members.iter();
            let both = members.filter_map(|member| self.names.get(member.value.as_str())).find_map(
                |router| {
                    let own = router.interface.as_ref().filter(|own| own.value == *name);
                    let tracks = || router.tracks.iter().filter(is_interface);
                    let track = || tracks().find(|track| track.value.name == *name);
                    let at = own.map(|own| own.at).or_else(|| track().map(|track| track.at))?;
                    Some((&router.name.value, at))
                },
            );
            let (Some((router, other)), Some(at)) = (both, followed.at) else { continue };
            let message = format!("the group follows {name}, and its member `{router}` does, too");
            let finding = Diagnostic::new(quirks::FOLLOWED_TWICE, at, message);
            findings.push(match other {
                Some(other) => finding.context(other, "here"),
                None => finding,
            });
        }
    }

    fn service(&self, service: &Service, findings: &mut Findings) {
        let at = service.at;
        let group = self.addresses(service);
        let mark = matches!(service.target.value, Target::Mark { .. });
        let takes = self.takes(service);
        let missing = [
            (service.protocol.is_none() && takes.addresses, &["protocol"][..], "protocol", "UDP"),
            (service.scheduler.is_none(), &["lvs_sched", "lb_algo"], "lvs_sched", "wlc"),
            (service.method.is_none(), &["lvs_method", "lb_kind"], "lvs_method", "NAT"),
        ];
        for (missing, words, word, default) in missing {
            if missing && takes.anything && complete(&service.carried, words) {
                let message = format!("the virtual server has no {word}; {default} is assumed");
                report(codes::DEFAULT_WITH_ERROR, at, message, findings);
            }
        }
        if let (true, Some(protocol)) = (mark, &service.protocol) {
            let message = "packets with a mark may have any protocol".into();
            report(codes::MARK_WITH_PROTOCOL, protocol.at, message, findings);
        }
        let of_marks = mark || group.is_some_and(has_marks);
        if let (true, Some(suspend)) = (of_marks, &service.settings.suspend) {
            let message = "a mark has no address that could be elsewhere".into();
            report(codes::MARK_WITH_PROTOCOL, suspend.at, message, findings);
        }
        if pool::takes_all_ports(service, group)
            && service.persistence.is_none()
            && complete(&service.carried, &["persistence_timeout"])
        {
            let message = "without a port the service needs persistence_timeout".into();
            report(codes::NO_PORT, service.target.at, message, findings);
        }
        if !complete(&service.carried, &["real_server"]) {
            return;
        }
        if service.servers.is_empty() {
            report(
                codes::NO_REAL_SERVERS,
                at,
                "the virtual server has no real_server".into(),
                findings,
            );
            return;
        }
        quorum(service, findings);
        pool::check(service, group, findings);
    }

    /// The group of addresses that a service names, read whole.
    fn addresses(&self, service: &Service) -> Option<&ServiceGroup> {
        let Target::Group(name) = &service.target.value else { return None };
        self.server_groups.get(name.as_str()).copied().filter(|group| complete(&group.carried, &[]))
    }

    /// The router whose role the synchronisation of connections follows.
    fn sync_daemon(&self, before: &Extent, findings: &mut Findings) {
        let Some(daemon) = &self.cluster.sync_daemon else { return };
        if daemon.at == before.sync_daemon || !self.is_complete {
            return;
        }
        let known = |name: &&String| self.names.contains_key(name.as_str());
        let Some(name) = daemon.value.router.as_ref().filter(|name| !known(name)) else { return };
        let Some(at) = daemon.at else { return };
        let message = format!("lvs_sync_daemon follows `{name}`, and there is no such router");
        let finding = Diagnostic::new(quirks::SYNC_DAEMON, at, message);
        findings.push(
            match suggest(name, self.routers.iter().map(|router| router.name.value.as_str())) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("write the name of a vrrp_instance behind the interface"),
            },
        );
    }

    /// What traffic a service takes. keepalived drops one whose group is not there, or has no entry,
    /// before it misses any word (tried).
    fn takes(&self, service: &Service) -> Takes {
        match &service.target.value {
            Target::Endpoint { .. } => Takes { anything: true, addresses: true },
            Target::Group(name) => {
                let group = self.server_groups.get(name.as_str());
                let mut members = group.into_iter().flat_map(|group| &group.members);
                let is_mark = |member: &GroupMember| matches!(member, GroupMember::Mark { .. });
                Takes {
                    anything: group.is_some_and(|group| !group.members.is_empty()),
                    addresses: members.any(|member| !is_mark(&member.value)),
                }
            }
            Target::Mark { .. } => Takes { anything: true, addresses: false },
        }
    }

    /// Scripts need `enable_script_security`, and a user.
    fn scripts(&self, findings: &mut Findings) {
        // Scripts of routers count only where there is a router.
        let mut scripts = self.commands();
        let Some(first) = scripts.next() else { return };
        let words = ["enable_script_security", "script_user"];
        let globals = &self.cluster.globals;
        if !complete(&self.cluster.carried, &[]) || !complete(&globals.carried, &words) {
            return;
        }
        if self.cluster.globals.script_security.is_none() {
            let message = "scripts run, but enable_script_security is not set".into();
            report(codes::SCRIPT_SECURITY, first.0, message, findings);
        } else if self.cluster.globals.script_user.is_none()
            && let Some((at, _)) = std::iter::once(first).chain(scripts).find(|(_, own)| !own)
        {
            let message = "this script has no user: write script_user".into();
            report(codes::SCRIPT_USER, at, message, findings);
        }
    }

    /// Every command that keepalived would run, and whether its line names a user.
    fn commands(&self) -> impl Iterator<Item = (Option<Place>, bool)> {
        // A command whose user cannot be one is dropped, which was reported, and a use that is not
        // replaced is no program (tried).
        let hook = |hook: &Sourced<crate::model::Hook>| {
            let user = hook.value.user.as_deref();
            let command = hook.value.command.as_str();
            let runs = user.is_none_or(is_user) && !command.is_empty() && !command.starts_with('$');
            runs.then_some((hook.at, user.is_some()))
        };
        let routers = self.routers.iter().flat_map(|router| &router.hooks).filter_map(hook);
        let groups = self.groups.iter().flat_map(|group| &group.hooks).filter_map(hook);
        let trackers = self.trackers.iter().filter_map(|tracker| {
            let command = tracker.command.as_ref()?;
            // `</path` only asks whether a file can be opened, and nothing runs nothing.
            let runs = !command.value.starts_with('<') && !command.value.is_empty();
            (runs && !self.routers.is_empty()).then_some((command.at, tracker.user.is_some()))
        });
        let services = self.services.iter().flat_map(|service| &service.hooks).filter_map(hook);
        let servers = || self.services.iter().flat_map(|service| &service.servers);
        let owns = move || servers().filter_map(|server| server.own.as_deref());
        let servers_hooks = owns().flat_map(|own| &own.hooks).filter_map(hook);
        let probes = owns().flat_map(|own| &own.probes).filter_map(|probe| match &probe.kind {
            ProbeKind::Script(script) if !script.command.value.is_empty() => {
                Some((script.command.at, script.user.is_some()))
            }
            _ => None,
        });
        let Globals { lifetime, events, .. } = &self.cluster.globals;
        let globals = [
            &lifetime.startup_script,
            &lifetime.shutdown_script,
            &events.pipe_reader,
            &events.router_pipe_reader,
            &events.server_pipe_reader,
        ];
        let globals = globals.into_iter().flatten().map(|command| (command.at, true));
        routers
            .chain(groups)
            .chain(trackers)
            .chain(services)
            .chain(servers_hooks)
            .chain(probes)
            .chain(globals)
    }
}

/// What is known of the traffic of a service.
struct Takes {
    /// Whether there is any.
    anything: bool,
    /// Whether an address is among it: the protocol of marks is no concern.
    addresses: bool,
}

/// A setting that only unicast has, the first in the file.
fn lonely(router: &Router) -> Option<(&'static str, Option<Place>)> {
    let delivery = &router.delivery;
    let source = router.transport.source.filter(|_| router.transport.unicast_source);
    let check = router.conduct.check_unicast_source;
    [
        ("check_unicast_src", check.map(|s| s.at)),
        ("old_unicast_checksum", delivery.old_checksum.as_ref().map(|s| s.at)),
        ("unicast_src_ip", source.map(|s| s.at)),
        ("unicast_ttl", delivery.unicast_ttl.map(|s| s.at)),
    ]
    .into_iter()
    .filter_map(|(keyword, at)| at.map(|at| (keyword, at)))
    .min_by_key(|(_, at)| *at)
}

/// Whether a block is read whole: none of `keywords`, and nothing of the preprocessor, stands
/// among what it carries.
fn complete(carried: &[Carried], keywords: &[&str]) -> bool {
    let hides = |c: &Carried| hides_keywords(&c.keyword, || c.text.split_whitespace().nth(1));
    !carried.iter().any(|c| hides(c) || keywords.contains(&c.keyword.as_str()))
}

fn quorum(service: &Service, findings: &mut Findings) {
    // Weights that are not expanded make the sum unknown.
    let own =
        |server: &Server| server.own.as_ref().is_none_or(|own| complete(&own.carried, &["weight"]));
    if !complete(&service.carried, &["weight", "quorum"]) || !service.servers.iter().all(own) {
        return;
    }
    let weights = service.servers.iter().map(|server| u64::from(service.weight_of(server)));
    let total: u64 = weights.sum();
    let quorum = service.quorum.map_or(1, |quorum| quorum.value);
    if u64::from(quorum) > total {
        let at = service.quorum.place().or(service.at);
        let message = format!("the quorum is {quorum}, all weights together are {total}");
        report(codes::QUORUM_TOO_HIGH, at, message, findings);
    }
}

fn has_marks(group: &ServiceGroup) -> bool {
    group.members.iter().any(|member| matches!(member.value, GroupMember::Mark { .. }))
}

fn report(code: Code, at: Option<Place>, message: String, findings: &mut Findings) {
    findings.push(match at {
        Some(at) => Diagnostic::new(code, at, message),
        None => Diagnostic::general(code, message),
    });
}

fn report_pair(
    at: Option<Place>,
    earlier: Option<Place>,
    message: String,
    findings: &mut Findings,
) {
    let Some(at) = at else { return };
    let diagnostic = Diagnostic::new(codes::DUPLICATE_ROUTER, at, message);
    findings.push(match earlier {
        Some(earlier) => diagnostic.context(earlier, "first here"),
        None => diagnostic,
    });
}

/// Microseconds of the unit in which version 3 of VRRP counts.
const CENTISECOND: u32 = 10_000;
