//! Virtual services: what keepalived means, in the words of ldirectord.

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use super::homes::Homes;
use super::scripts::{DIRECTORY, GeneratedScript, Purpose, file_name, words};
use super::{NodeFile, NodeParts, codes, ports, probes};
use crate::emit::Account;
use crate::model::{
    Checks, Cluster, Family, Forwarding, GroupMember, Hook, HookEvent, Located, Protocol, Server,
    Service, Sourced, Target, TunnelKind, show_seconds,
};
use crate::source::Place;

/// The services of one director's file, by the configuration that they go into.
pub(super) fn apply(file: &NodeFile, homes: &Homes, account: &mut Account) -> NodeParts {
    let mut parts = NodeParts::default();
    let mut sorted: BTreeMap<usize, Vec<(&Service, Vec<Target>)>> =
        homes.used.iter().map(|number| (*number, Vec::new())).collect();
    for service in &file.cluster.services {
        let own = homes.parts(service, file);
        homes.speak(service, &own, account);
        for (number, targets) in own.by_group {
            sorted.entry(number).or_default().push((service, targets));
        }
    }
    let alerts = super::mail::alerts(file);
    for (number, services) in sorted {
        // One process has one rhythm, the fastest that any of its services asks for.
        let intervals = services.iter().map(|(service, _)| interval(service));
        let shortest = whole(intervals.min().unwrap_or(Checks::INTERVAL));
        let mut cluster = Cluster { alerts: alerts.clone(), ..Cluster::default() };
        let mut seen = HashSet::new();
        for (service, targets) in services {
            let scripts = &mut parts.scripts;
            let mut translator = Translator { shortest, account, scripts, seen: &mut seen };
            cluster.services.extend(translator.all(service, &targets, file));
        }
        parts.services.insert(homes.name(number), cluster);
    }
    parts
}

struct Translator<'a> {
    shortest: Duration,
    account: &'a mut Account,
    scripts: &'a mut Vec<GeneratedScript>,
    /// Services of this configuration: ldirectord refuses a second one of the same target.
    seen: &'a mut HashSet<(Option<Protocol>, Target)>,
}

