//! Existing files of a cluster as an inventory, with the account of every directive.

use super::document::{Entry, Item, Literal};
use super::import::name_fallback_methods;
use super::keys::{self, Names};
use super::unite::{Renamed, United, name_routers, unite};
use super::{Director, Site, Stack, write};
use crate::emit::account::Outcome;
use crate::emit::translate::name_configurations;
use crate::emit::{Account, Mark};
use crate::model::read::{Input, Options, read_with};
use crate::model::{
    Carried, Cluster, Password, Probe, ProbeKind, Secret, Server, Service, Sourced,
};
use crate::source::codes::{conversion, inventory};
use crate::source::{FileId, Findings, Place, Severity, Sources};
use crate::syntax::characters::{plain, unquote};
use crate::syntax::{ConfigId, Format, schema};

/// A conversion to an inventory.
#[derive(Debug)]
pub struct FromFiles {
    /// The inventory and the secrets beside it.
    pub united: United,
    /// Names of the directors.
    pub nodes: Vec<String>,
    /// What became of every directive.
    pub account: Account,
    /// What is wrong with the input.
    pub findings: Findings,
}

/// The files of one node.
#[derive(Clone, Debug)]
pub struct NodeFiles {
    /// Its name.
    pub name: String,
    /// In the order in which they were loaded.
    pub inputs: Vec<Input>,
    /// The node that conditions in them are judged for.
    pub config_id: ConfigId,
}

/// Reads the files of `nodes` and says together what they say. `directors` gives addresses, and directors without
/// files. heartbeat's files name all nodes themselves.
pub fn from_files(
    sources: &mut Sources,
    stack: Stack,
    nodes: Vec<NodeFiles>,
    directors: Vec<Director>,
) -> FromFiles {
    let mut findings = Findings::new();
    let mut trees = Vec::new();
    let mut clusters: Vec<(String, Cluster)> = Vec::new();
    let count = nodes.len();
    for NodeFiles { name, inputs, config_id } in nodes {
        let reading = read_with(sources, &inputs, &Options::on(config_id));
        findings.append(reading.findings);
        trees.extend(reading.trees);
        let mut cluster = reading.cluster;
        reveal(&mut cluster, sources);
        name_configurations(&mut cluster, &inputs, sources);
        name_fallback_methods(&mut cluster, &inputs);
        // heartbeat's files are those of all nodes; the first of them may stand for the others.
        let first = cluster.nodes.first().map(|node| node.name.value.clone());
        clusters.push((first.filter(|_| count == 1).unwrap_or(name), cluster));
    }
    let mut account = Account::new(sources, &trees);
    // heartbeat's lines have no numbers, and every node has all of them.
    let renamed = match stack {
        Stack::Heartbeat => Vec::new(),
        Stack::Keepalived | Stack::Lvsha => name_routers(&mut clusters),
    };
    if stack == Stack::Keepalived {
        clusters.iter().for_each(|(_, cluster)| portless(cluster, &mut account));
    }
    settle(&clusters, &findings, sources, &mut account);
    for Renamed { at, old, new } in renamed {
        let note = format!(
            "one router is {new} everywhere; scripts and pipes are told this name instead of {old}"
        );
        account.changed(at, inventory::RENAMED, &new, &note);
    }
    let mut site = Site { stack: Some(Sourced::implied(stack)), directors, ..Site::default() };
    site.cluster.name = clusters.iter().find_map(|(_, cluster)| cluster.name.clone());
    for node in clusters.iter().flat_map(|(_, cluster)| &cluster.nodes) {
        if site.director(&node.name.value).is_none() {
            let (name, address) = (node.name.clone(), node.address);
            site.directors.push(Director { name, address, ..Director::default() });
        }
    }
    let mut names: Vec<String> = site.directors.iter().map(|d| d.name.value.clone()).collect();
    names.extend(
        clusters
            .iter()
            .map(|(name, _)| name.clone())
            .filter(|n| !names.contains(n))
            .collect::<Vec<_>>(),
    );
    FromFiles { united: unite(site, clusters), nodes: names, account, findings }
}

/// Passwords of checks stay in their file until they become secrets of an inventory.
fn reveal(cluster: &mut Cluster, sources: &Sources) {
    for password in cluster.services.iter_mut().flat_map(Service::passwords_mut) {
        let text = plain(password.at.span.of(sources.get(password.at.file).text()));
        password.text = Some(Secret(unquote(&text).unwrap_or(&text).to_owned()));
    }
}

