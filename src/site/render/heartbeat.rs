//! The bodies of heartbeat's files.

use serde::Serialize;

use crate::emit::translate::derived_key;
use crate::emit::{heartbeat, ldirectord};
use crate::model::{
    Checks, Cluster, Digest, Failback, Forwarding, Path, Probe, ProbeKind, Resource, ResourceKind,
    Router, Service, Sourced, VirtualAddress,
};
use crate::site::node::ranked;
use crate::site::{Director, Site, one_check};
use crate::source::Place;
use crate::syntax::DIRECTORY;

/// ha.cf, haresources, authkeys.
#[derive(Debug, Default, Serialize)]
pub(super) struct HeartbeatFiles {
    pub(super) ha_cf: String,
    pub(super) haresources: String,
    pub(super) authkeys: String,
    /// Whether passwords of fencing devices stand in ha.cf.
    #[serde(skip)]
    pub(super) fences: bool,
}

/// A file of ldirectord.
#[derive(Debug)]
pub(super) struct Configuration {
    /// Where heartbeat's script finds it.
    pub(super) path: String,
    pub(super) body: String,
    /// Whether passwords stand in it.
    pub(super) is_secret: bool,
}

/// The files of the director `name`, which sees the cluster as `view`, and those of ldirectord.
pub(super) fn files(
    site: &Site,
    name: &str,
    view: &Cluster,
) -> (HeartbeatFiles, Vec<Configuration>) {
    let mut cluster = view.clone();
    // haresources must be the same everywhere, so all that it says is the site's.
    cluster.routers.clone_from(&site.cluster.routers);
    complete(&mut cluster, site);
    membership(&mut cluster, site, own_interface(site, name, view));
    // Without it no change of the file would be noticed: the template says it.
    cluster.carried.retain(|carried| carried.keyword != "autoreload");
    let origin = site.imported.origin();
    let view = heartbeat::View { cluster: &cluster, origin, header: &[] };
    let files = HeartbeatFiles {
        ha_cf: heartbeat::ha_cf(&view),
        haresources: heartbeat::haresources(&view),
        authkeys: heartbeat::authkeys(&view),
        fences: !cluster.membership.fencing.is_empty(),
    };
    let configurations = names(&cluster).into_iter().map(|name| {
        let mut part = cluster.clone();
        part.services.retain(|service| service.configuration() == name);
        // Each file keeps the lines that it came with.
        let places = part.services.iter().filter_map(|service| service.target.at);
        let files: Vec<_> = places.map(|at| at.file).collect();
        part.carried.retain(|carried| files.contains(&carried.at.file));
        let view = heartbeat::View { cluster: &part, origin, header: &[] };
        let folder = if name.starts_with('/') { "" } else { DIRECTORY };
        Configuration {
            path: format!("{folder}{name}"),
            body: ldirectord::ldirectord(&view),
            is_secret: part.services.iter().any(|service| service.passwords().next().is_some()),
        }
    });
    (files, configurations.collect())
}