impl Translator<'_> {
    /// The services that stand for `targets`, a part of what `service` takes: none when ldirectord
    /// cannot have it.
    fn all(&mut self, service: &Service, targets: &[Target], file: &NodeFile) -> Vec<Service> {
        let mut new = Service::new(service.target.clone());
        if !self.is_possible(service, file) {
            return Vec::new();
        }
        let original = service;
        let own = self.without_other_tunnels(original);
        let service = own.as_ref().unwrap_or(original);
        let own = self.of_its_family(service);
        let written = own.as_ref().unwrap_or(service);
        let complete = ports::complete(written, &file.cluster);
        let service = complete.as_ref().unwrap_or(written);
        self.account.exact(service.target.at, "virtual");
        self.kernel(service, targets, &mut new);
        self.servers(service, &mut new);
        self.fallback(service, targets, &mut new);
        self.timing(service, &mut new);
        self.first_state(service, original);
        let what = about(service);
        let user = file.cluster.globals.script_user.as_ref().map(|user| user.value.as_str());
        self.hooks(service, &mut new, &what, user);
        let scripts = probes::apply(service, &mut new, (self.shortest, user), self.account);
        ports::speak(written, complete.is_some(), self.account);
        if let Some(checks) = scripts {
            let name = self.script(format!("checks/{what}"), Purpose::Probe(checks));
            probes::external(&mut new, format!("{DIRECTORY}/{name}"));
        }
        let target = new.target.at;
        let mut all = match &service.target.value {
            Target::Group(_) => self.expand(&new, targets),
            _ => vec![new],
        };
        if let Target::Group(name) = &service.target.value {
            let number = file.cluster.targets(service).len();
            let of_all = match self.cut(name, file) {
                true => format!("{number} of its addresses and marks"),
                false => format!("its {number} addresses and marks"),
            };
            let note =
                format!("one service for each of {of_all}, each of which checks the servers");
            self.account.changed(target, codes::GROUP_EXPANDED, "virtual", &note);
            let mut families = targets.iter().map(Target::family);
            let first = families.next();
            if families.any(|family| Some(family) != first) {
                let note = "runs for the servers of each family: a service of ldirectord has one";
                for hook in &service.hooks {
                    self.account.changed(hook.at, codes::QUORUM, "fallbackcommand", note);
                }
            }
        }
        let before = all.len();
        all.retain(|one| self.seen.insert(key(one)));
        if all.len() < before {
            let notes = [SECOND, "the addresses that are new were written"];
            self.account.lossy(target, codes::SERVICE_IMPOSSIBLE, "virtual", &notes);
        }
        // Each member sees the same servers come and go, and keepalived runs a command once.
        let mut told = Vec::new();
        for one in &mut all {
            let family = one.target.value.family();
            if told.contains(&family) {
                one.hooks.clear();
            }
            told.push(family);
        }
        all
    }

    /// Whether a line of the group has more addresses than become services; speaks for it.
    fn cut(&mut self, name: &str, file: &NodeFile) -> bool {
        let mut is_cut = false;
        for member in file.cluster.groups(name).flat_map(|group| &group.members) {
            let most = GroupMember::LONGEST;
            if member.value.addresses().nth(most).is_none() {
                continue;
            }
            is_cut = true;
            let all = member.value.length();
            let note = format!("only the first {most} of its {all} addresses are services");
            let notes = [note.as_str(), ONE_MARK];
            self.account.lossy(member.at, codes::GROUP_EXPANDED, "virtual", &notes);
        }
        is_cut
    }

    /// A named group becomes one service for each of `targets`, with what is of its family.
    fn expand(&mut self, service: &Service, targets: &[Target]) -> Vec<Service> {
        let fits = |address: IpAddr, target: &Target| Family::of(address) == target.family();
        for server in &service.servers {
            if targets.iter().any(|target| !fits(server.address, target)) {
                self.account.impossible(server.at, codes::SERVICE_IMPOSSIBLE, &[OTHER_FAMILY]);
            }
        }
        let one = |target: &Target| {
            let mut one = service.clone();
            one.servers.retain(|server| fits(server.address, target));
            one.fallback = one.fallback.filter(|fallback| fits(fallback.value.address, target));
            if matches!(target, Target::Mark { .. }) {
                (one.protocol, one.one_packet) = (None, None);
            }
            one.target.value = target.clone();
            one
        };
        targets.iter().map(one).collect()
    }

    /// Keeps a program, and gives the name that it has. Services of similar names have programs of
    /// their own, and the parts of one service share one.
    fn script(&mut self, name: String, purpose: Purpose) -> String {
        let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
        for candidate in std::iter::once(name.clone()).chain(numbered) {
            match self.scripts.iter().find(|known| known.name == candidate) {
                Some(known) if known.purpose == purpose => return candidate,
                Some(_) => {}
                None => {
                    self.scripts.push(GeneratedScript { name: candidate.clone(), purpose });
                    return candidate;
                }
            }
        }
        name
    }

    /// The service without servers behind tunnels that ldirectord does not know, when there are any.
    fn without_other_tunnels(&mut self, service: &Service) -> Option<Service> {
        let is_other = |server: &Server| has_other_tunnel(server, service);
        if !service.servers.iter().any(is_other) {
            return None;
        }
        for server in service.servers.iter().filter(|server| is_other(server)) {
            let note = "this server is left out; the others serve";
            self.account.impossible(server.at, codes::SERVICE_IMPOSSIBLE, &[OTHER_TUNNEL, note]);
        }
        let mut own = service.clone();
        own.servers.retain(|server| !has_other_tunnel(server, service));
        Some(own)
    }

    /// The service without servers of another family, when there are any: only keepalived's tunnels
    /// mix the two.
    fn of_its_family(&mut self, service: &Service) -> Option<Service> {
        if matches!(service.target.value, Target::Group(_)) {
            return None;
        }
        let family = service.target.value.family();
        let is_own = |server: &Server| Family::of(server.address) == family;
        if service.servers.iter().all(is_own) {
            return None;
        }
        for server in service.servers.iter().filter(|server| !is_own(server)) {
            self.account.impossible(server.at, codes::SERVICE_IMPOSSIBLE, &[OTHER_FAMILY]);
        }
        let mut own = service.clone();
        own.servers.retain(is_own);
        Some(own)
    }

    fn is_possible(&mut self, service: &Service, file: &NodeFile) -> bool {
        let protocol = service.protocol.map(|protocol| protocol.value);
        let mut servers = service.servers.iter();
        let none_is_left =
            servers.len() > 0 && servers.all(|server| has_other_tunnel(server, service));
        let note = match (&service.target.value, protocol) {
            (_, Some(Protocol::Sctp)) => "ldirectord knows tcp and udp, not sctp",
            (Target::Group(_), _) if file.cluster.targets(service).is_empty() => {
                "no group of that name has an address that can be written"
            }
            (Target::Endpoint { .. } | Target::Mark { .. }, _)
                if self.seen.contains(&key(service)) =>
            {
                SECOND
            }
            _ if none_is_left => OTHER_TUNNEL,
            _ => return true,
        };
        let servers = service.servers.iter().map(|server| server.at);
        for at in servers.chain([service.target.at, service.protocol.place()]) {
            self.account.impossible(at, codes::SERVICE_IMPOSSIBLE, &[note]);
        }
        false
    }

    /// What the kernel's table holds of the service itself.
    fn kernel(&mut self, service: &Service, targets: &[Target], new: &mut Service) {
        let is_mark = matches!(service.target.value, Target::Mark { .. });
        match service.protocol {
            Some(protocol) if is_mark => {
                self.account.needless(protocol.at, "a firewall mark has no protocol");
            }
            Some(protocol) => {
                self.account.exact(protocol.at, "protocol");
                new.protocol = Some(protocol);
            }
            // keepalived complains, and takes UDP (2.2.7).
            None if !is_mark => new.protocol = Some(Sourced::implied(Protocol::Udp)),
            None => {}
        }
        let scheduler = service.scheduler.clone();
        let scheduler = scheduler.unwrap_or_else(|| Sourced::implied("wlc".to_owned()));
        self.account.exact(scheduler.at, "scheduler");
        new.scheduler = Some(scheduler);
        for flag in &service.scheduler_flags {
            self.account.exact(flag.at, "schedflags");
        }
        new.scheduler_flags.clone_from(&service.scheduler_flags);
        let udp = new.protocol.is_some_and(|protocol| protocol.value == Protocol::Udp);
        if let Some(ops) = service.one_packet {
            let is_mark = |target: &Target| matches!(target, Target::Mark { .. });
            match udp {
                _ if targets.iter().any(is_mark) => {
                    self.account.lossy(ops.at, codes::SERVER_DETAIL, "", &[NO_OPS]);
                }
                true => self.account.exact(ops.at, "ops"),
                false => self.account.needless(ops.at, "one-packet scheduling exists for UDP only"),
            }
            new.one_packet = Some(ops).filter(|_| udp);
        }
        if let Some(time) = service.persistence {
            self.account.exact(time.at, "persistent");
            new.persistence = Some(time);
        }
        if let Some(mask) = service.granularity {
            match new.persistence {
                Some(_) => self.account.exact(mask.at, "netmask"),
                None => self.account.needless(mask.at, "without persistence it has no effect"),
            }
            new.granularity = Some(mask).filter(|_| new.persistence.is_some());
        }
        self.account.exact(service.method.place(), "real");
    }

    fn servers(&mut self, service: &Service, new: &mut Service) {
        let own_method = service.method.map_or(Forwarding::Masquerading, |method| method.value);
        let port = service.target.value.port();
        let quiet = |server: &Server| {
            let own = server.quiescent().or(service.quiescent);
            own.is_some_and(|quiescent| quiescent.value)
        };
        let quiescent = service
            .servers
            .first()
            .map_or_else(|| service.quiescent.is_some_and(|quiescent| quiescent.value), quiet);
        new.quiescent = Some(Sourced::implied(quiescent));
        let word = if quiescent { "yes" } else { "no" };
        let other = format!("quiescent holds for the whole service; quiescent={word} was written");
        let of_service = service.quiescent.place();
        // A server that says nothing loses what the service says, when the first one says otherwise.
        let loses = |server: &Server| server.quiescent().is_none() && quiet(server) != quiescent;
        if service.servers.iter().any(loses) {
            self.account.lossy(of_service, codes::SERVER_DETAIL, "quiescent", &[&other]);
        } else {
            self.account.exact(of_service, "quiescent");
        }
        for server in &service.servers {
            self.account.exact(server.at, "real");
            let mut copy = Server::new(server.address, server.port.or(port), server.at);
            let method = server.method.unwrap_or(Sourced::implied(own_method));
            self.account.exact(method.at, "real");
            copy.method = Some(method);
            let common = service.settings.weight;
            copy.weight = server.weight.or(common).or(Some(Sourced::implied(1)));
            self.account.exact(server.weight.place(), "real");
            let (upper, lower) = server.thresholds();
            for limit in [upper, lower].into_iter().flatten() {
                self.account.exact(limit.at, "real");
            }
            if upper.is_some() || lower.is_some() {
                let own = copy.own_mut();
                (own.upper_threshold, own.lower_threshold) = (upper, lower);
            }
            let own = server.quiescent().place();
            if quiet(server) == quiescent {
                self.account.exact(own, "quiescent");
            } else {
                self.account.lossy(own.or(server.at), codes::SERVER_DETAIL, "quiescent", &[&other]);
            }
            new.servers.push(copy);
        }
    }

    fn fallback(&mut self, service: &Service, targets: &[Target], new: &mut Service) {
        let Some(fallback) = &service.fallback else { return };
        let family = Family::of(fallback.value.address);
        if targets.iter().any(|target| target.family() == family) {
            self.account.exact(fallback.at, "fallback");
            let mut copy = fallback.clone();
            let own_method = service.method.map_or(Forwarding::Masquerading, |method| method.value);
            copy.value.method.get_or_insert(own_method);
            if let Target::Endpoint { port, .. } = service.target.value {
                copy.value.port.get_or_insert(port);
            }
            new.fallback = Some(copy);
        }
        if targets.iter().any(|target| target.family() != family) {
            let note = "a fallback has the family of its service";
            self.account.lossy(fallback.at, codes::SERVER_DETAIL, "", &[note]);
        }
    }

    /// How often servers are checked.
    fn timing(&mut self, service: &Service, new: &mut Service) {
        let own = interval(service);
        let at = service.checks.interval.place();
        let note = match own == self.shortest {
            true => {
                format!("all servers one after the other, then {} s of rest", show_seconds(own))
            }
            false => format!(
                "each {} s becomes each {} s and the time of all checks: one rhythm for all services",
                show_seconds(own),
                show_seconds(self.shortest)
            ),
        };
        self.account.changed(at, codes::CHECK_RHYTHM, "checkinterval", &note);
        new.checks.make().interval = Some(Sourced::implied(self.shortest));
        self.account.needless(service.checks.warmup.place(), "the first check comes at once");
    }

    /// Whether servers start down: with ldirectord all of them do. `original` has those, too, that are left out.
    fn first_state(&mut self, service: &Service, original: &Service) {
        let of_servers = service.servers.iter().filter_map(|server| server.own.as_ref());
        let of_servers = of_servers.flat_map(|own| {
            let of_probes = own.probes.iter().map(|probe| probe.settings.alpha);
            std::iter::once(own.settings.alpha).chain(of_probes)
        });
        for alpha in of_servers.chain([service.start_down]).flatten() {
            match alpha.value {
                true => self.account.exact(alpha.at, "ldirectord starts every server down"),
                false => self.account.changed(alpha.at, codes::STARTS_DOWN, "virtual", STARTS_DOWN),
            }
        }
        let all_down = original.servers.iter().all(Server::starts_down);
        // ldirectord puts in at once what it does not ask.
        let is_asked = service.servers.iter().any(|server| !server.own_probes().is_empty());
        if is_asked && !all_down && !service.start_down.is_some_and(|alpha| alpha.value) {
            self.account.changed(service.at, codes::STARTS_DOWN, "virtual", STARTS_DOWN);
        }
    }

    /// Quorum commands run as the fallbackcommand.
    fn hooks(&mut self, service: &Service, new: &mut Service, what: &str, user: Option<&str>) {
        let of = |event| service.hooks.iter().filter(move |hook| hook.value.event == event);
        let commands = |event| {
            of(event)
                .map(|hook| words(&hook.value.command, hook.value.user.as_deref().or(user)))
                .collect()
        };
        let (start, stop): (Vec<_>, Vec<_>) =
            (commands(HookEvent::QuorumDown), commands(HookEvent::QuorumUp));
        if !start.is_empty() || !stop.is_empty() {
            let purpose = Purpose::Fallback { start, stop };
            let name = self.script(format!("checks/fallback-{what}"), purpose);
            let command = format!("{DIRECTORY}/{name}");
            for event in [HookEvent::QuorumDown, HookEvent::QuorumUp] {
                let hook = Hook { event, command: command.clone(), user: None };
                new.hooks.push(Sourced::implied(hook));
            }
        }
        for hook in of(HookEvent::QuorumDown).chain(of(HookEvent::QuorumUp)) {
            let note =
                "runs when the last server goes and when one is back, and once more at start";
            self.account.changed(hook.at, codes::QUORUM, "fallbackcommand", note);
        }
        if let Some(quorum) = service.quorum {
            if quorum.value <= 1 {
                self.account.exact(quorum.at, "fallback");
            } else {
                let note = format!(
                    "the fallback serves when no server is left, not below {}",
                    quorum.value
                );
                self.account.impossible(quorum.at, codes::QUORUM, &[&note]);
            }
        }
    }
}