/// What became of every directive: those that the written keys came from are kept, those that the
/// readers only carry along are lost. What is left are the heads of blocks.
fn settle(
    clusters: &[(String, Cluster)],
    findings: &Findings,
    sources: &Sources,
    account: &mut Account,
) {
    let mut errors: Vec<Place> = findings
        .iter()
        .filter(|finding| finding.severity() == Severity::Error)
        .filter_map(|finding| finding.at)
        .collect();
    errors.sort_unstable();
    let carried = Ranges::new(clusters.iter().flat_map(|(_, cluster)| without_key(cluster)));
    for (_, cluster) in clusters {
        let secrets = write::name_secrets(write::secrets(cluster));
        for (at, key) in origins(&keys::write(cluster, &Names { secrets, ..Names::default() })) {
            account.exact(Some(at), &key);
        }
    }
    for (_, cluster) in clusters {
        of_configurations(cluster, sources, account);
    }
    for inert in clusters.iter().flat_map(|(_, cluster)| &cluster.inert) {
        account.needless(Some(inert.at), inert.why);
    }
    for (_, cluster) in clusters {
        differently(cluster, account);
    }
    let outcome = |mark, code, note: &str| Outcome {
        mark,
        code,
        becomes: String::new(),
        notes: vec![note.to_owned()],
    };
    for (_, cluster) in clusters {
        for node in &cluster.nodes {
            account.exact(node.name.at, "directors");
        }
        for at in probes(cluster).flat_map(|probe| &probe.chosen_by) {
            account.exact(Some(*at), "probe");
        }
    }
    account.settle_rest(|at, is_head| {
        let first = errors.partition_point(|error| start(*error) < start(at));
        let is_wrong = errors.get(first).is_some_and(|error| at.holds(*error) || *error == at);
        // A word that nobody knows is carried along, too, and `import` would keep its mistake.
        if is_wrong {
            outcome(
                Mark::Lossy,
                Some(conversion::NOT_UNDERSTOOD),
                "not understood; see the diagnostic about this line",
            )
        } else if carried.hold(at) {
            outcome(Mark::Lossy, Some(inventory::NO_KEY), NO_KEY)
        } else if is_part(at, sources) {
            Outcome { notes: Vec::new(), ..outcome(Mark::Exact, None, "") }
        } else if is_head {
            // What stands in the block has outcomes of its own.
            Outcome { notes: Vec::new(), ..outcome(Mark::Exact, None, "") }
        } else {
            outcome(Mark::Lossy, Some(inventory::NO_KEY), NO_KEY)
        }
    });
}

/// Places that are asked many times whether one of them holds another.
struct Ranges {
    /// Sorted, each with the last end of those up to it in its file.
    all: Vec<(Place, u32)>,
}

impl Ranges {
    fn new(places: impl Iterator<Item = Place>) -> Self {
        let mut places: Vec<Place> = places.collect();
        places.sort_unstable();
        let mut all: Vec<(Place, u32)> = Vec::with_capacity(places.len());
        for place in places {
            let before = all.last().filter(|(last, _)| last.file == place.file);
            let end = before.map_or(0, |(_, end)| *end).max(place.span.end);
            all.push((place, end));
        }
        Self { all }
    }

    /// Whether `at` begins in one of them, or is one.
    fn hold(&self, at: Place) -> bool {
        let behind = self.all.partition_point(|(place, _)| start(*place) <= start(at));
        let last = behind.checked_sub(1).and_then(|index| self.all.get(index));
        last.is_some_and(|(place, end)| {
            place.file == at.file && (at.span.start < *end || *place == at)
        })
    }
}

fn start(place: Place) -> (FileId, u32) {
    (place.file, place.span.start)
}

/// What the files of ldirectord say without a key: each is written with what its own services need.
fn of_configurations(cluster: &Cluster, sources: &Sources, account: &mut Account) {
    let has_rhythms = |file: FileId| {
        let is_here = |service: &&Service| service.target.at.is_some_and(|at| at.file == file);
        let services = cluster.services.iter().filter(is_here);
        let mut intervals = services.map(|service| service.checks.interval);
        let first = intervals.next();
        intervals.any(|interval| Some(interval) != first)
    };
    for Carried { keyword, at, .. } in &cluster.carried {
        let line = at.span.of(sources.get(at.file).text());
        let value = || line.split_once('=').map_or("", |(_, value)| value.trim());
        match keyword.as_str() {
            // Processes are written again where services have rhythms of their own.
            "fork" if has_rhythms(at.file) => account.exact(Some(*at), "interval"),
            "autoreload" if value().eq_ignore_ascii_case("yes") => {
                account.needless(Some(*at), "stands in every file that is written for ldirectord");
            }
            "autoreload" if value().eq_ignore_ascii_case("no") => {
                account.lossy(Some(*at), inventory::NO_KEY, "", &[RELOADS]);
            }
            _ if schema::find(Format::Ldirectord, "", keyword).is_some_and(|row| {
                !row.default.is_empty() && row.default.eq_ignore_ascii_case(value())
            }) =>
            {
                account.needless(Some(*at), "ldirectord does so by itself");
            }
            _ => {}
        }
    }
}