/// The configurations of ldirectord in the order of their first services.
fn names(cluster: &Cluster) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in cluster.services.iter().map(|service| service.configuration()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Says in heartbeat's words what the inventory says in those of VRRP.
fn complete(cluster: &mut Cluster, site: &Site) {
    let configurations: Vec<String> = names(cluster).into_iter().map(str::to_owned).collect();
    for (position, router) in cluster.routers.iter_mut().enumerate() {
        // heartbeat prefers the node in front of the line, which is the best one.
        router.members = ranked(router, &site.directors);
        let Some(at) = router.at.or(router.name.at) else { continue };
        // Resources say where in the line an address starts; those that they do not name come first.
        let stated = std::mem::take(&mut router.resources);
        let is_started = |address: &VirtualAddress| {
            stated.iter().any(|resource| resource.address() == Some(address.address))
        };
        // IPaddr2 puts the address on the interface that has its network, or on the named one.
        let common = common_interface(site, router);
        let addresses = router.addresses.iter().chain(&router.excluded).map(|one| &one.value);
        for address in addresses.filter(|address| !is_started(address)) {
            let mut address = address.clone();
            address.interface = address.interface.take().or_else(|| common.clone());
            router.resources.push(resource("IPaddr2", heartbeat::address(&address), at));
        }
        // One process checks all services of a configuration, so one group starts it.
        if position == 0 && stated.is_empty() {
            let director = |name: &String| resource("ldirectord", name.clone(), at);
            router.resources.extend(configurations.iter().map(director));
        }
        router.resources.extend(stated);
    }
    for service in &mut cluster.services {
        one_check::lift(service);
        let standard = service.method.map_or(Forwarding::Masquerading, |method| method.value);
        for server in &mut service.servers {
            server.method.get_or_insert(Sourced::implied(standard));
        }
        // The method of a fallback is that of the service.
        if let Some(fallback) = &mut service.fallback {
            fallback.value.method.get_or_insert(standard);
        }
        if service.probes.is_empty() {
            service.probes.push(Probe::new(ProbeKind::Connect));
        }
        state(service);
    }
}

/// An inventory means the same on every stack, so what it leaves out is written where ldirectord
/// would take something else.
fn state(service: &mut Service) {
    service.scheduler.get_or_insert_with(|| Sourced::implied("wlc".to_owned()));
    let kind = service.probes.first().map(|probe| &probe.kind);
    let failures = kind.map_or(1, ProbeKind::standard_failures);
    let is_program = matches!(kind, Some(ProbeKind::Script(_)));
    let checks = service.checks.make();
    let interval = *checks.interval.get_or_insert(Sourced::implied(Checks::INTERVAL));
    // A program may run until its next turn.
    let limit = if is_program { interval.value } else { Checks::CONNECT_TIMEOUT };
    let limit = *checks.connect_timeout.get_or_insert(Sourced::implied(limit));
    checks.negotiate_timeout.get_or_insert(Sourced::implied(limit.value));
    checks.failures.get_or_insert(Sourced::implied(failures));
}

/// How the directors hear each other, where only VRRP's words say it.
fn membership(cluster: &mut Cluster, site: &Site, interface: Option<String>) {
    if cluster.membership.paths.is_empty() {
        let path = interface.map(|interface| Path::Broadcast { interface });
        cluster.membership.paths.extend(path.map(Sourced::implied));
    }
    // What an imported ha.cf leaves out is left to heartbeat.
    if cluster.membership.failback.is_none() && site.imported.origin().is_none() {
        let stays = |router: &Router| router.preempt.is_some_and(|preempt| !preempt.value);
        let all_stay = !cluster.routers.is_empty() && cluster.routers.iter().all(stays);
        let failback = if all_stay { Failback::Off } else { Failback::On };
        cluster.membership.failback = Some(Sourced::implied(failback));
    }
    // heartbeat refuses to start without a key. VRRP's own is not used a second time; where it is a
    // password, the inventory was warned of.
    if cluster.authentication.is_none() {
        let inner = cluster.routers.iter().find_map(|router| router.authentication.clone());
        cluster.authentication = inner.map(|mut keys| {
            for key in &mut keys.keys {
                key.digest = Digest::Sha1;
                key.secret = derived_key(&key.secret, "authkeys");
            }
            keys
        });
    }
}

/// The interface on which a director talks to the others; that of another one where it names none.
fn own_interface(site: &Site, name: &str, view: &Cluster) -> Option<String> {
    let own = site.director(name).and_then(|director| director.interface.as_ref());
    let of_routers = || view.routers.iter().find_map(|router| router.interface.as_ref());
    let of_others = || site.directors.iter().find_map(|director| director.interface.as_ref());
    own.or_else(of_routers).or_else(of_others).map(|interface| interface.value.clone())
}

/// The interface of a router's addresses, where all directors call it the same.
fn common_interface(site: &Site, router: &Router) -> Option<String> {
    let of = |director: &Director| {
        let view = site.views.get(&director.name.value).unwrap_or(&site.cluster);
        let own = view.routers.iter().find(|own| own.name.value == router.name.value);
        let own = own.and_then(|own| own.interface.clone()).or_else(|| router.interface.clone());
        own.or_else(|| director.interface.clone()).map(|interface| interface.value)
    };
    let mut interfaces = site.directors.iter().filter_map(of);
    let first = interfaces.next()?;
    interfaces.all(|other| other == first).then_some(first)
}

fn resource(name: &str, argument: String, at: Place) -> Resource {
    Resource {
        name: name.to_owned(),
        arguments: vec![Sourced::implied(argument)],
        // Writers say the words; what they do is heartbeat's business.
        kind: ResourceKind::Service,
        at,
    }
}