/// `10.0.0.31-80`, `fwmark-7`: a file's name that tells the service.
fn about(service: &Service) -> String {
    let protocol = match service.protocol.map(|protocol| protocol.value) {
        // keepalived takes UDP where nothing is said.
        None | Some(Protocol::Udp) => "-udp",
        Some(Protocol::Sctp | Protocol::Tcp) => "",
    };
    match &service.target.value {
        Target::Endpoint { address, port } => {
            file_name(&format!("{address}-{port}{protocol}").replace(':', "_"))
        }
        Target::Mark { mark, family: Family::V4 } => format!("fwmark-{mark}"),
        Target::Mark { mark, family: Family::V6 } => format!("fwmark6-{mark}"),
        Target::Group(name) => file_name(name),
    }
}

/// What ldirectord tells services apart by; where keepalived says no protocol it takes UDP.
fn key(service: &Service) -> (Option<Protocol>, Target) {
    let protocol = match service.target.value {
        Target::Mark { .. } => None,
        _ => Some(service.protocol.map_or(Protocol::Udp, |protocol| protocol.value)),
    };
    (protocol, service.target.value.clone())
}

/// Whether packets for the server are wrapped as ldirectord cannot say it.
fn has_other_tunnel(server: &Server, service: &Service) -> bool {
    let kind = service.tunnel_to(server).and_then(|tunnel| tunnel.kind);
    kind.is_some_and(|kind| kind != TunnelKind::Ipip)
}

/// Time between two checks of a server.
fn interval(service: &Service) -> Duration {
    service.checks.interval.map_or(Checks::INTERVAL, |interval| interval.value)
}

/// ldirectord counts whole seconds from 1.
pub(super) fn whole(time: Duration) -> Duration {
    let up = u64::from(time.subsec_nanos() > 0);
    Duration::from_secs(time.as_secs().saturating_add(up).max(1))
}

/// The place of a value, if it has one.
pub(super) fn place<T: Copy>(value: Option<Sourced<T>>) -> Option<Place> {
    value.place()
}

const NO_OPS: &str =
    "of packets with a mark ldirectord does not pass it on: clients keep their server";
const ONE_MARK: &str =
    "mark its packets by a rule of the packet filter, and write one service for the mark";
const OTHER_FAMILY: &str = "a real server of ldirectord has the family of its service";
const STARTS_DOWN: &str = "servers start down and come in with their first success; keepalived \
                           puts them in at once unless told `alpha`";
const OTHER_TUNNEL: &str = "ldirectord knows IPIP tunnels only";
const SECOND: &str = "ldirectord refuses a second service of the same address";