/// What the key does, and the directive did not.
fn differently(cluster: &Cluster, account: &mut Account) {
    let is_ignored = |server: &&Server| server.own.as_ref().is_some_and(|own| own.ignored);
    for server in cluster.services.iter().flat_map(|service| &service.servers).filter(is_ignored) {
        let note = "ldirectord ignored texts or thresholds of this line; now they hold";
        account.changed(server.at, conversion::CHECK_DIFFERENT, "servers", note);
    }
    let of_services = cluster.services.iter().flat_map(|service| &service.carried);
    for carried in of_services.filter(|carried| carried.keyword == "checktype") {
        account.changed(Some(carried.at), conversion::CHECK_DIFFERENT, "probe", PERL);
    }
    // One `[mail]` is written into all of them.
    let mut names: Vec<&str> = cluster.services.iter().map(Service::configuration).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > 1 {
        let alerts = &cluster.alerts;
        let server = alerts.server.iter().map(|server| server.at);
        let sender = alerts.sender.iter().map(|sender| sender.at);
        let note = format!("one list, one sender and one mail server for {}", names.join(", "));
        for at in alerts.recipients.iter().map(|to| to.at).chain(sender).chain(server) {
            account.changed(at, conversion::FOR_ALL, "mail", &note);
        }
    }
}

/// What is rendered has the port that keepalived lacked, where there is one.
fn portless(cluster: &Cluster, account: &mut Account) {
    for service in &cluster.services {
        let port = cluster.port_of(&service.target.value);
        for probe in service.servers.iter().flat_map(Server::portless_probes) {
            let at = probe.chosen_by.first().copied();
            if port.is_some() {
                account.changed(at, conversion::CHECK_DIFFERENT, "probe", PORT_OF_SERVICE);
            } else {
                account.lossy(at, conversion::CHECK_DIFFERENT, "probe", &[NO_PORT]);
            }
        }
    }
}

/// Whether a line is a part of what another line says, and stands in its key.
fn is_part(at: Place, sources: &Sources) -> bool {
    let text = at.span.of(sources.get(at.file).text());
    let word = text.split_whitespace().next();
    word.is_some_and(|word| matches!(word, "regex_no_match" | "sorry_server_lvs_method"))
}

/// The directives that a table was made from, each with the key that says it now.
fn origins(entries: &[Entry]) -> Vec<(Place, String)> {
    fn of_item(key: &str, item: &Item, found: &mut Vec<(Place, String)>) {
        match &item.value {
            Literal::Table(entries) => {
                entries.iter().for_each(|entry| of_item(&entry.key, &entry.item, found));
            }
            Literal::List(items) => items.iter().for_each(|item| of_item(key, item, found)),
            _ => {}
        }
        found.extend(item.origin.map(|at| (at, key.to_owned())));
    }
    let mut found = Vec::new();
    entries.iter().for_each(|entry| of_item(&entry.key, &entry.item, &mut found));
    found
}

/// Places of what a cluster only carries along, and of passwords that are none.
fn without_key(cluster: &Cluster) -> Vec<Place> {
    let mut places: Vec<Place> = cluster.carried.iter().map(|carried| carried.at).collect();
    let mut add = |carried: &[crate::model::Carried]| {
        places.extend(carried.iter().map(|carried| carried.at));
    };
    cluster.routers.iter().for_each(|router| add(&router.carried));
    cluster.sync_groups.iter().for_each(|group| add(&group.carried));
    cluster.trackers.iter().for_each(|tracker| add(&tracker.carried));
    cluster.tracked_files.iter().for_each(|file| add(&file.carried));
    cluster.tracked_processes.iter().for_each(|process| add(&process.carried));
    cluster.bfd_sessions.iter().for_each(|session| add(&session.carried));
    cluster.track_groups.iter().for_each(|group| add(&group.carried));
    cluster.service_groups.iter().for_each(|group| add(&group.carried));
    for service in &cluster.services {
        add(&service.carried);
        let of_servers = service.servers.iter().filter_map(|server| server.own.as_ref());
        of_servers.for_each(|own| add(&own.carried));
    }
    for probe in probes(cluster) {
        add(&probe.carried);
        if let ProbeKind::Http(http) = &probe.kind {
            http.requests.iter().for_each(|request| add(&request.carried));
        }
    }
    let passwords = cluster.services.iter().flat_map(Service::passwords);
    // An empty one is no secret that could have a name.
    let is_empty =
        |password: &&Password| password.text.as_ref().is_none_or(|text| text.0.is_empty());
    places.extend(passwords.filter(is_empty).map(|password| password.at));
    places.extend(cluster.membership.fencing.iter().copied());
    places
}

fn probes(cluster: &Cluster) -> impl Iterator<Item = &Probe> {
    let services = || cluster.services.iter();
    services()
        .flat_map(|service| &service.probes)
        .chain(services().flat_map(|s| &s.servers).flat_map(|server| server.own_probes()))
}

const RELOADS: &str = "the files of an inventory say `autoreload=yes`, with `import` as well: what is \
                       deployed counts at once";
const PORT_OF_SERVICE: &str = "keepalived 2.2.7 asks port 0, which never answers, because the real server states no port; what is rendered asks the port of the service";
const NO_PORT: &str = "there is no port to ask: keepalived 2.2.7 asks port 0, which never answers; give the probe a `port`";
const PERL: &str = "ldirectord reads the program itself; an inventory has programs that are run, so it must be executable and begin with `#!/usr/bin/perl`";
const NO_KEY: &str = "an inventory has no key for it; `import` the file to keep it";

#[cfg(test)]
mod tests;
